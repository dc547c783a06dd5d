package kitchen

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/shared/problem"
)

func TestTimersFireInTheirOrderAndOneThatMakesNoSenseStopsNoOther(t *testing.T) {
	t.Parallel()
	want := []TimerKey{{StuckOrder, "9", ""}, {OverdueBake, "1", "1"}, {OverdueBake, "1", "2"}, {OverdueBake, "2", "1"}, {StuckOrder, "1", ""}}
	for range 20 { // a map has another order each time
		d := blank(t)
		for n, key := range want {
			due := noon
			if n == 0 {
				due = noon.Add(-time.Second)
			}
			d.board.timers[key] = Timer{TimerKey: key, Since: noon.Add(-time.Hour), Due: due}
		}
		later := TimerKey{StuckOrder, "3", ""}
		d.board.timers[later] = Timer{TimerKey: later, Due: noon.Add(time.Second)}
		var fired []TimerKey
		err := d.fireDue(func(timer Timer) error {
			fired = append(fired, timer.TimerKey)
			if timer.TimerKey == want[1] {
				return problem.New(problem.Conflict, "illegal_step", "it is gone")
			}
			return nil
		})
		if err != nil || !slices.Equal(fired, want) || !slices.Equal(d.commit.Stopped, want) {
			t.Fatalf("fired %v, stopped %v, %v", fired, d.commit.Stopped, err)
		}
		if l := d.commit.Letters; len(l) != 1 || l[0].Source != "timer/overdue_bake" || len(l[0].Payload) == 0 || l[0].Reason == "" {
			t.Fatalf("kept aside: %+v", l)
		}
	}
}
