package road_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
)

func door(name string, km float64, due time.Duration) road.Stop {
	return road.Stop{Order: order.ID(name), Drop: east(km, 0).Point(), Due: noon.Add(due)}
}

func names(all []road.Stop) (s string) {
	for _, x := range all {
		s += string(x.Order)
	}
	return s
}

func TestDoorsAreGoneToOnTheWayUnlessSomebodyWouldWait(t *testing.T) {
	t.Parallel()
	home := east(0, 0).Point()
	for want, stops := range map[string][]road.Stop{
		"":    nil,
		"abc": {door("c", 3, time.Hour), door("a", 1, time.Hour), door("b", 2, time.Hour)},
		"ba":  {door("a", 1, time.Hour), door("b", -2, 7*time.Minute)},
	} {
		got := road.Sequence(noon, home, stops, dispatch.Crow{})
		if names(got) != want {
			t.Errorf("%q, not %q", names(got), want)
		}
		for i := 1; i < len(got); i++ {
			if !got[i].ETA.From.After(got[i-1].ETA.From) || !got[i].ETA.To.After(got[i-1].ETA.To) {
				t.Errorf("%s: %v before %v", want, got[i].ETA, got[i-1].ETA)
			}
		}
	}
}

func TestNoDoorIsForgottenAndNoneIsGoneToTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var stops []road.Stop
		for i := range rapid.IntRange(0, 9).Draw(t, "stops") {
			stops = append(stops, door(fmt.Sprint(i), rapid.Float64Range(-5, 5).Draw(t, "km"), time.Duration(rapid.IntRange(0, 60).Draw(t, "due"))*time.Minute))
		}
		got, seen := road.Sequence(noon, east(0, 0).Point(), stops, dispatch.Crow{}), map[order.ID]bool{}
		for _, s := range got {
			seen[s.Order] = true
		}
		if len(got) != len(stops) || len(seen) != len(stops) {
			t.Fatalf("%d of %d doors, %d different", len(got), len(stops), len(seen))
		}
	})
}
