package kitchen_test

import (
	"fmt"
	"testing"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// made is how many orders have left the make line.
func (h *house) made() (n int) {
	for _, t := range h.snapshot().Tickets {
		if t.Progress.Kitchen() != order.Queued {
			n++
		}
	}
	return n
}

func TestAContactThatBouncesMakesOneTicketAndNotTheWholeLine(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 5 {
		h.place(pizza)
	}
	press := func(device, id string) {
		t.Helper()
		if err := h.Press(background(), device, id, menu.StationMake, "bump", h.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 40 {
		press("bell", fmt.Sprint("bounce ", n))
		h.clock.pass(25 * time.Millisecond)
	}
	if n := h.made(); n != 1 {
		t.Fatalf("40 presses in a second made %d", n)
	}
	press("bell", "bounce 0") // sent again: its answer was lost
	press("other", "1")
	if n := h.made(); n != 2 {
		t.Fatalf("another button beside it: %d are made", n)
	}
	h.clock.pass(599 * time.Millisecond)
	press("other", "2")
	h.clock.pass(600 * time.Millisecond)
	press("other", "3")
	if n := h.made(); n != 3 {
		t.Errorf("a press after a moment of rest: %d are made", n)
	}
}
