package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"awesome.pizza/deploy/powercut"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// tapped is a commit as a tap makes it: a ticket, a fact, an answer.
func tapped(seq uint64) kitchen.Commit {
	id := order.ID(fmt.Sprintf("o%d", seq%20))
	o := order.Order{ID: id, Restaurant: "r1", Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout, PlacedAt: friday}
	items := []order.Item{{ID: "1", Product: "cola", Name: "Cola", Station: "sides"}}
	t := kitchen.Ticket{Order: o, Progress: order.Begin(&o, items), Day: "2026-07-03", Number: int(seq%20) + 1, TakenAt: friday, Version: int(seq)}
	t.Progress.Intake, t.Progress.Whole = order.Validated, order.Queued
	return kitchen.Commit{
		Seq: seq, At: friday, Tickets: []kitchen.Ticket{t},
		Facts:  []kitchen.Fact{{Order: id, Body: event.OrderStepped{Order: id, Action: order.Start, Items: []string{"1"}, Cause: event.ByTap}}},
		Answer: &kitchen.Answer{ID: fmt.Sprintf("tap/%d", seq), Order: id, Request: "start", Body: []byte(`{}`), Keep: friday},
	}
}

// tap commits until the disk is gone, and tells the last tap that was confirmed.
func (s *Store) tapUntilDark(t *testing.T, confirmed uint64) uint64 {
	t.Helper()
	for {
		if err := s.Commit(t.Context(), tapped(confirmed+1)); err != nil {
			if !problem.Is(err, problem.Unavailable) {
				t.Errorf("a disk that is gone: %v", err)
			}
			return confirmed
		}
		confirmed++
	}
}

// lost says how many confirmed taps a store has not; it checks that the rest is whole.
func (s *Store) lost(t *testing.T, confirmed uint64) uint64 {
	t.Helper()
	state, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tip, err := s.Tip(t.Context())
	if err != nil || tip.Seq != state.Seq {
		t.Errorf("the board is at %d, the outbox at %d, %v", state.Seq, tip.Seq, err)
	}
	if _, ok, err := s.Answer(t.Context(), fmt.Sprintf("tap/%d", state.Seq)); err != nil || !ok && state.Seq > 0 {
		t.Errorf("the board is at %d, but its tap has no answer, %v", state.Seq, err)
	}
	if state.Seq > confirmed+1 {
		t.Errorf("the board is at %d, nobody tapped more than %d times", state.Seq, confirmed+1)
	}
	return max(confirmed, state.Seq) - state.Seq
}

func TestConfirmedTapsSurviveCutsOfThePower(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	draw := rand.New(rand.NewPCG(7, 11))
	confirmed := uint64(0)
	for round := range cuts {
		s, err := Open(t.Context(), filepath.Join(dir, "edge.db"))
		if err != nil {
			t.Fatalf("round %d, after %d taps: %v", round, confirmed, err)
		}
		if n := s.lost(t, confirmed); n > 0 {
			t.Fatalf("round %d: %d of %d confirmed taps are gone", round, n, confirmed)
		}
		state, err := s.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		disk.CutAfter(1 + draw.IntN(300))
		confirmed = s.tapUntilDark(t, state.Seq)
		if round%2 == 0 {
			disk.Cut()
		} else {
			disk.Tear(uint64(round))
		}
		_ = s.Close() // of a disk that is gone
	}
	if confirmed < 2*cuts {
		t.Errorf("only %d taps were confirmed in %d rounds", confirmed, cuts)
	}
}

func TestWithoutSyncingConfirmedTapsWouldBeLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	s, err := Open(t.Context(), filepath.Join(dir, "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	s.turn(t, "synchronous = OFF")
	disk.CutAfter(100)
	confirmed := s.tapUntilDark(t, 0)
	disk.Cut()
	_ = s.Close()
	s, err = Open(t.Context(), filepath.Join(dir, "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if lost := s.lost(t, confirmed); confirmed == 0 || lost != confirmed {
		t.Errorf("%d of %d taps are lost on a disk that was never told to sync", lost, confirmed)
	}
}

func TestADiskThatFailsForAWhile(t *testing.T) {
	t.Parallel()
	for _, kind := range []powercut.Fault{powercut.BadWrite, powercut.ReadOnly, powercut.Full, powercut.BadSync} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			disk := powercut.Mount(t, dir)
			path := filepath.Join(dir, "edge.db")
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Tend(t.Context(), friday); err != nil {
				t.Fatal(err)
			}
			seq := uint64(0)
			for seq < 25 {
				if err := s.Commit(t.Context(), tapped(seq+1)); err != nil {
					t.Fatal(err)
				}
				seq++
			}
			disk.Fail(kind)
			confirmed := s.tapUntilDark(t, seq)
			if state, err := s.Load(t.Context()); err != nil || state.Seq != confirmed || len(state.Tickets) != 20 {
				t.Errorf("the board cannot be read: at %d with %d tickets, %v", state.Seq, len(state.Tickets), err)
			}
			if err := s.Ready(t.Context()); kind != powercut.BadSync && kind != powercut.Full && !problem.Is(err, problem.Unavailable) {
				t.Errorf("the store says it is ready: %v", err)
			}
			done, err := s.Tend(t.Context(), friday)
			if full := kind == powercut.Full; full != (done.Pressure == Exhausted) {
				t.Errorf("%+v, %v", done, err)
			}
			disk.Heal()
			if done, err := s.Tend(t.Context(), friday); err != nil || done.Refused != nil || done.Pressure != Roomy {
				t.Errorf("healed: %+v, %v", done, err)
			}
			state, err := s.Load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for n := range uint64(5) {
				if err := s.Commit(t.Context(), tapped(state.Seq+n+1)); err != nil {
					t.Fatalf("healed: %v", err)
				}
			}
			disk.Cut()
			_ = s.Close()
			s, err = Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			if n := s.lost(t, state.Seq+5); n > 0 {
				t.Errorf("%d confirmed taps are gone", n)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestADiskThatDoesNotAnswerIsNotTakenForAnEmptyOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	disk := powercut.Mount(t, dir)
	path := filepath.Join(dir, "edge.db")
	s, err := Open(t.Context(), path)
	fine(t, err)
	for n := range uint64(25) {
		fine(t, s.Commit(t.Context(), tapped(n+1)))
	}
	disk.Cut() // so that nothing of it is in the machine's memory
	_ = s.Close()
	disk.Fail(powercut.BadRead)
	if _, err := Open(t.Context(), path); err == nil {
		t.Fatal("a file that cannot be read was opened")
	}
	if r, err := Recover(t.Context(), path, "it cannot be read", friday, ofFour); err == nil {
		t.Fatalf("of a disk that does not answer this was saved: %s", r)
	}
	disk.Heal()
	if _, err := Open(t.Context(), path); !errors.Is(err, ErrDamaged) {
		t.Fatalf("the recovery is forgotten: %v", err)
	}
	r, err := Recover(t.Context(), path, "it could not be read", friday, ofFour)
	fine(t, err)
	s, err = Open(t.Context(), path)
	fine(t, err)
	state, err := s.Load(t.Context())
	if refs, _, also := s.Retained(t.Context(), link.Place{}, 100); err != nil || also != nil || len(state.Tickets) != 20 || len(refs) != 25 {
		t.Errorf("%d tickets and %d events came back: %s, %v, %v", len(state.Tickets), len(refs), r, err, also)
	}
	fine(t, s.Close())
}
