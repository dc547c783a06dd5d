package mdrp

import (
	"fmt"

	"awesome.pizza/cloud/dispatch/engine"
)

// Check retraces a solution from the instance alone, and reports the first thing that could not have happened so: it walks with each courier
// from where the shift begins, and asks of every leg whether it could begin then and whether its end fits what the other files say.
func Check(in *Instance, s *Solution) error {
	w := walk{in: in, s: s, places: in.places(), travel: straight(in.Parameters.Speed), orders: map[string]*Order{}, brought: map[string]bool{}}
	for i := range in.Orders {
		w.orders[in.Orders[i].ID] = &in.Orders[i]
	}
	bags := map[string][]Assignment{}
	for _, a := range s.Assignments {
		bags[a.Courier] = append(bags[a.Courier], a)
	}
	for i := range in.Couriers {
		if err := w.courier(&in.Couriers[i], bags[in.Couriers[i].ID]); err != nil {
			return fmt.Errorf("%s, courier %s: %w", in.Name, in.Couriers[i].ID, err)
		}
	}
	if len(w.brought) != len(s.Deliveries) {
		return fmt.Errorf("%s: %d orders are delivered, the couriers brought %d", in.Name, len(s.Deliveries), len(w.brought))
	}
	return nil
}

// walk is the retracing of a solution.
type walk struct {
	in      *Instance
	s       *Solution
	places  map[string]engine.Place
	travel  straight
	orders  map[string]*Order
	brought map[string]bool
}

// step is where a courier is, and from when on the courier may leave.
type step struct {
	name string
	free int
}

func (w *walk) courier(c *Courier, bags []Assignment) error {
	at, moves := step{"0", c.On}, w.s.Moves[c.ID]
	for _, bag := range bags {
		if len(bag.Orders) == 0 {
			return fmt.Errorf("a pick-up of nothing at %d", bag.Pickup)
		}
		if w.orders[bag.Orders[0]] == nil {
			return fmt.Errorf("%q is no order", bag.Orders[0])
		}
		for len(moves) > 0 && moves[0].To != bag.Orders[0] {
			if _, isOrder := w.orders[moves[0].To]; isOrder {
				return fmt.Errorf("goes to %s, which is not in the bag", moves[0].To)
			}
			if err := w.leg(c, &at, moves[0]); err != nil {
				return err
			}
			moves = moves[1:]
		}
		if len(moves) < len(bag.Orders) {
			return fmt.Errorf("does not go to all guests of the bag picked up at %d", bag.Pickup)
		}
		if err := w.bag(c, &at, bag, moves[:len(bag.Orders)]); err != nil {
			return err
		}
		moves = moves[len(bag.Orders):]
	}
	for _, m := range moves { // to be near, and nothing came of it
		if err := w.leg(c, &at, m); err != nil {
			return err
		}
	}
	return nil
}

// leg is one way, from where the courier is.
func (w *walk) leg(c *Courier, at *step, m Move) error {
	from := at.name
	if from == "0" {
		from = "\x00" + c.ID
	}
	to, known := w.places[m.To]
	switch {
	case !known:
		return fmt.Errorf("goes to %q, which is nowhere", m.To)
	case m.From != at.name:
		return fmt.Errorf("leaves %s at %d and is at %s", m.From, m.Leave, at.name)
	case m.Leave < at.free:
		return fmt.Errorf("leaves %s at %d, and could at %d", m.From, m.Leave, at.free)
	}
	*at = step{m.To, m.Leave + w.travel.Time(w.places[from], to, 0)}
	return nil
}

// bag is a pick-up and its drops.
func (w *walk) bag(c *Courier, at *step, bag Assignment, legs []Move) error {
	p, room := w.in.Parameters, w.orders[bag.Orders[0]].Restaurant
	earliest := at.free + p.Pickup/2
	for _, id := range bag.Orders {
		o := w.orders[id]
		switch {
		case o == nil || o.Restaurant != room || w.brought[id]:
			return fmt.Errorf("%q is no order of %s, or was picked up before", id, room)
		case bag.At < o.Placed || bag.At > bag.Pickup:
			return fmt.Errorf("is told at %d of %s, which is placed at %d and picked up at %d", bag.At, id, o.Placed, bag.Pickup)
		}
		w.brought[id], earliest = true, max(earliest, o.Ready)
	}
	if at.name != room || bag.Pickup < earliest || bag.Pickup > c.Off {
		return fmt.Errorf("picks up at %d and is at %s; from %s it can be from %d to %d", bag.Pickup, at.name, room, earliest, c.Off)
	}
	at.free = bag.Pickup + p.Pickup/2
	for i, id := range bag.Orders {
		if legs[i].To != id {
			return fmt.Errorf("goes to %s instead of %s", legs[i].To, id)
		}
		if err := w.leg(c, at, legs[i]); err != nil {
			return err
		}
		drop := at.free + p.Dropoff/2
		if d := w.s.Deliveries[id]; d != (Delivery{Pickup: bag.Pickup, Drop: drop, Courier: c.ID}) {
			return fmt.Errorf("%s is said to be delivered as %+v, and was at %d", id, d, drop)
		}
		at.free = drop + p.Dropoff/2
	}
	return nil
}
