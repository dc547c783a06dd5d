package linksim_test

import (
	"strings"
	"testing"

	"awesome.pizza/shared/link/linksim"
)

func TestTheSameSeedLivesTheSameHistory(t *testing.T) {
	t.Parallel()
	different := map[uint64]bool{}
	for seed := range uint64(20) {
		once, again := linksim.Live(linksim.Options{Seed: seed}), linksim.Live(linksim.Options{Seed: seed})
		if once.Hash != again.Hash || once.Events != again.Events || once.Simulated != again.Simulated {
			t.Errorf("history %d: %x after %d events, then %x after %d", seed, once.Hash, once.Events, again.Hash, again.Events)
		}
		different[once.Hash] = true
	}
	if len(different) != 20 {
		t.Errorf("20 seeds live %d histories", len(different))
	}
}

// P10: what a wall clock says decides nothing. The same evening is lived twice, once with clocks that jump by years; flips are left out,
// because they fall on other bytes when times are written differently.
func TestAClockThatJumpsByYearsChangesNothing(t *testing.T) {
	t.Parallel()
	tried := 0
	for seed := uint64(1); tried < twins; seed++ {
		jumpy := linksim.Live(linksim.Options{Seed: seed, Without: []linksim.Fault{linksim.Flip, linksim.Torn}})
		if jumpy.Faults[linksim.Clock] == 0 {
			continue
		}
		tried++
		steady := linksim.Live(linksim.Options{Seed: seed, Without: []linksim.Fault{linksim.Flip, linksim.Torn, linksim.Clock}})
		if jumpy.Err != nil || steady.Err != nil || jumpy.Hash != steady.Hash {
			t.Errorf("P10: history %d is another one when clocks jump: %x (%v), %x (%v)", seed, jumpy.Hash, jumpy.Err, steady.Hash, steady.Err)
		}
	}
}

func TestAFailureSaysHowToLiveItAgain(t *testing.T) {
	t.Parallel()
	wrong := linksim.Mutants()[1].Mutant
	o := linksim.Options{Mutant: wrong}
	for o.Seed = 1; linksim.Live(o).Err == nil; o.Seed++ {
		if o.Seed > 200 {
			t.Fatal("no failure to look at")
		}
	}
	whole := linksim.Live(o)
	small, r := linksim.Shrink(o, 300)
	if r.Err == nil || r.Trace == "" || !strings.Contains(r.Err.Error(), "P") {
		t.Fatalf("the smaller history fails with %v", r.Err)
	}
	if len(small.Only) >= whole.Steps/2 {
		t.Errorf("%d of %d steps are left", len(small.Only), whole.Steps)
	}
	only, err := linksim.ParseSteps(linksim.Steps(small.Only))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range small.Without {
		names = append(names, string(f))
	}
	without, err := linksim.ParseFaults(strings.Join(names, ","))
	if err != nil {
		t.Fatal(err)
	}
	again := linksim.Live(linksim.Options{Seed: small.Seed, Only: only, Without: without, Mutant: wrong})
	if again.Err == nil || again.Err.Error() != r.Err.Error() || again.Hash != r.Hash {
		t.Errorf("replayed it ends with %v, not %v", again.Err, r.Err)
	}
	if cmd := small.Replay(); !strings.Contains(cmd, "-linksim.seed=") || !strings.Contains(cmd, "-linksim.only=") {
		t.Errorf("the command says too little: %s", cmd)
	}
	if _, err := linksim.ParseSteps("1,x"); err == nil {
		t.Error("x is a step")
	}
	if _, err := linksim.ParseFaults("bad weather"); err == nil {
		t.Error("bad weather is a fault")
	}
}
