package friday_test

import (
	"testing"

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
		t.Log(f)
		all = append(all, f)
	}
}
