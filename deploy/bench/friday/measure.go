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

// counted is what is known of an order when it has gone.
type counted struct{ missed, off, rack, quoted, waited []time.Duration }

// count takes an order into the figures.
func (r *restaurant) count(j *job) {
	expected := j.told.from
	if f := j.ticket.Forecast; f != nil && r.tells {
		expected = *f
	}
	missed := j.boxed.Sub(expected)
	r.seen.missed, r.seen.off = append(r.seen.missed, missed), append(r.seen.off, missed.Abs())
	r.seen.rack, r.seen.waited = append(r.seen.rack, r.now.Sub(j.boxed)), append(r.seen.waited, r.now.Sub(j.guest.at))
	r.seen.quoted = append(r.seen.quoted, j.told.to.Sub(j.guest.at))
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
	f.Error, f.Bias = spreadOf(r.seen.off), spreadOf(r.seen.missed)
	f.Rack, f.Quoted, f.Waited = spreadOf(r.seen.rack), spreadOf(r.seen.quoted), spreadOf(r.seen.waited)
	return f
}
