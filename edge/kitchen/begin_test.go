package kitchen_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// retained are the events of all epochs, by their places.
func (h *house) retained() []link.Ref {
	h.t.Helper()
	var all []link.Ref
	after := link.Place{}
	for {
		page, more, err := h.store.Retained(background(), after, 7)
		if err != nil {
			h.t.Fatalf("read what is retained: %v", err)
		}
		all = append(all, page...)
		if !more {
			return all
		}
		after = page[len(page)-1].Place
	}
}

// beginning is a new epoch of which the cloud has the events that known says.
func (h *house) beginning(known func(link.Ref) bool, orders ...event.OrderStanding) kitchen.Beginning {
	h.t.Helper()
	b := kitchen.Beginning{Epoch: h.store.Epoch() + 1, Commands: h.commands, Orders: orders}
	if h.commands > 0 {
		b.CommandID = fmt.Sprint("c", h.commands)
	}
	for _, r := range h.retained() {
		b.Through = kitchen.Place(r.Place)
		if !known(r) {
			b.Unknown = append(b.Unknown, kitchen.Place(r.Place))
		}
	}
	return b
}

func (h *house) begin(b kitchen.Beginning) {
	h.t.Helper()
	if err := h.Begin(background(), b); err != nil {
		h.t.Fatalf("begin epoch %d: %v", b.Epoch, err)
	}
}

func none(link.Ref) bool { return false }

// standings are what the cloud is told of how orders stand, the last one of each.
func (h *house) standings() map[order.ID]event.OrderStanding {
	h.t.Helper()
	out := map[order.ID]event.OrderStanding{}
	for _, f := range h.facts() {
		if s, ok := f.(event.OrderStanding); ok {
			out[s.Order.ID] = s
		}
	}
	return out
}

// stands is what the cloud is to be told of a ticket.
func (h *house) stands(t kitchen.Ticket) event.OrderStanding {
	s := kitchen.Standing(t)
	s.Epoch = h.store.Epoch()
	return s
}

func TestWhatTheCloudLacksBeginsTheNewEpochAndWhatItHasStaysWhereItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.place(pizza), h.place(cola)
	h.bump(first, menu.StationMake)
	before := h.events()
	odd := func(r link.Ref) bool { return r.Seq%2 == 1 }
	b := h.beginning(odd, kitchen.Standing(first), kitchen.Standing(second)) // the cloud is behind with the first
	meanwhile := h.place(cola)                                               // happens after the cloud was asked
	h.begin(b)

	var moved, stayed []link.Event
	for _, e := range before {
		if e.Seq%2 == 0 {
			moved = append(moved, e)
		} else {
			stayed = append(stayed, e)
		}
	}
	now := h.events() // as a chain of its own
	if len(now) < len(moved)+4 {
		t.Fatalf("the new epoch has %d events", len(now))
	}
	for n, e := range moved {
		if got := now[n]; got.ID != e.ID || got.Kind != e.Kind || got.Order != e.Order || !got.At.Equal(e.At) || !bytes.Equal(got.Body, e.Body) || got.Seq != uint64(n+1) {
			t.Errorf("event %d became %+v", e.Seq, got)
		}
	}
	if got := now[len(moved)]; got.Kind != "order.taken.v1" || got.Order != string(meanwhile.Order.ID) {
		t.Errorf("behind what was moved is %s of %s, not what happened meanwhile", got.Kind, got.Order)
	}
	refs := h.retained()
	for n, e := range stayed {
		if r := refs[n]; r.ID != e.ID || r.Place != (link.Place{Epoch: 1, Seq: e.Seq}) {
			t.Errorf("event %d is retained as %+v", e.Seq, r)
		}
	}
	if len(refs) != len(stayed)+len(now) {
		t.Errorf("%d events are retained, want %d and %d", len(refs), len(stayed), len(now))
	}
	if tip, err := h.store.Tip(t.Context()); err != nil || tip.Epoch != 2 || tip.Seq != uint64(len(now)) || tip.Hash != now[len(now)-1].Hash {
		t.Errorf("the outbox ends at %+v, %v", tip, err)
	}
	if acked, err := h.store.Acked(t.Context()); err != nil || acked != (link.Mark{Epoch: 2}) {
		t.Errorf("acknowledged is %+v, %v", acked, err)
	}
	stand := h.standings()
	for _, id := range []order.ID{first.Order.ID, second.Order.ID, meanwhile.Order.ID} {
		ticket := h.ticket(id)
		if diff := diffOf(h.stands(ticket), stand[id]); diff != "" || ticket.Recovered {
			t.Errorf("the cloud is told of %s (recovered %v):\n%s", id, ticket.Recovered, diff)
		}
	}
}

func TestBeginningTheSameEpochAgainDoesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.place(pizza)
	b := h.beginning(none)
	h.begin(b)
	before, seq := h.events(), h.snapshot().Seq
	for range 2 {
		h.begin(b)
		h.restart()
	}
	if diff := diffOf(before, h.events()); diff != "" || h.snapshot().Seq != seq {
		t.Errorf("again, it did something:\n%s", diff)
	}
	late := b
	late.Epoch = 1
	if err := h.Begin(t.Context(), late); !errors.Is(err, kitchen.ErrPast) {
		t.Errorf("an epoch of the past: %v", err)
	}
}

func TestAnEmptyKitchenBeginsWithTheOrdersOfTheCloud(t *testing.T) {
	t.Parallel()
	old := newHouse(t)
	old.release(0)
	cooking, ready, waiting := old.place(pizza), old.place(cola), old.offer(order.ByDelivery, pizza)
	old.bump(cooking, menu.StationMake)
	old.bump(ready, menu.StationSides)
	offered := webOrder(order.Carryout, pizza)
	later := evening.AddDate(0, 0, 1)
	offered.Order.FireAt = &later
	old.obey(offered.Order.ID, offered)
	var orders []event.OrderStanding
	for _, id := range []order.ID{cooking.Order.ID, ready.Order.ID, waiting, offered.Order.ID} {
		orders = append(orders, kitchen.Standing(old.ticket(id)))
	}

	h := newHouse(t)
	if err := h.store.BeginEpoch(t.Context(), 2, 9); err != nil {
		t.Fatal(err)
	}
	h.restart()
	h.begin(kitchen.Beginning{Epoch: 2, Commands: 9, CommandID: "c9", Orders: orders, Numbers: map[string]int{cooking.Day: 17}})
	for _, s := range orders {
		got := h.ticket(s.Order.ID)
		asked := s.Progress.Whole != order.Waiting
		if diff := diffOf(s.Progress, got.Progress); diff != "" || got.Recovered != asked || got.Number != s.Number {
			t.Errorf("number %d, recovered %v:\n%s", got.Number, got.Recovered, diff)
		}
		if told := h.standings()[s.Order.ID]; told.Recovered != asked || diffOf(s.Progress, told.Progress) != "" {
			t.Errorf("the cloud is told %s", asJSON(told))
		}
	}
	if next := h.place(cola); next.Number != 18 {
		t.Errorf("the next number is %d", next.Number)
	}
	if seq, id, err := h.store.CommandSeq(t.Context()); err != nil || seq != 9 || id != "c9" {
		t.Errorf("the commands go on after %d %q, %v", seq, id, err)
	}
	h.commands = 9
	h.obey(waiting, event.OrderRevoked{Order: waiting, Reason: "too late"})
}

func TestTwoOrdersWithOneNumberAreToldApart(t *testing.T) {
	t.Parallel()
	old := newHouse(t)
	theirs := old.place(cola)
	h := newHouse(t)
	ours := h.place(pizza)
	h.begin(h.beginning(none, kitchen.Standing(theirs)))
	kept, other := h.ticket(ours.Order.ID), h.ticket(theirs.Order.ID)
	if kept.Number != 1 || kept.Recovered || other.Number != 2 || other.Was != 1 || !other.Recovered {
		t.Errorf("ours is %d, theirs %d and was %d", kept.Number, other.Number, other.Was)
	}
	if next := h.place(cola); next.Number != 3 {
		t.Errorf("the next number is %d", next.Number)
	}
	if told := h.standings()[other.Order.ID]; told.Number != 2 {
		t.Errorf("the cloud is told number %d", told.Number)
	}
	if !slices.ContainsFunc(h.events(), func(e link.Event) bool { return e.Kind == "order.taken.v1" && e.Order == string(ours.Order.ID) }) {
		t.Error("the cloud does not hear that ours was taken")
	}
}

// The cloud may know a number and not its day: an order that it had lost came back to it as a whole.
func TestANumberOfNoDayHoldsUpNoHealing(t *testing.T) {
	t.Parallel()
	old, h := newHouse(t), newHouse(t)
	old.place(cola)
	lost := kitchen.Standing(old.place(pizza))
	lost.Day = ""
	h.begin(h.beginning(none, lost))
	if got := h.ticket(lost.Order.ID); got.Number != 2 || got.Day == "" {
		t.Errorf("recovered %s", asJSON(got))
	}
	for _, want := range []int{3, 4} {
		if next := h.place(cola); next.Number != want {
			t.Errorf("number %d is given, want %d", next.Number, want)
		}
	}
}
