package main

import (
	"fmt"
	"testing"

	"awesome.pizza/shared/wire"
)

// TestAShareOfTheDriversCyclesAndNobodyElseChanges: the seed says who, and who drives is the same driver as without bicycles.
func TestAShareOfTheDriversCyclesAndNobodyElseChanges(t *testing.T) {
	t.Parallel()
	s, none, some := &show{common: &common{seed: 7, speed: 1}}, fleet{kmh: 28}, fleet{kmh: 28, bicycles: 0.3}
	near, cycle := wire.Position{Latitude: 40.7431, Longitude: -73.9899}, 0
	for n := range 500 {
		name := fmt.Sprintf("driver-%d", n)
		if vehicle, kmh := none.vehicle(name, s); vehicle != "" || kmh != 28 {
			t.Fatalf("%s is on a %s at %v km/h where nobody cycles", name, vehicle, kmh)
		}
		vehicle, kmh := some.vehicle(name, s)
		if again, _ := some.vehicle(name, s); again != vehicle {
			t.Fatalf("%s is on a %s and on a %s", name, vehicle, again)
		}
		usual, is := none.driver(name, near, 28, s), some.driver(name, near, kmh, s)
		if vehicle == "bicycle" {
			cycle++
			usual.Habits.Speed *= cycling
		}
		if is.Home != usual.Home || is.Habits.Speed-usual.Habits.Speed > 1e-9 || usual.Habits.Speed-is.Habits.Speed > 1e-9 {
			t.Fatalf("%s on %q: %+v, not %+v", name, vehicle, is.Habits, usual.Habits)
		}
	}
	if cycle < 110 || cycle > 190 {
		t.Errorf("%d of 500 cycle", cycle)
	}
}
