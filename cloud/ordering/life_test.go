package ordering_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestAPlacedOrderIsOfferedToItsRestaurant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.Clock = clock.System{}
		run(t, s)
		oid := s.place(t, order.Carryout).Order.ID
		synctest.Wait()
		if r := s.book.order(oid); r.Status() != order.StatusValidated || r.Version != 2 {
			t.Errorf("%s in version %d", r.Status(), r.Version)
		}
		if offer, ok := s.book.lastTold(t).(event.OrderOffered); !ok || offer.Order.ID != oid || len(offer.Items) != 1 {
			t.Errorf("told %+v", s.book.lastTold(t))
		}
	})
}

func run(t *testing.T, s *scene) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); wait.Wait() })
}

func TestOrdersThatWereLeftBehindAreSweptUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.Clock = clock.System{}
		oid := s.place(t, order.Carryout).Order.ID // by a process that dies now
		next := ordering.New(s.book, s.street, s.street, clock.System{}, s.Log)
		s.Service = next
		run(t, s)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if r := s.book.order(oid); r.Status() != order.StatusValidated {
			t.Errorf("after five seconds the order is %s", r.Status())
		}
	})
}

func TestAnOrderNobodyAcceptedIsMarkedOnceAndStaysOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.Clock = clock.System{}
		run(t, s)
		late, taken := s.place(t, order.Carryout).Order.ID, s.place(t, order.Carryout).Order.ID
		synctest.Wait()
		s.kitchen(t, taken, event.OrderStepped{Action: order.Queue})
		time.Sleep(ordering.DefaultAcceptWithin - 2*time.Second)
		synctest.Wait()
		if s.book.order(late).Overdue {
			t.Error("marked too early")
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		r := s.book.order(late)
		if !r.Overdue || r.Status() != order.StatusValidated || s.book.order(taken).Overdue {
			t.Errorf("overdue %v, %s; the accepted one %v", r.Overdue, r.Status(), s.book.order(taken).Overdue)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if again := s.book.order(late); again.Version != r.Version {
			t.Errorf("version %d became %d", r.Version, again.Version)
		}
		if late := s.kitchen(t, late, event.OrderStepped{Action: order.Queue}); late.Status() != order.StatusQueued {
			t.Errorf("a late acceptance left it %s", late.Status())
		}
	})
}

func TestCancellingBeforeTheRestaurantKnowsIsTheCloudsOwn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.place(t, order.Carryout).Order.ID
	r, asked, err := s.Cancel(t.Context(), oid, 1, ordering.ByGuest, "changed plans")
	if err != nil || asked || r.Status() != order.StatusCancelled || r.Reason != "changed plans" || len(s.book.told) != 0 {
		t.Errorf("%s, asked %v, told %v, %v", r.Status(), asked, s.book.told, err)
	}
	if last := r.Steps[len(r.Steps)-1]; last.By != ordering.ByGuest || last.Status != order.StatusCancelled || last.Version != 2 {
		t.Errorf("%+v", last)
	}
	if _, _, err := s.Cancel(t.Context(), oid, 0, ordering.ByGuest, ""); code(err) != "illegal_step" {
		t.Errorf("again: %v", err)
	}
	if _, _, err := s.SetStatus(t.Context(), oid, 0, order.StatusValidated, byStaff); code(err) != "illegal_step" {
		t.Errorf("a withdrawn order goes on: %v", err)
	}
}

func TestCancellingAfterwardsIsAWishWithOneAnswer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.Carryout).Order.ID
	for range 2 { // asking twice is asking once
		r, asked, err := s.Cancel(t.Context(), oid, 0, ordering.ByGuest, "changed plans")
		if err != nil || !asked || r.CancelAsked == nil || !r.CancelAsked.Equal(noon) || r.Status() != order.StatusValidated {
			t.Fatalf("%+v, %v, %v", r, asked, err)
		}
	}
	revokes := slices.IndexFunc(s.book.told, func(b event.Body) bool {
		return b == event.Body(event.OrderRevoked{Order: oid, Reason: "changed plans"})
	})
	if revokes < 0 || len(s.book.told) != 2 {
		t.Fatalf("told %v", s.book.told)
	}
	fact := ordering.Fact{Restaurant: "r1", At: noon}
	answer := func(restaurant string, granted bool) (ordering.Record, error) {
		fact.Restaurant = restaurant
		return s.book.Change(t.Context(), oid, 0, func(r *ordering.Record) error {
			return r.Answered(fact, "order.revoked.v1", event.CommandAnswered{Order: oid, Granted: granted, Reason: "it is baking"}, noon)
		})
	}
	if _, err := answer("r2", true); !problem.Is(err, problem.Invalid) {
		t.Errorf("another restaurant answers: %v", err)
	}
	if r, err := answer("r1", false); err != nil || r.CancelAsked != nil || r.Reason != "it is baking" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, asked, err := s.Cancel(t.Context(), oid, 0, ordering.ByGuest, "please"); err != nil || !asked {
		t.Errorf("asking anew after a refusal: %v, %v", asked, err)
	}
}

func TestWhatHasLeftCannotBeCancelled(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	_, errA := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud")
	_, errP := s.PickUp(t.Context(), oid, 0, by("d1"))
	if errA != nil || errP != nil {
		t.Fatal(errA, errP)
	}
	_, _, err := s.Cancel(t.Context(), oid, 0, ordering.ByGuest, "")
	if p := problem.Of(err); p == nil || p.Code != "illegal_step" || p.Facts["current"] != order.StatusPickedUp {
		t.Errorf("%v", err)
	}
}

func TestADeliveryGoesAllTheWayAndTheRestaurantHearsOfIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	arrives := noon.Add(10 * time.Minute)
	dee := ordering.Driver{ID: "d1", Name: "Dee"}
	s.kitchen(t, oid, readySteps()...)
	steps := []struct {
		do   func() (ordering.Record, error)
		want order.StatusName
		lane order.Delivery
	}{
		{func() (ordering.Record, error) { return s.Assign(t.Context(), oid, 0, dee, &arrives, "cloud") }, order.StatusDriverAssigned, order.Assigned},
		{func() (ordering.Record, error) { return s.Drop(t.Context(), oid, 0, "d1", ordering.ByDriver("d1")) }, order.StatusReadyForPickup, order.Unassigned},
		{func() (ordering.Record, error) { return s.Assign(t.Context(), oid, 0, dee, &arrives, "cloud") }, order.StatusDriverAssigned, order.Assigned},
		{func() (ordering.Record, error) { return s.PickUp(t.Context(), oid, 0, by("d1")) }, order.StatusPickedUp, order.PickedUp},
		{func() (ordering.Record, error) { return s.Depart(t.Context(), oid, 0, by("d1"), &arrives) }, order.StatusOutForDelivery, order.OutForDelivery},
		{func() (ordering.Record, error) { return s.Deliver(t.Context(), oid, 0, by("d1")) }, order.StatusDelivered, order.Delivered},
	}
	for i, step := range steps {
		r, err := step.do()
		if err != nil || r.Status() != step.want || (r.Driver == nil) != (step.lane == order.Unassigned) {
			t.Fatalf("step %d: %s with %v, %v", i, r.Status(), r.Driver, err)
		}
		if told, ok := s.book.lastTold(t).(event.DeliveryStepped); !ok || told.Delivery != step.lane || told.Order != oid {
			t.Errorf("step %d: the restaurant is told %+v", i, s.book.lastTold(t))
		}
	}
	if _, err := s.GiveUp(t.Context(), oid, 0, by("d1"), "flat tyre"); code(err) != "illegal_step" {
		t.Errorf("a delivered order fails: %v", err)
	}
}

func TestOnlyTheOrdersDriverTakesItsSteps(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	if _, err := s.PickUp(t.Context(), oid, 0, by("d2")); code(err) != "not_your_order" {
		t.Errorf("before anybody is assigned: %v", err)
	}
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"drop":    second(s.Drop(t.Context(), oid, 0, "d2", "driver:d2")),
		"pick up": second(s.PickUp(t.Context(), oid, 0, by("d2"))),
		"give up": second(s.GiveUp(t.Context(), oid, 0, by("d2"), "")),
	} {
		if !problem.Is(err, problem.Refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := s.GiveUp(t.Context(), oid, 0, by("d1"), "flat tyre"); err != nil || r.Status() != order.StatusFailed || r.Reason != "flat tyre" {
		t.Errorf("%s, %q, %v", r.Status(), r.Reason, err)
	}
}

func second[A any](_ A, err error) error { return err }

func TestWhileTheLineIsCutTheDriversWordCounts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PickUp(t.Context(), oid, 0, by("d1")); code(err) != "illegal_step" {
		t.Errorf("the kitchen is connected and says it is not ready: %v", err)
	}
	s.LinkUp = false
	if r, err := s.PickUp(t.Context(), oid, 0, by("d1")); err != nil || r.Status() != order.StatusPickedUp {
		t.Fatalf("%s, %v", r.Status(), err)
	}
	if r := s.kitchen(t, oid, readySteps()...); r.Status() != order.StatusPickedUp || r.Number != 7 {
		t.Errorf("when the line is back, what the kitchen did makes it %s", r.Status())
	}
}

func TestHandedOverBeforeADriverWasKnown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	r := s.kitchen(t, oid, append(readySteps(), event.OrderStepped{Action: order.HandOver})...)
	if r.Progress.Delivery != order.Unassigned {
		t.Fatalf("nobody has it: %s", r.Progress.Delivery)
	}
	if r, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil || r.Progress.Delivery != order.PickedUp {
		t.Errorf("%s, %v", r.Progress.Delivery, err)
	}
}

func TestAVoidedOrderLetsItsDriverGo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	r := s.kitchen(t, oid, event.OrderStepped{Action: order.Void, Reason: "no dough"})
	if r.Status() != order.StatusCancelled || r.Driver != nil || r.Progress.Delivery != order.Unassigned || r.Reason != "no dough" {
		t.Errorf("%s with %v because %q", r.Status(), r.Driver, r.Reason)
	}
	if told, ok := s.book.lastTold(t).(event.DeliveryStepped); !ok || told.Delivery != order.Unassigned {
		t.Errorf("told %+v", s.book.lastTold(t))
	}
}

func TestAStatusIsSetByItsOwnerAndWishedOfTheOther(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	set := func(to order.StatusName) (ordering.Record, bool, error) {
		return s.SetStatus(t.Context(), oid, 0, to, byStaff)
	}
	r, wished, err := set(order.StatusQueued)
	if err != nil || !wished || r.Status() != order.StatusValidated {
		t.Errorf("%s, wished %v, %v", r.Status(), wished, err)
	}
	if told, ok := s.book.lastTold(t).(event.StatusWished); !ok || told.Status != order.StatusQueued || told.By != ordering.ByStaff {
		t.Errorf("told %+v", s.book.lastTold(t))
	}
	_, _, err = set(order.StatusOutForDelivery)
	p := problem.Of(err)
	if p == nil || p.Code != "illegal_step" || p.Facts["current"] != order.StatusValidated || !slices.Equal(p.Facts["allowed"].([]order.StatusName), []order.StatusName{order.StatusQueued}) {
		t.Errorf("%v with %v", err, p)
	}
	if _, _, err := set("Eaten"); code(err) != "illegal_step" {
		t.Errorf("a status nobody knows: %v", err)
	}
	s.kitchen(t, oid, readySteps()...)
	if _, _, err := set(order.StatusDriverAssigned); code(err) != "driver_needed" {
		t.Errorf("without a driver: %v", err)
	}
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	for _, to := range []order.StatusName{order.StatusPickedUp, order.StatusOutForDelivery, order.StatusDelivered} {
		if r, wished, err := set(to); err != nil || wished || r.Status() != to {
			t.Errorf("%s: %s, wished %v, %v", to, r.Status(), wished, err)
		}
	}
	if _, _, err := set(order.StatusDelivered); code(err) != "illegal_step" {
		t.Errorf("delivered twice: %v", err)
	}
}

func TestFailedAndCancelledCanBeSetToo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.place(t, order.Carryout).Order.ID
	if r, _, err := s.SetStatus(t.Context(), oid, 0, order.StatusFailed, byStaff); err != nil || r.Status() != order.StatusFailed {
		t.Errorf("%s, %v", r.Status(), err)
	}
	oid = s.admitted(t, order.Carryout).Order.ID
	if _, _, err := s.SetStatus(t.Context(), oid, 0, order.StatusFailed, byStaff); code(err) != "illegal_step" {
		t.Errorf("the kitchen's order fails by the cloud's word: %v", err)
	}
	if r, wished, err := s.SetStatus(t.Context(), oid, 0, order.StatusCancelled, byStaff); err != nil || !wished || r.CancelAsked == nil {
		t.Errorf("wished %v, %v", wished, err)
	}
	if _, _, err := s.SetStatus(t.Context(), oid, 1, order.StatusQueued, byStaff); !problem.Is(err, problem.Stale) {
		t.Errorf("an old version: %v", err)
	}
}

func TestFactsOfAWrongClockAreShownAtAPossibleTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ says, shows time.Duration }{
		"right":             {30 * time.Second, 30 * time.Second},
		"of the year 1970":  {-56 * 365 * 24 * time.Hour, time.Minute},
		"ten years ahead":   {10 * 365 * 24 * time.Hour, time.Minute},
		"a minute behind":   {-time.Minute, 0},
		"two minutes ahead": {3 * time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newScene(t).admitted(t, order.Carryout)
			now := noon.Add(time.Minute)
			fact := ordering.Fact{Restaurant: "r1", At: noon.Add(c.says), Body: event.OrderStepped{Order: r.Order.ID, Action: order.Queue}}
			if err := r.Apply(fact, now); err != nil {
				t.Fatal(err)
			}
			if got := r.Steps[len(r.Steps)-1].At; !got.Equal(noon.Add(c.shows)) || !r.KitchenAsOf.Equal(now) {
				t.Errorf("shown at %v, heard at %v", got, r.KitchenAsOf)
			}
		})
	}
}

func TestFactsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.admitted(t, order.Carryout)
	for name, f := range map[string]ordering.Fact{
		"another restaurant's": {Restaurant: "r2", At: noon, Body: event.OrderStepped{Action: order.Queue}},
		"the cloud's step":     {Restaurant: "r1", At: noon, Body: event.OrderStepped{Action: order.Assign}},
		"out of order":         {Restaurant: "r1", At: noon, Body: event.OrderStepped{Action: order.Start, Items: []string{"1"}}},
		"of no order":          {Restaurant: "r1", At: noon, Body: event.AlertRaised{}},
	} {
		before := r
		if err := before.Apply(f, noon); err == nil {
			t.Errorf("%s is believed", name)
		}
	}
	good := event.OrderTaken{Order: order.Order{ID: order.ID(id.New()), Restaurant: "r1", Origin: order.Edge, PlacedAt: noon}}
	fact := ordering.Fact{Restaurant: "r1", At: noon, Body: good}
	if got, err := ordering.Taken(fact, good, noon); err != nil || got.Steps[0].By != ordering.ByEdge || got.Token == "" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, spoil := range map[string]func(*order.Order){
		"no id":              func(o *order.Order) { o.ID = "1" },
		"another restaurant": func(o *order.Order) { o.Restaurant = "r2" },
		"the cloud's":        func(o *order.Order) { o.Origin = order.Cloud },
	} {
		b := good
		spoil(&b.Order)
		if _, err := ordering.Taken(fact, b, noon); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForecastsAreKept(t *testing.T) {
	t.Parallel()
	r := newScene(t).admitted(t, order.Carryout)
	ready := noon.Add(12 * time.Minute)
	fact := ordering.Fact{Restaurant: "r1", At: noon, Body: event.ForecastChanged{Order: r.Order.ID, Ready: ready}}
	if err := r.Apply(fact, noon); err != nil || !r.Ready.Equal(ready) {
		t.Errorf("%v, %v", r.Ready, err)
	}
}
