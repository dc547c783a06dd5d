package kitchen

import (
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/order"
)

// Bill is what has been paid for an order in the restaurant, in minor units of the order's currency. What a driver of the cloud's collects is
// not in it.
type Bill struct {
	Paid     int64       `json:"paid,omitempty"`
	Refunded int64       `json:"refunded,omitempty"`
	Returned int64       `json:"returned,omitempty"` // the part of Refunded that was too much: the order had become cheaper
	Off      int64       `json:"off,omitempty"`      // discounts
	Method   till.Method `json:"method,omitempty"`
	Given    int64       `json:"given,omitempty"` // with the last payment
	Change   int64       `json:"change,omitempty"`
}

// Due is what is still to be paid.
func (t Ticket) Due() int64 {
	if t.over() {
		return 0
	}
	return max(0, t.costs()-t.Bill.Paid+t.Bill.Returned)
}

// Owed is what a guest is to get back: they paid for what they will not get, or more than the order costs since it was changed.
func (t Ticket) Owed() int64 {
	kept := t.Bill.Paid - t.Bill.Refunded
	if t.over() {
		return kept
	}
	return max(0, kept-t.costs())
}

// costs is the price of the order as it is now.
func (t Ticket) costs() int64 { return max(0, t.Order.Totals.Total.Minor-t.Bill.Off) }

// dueAt reports whether something is to be paid for the order at a till: it is open, the order was taken since, and no driver collects.
func (t Ticket) dueAt(now till.Till) bool {
	return now.IsOpen() && !t.TakenAt.Before(now.OpenedAt) && !t.Order.Delivers() && t.Progress.Whole != order.Waiting && t.Due() > 0
}

// short reports whether a driver of the restaurant's own delivered the order and brought back less than was due.
func (t Ticket) short() bool {
	return t.Carrier != "" && t.Progress.Delivery == order.Delivered && t.Order.Payment.Method == "cash" && t.Due() > 0
}

// over reports whether the guest gets nothing.
func (t Ticket) over() bool {
	return t.Progress.Whole == order.Voided || t.Progress.Whole == order.Rejected || t.Progress.Delivery == order.Failed
}
