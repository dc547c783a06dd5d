package kitchen

import (
	"context"
	"fmt"
	"strings"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
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
