package uplink

import (
	"testing"
	"time"
)

func TestAClockIsTrustedWhileItAgreesWithTheClouds(t *testing.T) {
	t.Parallel()
	told := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		told time.Time
		ago  time.Duration
		wall time.Time
		want bool
	}{
		"before any SYNC":      {time.Time{}, 0, told, false},
		"the same":             {told, 0, told, true},
		"a bit behind":         {told, 0, told.Add(-ClockLimit), true},
		"too far behind":       {told, 0, told.Add(-ClockLimit - time.Millisecond), false},
		"too far ahead":        {told, 0, told.Add(ClockLimit + time.Millisecond), false},
		"hours later":          {told, 9 * time.Hour, told.Add(9 * time.Hour), true},
		"set back since":       {told, 9 * time.Hour, told.Add(8 * time.Hour), false},
		"a board without time": {told, time.Minute, time.Unix(0, 0), false},
	} {
		if got := agrees(c.told, c.ago, c.wall); got != c.want {
			t.Errorf("%s: trusted is %v", name, got)
		}
	}
}

func TestWhatASYNCTellsIsWhatTheClockIsHeldAgainst(t *testing.T) {
	t.Parallel()
	u := New(Config{}, nil, nil)
	defer u.changes.Close()
	if u.ClockTrusted() {
		t.Error("trusted before anybody told the time")
	}
	u.cloud.hear(time.Now().Add(time.Hour), time.Now())
	if u.ClockTrusted() {
		t.Error("trusted, an hour behind the cloud")
	}
	u.cloud.hear(time.Now().UTC(), time.Now())
	if !u.ClockTrusted() {
		t.Error("not trusted, though it agrees")
	}
}
