package linksim_test

import (
	"cmp"
	"flag"
	"testing"
	"time"

	"awesome.pizza/shared/link/linksim"
)

var duration = flag.Duration("linksim.for", 10*time.Second, "how long TestNoHistoryBreaksAPromise looks for one")

func TestNoHistoryBreaksAPromise(t *testing.T) {
	t.Parallel()
	first := cmp.Or(*seed, 1_000_000) // the same ones each time: new ones are for make sim
	end := time.Now().Add(*duration)
	lived, events, facts, simulated, longest, tally := 0, uint64(0), 0, time.Duration(0), time.Duration(0), linksim.Tally{}
	for ; time.Now().Before(end) || lived == 0; lived++ {
		o := linksim.Options{Seed: first + uint64(lived)}
		r := linksim.Live(o)
		if r.Err != nil {
			small, r := linksim.Shrink(o, 400)
			t.Fatalf("history %d: %v\n%s\n%s", o.Seed, r.Err, r.Trace, small.Replay())
		}
		events, facts, simulated, longest = events+r.Events, facts+r.Facts, simulated+r.Simulated, max(longest, r.Healed)
		tally.Add(r.Faults)
	}
	t.Logf("%d histories from seed %d: %v simulated, %d events, %d facts, agreement after %v at most", lived, first, simulated.Round(time.Hour), events, facts, longest)
	t.Logf("faults: %v", tally)
}
