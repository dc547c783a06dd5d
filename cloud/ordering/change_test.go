package ordering_test

import (
	"testing"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// counterOrder is the cloud's record of an order that the counter took.
func counterOrder(t *testing.T) (ordering.Record, event.OrderStanding) {
	t.Helper()
	b := standing(func(s *event.OrderStanding) {
		s.Order.Origin, s.Progress.Origin, s.Order.Channel = order.Edge, order.Edge, order.Counter
		s.Order.Fulfilment, s.Progress.Delivery = order.Carryout, order.NoDelivery
		s.Order.Lines = []order.Line{{Product: "margherita", Quantity: 2}}
	})
	r := known(b)
	for _, a := range []order.Action{order.Validate, order.Queue} {
		if err := r.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: event.OrderStepped{Order: b.Order.ID, Action: a, Number: 7}}, heardAt); err != nil {
			t.Fatal(err)
		}
	}
	return r, b
}

func changed(of order.ID, n int) event.OrderChanged {
	return event.OrderChanged{
		Order: of, Changes: n, MenuVersion: 2, Lines: []order.Line{{Product: "margherita", Quantity: 1}, {Product: "cola", Quantity: 1}},
		Items: []order.Item{{ID: "1", Bakes: true, State: order.ItemMaking}, {ID: "3", Line: 1, State: order.ItemQueued}},
	}
}

func TestChangedLinesAreWhatTheCloudHasOfTheOrder(t *testing.T) {
	t.Parallel()
	r, b := counterOrder(t)
	say := func(c event.OrderChanged) error {
		return r.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: c}, heardAt)
	}
	if err := say(changed(b.Order.ID, 1)); err != nil {
		t.Fatal(err)
	}
	if len(r.Order.Lines) != 2 || r.Order.Changes != 1 || len(r.Progress.Items) != 2 || r.Status() != order.StatusPreparing || !r.Reworded() {
		t.Errorf("%+v, %s", r.Order, r.Status())
	}
	again := changed(b.Order.ID, 1)
	again.Lines = again.Lines[:1]
	again.Items = again.Items[:1]
	if err := say(again); err != nil || len(r.Order.Lines) != 2 {
		t.Errorf("what came twice: %v, %d lines", err, len(r.Order.Lines))
	}
	if r = r.Untold(); r.Reworded() {
		t.Error("the store has written it and would write it again")
	}
}

func TestChangesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	r, b := counterOrder(t)
	for name, spoil := range map[string]func(*event.OrderChanged){
		"nothing left":     func(c *event.OrderChanged) { c.Lines, c.Items = nil, nil },
		"nothing to make":  func(c *event.OrderChanged) { c.Items = nil },
		"an item nowhere":  func(c *event.OrderChanged) { c.Items[0].Line = 9 },
		"one name for two": func(c *event.OrderChanged) { c.Items[0].ID = "3" },
		"no such state":    func(c *event.OrderChanged) { c.Items[0].State = "eaten" },
	} {
		c := changed(b.Order.ID, 1)
		spoil(&c)
		if err := r.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: c}, heardAt); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	web := known(standing(nil))
	if err := web.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: changed(web.Order.ID, 1)}, heardAt); !problem.Is(err, problem.Invalid) {
		t.Errorf("a restaurant changed what the cloud took: %v", err)
	}
}

func TestAChangeThatTheCloudHasLostComesBackWithHowTheOrderStands(t *testing.T) {
	t.Parallel()
	r, b := counterOrder(t)
	c := changed(b.Order.ID, 2)
	b.Order.Lines, b.Order.Changes, b.Progress.Items = c.Lines, 2, c.Items
	if err := r.Apply(fact(b), heardAt); err != nil {
		t.Fatal(err)
	}
	if !r.Reworded() || len(r.Order.Lines) != 2 || len(r.Progress.Items) != 2 || r.Status() != order.StatusPreparing || r.Steps[len(r.Steps)-1].Status != order.StatusPreparing {
		t.Errorf("%+v, %+v", r.Order, r.Steps)
	}
}

func TestWhatWasHandedOverByMistakeComesBackToItsShelf(t *testing.T) {
	t.Parallel()
	r, b := counterOrder(t)
	say := func(a order.Action, items ...string) error {
		return r.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: event.OrderStepped{Order: b.Order.ID, Action: a, Items: items}}, heardAt)
	}
	for _, a := range []order.Action{order.Start, order.Make, order.Bake, order.Unload, order.Finish} {
		if err := say(a, "1", "2"); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []struct {
		action order.Action
		status order.StatusName
	}{
		{order.HandOver, order.StatusDelivered}, {order.TakeBack, order.StatusReadyForPickup}, {order.HandOver, order.StatusDelivered},
	} {
		if err := say(want.action); err != nil || r.Status() != want.status || r.Steps[len(r.Steps)-1].Status != want.status {
			t.Fatalf("%s: %s, %v", want.action, r.Status(), err)
		}
	}
}

func TestADeliveryThatComesBackToItsShelfIsToBeFetchedByItsDriver(t *testing.T) {
	t.Parallel()
	b := standing(func(s *event.OrderStanding) { s.Progress.Items = s.Progress.Items[:1] })
	r := known(b)
	say := func(a order.Action, items ...string) {
		t.Helper()
		if err := r.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: event.OrderStepped{Order: b.Order.ID, Action: a, Items: items}}, heardAt); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
	say(order.Queue)
	for _, a := range []order.Action{order.Start, order.Make, order.Bake, order.Unload, order.Finish} {
		say(a, "1")
	}
	say(order.HandOver)
	say(order.TakeBack) // nobody was to fetch it
	if r.Progress.Delivery != order.Unassigned || r.Status() != order.StatusReadyForPickup || len(r.Told()) != 0 {
		t.Errorf("without a driver it is %s, %s, and the restaurant is told %+v", r.Progress.Delivery, r.Status(), r.Told())
	}
	if err := ordering.ToDriver(ordering.Driver{ID: "d1", Name: "Grace"}, nil, ordering.ByStaff, heardAt)(&r); err != nil {
		t.Fatal(err)
	}
	say(order.HandOver)
	if r.Status() != order.StatusPickedUp {
		t.Fatalf("handed over it is %s", r.Status())
	}
	told := len(r.Told())
	say(order.TakeBack)
	if r.Progress.Delivery != order.Assigned || r.Status() != order.StatusDriverAssigned || r.Driver == nil || r.Driver.ID != "d1" {
		t.Errorf("taken back it is %s, %s of %+v", r.Progress.Delivery, r.Status(), r.Driver)
	}
	if n := r.Told()[told:]; len(n) != 1 || n[0].(event.DeliveryStepped).Delivery != order.Assigned {
		t.Errorf("the restaurant is told %+v", n)
	}
	say(order.HandOver)
	if err := r.Take(order.Cloud, order.Depart, ordering.ByStaff, heardAt); err != nil {
		t.Fatal(err)
	}
	say(order.TakeBack) // it crossed the driver's word, who has left
	if r.Progress.Delivery != order.OutForDelivery || r.Status() != order.StatusOutForDelivery {
		t.Errorf("with its driver on the road it is %s, %s", r.Progress.Delivery, r.Status())
	}
}
