package dispatch

import (
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
)

// part has a driver leave with what is done when the rest of the trip needs much longer: that goes back into the plan. Who has fetched nothing
// and stands at the counter waits for what the plan still has for the same way; who has something in hand, as long as that is worth it.
func (a *asking) part(d *Driver, b *bag, route []engine.Stop) {
	var goes, stay []*Order
	for i, o := range b.orders {
		with := b.loose && len(route) > 0 && slices.Contains(route[0].Orders, slices.Index(a.orders, o))
		switch done := o.Kitchen == order.Ready; {
		case o.Delivery == order.PickedUp || o.Delivery == order.OutForDelivery:
			goes = append(goes, o)
		case with && (!done || Kilometres(d.Position, o.Pickup) > There):
			return
		case with:
			goes = append(goes, o)
		case !done && o.Delivery == order.Assigned && !o.ByHand && o.Fetch == 0 && a.untilDone(o) > Hold && (b.loose || !a.worthwhile(d, b, i)):
			stay = append(stay, o)
		}
	}
	for _, o := range stay {
		if slices.ContainsFunc(goes, func(g *Order) bool { return g.Restaurant == o.Restaurant }) {
			a.out.Moves = append(a.out.Moves, Move{Order: o.ID, Driver: d.ID, Because: "what is done does not wait for it"})
		}
	}
}

// untilDone is how long it takes until an order is done.
func (a *asking) untilDone(o *Order) time.Duration { return o.ready(*a.Snapshot).Sub(a.Now) }

// worthwhile reports whether what a driver has in hand had better wait for an order of his bag: that costs less than its coming later, with somebody
// else or on his next way.
func (a *asking) worthwhile(d *Driver, b *bag, i int) bool {
	o, w := b.orders[i], a.untilDone(b.orders[i])
	var rest bag
	held := 0.0
	for k, other := range b.orders {
		if k != i {
			rest.orders = append(rest.orders, other)
		}
		if other.Delivery == order.PickedUp || other.Delivery == order.OutForDelivery {
			held += w.Minutes()*(1+a.Weights.Fresh) + (w-Hold).Minutes()*a.Weights.Held
		}
	}
	rest.drive(a.Snapshot, d)
	back := later(rest.free.Add(a.Travel.Time(rest.last, o.Pickup, d.speed())), o.ready(*a.Snapshot))
	door := back.Add(AtCounter + a.Travel.Time(o.Pickup, o.Drop, d.speed()) + AtDoor)
	if second, dearer := a.next(o, d, b.doors[i]); second != "" {
		if at := b.doors[i].Add(time.Duration(dearer * float64(time.Minute))); at.Before(door) {
			door = at
		}
	}
	return a.bad(o, door)-a.bad(o, b.doors[i]) > held
}

// bad is how bad it is that an order is at its door at a time, in minutes of click-to-door.
func (a *asking) bad(o *Order, door time.Time) float64 {
	return door.Sub(a.Now).Minutes()*(1+a.Weights.Fresh) + tardy(o, door).Minutes()*a.Weights.Late
}
