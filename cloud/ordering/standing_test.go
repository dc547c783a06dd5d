package ordering_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

var heardAt = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

// standing is a web order for delivery with two pizzas, as its restaurant would say that it stands.
func standing(change func(*event.OrderStanding)) event.OrderStanding {
	o := order.Order{
		ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: order.ByDelivery,
		Customer: order.Customer{Name: "Ada"}, PlacedAt: heardAt.Add(-20 * time.Minute),
	}
	items := []order.Item{{ID: "1", Bakes: true, State: order.ItemDone}, {ID: "2", Bakes: true, State: order.ItemMade, Remakes: 1}}
	s := event.OrderStanding{
		Order: o, Number: 7, Token: "guest's", Since: heardAt,
		Progress: order.Progress{Origin: order.Cloud, Intake: order.Validated, Whole: order.Queued, Delivery: order.Unassigned, Items: items},
	}
	if change != nil {
		change(&s)
	}
	return s
}

func fact(b event.OrderStanding) ordering.Fact {
	return ordering.Fact{Restaurant: "r1", At: heardAt.Add(-time.Second), Body: b}
}

// known is the cloud's record of what stands, as it was before anybody had begun.
func known(b event.OrderStanding) ordering.Record {
	r := ordering.Begin(b.Order, b.Progress.Items, "guest's", ordering.ByCloud, b.Order.PlacedAt)
	if b.Order.Origin == order.Cloud {
		if err := r.Take(order.Cloud, order.Validate, ordering.ByCloud, b.Order.PlacedAt); err != nil {
			panic(err)
		}
	}
	return r
}

func TestAnOrderThatTheCloudHasLostComesBackWhole(t *testing.T) {
	t.Parallel()
	b := standing(func(s *event.OrderStanding) {
		s.Progress.Whole, s.Progress.Delivery, s.Driver, s.Name = order.HandedOver, order.OutForDelivery, "d1", "Grace"
	})
	r, err := ordering.Refound(fact(b), b, heardAt)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status() != order.StatusOutForDelivery || r.Token != "guest's" || r.Number != 7 || r.Driver == nil || r.Driver.ID != "d1" || !r.KitchenAsOf.Equal(heardAt) {
		t.Errorf("%+v", r)
	}
	if n := len(r.Steps); n != 2 || r.Steps[0].Status != order.StatusCreated || r.Steps[1].Status != order.StatusOutForDelivery {
		t.Errorf("%+v", r.Steps)
	}
	b.Token = ""
	if r, err := ordering.Refound(fact(b), b, heardAt); err != nil || r.Token == "" {
		t.Errorf("without the guest's link: %q, %v", r.Token, err)
	}
}

func TestTheRestaurantsLanesAreTakenOverAsTheyStand(t *testing.T) {
	t.Parallel()
	b := standing(nil)
	r := known(b)
	if err := r.Stand(fact(b), b, heardAt); err != nil {
		t.Fatal(err)
	}
	if r.Progress.Kitchen() != order.Preparing || r.Number != 7 || r.Progress.Items[1].Remakes != 1 || len(r.Steps) != 3 || r.Steps[2].By != ordering.ByEdge {
		t.Errorf("%+v", r)
	}
	back := standing(func(s *event.OrderStanding) {
		s.Order = b.Order
		s.Progress.Items[0].State, s.Progress.Items[1] = order.ItemQueued, order.Item{ID: "2", Bakes: true, State: order.ItemQueued}
	})
	if err := r.Stand(fact(back), back, heardAt); err != nil || r.Progress.Kitchen() != order.Queued {
		t.Errorf("a kitchen that lost its taps: %s, %v", r.Progress.Kitchen(), err)
	}
	if err := r.Stand(fact(back), back, heardAt); err != nil || len(r.Steps) != 4 {
		t.Errorf("saying it again adds to the timeline: %+v, %v", r.Steps, err)
	}
}

func TestTheCloudsLanesStayButForWhatItMustHaveForgotten(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ have, told, want order.Delivery }{
		{order.Unassigned, order.Assigned, order.Unassigned}, // the driver was let go, and the restaurant has not heard
		{order.Assigned, order.Unassigned, order.Assigned},   // or has not heard of the driver yet
		{order.Unassigned, order.PickedUp, order.PickedUp},
		{order.Assigned, order.Delivered, order.Delivered},
		{order.OutForDelivery, order.PickedUp, order.OutForDelivery},
		{order.Delivered, order.Failed, order.Delivered},
	} {
		b := standing(func(s *event.OrderStanding) { s.Progress.Delivery, s.Driver = x.told, "d1" })
		r := known(b)
		r.Progress.Delivery = x.have
		if err := r.Stand(fact(b), b, heardAt); err != nil || r.Progress.Delivery != x.want {
			t.Errorf("the cloud has %s, the restaurant says %s: %s, %v; want %s", x.have, x.told, r.Progress.Delivery, err, x.want)
		}
	}
}

func TestWhatTheCloudCancelledAloneIsTakenBackFromTheKitchen(t *testing.T) {
	t.Parallel()
	b := standing(nil)
	r := ordering.Begin(b.Order, b.Progress.Items, "guest's", ordering.ByCloud, b.Order.PlacedAt)
	if err := r.Take(order.Cloud, order.Withdraw, ordering.ByGuest, b.Order.PlacedAt); err != nil {
		t.Fatal(err)
	}
	if err := r.Stand(fact(b), b, heardAt); err != nil {
		t.Fatal(err)
	}
	if told := r.Told(); len(told) != 1 || told[0].Kind() != "order.revoked.v1" || r.Status() != order.StatusCancelled {
		t.Errorf("%s, told %v", r.Status(), told)
	}
}

func TestADriverIsFreeWhenTheKitchenHasLetGoWhateverTheWayThere(t *testing.T) {
	t.Parallel()
	for whole, want := range map[order.Kitchen]order.Delivery{order.Voided: order.Unassigned, order.HandedOver: order.PickedUp} {
		b := standing(func(s *event.OrderStanding) { s.Progress.Whole = whole })
		r := known(b)
		r.Progress.Delivery, r.Driver = order.Assigned, &ordering.Driver{ID: "d1"}
		if err := r.Stand(fact(b), b, heardAt); err != nil || r.Progress.Delivery != want || len(r.Told()) != 1 {
			t.Errorf("%s: %s, told %d, %v", whole, r.Progress.Delivery, len(r.Told()), err)
		}
	}
}

func TestWhatWasRecoveredFromTheCloudTakesNothingBack(t *testing.T) {
	t.Parallel()
	b := standing(func(s *event.OrderStanding) { s.Recovered, s.Number = true, 43 })
	r := known(b)
	r.Number = 42
	if err := r.Stand(fact(b), b, heardAt); err != nil || r.Progress.Kitchen() != order.Waiting || !r.KitchenAsOf.Equal(heardAt) {
		t.Errorf("%s as of %v, %v", r.Progress.Kitchen(), r.KitchenAsOf, err)
	}
	if r.Number != 43 {
		t.Errorf("it has number 43 on the screens there, and %d here", r.Number)
	}
}

// A batch may end between the facts of one counter order, and the card may spoil before the next: then the cloud has an order that was taken
// and nothing else, and gives it back as that.
func TestACounterOrderOfWhichOnlyTheTakingWasHeardGoesOnOnceItIsRecovered(t *testing.T) {
	t.Parallel()
	b := standing(func(s *event.OrderStanding) {
		s.Order.Origin, s.Progress.Origin, s.Order.Fulfilment, s.Progress.Delivery = order.Edge, order.Edge, order.Carryout, order.NoDelivery
		s.Progress.Whole, s.Recovered, s.Number = order.Waiting, true, 0
	})
	r := known(b)
	if err := r.Stand(fact(b), b, heardAt); err != nil || r.Progress.Intake != order.Validated || r.Status() != order.StatusValidated {
		t.Fatalf("%s, %s, %v", r.Progress.Intake, r.Status(), err)
	}
	queued := event.OrderStepped{Order: b.Order.ID, Action: order.Queue, Number: 12}
	if err := r.Apply(ordering.Fact{Restaurant: "r1", At: heardAt, Body: queued}, heardAt); err != nil || r.Number != 12 || r.Status() != order.StatusQueued {
		t.Errorf("number %d, %s, %v", r.Number, r.Status(), err)
	}
}

func TestAStandingThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*event.OrderStanding){
		"another restaurant's": func(s *event.OrderStanding) { s.Order.Restaurant = "r2" },
		"no order":             func(s *event.OrderStanding) { s.Order.ID = "x" },
		"two origins":          func(s *event.OrderStanding) { s.Progress.Origin = order.Edge },
		"no such intake":       func(s *event.OrderStanding) { s.Progress.Intake = "maybe" },
		"no such kitchen":      func(s *event.OrderStanding) { s.Progress.Whole = order.Baking },
		"carried, not brought": func(s *event.OrderStanding) { s.Progress.Delivery = order.NoDelivery },
		"no such item state":   func(s *event.OrderStanding) { s.Progress.Items[0].State = "burnt" },
		"an item twice":        func(s *event.OrderStanding) { s.Progress.Items[1].ID = "1" },
	} {
		b := standing(change)
		if _, err := ordering.Refound(fact(b), b, heardAt); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	b := standing(nil)
	r := known(b)
	b.Progress.Items = b.Progress.Items[:1]
	if err := r.Stand(fact(b), b, heardAt); !problem.Is(err, problem.Invalid) || r.Progress.Kitchen() != order.Waiting {
		t.Errorf("without an item: %v", err)
	}
}

// A clock that is years ahead labels nothing with its years, and still knows how long things take.
func TestAClockFarAheadIsNotBelieved(t *testing.T) {
	t.Parallel()
	future := heardAt.AddDate(10, 0, 0)
	ready := future.Add(12 * time.Minute)
	b := standing(func(s *event.OrderStanding) { s.Order.PlacedAt, s.Ready = future, &ready })
	f := ordering.Fact{Restaurant: "r1", At: future, Body: b}
	r, err := ordering.Refound(f, b, heardAt)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Order.PlacedAt.Equal(heardAt) || r.Ready == nil || !r.Ready.Equal(heardAt.Add(12*time.Minute)) {
		t.Errorf("placed %v, ready %v", r.Order.PlacedAt, r.Ready)
	}
	for _, step := range r.Steps {
		if step.At.After(heardAt) {
			t.Errorf("%+v", step)
		}
	}
}
