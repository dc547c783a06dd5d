package store_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/order"
)

// handedOver ends a ticket of its own at an instant of the node's clock.
func handedOver(t testing.TB, s *store.Store, n int, when time.Time) order.ID {
	t.Helper()
	id := order.ID(fmt.Sprint("o", n))
	gone := ticket(id, n)
	gone.Progress.Whole = order.HandedOver
	if err := s.Commit(t.Context(), kitchen.Commit{Seq: uint64(n), At: when, Tickets: []kitchen.Ticket{gone}}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAClockThatJumpsAheadForgetsNoTicket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s := open(t, path)
	live := func(when time.Time) {
		t.Helper()
		for range 2 {
			if err := s.Prune(t.Context(), when); err != nil {
				t.Fatal(err)
			}
		}
	}
	there := func(id order.ID, want bool, what string) {
		t.Helper()
		if _, err := s.Ticket(t.Context(), id); (err == nil) != want {
			t.Errorf("%s: a ticket is there: %v, want %v", what, err == nil, want)
		}
	}
	for day := range 40 {
		live(at.AddDate(0, 0, day-40))
	}
	old := handedOver(t, s, 1, at.AddDate(0, 0, -29))
	evening := handedOver(t, s, 2, at)
	live(at)
	live(at.AddDate(1, 0, 0)) // somebody has set it a year ahead
	live(at.AddDate(1, 0, 0).Add(time.Hour))
	there(old, true, "a year ahead")
	there(evening, true, "a year ahead")
	closed(t, s)
	s = open(t, path) // and the node restarts
	defer func() { closed(t, s) }()
	live(at.AddDate(1, 0, 1))
	there(evening, true, "a year ahead, restarted")
	live(at.AddDate(-60, 0, 0)) // its battery was empty
	there(evening, true, "before it was made")
	for day := range store.LivedDays {
		live(at.AddDate(0, 0, day))
		there(evening, true, "as long as tickets are kept")
	}
	live(at.AddDate(0, 0, store.LivedDays))
	there(old, false, "a month later")
	there(evening, false, "a month later")
}

// A day that comes again, because a clock was set back, counts as the last one: what ended on it is of yesterday.
func TestADayThatComesAgainIsNotAnOldOne(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	live := func(day int) {
		t.Helper()
		if err := s.Prune(t.Context(), at.AddDate(0, 0, day)); err != nil {
			t.Fatal(err)
		}
	}
	for day := range store.LivedDays {
		live(day)
	}
	id := handedOver(t, s, 1, at)
	live(0)
	for day := range store.LivedDays - 1 {
		live(store.LivedDays + day)
		if _, err := s.Ticket(t.Context(), id); err != nil {
			t.Fatalf("forgotten %d days after it ended: %v", day+1, err)
		}
	}
	live(3 * store.LivedDays)
	if _, err := s.Ticket(t.Context(), id); err == nil {
		t.Error("it is never forgotten")
	}
}
