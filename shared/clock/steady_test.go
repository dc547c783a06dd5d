package clock_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/shared/clock"
)

// board is a machine whose clock anybody may set.
type board struct {
	mu  sync.Mutex
	now clock.Reading
}

func (b *board) read() clock.Reading {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *board) pass(d, jump time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = clock.Reading{Wall: b.now.Wall.Add(d + jump), Ran: b.now.Ran + d}
}

func TestAMachinesClockThatIsSetChangesNothing(t *testing.T) {
	t.Parallel()
	b := &board{now: clock.Reading{Wall: evening}}
	s := clock.NewSteady(b.read, clock.Saved{}, built)
	for n, jump := range []time.Duration{10 * year, -20 * year, -56 * year, time.Hour} {
		b.pass(time.Minute, jump)
		if got := s.Now(); !got.Equal(evening.Add(time.Duration(n+1) * time.Minute)) {
			t.Errorf("after a jump of %v it is %v", jump, got)
		}
	}
}

func TestAStepIsTakenByWhoHoldsTheLabels(t *testing.T) {
	t.Parallel()
	b := &board{now: clock.Reading{Wall: nothing}}
	s := clock.NewSteady(b.read, clock.Saved{}, built)
	b.pass(time.Hour, 0)
	asked := s.Ran()
	b.pass(time.Second, 0)
	step := s.Hear(asked, evening)
	if step == nil || s.Trusted() || !s.Now().Equal(built.Add(time.Hour+time.Second)) {
		t.Fatalf("step %+v, trusted %v, it is %v", step, s.Trusted(), s.Now())
	}
	b.pass(time.Minute, 0)
	if kept := step.Save(); !kept.Floor.Equal(evening.Add(time.Minute + time.Second/2)) {
		t.Errorf("it would keep %+v", kept)
	}
	step.Take()
	within, known := s.Within()
	if got := s.Now(); !got.Equal(evening.Add(time.Minute+time.Second/2)) || !s.Trusted() || !known || within < time.Second/2 {
		t.Errorf("it is %v, trusted %v, within %v", got, s.Trusted(), within)
	}
	if got := s.Save(); !got.Floor.Equal(s.Now()) || !got.Doubt.IsZero() {
		t.Errorf("keeps %+v", got)
	}
	if s.Hear(s.Ran(), s.Now()) != nil || len(s.Either()) != 1 {
		t.Error("a step for nothing")
	}
}

func TestTheMachinesOwnClocksRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := clock.NewSteady(clock.Machine(), clock.Saved{}, time.Time{})
		began := time.Now()
		time.Sleep(time.Hour)
		if got := s.Now(); !got.Equal(began.Add(time.Hour)) || got.Location() != time.UTC || s.Ran() != time.Hour {
			t.Errorf("an hour after %v it is %v", began, got)
		}
		if got := (clock.System{}).Now(); !got.Equal(time.Now()) {
			t.Errorf("the system's clock shows %v", got)
		}
	})
}
