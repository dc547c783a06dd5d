package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func (h *house) press(station string, action order.Action) error {
	h.t.Helper()
	defer h.clock.pass(time.Second)
	return h.Press(background(), "bell", id.New(), station, action, h.clock.Now())
}

// fire fires the timers that are due.
func (h *house) fire() {
	h.t.Helper()
	if err := h.FireDue(background()); err != nil {
		h.t.Fatalf("fire: %v", err)
	}
}

func TestAButtonAtThePassPassesOverWhatMayNotGoYet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	delivery, unpaid, first, second := h.finished(order.ByDelivery), h.finished(order.Carryout), h.finished(order.Carryout), h.finished(order.Carryout)
	for _, paid := range []kitchen.Ticket{first, second} {
		if _, err := h.Book(background(), paying(paid.Order.ID, 0)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []kitchen.Ticket{first, second} {
		if err := h.press(menu.StationPass, "bump"); err != nil {
			t.Fatal(err)
		}
		if got := h.ticket(want.Order.ID); got.Open() {
			t.Errorf("order %d is still %s", want.Number, got.Progress.Kitchen())
		}
	}
	if err := h.press(menu.StationPass, "bump"); code(err) != "no_driver" {
		t.Errorf("where nothing may go, the press says why: %v", err)
	}
	for _, left := range []kitchen.Ticket{delivery, unpaid} {
		if got := h.ticket(left.Order.ID); got.Progress.Kitchen() != order.Ready || got.Version != left.Version {
			t.Errorf("order %d is %s", left.Number, got.Progress.Kitchen())
		}
	}
}

func TestWhatAButtonDoesIsTheWorkOfWhoHasTheTicket(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada")
	for range 3 {
		ticket := h.place(pizza)
		if err := h.press(menu.StationMake, order.Start); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(100 * time.Second)
		if err := h.press(menu.StationMake, "bump"); err != nil {
			t.Fatal(err)
		}
		if got := h.ticket(ticket.Order.ID); got.Progress.Items[0].State != order.ItemMade || got.Cook != "ada" {
			t.Fatalf("it is %s, and %q has it", got.Progress.Items[0].State, got.Cook)
		}
		if s := h.steps(ticket.Order.ID); s[len(s)-1].Who != "bell" || s[len(s)-1].Cause != event.ByTap {
			t.Errorf("the cloud was told %+v", s[len(s)-1])
		}
	}
	f, err := h.Shift(t.Context(), "")
	if err != nil || len(f.Cooks) != 1 || f.Cooks[0].Cook != "ada" || f.Cooks[0].Items != 3 || f.Cooks[0].Make.Count != 3 {
		t.Errorf("the shift's cooks are %+v, %v", f.Cooks, err)
	}
	if got := h.lessons()[line.CookLesson]; got != 3 {
		t.Errorf("%d lessons of ada's pace", got)
	}
}

func TestWhoWorksWithAButtonBesideOthersIsNotAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	h.placeAll(40)
	for range 12 {
		h.clock.pass(time.Minute - time.Second)
		if err := h.press(menu.StationMake, "bump"); err != nil {
			t.Fatal(err)
		}
		for _, next := range h.snapshot().Tickets {
			if next.Cook == "bob" && next.Progress.Kitchen() == order.Queued {
				h.did(h.Bump(t.Context(), next.Order.ID, by("bob")))
				break
			}
		}
		h.fire()
	}
	if a := h.away(); len(a) != 0 {
		t.Errorf("%v are away", a)
	}
}

func TestWhoHasGoneHomeIsAwayThoughOthersBumpTheirTickets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	h.placeAll(40)
	for range 12 {
		h.clock.pass(time.Minute)
		done := map[string]bool{}
		for _, next := range h.snapshot().Tickets {
			if next.Progress.Kitchen() != order.Queued || done[next.Cook] {
				continue
			}
			tap := kitchen.Tap{ID: id.New()} // at the screen that all share
			if done[next.Cook] = true; next.Cook == "bob" {
				tap.Who = "bob"
			}
			h.did(h.Bump(t.Context(), next.Order.ID, tap))
		}
		h.fire()
	}
	if a := h.away(); len(a) != 1 || a[0] != "ada" {
		t.Errorf("%v are away", a)
	}
}

func TestNobodyIsAwayWhileOnlyOthersWorkWhoCouldNotMakeTheirTickets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob", "cleo")
	for range 12 {
		h.clock.pass(time.Minute)
		for _, ticket := range h.placeAll(2) { // ada and bob share a screen, and say no names
			h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
			h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
			h.clock.pass(4 * time.Minute)
			h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Station: menu.StationOven}))
			h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Station: menu.StationCut, Who: "cleo"}))
		}
		h.placeAll(1)
		h.fire()
	}
	if a := h.away(); len(a) != 0 {
		t.Errorf("%v are away, and nobody is left to make pizzas", a)
	}
}
