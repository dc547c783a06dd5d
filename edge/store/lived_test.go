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

// TestAnUpgradedNodeForgetsWhatIsOldAtOnce: a node that gets this program has lived before, and the days on which its tickets ended say on which days.
func TestAnUpgradedNodeForgetsWhatIsOldAtOnce(t *testing.T) {
	t.Parallel()
	path := copied(t, fileOf(13))
	const shut = 4 // days ago nobody came
	old := plain(t, path)
	for ago := 1; ago < store.LivedDays+5; ago++ {
		if ago == shut {
			continue
		}
		for n := range 2 {
			id, ended := fmt.Sprintf("old-%d-%d", ago, n), at.AddDate(0, 0, -ago).Add(time.Duration(n)*time.Minute)
			for _, sql := range []string{
				`INSERT INTO orders (id, doc) SELECT $1, doc FROM orders LIMIT 1`,
				`INSERT INTO tickets (order_id, state, open, ended_at) SELECT $1, json_set(state, '$.number', 0), 0, $2 FROM tickets WHERE open = 0 LIMIT 1`,
			} {
				if _, err := old.ExecContext(t.Context(), sql, id, ended.UnixMilli()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if _, err := old.ExecContext(t.Context(), `DELETE FROM sums`); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	defer func() { closed(t, s) }()
	if err := s.Prune(t.Context(), at.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	last := store.LivedDays // days ago: with the one on which nobody came it is one more than without
	for ago, want := range map[int]bool{1: true, last - 1: true, last: true, last + 1: false, last + 4: false} {
		for n := range 2 {
			if _, err := s.Ticket(t.Context(), order.ID(fmt.Sprintf("old-%d-%d", ago, n))); (err == nil) != want {
				t.Errorf("a ticket of %d days ago is there: %v, want %v (%v)", ago, err == nil, want, err)
			}
		}
	}
}
