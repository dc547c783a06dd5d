package friday_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/deploy/bench/friday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOnTheSameEveningTheScheduleIsLessLateAndLeavesLessOnTheShelf(t *testing.T) {
	t.Parallel()
	var all []friday.Figures
	for _, p := range []friday.Policy{friday.Fixed(), friday.Counting(14), friday.Schedule()} {
		f, err := friday.Spend(t.Context(), t.TempDir(), friday.Small(1), p)
		if err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
		if f.Pizzas != 300 || f.Remakes == 0 {
			t.Errorf("%s: %d pizzas, and %d were in the oven that failed", p.Name, f.Pizzas, f.Remakes)
		}
		t.Log(f)
		all = append(all, f)
	}
	ours := all[2]
	for _, simple := range all[:2] {
		if 2*ours.LateShare() > simple.LateShare() {
			t.Errorf("%.1f %% are late, and %.1f %% with %s", 100*ours.LateShare(), 100*simple.LateShare(), simple.Policy)
		}
		if 2*ours.Rack.P90 > simple.Rack.P90 || ours.Rack.Mean >= simple.Rack.Mean {
			t.Errorf("on the shelf %s, and %s with %s", ours.Rack, simple.Rack, simple.Policy)
		}
		if 2*ours.Error.P50 > simple.Error.P50 || 2*ours.Error.P90 > simple.Error.P90 {
			t.Errorf("off by %s, and %s with %s", ours.Error, simple.Error, simple.Policy)
		}
	}
}

func TestTheSameSeedIsTheSameEvening(t *testing.T) {
	t.Parallel()
	e := friday.Small(3)
	e.Lasts, e.Fails = 20*time.Minute, 8*time.Minute
	var lines []string
	for range 2 {
		f, err := friday.Spend(t.Context(), t.TempDir(), e, friday.Schedule())
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, f.String())
	}
	if lines[0] != lines[1] {
		t.Errorf("once it was\n%s\nand then\n%s", lines[0], lines[1])
	}
}
