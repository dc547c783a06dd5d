package mdrp

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Pace is how long one process takes that decides for many cities at once.
type Pace struct {
	Cities, Orders, Couriers int
	P50, P99, Max            float64 // milliseconds of a minute, from the first city's decision to the last one's
	Peak                     int     // MB that the process held at most, where the system tells; else 0
}

// Cities plays so many days side by side, minute by minute, as one process serves as many cities. When there are fewer days than cities, some
// are played several times.
func (b Bench) Cities(ctx context.Context, n int, clock func() time.Time) (Pace, []Measures, error) {
	found, err := b.Folders()
	if err != nil {
		return Pace{}, nil, err
	}
	days, decide, p := make([]*day, n), make([]Decide, n), Pace{Cities: n}
	for i := range days {
		in, err := Read(found[i%len(found)])
		if err != nil {
			return Pace{}, nil, err
		}
		days[i], decide[i] = newDay(in, b.Category), NewPolicy(Init{in.Parameters, in.Restaurants, in.Couriers}, b.Category, b.Weights).Minute
		p.Orders, p.Couriers = p.Orders+len(in.Orders), p.Couriers+len(in.Couriers)
	}
	var minutes []time.Duration
	for now, left := 0, true; left; now++ {
		began := clock()
		if left, err = side(ctx, days, decide, now, clock); err != nil {
			return Pace{}, nil, err
		}
		minutes = append(minutes, clock().Sub(began))
	}
	slices.Sort(minutes)
	ms := func(i int) float64 { return float64(minutes[min(i, len(minutes)-1)].Microseconds()) / 1000 }
	p.P50, p.P99, p.Max, p.Peak = ms(len(minutes)/2), ms(len(minutes)*99/100), ms(len(minutes)-1), peak()
	out := make([]Measures, n)
	for i, d := range days {
		if out[i], err = (Bench{}).judge(d.in, d.out); err != nil {
			return Pace{}, nil, err
		}
	}
	return p, out, nil
}

// side plays a minute of all days, as many at a time as there are processors, and reports whether there is another one.
func side(ctx context.Context, days []*day, decide []Decide, now int, clock func() time.Time) (left bool, err error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, d := range days {
		if now > d.end() {
			continue
		}
		left = true
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return d.minute(now, decide[i], clock)
		})
	}
	return left, g.Wait()
}

// peak is the most memory that the process held, in MB.
func peak() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kB := 0
	if _, err := fmt.Sscan(after, &kB); err != nil {
		return 0
	}
	return kB / 1024
}

// String is a sentence.
func (p Pace) String() string {
	return fmt.Sprintf("%d cities with %d orders and %d couriers in one process: "+
		"a minute of all of them takes p50 %.1f, p99 %.1f, max %.1f ms; %d MB at most", p.Cities, p.Orders, p.Couriers,
		p.P50, p.P99, p.Max, p.Peak)
}
