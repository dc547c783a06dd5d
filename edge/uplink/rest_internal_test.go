package uplink

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/shared/link"
)

func TestANodeThatIsTornOffAgainAndAgainWaitsLongerEachTime(t *testing.T) {
	t.Parallel()
	r, last := newRests(), time.Duration(0)
	r.torn.RandomizationFactor = 0
	for range tornTimes {
		if r.lost(link.CauseCloudSilent, time.Second) {
			t.Error("a hub that was started anew is not dialled at once")
		}
	}
	for range 10 {
		if !r.lost(link.CauseCloudSilent, time.Second) {
			t.Fatal("it does not wait")
		}
		pause := r.after(errTorn, true)
		if pause < last || pause < restFirst || pause > restTorn {
			t.Errorf("%v after %v", pause, last)
		}
		last = pause
	}
	if last != restTorn {
		t.Errorf("at last it waits %v", last)
	}
	for what, lost := range map[string]bool{
		"after a good while":         r.lost(link.CauseCloudSilent, tornWithin),
		"for the first time since":   r.lost(link.CauseCloudSilent, time.Second),
		"with its line":              r.lost(link.CauseInternet, time.Second),
		"for the first time, online": r.lost(link.CauseCloudSilent, time.Second),
	} {
		if lost {
			t.Errorf("lost %s, it waits", what)
		}
	}
	if pause := r.after(errTorn, true); pause != restFirst {
		t.Errorf("torn off anew, it waits %v", pause)
	}
}

func TestAnUnwantedNodeKnocksEverMoreSeldom(t *testing.T) {
	t.Parallel()
	r, last := newRests(), time.Duration(0)
	r.unwanted.RandomizationFactor = 0
	for range 10 {
		pause := r.after(errUnwanted, false)
		if pause < last || pause < restFirst || pause > restUnwanted {
			t.Errorf("%v after %v", pause, last)
		}
		last = pause
	}
	if last != restUnwanted || r.after(errMoved, false) != 0 || r.after(errStuck, false) != 0 || r.after(errWanted, false) != 0 {
		t.Errorf("at last it waits %v", last)
	}
	if pause := r.after(errUnwanted, false); pause != restFirst {
		t.Errorf("wanted in between, it waits %v", pause)
	}
}

func TestARestEndsWithItsTimeOrWhenTheCloudWantsTheNode(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		u := New(Config{}, nil, nil)
		for want, begin := range map[time.Duration]func(){
			time.Minute: func() {},
			time.Second: func() { time.AfterFunc(time.Second, func() { u.judged(nil) }) },
		} {
			u.said = verdict{cause: CauseRevoked}
			u.cfg.Log = slog.New(slog.DiscardHandler)
			began := time.Now()
			begin()
			if u.rest(t.Context(), time.Minute); time.Since(began) != want {
				t.Errorf("it rested for %v, not %v", time.Since(began), want)
			}
		}
	})
}
