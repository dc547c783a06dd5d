package kitchen_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func background() context.Context { return context.Background() }

func TestAnOrderGoesFromTheCounterToTheGuest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	placed := h.place(pizza, cola)
	if placed.Number != 1 || placed.Progress.Status() != order.StatusQueued || placed.Order.Totals.Total.Minor == 0 || placed.Day != "2026-07-03" {
		t.Fatalf("it was taken as %s", asJSON(placed))
	}
	if placed.Ready == nil || placed.Ready.Before(evening.Add(6*time.Minute)) || placed.Order.Promise.To.Before(*placed.Ready) {
		t.Errorf("ready %v, promised %v", placed.Ready, placed.Order.Promise)
	}
	id := placed.Order.ID
	for _, step := range []struct {
		station string
		then    order.StatusName
	}{
		{menu.StationMake, order.StatusPreparing},
		{menu.StationOven, order.StatusBaking},
		{menu.StationOven, order.StatusQualityCheck},
		{menu.StationSides, order.StatusQualityCheck},
		{menu.StationCut, order.StatusReadyForPickup},
		{menu.StationPass, order.StatusDelivered},
	} {
		h.clock.pass(time.Minute)
		if got := h.bump(placed, step.station).Progress.Status(); got != step.then {
			t.Fatalf("after a bump at %s it is %s, want %s", step.station, got, step.then)
		}
	}
	if len(h.snapshot().Tickets) != 0 {
		t.Error("what was handed over is still on the board")
	}
	recent, err := h.Recent(t.Context())
	if err != nil || len(recent) != 1 || recent[0].Order.ID != id {
		t.Errorf("the recall list is %s, %v", asJSON(recent), err)
	}
	var actions []order.Action
	for _, s := range h.steps(id) {
		actions = append(actions, s.Action)
	}
	want := []order.Action{
		order.Validate, order.Queue, order.Start, order.Make, order.Bake, order.Unload, order.Start, order.Finish, order.Finish, order.HandOver,
	}
	if diff := diffOf(want, actions); diff != "" {
		t.Errorf("the cloud was told:\n%s", diff)
	}
	if first, ok := h.facts()[0].(event.OrderTaken); !ok || first.Order.ID != id || !first.Order.Promise.To.Equal(placed.Order.Promise.To) {
		t.Errorf("the first fact is %s", asJSON(h.facts()[0]))
	}
}

func TestTheBoardIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.SignIn(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	h.bump(h.place(pizza, cola), menu.StationMake)
	h.bump(h.place(pizza, pizza), "")
	h.offer(order.ByDelivery, pizza)
	before := h.snapshot()
	h.restart()
	if diff := diffOf(before, h.snapshot()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestEveryCommitIsOneChangeWithTheNextNumberOverRestartsToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	last := h.snapshot().Seq
	for range 3 {
		changes, cancel := h.hub.Subscribe()
		first := h.place(pizza)
		h.bump(first, "")
		if _, err := h.Void(t.Context(), first.Order.ID, kitchen.Tap{ID: "v" + string(first.Order.ID), Reason: "the guest left"}); err != nil {
			t.Fatal(err)
		}
		h.did(h.Acknowledge(t.Context(), first.Order.ID, tapAt(""))) // whoever touched it is told that it is void
		for n := range 4 {
			c := h.next(changes)
			if c.Seq != last+1 {
				t.Errorf("change %d came after %d", c.Seq, last)
			}
			last = c.Seq
			if n < 3 && (len(c.Tickets) != 1 || c.Tickets[0].Order.ID != first.Order.ID) || n == 3 && !slices.Equal(c.Gone, []order.ID{first.Order.ID}) {
				t.Errorf("change %d of the ticket is %s", n, asJSON(c))
			}
		}
		cancel()
		h.restart()
	}
	if seq := h.snapshot().Seq; seq != last {
		t.Errorf("the board is at %d after restarts, the last change was %d", seq, last)
	}
}

func TestTheSameKeyIsTheSameOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := counter(pizza)
	first, replayed, err := h.Place(t.Context(), c)
	if err != nil || replayed {
		t.Fatalf("replayed %v, %v", replayed, err)
	}
	h.bump(first, "")
	h.restart()
	again, replayed, err := h.Place(t.Context(), c)
	if err != nil || !replayed {
		t.Fatalf("replayed %v, %v", replayed, err)
	}
	if diff := diffOf(first, again); diff != "" {
		t.Errorf("it was answered differently:\n%s", diff)
	}
	c.Lines = []order.Line{cola}
	if _, _, err := h.Place(t.Context(), c); problem.Of(err) == nil || problem.Of(err).Code != "idempotency_mismatch" {
		t.Errorf("another order with that key: %v", err)
	}
	if n := len(h.snapshot().Tickets); n != 1 {
		t.Errorf("%d tickets on the board", n)
	}
}

func TestOrdersThatCannotBeAreRefusedWithThePath(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, spoil := range map[string]func(*kitchen.CounterOrder){
		"channel":                      func(c *kitchen.CounterOrder) { c.Channel = order.Web },
		"fulfilment":                   func(c *kitchen.CounterOrder) { c.Fulfilment = "teleport" },
		"idempotency_key":              func(c *kitchen.CounterOrder) { c.Key = "" },
		"lines":                        func(c *kitchen.CounterOrder) { c.Lines = nil },
		"lines[1].product":             func(c *kitchen.CounterOrder) { c.Lines = append(c.Lines, order.Line{Product: "calzone", Quantity: 1}) },
		"payment.method":               func(c *kitchen.CounterOrder) { c.Payment.Method = "gold" },
		"address":                      func(c *kitchen.CounterOrder) { c.Fulfilment = order.ByDelivery },
		"customer.phone":               func(c *kitchen.CounterOrder) { c.Customer.Phone = string(make([]byte, 33)) },
		"customer.name":                func(c *kitchen.CounterOrder) { c.Customer.Name = string(make([]byte, 201)) },
		"lines[0].toppings[0].topping": func(c *kitchen.CounterOrder) { c.Lines[0].Toppings = []order.Topping{{Topping: "gold"}} },
	} {
		c := counter(pizza)
		spoil(&c)
		if _, _, err := h.Place(t.Context(), c); !problem.Is(err, problem.Invalid) || problem.Of(err).Facts["path"] != path {
			t.Errorf("%s: %v %v", path, err, problem.Of(err))
		}
	}
	beeps := counter(pizza)
	beeps.Customer.Name = "Grace\a"
	if _, _, err := h.Place(t.Context(), beeps); problem.Of(err) == nil || problem.Of(err).Facts["path"] != "customer.name" {
		t.Errorf("a name that beeps: %v", err)
	}
	c := counter()
	for range 5 {
		c.Lines = append(c.Lines, order.Line{Product: "cola", Quantity: 50})
	}
	if _, _, err := h.Place(t.Context(), c); !problem.Is(err, problem.Invalid) {
		t.Errorf("catering at the counter: %v", err)
	}
	if len(h.events()) != 0 {
		t.Error("a refused order left something for the cloud")
	}
}

func TestAPhoneOrderIsDelivered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := counter(cola)
	c.Channel, c.Fulfilment, c.Address = order.Phone, order.ByDelivery, &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 40.7}
	ticket, _, err := h.Place(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if ticket.Order.Totals.Fee.Minor == 0 || ticket.Progress.Delivery != order.Unassigned || ticket.Order.Promise.From.Sub(*ticket.Ready) != 20*time.Minute {
		t.Errorf("taken as %s", asJSON(ticket))
	}
	ready := h.bump(ticket, menu.StationSides)
	before := len(h.events())
	if _, err := h.Bump(t.Context(), ready.Order.ID, kitchen.Tap{ID: "nobody", Station: menu.StationPass}); problem.Of(err) == nil || problem.Of(err).Code != "no_driver" {
		t.Errorf("handed to nobody: %v", err)
	}
	if len(h.events()) != before {
		t.Error("a refused hand-over left something for the cloud")
	}
	given, err := h.HandOver(t.Context(), ready.Order.ID, kitchen.Tap{ID: "ours", Reason: "our own driver has it"})
	if err != nil || given.Progress.Status() != order.StatusPickedUp {
		t.Errorf("given to a driver of our own it is %s, %v", given.Progress.Status(), err)
	}
}
