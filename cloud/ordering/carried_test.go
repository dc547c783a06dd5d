package ordering_test

import (
	"testing"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// carry lets the restaurant say what its own driver does.
func (s *scene) carry(t *testing.T, id order.ID, to order.Delivery, reason string) (ordering.Record, error) {
	t.Helper()
	return s.book.Change(t.Context(), id, 0, func(r *ordering.Record) error {
		body := event.DeliveryCarried{Order: id, Delivery: to, Name: "Max", Reason: reason}
		return r.Apply(ordering.Fact{Restaurant: "r1", At: s.Now(), Body: body}, s.Now())
	})
}

func TestADriverOfTheRestaurantsOwnTakesThePlaceOfOneWhoWasAssigned(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1"}, nil, "cloud"); err != nil {
		t.Fatal(err)
	}
	r, err := s.carry(t, oid, order.OutForDelivery, "")
	if err != nil || r.Status() != order.StatusOutForDelivery || r.Driver != nil {
		t.Fatalf("%s with %+v, %v", r.Status(), r.Driver, err)
	}
	r = s.kitchen(t, oid, event.OrderStepped{Action: order.HandOver})
	if r.Status() != order.StatusOutForDelivery || r.Progress.Whole != order.HandedOver {
		t.Errorf("%s, %s", r.Status(), r.Progress.Whole)
	}
	if _, err := s.PickUp(t.Context(), oid, 0, by("d1")); err == nil {
		t.Error("who was let go picks it up")
	}
	if r, err = s.carry(t, oid, order.Delivered, ""); err != nil || r.Status() != order.StatusDelivered {
		t.Errorf("%s, %v", r.Status(), err)
	}
	if _, err := s.carry(t, oid, order.Failed, "late"); code(err) != "illegal_step" {
		t.Errorf("failed after it was delivered: %v", err)
	}
}

func TestAnOwnDriverWhoCouldNotDeliverTellsTheGuestWhy(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	if _, err := s.carry(t, oid, order.OutForDelivery, ""); err != nil {
		t.Fatal(err)
	}
	if r, err := s.carry(t, oid, order.Failed, "nobody opened"); err != nil || r.Status() != order.StatusFailed || r.Reason != "nobody opened" {
		t.Errorf("%s, %q, %v", r.Status(), r.Reason, err)
	}
}
