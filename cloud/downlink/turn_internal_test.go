package downlink

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

func TestACoreHangsWhenNothingBecomesOfItsWork(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	for what, c := range map[string]struct {
		began, ended *time.Time
		hangs        bool
	}{
		"it has nothing to do":                              {nil, ago(time.Hour), false},
		"it has just begun, after a long pause":             {ago(time.Second), ago(time.Hour), false},
		"its first transaction does not end":                {ago(tooLong + 1), nil, true},
		"a transaction does not end, and no other does":     {ago(tooLong + 1), ago(time.Minute), true},
		"a transaction takes long, and others end":          {ago(time.Minute), ago(time.Second), false},
		"a transaction takes as long as one may, no longer": {ago(tooLong), nil, false},
	} {
		if got := hangs(c.began, c.ended, now); got != c.hangs {
			t.Errorf("%s: hangs is %t", what, got)
		}
	}
}

func TestWhatIsBehindAGapIsKeptForAMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	batch := func(edge string, first uint64, v link.Verdict, kept time.Duration) taken {
		return taken{batch: link.Batch{Edge: edge, First: first}, decision: link.Decision{Verdict: v}, at: now.Add(-kept)}
	}
	all := []taken{
		batch("r3", 5, link.Gap, 0), batch("r2", 7, link.Gap, patience), batch("r1", 4, link.Gap, patience-1), batch("r1", 2, link.Skip, time.Hour),
		batch("r2", 6, link.Gap, 0), batch("r1", 1, link.Apply, 0), batch("r3", 9, link.Quarantine, 0),
	}
	inOrder(all)
	done, keep := settle(all, now)
	for what, c := range map[string]struct {
		got  []taken
		want string
	}{
		"done with": {done, "r1/1 r1/2 r2/6 r2/7 r3/9"},
		"kept":      {keep, "r1/4 r3/5"},
	} {
		var got []string
		for _, b := range c.got {
			got = append(got, fmt.Sprintf("%s/%d", b.batch.Edge, b.batch.First))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s is %q, not %q", what, got, c.want)
		}
	}
}
