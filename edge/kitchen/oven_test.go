package kitchen_test

import (
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func (h *house) states(t kitchen.Ticket) string {
	var out []string
	for _, i := range h.ticket(t.Order.ID).Progress.Items {
		out = append(out, string(i.State))
	}
	return strings.Join(out, " ")
}

func (h *house) letters() []kitchen.DeadLetter {
	h.t.Helper()
	l, err := h.store.DeadLetters(background(), 100)
	if err != nil {
		h.t.Fatalf("read dead letters: %v", err)
	}
	return l
}

func TestTheSensorMovesWhatWaitsLongestInAndWhatLiesInTheSlotOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.place(pizza), h.place(pizza, pizza)
	h.bump(second, menu.StationMake)
	h.clock.pass(time.Second)
	h.bump(first, menu.StationMake)
	h.sense(wire.ItemPutIn, 1)
	h.sense(wire.ItemPutIn, 2)
	h.sense(wire.ItemPutIn, 3)
	h.restart()
	h.sense(wire.ItemTakenOut, 2)
	if h.states(second) != "in_oven baked" || h.states(first) != "in_oven" {
		t.Errorf("the second order is %s, the first %s", h.states(second), h.states(first))
	}
	h.sense(wire.ItemTakenOut, 3)
	last := h.steps(first.Order.ID)[len(h.steps(first.Order.ID))-1]
	if last.Action != order.Unload || last.Cause != event.BySensor || last.Oven != "oven-1" || last.Who != "oven-1" {
		t.Errorf("the cloud was told %+v", last)
	}
}

func TestAnOvenEventIsOneEventHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza, pizza)
	h.bump(ticket, menu.StationMake)
	ev := h.sense(wire.ItemPutIn, 1)
	h.restart()
	if err := h.OvenEvent(t.Context(), "oven-1", ev); err != nil {
		t.Fatal(err)
	}
	if h.states(ticket) != "in_oven made" || len(h.letters()) != 0 {
		t.Errorf("items are %s, dead letters %+v", h.states(ticket), h.letters())
	}
}

func TestTapAndSensorThatSayTheSameMoveOneItem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza, pizza)
	h.bump(ticket, menu.StationMake)
	h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "2"}))
	h.clock.pass(2 * time.Second)
	h.sense(wire.ItemPutIn, 4)
	if h.states(ticket) != "made in_oven" || h.ticket(ticket.Order.ID).Slots["2"] != (line.Slot{Oven: "oven-1", Slot: 4}) {
		t.Errorf("items are %s in %v", h.states(ticket), h.ticket(ticket.Order.ID).Slots)
	}
	h.sense(wire.ItemPutIn, 5)
	h.clock.pass(5 * time.Minute)
	h.sense(wire.ItemTakenOut, 4)
	if h.states(ticket) != "in_oven baked" {
		t.Errorf("items are %s", h.states(ticket))
	}
}

// tappedIn is a pizza that a hand has put into an oven, which saw nothing of it.
func (h *house) tappedIn() kitchen.Ticket {
	h.t.Helper()
	t := h.place(pizza)
	h.bump(t, menu.StationMake)
	t = h.bump(t, menu.StationOven)
	h.clock.pass(4 * time.Minute)
	return t
}

func (h *house) takenOut(oven string, slot int) {
	h.t.Helper()
	ev := wire.OvenEvent{ID: id.New(), At: wire.At(h.clock.Now()), Kind: wire.ItemTakenOut, Slot: slot}
	if err := h.OvenEvent(background(), oven, ev); err != nil {
		h.t.Fatalf("oven event: %v", err)
	}
}

func TestWhatComesOutOfAnotherOvenOrDeckIsNotThePizzaThatAHandPutIn(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, func(s *kitchen.Settings) {
		s.Ovens = []line.Oven{{ID: "oven-1", Decks: 2, Capacity: 4}, {ID: "oven-2", Capacity: 3}}
	})
	ticket := h.tappedIn()
	meant := ticket.Plan["1"]
	if meant.Oven != "oven-1" || meant.Deck == 0 {
		t.Fatalf("it was meant for %+v", meant)
	}
	h.takenOut("other-oven", 3)
	h.takenOut("oven-2", 1)
	h.takenOut("oven-1", map[int]int{1: 3, 2: 1}[meant.Deck])
	if l := h.letters(); h.states(ticket) != "in_oven" || len(l) != 3 || !strings.Contains(l[0].Reason, "nothing known") {
		t.Fatalf("it is %s, dead letters %+v", h.states(ticket), l)
	}
	h.takenOut("oven-1", map[int]int{1: 1, 2: 3}[meant.Deck])
	if h.states(ticket) != "baked" || len(h.letters()) != 3 {
		t.Errorf("it is %s, dead letters %+v", h.states(ticket), h.letters())
	}
	named := h.tappedIn()
	ev := wire.OvenEvent{ID: id.New(), At: wire.At(h.clock.Now()), Kind: wire.ItemTakenOut, Slot: 2, Order: string(named.Order.ID)}
	if err := h.OvenEvent(t.Context(), "oven-2", ev); err != nil { // a scanner knows better
		t.Fatal(err)
	}
	if h.states(named) != "baked" {
		t.Errorf("it is %s", h.states(named))
	}
}

func TestABeltHasItsPizzasOnWhicheverLaneTheyWereLaid(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, func(s *kitchen.Settings) {
		s.Ovens = []line.Oven{{ID: "belt", Decks: 2, Capacity: 4, Belt: 5 * time.Minute}}
	})
	for lane := range 2 {
		ticket := h.tappedIn()
		h.takenOut("belt", lane+1)
		if h.states(ticket) != "baked" {
			t.Errorf("off lane %d it is %s", lane+1, h.states(ticket))
		}
	}
}

func TestAScannerKnowsBetter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.place(pizza), h.place(pizza)
	h.bump(first, menu.StationMake)
	h.bump(second, menu.StationMake)
	ev := wire.OvenEvent{ID: "e1", At: wire.At(h.clock.Now().Add(-20 * time.Second)), Kind: wire.ItemPutIn, Slot: 1, Order: string(second.Order.ID), Item: "1"}
	if err := h.OvenEvent(t.Context(), "oven-1", ev); err != nil {
		t.Fatal(err)
	}
	if h.states(first) != "made" || h.states(second) != "in_oven" {
		t.Errorf("the first is %s, the second %s", h.states(first), h.states(second))
	}
	if in := h.ticket(second.Order.ID).Clocks.Items["1"][order.ItemInOven]; !in.Equal(evening.Add(-20 * time.Second)) {
		t.Errorf("it bakes since %v", in)
	}
}

func TestWhatAnOvenCannotHaveSeenIsKeptAsideWithTheReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ticket := h.place(pizza)
	h.sense(wire.ItemPutIn, 1) // nothing is made yet
	h.sense(wire.ItemTakenOut, 1)
	h.bump(ticket, menu.StationMake)
	late := wire.OvenEvent{ID: "late", At: wire.At(h.clock.Now().Add(-time.Hour)), Kind: wire.ItemPutIn, Slot: 2}
	odd := wire.OvenEvent{ID: "odd", At: wire.At(h.clock.Now()), Kind: "explode", Slot: 2}
	for _, ev := range []wire.OvenEvent{late, odd} {
		if err := h.OvenEvent(t.Context(), "oven-1", ev); err != nil {
			t.Fatal(err)
		}
	}
	h.sense(wire.ItemPutIn, 3)
	h.sense(wire.ItemPutIn, 3) // taken
	h.sense(wire.Door, 0)
	if h.states(ticket) != "in_oven" {
		t.Errorf("items are %s", h.states(ticket))
	}
	if l := h.letters(); len(l) != 5 || l[0].Source != "oven oven-1" || !strings.Contains(l[0].Reason, "slot 3 holds") || !strings.Contains(string(l[1].Payload), "explode") {
		t.Errorf("dead letters are %+v", l)
	}
}

func TestAFaultOfAnOvenIsAnAlert(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.sense(wire.Fault, 0)
	h.sense(wire.Fault, 0)
	alerts := h.snapshot().Alerts
	if len(alerts) != 1 || alerts[0].ID != "malfunction/oven-1" || alerts[0].Level != "critical" {
		t.Errorf("alerts are %+v", alerts)
	}
	h.restart()
	for range 2 {
		if err := h.ClearAlert(t.Context(), "malfunction/oven-1"); err != nil {
			t.Fatal(err)
		}
	}
	kinds := ""
	for _, e := range h.events() {
		kinds += e.Kind + " "
	}
	if len(h.snapshot().Alerts) != 0 || kinds != "alert.raised.v1 alert.cleared.v1 " {
		t.Errorf("alerts are %+v, the cloud was told %s", h.snapshot().Alerts, kinds)
	}
}
