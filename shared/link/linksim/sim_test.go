package linksim_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/shared/link/linksim"
)

var (
	seed    = flag.Uint64("linksim.seed", 0, "the seed of TestOneHistory")
	steps   = flag.Int("linksim.steps", 0, "live so many steps of it; 0: all")
	only    = flag.String("linksim.only", "", "live only these steps of it, with commas; -: none")
	without = flag.String("linksim.without", "", "leave out these faults, with commas")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOneHistory(t *testing.T) {
	t.Parallel()
	only, err := linksim.ParseSteps(*only)
	if err != nil {
		t.Fatal(err)
	}
	out, err := linksim.ParseFaults(*without)
	if err != nil {
		t.Fatal(err)
	}
	r := linksim.Live(linksim.Options{Seed: *seed, Steps: *steps, Only: only, Without: out})
	if r.Err != nil {
		t.Fatalf("%v\n%s", r.Err, r.Trace)
	}
	t.Logf("%d steps, %d events, %v simulated, agreement after %v, hash %x", r.Steps, r.Events, r.Simulated, r.Healed, r.Hash)
	t.Logf("%v", r.Faults)
}
