package kitchen_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func (h *house) away() (who []string) {
	for _, c := range h.snapshot().Cooks {
		if c.Away {
			who = append(who, c.ID)
		}
	}
	return who
}

// by is a tap of somebody's.
func by(who string) kitchen.Tap { return kitchen.Tap{ID: id.New(), Who: who} }

func TestACookWhoGoesSilentGivesTheirTicketsBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.signIn("ada", "bob")
		adas := h.place(pizza)
		if h.cookOf(adas) != "ada" {
			t.Fatalf("it went to %q", h.cookOf(adas))
		}
		work := func(d time.Duration) { // bob works on, ada does not
			for range int(d / time.Minute) {
				after(time.Minute)
				other := h.place(pizza)
				h.did(h.Bump(t.Context(), other.Order.ID, by("bob")))
				h.did(h.Void(t.Context(), other.Order.ID, kitchen.Tap{ID: id.New(), Who: "bob", Reason: "x"}))
			}
		}
		work(6 * time.Minute)
		stop()
		h, stop = running(t, path)
		work(3 * time.Minute)
		after(time.Minute - time.Second)
		if a := h.away(); len(a) != 0 || h.cookOf(adas) != "ada" {
			t.Errorf("a second early %v are away, %q has it", a, h.cookOf(adas))
		}
		after(time.Second)
		if a := h.away(); len(a) != 1 || a[0] != "ada" || h.cookOf(adas) != "bob" {
			t.Errorf("on time %v are away, %q has it", a, h.cookOf(adas))
		}
		if fresh := h.place(pizza); h.cookOf(fresh) != "bob" {
			t.Errorf("somebody who is away is given a ticket: %q", h.cookOf(fresh))
		}
		stop()
		h, stop = running(t, path)
		if a := h.away(); len(a) != 1 {
			t.Errorf("a restart brought ada back: %v", a)
		}
		changes, cancel := h.hub.Subscribe()
		h.did(h.Bump(t.Context(), adas.Order.ID, by("ada")))
		if c := h.next(changes); len(c.Cooks) == 0 || len(h.away()) != 0 {
			t.Errorf("ada is back, %v are away, screens hear of %+v", h.away(), c.Cooks)
		}
		cancel()
		stop()
	})
}

func TestAForecastDoesNotCountOnWhoIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada", "bob")
	for range 8 {
		h.place(pizza)
	}
	both := h.quote(pizza).Promise.To
	if err := h.Alert(t.Context(), kitchen.Alert{ID: "cook_away/ada", Device: "ada", What: "cook_away", Level: "warning"}); err != nil {
		t.Fatal(err)
	}
	if alone := h.quote(pizza).Promise.To; !alone.After(both.Add(3 * time.Minute)) {
		t.Errorf("with one of two away it is ready at %v instead of %v", alone, both)
	}
}

func TestSilenceThatHarmsNobodyIsNoMatter(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		h.signIn("ada", "bob")
		ticket := h.place(pizza)
		after(time.Hour) // nobody works: a quiet afternoon, or taps without names
		if a := h.away(); len(a) != 0 {
			t.Errorf("%v are away", a)
		}
		h.did(h.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: id.New()})) // nobody says who: it was the one who has it
		for range 15 {
			after(time.Minute)
			h.did(h.Start(t.Context(), h.place(pizza).Order.ID, by("bob")))
		}
		if err := h.SignOut(t.Context(), "bob"); err != nil {
			t.Fatal(err)
		}
		if err := h.SignOut(t.Context(), "ada"); err != nil {
			t.Fatal(err)
		}
		state, err := h.store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, timer := range state.Timers {
			if timer.Kind == kitchen.SilentCook {
				t.Errorf("%s has left and is waited for", timer.Item)
			}
		}
		if a := h.away(); len(a) != 0 {
			t.Errorf("%v have left and are away", a)
		}
		stop()
	})
}

func TestANewTicketThatNoScreenShowsRaisesAnAlarm(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	synctest.Test(t, func(t *testing.T) {
		h, stop := running(t, path)
		first := h.place(pizza)
		after(time.Minute)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("a kitchen without screens misses them: %v", a)
		}
		h.screen("make-1", menu.StationMake)
		h.render("make-1", first.Order.ID)
		seen, unseen, touched := h.place(pizza), h.place(pizza), h.place(pizza)
		h.render("make-1", seen.Order.ID)
		h.did(h.Start(t.Context(), touched.Order.ID, by("ada")))
		after(5*time.Second - time.Millisecond)
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("too early: %v", a)
		}
		stop()
		h, stop = running(t, path)
		after(time.Millisecond)
		if a := h.alerts(); len(a) != 1 || a[0] != "not_shown/"+string(unseen.Order.ID) {
			t.Errorf("after five seconds the alerts are %v", a)
		}
		if got := h.ticket(seen.Order.ID).Custody; got.Screen != "make-1" || got.Shown.IsZero() {
			t.Errorf("a restart has lost who showed it: %+v", got)
		}
		before := h.snapshot().Seq
		h.render("pass-1", seen.Order.ID)
		if h.snapshot().Seq != before || h.ticket(seen.Order.ID).Custody.Screen != "make-1" {
			t.Error("the second screen to show it is written down")
		}
		h.render("pass-1", unseen.Order.ID, "nobody's")
		if a := h.alerts(); len(a) != 0 {
			t.Errorf("it is shown: %v", a)
		}
		if got := h.ticket(touched.Order.ID).Custody; got.By != "ada" || got.Touched.IsZero() {
			t.Errorf("nobody touched it: %+v", got)
		}
		stop()
	})
}

func (h *house) screen(id, station string) {
	h.t.Helper()
	if _, err := h.Announce(background(), kitchen.Screen{ID: id, Name: "the " + id, Station: station}); err != nil {
		h.t.Fatalf("announce %s: %v", id, err)
	}
}

func (h *house) watch(sights ...kitchen.Sight) []string {
	h.t.Helper()
	if err := h.Watch(background(), sights); err != nil {
		h.t.Fatalf("watch: %v", err)
	}
	return h.alerts()
}

func TestAScreenThatDiesWhileItIsNeededIsNoticed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.screen("make-1", menu.StationMake)
	h.screen("cut-1", menu.StationCut)
	ticket := h.place(pizza)
	died := h.clock.Now()
	gone := func(id string) kitchen.Sight { return kitchen.Sight{Screen: id, Since: died} }
	here := func(id string) kitchen.Sight { return kitchen.Sight{Screen: id, Here: true, Since: died} }
	h.clock.pass(15*time.Second - time.Millisecond)
	if a := h.watch(gone("make-1"), gone("cut-1")); len(a) != 0 {
		t.Errorf("too early: %v", a)
	}
	h.clock.pass(time.Millisecond)
	before := h.snapshot().Seq
	for range 3 {
		if a := h.watch(gone("make-1"), gone("cut-1")); len(a) != 1 || a[0] != "screen_lost/make-1" {
			t.Errorf("the alerts are %v; nothing is at the cut table", a)
		}
	}
	if h.snapshot().Seq != before+1 {
		t.Error("the same alert is raised again and again")
	}
	h.restart()
	if a := h.watch(here("make-1"), gone("cut-1")); len(a) != 0 {
		t.Errorf("it is back: %v", a)
	}
	h.watch(gone("make-1"), gone("cut-1"))
	h.screen("all-1", kitchen.EveryStation)
	if a := h.watch(gone("make-1"), gone("cut-1"), here("all-1")); len(a) != 0 {
		t.Errorf("another one shows all: %v", a)
	}
	if a := h.watch(gone("make-1"), gone("cut-1"), gone("all-1")); len(a) != 2 {
		t.Errorf("all are gone: %v", a)
	}
	if err := h.Unplug(t.Context(), "all-1"); err != nil {
		t.Fatal(err)
	}
	if a := h.alerts(); len(a) != 1 {
		t.Errorf("what was put away is missed: %v", a)
	}
	if err := h.Unplug(t.Context(), "all-1"); code(err) != "no_such_screen" {
		t.Errorf("put away twice: %v", err)
	}
	h.did(h.Void(t.Context(), ticket.Order.ID, because("no")))
	if a := h.watch(gone("make-1"), gone("cut-1")); len(a) != 0 {
		t.Errorf("nothing is there: %v", a)
	}
}

func TestScreensAreRememberedAndBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, s := range map[string]kitchen.Screen{
		"no station": {ID: "a"}, "no id": {Station: menu.StationMake}, "the cellar": {ID: "a", Station: "cellar"}, "bells": {ID: "a", Station: "all", Name: "\a"},
	} {
		if _, err := h.Announce(t.Context(), s); code(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range kitchen.ScreensMost + 5 {
		h.clock.pass(time.Second)
		h.screen(id.New(), menu.Stations()[n%3])
	}
	h.screen("make-1", menu.StationMake)
	before := h.snapshot().Seq
	h.screen("make-1", menu.StationMake)
	if h.snapshot().Seq != before {
		t.Error("a screen that says the same again is written down again")
	}
	h.screen("make-1", menu.StationCut)
	h.restart()
	all, err := h.Screens(t.Context())
	if err != nil || len(all) != kitchen.ScreensMost {
		t.Fatalf("%d screens, %v", len(all), err)
	}
	if last := all[len(all)-1]; last.ID != "make-1" || last.Station != menu.StationCut || last.Name != "the make-1" {
		t.Errorf("it came back as %+v", last)
	}
}

func TestAClockThatWasWrongMovesTheLifeOfATicketToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signIn("ada")
	ticket := h.place(pizza)
	h.render("make-1", ticket.Order.ID)
	h.did(h.Hurry(t.Context(), ticket.Order.ID, because("quick")))
	h.did(h.HoldBack(t.Context(), ticket.Order.ID, because("wait")))
	day := 24 * time.Hour
	if err := h.Relabel(t.Context(), evening.Add(-time.Hour), day, func() { h.clock.pass(day) }); err != nil {
		t.Fatal(err)
	}
	got := h.ticket(ticket.Order.ID)
	for what, at := range map[string]time.Time{
		"hold": got.Hold.At, "rush": got.Rush.At, "notice": got.Notices[0].At, "shown": got.Custody.Shown, "touched": got.Custody.Touched,
	} {
		if !at.Equal(evening.Add(day)) {
			t.Errorf("%s is at %v", what, at)
		}
	}
	state, err := h.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, timer := range state.Timers {
		if timer.Kind == kitchen.SilentCook && !timer.Since.Equal(evening.Add(day)) {
			t.Errorf("ada was heard of at %v", timer.Since)
		}
	}
	if got.Progress.Kitchen() != order.Queued {
		t.Errorf("it is %s", got.Progress.Kitchen())
	}
}
