package mdrp

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/cloud/dispatch/engine"
)

// Bench is days to be played.
type Bench struct {
	Instances string // the folder that holds the instances, a folder each
	Only      string // pattern of names, as of path.Match; empty: all
	Category  Category
	Weights   engine.Weights
	Out       string // a folder for the solutions, one folder each; empty: they are not kept
	Workers   int    // days played at a time; 0 is 1
	Plain     bool   // the plain assignment decides, not the engine
	Declines  int    // so many of a hundred commands to go somewhere are declined
}

// Run plays the days, checks each of them by retracing it, and measures them, by name.
func (b Bench) Run(ctx context.Context, clock func() time.Time) ([]Measures, error) {
	found, err := b.Folders()
	if err != nil {
		return nil, err
	}
	out := make([]Measures, len(found))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(b.Workers, 1))
	for i, folder := range found {
		g.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			out[i], err = b.day(folder, clock)
			return err
		})
	}
	return out, g.Wait()
}

// Folders are those of the days, by name: at least one.
func (b Bench) Folders() ([]string, error) {
	only := b.Only
	if only == "" {
		only = "*"
	}
	found, err := filepath.Glob(filepath.Join(b.Instances, only, "instance_parameters.txt"))
	if err != nil {
		return nil, fmt.Errorf("--only %q: %w", b.Only, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no instance named %s in %s: give the folder that holds the instances, a folder each", only, b.Instances)
	}
	slices.Sort(found)
	for i := range found {
		found[i] = filepath.Dir(found[i])
	}
	return found, nil
}

func (b Bench) day(folder string, clock func() time.Time) (Measures, error) {
	in, err := Read(folder)
	if err != nil {
		return Measures{}, err
	}
	s, err := Play(in, b.Category, b.decide(in), clock)
	if err != nil {
		return Measures{}, err
	}
	return b.judge(in, s)
}

// decide is who decides on a day.
func (b Bench) decide(in *Instance) Decide {
	init, refuse := Init{in.Parameters, in.Restaurants, in.Couriers}, Declining(b.Declines)
	if b.Plain {
		return NewMatching(init, b.Category, refuse).Minute
	}
	return NewPolicy(init, b.Category, b.Weights).Refusing(refuse).Minute
}

// judge retraces a day that was played, keeps and measures it.
func (b Bench) judge(in *Instance, s *Solution) (Measures, error) {
	if err := Check(in, s); err != nil {
		return Measures{}, err
	}
	if b.Out != "" {
		if err := s.Write(in, filepath.Join(b.Out, in.Name)); err != nil {
			return Measures{}, fmt.Errorf("write the solution of %s: %w", in.Name, err)
		}
	}
	return Measure(in, s), nil
}
