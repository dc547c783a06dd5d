package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// finished is a ticket that is ready since two minutes.
func (h *house) finished(how order.Fulfilment) kitchen.Ticket {
	h.t.Helper()
	c := counter(pizza)
	if c.Fulfilment = how; how == order.ByDelivery {
		c.Address = &order.Address{Street: "1 Main St", City: "Springfield"}
	}
	t, _, err := h.Place(background(), c)
	if err != nil {
		h.t.Fatalf("place: %v", err)
	}
	for t.Progress.Kitchen() != order.Ready {
		h.clock.pass(4 * time.Minute)
		t = h.bump(t, "")
	}
	h.clock.pass(2 * time.Minute)
	return t
}

func TestWhatWasHandedOverComesBackWithItsOldClock(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ready := h.finished(order.Carryout)
	h.did(h.HandOver(t.Context(), ready.Order.ID, because("")))
	h.clock.pass(time.Minute)
	h.restart()
	back := h.did(h.Recall(t.Context(), ready.Order.ID, because("the wrong guest")))
	if back.Progress.Kitchen() != order.Ready || !back.Since.Equal(ready.Since) || back.Number != ready.Number || !back.Recalled.Equal(h.clock.Now()) {
		t.Errorf("it came back %s since %v as %d, recalled %v", back.Progress.Kitchen(), back.Since, back.Number, back.Recalled)
	}
	h.restart()
	if b := h.snapshot().Tickets; len(b) != 1 || b[0].Order.ID != ready.Order.ID {
		t.Errorf("on the board is %+v", b)
	}
	again := h.did(h.HandOver(t.Context(), ready.Order.ID, because("")))
	if !again.Recalled.IsZero() || again.Open() {
		t.Errorf("handed over again it says %v", again.Recalled)
	}
	var said []order.Action
	for _, s := range h.steps(ready.Order.ID)[7:] {
		said = append(said, s.Action)
	}
	if diffOf([]order.Action{order.HandOver, order.TakeBack, order.HandOver}, said) != "" {
		t.Errorf("the cloud was told %v", said)
	}
}

func TestOnlyWhatIsOfThisShiftAndWithNoDriverComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	driven := h.finished(order.ByDelivery)
	h.did(h.HandOver(t.Context(), driven.Order.ID, because("Linus")))
	if _, err := h.Recall(t.Context(), driven.Order.ID, because("")); code(err) != "illegal_step" {
		t.Errorf("back from the driver: %v", err)
	}
	voided := h.place(pizza)
	h.did(h.Void(t.Context(), voided.Order.ID, because("no")))
	if _, err := h.Recall(t.Context(), voided.Order.ID, because("")); code(err) != "illegal_step" {
		t.Errorf("back from the dead: %v", err)
	}
	old := h.finished(order.DineIn)
	h.did(h.HandOver(t.Context(), old.Order.ID, because("")))
	h.clock.pass(8 * time.Hour) // past four in the morning
	if _, err := h.Recall(t.Context(), old.Order.ID, because("")); code(err) != "shift_over" {
		t.Errorf("back from yesterday: %v", err)
	}
	h.clock.pass(-8 * time.Hour)
	tap := kitchen.Tap{ID: id.New()}
	first := h.did(h.Recall(t.Context(), old.Order.ID, tap))
	if again := h.did(h.Recall(t.Context(), old.Order.ID, tap)); diffOf(first, again) != "" {
		t.Errorf("the same tap again:\n%s", diffOf(first, again))
	}
}
