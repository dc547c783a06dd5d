package kitchen_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func marks(t kitchen.Ticket) (kinds []string) {
	for _, m := range t.Marks {
		kinds = append(kinds, m.Kind)
	}
	return kinds
}

// counted is a meter that a test reads.
type counted struct {
	mu     sync.Mutex
	stages map[string]time.Duration
	times  map[string]int
}

func (c *counted) Took(stage string, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stages[stage] = took
}

func (c *counted) Count(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times[what]++
}

// metered is a house whose meter a test reads.
func metered(t *testing.T) (*house, *counted) {
	t.Helper()
	h := newHouse(t)
	c := &counted{stages: map[string]time.Duration{}, times: map[string]int{}}
	h.settings.Meter = c
	h.restart()
	return h, c
}

func TestMoreTicketsAtOnceThanHandsCanMakeAreABulkBump(t *testing.T) {
	t.Parallel()
	h, meter := metered(t)
	tickets := make([]kitchen.Ticket, 5)
	for n := range tickets {
		tickets[n] = h.place(pizza)
	}
	bump := func(n int, who string) kitchen.Ticket {
		h.clock.pass(500 * time.Millisecond)
		return h.did(h.Bump(t.Context(), tickets[n].Order.ID, kitchen.Tap{ID: id.New(), Who: who, Station: menu.StationMake}))
	}
	for n := range 3 {
		if got := bump(n, "ada"); len(got.Marks) != 0 {
			t.Errorf("bump %d is marked %v", n+1, marks(got))
		}
	}
	if got := bump(3, "bob"); len(got.Marks) != 0 {
		t.Errorf("somebody else's bump is marked %v", marks(got))
	}
	last := bump(4, "ada")
	if !slices.Equal(marks(last), []string{kitchen.BulkBump}) {
		t.Errorf("the fourth is marked %v", marks(last))
	}
	for n := range 3 {
		if got := marks(h.ticket(tickets[n].Order.ID)); !slices.Equal(got, []string{kitchen.BulkBump}) {
			t.Errorf("of the bulk, number %d is marked %v", n+1, got)
		}
	}
	steps := h.steps(last.Order.ID)
	if got := steps[len(steps)-1]; !slices.Equal(got.Marks, []string{kitchen.BulkBump}) || got.Cause != event.ByTap {
		t.Errorf("the cloud was told %+v", got)
	}
	if meter.times[kitchen.BulkBump] != 4 {
		t.Errorf("counted are %v", meter.times)
	}
	h.clock.pass(10 * time.Second)
	if got := h.bump(h.place(pizza), menu.StationMake); len(got.Marks) != 0 {
		t.Errorf("later it is marked %v", marks(got))
	}
	if last.How["1"][order.ItemMade] != (kitchen.How{By: event.ByTap, Who: "ada"}) {
		t.Errorf("it was made by %+v", last.How)
	}
}

func TestALongRowOfBumpsMarksEachTicketOnceAndLeavesItAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tickets := make([]kitchen.Ticket, 12)
	for n := range tickets {
		tickets[n] = h.place(cola)
	}
	changes, cancel := h.hub.Subscribe()
	defer cancel()
	for n, ticket := range tickets {
		h.clock.pass(100 * time.Millisecond)
		h.bump(ticket, "")
		c := h.next(changes)
		for _, other := range tickets[:n] {
			same := func(x kitchen.Ticket) bool { return x.Order.ID == other.Order.ID }
			if again := slices.ContainsFunc(c.Tickets, same); again != (n == 3) { // the fourth is one too many
				t.Errorf("with bump %d ticket %d changes: %v", n+1, other.Number, again)
			}
		}
	}
	for _, ticket := range tickets {
		if got := marks(h.ticket(ticket.Order.ID)); !slices.Equal(got, []string{kitchen.BulkBump}) {
			t.Errorf("ticket %d is marked %v", ticket.Number, got)
		}
	}
}

func TestWhatComesOutBeforeItIsBakedIsMarked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	bake := func(in, out func(kitchen.Ticket) kitchen.Ticket, halves time.Duration) kitchen.Ticket {
		ticket := h.bump(h.place(pizza), menu.StationMake)
		ticket = in(ticket)
		h.clock.pass(time.Duration(ticket.Progress.Items[0].BakeSeconds) * time.Second * halves / 2)
		return out(ticket)
	}
	tap := func(t kitchen.Ticket) kitchen.Ticket { return h.bump(t, menu.StationOven) }
	sensed := func(kind string) func(kitchen.Ticket) kitchen.Ticket {
		return func(t kitchen.Ticket) kitchen.Ticket {
			if kind == "in" {
				h.sense("item_in", 1)
			} else {
				h.sense("item_out", 1)
			}
			return h.ticket(t.Order.ID)
		}
	}
	for name, c := range map[string]struct {
		got  kitchen.Ticket
		want []string
	}{
		"by tap, long enough": {bake(tap, tap, 2), nil},
		"by tap, at once":     {bake(tap, tap, 0), []string{kitchen.EarlyOut}},
	} {
		if !slices.Equal(marks(c.got), c.want) {
			t.Errorf("%s: marked %v", name, marks(c.got))
		}
	}
	if got := bake(sensed("in"), sensed("out"), 0); len(got.Marks) != 0 {
		t.Errorf("the sensor is not believed: %v", marks(got))
	}
	h.restart() // it is known from the tickets that the oven sees what goes in
	if got := bake(tap, tap, 2); !slices.Equal(marks(got), []string{kitchen.NotSensed}) {
		t.Errorf("never seen going in: %v", marks(got))
	}
	if got := bake(sensed("in"), tap, 2); len(got.Marks) != 0 {
		t.Errorf("seen in, tapped out: %v", marks(got))
	}
	h.clock.pass(3 * time.Hour)
	if got := bake(tap, tap, 2); len(got.Marks) != 0 {
		t.Errorf("the oven sees nothing any more: %v", marks(got))
	}
}

func TestHandedOverBeforeTheDriverCameIsMarked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ready := h.finished(order.ByDelivery)
	out := h.did(h.HandOver(t.Context(), ready.Order.ID, because("Linus")))
	if !slices.Equal(marks(out), []string{kitchen.BeforeDriver}) {
		t.Errorf("without a driver it is marked %v", marks(out))
	}
	if got := h.finished(order.Carryout); len(marks(h.did(h.HandOver(t.Context(), got.Order.ID, because(""))))) != 0 {
		t.Error("a guest is no driver")
	}
	steps := h.steps(ready.Order.ID)
	if got := steps[len(steps)-1]; !slices.Equal(got.Marks, []string{kitchen.BeforeDriver}) {
		t.Errorf("the cloud was told %+v", got)
	}
}

func TestRemakesAreListedWithTheirReasons(t *testing.T) {
	t.Parallel()
	h, meter := metered(t)
	ticket := h.finished(order.Carryout)
	for _, c := range []struct {
		tap          kitchen.Tap
		reason, text string
		said         string
	}{
		{kitchen.Tap{ID: id.New(), Reason: "burned"}, "burned", "", "burned"},
		{kitchen.Tap{ID: id.New(), Reason: "other", Text: "a fly"}, "other", "a fly", "a fly"},
		{kitchen.Tap{ID: id.New(), Reason: "the cat", Who: "ada"}, "other", "the cat", "the cat"},
	} {
		got := h.did(h.Remake(t.Context(), ticket.Order.ID, c.tap))
		last := got.Remakes[len(got.Remakes)-1]
		if last.Reason != c.reason || last.Text != c.text || !slices.Equal(last.Items, []string{"1"}) || got.Notices[len(got.Notices)-1].Kind != kitchen.WasRemade {
			t.Errorf("%q: %+v", c.tap.Reason, last)
		}
		steps := h.steps(ticket.Order.ID)
		if s := steps[len(steps)-1]; s.Reason != c.said {
			t.Errorf("the cloud was told %q", s.Reason)
		}
		for got.Progress.Kitchen() != order.Ready {
			h.clock.pass(10 * time.Minute)
			got = h.bump(got, "")
		}
	}
	if meter.times["remake_burned"] != 1 || meter.times["remake_other"] != 2 {
		t.Errorf("counted are %v", meter.times)
	}
}

func TestCustodyIsMeasuredFromHandToHand(t *testing.T) {
	t.Parallel()
	h, meter := metered(t)
	o := webOrder(order.Carryout, pizza)
	c := h.command(o.Order.ID, o)
	h.clock.pass(2 * time.Second)
	if err := h.Obey(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	h.release(h.commands)
	h.clock.pass(time.Second)
	h.render("make-1", o.Order.ID)
	h.clock.pass(30 * time.Second)
	h.bump(h.ticket(o.Order.ID), "")
	got := h.ticket(o.Order.ID).Custody
	if !got.Accepted.Equal(evening) || !got.Shown.Equal(evening.Add(3*time.Second)) || !got.Touched.Equal(evening.Add(33*time.Second)) {
		t.Errorf("custody is %+v", got)
	}
	want := map[string]time.Duration{"stored": 2 * time.Second, "shown": time.Second, "touched": 30 * time.Second}
	if diff := diffOf(want, meter.stages); diff != "" {
		t.Errorf("measured is:\n%s", diff)
	}
}

func TestTheFiguresOfAShiftLeaveOutWhatIsDoubtful(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada")
	for n := range 10 { // each a minute slower than the one before
		ticket := h.place(pizza)
		h.did(h.Start(t.Context(), ticket.Order.ID, by("ada")))
		h.clock.pass(time.Duration(n+1) * time.Minute)
		h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New(), Who: "ada", Station: menu.StationMake}))
		h.bump(ticket, menu.StationOven)
		h.clock.pass(6 * time.Minute)
		h.bump(ticket, menu.StationOven)
		h.clock.pass(30 * time.Second)
		h.bump(ticket, menu.StationCut)
		h.clock.pass(2 * time.Minute)
		h.did(h.HandOver(t.Context(), ticket.Order.ID, because("")))
	}
	cheat := h.place(pizza) // through the oven in no time, and never started
	for range 3 {
		h.bump(cheat, "")
	}
	h.clock.pass(time.Minute)
	h.restart()
	f, err := h.Shift(t.Context(), "")
	if err != nil || f.Day != "2026-07-03" || f.Orders != 11 || f.Open != 1 || f.Ended[order.HandedOver] != 10 {
		t.Fatalf("%+v, %v", f, err)
	}
	for name, c := range map[string]struct{ got, want kitchen.Spread }{
		"make":      {f.Make, kitchen.Spread{Count: 10, LeftOut: 1, P50: 5 * time.Minute, P90: 9 * time.Minute}},
		"line":      {f.Line, kitchen.Spread{Count: 11, P50: 5 * time.Minute, P90: 9 * time.Minute}},
		"oven":      {f.Oven, kitchen.Spread{Count: 10, LeftOut: 1, P50: 6 * time.Minute, P90: 6 * time.Minute}},
		"cut":       {f.Cut, kitchen.Spread{Count: 10, P50: 30 * time.Second, P90: 30 * time.Second}},
		"rack":      {f.Rack, kitchen.Spread{Count: 10, P50: 2 * time.Minute, P90: 2 * time.Minute}},
		"total":     {f.Total, kitchen.Spread{Count: 10, P50: 13*time.Minute + 30*time.Second, P90: 17*time.Minute + 30*time.Second}},
		"cut table": {f.Station[menu.StationCut], kitchen.Spread{Count: 10, P50: 30 * time.Second, P90: 30 * time.Second}},
	} {
		if diff := diffOf(c.want, c.got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if len(f.Cooks) != 1 || f.Cooks[0].Cook != "ada" || f.Cooks[0].Items != 11 || f.Cooks[0].Make.Count != 10 || f.Marks[kitchen.EarlyOut] != 1 {
		t.Errorf("cooks %+v, marks %v", f.Cooks, f.Marks)
	}
	if yesterday, err := h.Shift(t.Context(), "2026-07-02"); err != nil || yesterday.Orders != 0 {
		t.Errorf("yesterday: %+v, %v", yesterday, err)
	}
}
