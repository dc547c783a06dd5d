// Package line says how orders go through a kitchen: who makes what and when, which oven it goes into, when it is ready, and what a new order
// would wait for. It is pure: the same kitchen and the same instant give the same plan. What it believes of how long things take is learned.
package line

import (
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// Line is what a kitchen can do at once.
type Line struct {
	Hands   []Hand
	Cutters int           // 0: cutting waits for nobody
	Cut     time.Duration // of one item
	Ovens   []Oven
	Faults  []Fault
	Took    Estimates
}

// Hand is somebody who makes orders.
type Hand struct {
	ID     string
	Skills []string // none means all
	Pace   float64  // how long it takes them, in parts of what it takes others

	free time.Time
}

// Ticket is an order as the line sees it.
type Ticket struct {
	Order   order.ID
	Queued  bool      // in the line; of one that is not, only what is in hands and ovens counts
	Cook    string    // who has begun it
	Web     bool      // it came through the cloud
	Held    bool      // a person keeps it back
	Release time.Time // and until when; zero: they have not said
	Aim     time.Time // when it should be ready at the soonest; zero: as soon as can be
	Items   []Item
}

// Item is one item of a ticket.
type Item struct {
	Of      *order.Item
	Entered time.Time // the state it is in
	Slot    *Slot     // where a sensor saw it, if one did
	Meant   Berth     // where it was to go in; who put it in without a sensor has followed that
}

// Berth is a deck of an oven, from 1; the zero Berth is none.
type Berth struct {
	Oven string
	Deck int
}

// Slot is a place in an oven, from 1, counted over its decks.
type Slot struct {
	Oven string `json:"oven"`
	Slot int    `json:"slot"`
}

// untouched reports whether nobody has begun a queued ticket.
func (t Ticket) untouched() bool {
	return t.Queued && !slices.ContainsFunc(t.Items, func(i Item) bool { return i.Of.State != order.ItemQueued || i.Of.Remakes > 0 })
}

// Plan is what a schedule makes of the tickets.
type Plan struct {
	Orders map[order.ID]Planned
	Why    []string // what is wrong with the ovens

	jobs    []Job
	makers  []string  // hands that work at the make line
	opened  []opening // what works of the ovens
	cut     time.Duration
	cutters int
}

// opening is a deck that bakes so many pizzas at once, from an instant on.
type opening struct {
	from   time.Time
	pizzas float64
}

// Planned is one order: when it will be ready, and how its items get there.
type Planned struct {
	Ready time.Time
	Fire  time.Time // when its first item should be started; zero: as soon as a cook is free
	Items []Job

	from int // of the plan's jobs
}

// Job is one item on its way through the kitchen. Instants that it has not and will not come to are zero.
type Job struct {
	Of    *order.Item
	Cook  string
	Start time.Time
	Made  time.Time
	Oven  string
	Deck  int
	In    time.Time
	Out   time.Time
	Ready time.Time

	ticket       int
	web          bool
	makes, bakes time.Duration
	release      time.Time // not to be started before
	entered      time.Time // its state
	slot         *Slot
	meant        Berth
	vacated      time.Time // its place in the oven takes another
}

// Starts is when the first item that is not begun is.
func (p Planned) Starts() (first time.Time) {
	for _, j := range p.Items {
		if j.Of.State == order.ItemQueued && (first.IsZero() || j.Start.Before(first)) {
			first = j.Start
		}
	}
	return first
}
