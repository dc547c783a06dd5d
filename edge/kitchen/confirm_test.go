package kitchen_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// recovered is a new kitchen that has just recovered an order, which was taken to the oven before.
func recovered(t *testing.T) (*house, order.ID) {
	t.Helper()
	old := newHouse(t)
	placed := old.place(pizza, cola)
	old.bump(placed, menu.StationMake)
	old.bump(placed, menu.StationOven)
	h := newHouse(t)
	h.begin(h.beginning(none, kitchen.Standing(old.ticket(placed.Order.ID))))
	if got := h.ticket(placed.Order.ID); !got.Recovered || got.Progress.Items[0].State != order.ItemInOven {
		t.Fatalf("recovered %v, %s", got.Recovered, asJSON(got.Progress))
	}
	return h, placed.Order.ID
}

func TestOneTapSaysThatTheFoodIsWhereTheTicketSays(t *testing.T) {
	t.Parallel()
	h, of := recovered(t)
	tap := kitchen.Tap{ID: "here", Who: "ada"}
	got := h.did(h.Confirm(t.Context(), of, tap))
	told := h.standings()[of]
	if got.Recovered || told.Recovered || got.Progress.Items[0].State != order.ItemInOven || diffOf(got.Progress, told.Progress) != "" {
		t.Errorf("it is %s, the cloud is told %s", asJSON(got), asJSON(told))
	}
	facts := len(h.facts())
	again := h.did(h.Confirm(t.Context(), of, tap))
	if diff := diffOf(got, again); diff != "" || len(h.facts()) != facts {
		t.Errorf("the same tap again:\n%s", diff)
	}
	if _, err := h.Confirm(t.Context(), of, kitchen.Tap{ID: "slower"}); !problem.Is(err, problem.Conflict) {
		t.Errorf("a slower tablet: %v", err)
	}
	h.restart()
	if diff := diffOf(got, h.ticket(of)); diff != "" {
		t.Errorf("after a restart:\n%s", diff)
	}
}

func TestAWishThatMovesARecoveredTicketSaysWhereItsFoodIs(t *testing.T) {
	t.Parallel()
	h, of := recovered(t)
	if a := h.obey(of, event.StatusWished{Order: of, Status: order.StatusQualityCheck, By: "office"}); !a.Granted {
		t.Fatalf("refused: %s", a.Reason)
	}
	got, told := h.ticket(of), h.standings()[of]
	if got.Recovered || got.Progress.Kitchen() != order.QualityCheck || diffOf(told, h.stands(got)) != "" {
		t.Errorf("it is %s, the cloud is told:\n%s", asJSON(got), diffOf(told, h.stands(got)))
	}

	h, of = recovered(t)
	if a := h.obey(of, event.StatusWished{Order: of, Status: order.StatusQueued, By: "office"}); a.Granted && !h.ticket(of).Recovered {
		t.Errorf("a wish that moved nothing has answered the question: %+v", a)
	}
}

func TestOneTapSaysThatTheFoodIsElsewhere(t *testing.T) {
	t.Parallel()
	for _, where := range kitchen.Whereabouts() {
		t.Run(string(where), func(t *testing.T) {
			t.Parallel()
			h, of := recovered(t)
			got := h.did(h.Confirm(t.Context(), of, kitchen.Tap{ID: "found", State: where}))
			if got.Progress.Kitchen() != where || got.Recovered || got.Open() != (where != order.HandedOver) {
				t.Errorf("found %s, it is %s", where, got.Progress.Kitchen())
			}
			if diff := diffOf(h.standings()[of], h.stands(got)); diff != "" {
				t.Errorf("the cloud is told:\n%s", diff)
			}
			if where == order.Queued {
				for got.Open() {
					got = h.bump(got, "") // it can be made and handed over as any other
				}
			}
		})
	}
	h, of := recovered(t)
	for _, nonsense := range []order.Kitchen{order.Voided, order.Waiting, "levitating"} {
		if _, err := h.Confirm(t.Context(), of, kitchen.Tap{ID: id.New(), State: nonsense}); !problem.Is(err, problem.Invalid) {
			t.Errorf("found %s: %v", nonsense, err)
		}
	}
}

func TestWhoWorksOnARecoveredTicketSaysWithThatWhereItIs(t *testing.T) {
	t.Parallel()
	h, of := recovered(t)
	before := len(h.facts())
	got := h.bump(h.ticket(of), menu.StationOven)
	if got.Recovered {
		t.Error("a cook who took it out of the oven is asked where it is")
	}
	news := h.facts()[before:]
	s, ok := news[0].(event.OrderStanding)
	step, stepped := news[1].(event.OrderStepped)
	if !ok || s.Recovered || s.Progress.Items[0].State != order.ItemInOven || !stepped || step.Action != order.Unload {
		t.Errorf("the cloud is told %s", asJSON(news))
	}
}

func TestASensorMeansWhatIsKnownToBeThereBeforeWhatWasRecovered(t *testing.T) {
	t.Parallel()
	old := newHouse(t)
	placed := old.place(pizza)
	old.bump(placed, menu.StationMake)
	h := newHouse(t)
	h.begin(h.beginning(none, kitchen.Standing(old.ticket(placed.Order.ID))))
	fresh := h.place(pizza)
	h.bump(fresh, menu.StationMake)
	h.sense(wire.ItemPutIn, 1)
	if a, b := h.ticket(placed.Order.ID), h.ticket(fresh.Order.ID); a.Progress.Items[0].State != order.ItemMade || b.Progress.Items[0].State != order.ItemInOven {
		t.Errorf("the recovered pizza is %s, the other %s", a.Progress.Items[0].State, b.Progress.Items[0].State)
	}
	h.sense(wire.ItemPutIn, 2)
	if got := h.ticket(placed.Order.ID); got.Progress.Items[0].State != order.ItemInOven || !got.Recovered {
		t.Errorf("the recovered pizza is %s, recovered %v", got.Progress.Items[0].State, got.Recovered)
	}
}

func TestNobodyIsAlarmedAboutAnOvenThatMayBeEmpty(t *testing.T) {
	t.Parallel()
	h, of := recovered(t)
	overdue := func() (n int) {
		state, err := h.store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, timer := range state.Timers {
			if timer.Kind == kitchen.OverdueBake {
				n++
			}
		}
		return n
	}
	if overdue() != 0 {
		t.Error("a bake that nobody has seen is timed")
	}
	h.did(h.Confirm(t.Context(), of, kitchen.Tap{ID: "in there"}))
	if overdue() != 1 {
		t.Error("a bake that a cook has seen is not timed")
	}
}

// doubtful gives a kitchen out of a restored card an order that waits there, and that the cloud, which has heard of it, does not name.
func doubtful(t *testing.T, h *house, o event.OrderOffered) order.ID {
	t.Helper()
	if a := h.obey(o.Order.ID, o); !a.Granted {
		t.Fatalf("refused: %s", a.Reason)
	}
	b := h.beginning(func(link.Ref) bool { return true })
	h.begin(b)
	h.commands = b.Commands
	if got := h.ticket(o.Order.ID); !got.Doubtful || got.Progress.Whole != order.Waiting {
		t.Fatalf("%+v", got)
	}
	return o.Order.ID
}

func TestAnOrderThatMayHaveEndedIsNotQueuedBeforeACookSaysSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := doubtful(t, h, webOrder(order.Carryout, pizza))
	h.release(h.commands)
	if got := h.ticket(of); got.Progress.Whole != order.Waiting || !got.Recovered {
		t.Fatalf("went to the queue by itself: %s", asJSON(got.Progress))
	}
	got := h.did(h.Confirm(t.Context(), of, kitchen.Tap{ID: "still to make"}))
	if got.Progress.Whole != order.Queued || got.Number == 0 || got.Recovered {
		t.Errorf("a cook has said that it is still to be made: %s", asJSON(got))
	}
	var told order.Kitchen
	for _, f := range h.facts() {
		switch f := f.(type) {
		case event.OrderStanding:
			told = f.Progress.Whole
		case event.OrderStepped:
			if f.Action != order.Queue || told != order.Waiting || f.Number != got.Number {
				t.Errorf("after %q the cloud is told %+v", told, f)
			}
			told = order.Queued
		}
	}
	if told != order.Queued {
		t.Errorf("the cloud is told %q", told)
	}
}

func TestAnOrderThatMayHaveEndedIsNotFiredByItsTime(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		o, at := webOrder(order.Carryout, pizza), time.Now().Add(2*time.Hour)
		o.Order.FireAt = &at
		of := doubtful(t, h, o)
		h.release(h.commands)
		after(3 * time.Hour)
		if got := h.ticket(of); got.Progress.Whole != order.Waiting {
			t.Fatalf("fired: %s", asJSON(got.Progress))
		}
		got := h.did(h.Confirm(t.Context(), of, kitchen.Tap{ID: "still to make"}))
		if got.Progress.Whole != order.Queued || got.Number == 0 {
			t.Errorf("%s", asJSON(got))
		}
		stop()
	})
}

func TestAnOrderThatWaitedAndIsFoundInTheMakingGetsANumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := doubtful(t, h, webOrder(order.Carryout, pizza))
	got := h.did(h.Confirm(t.Context(), of, kitchen.Tap{ID: "found", State: order.Preparing}))
	if got.Number == 0 || got.Day == "" || got.Progress.Kitchen() != order.Preparing {
		t.Errorf("%s", asJSON(got))
	}
	if next := h.place(cola); next.Number == got.Number {
		t.Errorf("number %d is given twice", next.Number)
	}
}
