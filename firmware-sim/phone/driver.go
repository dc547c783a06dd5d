// Package phone is a driver with a phone: what the person decides, where the car is, and what the phone keeps in its queue while the
// network is away. Driver is pure: time and offers come in, actions come out. Phone runs it against a Network. MQTT and HTTP are
// not in here.
package phone

import (
	"slices"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/wire"
)

// State is what the driver is at.
type State string

// The states.
const (
	OffShift     State = "off_shift"
	Free         State = "free"
	Thinking     State = "thinking"
	ToRestaurant State = "to_restaurant"
	AtShelf      State = "at_shelf" // waits for the pizza
	ToGuest      State = "to_guest"
	AtDoor       State = "at_door"
)

// Habits are what one driver is like.
type Habits struct {
	Speed     float64 // m/s on the road
	Accepts   float64 // probability
	Ignores   float64 // probability; what is left is declined
	GivesUp   float64 // probability that nobody opens
	DeadZones float64 // probability that a trip leads through a place without network
}

// How long people take, in life's time.
const (
	thinks = 8 * time.Second
	packs  = 25 * time.Second
	atDoor = 70 * time.Second
	trusts = time.Minute // past the forecast, without network, before a pizza on the shelf is taken to be the right one
)

// Driver is one person. It is not safe for concurrent use.
type Driver struct {
	Home   wire.Position
	Habits Habits
	Pace   dice.Pace
	Dice   *dice.Dice

	state   State
	offer   *wire.Offer
	more    []*wire.Offer // of the same trip, behind it
	taken   []string      // orders that were handed over at a counter
	house   wire.Position // where the next counter is, or this one
	until   time.Time     // of what takes time: thinking, packing, waiting at the door
	at      wire.Position
	heading float64
	moving  bool
	trip    trip
	last    time.Time
	queue   []Action
	seen    []string // offers by id
}

// Begin starts the shift at home.
func (d *Driver) Begin(now time.Time) {
	d.state, d.at, d.last = Free, d.Home, now
	d.do(Action{Kind: Status, State: wire.Available, At: now})
}

// End ends the shift. What was not told yet stays in the queue.
func (d *Driver) End(now time.Time) {
	d.state = OffShift
	d.do(Action{Kind: Status, State: wire.EndOfShift, At: now})
}

// State is what the driver is at.
func (d *Driver) State() State { return d.state }

// Job is the order the driver is busy with, "" none.
func (d *Driver) Job() string {
	if d.offer == nil {
		return ""
	}
	return d.offer.Order
}

// Queued is how many actions have not been told.
func (d *Driver) Queued() int { return len(d.queue) }

func (d *Driver) do(a Action) { d.queue = append(d.queue, a) }

// act queues an action about the order at hand.
func (d *Driver) act(k Kind, now time.Time) {
	d.do(Action{Kind: k, Offer: d.offer.ID, Order: d.offer.Order, At: now})
}

// all queues an action about each order of the trip.
func (d *Driver) all(k Kind, now time.Time) {
	d.act(k, now)
	for _, o := range d.more {
		d.do(Action{Kind: k, Offer: o.ID, Order: o.Order, At: now})
	}
}

// answer answers what was offered: all doors of a trip as one act.
func (d *Driver) answer(k Kind, now time.Time) {
	if d.offer.Trip == "" {
		d.all(k, now)
		return
	}
	a := Action{Kind: k, Offer: d.offer.ID, Order: d.offer.Order, At: now, Trip: d.offer.Trip}
	for _, o := range append([]*wire.Offer{d.offer}, d.more...) {
		a.Doors = append(a.Doors, Door{o.ID, o.Order})
	}
	d.do(a)
}

// mostSeen is how many offers a phone remembers.
const mostSeen = 64

// Hear takes an offer, or takes one back. An offer heard twice counts once; one that comes to somebody busy is declined, unless it is of the
// same trip and nothing of that was taken along.
func (d *Driver) Hear(o wire.Offer, now time.Time) {
	switch {
	case o.Revoked:
		if d.has(o.Order) && !d.trip.takenAlong {
			d.forget(o.Order, now)
		}
		return
	case slices.Contains(d.seen, o.ID) || d.state == OffShift:
		return
	}
	if d.seen = append(d.seen, o.ID); len(d.seen) > mostSeen {
		d.seen = d.seen[1:]
	}
	if d.joins(&o) {
		d.join(&o, now)
		return
	}
	if d.offer != nil {
		d.do(Action{Kind: Decline, Offer: o.ID, Order: o.Order, At: now})
		return
	}
	d.offer, d.state = &o, Thinking
	d.until = now.Add(d.Pace.Lasts(d.Dice.Around(thinks, 0.6)))
}

// Advance lets time pass until now.
func (d *Driver) Advance(now time.Time) {
	arrived := d.move(now)
	switch d.state {
	case Thinking:
		if !now.Before(d.until) {
			d.decide(now)
		}
	case ToRestaurant:
		if arrived {
			d.state = AtShelf
			d.ask(now)
		}
	case AtShelf:
		if d.trip.takenAlong && !now.Before(d.until) {
			d.all(Depart, now)
			d.state = ToGuest
			d.drive(d.offer.Drop.Position, now)
		}
	case ToGuest:
		if arrived {
			d.state, d.until = AtDoor, now.Add(d.Pace.Lasts(d.Dice.Around(atDoor, 0.6)))
		}
	case AtDoor:
		if !now.Before(d.until) {
			d.finish(now)
		}
	case Free, OffShift:
	}
}

func (d *Driver) decide(now time.Time) {
	luck := d.Dice.Float64()
	switch {
	case now.After(d.offer.ExpiresAt.Time) || luck >= d.Habits.Accepts && luck < d.Habits.Accepts+d.Habits.Ignores:
		d.offer, d.more, d.state = nil, nil, Free // too late, or no interest: nothing is said
	case luck < d.Habits.Accepts:
		d.answer(Accept, now)
		d.fetch(d.offer, now)
	default:
		d.answer(Decline, now)
		d.offer, d.more, d.state = nil, nil, Free
	}
}

func (d *Driver) finish(now time.Time) {
	k := Deliver
	if d.Dice.Chance(d.Habits.GivesUp) {
		k = GiveUp
	}
	d.act(k, now)
	d.next(now)
}

// Next is the oldest action that has not been told.
func (d *Driver) Next() (Action, bool) {
	if len(d.queue) == 0 {
		return Action{}, false
	}
	return d.queue[0], true
}

// Told says what became of telling a, which was Next. Only what the cloud will never take is dropped unheard.
func (d *Driver) Told(a Action, o Outcome, now time.Time) {
	if len(d.queue) == 0 || !d.queue[0].is(a) {
		return // the order was forgotten meanwhile
	}
	waiting := a.Kind == PickUp && d.state == AtShelf && !d.trip.takenAlong && d.has(a.Order)
	switch o {
	case Done:
		d.queue = d.queue[1:]
		if waiting {
			d.taken = append(d.taken, a.Order)
			d.packed(now)
		}
	case Wait:
		if waiting {
			d.queue[0].At = now // nothing was picked up yet
		}
	case Hopeless:
		d.queue = d.queue[1:]
		if a.Kind == Status || a.Kind == Decline {
			return
		}
		for _, order := range a.orders() {
			if d.has(order) {
				d.forget(order, now)
			}
		}
	case Changed:
		d.queue = append(a.apart(), d.queue[1:]...)
	case Away:
		if waiting && d.trusted(now) {
			for i := range d.queue {
				if d.queue[i].Kind == PickUp {
					d.queue[i].At = now
				}
			}
			d.take(now)
		}
	}
}
