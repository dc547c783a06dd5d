package road

import (
	"slices"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// Parts of an order's way, in the trade's words. A part whose end nobody knows is nil.
type Parts struct {
	Load       *time.Duration // placed, or due to be begun, until in the oven
	Rack       *time.Duration // ready until it leaves with a driver
	OutTheDoor *time.Duration // placed until it leaves with a driver
	OnRoad     *time.Duration // left until at the door: as the phone was seen there, else as it was marked as delivered
	Door       *time.Duration // seen at the door until marked as delivered
	Delivery   *time.Duration // placed until delivered
	Late       bool           // delivered after the promise
	Away       *int           // metres from the door when it was marked as delivered or failed
}

// PartsOf cuts an order's way into its parts. arrived is when the driver's phone was seen at the door; zero: it was not.
func PartsOf(r *ordering.Record, arrived time.Time) Parts {
	var p Parts
	began := r.Order.PlacedAt
	if r.Order.FireAt != nil && r.Order.FireAt.After(began) {
		began = *r.Order.FireAt
	}
	in, baked := first(r, order.StatusBaking)
	p.Load = between(began, in, baked)
	if !r.Order.Delivers() {
		return p
	}
	left, out := last(r, order.StatusOutForDelivery)
	p.OutTheDoor = between(began, left, out)
	if ready, ok := readyAt(r); ok {
		p.Rack = between(ready, left, out)
	}
	for _, s := range r.Steps {
		if s.Away != nil {
			p.Away = s.Away
		}
	}
	end, done := deliveredAt(r)
	if !done {
		return p
	}
	p.Delivery, p.Late = between(began, end, true), end.After(r.Order.Promise.To)
	switch seen := out && !arrived.IsZero() && !arrived.Before(left) && !arrived.After(end); {
	case seen:
		p.OnRoad, p.Door = between(left, arrived, true), between(arrived, end, true)
	case out:
		p.OnRoad = between(left, end, true)
	}
	return p
}

// readyAt is since when an order stood on the shelf: a driver who was known before hides that step.
func readyAt(r *ordering.Record) (at time.Time, ok bool) {
	if at, ok = last(r, order.StatusReadyForPickup); ok {
		return at, ok
	}
	return last(r, order.StatusDriverAssigned)
}

func first(r *ordering.Record, s order.StatusName) (time.Time, bool) {
	for _, step := range r.Steps {
		if step.Status == s {
			return step.At, true
		}
	}
	return time.Time{}, false
}

func between(from, to time.Time, known bool) *time.Duration {
	if !known || to.Before(from) {
		return nil
	}
	d := to.Sub(from)
	return &d
}

// Spread is how long something took over many orders.
type Spread struct {
	N   int
	P50 time.Duration
	P90 time.Duration
}

// Figures are many orders at a glance.
type Figures struct {
	Orders    int
	Delivered int // brought by a driver
	Late      int // of those
	Afar      int // marked as delivered or failed more than AfarMetres from the door
	Unseen    int // delivered, and nobody knows where the phone was

	Load, Rack, OutTheDoor, OnRoad, Door, Delivery Spread
}

// Sum gathers figures.
func Sum(all []Parts) (f Figures) {
	f.Orders = len(all)
	for i := range all {
		p := &all[i]
		if Afar(p.Away) {
			f.Afar++
		}
		if p.Delivery == nil {
			continue
		}
		f.Delivered++
		if p.Late {
			f.Late++
		}
		if p.Away == nil {
			f.Unseen++
		}
	}
	f.Load = spread(all, func(p *Parts) *time.Duration { return p.Load })
	f.Rack = spread(all, func(p *Parts) *time.Duration { return p.Rack })
	f.OutTheDoor = spread(all, func(p *Parts) *time.Duration { return p.OutTheDoor })
	f.OnRoad = spread(all, func(p *Parts) *time.Duration { return p.OnRoad })
	f.Door = spread(all, func(p *Parts) *time.Duration { return p.Door })
	f.Delivery = spread(all, func(p *Parts) *time.Duration { return p.Delivery })
	return f
}

func spread(all []Parts, of func(*Parts) *time.Duration) Spread {
	var took []time.Duration
	for i := range all {
		if d := of(&all[i]); d != nil {
			took = append(took, *d)
		}
	}
	if len(took) == 0 {
		return Spread{}
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[min(len(took)-1, int(q*float64(len(took))))] }
	return Spread{N: len(took), P50: at(0.5), P90: at(0.9)}
}
