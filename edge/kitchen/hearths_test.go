package kitchen_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func (h *house) heard(oven string) []string {
	h.t.Helper()
	if err := h.Heard(background(), oven); err != nil {
		h.t.Fatalf("hear of %s: %v", oven, err)
	}
	return h.alerts()
}

func (h *house) feel(felt ...line.Fault) {
	h.t.Helper()
	if err := h.Feel(background(), felt); err != nil {
		h.t.Fatalf("feel: %v", err)
	}
}

func TestAFaultIsOverWhenTheOvenWorksForAWhileWithoutTellingOfItAgain(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.signIn("ada")
	well := h.quote(pizza).Promise
	h.sense(wire.Fault, 0)
	if q := h.quote(pizza).Promise; !slices.Contains(q.Because, "oven-1 is out of order") {
		t.Fatalf("with a fault it promises %+v", q)
	}
	h.clock.pass(10 * time.Second)
	h.sense(wire.Fault, 0) // again
	h.clock.pass(14 * time.Second)
	if a := h.heard("oven-1"); len(a) != 1 {
		t.Errorf("14 s after its last word of it: %v", a)
	}
	h.restart()
	if a := h.heard("oven-1"); len(a) != 1 {
		t.Errorf("right after a restart: %v", a)
	}
	h.clock.pass(15 * time.Second)
	if a := h.heard("oven-2"); len(a) != 1 {
		t.Errorf("another oven ends it: %v", a)
	}
	before := h.snapshot().Seq
	if a := h.heard("oven-1"); len(a) != 0 {
		t.Errorf("it works: %v", a)
	}
	h.heard("oven-1")
	if h.snapshot().Seq != before+1 {
		t.Error("every word of a healthy oven is a commit")
	}
	if q := h.quote(pizza).Promise; q.From.Sub(h.clock.Now()) != well.From.Sub(evening) || slices.Contains(q.Because, "oven-1 is out of order") {
		t.Errorf("well again it promises %+v, and before %+v", q, well)
	}
}

func TestAFaultOfOneSlotTakesItsDeckAlone(t *testing.T) {
	t.Parallel()
	s := settings()
	s.Ovens = []line.Oven{{ID: "oven-1", Decks: 2, Capacity: 4}}
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), s)
	t.Cleanup(h.close)
	h.sense(wire.Fault, 3)
	h.restart()
	ticket := h.place(pizza, pizza, pizza, pizza)
	for _, p := range h.ticket(ticket.Order.ID).Plan {
		if p.Deck != 1 {
			t.Errorf("a pizza goes onto deck %d, which is broken", p.Deck)
		}
	}
	if a := h.alerts(); len(a) != 1 || a[0] != "malfunction/oven-1/slot-3" {
		t.Errorf("alerts are %v", a)
	}
	if decks, slots, all := kitchen.Broken(h.snapshot().Alerts, "oven-1"); len(decks) != 0 || !slices.Equal(slots, []int{3}) || all {
		t.Errorf("broken are decks %v, slots %v, all %v", decks, slots, all)
	}
}

func TestAPersonSaysThatAnOvenWorksAgainAndTheLogHasTheirName(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.sense(wire.Fault, 0)
	h.sense(wire.Fault, 2)
	if err := h.OvenWorks(t.Context(), "oven-9", ""); code(err) != "no_such_oven" {
		t.Errorf("an oven that is not there: %v", err)
	}
	for range 2 {
		if err := h.OvenWorks(t.Context(), "oven-1", "the fuse"); err != nil {
			t.Fatal(err)
		}
	}
	log, _, err := h.store.Audit(t.Context(), h.Today(), 0, 10)
	if err != nil || len(log) != 1 || log[0].Action != staff.OvenWorks || log[0].Subject != "oven-1" || log[0].Reason != "the fuse" {
		t.Errorf("the log says %+v, %v", log, err)
	}
	if a := h.alerts(); len(a) != 0 {
		t.Errorf("alerts are %v", a)
	}
}

func TestAColdOvenIsNoGoodOneAndOneThatHeatsUpIsOneLater(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.signIn("ada")
	well := h.quote(pizza).Promise
	hot := h.clock.Now().Add(40 * time.Minute)
	h.feel(line.Fault{Oven: "oven-1", What: line.Cold}, line.Fault{Oven: "oven-2", What: line.Warming, Till: hot})
	q := h.quote(pizza).Promise
	if !q.From.After(hot) || !slices.Contains(q.Because, "oven-1 is cold") || !slices.Contains(q.Because, "oven-2 is heating up") {
		t.Errorf("with cold ovens it promises %+v", q)
	}
	before := h.snapshot().Seq
	h.feel(line.Fault{Oven: "oven-1", What: line.Cold}, line.Fault{Oven: "oven-2", What: line.Warming, Till: hot.Add(20 * time.Second)})
	if h.snapshot().Seq != before {
		t.Error("a kitchen without orders writes down how hot its ovens are")
	}
	ticket := h.place(pizza)
	h.feel()
	if at := h.ticket(ticket.Order.ID).Ready; at.After(well.To) {
		t.Errorf("with hot ovens the order is ready at %v", at)
	}
	if q := h.quote(pizza).Promise; len(q.Because) > 2 {
		t.Errorf("with hot ovens it promises %+v", q)
	}
}

func TestAPizzaTappedInByHandStaysInTheOvenItWasMeantFor(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.signIn("ada", "bob")
	ovens := map[string]bool{}
	meant := map[order.ID]kitchen.ItemPlan{}
	for range 5 {
		ticket := h.bump(h.place(pizza), menu.StationMake)
		p := h.ticket(ticket.Order.ID).Plan["1"]
		meant[ticket.Order.ID], ovens[p.Oven] = p, true
		h.bump(ticket, menu.StationOven)
	}
	if len(ovens) != 2 {
		t.Fatalf("five pizzas for two ovens of three places went into %v", ovens)
	}
	look := func(when string) {
		for id, was := range meant {
			if p := h.ticket(id).Plan["1"]; p.Oven != was.Oven || p.Deck != was.Deck {
				t.Errorf("%s a pizza that was put into %s deck %d lies in %s deck %d", when, was.Oven, was.Deck, p.Oven, p.Deck)
			}
		}
	}
	look("a moment later")
	h.ovenAlert("malfunction", "oven-2")
	h.place(pizza, pizza)
	look("when its oven breaks")
	h.restart()
	h.place(pizza)
	look("after a restart")
}
