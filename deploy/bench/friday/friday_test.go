package friday_test

import (
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/deploy/bench/friday"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func short(seed uint64) friday.Evening {
	e := friday.Busy(seed)
	e.Lasts, e.Fails, e.Back = 80*time.Minute, 25*time.Minute, 25*time.Minute
	return e
}

func TestTry(t *testing.T) {
	e := short(1)
	if os.Getenv("FULL") != "" {
		e = friday.Busy(1)
	}
	for _, p := range []friday.Policy{friday.Fixed(), friday.Counting(28), friday.Schedule()} {
		start := time.Now()
		f, err := friday.Spend(t.Context(), t.TempDir(), e, p)
		t.Log(f, err, f.Bias, time.Since(start))
	}
}
