package order

import (
	"fmt"
	"strings"

	"awesome.pizza/shared/problem"
)

// next is the way of an order as everybody sees it, and who takes it further. Cancelled and Failed can follow any of them until the
// food has left, and are asked for by other words (cancel, fail).
var next = []struct {
	from, to  StatusName
	by        Side
	delivered bool // the row holds for deliveries
	fetched   bool // … and for orders that the guest fetches or eats here
}{
	{StatusCreated, StatusValidated, Taker, true, true},
	{StatusValidated, StatusQueued, Edge, true, true},
	{StatusQueued, StatusPreparing, Edge, true, true},
	{StatusPreparing, StatusBaking, Edge, true, true},
	{StatusBaking, StatusQualityCheck, Edge, true, true},
	{StatusQualityCheck, StatusReadyForPickup, Edge, true, true},
	{StatusReadyForPickup, StatusDelivered, Edge, false, true},
	{StatusReadyForPickup, StatusDriverAssigned, Cloud, true, false},
	{StatusDriverAssigned, StatusPickedUp, Cloud, true, false},
	{StatusPickedUp, StatusOutForDelivery, Cloud, true, false},
	{StatusOutForDelivery, StatusDelivered, Cloud, true, false},
}

// astray: the kitchen has handed a delivery over, and no driver is known to have it. Assigning the one who has it puts it right.
func (p Progress) astray() bool { return p.Whole == HandedOver && p.Delivery == Unassigned }

// Next are the statuses that may follow this one on the way to the guest.
func (p Progress) Next() []StatusName {
	out := []StatusName{}
	if p.astray() {
		return out
	}
	for _, n := range next {
		if n.from == p.Status() && (p.Delivery == NoDelivery && n.fetched || p.Delivery != NoDelivery && n.delivered) {
			out = append(out, p.skipOven(n.to))
		}
	}
	return out
}

// OwnerOf is the side that takes the order to a status that Next names; ok is false for any other.
func (p Progress) OwnerOf(to StatusName) (by Side, ok bool) {
	for _, n := range next {
		if n.from == p.Status() && !p.astray() && p.skipOven(n.to) == to {
			return p.owner(n.by), true
		}
	}
	return "", false
}

// skipOven: an order in which nothing bakes goes from the make line straight to its shelf.
func (p Progress) skipOven(to StatusName) StatusName {
	if to != StatusBaking {
		return to
	}
	for _, i := range p.Items {
		if i.Bakes {
			return to
		}
	}
	return StatusReadyForPickup
}

func (p Progress) illegal(by Side, action Action) *problem.Problem {
	allowed := p.Next()
	names := make([]string, len(allowed))
	for i, s := range allowed {
		names[i] = string(s)
	}
	detail := fmt.Sprintf("%s cannot %s: order is %s", by, strings.ReplaceAll(string(action), "_", " "), p.Status())
	switch {
	case p.astray():
		detail += "; the kitchen handed it over and no driver is known to have it: assign the one who has"
	case len(names) > 0:
		detail += "; next can be " + strings.Join(names, " or ")
	}
	return problem.New(problem.Conflict, "illegal_step", "%s", detail).With("current", p.Status()).With("allowed", allowed)
}
