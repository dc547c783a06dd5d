package store_test

import (
	"errors"
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

func TestASnapshotKnowsByWhoseWordAnOrderCameBack(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 4, 4)
	d, now := c.ForDispatch(), time.Now().UTC().Truncate(time.Millisecond)
	for i, driver := range []string{"d1", "d2", "d3"} {
		if _, err := c.AcceptOffer(t.Context(), driver, c.ask(t, ids[i], driver, now).ID, now); err != nil {
			t.Fatal(err)
		}
	}
	c.give(t, ids[3], "d4")
	_, own := c.service.HandBack(t.Context(), ids[0], 0, ordering.Deed{Driver: "d1", By: ordering.ByDriver("d1")}, "flat tyre")
	err := errors.Join(own,
		c.GiveBack(t.Context(), ids[1], "d2", ordering.ByStaff, ""),
		c.GiveBack(t.Context(), ids[2], "d3", dispatch.ByDispatch, "gone"),
		c.GiveBack(t.Context(), ids[3], "d4", ordering.ByStaff, ""), // it was a slip of the hand
	)
	if err != nil {
		t.Fatal(err)
	}
	s, err := d.DispatchSnapshot(t.Context(), now, all)
	if err != nil || len(s.Orders) != 4 {
		t.Fatal(s.Orders, err)
	}
	for i, want := range []dispatch.Back{{Driver: "d1", Said: true}, {Driver: "d2", Said: true}, {Driver: "d3"}, {}} {
		var got dispatch.Back
		for _, b := range s.Orders[i].Back {
			got = dispatch.Back{Driver: b.Driver, Said: b.Said}
		}
		if got != want || len(s.Orders[i].Back) > 1 || want.Driver != "" && !slices.Equal(s.Orders[i].Declined, []string{want.Driver}) || i == 3 && s.Orders[i].Declined != nil {
			t.Errorf("order %d: back %+v, not to ask %q", i, s.Orders[i].Back, s.Orders[i].Declined)
		}
	}
}

func TestAnAnswerIsFreshOnce(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 1)
	now := time.Now()
	yes := c.ask(t, ids[0], "d1", now)
	for i := range 3 {
		f, fresh, err := c.AnswerOffer(t.Context(), "d1", yes.ID, dispatch.Accept, now)
		if err != nil || f.State != dispatch.Accepted || fresh != (i == 0) {
			t.Errorf("yes, %d: %s, %v, %v", i, f.State, fresh, err)
		}
	}
	if _, fresh, err := c.AnswerOffer(t.Context(), "d1", yes.ID, dispatch.Decline, now); err == nil || fresh {
		t.Errorf("no after yes: %v, %v", fresh, err)
	}
}
