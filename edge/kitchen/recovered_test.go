package kitchen_test

import (
	"strings"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// approved is an order that another box had taken to the oven, as the cloud has it once a person has approved what that box handed over.
func approved(t *testing.T) event.OrderRecovered {
	t.Helper()
	old := newHouse(t)
	placed := old.place(pizza, cola)
	old.bump(placed, menu.StationMake)
	old.bump(placed, menu.StationOven)
	return event.OrderRecovered(kitchen.Standing(old.ticket(placed.Order.ID)))
}

func TestAnOrderOfABoxThatIsGoneIsBroughtToTheKitchenAndAskedAbout(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.place(cola) // has number 1, which the other box gave as well
	b := approved(t)
	if a := h.obey(b.Order.ID, b); !a.Granted || a.Reason != "" {
		t.Fatalf("the answer is %+v", a)
	}
	got := h.ticket(b.Order.ID)
	if !got.Recovered || got.Doubtful || !got.Open() || got.Progress.Items[0].State != order.ItemInOven || got.Number != 2 || got.Was != 1 {
		t.Errorf("the ticket is %s", asJSON(got))
	}
	if told := h.standings()[b.Order.ID]; !told.Recovered || told.Number != 2 {
		t.Errorf("the cloud is told %s", asJSON(told))
	}
	if next := h.place(cola); next.Number != 3 {
		t.Errorf("the next order has number %d", next.Number)
	}
	h.restart()
	if diff := diffOf(got, h.ticket(b.Order.ID)); diff != "" {
		t.Errorf("after a restart:\n%s", diff)
	}
	if now := h.did(h.Confirm(t.Context(), b.Order.ID, kitchen.Tap{ID: "found", State: order.Ready})); now.Recovered || now.Progress.Kitchen() != order.Ready {
		t.Errorf("a cook has said where the food is, and it is %s", asJSON(now))
	}
}

func TestAnOrderThatIsBroughtAgainIsOneTicketAndNobodyIsAskedTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := approved(t)
	c := h.command(b.Order.ID, b)
	for range 2 {
		if err := h.Obey(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	again := h.command(b.Order.ID, b)
	again.Again = c.ID
	h.did(h.Confirm(t.Context(), b.Order.ID, kitchen.Tap{ID: "here"}))
	before := h.ticket(b.Order.ID)
	if err := h.Obey(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if a := h.obey(b.Order.ID, b); !a.Granted || a.Reason == "" {
		t.Errorf("the answer is %+v", a)
	}
	if diff := diffOf(before, h.ticket(b.Order.ID)); diff != "" || len(h.snapshot().Tickets) != 1 {
		t.Errorf("brought again, it is:\n%s", diff)
	}
}

func TestAnOrderThatTheKitchenHasFurtherIsNotTakenBack(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(*house, kitchen.Ticket){
		"made": func(h *house, t kitchen.Ticket) { h.bump(h.bump(t, menu.StationMake), menu.StationSides) },
		"handed over": func(h *house, t kitchen.Ticket) {
			for t.Open() {
				t = h.bump(t, "")
			}
		},
		"voided": func(h *house, t kitchen.Ticket) {
			h.did(h.Void(background(), t.Order.ID, kitchen.Tap{ID: "no", Reason: "no dough"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			placed := h.place(pizza, cola)
			b := event.OrderRecovered(kitchen.Standing(placed))
			on(h, placed)
			before := h.ticket(placed.Order.ID)
			if a := h.obey(placed.Order.ID, b); !a.Granted || a.Reason != "the kitchen has it already" {
				t.Errorf("the answer is %+v", a)
			}
			if diff := diffOf(before, h.ticket(placed.Order.ID)); diff != "" {
				t.Errorf("it was taken back:\n%s", diff)
			}
		})
	}
}

// It is given anew behind what was said of its delivery since.
func TestAnOrderThatIsBroughtLateTakesNoDriverAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	of := h.offer(order.ByDelivery, pizza)
	b := event.OrderRecovered(kitchen.Standing(h.ticket(of)))
	h.obey(of, event.DeliveryStepped{Order: of, Delivery: order.Assigned, Driver: "d1", Name: "Grace"})
	before := h.ticket(of)
	if a := h.obey(of, b); !a.Granted {
		t.Errorf("the answer is %+v", a)
	}
	if diff := diffOf(before, h.ticket(of)); diff != "" {
		t.Errorf("it was changed:\n%s", diff)
	}
}

func TestAnOrderThatCannotBeRecoveredIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fine := approved(t)
	foreign, empty, gone := fine, fine, fine
	foreign.Order.Restaurant = "r2"
	empty.Progress.Items = nil
	gone.Progress.Whole = order.HandedOver
	for name, c := range map[string]struct {
		of   order.ID
		body event.OrderRecovered
		why  string
	}{
		"of another restaurant": {fine.Order.ID, foreign, "restaurant"},
		"for another order":     {"somebody-else", fine, "for order"},
		"nothing to make":       {fine.Order.ID, empty, "nothing is left"},
		"handed over":           {fine.Order.ID, gone, "nothing is left"},
	} {
		if a := h.obey(c.of, c.body); a.Granted || !strings.Contains(a.Reason, c.why) {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if tickets := h.snapshot().Tickets; len(tickets) != 0 {
		t.Errorf("on the board are %s", asJSON(tickets))
	}
}

// The cloud may know a number and not its day: the order came there as a whole.
func TestAnOrderIsBroughtWithANumberOfNoDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := approved(t)
	b.Day = ""
	if a := h.obey(b.Order.ID, b); !a.Granted {
		t.Fatalf("the answer is %+v", a)
	}
	if got := h.ticket(b.Order.ID); got.Number != 1 || got.Day == "" {
		t.Errorf("the ticket is %s", asJSON(got))
	}
	if next := h.place(cola); next.Number != 2 {
		t.Errorf("the next order has number %d", next.Number)
	}
}
