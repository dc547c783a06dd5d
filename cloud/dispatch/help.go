package dispatch

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Couriers are delivery companies, see cloud/courier. Wanted must not wait for them: what comes of it shows in a later snapshot.
type Couriers interface {
	Wanted(needs []Need)
}

// Need is an order that our own drivers cannot bring as promised.
type Need struct {
	Order   order.ID
	Promise time.Time // by when its guest expects it
	Own     time.Time // when a driver of ours could be at the door; zero: nobody can be asked
	Because string
}

// How couriers are called.
const (
	Summon   = 20 * time.Minute // how long before an order is ready, at most
	Deferral = 15 * time.Second // for which an order is not offered to a driver of ours who would be late, while couriers are asked
)

// Needs are the orders that our own drivers, however they share them, cannot bring until margin after the promise. It is reckoned greedily:
// the order that is ready first gets the driver who is first at its door.
func Needs(s Snapshot, margin time.Duration) []Need {
	crew := s.crew()
	var out []Need
	for _, o := range s.waiting() {
		ready := o.ready(s)
		best, unwilling := -1, false
		var door time.Time
		for i := range crew {
			at, can := crew[i].door(o, ready, s)
			switch {
			case !can:
			case slices.Contains(o.Declined, crew[i].ID):
				unwilling = true
			case best < 0 || at.Before(door):
				best, door = i, at
			}
		}
		switch {
		case best >= 0 && !door.After(o.Promise.To.Add(margin)):
			crew[best].free, crew[best].at = door, o.Drop
		case s.Now.Before(ready.Add(-Summon)):
		case best >= 0:
			out = append(out, Need{o.ID, o.Promise.To, door, fmt.Sprintf("our first driver would be at the door %s after the promise", roughly(door.Sub(o.Promise.To)))})
		case !unwilling:
			out = append(out, Need{Order: o.ID, Promise: o.Promise.To, Because: "no driver of ours is on shift and near"})
		case !s.Now.Before(ready.Add(-Lead - o.ReadySpread)):
			out = append(out, Need{Order: o.ID, Promise: o.Promise.To, Because: "no driver of ours has accepted"})
		}
	}
	return out
}

// hand is a driver as Needs reckons with one.
type hand struct {
	*Driver
	free time.Time // when the bag is empty
	at   Point     // where that is
}

// crew are the drivers who can be reckoned with, by id.
func (s *Snapshot) crew() []hand {
	orders := map[order.ID]Order{}
	for _, o := range s.Orders {
		orders[o.ID] = o
	}
	var out []hand
	for i := range s.Drivers {
		d := &s.Drivers[i]
		if d.Gone(s.Now) || d.SeenAt.IsZero() || d.Status != wire.Available && d.Status != wire.Busy {
			continue
		}
		h := hand{d, s.Now, d.Position}
		var held []Order
		for _, oid := range append(slices.Clone(d.Bag), d.Holding) {
			if o, ok := orders[oid]; ok {
				held = append(held, o)
			}
		}
		if way := Way(s.Now, d.Position, *d, held, s.Travel); len(way) > 0 {
			last := way[len(way)-1]
			h.free, h.at = last.When.Middle(), orders[last.Orders[0]].Drop
		}
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b hand) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// door is when this driver would be at the guest's door, having fetched the order.
func (h *hand) door(o *Order, ready time.Time, s Snapshot) (at time.Time, can bool) {
	way := s.Travel.Time(h.at, o.Pickup, h.speed())
	there := h.free.Add(Lead + way)
	away := h.Home != "" && h.Home != o.Restaurant || way > Reach || !h.ShiftEnd.IsZero() && there.After(h.ShiftEnd)
	return later(there, ready).Add(AtCounter + s.Travel.Time(o.Pickup, o.Drop, h.speed()) + AtDoor), !away
}

// callCouriers tells the couriers what is wanted of them, and leaves it a moment for them alone.
func (d *Dispatcher) callCouriers(s Snapshot, p *Plan) {
	if d.Couriers == nil {
		return
	}
	needs, since := Needs(s, d.Margin), map[order.ID]time.Time{}
	for _, n := range needs {
		since[n.Order] = s.Now
		if at, known := d.needy[n.Order]; known {
			since[n.Order] = at
		}
	}
	d.needy = since
	p.Offers = slices.DeleteFunc(p.Offers, func(c Choice) bool {
		at, needed := since[c.Order]
		return needed && s.Now.Sub(at) < Deferral
	})
	d.Couriers.Wanted(needs)
}
