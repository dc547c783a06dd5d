package kitchen

import (
	"slices"

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
	Method   till.Method `json:"method,omitempty"`   // of the last payment
	Cash     int64       `json:"cash,omitempty"`     // what is kept of the payments, by method
	Card     int64       `json:"card,omitempty"`
	Given    int64       `json:"given,omitempty"` // with the last payment
	Change   int64       `json:"change,omitempty"`
}

// Kept is what of the payments has not been given back, by method. A bill of before the methods were kept apart has it all by its last one.
func (b Bill) Kept() (cash, card int64) {
	rest := b.Paid - b.Refunded - b.Cash - b.Card
	if b.Method == till.Card {
		return b.Cash, b.Card + rest
	}
	return b.Cash + rest, b.Card
}

// paid is the bill after a payment.
func (b Bill) paid(e till.Entry) Bill {
	b.Cash, b.Card = b.Kept()
	if e.Method == till.Card {
		b.Card += e.Amount
	} else {
		b.Cash += e.Amount
	}
	b.Paid, b.Method, b.Given, b.Change = b.Paid+e.Amount, e.Method, e.Given, e.Change
	return b
}

// portion is a part of a sum that goes back by one method.
type portion struct {
	method till.Method
	amount int64
}

// back is how so much goes back by what was paid with each method, the last one first.
func (b Bill) back(amount int64) (shares []portion) {
	cash, card := b.Kept()
	all := []portion{{till.Cash, cash}, {till.Card, card}}
	if b.Method == till.Card {
		slices.Reverse(all)
	}
	for _, s := range all {
		if s.amount = min(s.amount, amount); s.amount > 0 {
			shares, amount = append(shares, s), amount-s.amount
		}
	}
	return shares
}

// refunded is the bill after a refund. What one method does not hold was paid with the other.
func (b Bill) refunded(e till.Entry) Bill {
	cash, card := b.Kept()
	from, other := &cash, &card
	if e.Method == till.Card {
		from, other = other, from
	}
	part := min(max(0, *from), e.Amount)
	*from, *other = *from-part, *other-(e.Amount-part)
	b.Cash, b.Card, b.Refunded = cash, card, b.Refunded+e.Amount
	return b
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
