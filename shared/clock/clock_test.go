package clock_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/clock"
)

func TestInstantsHaveMillisecondsAndUTC(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CEST", 2*60*60)
	if got := clock.Format(time.Date(2026, 7, 3, 21, 30, 0, 7e6, berlin)); got != "2026-07-03T19:30:00.007Z" {
		t.Error(got)
	}
}

func TestALabelFarAheadIsTakenForNow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		off   time.Duration
		ahead bool
	}{
		{-10 * year, false},
		{0, false},
		{clock.MaxAhead, false},
		{clock.MaxAhead + time.Millisecond, true},
		{10 * year, true},
	} {
		label := evening.Add(c.off)
		want := label
		if c.ahead {
			want = evening
		}
		if ahead, got := clock.Ahead(label, evening), clock.Clamp(label, evening); ahead != c.ahead || !got.Equal(want) {
			t.Errorf("%v off: ahead %v, taken for %v", c.off, ahead, got)
		}
	}
}
