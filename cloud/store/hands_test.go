package store_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/problem"
)

func TestThroughWhoseHandsAnOrderWentIsKept(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 3)
	oid, now := ids[0], time.Now().UTC().Truncate(time.Millisecond)
	c.ask(t, oid, "d1", now.Add(-time.Minute))
	c.decline(t, oid, now.Add(-time.Minute))
	f := c.ask(t, oid, "d2", now.Add(-time.Second))
	if _, err := c.AcceptOffer(t.Context(), "d2", f.ID, now); err != nil {
		t.Fatal(err)
	}
	grace := ordering.Driver{ID: "d3", Name: "Grace d3", ByHand: true}
	if _, err := c.service.Reassign(t.Context(), oid, 0, "d2", grace, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
	if err := c.GiveBack(t.Context(), oid, "d3", dispatch.ByDispatch, "Grace d3 is off shift"); err != nil {
		t.Fatal(err)
	}
	hands, err := c.Hands(t.Context(), oid)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, h := range hands {
		said = append(said, string(h.Act)+" "+h.Name+" by "+h.By+" "+h.Because)
	}
	for _, want := range []string{
		"asked Grace d1 by dispatch ", "declined Grace d1 by driver:d1 ", "asked Grace d2 by dispatch ", "agreed Grace d2 by driver:d2 ",
		"taken_off Grace d2 by staff ", "given Grace d3 by staff ", "taken_off Grace d3 by dispatch Grace d3 is off shift",
	} {
		if !slices.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	if len(said) != 7 || !slices.IsSortedFunc(hands, func(a, b ordering.Hand) int { return a.At.Compare(b.At) }) {
		t.Errorf("%q", said)
	}
	if _, err := c.Hands(t.Context(), "nowhere"); !problem.Is(err, problem.NotFound) {
		t.Errorf("%v", err)
	}
}

func TestAnOrderThatIsMovedAllEveningStaysSmall(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 1)
	for range 40 {
		c.give(t, ids[0], "d1")
		if err := c.GiveBack(t.Context(), ids[0], "d1", dispatch.ByDispatch, "again"); err != nil {
			t.Fatal(err)
		}
	}
	if hands := c.order(t, ids[0]).Hands; len(hands) != 32 || hands[31].Act != ordering.TakenOff || hands[0].Act != ordering.Given {
		t.Errorf("%d of %+v", len(hands), hands)
	}
}
