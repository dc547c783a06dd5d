package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
)

func TestAGuestIsKnownByTheirNumberWithWhereAndWhatTheyOrdered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ordered := func(name, phone, street string, lines ...order.Line) order.ID {
		o := counter(lines...)
		o.Channel, o.Customer = order.Phone, order.Customer{Name: name, Phone: phone}
		if street != "" {
			o.Fulfilment, o.Address = order.ByDelivery, &order.Address{Street: street, City: "Springfield"}
		}
		ticket, _, err := h.Place(background(), o)
		if err != nil {
			t.Fatal(err)
		}
		return ticket.Order.ID
	}
	ordered("Grace Hopper", "+39 055 123-4567", "1 Main St", pizza)
	ordered("Grace", "0039 055 1234567", "2 Side St", cola)
	last := ordered("Grace Hopper", "+390551234567", "1 MAIN ST", pizza, cola)
	ordered("Somebody", "+39 055 7654321", "", pizza)
	h.restart()
	for _, asked := range []string{"+390551234567", "0039 055 1234567", "055 1234567", "1234567"} {
		g, err := h.Guest(background(), asked)
		if err != nil || g.Name != "Grace Hopper" || len(g.Addresses) != 2 || g.Addresses[0].Street != "1 MAIN ST" || len(g.Orders) != 3 ||
			g.Orders[0].Order != last || len(g.Orders[0].Lines) != 2 {
			t.Errorf("%s: %+v, %v", asked, g, err)
		}
	}
	for asked, want := range map[string]string{"+390559999999": "no_such_customer", "%": "invalid_field", "123": "invalid_field", "4567000": "no_such_customer"} {
		if _, err := h.Guest(background(), asked); codeOf(err) != want {
			t.Errorf("%s: %v", asked, err)
		}
	}
}

func TestAGuestWhoWantsToBeForgottenIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	place := func() order.ID {
		o := counter(cola)
		o.Fulfilment, o.Address = order.ByDelivery, &order.Address{Street: "1 Main St", City: "Springfield"}
		o.Customer = order.Customer{Name: "Grace", Phone: "+390551234567"}
		ticket, _, err := h.Place(background(), o)
		if err != nil {
			t.Fatal(err)
		}
		return ticket.Order.ID
	}
	ended, open := place(), place()
	h.did(h.Void(background(), ended, voiding("wrong")))
	if err := h.Forget(background(), "+39 055 1234567"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Guest(background(), "+390551234567"); codeOf(err) != "no_such_customer" {
		t.Errorf("still known: %v", err)
	}
	if o := h.ticket(ended).Order; o.Customer != (order.Customer{}) || o.Address != nil || len(o.Lines) != 1 {
		t.Errorf("still in an order that ended: %+v", o)
	}
	h.restart()
	if o := h.ticket(open).Order; o.Customer.Name != "Grace" || o.Address == nil {
		t.Errorf("nobody knows where an open order goes: %+v", o)
	}
	if err := h.store.Examine(background()); err != nil {
		t.Errorf("the database is not what was written: %v", err)
	}
}

func TestAGuestIsForgottenHoweverTheirNumberWasSpelledAndNobodyIsForgottenInVain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var ended []order.ID
	for _, phone := range []string{"+39 055 1234567", "0551234567", "1234567", "+39 06 7654321", "+39 02 7654321"} {
		o := counter(cola)
		o.Customer = order.Customer{Name: "Grace", Phone: phone}
		ticket, _, err := h.Place(background(), o)
		if err != nil {
			t.Fatal(err)
		}
		h.did(h.Void(background(), ticket.Order.ID, voiding("wrong")))
		ended = append(ended, ticket.Order.ID)
	}
	for _, nobody := range []string{"+390559999999", "7654321"} { // the second is the end of two numbers
		if err := h.Forget(background(), nobody); codeOf(err) != "no_such_customer" {
			t.Errorf("%s: %v", nobody, err)
		}
	}
	if err := h.Forget(background(), "055 1234567"); err != nil {
		t.Fatal(err)
	}
	h.restart()
	for n, o := range ended {
		if known := h.ticket(o).Order.Customer.Name != ""; known != (n > 2) {
			t.Errorf("order %d knows whose it was: %v", n+1, known)
		}
	}
	for phone, want := range map[string]string{"+390551234567": "no_such_customer", "0551234567": "no_such_customer", "+39067654321": "<nil>"} {
		if _, err := h.Guest(background(), phone); codeOf(err) != want {
			t.Errorf("%s: %v", phone, err)
		}
	}
	if err := h.Forget(background(), "055 1234567"); codeOf(err) != "no_such_customer" {
		t.Errorf("forgotten twice: %v", err)
	}
}

func TestGuestsAndTheAuditLogAreForgottenAfterAYearAndABit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := counter(cola)
	o.Customer.Phone = "+390551234567"
	ticket, _, err := h.Place(background(), o)
	if err != nil {
		t.Fatal(err)
	}
	h.did(h.Void(background(), ticket.Order.ID, voiding("wrong")))
	h.did(h.Void(background(), h.place(cola).Order.ID, voiding("wrong")))
	if err := h.store.Prune(background(), evening.Add(kitchen.GuestsKept-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Guest(background(), "+390551234567"); err != nil {
		t.Errorf("forgotten an hour too early: %v", err)
	}
	if err := h.store.Prune(background(), evening.Add(kitchen.GuestsKept+time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Guest(background(), "+390551234567"); codeOf(err) != "no_such_customer" {
		t.Errorf("still known: %v", err)
	}
	lines, intact, err := h.Audit(background(), "2026-07-03", 0)
	if err != nil || !intact || len(lines) != 1 || lines[0].N != 2 {
		t.Errorf("the last line stays, for its hash is the chain's: %+v, %v", lines, err)
	}
	h.did(h.Void(background(), h.place(cola).Order.ID, voiding("wrong")))
	if lines, intact, err = h.Audit(background(), "2026-07-03", 0); err != nil || !intact || len(lines) != 2 || lines[1].N != 3 {
		t.Errorf("it goes on from there: %+v, %v, %v", lines, intact, err)
	}
}
