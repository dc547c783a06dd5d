package phone

import (
	"time"

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
