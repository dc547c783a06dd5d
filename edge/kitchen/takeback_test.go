package kitchen_test

import (
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
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
	h.driver(driven, order.Assigned)
	h.did(h.HandOver(t.Context(), driven.Order.ID, because("Linus")))
	h.clock.pass(61 * time.Second)
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

// driver is what the cloud says of who is to fetch an order, or has it.
func (h *house) driver(t kitchen.Ticket, lane order.Delivery) string {
	h.t.Helper()
	b := event.DeliveryStepped{Order: t.Order.ID, Delivery: lane}
	if lane != order.Unassigned {
		b.Driver, b.Name = "d1", "Linus"
	}
	return h.obey(t.Order.ID, b).Reason
}

func TestADeliveryThatWasHandedOverByMistakeComesBackWhileItCanBeOnItsShelf(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	nobodys := h.finished(order.ByDelivery)
	h.did(h.HandOver(t.Context(), nobodys.Order.ID, because("somebody")))
	h.clock.pass(20 * time.Minute)
	if back := h.did(h.Recall(t.Context(), nobodys.Order.ID, because("it is still here"))); back.Progress.Kitchen() != order.Ready {
		t.Errorf("what no driver has is %s", back.Progress.Kitchen())
	}

	ready := h.finished(order.ByDelivery)
	h.driver(ready, order.Assigned)
	h.did(h.HandOver(t.Context(), ready.Order.ID, because("")))
	h.driver(ready, order.PickedUp) // the cloud has heard of it
	h.clock.pass(50 * time.Second)
	h.restart()
	back := h.did(h.Recall(t.Context(), ready.Order.ID, because("")))
	if back.Progress.Kitchen() != order.Ready || back.Progress.Delivery != order.Assigned || !back.Since.Equal(ready.Since) || !back.Open() {
		t.Errorf("within a minute it is %s, %s", back.Progress.Kitchen(), back.Progress.Delivery)
	}
	if h.driver(ready, order.PickedUp) == "" || h.ticket(ready.Order.ID).Progress.Kitchen() != order.Ready {
		t.Error("what the cloud says of the hand-over before that hands it over again")
	}
	h.driver(ready, order.Assigned)
	h.did(h.HandOver(t.Context(), ready.Order.ID, because("")))
	h.driver(ready, order.PickedUp)
	h.driver(ready, order.OutForDelivery)
	if _, err := h.Recall(t.Context(), ready.Order.ID, because("")); code(err) != "illegal_step" {
		t.Errorf("back from the road: %v", err)
	}
}

func TestADeliveryThatWasTakenBackIsPickedUpByItsDriverALittleLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ready := h.finished(order.ByDelivery)
	h.driver(ready, order.Assigned)
	h.did(h.HandOver(t.Context(), ready.Order.ID, because("")))
	h.did(h.Recall(t.Context(), ready.Order.ID, because("")))
	h.clock.pass(2 * time.Minute)
	if why := h.driver(ready, order.PickedUp); why != "" || h.ticket(ready.Order.ID).Progress.Whole != order.HandedOver {
		t.Errorf("the driver has it, and it is %s: %s", h.ticket(ready.Order.ID).Progress.Whole, why)
	}
}

func TestWhatIsDroppedOnTheWayToTheOvenIsMadeAgainAndIsWaste(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 5000, "dough_large": 50})
	ticket := h.place(pizza, pizza, cola)
	h.did(h.Start(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
	wasted := func() (n int64) {
		days, err := h.StockReport(t.Context(), h.Today(), h.Today())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range days {
			n += d.Wasted
		}
		return n
	}
	tap := kitchen.Tap{ID: id.New(), Item: "1", Reason: "dropped"}
	h.did(h.Remake(t.Context(), ticket.Order.ID, tap))
	first := wasted()
	if again := h.did(h.Remake(t.Context(), ticket.Order.ID, tap)); h.states(again) != "queued queued queued" || first == 0 || wasted() != first {
		t.Errorf("a pizza that was being made is %s, waste %d, and %d when the tap is repeated", h.states(again), first, wasted())
	}
	h.bump(ticket, menu.StationMake)
	now := h.did(h.Remake(t.Context(), ticket.Order.ID, because("dropped")))
	if h.states(now) != "queued queued queued" || wasted() != 3*first || len(now.Remakes) != 2 || now.Progress.Items[0].Remakes != 2 {
		t.Errorf("two pizzas before the oven are %s, waste %d (one pizza: %d), remakes %+v", h.states(now), wasted(), first, now.Remakes)
	}
	if _, err := h.Remake(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "3", Reason: "dropped"}); code(err) != "illegal_step" {
		t.Errorf("what nobody has begun: %v", err)
	}
	if _, err := h.Remake(t.Context(), ticket.Order.ID, because("dropped")); code(err) != "illegal_step" {
		t.Errorf("nothing is begun: %v", err)
	}
}

func TestWorkIsSharedBySecondsAndNotByTickets(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	many := pizza
	many.Quantity = 9
	first := h.place(many).Cook
	for n := range 5 {
		if got := h.place(pizza).Cook; got == first {
			t.Errorf("with nine pizzas to make %s is given the %d. single one too", first, n+1)
		}
	}
}

// TestAScreenTakesBackItsOwnTapOnly: what another screen has done since stays done. Who names no tap takes back the last, as ever.
func TestAScreenTakesBackItsOwnTapOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := h.place(pizza)
	recall := func(of string) (kitchen.Ticket, error) {
		return h.Recall(t.Context(), o.Order.ID, kitchen.Tap{ID: id.New(), Of: of})
	}
	for _, tap := range []string{"make-1", "oven-1", "oven-2"} {
		h.clock.pass(time.Minute)
		h.did(h.Bump(t.Context(), o.Order.ID, kitchen.Tap{ID: tap}))
	}
	before := h.ticket(o.Order.ID).Progress.Items[0].State
	if _, err := recall("make-1"); code(err) != "illegal_step" || h.ticket(o.Order.ID).Progress.Items[0].State != before {
		t.Errorf("the make line took the oven's work back: %v", err)
	}
	h.restart()
	h.did(recall("oven-2"))
	h.did(recall(""))
	if s := h.did(recall("make-1")).Progress.Items[0].State; s != order.ItemQueued {
		t.Errorf("it is %s again", s)
	}

	ready := h.finished(order.Carryout)
	o = ready
	h.did(h.HandOver(t.Context(), ready.Order.ID, kitchen.Tap{ID: "over"}))
	if _, err := recall("cut-1"); code(err) != "illegal_step" {
		t.Errorf("the cut table took a hand-over back: %v", err)
	}
	h.did(recall("over"))
	if back := h.did(recall("")); back.Progress.Kitchen() == order.Ready {
		t.Error("behind a hand-over that was taken back there is no tap to take back")
	}
}
