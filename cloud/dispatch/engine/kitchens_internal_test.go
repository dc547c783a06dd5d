package engine

import (
	"testing"

	"pgregory.net/rapid"
)

// line is travel along a street, a minute for each metre.
type line struct{}

func (line) Time(a, b Place, _ int) int {
	if a.X > b.X {
		return int(a.X - b.X)
	}
	return int(b.X - a.X)
}

// forecastOf is the table of one order whose kitchen thinks to be done at ready, as a planner sees it that heard of these misses.
func forecastOf(now, ready, quantile int, misses []int) *table {
	p := NewPlanner(Rules{PickupHalf: 2, DropHalf: 2, Target: 40}, Weights{Left: 400_000, Quantile: quantile})
	for _, late := range misses {
		p.Kitchen(20, late)
	}
	s := &Snapshot{
		Now: now, Restaurants: []Place{{}}, Travel: line{}, Drivers: []Driver{{ID: "d", At: Place{X: 9}, Restaurant: -1, ShiftEnd: 500}},
		Orders: []Order{{ID: "o", Drop: Place{X: 5}, Placed: ready - 20, Ready: ready, Forecast: true}},
	}
	t := newTable(s, p.rules, p.w)
	p.forecast(t)
	return t
}

func TestWhoComesLaterPicksUpLaterAndNobodyBeforeArriving(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		now := rapid.IntRange(0, 100).Draw(rt, "now")
		of := forecastOf(now, now+rapid.IntRange(-30, 40).Draw(rt, "ready"), 10, rapid.SliceOfN(rapid.IntRange(-30, 60), 0, 40).Draw(rt, "misses"))
		before := 0
		for from := now * minute; from < (now+150)*minute; from += 250 {
			pick := of.pick(0, from)
			if pick < from || pick < before || pick <= now*minute {
				rt.Fatalf("who could pick up at %d picks up at %d; who came sooner, at %d", from, pick, before)
			}
			before = pick
		}
	})
}

func TestKitchensThatAreAlwaysLateAreExpectedLate(t *testing.T) {
	t.Parallel()
	misses := make([]int, 300)
	for i := range misses {
		misses[i] = 7
	}
	before, after := forecastOf(100, 115, 10, nil), forecastOf(100, 115, 10, misses)
	if before.early[0] >= 115 || after.early[0] < 121 || after.early[0] > 123 {
		t.Errorf("one should be there at %d, after three hundred kitchens were 7 min late at %d", before.early[0], after.early[0])
	}
	if pick := after.pick(0, 105*minute); pick < 121*minute || pick > 123*minute {
		t.Errorf("likely to be picked up at %d", pick)
	}
}

func TestWhatIsKnownOfAForecastSaysHowSoonOneHadBetterBeThere(t *testing.T) {
	t.Parallel()
	p := NewPlanner(Rules{}, Weights{Left: 400_000, Quantile: 15})
	of := func(now, spread int) *table {
		s := &Snapshot{Now: now, Restaurants: []Place{{}}, Travel: line{}, Orders: []Order{{ID: "o", Placed: 80, Ready: 100, Forecast: true, Spread: spread}}}
		t := newTable(s, p.rules, p.w)
		p.forecast(t)
		return t
	}
	for spread, early := range map[int]int{1: 99, 6: 94, 12: 88} {
		if got := of(50, spread); got.early[0] != early || got.ready[0] < 100 || got.ready[0] > 100+spread {
			t.Errorf("a forecast for 100 that may be off by %d: be there at %d, likely ready at %d", spread, got.early[0], got.ready[0])
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		now := rapid.IntRange(0, 200).Draw(rt, "now")
		of, before := of(now, rapid.IntRange(1, 60).Draw(rt, "spread")), 0
		for from := now * minute; from < (now+400)*minute; from += 250 {
			pick := of.pick(0, from)
			if pick < from || pick < before || pick <= now*minute {
				rt.Fatalf("who could pick up at %d picks up at %d; who came sooner, at %d", from, pick, before)
			}
			before = pick
		}
	})
}

func TestAnOrderThatIsOverdueIsExpectedSoonAndNeverInThePast(t *testing.T) {
	t.Parallel()
	for late := range 90 {
		of := forecastOf(100+late, 100, 10, nil)
		if of.early[0] <= 100+late || of.ready[0] <= 100+late || of.ready[0] > 100+late+20 {
			t.Errorf("%d min overdue: be there at %d, ready at %d", late, of.early[0], of.ready[0])
		}
	}
}

func TestDriversAreToldSoonerWhereManyDecline(t *testing.T) {
	t.Parallel()
	p := NewPlanner(Rules{}, Weights{Slack: 1})
	if p.slack() != 1 {
		t.Error(p.slack())
	}
	p.sent = 200
	for range 40 {
		p.Declined()
	}
	if p.slack() != 11 {
		t.Error(p.slack())
	}
	p.no = 200
	if p.slack() != 13 {
		t.Error(p.slack())
	}
}
