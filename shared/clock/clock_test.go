package clock_test

import (
	"errors"
	"testing"
	"time"

	"awesome.pizza/shared/clock"
)

type stopped time.Time

func (s *stopped) Now() time.Time { return time.Time(*s) }

func TestStampsRiseEvenWhenTheClockFallsBack(t *testing.T) {
	t.Parallel()
	now := stopped(time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC))
	h := &clock.Hybrid{Clock: &now}
	a := h.Next()
	now = stopped(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
	b := h.Next()
	if b <= a {
		t.Errorf("stamp fell from %d to %d with the clock", a, b)
	}
	if got := a.Wall(); !got.Equal(time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)) {
		t.Errorf("wall part is %v", got)
	}
}

func TestWhatFollowsARemoteEventIsLater(t *testing.T) {
	t.Parallel()
	now := stopped(time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC))
	h := &clock.Hybrid{Clock: &now}
	ahead := stopped(time.Time(now).Add(time.Minute))
	remote := (&clock.Hybrid{Clock: &ahead}).Next()
	if err := h.See(remote); err != nil {
		t.Fatal(err)
	}
	if next := h.Next(); next <= remote {
		t.Errorf("%d is not after the event %d it follows", next, remote)
	}
}

func TestAnAbsurdStampIsRefused(t *testing.T) {
	t.Parallel()
	now := stopped(time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC))
	h := &clock.Hybrid{Clock: &now}
	far := stopped(time.Time(now).AddDate(10, 0, 0))
	before := h.Next()
	if err := h.See((&clock.Hybrid{Clock: &far}).Next()); !errors.Is(err, clock.ErrAhead) {
		t.Errorf("ten years ahead was believed: %v", err)
	}
	if next := h.Next(); next.Wall().Sub(before.Wall()) > time.Second {
		t.Error("the absurd stamp dragged the clock along")
	}
}

func TestInstantsHaveMillisecondsAndUTC(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("CEST", 2*60*60)
	if got := clock.Format(time.Date(2026, 7, 3, 21, 30, 0, 7e6, berlin)); got != "2026-07-03T19:30:00.007Z" {
		t.Error(got)
	}
}
