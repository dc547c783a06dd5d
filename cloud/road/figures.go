package road

import (
	"math"
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

// Tally gathers figures, order by order. The zero value has none. It keeps how long each part took, to the second, for each order: some 24 bytes.
type Tally struct {
	f                                              Figures
	load, rack, outTheDoor, onRoad, door, delivery []int32
}

// Add takes one order in.
func (t *Tally) Add(p *Parts) {
	t.f.Orders++
	if Afar(p.Away) {
		t.f.Afar++
	}
	for _, part := range []struct {
		to   *[]int32
		took *time.Duration
	}{{&t.load, p.Load}, {&t.rack, p.Rack}, {&t.outTheDoor, p.OutTheDoor}, {&t.onRoad, p.OnRoad}, {&t.door, p.Door}, {&t.delivery, p.Delivery}} {
		if part.took != nil {
			*part.to = append(*part.to, int32(min(*part.took/time.Second, math.MaxInt32)))
		}
	}
	if p.Delivery == nil {
		return
	}
	t.f.Delivered++
	if p.Late {
		t.f.Late++
	}
	if p.Away == nil {
		t.f.Unseen++
	}
}

// Figures are those of all orders that were taken in.
func (t *Tally) Figures() Figures {
	f := t.f
	f.Load, f.Rack, f.OutTheDoor = spread(t.load), spread(t.rack), spread(t.outTheDoor)
	f.OnRoad, f.Door, f.Delivery = spread(t.onRoad), spread(t.door), spread(t.delivery)
	return f
}

// Sum gathers figures.
func Sum(all []Parts) Figures {
	var t Tally
	for i := range all {
		t.Add(&all[i])
	}
	return t.Figures()
}

func spread(took []int32) Spread {
	if len(took) == 0 {
		return Spread{}
	}
	slices.Sort(took)
	at := func(q float64) time.Duration {
		return time.Duration(took[min(len(took)-1, int(q*float64(len(took))))]) * time.Second
	}
	return Spread{N: len(took), P50: at(0.5), P90: at(0.9)}
}
