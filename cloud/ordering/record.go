// Package ordering decides what the cloud does with an order: it prices and takes it, promises a time, hands it to its restaurant, and
// writes the delivery lane. It is pure but for the small Store it asks to commit.
//
// Not in here: SQL (cloud/store), HTTP (cloud/api), which driver (cloud/dispatch), and whatever the kitchen decides: that lane is only
// followed, from facts.
package ordering

import (
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Who is named by a Step.
const (
	ByCloud = "cloud"
	ByEdge  = "edge"
	ByStaff = "staff"
	ByGuest = "guest"
)

// ByCourier names a delivery company in a Step.
func ByCourier(id string) string { return "courier:" + id }

// ByDriver names a driver in a Step.
func ByDriver(id string) string { return "driver:" + id }

// Record is an order as the cloud holds it. Slices in it are shared between readers: replace them, do not write into them.
type Record struct {
	Order    order.Order    // of a restaurant's own orders the lines can change: see Reworded
	Progress order.Progress // both lanes

	Number      int        // the kitchen's short number; 0 until it is queued
	Version     int        // 1 when placed, +1 with every change: the ETag
	Token       string     // unguessable, in the tracking link "/track/<token>"
	Driver      *Driver    // who brings it
	Courier     *Courier   // the delivery company that was asked, instead of drivers of our own; Driver is nil or its
	Arrives     *time.Time // when the driver is expected at the restaurant, or at the door once departed
	Expected    *time.Time // when the plan has a driver at the restaurant, while none has agreed to come
	Ready       *time.Time // the kitchen's forecast as last heard
	KitchenAsOf time.Time  // when the kitchen lane was last heard of, by the cloud's clock
	CancelAsked *time.Time // the guest wants out and the restaurant has not answered yet
	Reason      string     // why it was cancelled, rejected or failed, or why a cancel was refused
	Overdue     bool       // the restaurant did not accept in time: the guest may wait, change or cancel
	Steps       []Step     // timeline, oldest first
	Hands       []Hand     // who was to bring it, oldest first
	Arrival     int64      // place in the cloud's list of all orders, newest highest; given by the store

	tells    []event.Body
	reworded bool
}

// Driver is who brings an order.
type Driver struct {
	ID   string `json:"id"`
	Name string `json:"name"`

	ByHand bool   `json:"by_hand,omitempty"` // a person chose this driver, not dispatch
	Trip   string `json:"trip,omitempty"`    // what was offered together with it has the same one
	Stop   int    `json:"stop,omitempty"`    // place of its door on that trip, from 0
	Fetch  int    `json:"fetch,omitempty"`   // behind so many doors of that trip it is fetched

	Because string `json:"-"` // why a person chose this one all the same: it goes into the history of the order
}

// Step is one line of the timeline. Several steps can stand in one version.
type Step struct {
	Version int              `json:"version"`
	Status  order.StatusName `json:"status"`
	At      time.Time        `json:"at"`
	By      string           `json:"by"`
	Away    *int             `json:"away,omitempty"` // metres from the door when a driver said that it is delivered or failed, if anybody knows
}

// Decide changes a record inside a transaction that belongs to many callers: it must be quick, pure and repeatable. What it returns as
// an error is its caller's alone, and then nothing of its record is kept.
type Decide func(*Record) error

// Status is what everybody sees.
func (r Record) Status() order.StatusName { return r.Progress.Status() }

// Begin is the record of an order that was just taken, in version 1.
func Begin(o order.Order, items []order.Item, token, by string, at time.Time) Record {
	r := Record{Order: o, Progress: order.Begin(&o, items), Version: 1, Token: token, KitchenAsOf: at}
	r.Steps = []Step{{Version: 1, Status: r.Status(), At: at, By: by}}
	return r
}

// AsPlaced is the record as it was when it was placed: the first answer to the guest who placed it.
func (r Record) AsPlaced() Record {
	placed := Begin(r.Order, r.Progress.Items, r.Token, ByCloud, r.Order.PlacedAt)
	placed.Arrival = r.Arrival
	return placed
}

// Take moves the order by a step that side decides on: see order.Progress.Take. The timeline gets what a guest sees of it.
func (r *Record) Take(side order.Side, action order.Action, by string, at time.Time, items ...string) error {
	return r.move(by, at, func(p order.Progress) (order.Progress, error) { return p.Take(side, action, items...) })
}

// Follow records a step that its owner has already taken: see order.Progress.Follow.
func (r *Record) Follow(side order.Side, action order.Action, by string, at time.Time, items ...string) error {
	return r.move(by, at, func(p order.Progress) (order.Progress, error) { return p.Follow(side, action, items...) })
}

func (r *Record) move(by string, at time.Time, step func(order.Progress) (order.Progress, error)) error {
	next, err := step(r.Progress)
	if err != nil {
		return err
	}
	shown := order.Shown(r.Status(), next.Status())
	r.Progress = next
	if len(shown) == 0 {
		return nil
	}
	r.Steps = slices.Clone(r.Steps)
	for _, s := range shown {
		r.Steps = append(r.Steps, Step{Version: r.Version + 1, Status: s, At: at.UTC(), By: by})
	}
	return nil
}

// Tell adds a command to the restaurant; it is committed with the change, or not at all.
func (r *Record) Tell(b event.Body) { r.tells = append(slices.Clip(r.tells), b) }

// Told are the commands added since the record was read, in order. The store numbers and commits them.
func (r *Record) Told() []event.Body { return r.tells }

// illegal is the problem of a step that is not allowed from here, with the facts "current" and "allowed".
func (r *Record) illegal(format string, args ...any) *problem.Problem {
	return problem.New(problem.Conflict, "illegal_step", format, args...).
		With("current", r.Status()).With("allowed", r.Progress.Next())
}

// Untold is the record without the commands, for the store has taken them.
func (r Record) Untold() Record {
	r.tells, r.reworded = nil, false
	return r
}
