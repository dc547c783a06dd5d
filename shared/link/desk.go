package link

import (
	"fmt"
	"time"
	"unicode/utf8"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Who brings what is the cloud's to say, for it alone has the plan and the phones. A restaurant's counter looks at that and changes it by asking:
// one question, one answer, nothing kept on the way. With the line cut nobody is asked, and nothing is asked later: a person stands there.

// DeskTimeout is for how long an answer is of use.
const DeskTimeout = 5 * time.Second

// What a desk can ask.
const (
	DeskLook     = "look"     // show me the board
	DeskWhatIf   = "what_if"  // with so many drivers more
	DeskAssign   = "assign"   // give an order to a driver
	DeskUnassign = "unassign" // take it back from the driver who has it
)

// Bounds of a board: the busiest evening of a restaurant has a tenth of it. What is over is counted, not shown.
const (
	DeskOrders  = 250
	DeskDrivers = 120
	DeskExtra   = 20 // drivers more that can be asked about
)

// DeskRequest asks about the deliveries of the restaurant whose subject it comes on, and of no other.
type DeskRequest struct {
	Device  string   `json:"device"`
	Ask     string   `json:"ask"`
	Extra   int      `json:"extra,omitempty"`      // what_if
	Order   order.ID `json:"order,omitempty"`      // assign, unassign
	Driver  string   `json:"driver,omitempty"`     // assign: to whom; unassign: from whom
	Instead string   `json:"instead_of,omitempty"` // assign: who has it, as the asker sees it; empty: nobody
	By      string   `json:"by,omitempty"`         // assign, unassign: who says so; empty: nobody is signed in, or the node is older
	Reason  string   `json:"reason,omitempty"`     // assign: why him all the same
}

// DeskReasonMost is how long a reason can be, in characters.
const DeskReasonMost = 200

// DeskReply answers a DeskRequest: with the board as it is afterwards, with what would be, or with why not.
type DeskReply struct {
	Board   *DeskBoard   `json:"board,omitempty"`
	WhatIf  *DeskCompare `json:"what_if,omitempty"`
	Refused *DeskRefusal `json:"refused,omitempty"`
}

// DeskRefusal is a problem as it travels.
type DeskRefusal struct {
	Kind   problem.Kind `json:"kind"`
	Code   string       `json:"code"`
	Detail string       `json:"detail"`
}

// DeskBoard is what one restaurant has to deliver, who can bring it, and what the plan makes of it.
type DeskBoard struct {
	AsOf        time.Time    `json:"as_of"`          // by the clock of the core that answers: cores' clocks differ
	Base        string       `json:"base,omitempty"` // which history of the database it is of
	Rev         int64        `json:"rev,omitempty"`  // rises with whatever is committed there, whichever core looks
	Restaurants []DeskHouse  `json:"restaurants"`    // the one
	Drivers     []DeskDriver `json:"drivers"`
	Orders      []DeskOrder  `json:"orders"`
	Totals      DeskSum      `json:"totals"`
	More        int          `json:"more,omitempty"` // orders that did not fit
}

// Older reports whether a board was looked up before another one, as far as the database they are of can tell: clocks are not asked.
func (b *DeskBoard) Older(than *DeskBoard) bool {
	return b.Base != "" && b.Base == than.Base && b.Rev < than.Rev
}

// DeskHouse is a restaurant on the map.
type DeskHouse struct {
	ID        string  `json:"id"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// DeskPlace is a place on the map.
type DeskPlace struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// DeskSeen is where somebody was, and when.
type DeskSeen struct {
	DeskPlace
	At time.Time `json:"at"`
}

// DeskDriver is a driver who serves the restaurant, with the orders of that restaurant alone.
type DeskDriver struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Vehicle   string     `json:"vehicle"`
	Status    string     `json:"status"`
	Since     *time.Time `json:"status_at,omitempty"`    // of Status
	Silent    *time.Time `json:"silent_since,omitempty"` // on shift or with a bag, and not heard of since
	Position  *DeskSeen  `json:"position"`
	Orders    []order.ID `json:"orders"`              // in the bag, or agreed to
	Elsewhere int        `json:"elsewhere,omitempty"` // how many orders of other restaurants
	Way       []order.ID `json:"way"`                 // in the sequence of their doors, by the plan
}

// DeskOrder is an order to deliver.
type DeskOrder struct {
	Order      order.ID       `json:"order_id"`
	Number     *int           `json:"number"`
	Restaurant string         `json:"restaurant_id"`
	Kitchen    order.Kitchen  `json:"kitchen"`
	Delivery   order.Delivery `json:"delivery"`
	Drop       *DeskPlace     `json:"drop"` // null: nobody knows where it is
	Placed     *time.Time     `json:"placed_at"`
	Promise    DeskPromise    `json:"promise"`
	Ready      *time.Time     `json:"ready"`
	Driver     *string        `json:"driver_id"`
	ByHand     bool           `json:"by_hand"`
	Offered    *string        `json:"offered_to"`
	Plan       DeskPlan       `json:"plan"`
}

// DeskPromise is what the guest was told.
type DeskPromise struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// DeskPlan is what the plan makes of an order.
type DeskPlan struct {
	Driver      *string      `json:"driver_id"`
	Stop        int          `json:"stop"`
	Arrives     *time.Time   `json:"arrives"`
	PickUp      *time.Time   `json:"pick_up"`
	Door        *time.Time   `json:"door"`
	LateSeconds int          `json:"late_s"`
	RunnerUp    *string      `json:"runner_up"`
	DearerMin   float64      `json:"dearer_min"`
	Because     []string     `json:"because"`           // in English
	Reasons     []DeskReason `json:"reasons,omitempty"` // the same, sentence by sentence, for a page in any language
	Stuck       bool         `json:"stuck"`
}

// DeskReason is a sentence of the plan's as a key, with what it is about: minutes or orders, a driver's name.
type DeskReason struct {
	Key  string  `json:"key"`
	N    *int    `json:"n"`
	Name *string `json:"name"`
}

// DeskSum is what a plan comes to, for the restaurant's orders.
type DeskSum struct {
	Late        int     `json:"late"`
	LateMin     float64 `json:"late_min"`
	ClickToDoor float64 `json:"click_to_door_min"`
	Nobody      int     `json:"nobody"`
}

// DeskCompare is what the plan comes to now, and what it would.
type DeskCompare struct {
	Now  DeskSum `json:"now"`
	Then DeskSum `json:"then"`
}

func (r DeskRequest) check() error {
	needs := r.Ask == DeskAssign || r.Ask == DeskUnassign
	switch {
	case !named(r.Device), r.Ask == "", len(r.Ask) > 20, r.Extra < 0, r.Extra > DeskExtra, r.Ask == DeskWhatIf && r.Extra == 0,
		needs && (!named(string(r.Order)) || !named(r.Driver)), r.Instead != "" && !named(r.Instead), r.By != "" && !named(r.By),
		len(r.Reason) > 4*DeskReasonMost, utf8.RuneCountInString(r.Reason) > DeskReasonMost:
		return fmt.Errorf("%w: a desk asks for %q", ErrCorrupt, r.Ask[:min(len(r.Ask), 20)])
	}
	return nil
}

func (r DeskReply) check() error {
	said := 0
	for _, is := range []bool{r.Board != nil, r.WhatIf != nil, r.Refused != nil} {
		if is {
			said++
		}
	}
	if said != 1 || r.Refused != nil && (r.Refused.Kind == "" || r.Refused.Code == "") ||
		r.Board != nil && (r.Board.AsOf.IsZero() || len(r.Board.Orders) > DeskOrders || len(r.Board.Drivers) > DeskDrivers) {
		return fmt.Errorf("%w: an answer to a desk that says %d things", ErrCorrupt, said)
	}
	return nil
}

// Refusal is a problem, to travel.
func Refusal(p *problem.Problem) *DeskRefusal { return &DeskRefusal{p.Kind, p.Code, p.Detail} }

// Problem is a refusal that has travelled.
func (r *DeskRefusal) Problem() *problem.Problem { return problem.New(r.Kind, r.Code, "%s", r.Detail) }
