package friday

import (
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// Figures are what an evening was like.
type Figures struct {
	Policy  string
	Orders  int
	Pizzas  int
	Remakes int // pizzas that were in the oven that failed

	Error  Spread // how far orders were ready from their first forecast or, where nobody forecasts, from their quote, either way
	Bias   Spread // the same, early below zero
	Late   int    // orders ready after the end of their promise, or at the door after it
	Rack   Spread // from boxed to picked up
	Quoted Spread // from ordering to the end of the promise for pick-up: late shares are easy with long promises
	Waited Spread // from ordering to picked up

	seen counted
}

// LateShare is the part of the orders that were late.
func (f Figures) LateShare() float64 { return float64(f.Late) / float64(max(1, f.Orders)) }

// String is the evening in one line.
func (f Figures) String() string {
	return fmt.Sprintf("%s: %d orders, %d pizzas (%d made again); off by %s; late %.1f %%; on the shelf %s; promised within %s; waited %s",
		f.Policy, f.Orders, f.Pizzas, f.Remakes, f.Error, 100*f.LateShare(), f.Rack, f.Quoted, f.Waited)
}

// Spread is how durations are spread.
type Spread struct{ P50, P90, Mean time.Duration }

func spreadOf(all []time.Duration) (s Spread) {
	if len(all) == 0 {
		return s
	}
	sorted := slices.Sorted(slices.Values(all))
	var sum time.Duration
	for _, d := range sorted {
		sum += d
	}
	at := func(q float64) time.Duration { return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))] }
	return Spread{at(0.5), at(0.9), sum / time.Duration(len(sorted))}
}

// String is a spread in minutes.
func (s Spread) String() string {
	return fmt.Sprintf("p50 %.1f, p90 %.1f, mean %.1f min", s.P50.Minutes(), s.P90.Minutes(), s.Mean.Minutes())
}

// counted is what is known of the orders that have gone.
type counted struct{ missed, off, rack, quoted, waited []time.Duration }

// And are the figures of two evenings together.
func (f Figures) And(o Figures) Figures {
	f.Orders, f.Pizzas, f.Remakes, f.Late = f.Orders+o.Orders, f.Pizzas+o.Pizzas, f.Remakes+o.Remakes, f.Late+o.Late
	f.seen = counted{
		slices.Concat(f.seen.missed, o.seen.missed), slices.Concat(f.seen.off, o.seen.off), slices.Concat(f.seen.rack, o.seen.rack),
		slices.Concat(f.seen.quoted, o.seen.quoted), slices.Concat(f.seen.waited, o.seen.waited),
	}
	return f.spread()
}

func (f Figures) spread() Figures {
	f.Error, f.Bias = spreadOf(f.seen.off), spreadOf(f.seen.missed)
	f.Rack, f.Quoted, f.Waited = spreadOf(f.seen.rack), spreadOf(f.seen.quoted), spreadOf(f.seen.waited)
	return f
}

// count takes an order into the figures.
func (r *restaurant) count(j *job) {
	expected := j.told.from
	if f := j.ticket.Forecast; f != nil && r.tells {
		expected = *f
	}
	missed := j.boxed.Sub(expected)
	r.figures.seen.missed, r.figures.seen.off = append(r.figures.seen.missed, missed), append(r.figures.seen.off, missed.Abs())
	r.figures.seen.rack, r.figures.seen.waited = append(r.figures.seen.rack, r.now.Sub(j.boxed)), append(r.figures.seen.waited, r.now.Sub(j.guest.at))
	r.figures.seen.quoted = append(r.figures.seen.quoted, j.told.to.Sub(j.guest.at))
	r.figures.Orders++
	for _, i := range j.ticket.Progress.Items {
		if i.Bakes {
			r.figures.Pizzas++
		}
	}
	if j.how == order.ByDelivery && r.now.Add(j.drive).After(j.door) || j.how != order.ByDelivery && j.boxed.After(j.told.to) {
		r.figures.Late++
	}
}

func (r *restaurant) sum() Figures {
	f := r.figures
	f.Policy = r.Name
	return f.spread()
}
