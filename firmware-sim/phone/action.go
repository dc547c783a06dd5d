package phone

import (
	"slices"
	"time"

	"awesome.pizza/shared/wire"
)

// Kind is what an action is.
type Kind string

// The actions of a driver.
const (
	Status  Kind = "status"  // State says which
	Accept  Kind = "accept"  // an offer, or all doors of a trip
	Decline Kind = "decline" // likewise
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
	Trip  string // accept, decline: all of Doors as one act, Offer the first of them; empty: Offer alone
	Doors []Door
}

// Door is an order of a trip, and its offer.
type Door struct{ Offer, Order string }

// is reports whether two are the same act.
func (a Action) is(b Action) bool {
	return a.Kind == b.Kind && a.Offer == b.Offer && a.Order == b.Order && a.At.Equal(b.At) && slices.Equal(a.Doors, b.Doors)
}

// without is an act without what it says of an order; none reports that nothing is left of it.
func (a Action) without(order string) (left Action, none bool) {
	if a.Trip == "" {
		return a, a.Order == order
	}
	a.Doors = slices.DeleteFunc(slices.Clone(a.Doors), func(d Door) bool { return d.Order == order })
	if len(a.Doors) == 0 {
		return a, true
	}
	a.Offer, a.Order = a.Doors[0].Offer, a.Doors[0].Order
	return a, false
}

// orders are those that an act is about.
func (a Action) orders() []string {
	if a.Trip == "" {
		return []string{a.Order}
	}
	var all []string
	for _, d := range a.Doors {
		all = append(all, d.Order)
	}
	return all
}

// apart is an answer door by door.
func (a Action) apart() (all []Action) {
	for _, d := range a.Doors {
		all = append(all, Action{Kind: a.Kind, Offer: d.Offer, Order: d.Order, At: a.At})
	}
	return all
}

// Outcome is what became of telling the cloud.
type Outcome int

// The outcomes.
const (
	Done     Outcome = iota
	Wait             // not yet: the kitchen is not so far. Again later
	Hopeless         // never: the order was cancelled, the offer went to another
	Away             // the cloud was not reached. Again later
	Changed          // a trip: not all of its doors are to be had, so nothing was done. Door by door
)
