package phone

import (
	"slices"
	"time"

	"awesome.pizza/shared/wire"
)

// trip is a way and how far along it the car is.
type trip struct {
	route      Route
	metres     float64
	deadFrom   float64
	deadTo     float64
	underWay   bool
	homeward   bool
	takenAlong bool // the food is in the car
}

func (d *Driver) joins(o *wire.Offer) bool {
	before := d.state == Thinking || d.state == ToRestaurant || d.state == AtShelf
	return d.offer != nil && o.Trip != "" && o.Trip == d.offer.Trip && before && !d.trip.takenAlong
}

// join takes one more order for the same way.
func (d *Driver) join(o *wire.Offer, now time.Time) {
	d.more = append(d.more, o)
	if d.state == Thinking {
		return
	}
	d.do(Action{Kind: Accept, Offer: o.ID, Order: o.Order, At: now})
	if d.state == AtShelf && o.Restaurant.Position == d.house {
		d.do(Action{Kind: PickUp, Offer: o.ID, Order: o.Order, At: now})
	}
}

// missing is an order of the trip that was not handed over yet: at the counter where the driver is, or at any other.
func (d *Driver) missing(here bool) *wire.Offer {
	for _, o := range append([]*wire.Offer{d.offer}, d.more...) {
		if !slices.Contains(d.taken, o.Order) && (o.Restaurant.Position == d.house) == here {
			return o
		}
	}
	return nil
}

// fetch goes to the counter of an order.
func (d *Driver) fetch(o *wire.Offer, now time.Time) {
	d.house, d.state = o.Restaurant.Position, ToRestaurant
	d.drive(d.house, now)
}

// ask asks for what the trip has at this counter, and goes on when that is nothing.
func (d *Driver) ask(now time.Time) {
	for _, o := range append([]*wire.Offer{d.offer}, d.more...) {
		if o.Restaurant.Position == d.house && !slices.Contains(d.taken, o.Order) {
			d.do(Action{Kind: PickUp, Offer: o.ID, Order: o.Order, At: now})
		}
	}
	d.packed(now)
}

func (d *Driver) has(order string) bool {
	return d.Job() == order && order != "" || slices.ContainsFunc(d.more, func(o *wire.Offer) bool { return o.Order == order })
}

// forget drops an order of the trip and what was to be told about it. After the last one the driver goes home.
func (d *Driver) forget(id string, now time.Time) {
	var left []Action
	for _, a := range d.queue {
		if a, none := a.without(id); !none {
			left = append(left, a)
		}
	}
	d.queue = left
	d.more = slices.DeleteFunc(d.more, func(o *wire.Offer) bool { return o.Order == id })
	if d.Job() == id {
		d.next(now)
	}
	d.packed(now)
}

// next turns to the next order of the trip, or home.
func (d *Driver) next(now time.Time) {
	if len(d.more) == 0 {
		d.free(now)
		return
	}
	d.offer, d.more = d.more[0], d.more[1:]
	if d.state == ToGuest || d.state == AtDoor {
		d.state = ToGuest
		d.drive(d.offer.Drop.Position, now)
	}
}

func (d *Driver) free(now time.Time) {
	d.offer, d.more, d.taken, d.state = nil, nil, nil, Free
	d.drive(d.Home, now)
	d.trip.homeward = true
}

// trusted reports whether every pizza of the trip must be on its shelf by now, by what was said of it.
func (d *Driver) trusted(now time.Time) bool {
	after := func(o *wire.Offer) bool { return now.After(o.ReadyAt.Add(d.Pace.Lasts(trusts))) }
	return d.missing(false) == nil && after(d.offer) && !slices.ContainsFunc(d.more, func(o *wire.Offer) bool { return !after(o) })
}

// packed takes along what was handed over, once that is all of the trip. When all of this counter was, the next one is another restaurant's.
func (d *Driver) packed(now time.Time) {
	if d.state != AtShelf || d.trip.takenAlong || d.offer == nil || d.missing(true) != nil {
		return
	}
	if o := d.missing(false); o != nil {
		d.fetch(o, now)
		return
	}
	d.take(now)
}

func (d *Driver) take(now time.Time) {
	d.trip.takenAlong = true
	d.until = now.Add(d.Pace.Lasts(d.Dice.Around(packs, 0.4)))
}
