package kitchen

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Money is what somebody asks of the till. Key is made by the screen: the same again is answered with the first entry.
type Money struct {
	Key    string
	Kind   till.Kind
	Order  order.ID    // payments, refunds, discounts
	Method till.Method // payments and refunds
	Amount int64       // minor units; 0 is all there is to pay or to give back
	Given  int64       // cash that the guest gave; 0 is just as much
	Reason string
}

// Booked is an entry of the ledger with its order as it is after it; Ticket is zero when it belongs to none.
type Booked struct {
	Entry    till.Entry
	Parts    []till.Entry // all, Entry first, of a refund that went back by more than one method
	Ticket   Ticket
	Replayed bool
}

// Book makes an entry of the ledger. It reports problem.Conflict "till_closed", "paid_already", "nothing_to_refund", "not_enough_cash";
// problem.Invalid with the fact "path"; and what need reports.
func (k *Kitchen) Book(ctx context.Context, m Money) (Booked, error) {
	if err := m.check(); err != nil {
		return Booked{}, err
	}
	return k.book(ctx, m.Key, m.fingerprint(), func(d *draft, e till.Entry) (till.Entry, error) {
		switch m.Kind {
		case till.Payment:
			return d.payment(ctx, k, m, e)
		case till.Refund:
			return d.refund(ctx, k, m, e)
		case till.Discount:
			return d.discount(ctx, k, m, e)
		}
		return d.drawer(m, e)
	})
}

// book lets decide make an entry, once for each key.
func (k *Kitchen) book(ctx context.Context, key, request string, decide func(*draft, till.Entry) (till.Entry, error)) (b Booked, err error) {
	if key == "" || len(key) > 100 {
		return b, problem.New(problem.Invalid, "invalid_key", "moving money needs an Idempotency-Key of 1 to 100 bytes, made by the screen").With("path", "idempotency_key")
	}
	if ownKey(key) {
		return b, problem.New(problem.Invalid, "invalid_key", "keys that begin with %q, %q, %q or %q are the node's own: make another", orderKey, runKey, partKey, bagKey).
			With("path", "idempotency_key")
	}
	err = k.change(ctx, func(d *draft) error {
		first, known, err := k.store.CashEntry(ctx, key)
		switch {
		case err != nil:
			return err
		case known && first.Request != request:
			return problem.New(problem.Invalid, "idempotency_mismatch", "this key has been used for something else: make a new one")
		case known:
			b = Booked{Entry: first, Replayed: true}
			if first.Kind == till.Refund {
				if part, more, err := k.store.CashEntry(ctx, partKey+key); err != nil || more {
					b.Parts = []till.Entry{first, part}
					return err
				}
			}
			return nil
		}
		b.Entry, err = decide(d, till.Entry{Key: key, Request: request})
		if t, changed := d.tickets[b.Entry.Order]; changed {
			b.Ticket = t
		}
		if cash := d.commit.Shift.Cash; err == nil && len(cash) > 1 {
			b.Parts = cash
		}
		return err
	})
	if err == nil && b.Entry.Order != "" && b.Ticket.Order.ID == "" {
		b.Ticket, err = k.Ticket(ctx, b.Entry.Order)
	}
	return b, err
}

// What keys of entries begin with that the node makes from those of an order, of a run, of a refund's first entry and of a driver's bag: nobody
// else's may stand in their way.
const (
	orderKey = "order/"
	runKey   = "run/"
	partKey  = "part/"
	bagKey   = "bag/"
)

func ownKey(key string) bool {
	return strings.HasPrefix(key, orderKey) || strings.HasPrefix(key, runKey) || strings.HasPrefix(key, partKey) || strings.HasPrefix(key, bagKey)
}

func (m Money) fingerprint() string {
	return fmt.Sprintf("%s %q %s %d %d %q", m.Kind, m.Order, m.Method, m.Amount, m.Given, m.Reason)
}

func (m Money) check() error {
	if len(m.Reason) > maxText {
		return problem.New(problem.Invalid, "invalid_field", "the reason can have up to %d bytes", maxText).With("path", "reason")
	}
	if !order.Plain(m.Reason) {
		return problem.New(problem.Invalid, "bad_text", "there are control characters in the reason").With("path", "reason")
	}
	ofOrder := false
	switch m.Kind {
	case till.Payment, till.Refund, till.Discount:
		ofOrder = true
	case till.Drop, till.PayOut, till.PayIn, till.NoSale:
	default:
		return problem.New(problem.Invalid, "invalid_field", "kind is %q; it can be drop, pay_out, pay_in or no_sale", m.Kind).With("path", "kind")
	}
	switch {
	case ofOrder && m.Order == "":
		return problem.New(problem.Invalid, "invalid_field", "kind is %q; without an order it can be drop, pay_out, pay_in or no_sale", m.Kind).With("path", "kind")
	case !ofOrder && m.Method == till.Card:
		return problem.New(problem.Invalid, "invalid_field", "the drawer holds cash: leave method out").With("path", "method")
	case m.Kind != till.Payment && m.Given != 0:
		return problem.New(problem.Invalid, "invalid_field", "only for a payment something is tendered").With("path", "tendered")
	case m.Method != till.Cash && m.Method != till.Card && (m.Kind == till.Payment || m.Kind == till.Refund && m.Method != ""):
		return problem.New(problem.Invalid, "invalid_field", "method is %q; it can be cash or card", m.Method).With("path", "method")
	case m.Kind != till.Payment && m.Kind != till.Drop && m.Reason == "":
		return problem.New(problem.Invalid, "reason_missing", "say why (reason)").With("path", "reason")
	case m.Kind != till.NoSale && (!ofOrder || m.Kind == till.Discount) && m.Amount <= 0:
		return problem.New(problem.Invalid, "invalid_amount", "say how much, in minor units").With("path", "amount")
	}
	for _, a := range []struct {
		path  string
		minor int64
	}{{"amount", m.Amount}, {"tendered", m.Given}} {
		if err := till.Check(a.path, a.minor); err != nil {
			return err
		}
	}
	return nil
}

// enter makes an entry of the open till's ledger.
func (d *draft) enter(e till.Entry) (till.Entry, error) {
	e.Who = d.answers()
	t, e, err := d.drawerNow().Enter(e, d.now)
	if err != nil {
		return e, err
	}
	d.commit.Shift.Till = &t
	d.commit.Shift.Cash = append(d.commit.Shift.Cash, e)
	return e, nil
}

// drawerNow is the till as this draft leaves it.
func (d *draft) drawerNow() till.Till {
	if t := d.commit.Shift.Till; t != nil {
		return *t
	}
	return d.board.shift.till
}

// ordered is the ticket that an entry is about.
func (d *draft) ordered(ctx context.Context, k *Kitchen, id order.ID) (Ticket, error) {
	t, ok, err := d.find(ctx, k, id)
	if err == nil && !ok {
		err = problem.New(problem.NotFound, "no_such_order", "the kitchen has no order %s", id)
	}
	if have, want := d.drawerNow().Currency, t.Order.Totals.Total.Currency; err == nil && have != "" && want != "" && have != want {
		err = problem.New(problem.Conflict, "other_currency", "the till counts %s and order %d is in %s", have, t.Number, want)
	}
	return t, err
}

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

// drawer is for what belongs to no order.
func (d *draft) drawer(m Money, e till.Entry) (till.Entry, error) {
	action := map[till.Kind]staff.Action{
		till.Drop: staff.Drop, till.PayOut: staff.PayOut, till.PayIn: staff.Drop, till.NoSale: staff.NoSale,
	}[m.Kind]
	if err := d.need(action, d.drawerNow().ID, m.Reason, fmt.Sprint(m.Amount)); err != nil {
		return e, err
	}
	e.Kind, e.Method, e.Amount, e.Reason = m.Kind, till.Cash, m.Amount, m.Reason
	return d.enter(e)
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
