package kitchen_test

import (
	"path/filepath"
	"slices"
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
		if a := h.watch(gone("make-1"), gone("cut-1")); len(a) != 1 || a[0] != "screen_lost/make" {
			t.Errorf("the alerts are %v; nothing is at the cut table", a)
		}
	}
	if h.snapshot().Seq != before+1 {
		t.Error("the same alert is raised again and again")
	}
	h.screen("make-2", menu.StationMake)
	earlier := kitchen.Sight{Screen: "make-2", Since: died.Add(-time.Minute)}
	if a := h.watch(gone("make-1"), earlier, gone("cut-1")); len(a) != 1 || h.snapshot().Alerts[0].Device != "make-1" {
		t.Errorf("of two screens of a station that are gone it says %v, %+v", a, h.snapshot().Alerts)
	}
	if err := h.Unplug(t.Context(), "make-1"); err != nil {
		t.Fatal(err)
	}
	if a := h.alerts(); len(a) != 0 {
		t.Errorf("the one that was missed is put away: %v", a)
	}
	if a := h.watch(earlier, gone("cut-1")); len(a) != 1 || h.snapshot().Alerts[0].Device != "make-2" {
		t.Errorf("the other one is gone for long: %v, %+v", a, h.snapshot().Alerts)
	}
	h.screen("make-1", menu.StationMake)
	if err := h.Unplug(t.Context(), "make-2"); err != nil {
		t.Fatal(err)
	}
	h.watch(gone("make-1"), gone("cut-1"))
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

func TestInventedScreensPutAwayNoneThatIsHereAndAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.screen("real", menu.StationMake)
	h.clock.pass(time.Hour)
	h.place(pizza)
	sights := func(real bool) (all []kitchen.Sight) {
		screens, err := h.Screens(background())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range screens {
			all = append(all, kitchen.Sight{Screen: s.ID, Here: real && s.ID == "real", Since: evening})
		}
		return all
	}
	h.watch(sights(true)...)
	for n := range 3 * kitchen.ScreensMost {
		h.screen(id.New(), menu.Stations()[n%len(menu.Stations())])
		if n%50 == 0 {
			h.watch(sights(true)...)
		}
	}
	known := func() bool {
		return slices.ContainsFunc(sights(true), func(s kitchen.Sight) bool { return s.Screen == "real" })
	}
	if all := sights(true); len(all) != kitchen.ScreensMost || !known() {
		t.Errorf("%d screens are known, the real one is: %v", len(all), known())
	}
	h.clock.pass(time.Hour)
	if a := h.watch(sights(false)...); len(a) == 0 || len(a) > len(menu.Stations()) {
		t.Errorf("%d alerts about %d screens: %v", len(a), kitchen.ScreensMost, a)
	}
	h.clock.pass(25 * time.Hour)
	if a := h.watch(sights(true)...); len(sights(true)) != 1 || !known() || len(a) != 0 {
		t.Errorf("a day later %d screens are known, the real one is: %v; alerts %v", len(sights(true)), known(), a)
	}
}

func TestOneScreenMoreThanAllThatAreHereIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var here []kitchen.Sight
	for range kitchen.ScreensMost {
		s := id.New()
		h.screen(s, menu.StationMake)
		here = append(here, kitchen.Sight{Screen: s, Here: true, Since: evening})
	}
	h.watch(here...)
	if _, err := h.Announce(t.Context(), kitchen.Screen{ID: "one-more", Station: menu.StationMake}); code(err) != "too_many_screens" {
		t.Errorf("%v", err)
	}
	h.screen(here[0].Screen, menu.StationCut) // one that is known may still change
	here[3].Here = false
	h.watch(here...)
	h.screen("one-more", menu.StationMake)
}

func TestAnAlertOfAScreenFromBeforeThereWasOneForEachStationEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.screen("make-1", menu.StationMake)
	if err := h.Alert(t.Context(), kitchen.Alert{ID: "screen_lost/make-1", Device: "make-1", What: "screen_lost", Level: "critical"}); err != nil {
		t.Fatal(err)
	}
	if a := h.watch(kitchen.Sight{Screen: "make-1", Here: true, Since: evening}); len(a) != 0 {
		t.Errorf("the board says %v", a)
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
