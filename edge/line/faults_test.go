package line

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/wire"
)

// two is an oven of two decks with three places each, and a cook for each pizza.
func two(faults ...Fault) Line {
	l := capacity{cooks: 6}.line()
	l.Ovens, l.Faults = []Oven{{ID: "a", Decks: 2, Capacity: 6}}, faults
	return l
}

func six() []Ticket { return []Ticket{queued(1, 6, 0)} }

func TestAFaultTakesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	hot := noon.Add(20 * time.Minute)
	for name, c := range map[string]struct {
		faults []Fault
		ready  float64 // of six pizzas
		decks  []int   // that are used
		why    string
	}{
		"all is well":             {nil, 6, []int{1, 2}, ""},
		"a deck is broken":        {[]Fault{{Oven: "a", Deck: 2, What: wire.Malfunction}}, 11, []int{1}, "a deck 2 is out of order"},
		"a slot of a deck":        {[]Fault{{Oven: "a", Slot: 2, What: wire.Malfunction}}, 11, []int{2}, "a deck 1 is out of order"},
		"a deck is too hot":       {[]Fault{{Oven: "a", Deck: 1, What: wire.Overheat}}, 7.25, []int{1, 2}, "a deck 1 is too hot"},
		"a deck is cold":          {[]Fault{{Oven: "a", Deck: 1, What: Cold}}, 11, []int{2}, "a deck 1 is cold"},
		"all of it heats up":      {[]Fault{{Oven: "a", What: Warming, Till: hot}}, 25, []int{1, 2}, "a is heating up"},
		"a deck will be hot soon": {[]Fault{{Oven: "a", Deck: 2, What: Warming, Till: noon.Add(2 * time.Minute)}}, 7, []int{1, 2}, "a deck 2 is heating up"},
		"nobody knows when":       {[]Fault{{Oven: "a", Deck: 2, What: Warming}}, 11, []int{1}, "a deck 2 is heating up"},
		"nothing works":           {[]Fault{{Oven: "a", What: wire.Malfunction}}, 8.5, []int{1, 2}, "a is out of order"},
		"another oven":            {[]Fault{{Oven: "b", What: wire.Malfunction}}, 6, []int{1, 2}, ""},
	} {
		p := two(c.faults...).Schedule(noon, six())
		var decks []int
		for _, j := range p.jobs {
			decks = append(decks, j.Deck)
		}
		slices.Sort(decks)
		if decks = slices.Compact(decks); minutesFrom(p.Orders["1"].Ready) != c.ready || !slices.Equal(decks, c.decks) {
			t.Errorf("%s: ready after %v min on decks %v, want %v on %v", name, minutesFrom(p.Orders["1"].Ready), decks, c.ready, c.decks)
		}
		if said := slices.Contains(p.Why, c.why); said != (c.why != "") || len(p.Why) > 1 {
			t.Errorf("%s: it says %q", name, p.Why)
		}
	}
}

func TestAPlaceThatIsBrokenInAnOvenOfOneDeckIsOnePlaceLess(t *testing.T) {
	t.Parallel()
	l := capacity{cooks: 3}.line()
	l.Ovens = []Oven{{ID: "a", Capacity: 3}}
	ready := func(faults ...Fault) float64 {
		l.Faults = faults
		return minutesFrom(l.Schedule(noon, []Ticket{queued(1, 3, 0)}).Orders["1"].Ready)
	}
	slot := func(n int) Fault { return Fault{Oven: "a", Slot: n, What: wire.Malfunction} }
	if a, b, c := ready(), ready(slot(2), slot(2)), ready(slot(1), slot(2), slot(3)); a != 6 || b != 11 || c != 8.5 {
		t.Errorf("three pizzas are ready after %v min, with a place less after %v, with none after %v", a, b, c)
	}
}

func TestWhoStandsAtTheSidesIsNoHandOfTheMakeLine(t *testing.T) {
	t.Parallel()
	l := capacity{slots: 60}.line()
	l.Hands = []Hand{{ID: "ada", Skills: []string{menu.StationMake}, Pace: 1}, {ID: "bo", Skills: []string{menu.StationSides}, Pace: 1}}
	thirty := queued(1, 30, 0)
	for _, i := range thirty.Items {
		i.Of.Station = menu.StationMake
	}
	if wait := l.Schedule(noon, []Ticket{thirty}).Loads(noon).WebWait(0); wait < 25*time.Minute {
		t.Errorf("behind thirty pizzas of one pair of hands a web order would wait %v", wait)
	}
	if wait := l.Schedule(noon, nil).Loads(noon).WebWait(0); wait != 0 {
		t.Errorf("in an empty kitchen it would wait %v", wait)
	}
}

func TestWhileTheOvensHeatUpAWebOrderWaits(t *testing.T) {
	t.Parallel()
	hot := noon.Add(30 * time.Minute)
	if wait := two(Fault{Oven: "a", What: Warming, Till: hot}).Schedule(noon, nil).Loads(noon).WebWait(20); wait < 20*time.Minute || wait > 30*time.Minute {
		t.Errorf("it would wait %v", wait)
	}
}
