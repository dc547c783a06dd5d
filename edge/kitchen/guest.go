package kitchen

import (
	"context"
	"slices"
	"strings"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Guest is somebody who orders here, by phone number.
type Guest struct {
	Phone     string          `json:"phone"` // digits, see PhoneKey
	Name      string          `json:"name,omitempty"`
	Addresses []order.Address `json:"addresses,omitempty"` // the last first
	Orders    []PastOrder     `json:"orders,omitempty"`    // the last first
	Seen      time.Time       `json:"seen"`
}

// PastOrder is an order of a guest's, to have it again.
type PastOrder struct {
	Order      order.ID         `json:"order"`
	At         time.Time        `json:"at"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Lines      []order.Line     `json:"lines"`
	Total      money.Amount     `json:"total"`
}

// Bounds of what is known of a guest.
const (
	GuestsKept     = 400 * 24 * time.Hour
	guestAddresses = 5
	guestOrders    = 5
)

// PhoneKey is a phone number as it is looked up: its digits, without the zeros that stand for a plus.
func PhoneKey(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	return strings.TrimPrefix(digits, "00")
}

// guestOf is what an order says of its guest; ok is false when it has no phone number to know them by.
func guestOf(o order.Order, at time.Time) (g Guest, ok bool) {
	g = Guest{Phone: PhoneKey(o.Customer.Phone), Name: o.Customer.Name, Seen: at}
	g.Orders = []PastOrder{{o.ID, at, o.Fulfilment, o.Lines, o.Totals.Total}}
	if o.Address != nil {
		g.Addresses = []order.Address{*o.Address}
	}
	return g, len(g.Phone) >= 5 && len(g.Phone) <= 20
}

// met remembers who ordered.
func (d *draft) met(o order.Order) {
	if g, ok := guestOf(o, d.now); ok {
		d.commit.Shift.Guests = append(d.commit.Shift.Guests, g)
	}
}

// After is a guest as they are known after another order.
func (g Guest) After(before Guest) Guest {
	if g.Name == "" {
		g.Name = before.Name
	}
	for _, a := range before.Addresses {
		same := func(x order.Address) bool {
			return strings.EqualFold(x.Street, a.Street) && strings.EqualFold(x.City, a.City)
		}
		if len(g.Addresses) < guestAddresses && !slices.ContainsFunc(g.Addresses, same) {
			g.Addresses = append(g.Addresses, a)
		}
	}
	for _, o := range before.Orders {
		same := func(x PastOrder) bool { return x.Order == o.Order }
		if len(g.Orders) < guestOrders && !slices.ContainsFunc(g.Orders, same) {
			g.Orders = append(g.Orders, o)
		}
	}
	return g
}

// Guest finds who orders from a phone number. It reports problem.NotFound "no_such_customer".
func (k *Kitchen) Guest(ctx context.Context, phone string) (Guest, error) {
	if err := k.May(ctx, staff.FindCustomer); err != nil {
		return Guest{}, err
	}
	key, err := phoneKey(phone)
	if err != nil {
		return Guest{}, err
	}
	g, ok, err := k.store.Guest(ctx, key)
	if err == nil && !ok {
		err = problem.New(problem.NotFound, "no_such_customer", "Nobody has ordered from that number here.")
	}
	return g, err
}

// Forget deletes what is known of a guest, and takes name, number and address out of their orders that have ended. Those that are still to be
// brought keep them. The number is found as Guest finds it, and all ways in which it was spelled go. It reports problem.NotFound
// "no_such_customer" when nothing is known of it.
func (k *Kitchen) Forget(ctx context.Context, phone string) error {
	key, err := phoneKey(phone)
	if err != nil {
		return err
	}
	return k.change(ctx, func(d *draft) error {
		spelled, err := k.store.SamePhone(ctx, key)
		if err != nil {
			return err
		}
		if len(spelled) == 0 {
			if _, err := d.desk().Permit(staff.ForgetCustomer, d.caller, d.now); err != nil {
				return err
			}
			return problem.New(problem.NotFound, "no_such_customer", "Nothing is known here of that number, or of more than one that ends so: write all of it.")
		}
		if err := d.need(staff.ForgetCustomer, "", "", "number ending in "+key[len(key)-2:]); err != nil {
			return err
		}
		d.commit.Shift.Forget = spelled
		return nil
	})
}

func phoneKey(phone string) (string, error) {
	key := PhoneKey(phone)
	if len(key) < 5 || len(key) > 20 {
		return "", problem.New(problem.Invalid, "invalid_field", "a phone number has 5 to 20 digits: write all of it").With("path", "phone")
	}
	return key, nil
}

// maskAfter is how long after an order ended screens and paper say whose it was.
const maskAfter = 24 * time.Hour

// Unaddressed is the ticket without the guest's number and street.
func (t Ticket) Unaddressed() Ticket {
	o := &t.Order
	o.Customer.Phone = ""
	if o.Address != nil {
		o.Address = &order.Address{City: o.Address.City}
	}
	return t
}

// Masked is the ticket of an order that ended long ago without what nobody needs any more: who it was, and where. hidden says whether it is one.
func (t Ticket) Masked(now time.Time) (shown Ticket, hidden bool) {
	if t.Open() || now.Sub(t.Since) < maskAfter {
		return t, false
	}
	o := &t.Order
	if p := PhoneKey(o.Customer.Phone); len(p) > 2 {
		o.Customer.Phone = "…" + p[len(p)-2:]
	}
	o.Customer.Name, _, _ = strings.Cut(o.Customer.Name, " ")
	if o.Address != nil {
		o.Address = &order.Address{City: o.Address.City}
	}
	return t, true
}
