package kitchen_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// makes lets a cook make, bake and box a pizza in so many seconds each.
func (h *house) makes(who string, make, bake int) kitchen.Ticket {
	h.t.Helper()
	t := h.place(pizza)
	tap := func() kitchen.Tap { return kitchen.Tap{ID: id.New(), Who: who, Item: "1"} }
	h.did(h.Start(background(), t.Order.ID, tap()))
	h.clock.pass(time.Duration(make) * time.Second)
	h.did(h.Bump(background(), t.Order.ID, tap()))
	h.sense(wire.ItemPutIn, 1)
	h.clock.pass(time.Duration(bake) * time.Second)
	h.sense(wire.ItemTakenOut, 1)
	h.clock.pass(20 * time.Second)
	t = h.did(h.Bump(background(), t.Order.ID, tap()))
	h.did(h.HandOver(background(), t.Order.ID, kitchen.Tap{ID: id.New()}))
	return t
}

func (h *house) lessons() map[line.LessonKind]int {
	h.t.Helper()
	state, err := h.store.Load(background())
	if err != nil {
		h.t.Fatalf("load: %v", err)
	}
	seen := map[line.LessonKind]int{}
	for _, l := range state.Lessons {
		if l.Hour == line.AnyHour && l.Key != line.AnyProduct {
			seen[l.Kind] += l.Seen
		}
	}
	return seen
}

func (h *house) quote(lines ...order.Line) kitchen.Quote {
	h.t.Helper()
	q, err := h.Quote(background(), kitchen.CounterOrder{Fulfilment: order.Carryout, Lines: lines})
	if err != nil {
		h.t.Fatalf("quote: %v", err)
	}
	return q
}

func TestAKitchenThatTakesLongerThanTheMenuSaysPromisesSoAndRemembersIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.SignIn(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	before := h.quote(pizza).Promise
	lead := before.From.Sub(h.clock.Now())
	first := h.makes("ada", 135, 450) // 90 and 360 by the menu
	if first.Missed == nil || *first.Missed < 120 || first.Forecast == nil {
		t.Fatalf("its first forecast was %v, missed by %v", first.Forecast, first.Missed)
	}
	for range 20 {
		h.makes("ada", 135, 450)
	}
	now := h.quote(pizza)
	if longer := now.Promise.From.Sub(h.clock.Now()) - lead; longer < 100*time.Second || longer > 150*time.Second {
		t.Errorf("a pizza takes 135 s longer than the menu says, and is promised %v later", longer)
	}
	last := h.makes("ada", 135, 450)
	if off := *last.Missed; off < -45 || off > 45 {
		t.Errorf("after an evening the forecast is still off by %d s", off)
	}
	if _, counts, _ := h.Missed(); sum(counts) != 22 {
		t.Errorf("the metrics count %v", counts)
	}
	want := h.lessons()
	h.restart()
	if got := h.lessons(); got[line.MakeLesson] != 22 || got[line.BakeLesson] != 22 || got[line.CookLesson] != 22 || got[line.ErrorLesson] != 22 || diffOf(want, got) != "" {
		t.Errorf("after a restart it has learned %v, before %v", got, want)
	}
	if again := h.quote(pizza); !again.Promise.From.Equal(h.clock.Now().Add(now.Promise.From.Sub(h.clock.Now())).UTC()) && again.Promise.From.Sub(h.clock.Now()) < lead+90*time.Second {
		t.Errorf("after a restart it promises %v", again.Promise)
	}
}

func sum(counts []uint64) (n uint64) {
	for _, c := range counts {
		n += c
	}
	return n
}

func TestWhatNobodyCanBelieveTeachesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if err := h.SignIn(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	t.Run("bumped through in a moment", func(*testing.T) {
		ticket := h.place(pizza)
		for range 4 {
			h.bump(ticket, "")
		}
	})
	t.Run("forgotten for an hour", func(*testing.T) { h.makes("ada", 3600, 3600) })
	t.Run("in an oven that is cold", func(t *testing.T) {
		h.ovenAlert("underheat", "oven-1")
		ticket := h.place(pizza)
		h.bump(ticket, "")
		h.sense(wire.ItemPutIn, 1)
		h.clock.pass(7 * time.Minute)
		h.sense(wire.ItemTakenOut, 1)
		if err := h.ClearAlert(t.Context(), "underheat/oven-1"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("two pizzas in the hands of one", func(*testing.T) {
		ticket := h.place(pizza, pizza)
		h.did(h.Start(background(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Who: "ada"}))
		for _, item := range []string{"1", "2"} {
			h.clock.pass(90 * time.Second)
			h.did(h.Bump(background(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Who: "ada", Item: item}))
		}
	})
	seen := h.lessons()
	if seen[line.MakeLesson] > 0 || seen[line.CookLesson] > 0 || seen[line.BakeLesson] > 0 {
		t.Errorf("it has learned %v", seen)
	}
}

func TestWhatPeopleMakeOtherwiseSaysNothingOfTheForecast(t *testing.T) {
	t.Parallel()
	for name, otherwise := range map[string]func(*house, kitchen.Ticket){
		"as foreseen": func(*house, kitchen.Ticket) {},
		"on hold for half an hour": func(h *house, ticket kitchen.Ticket) {
			h.did(h.HoldBack(background(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Reason: "the guest is late"}))
			h.clock.pass(30 * time.Minute)
			h.did(h.LetGo(background(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
		},
		"changed": func(h *house, ticket kitchen.Ticket) {
			more := kitchen.OrderChange{Add: []order.Line{cola}}
			h.did(h.Change(background(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Reason: "thirsty"}, more))
		},
		"made again": func(h *house, ticket kitchen.Ticket) {
			for range 3 {
				h.did(h.Bump(background(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
			}
			h.did(h.Remake(background(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: "1", Reason: "burned"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.signIn("ada", "bob", "cleo")
			ticket := h.place(pizza)
			otherwise(h, ticket)
			for h.ticket(ticket.Order.ID).Progress.Kitchen() != order.Ready {
				h.clock.pass(4 * time.Minute)
				h.did(h.Bump(background(), ticket.Order.ID, kitchen.Tap{ID: id.New()}))
			}
			learned, missed := h.lessons()[line.ErrorLesson], h.ticket(ticket.Order.ID).Missed
			if plain := name == "as foreseen"; (learned == 1) != plain || (missed != nil) != plain {
				t.Errorf("it has learned %d times, and was off by %v", learned, missed)
			}
		})
	}
}

func TestWhatBakesInAnOvenThatIsColdLongBeforeItIsAnAlertTeachesNothing(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil) // whose oven-1 sees what goes in
	h.signIn("ada")
	feel := func(faults ...line.Fault) {
		t.Helper()
		if err := h.Feel(t.Context(), faults); err != nil {
			t.Fatal(err)
		}
	}
	for _, what := range []wire.AlertKind{line.Cold, line.Warming, wire.Underheat} {
		feel(line.Fault{Oven: "oven-1", What: what})
		h.makes("ada", 90, 400)
		if got := h.lessons(); got[line.BakeLesson] != 0 {
			t.Errorf("%s, it teaches %v", what, got)
		}
	}
	feel(line.Fault{Oven: "oven-2", What: line.Cold}) // which nobody heats today
	h.makes("ada", 90, 400)
	if got := h.lessons(); got[line.BakeLesson] != 1 {
		t.Errorf("of an oven that is well it learns %v", got)
	}
}

func (h *house) ovenAlert(what, oven string) {
	h.t.Helper()
	if err := h.Alert(background(), kitchen.Alert{ID: what + "/" + oven, Device: oven, What: what, Level: "critical"}); err != nil {
		h.t.Fatalf("alert: %v", err)
	}
}

// ovenHouse is a house with two ovens.
func ovenHouse(t *testing.T, with func(*kitchen.Settings)) *house {
	t.Helper()
	s := settings()
	s.Ovens = []line.Oven{{ID: "oven-1", Capacity: 3}, {ID: "oven-2", Capacity: 3}}
	if with != nil {
		with(&s)
	}
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), s)
	t.Cleanup(h.close)
	return h
}

func TestAnOvenThatFailsLengthensEveryForecastWithoutATap(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.signIn("ada", "bob")
	for range 6 {
		h.place(pizza, pizza)
	}
	before, quoted := h.snapshot(), h.quote(pizza)
	h.ovenAlert("malfunction", "oven-2")
	last := len(before.Tickets) - 1
	now := h.snapshot().Tickets[last]
	if wait := now.Ready.Sub(*before.Tickets[last].Ready); wait < 5*time.Minute {
		t.Errorf("with half of the ovens the last order is ready %v later", wait)
	}
	if q := h.quote(pizza).Promise; !q.From.After(quoted.Promise.From) || !slices.Contains(q.Because, "oven-2 is out of order") {
		t.Errorf("it promises %v, and before it failed %v", q, quoted.Promise)
	}
	for _, p := range now.Plan {
		if p.Oven != "oven-1" {
			t.Errorf("a pizza is to go into %s", p.Oven)
		}
	}
	if err := h.ClearAlert(t.Context(), "malfunction/oven-2"); err != nil {
		t.Fatal(err)
	}
	if mended := h.snapshot().Tickets[last]; mended.Ready.Sub(*before.Tickets[last].Ready).Abs() > time.Minute {
		t.Errorf("the oven is mended, and the last order ready at %v, not %v", mended.Ready, before.Tickets[last].Ready)
	}
}

func TestAQuoteTakesNothingAndSaysWhatMadeIt(t *testing.T) {
	t.Parallel()
	h := ovenHouse(t, nil)
	h.signIn("ada", "bob")
	empty := h.quote(pizza)
	for range 10 {
		h.place(pizza)
	}
	seq := h.snapshot().Seq
	q := h.quote(pizza, cola)
	if h.snapshot().Seq != seq || q.Totals.Total.Minor == 0 || len(q.Lines) != 2 || q.Large {
		t.Errorf("it is quoted as %s", asJSON(q))
	}
	if !q.Promise.From.After(empty.Promise.From) || q.Promise.To.Sub(q.Promise.From) < 5*time.Minute || !slices.Contains(q.Promise.Because, "10 orders ahead") {
		t.Errorf("promised %v, and in an empty kitchen %v", q.Promise, empty.Promise)
	}
	placed := h.place(pizza, cola)
	if !placed.Order.Promise.From.Equal(q.Promise.From) {
		t.Errorf("it is promised %v, and was quoted %v", placed.Order.Promise, q.Promise)
	}
	if _, err := h.Quote(t.Context(), kitchen.CounterOrder{Fulfilment: order.ByDelivery, Lines: []order.Line{{Product: "gravel", Quantity: 1}}}); err == nil {
		t.Error("gravel is quoted")
	}
	if _, err := h.Quote(t.Context(), kitchen.CounterOrder{Fulfilment: order.ByDelivery, Lines: []order.Line{pizza}}); err != nil {
		t.Errorf("a delivery to nowhere yet: %v", err)
	}
}
