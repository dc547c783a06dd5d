package dispatch

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
)

// TestTheNewestPlacingsTellOfABusyHouseWhatAllOfThemDo: with too few of them a house that gets two orders a minute is taken for one that gets a third of that.
func TestTheNewestPlacingsTellOfABusyHouseWhatAllOfThemDo(t *testing.T) {
	t.Parallel()
	now, rooms := time.Date(2026, 7, 3, 19, 0, 0, 0, time.UTC), map[string]int{"busy": 0, "calm": 1}
	at := func(every time.Duration, house string) (out []Placing) {
		for ago := Lately - every; ago > 0; ago -= every {
			out = append(out, Placing{Restaurant: house, At: now.Add(-ago), Prepares: 10 * time.Minute})
		}
		return out
	}
	here, there := Point{Lat: 40.7}, Point{Lat: 40.8}
	s := engine.Snapshot{Now: int(Lately / time.Minute), Travel: inMinutes{Crow{}}, Restaurants: []engine.Place{place(here), place(there)}}
	for i, p := range s.Restaurants {
		s.Drivers = append(s.Drivers, engine.Driver{ID: string(rune('a' + i)), At: p, Restaurant: i, FreeAt: s.Now, ShiftEnd: s.Now + 600})
	}
	// prices are what it costs to send each driver away, when so many placings of each house are told.
	prices := func(most int) []int64 {
		var all []Placing
		for _, of := range [][]Placing{at(30*time.Second, "busy"), at(100*time.Second, "calm")} {
			all = append(all, of[max(0, len(of)-most):]...)
		}
		slices.SortStableFunc(all, func(a, b Placing) int { return a.At.Compare(b.At) })
		p, _ := forecaster(now, rooms, all)
		return p.Prices(&s)
	}
	whole, told, few := prices(1000), prices(MostPlacings), prices(100)
	if !slices.Equal(whole, told) || whole[0] <= whole[1] {
		t.Errorf("drivers cost %v by all that was ordered, %v by what is told", whole, told)
	}
	if few[0] >= whole[0] {
		t.Errorf("a hundred of each are enough: %v, %v", few, whole)
	}
}
