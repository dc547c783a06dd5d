package kitchen

import (
	"cmp"
	"context"
	"fmt"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func (d *draft) payment(ctx context.Context, k *Kitchen, m Money, e till.Entry) (till.Entry, error) {
	t, err := d.ordered(ctx, k, m.Order)
	if err != nil {
		return e, err
	}
	if err := d.need(staff.TakePayment, string(m.Order), "", string(m.Method)); err != nil {
		return e, err
	}
	return d.pay(t, m, e)
}

// pay enters a payment for an order.
func (d *draft) pay(t Ticket, m Money, e till.Entry) (till.Entry, error) {
	due := t.Due()
	switch {
	case t.over():
		return e, problem.New(problem.Conflict, "order_over", "Order %d is %s: there is nothing to pay.", t.Number, t.Progress.Status()).With("current", t.Progress.Status())
	case due == 0:
		return e, problem.New(problem.Conflict, "paid_already", "Order %d is paid.", t.Number).With("paid", t.Bill.Paid)
	case m.Amount > due:
		return e, problem.New(problem.Invalid, "too_much", "%d are due for order %d, not %d.", due, t.Number, m.Amount).With("path", "amount").With("due", due)
	case m.Method == till.Card && m.Given != 0:
		return e, problem.New(problem.Invalid, "invalid_field", "only cash is tendered").With("path", "tendered")
	}
	e.Kind, e.Method, e.Amount = till.Payment, m.Method, cmp.Or(m.Amount, due)
	if m.Method == till.Cash {
		var err error
		e.Given = cmp.Or(m.Given, e.Amount)
		if e.Change, err = till.Tender(e.Amount, e.Given); err != nil {
			return e, err
		}
	}
	e.Order, e.Number, e.Channel = t.Order.ID, t.Number, t.Order.Channel
	e, err := d.enter(e)
	if err != nil {
		return e, err
	}
	t.Bill = t.Bill.paid(e)
	d.put(t)
	d.owesNoMore(t)
	return e, nil
}

// refund gives money back: what a guest is owed, else all that was paid, or a part of it for a reason. Without a method it goes back as it was
// paid: by both in an entry each, if need be, of which the first is returned.
func (d *draft) refund(ctx context.Context, k *Kitchen, m Money, e till.Entry) (till.Entry, error) {
	t, err := d.ordered(ctx, k, m.Order)
	if err != nil {
		return e, err
	}
	left, owed := t.Bill.Paid-t.Bill.Refunded, t.Owed()
	amount := cmp.Or(m.Amount, owed, left)
	switch {
	case left <= 0:
		return e, problem.New(problem.Conflict, "nothing_to_refund", "Nothing that was paid here for order %d can be given back.", t.Number)
	case m.Amount > left:
		return e, problem.New(problem.Invalid, "too_much", "%d can be given back for order %d, not %d.", left, t.Number, m.Amount).With("path", "amount").With("left", left)
	}
	if err := d.need(staff.Refund, string(m.Order), m.Reason, fmt.Sprint(amount)); err != nil {
		return e, err
	}
	e.Kind, e.Reason, e.Order, e.Number, e.Channel = till.Refund, m.Reason, t.Order.ID, t.Number, t.Order.Channel
	shares := t.Bill.back(amount)
	if m.Method != "" {
		shares = []portion{{m.Method, amount}}
	}
	first := e
	for n, s := range shares {
		part := e
		if part.Method, part.Amount = s.method, s.amount; n > 0 {
			part.Key = partKey + e.Key
		}
		if part, err = d.enter(part); err != nil {
			return e, err
		}
		if n == 0 {
			first = part
		}
		t.Bill = t.Bill.refunded(part)
	}
	if !t.over() {
		t.Bill.Returned += min(owed, amount)
	}
	d.put(t)
	return first, nil
}

func (d *draft) discount(ctx context.Context, k *Kitchen, m Money, e till.Entry) (till.Entry, error) {
	t, err := d.ordered(ctx, k, m.Order)
	if err != nil {
		return e, err
	}
	if due := t.Due(); m.Amount > due {
		return e, problem.New(problem.Invalid, "too_much", "%d are due for order %d: no more can be taken off.", due, t.Number).With("path", "amount").With("due", due)
	}
	if err := d.need(staff.Discount, string(m.Order), m.Reason, fmt.Sprint(m.Amount)); err != nil {
		return e, err
	}
	e.Kind, e.Amount, e.Reason, e.Order, e.Number, e.Channel = till.Discount, m.Amount, m.Reason, t.Order.ID, t.Number, t.Order.Channel
	if e, err = d.enter(e); err != nil {
		return e, err
	}
	t.Bill.Off += e.Amount
	d.put(t)
	d.owesNoMore(t)
	return e, nil
}

// payNow takes the cash of an order in the commit that takes the order.
func (d *draft) payNow(t Ticket, c CounterOrder) error {
	if err := d.need(staff.TakePayment, string(t.Order.ID), "", string(till.Cash)); err != nil {
		return err
	}
	m := Money{Kind: till.Payment, Order: t.Order.ID, Method: till.Cash, Given: c.Tendered}
	_, err := d.pay(t, m, till.Entry{Key: orderKey + c.Key, Request: "order"})
	if p := problem.Of(err); p != nil && p.Facts["path"] == "tendered" {
		p.Facts["path"] = "payment.tendered"
	}
	return err
}

// paidFor refuses to give away what a guest is to pay for first: while a till is open, what was ordered since, here or on the web, and is taken along. Somebody
// of the counter can say why it goes all the same (reason). Who eats here pays afterwards, and drivers collect at the door.
func (d *draft) paidFor(t Ticket, tap Tap) error {
	o := t.Order
	if !t.dueAt(d.drawerNow()) || o.Fulfilment == order.DineIn || t.Progress.Kitchen() != order.Ready {
		return nil
	}
	due := money.Of(t.Due(), o.Totals.Total.Currency)
	if tap.Reason == "" {
		return problem.New(problem.Conflict, "unpaid", "order %d is not paid: %s are due. Take the payment, or say why it goes all the same (reason)", t.Number, due).
			With("path", "reason").With("due", due).With("ticket", t)
	}
	return d.need(staff.GiveUnpaid, string(o.ID), tap.Reason, fmt.Sprint(due.Minor))
}
