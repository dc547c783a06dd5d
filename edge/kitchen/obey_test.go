package kitchen_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestACommandOfTheLinkIsACommandOfTheKitchen(t *testing.T) {
	t.Parallel()
	c := link.Command{Seq: 7, ID: "c7", Kind: "k", At: evening, Order: "o", Trace: "t", Body: json.RawMessage("{}")}
	if got := kitchen.Command(c); got.Seq != 7 || got.Order != "o" || got.Trace != "t" {
		t.Errorf("%+v", got)
	}
}

func TestAnOfferedOrderIsTakenAndQueuedAtOnceWhenTheLinkIsUpToDate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	id := h.offer(order.ByDelivery, pizza)
	ticket := h.ticket(id)
	if ticket.Number != 1 || ticket.Progress.Status() != order.StatusQueued || ticket.Command != 1 || ticket.Ready == nil {
		t.Errorf("taken as %s", asJSON(ticket))
	}
	if s := h.steps(id); len(s) != 1 || s[0].Action != order.Queue || s[0].Number != 1 || s[0].Ready == nil {
		t.Errorf("the cloud was told %+v", s)
	}
}

func TestARepeatedCommandDoesNothingAndAGapIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	o := webOrder(order.Carryout, pizza)
	c := h.command(o.Order.ID, o)
	for range 3 {
		if err := h.Obey(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		h.restart()
	}
	if n := len(h.events()); n != 2 {
		t.Errorf("a repeated command left %d events", n)
	}
	h.commands++
	if err := h.Obey(t.Context(), h.command(o.Order.ID, event.OrderRevoked{Order: o.Order.ID})); !errors.Is(err, kitchen.ErrGap) {
		t.Errorf("a command after a gap: %v", err)
	}
}

func TestARevokeIsGrantedWhileNothingBakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines   []order.Line
		before  func(*house, kitchen.Ticket)
		granted bool
		reason  string
	}{
		"in the queue":   {[]order.Line{pizza}, func(*house, kitchen.Ticket) {}, true, ""},
		"on the bench":   {[]order.Line{pizza}, func(h *house, t kitchen.Ticket) { h.bump(t, menu.StationMake) }, true, ""},
		"a drink stands": {[]order.Line{pizza, cola}, func(h *house, t kitchen.Ticket) { h.bump(t, menu.StationSides) }, true, ""},
		"in the oven": {[]order.Line{pizza, pizza}, func(h *house, t kitchen.Ticket) {
			h.bump(t, menu.StationMake)
			h.sense(wire.ItemPutIn, 1)
		}, false, "it is in the oven"},
		"one is boxed": {[]order.Line{pizza, pizza}, func(h *house, t kitchen.Ticket) {
			for range 4 {
				h.did(h.Bump(background(), t.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
			}
			h.did(h.Bump(background(), t.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
		}, false, "it is baked"},
		"ready": {[]order.Line{cola}, func(h *house, t kitchen.Ticket) { h.bump(t, menu.StationSides) }, false, "it is ready"},
		"gone": {[]order.Line{cola}, func(h *house, t kitchen.Ticket) {
			h.bump(t, menu.StationSides)
			h.bump(t, menu.StationPass)
		}, false, "it is handed over"},
		"voided": {[]order.Line{pizza}, func(h *house, t kitchen.Ticket) {
			h.did(h.Void(background(), t.Order.ID, kitchen.Tap{ID: "v", Reason: "no dough"}))
		}, true, "it will not be made anyway"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.release(0)
			id := h.offer(order.Carryout, c.lines...)
			c.before(h, h.ticket(id))
			before := h.ticket(id)
			a := h.obey(id, event.OrderRevoked{Order: id, Reason: "changed my mind"})
			if a.Granted != c.granted || a.Reason != c.reason || a.Command != "c2" || a.Order != id {
				t.Errorf("the answer is %+v", a)
			}
			if after := h.ticket(id); !c.granted && diffOf(before, after) != "" {
				t.Errorf("a refused revoke changed the ticket:\n%s", diffOf(before, after))
			} else if c.granted && after.Progress.Status() != order.StatusCancelled {
				t.Errorf("a granted revoke leaves it %s", after.Progress.Status())
			}
		})
	}
}

func TestAWishForTheNextStatusTakesTheStepsItNeeds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	id := h.offer(order.Carryout, pizza, pizza, cola)
	wish := func(s order.StatusName) event.CommandAnswered {
		return h.obey(id, event.StatusWished{Order: id, Status: s, By: "manager"})
	}
	if a := wish(order.StatusReadyForPickup); a.Granted || !strings.Contains(a.Reason, "Queued") {
		t.Errorf("a wish that skips: %+v", a)
	}
	if a := wish(order.StatusQueued); !a.Granted {
		t.Errorf("a wish for what is so: %+v", a)
	}
	for _, s := range []order.StatusName{
		order.StatusPreparing, order.StatusPreparing, order.StatusBaking, order.StatusQualityCheck, order.StatusReadyForPickup, order.StatusDelivered,
	} {
		if a := wish(s); !a.Granted {
			t.Fatalf("%s was refused: %s", s, a.Reason)
		}
		if got := h.ticket(id).Progress.Status(); got != s {
			t.Fatalf("wished for %s, it is %s", s, got)
		}
	}
	if a := wish(order.StatusCancelled); a.Granted {
		t.Errorf("a delivered order was cancelled: %+v", a)
	}
	steps := len(h.steps(id))
	if a := wish(order.StatusBaking); !a.Granted || len(h.steps(id)) != steps {
		t.Errorf("a wish that was granted, given anew: %+v, %d steps after %d", a, len(h.steps(id)), steps)
	}
	for _, s := range h.steps(id)[1:] {
		if s.Cause != event.ByWish || s.Who != "manager" {
			t.Errorf("the cloud was told %+v", s)
		}
	}
}

func TestTheDriverIsTheCloudsToTell(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	id := h.offer(order.ByDelivery, cola)
	arrives := evening.Add(7 * time.Minute)
	tell := func(d order.Delivery) event.CommandAnswered {
		return h.obey(id, event.DeliveryStepped{Order: id, Delivery: d, Driver: "d1", Name: "Grace", Arrives: &arrives})
	}
	tell(order.Assigned)
	if got := h.ticket(id); got.Driver == nil || got.Driver.Name != "Grace" || !got.Driver.Arrives.Equal(arrives) || got.Progress.Delivery != order.Assigned {
		t.Errorf("the ticket shows %s", asJSON(got))
	}
	h.bump(h.ticket(id), menu.StationSides)
	if a := tell(order.PickedUp); !a.Granted {
		t.Fatalf("%+v", a)
	}
	got := h.ticket(id)
	if got.Progress.Whole != order.HandedOver || got.Progress.Status() != order.StatusPickedUp || len(h.snapshot().Tickets) != 0 {
		t.Errorf("with the driver it is %s, %s", got.Progress.Whole, got.Progress.Status())
	}
	if a := tell(order.Delivered); !a.Granted || h.ticket(id).Progress.Status() != order.StatusDelivered {
		t.Errorf("%+v, %s", a, h.ticket(id).Progress.Status())
	}
}

func TestAPizzaIsBakedForTheDriverWhoIsStillToBeAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	id := h.offer(order.ByDelivery, cola)
	soon, comes := h.ticket(id), evening.Add(12*time.Minute)
	h.obey(id, event.DeliveryStepped{Order: id, Delivery: order.Unassigned, Arrives: &comes})
	got := h.ticket(id)
	if got.Driver != nil || got.Expected == nil || !got.Expected.Equal(comes) || got.FireAt == nil || !got.Ready.After(*soon.Ready) {
		t.Fatalf("expected at %v it is made for %v: %s", comes, soon.Ready, asJSON(got))
	}
	h.obey(id, event.DeliveryStepped{Order: id, Delivery: order.Assigned, Driver: "d1", Name: "Grace", Arrives: &evening})
	if got := h.ticket(id); got.Expected != nil || got.FireAt != nil {
		t.Errorf("with a driver at the counter it waits: %s", asJSON(got))
	}
}

func TestTheKitchenKnowsWhatTheCourierWillSay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	id := h.offer(order.ByDelivery, cola)
	a := h.obey(id, event.DeliveryStepped{Order: id, Delivery: order.Assigned, Driver: "courier.swift", Name: "Mila (Swift)", Courier: "Swift", Code: "4711"})
	if got := h.ticket(id).Driver; !a.Granted || got == nil || got.Courier != "Swift" || got.Code != "4711" || got.Name != "Mila (Swift)" {
		t.Errorf("%+v, %+v", a, got)
	}
	if a := h.obey(id, event.DeliveryStepped{Order: id, Delivery: order.Unassigned}); !a.Granted || h.ticket(id).Driver != nil {
		t.Errorf("the courier has dropped it: %+v, %+v", a, h.ticket(id).Driver)
	}
}

func TestADriverWhoTakesAnOrderThatIsNotReadyTakesItOffTheBoard(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	id := h.offer(order.ByDelivery, pizza)
	h.bump(h.ticket(id), menu.StationMake)
	h.sense(wire.ItemPutIn, 1)
	if a := h.obey(id, event.DeliveryStepped{Order: id, Delivery: order.PickedUp, Driver: "d1"}); !a.Granted || a.Reason != "the kitchen had it as baking" {
		t.Errorf("%+v", a)
	}
	if len(h.snapshot().Tickets) != 0 {
		t.Error("food that is gone is still on the board")
	}
	if state, err := h.store.Load(t.Context()); err != nil || len(state.Timers) != 0 {
		t.Errorf("timers are left: %+v, %v", state.Timers, err)
	}
}

func TestCommandsThatMakeNoSenseAreRefusedAndBlockNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	fine := h.offer(order.Carryout, pizza)
	foreign, empty, other := webOrder(order.Carryout, pizza), webOrder(order.Carryout, pizza), webOrder(order.Carryout, pizza)
	foreign.Order.Restaurant, empty.Items = "r2", nil
	for name, c := range map[string]struct {
		order order.ID
		body  event.Body
	}{
		"of another restaurant":   {foreign.Order.ID, foreign},
		"nothing to make":         {empty.Order.ID, empty},
		"for another order":       {"somebody-else", other},
		"unknown order":           {"nobody", event.OrderRevoked{Order: "nobody"}},
		"no delivery":             {fine, event.DeliveryStepped{Order: fine, Delivery: order.Assigned}},
		"delivery becomes none":   {fine, event.DeliveryStepped{Order: fine, Delivery: order.NoDelivery}},
		"unknown delivery state":  {fine, event.DeliveryStepped{Order: fine, Delivery: "teleported"}},
		"a fact is not a command": {fine, event.OrderStepped{Order: fine, Action: order.Start}},
		"the cloud's own step":    {fine, event.StatusWished{Order: fine, Status: order.StatusPickedUp}},
	} {
		if a := h.obey(c.order, c.body); a.Granted || a.Reason == "" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	for _, raw := range []kitchen.Command{
		{Kind: "order.teleported.v1", Body: []byte(`{}`)},
		{Kind: "order.revoked.v1", Body: []byte(`{"order":`)},
	} {
		h.commands++
		raw.Seq, raw.ID, raw.Order = h.commands, id.New(), string(fine)
		if err := h.Obey(t.Context(), raw); err != nil {
			t.Errorf("%s: %v", raw.Kind, err)
		}
	}
	if next := h.offer(order.Carryout, cola); h.ticket(next).Number != 2 {
		t.Error("what came after was not queued")
	}
	if seq, _, err := h.store.CommandSeq(t.Context()); seq != h.commands || err != nil {
		t.Errorf("obeyed up to %d of %d, %v", seq, h.commands, err)
	}
}

func TestAnOrderThatIsOfferedTwiceIsOneOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.release(0)
	o := webOrder(order.Carryout, pizza)
	for range 2 {
		if a := h.obey(o.Order.ID, o); !a.Granted {
			t.Errorf("%+v", a)
		}
	}
	if n := len(h.snapshot().Tickets); n != 1 || h.ticket(o.Order.ID).Number != 1 {
		t.Errorf("%d tickets", n)
	}
}
