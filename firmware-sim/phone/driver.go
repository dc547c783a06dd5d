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

// Kind is what an action is.
type Kind string

// The actions of a driver.
const (
	Status  Kind = "status"  // State says which
	Accept  Kind = "accept"  // an offer
	Decline Kind = "decline" // an offer
	PickUp  Kind = "pick_up"
	Depart  Kind = "depart"
	Deliver Kind = "deliver"
	GiveUp  Kind = "give_up"
)

// Action is something the driver did, at its true time, that the cloud shall know.
type Action struct {
	Kind  Kind
	Offer string
	Order string
	State wire.DriverState
	At    time.Time
}

// Outcome is what became of telling the cloud.
type Outcome int

// The outcomes.
const (
	Done     Outcome = iota
	Wait             // not yet: the kitchen is not so far. Again later
	Hopeless         // never: the order was cancelled, the offer went to another
	Away             // the cloud was not reached. Again later
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
	d.queue = slices.DeleteFunc(d.queue, func(a Action) bool { return a.Order == id })
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

func (d *Driver) drive(to wire.Position, now time.Time) {
	d.trip = trip{route: NewRoute(d.at, to, d.Dice), underWay: true, takenAlong: d.trip.takenAlong && d.offer != nil}
	d.last = now
	if d.Dice.Chance(d.Habits.DeadZones) {
		length := d.trip.route.Length()
		d.trip.deadFrom = length * d.Dice.Between(0.1, 0.5)
		d.trip.deadTo = d.trip.deadFrom + length*d.Dice.Between(0.1, 0.4)
	}
}

// Network reports whether there is any where the car is.
func (d *Driver) Network() bool {
	return !d.trip.underWay || d.trip.metres < d.trip.deadFrom || d.trip.metres >= d.trip.deadTo
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

// move drives on, and reports whether that brought the car to where it was going.
func (d *Driver) move(now time.Time) (arrived bool) {
	passed := now.Sub(d.last)
	d.last, d.moving = now, false
	if !d.trip.underWay {
		return false
	}
	d.trip.metres += d.speed() * passed.Seconds()
	d.at, d.heading = d.trip.route.At(d.trip.metres)
	d.moving = true
	if d.trip.metres < d.trip.route.Length() {
		return false
	}
	d.trip.underWay, d.moving = false, false
	return true
}

func (d *Driver) decide(now time.Time) {
	luck := d.Dice.Float64()
	switch {
	case now.After(d.offer.ExpiresAt.Time) || luck >= d.Habits.Accepts && luck < d.Habits.Accepts+d.Habits.Ignores:
		d.offer, d.more, d.state = nil, nil, Free // too late, or no interest: nothing is said
	case luck < d.Habits.Accepts:
		d.all(Accept, now)
		d.fetch(d.offer, now)
	default:
		d.all(Decline, now)
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
	if len(d.queue) == 0 || d.queue[0] != a {
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
		if d.has(a.Order) && a.Kind != Status && a.Kind != Decline {
			d.forget(a.Order, now)
		}
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

// fastest is how fast a car gets on the wall clock, in m/s, however fast life goes: 160 km/h. Nobody would believe more of a driver, and
// the chain does not.
const fastest = 45.0

// speed is in metres per second of the wall clock.
func (d *Driver) speed() float64 {
	return min(d.Habits.Speed*d.Pace.Passes(time.Second).Seconds(), fastest)
}

// Location is what the phone's receiver says: a few metres beside the truth.
func (d *Driver) Location(now time.Time) wire.DriverLocation {
	spread := 4.0
	speed := 0.0
	if d.moving {
		speed = d.speed()
	}
	return wire.DriverLocation{
		Position:  Shift(d.at, d.Dice.NormFloat64()*spread, d.Dice.NormFloat64()*spread),
		Timestamp: wire.At(now), Speed: &speed, Heading: new(d.heading), Accuracy: new(2 * spread),
	}
}
