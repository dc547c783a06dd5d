package restaurant

import "time"

// Unprojectable is what an alert says of an event that the cloud keeps and could not follow.
const Unprojectable = "unprojectable_event"

// TwoNodes is what an alert says of a restaurant in which two nodes with the same card are alive: each begins a new history after the other.
// Nothing is lost by it.
const TwoNodes = "two_nodes"

// QuarantineFull is what an alert says when more has come from devices that are not the restaurant's node than is kept aside: a person has to
// approve or discard what is there.
const QuarantineFull = "quarantine_full"

// Unbrought is what an alert says of an order of a device that is gone which is too large to be brought to the restaurant's present node.
const Unbrought = "unbrought_order"

// SaidUnready is what an alert says of an order of which a delivery company says that it has delivered it, while its kitchen has not handed it over.
const SaidUnready = "delivered_unready"

// EnrolmentForgotten is what an alert says of a restaurant whose node was enrolled in what a restored database has lost: the node has shown the
// chain's own proof, and serves. What else was decided about devices since is forgotten, too.
const EnrolmentForgotten = "enrolment_forgotten"

// FarAhead is what an alert says of a restaurant for which somebody names numbers that no honest node can have: its key may be stolen.
const FarAhead = "far_ahead"

// Alert is something in a restaurant that needs a person: its kitchen's own, or one of the above, which are the cloud's. Then Detail says
// what is wrong.
type Alert struct {
	Restaurant string
	Alert      string // its name within the restaurant
	Device     string
	What       string
	Level      string
	Order      string // empty: about none
	Detail     string
	Since      time.Time // by the restaurant's clock
	Heard      time.Time // by ours
}

// SetAside is how much is kept for a person to look at.
type SetAside struct {
	Batches map[string]int // of events, and orders of such, by restaurant, from nodes that are not its node
	Letters int            // messages of drivers' phones that nobody could believe
}
