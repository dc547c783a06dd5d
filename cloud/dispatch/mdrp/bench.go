package mdrp

import (
	"context"
	"fmt"
	"io"
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
}

// Run plays the days, checks each of them by retracing it, and measures them, by name.
func (b Bench) Run(ctx context.Context, clock func() time.Time) ([]Measures, error) {
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
	out := make([]Measures, len(found))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(b.Workers, 1))
	for i, file := range found {
		g.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			out[i], err = b.day(filepath.Dir(file), clock)
			return err
		})
	}
	return out, g.Wait()
}

func (b Bench) day(folder string, clock func() time.Time) (Measures, error) {
	in, err := Read(folder)
	if err != nil {
		return Measures{}, err
	}
	p := NewPolicy(Init{in.Parameters, in.Restaurants, in.Couriers}, b.Category, b.Weights)
	s, err := Play(in, b.Category, p.Minute, clock)
	if err != nil {
		return Measures{}, err
	}
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

// Table writes the means of the days by group of instances, in Markdown.
func Table(out io.Writer, c Category, all []Measures) error {
	_, err := fmt.Fprintf(out, "| %s | days | undelivered %% | click-to-door | excess | over target | ready-to-pickup | cost/order | drive min/order | orders/bag | tick p99 ms | max |\n"+
		"|---|---|---|---|---|---|---|---|---|---|---|---|\n", c)
	for _, g := range groups(all) {
		if err == nil {
			m := means(g.days)
			_, err = fmt.Fprintf(out, "| %s | %d | %.3f | %.2f | %.2f | %.2f | %.2f | %.2f | %.1f | %.3f | %.1f | %.1f |\n", g.name, len(g.days),
				m.Undelivered, m.ClickToDoor, m.Excess, m.Over, m.ReadyToPickup, m.Cost, m.Drive, m.PerBag, m.P99, m.Max)
		}
	}
	return err
}

type group struct {
	name string
	days []Measures
}

// groups are all days, and those whose name has a part in common: 4r50t75s2p125 is of r50, t75, s2 and p125.
func groups(all []Measures) []group {
	out := []group{{"all", all}}
	for _, part := range []string{"o100", "o50", "r50", "t100", "t75", "s1", "s2", "p100", "p125"} {
		g := group{name: part}
		for _, m := range all {
			if hasPart(m.Name, part) {
				g.days = append(g.days, m)
			}
		}
		if len(g.days) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// hasPart reports whether a name has a part: a letter and a number that ends there.
func hasPart(name, part string) bool {
	for i := 0; i+len(part) <= len(name); i++ {
		end := i + len(part)
		if name[i:end] == part && (end == len(name) || name[end] < '0' || name[end] > '9') {
			return true
		}
	}
	return false
}

// means are the unweighted means over days; of the time a decision takes, the worst.
func means(days []Measures) (m Measures) {
	n := float64(len(days))
	for _, d := range days {
		m.Undelivered += d.Undelivered / n
		m.ClickToDoor += d.ClickToDoor / n
		m.Excess += d.Excess / n
		m.Over += d.Over / n
		m.ReadyToPickup += d.ReadyToPickup / n
		m.Cost += d.Cost / n
		m.Drive += d.Drive / n
		m.PerBag += d.PerBag / n
		m.P99, m.Max = max(m.P99, d.P99), max(m.Max, d.Max)
	}
	return m
}
