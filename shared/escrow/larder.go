package escrow

import "awesome.pizza/shared/problem"

// Larder is the restaurant's row of one ingredient. All quantities are grams or pieces.
type Larder struct {
	Ingredient string `json:"ingredient"`
	OnHand     int64  `json:"on_hand"` // on the shelves, less what was sold by orders that are known here; what is lent is still part of it

	Epoch    uint64 `json:"epoch"`
	Lent     int64  `json:"lent"`     // in this epoch, in total
	Used     int64  `json:"used"`     // of that, by orders of the cloud's that have come
	Asked    int64  `json:"asked"`    // asked back, in total
	Returned int64  `json:"returned"` // given back, in total
}

// Out is what the cloud may have sold, or may sell at any moment, by orders that have not come.
func (l Larder) Out() int64 { return l.Lent - l.Used - l.Returned }

// Free is what the restaurant may sell or lend. It is negative when somebody has counted less than what is lent.
func (l Larder) Free() int64 { return l.OnHand - l.Out() }

// Receive puts a delivery on the shelves, or back what an order that was voided did not need.
func (l Larder) Receive(n int64) (Larder, error) {
	if err := check(n); err != nil {
		return l, err
	}
	l.OnHand += n
	return l, nil
}

// Count says what a person has found on the shelves, for which no order has been taken that is known here.
func (l Larder) Count(n int64) (Larder, error) {
	if n < 0 {
		return l, problem.New(problem.Invalid, "bad_quantity", "%d is no quantity", n)
	}
	l.OnHand = n
	return l, nil
}

// Sell takes what an order at the counter needs. It reports Refused "sold_out" with the fact "left".
func (l Larder) Sell(n int64) (Larder, error) {
	if err := check(n); err != nil {
		return l, err
	}
	if n > l.Free() {
		return l, soldOut(l.Ingredient, l.Free(), n)
	}
	l.OnHand -= n
	return l, nil
}

// Arrive takes what an order of the cloud's needs, once per order, when it first comes to the kitchen: from the share it was sold from, if
// that is of this epoch. It is never refused, for it is sold.
func (l Larder) Arrive(epoch uint64, n int64) (Larder, error) {
	if err := check(n); err != nil {
		return l, err
	}
	l.OnHand -= n
	if epoch == l.Epoch {
		l.Used += min(n, l.Out())
	}
	return l, nil
}

// Lend lets the cloud sell n more. The fact goes into the outbox with it. It reports Refused "sold_out".
func (l Larder) Lend(n int64) (Larder, Lent, error) {
	if err := check(n); err != nil {
		return l, Lent{}, err
	}
	if n > l.Free() {
		return l, Lent{}, soldOut(l.Ingredient, l.Free(), n)
	}
	l.Lent += n
	return l, Lent{l.Ingredient, l.Epoch, l.Lent}, nil
}

// Recall asks n of what is lent back. Until the cloud has answered it may still be sold.
func (l Larder) Recall(n int64) (Larder, Recalled, error) {
	if err := check(n); err != nil {
		return l, Recalled{}, err
	}
	l.Asked = max(l.Asked, l.Returned+n)
	return l, Recalled{l.Ingredient, l.Epoch, l.Asked}, nil
}

// Settle takes back what the cloud has given back. What is of another epoch, or known, changes nothing.
func (l Larder) Settle(r Returned) Larder {
	if r.Epoch == l.Epoch && r.Total > l.Returned {
		l.Returned = min(r.Total, l.Lent-l.Used)
	}
	return l
}

// Begin begins an epoch, in the transaction that begins it in the outbox: what was lent before is not lent any more. The orders that the
// cloud names in its snapshot, and the kitchen lacks, Arrive after it.
func (l Larder) Begin(epoch uint64) Larder {
	return Larder{Ingredient: l.Ingredient, OnHand: l.OnHand, Epoch: epoch}
}
