package kitchen

import (
	"maps"
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Ticket is an order as the kitchen holds it. A Ticket is never changed in place: copies are safe to keep.
type Ticket struct {
	Order    order.Order          `json:"order"`
	Progress order.Progress       `json:"progress"`          // its delivery lane is the cloud's, as last told
	Command  uint64               `json:"command,omitempty"` // the command that offered it; 0 when it was taken here
	Day      string               `json:"day,omitempty"`     // the business day of Number: 2026-11-22
	Number   int                  `json:"number"`            // 0 until queued
	Cook     string               `json:"cook,omitempty"`    // id of the cook it is given to
	Driver   *Driver              `json:"driver,omitempty"`  // as last told by the cloud
	TakenAt  time.Time            `json:"taken_at"`
	QueuedAt time.Time            `json:"queued_at,omitzero"`
	Since    time.Time            `json:"since"`           // when the kitchen lane came where it is; a recall brings back the old time
	Ready    *time.Time           `json:"ready,omitempty"` // forecast, and from Ready on the fact
	Version  int                  `json:"version"`         // rises by one with every step of either lane
	Clocks   Clocks               `json:"clocks"`
	Slots    map[string]line.Slot `json:"slots,omitempty"` // by item: where in which oven, as a sensor saw it
	Moves    []Move               `json:"moves,omitempty"` // the last taps, for undo: the newest at the end

	Expected *time.Time          `json:"expected,omitempty"` // when the cloud's plan has a driver here, while none has agreed to come
	FireAt   *time.Time          `json:"fire_at,omitempty"`  // hold: started now, it would be ready long before anybody fetches it
	Plan     map[string]ItemPlan `json:"plan,omitempty"`     // by item: how the schedule sees it through the kitchen
	Forecast *time.Time          `json:"forecast,omitempty"` // the first one, when it was queued
	Missed   *int                `json:"missed_s,omitempty"` // seconds by which it was ready behind that; nil while nobody knows, or nobody can believe it

	Recovered bool   `json:"recovered,omitempty"` // this kitchen had lost it, wholly or since some moment: a cook says where it really is
	Doubtful  bool   `json:"doubtful,omitempty"`  // recovered, and the cloud may have it further than this kitchen
	Was       int    `json:"was,omitempty"`       // the number people may call it by, when another order has that number here
	Carrier   string `json:"carrier,omitempty"`   // the restaurant's own driver who has it, or had it
	Bill      Bill   `json:"bill,omitzero"`
	Token     string `json:"-"` // of the guest's tracking link; for the cloud only, never for a screen

	Life
}

// Driver is who fetches an order.
type Driver struct {
	ID      string     `json:"id"`
	Name    string     `json:"name,omitempty"`
	Arrives *time.Time `json:"arrives,omitempty"` // at the restaurant
	Courier string     `json:"courier,omitempty"` // the delivery company; empty: the chain's own driver
	Code    string     `json:"code,omitempty"`    // what a courier says at the counter
}

// Clocks remember when each state was entered, so that a step taken back finds the clock it had left.
type Clocks struct {
	Lane  map[order.Kitchen]time.Time              `json:"lane,omitempty"`
	Items map[string]map[order.ItemState]time.Time `json:"items,omitempty"`
}

// Move is what one tap did to the items of a ticket, step by step.
type Move struct {
	Tap   string                     `json:"tap,omitempty"` // its id
	Steps []ItemStep                 `json:"steps"`
	Left  map[string]order.ItemState `json:"left"` // where it left them: what has moved on since is not taken back
}

// ItemStep is one action on some items.
type ItemStep struct {
	Action order.Action `json:"action"`
	Items  []string     `json:"items"`
}

// Open reports whether there is something to do about the ticket: the food is, or will be, in the kitchen.
func (t Ticket) Open() bool {
	switch t.Progress.Whole {
	case order.HandedOver, order.Voided, order.Rejected:
		return false
	}
	switch t.Progress.Delivery {
	case order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed:
		return false
	}
	return t.Progress.Intake == order.Validated
}

// StationOf is where an item is now: where it is made, at the oven, at the cut table or on the pass.
func StationOf(i order.Item) string {
	switch i.State {
	case order.ItemQueued, order.ItemMaking:
		return i.Station
	case order.ItemMade, order.ItemInOven:
		return menu.StationOven
	case order.ItemBaked:
		return menu.StationCut
	case order.ItemDone:
	}
	return menu.StationPass
}

// clone is a copy whose maps and lists can be changed.
func (t Ticket) clone() Ticket {
	t.Clocks.Lane = cloneMap(t.Clocks.Lane)
	items := make(map[string]map[order.ItemState]time.Time, len(t.Clocks.Items))
	for id, states := range t.Clocks.Items {
		items[id] = maps.Clone(states)
	}
	t.Clocks.Items = items
	t.Slots = cloneMap(t.Slots)
	t.Moves = slices.Clone(t.Moves)
	return t
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}
