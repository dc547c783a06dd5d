package ordering_test

import (
	"strings"
	"testing"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestWhoIsTooLateToSendADriverIsToldWhoHasIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	dan, eve := ordering.Driver{ID: "d1", Name: "Dan"}, ordering.Driver{ID: "d2", Name: "Eve"}
	if _, err := s.Assign(t.Context(), oid, 0, dan, nil, ordering.ByDriver("d1")); err != nil {
		t.Fatal(err)
	}
	refused := func(d ordering.Driver, who, words, names string) {
		t.Helper()
		d.ByHand = who == ordering.ByStaff
		_, err := s.Assign(t.Context(), oid, 0, d, nil, who)
		p := problem.Of(err)
		if p == nil || p.Code != "illegal_step" || !strings.Contains(p.Detail, words) {
			t.Fatalf("%v", err)
		}
		if name, _ := p.Facts["driver"].(string); name != names || p.Facts["current"] == nil || p.Facts["allowed"] == nil {
			t.Errorf("%v", p.Facts)
		}
	}
	refused(eve, ordering.ByStaff, `Dan has this order: to send Eve instead, say so with instead_of "d1"`, "d1")
	refused(dan, ordering.ByStaff, "Dan has this order already", "d1")
	refused(eve, ordering.ByDriver("d2"), "another driver has this order by now", "")
	refused(dan, ordering.ByDriver("d1"), "with you already", "")
	if _, err := s.PickUp(t.Context(), oid, 0, by("d1")); err != nil {
		t.Fatal(err)
	}
	refused(eve, ordering.ByStaff, "Dan has fetched this order", "d1")
	for what, err := range map[string]error{
		"taken back":       second(s.Drop(t.Context(), oid, 0, "d1", ordering.ByStaff)),
		"given to another": second(s.Reassign(t.Context(), oid, 0, "d1", eve, ordering.ByStaff)),
	} {
		if p := problem.Of(err); p == nil || p.Code != "illegal_step" || !strings.Contains(p.Detail, "Dan has fetched this order") || p.Facts["driver"] != "d1" {
			t.Errorf("%s: %v", what, err)
		}
	}
	free := s.admitted(t, order.ByDelivery).Order.ID
	if _, err := s.Drop(t.Context(), free, 0, "", ordering.ByStaff); problem.Of(err) == nil || !strings.Contains(problem.Of(err).Detail, "no driver has this order") {
		t.Errorf("%v", err)
	}
}

func TestWhatADriverHandsBackIsForOthersAndSaysWhy(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oid := s.admitted(t, order.ByDelivery).Order.ID
	s.kitchen(t, oid, readySteps()...)
	if _, err := s.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1", Name: "Dan"}, nil, ordering.ByDriver("d1")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.HandBack(t.Context(), oid, 0, by("d2"), "mine"); !problem.Is(err, problem.Refused) {
		t.Errorf("another's: %v", err)
	}
	r, err := s.HandBack(t.Context(), oid, 0, by("d1"), "flat tyre")
	if err != nil || r.Status() != order.StatusReadyForPickup || r.Driver != nil || r.Reason != "" {
		t.Fatalf("%s with %v, %v", r.Status(), r.Driver, err)
	}
	if h := r.Hands[len(r.Hands)-1]; h.Act != ordering.TakenOff || h.Driver != "d1" || h.By != ordering.ByDriver("d1") || h.Because != "flat tyre" {
		t.Errorf("%+v", h)
	}
	if _, err := s.HandBack(t.Context(), oid, 0, by("d1"), "flat tyre"); !problem.Is(err, problem.Refused) {
		t.Errorf("twice: %v", err)
	}
}
