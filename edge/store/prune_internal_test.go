package store

import (
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

var friday = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

// stuffed is a store with so many events of an instant, of which the cloud has all but the last ten.
func stuffed(t *testing.T, events int, when time.Time) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	fact := kitchen.Fact{Order: "o1", Body: event.OrderStepped{Order: "o1", Action: order.Start, Items: []string{"1"}, Cause: event.ByTap}}
	c := kitchen.Commit{Seq: 1, At: when}
	for range events {
		c.Facts = append(c.Facts, fact)
	}
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	hash, ok, err := s.HashAt(t.Context(), uint64(events-10))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: s.Epoch(), Seq: uint64(events - 10), Hash: hash}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Store) events(t *testing.T) (first, last, count int) {
	t.Helper()
	if err := s.read.QueryRowContext(t.Context(), `SELECT min(seq), max(seq), count(*) FROM outbox`).Scan(&first, &last, &count); err != nil {
		t.Fatal(err)
	}
	return first, last, count
}

func TestCommitsGoThroughWhileAWeekIsPruned(t *testing.T) {
	t.Parallel()
	const events = 12 * pruneSlice
	s := stuffed(t, events, friday.Add(-8*24*time.Hour))
	done := make(chan error, 1)
	go func() { done <- s.Prune(t.Context(), friday) }()
	between := 0
	for pruning := true; pruning; {
		if err := s.Commit(t.Context(), kitchen.Commit{Seq: uint64(between + 2), At: friday}); err != nil {
			t.Fatal(err)
		}
		between++
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			pruning = false
		default:
		}
	}
	if first, last, count := s.events(t); first != events-10 || last != events || count != 11 {
		t.Errorf("events %d to %d are left, %d of them", first, last, count)
	}
	if between < 6 {
		t.Errorf("only %d commits went through while 12 slices were pruned", between)
	}
}

func TestTheOutboxIsCutToItsSizeFromItsBeginning(t *testing.T) {
	t.Parallel()
	s := stuffed(t, 100, friday)
	if err := s.writeAcked(t.Context()); err != nil {
		t.Fatal(err)
	}
	var one int64
	if err := s.read.QueryRowContext(t.Context(), `SELECT octet_length(body) + ? FROM outbox WHERE seq = 1`, eventBytes).Scan(&one); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		young time.Time
		most  int64
		want  uint64
	}{
		"all fits":                {friday, 100 * one, 1},
		"one byte too many":       {friday, 100*one - 1, 2},
		"room for thirty":         {friday, 30 * one, 71},
		"all are old":             {friday.Add(time.Hour), 100 * one, 90},
		"old, and still too many": {friday.Add(time.Hour), 5 * one, 96}, // what the cloud has not stays all the same
	} {
		if got, err := s.outboxCut(t.Context(), c.young, c.most); err != nil || got != (link.Place{Epoch: 1, Seq: c.want}) {
			t.Errorf("%s: the first to keep is %v, %v; want %d", name, got, err, c.want)
		}
	}
	if err := s.pruneEvents(t.Context(), link.Place{Epoch: 1, Seq: 96}, pruneOutbox); err != nil {
		t.Fatal(err)
	}
	if first, last, _ := s.events(t); first != 90 || last != 100 {
		t.Errorf("events %d to %d are left", first, last)
	}
}

func TestTheNumbersOfOldDaysAreForgottenButNotThoseOfTicketsThatAreThere(t *testing.T) {
	t.Parallel()
	s := stuffed(t, 20, friday)
	var days []kitchen.Number
	for n := range 100 {
		days = append(days, kitchen.Number{Day: friday.AddDate(0, 0, -n).Format(time.DateOnly), Last: n + 1})
	}
	o := order.Order{ID: "o1", Restaurant: "r1", Origin: order.Edge, Channel: order.Counter, Fulfilment: order.Carryout, PlacedAt: friday}
	items := []order.Item{{ID: "1", Product: "cola", Name: "Cola", Station: "sides"}}
	old := kitchen.Ticket{Order: o, Progress: order.Begin(&o, items), Day: days[99].Day, Number: 100, TakenAt: friday}
	old.Progress.Intake, old.Progress.Whole = order.Validated, order.Queued
	if err := s.Commit(t.Context(), kitchen.Commit{Seq: 2, At: friday, Numbers: days, Tickets: []kitchen.Ticket{old}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(t.Context(), friday); err != nil {
		t.Fatal(err)
	}
	state, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(state.Numbers) != 37 || state.Numbers["2026-07-03"] != 1 || state.Numbers[days[99].Day] != 100 {
		t.Errorf("%d days are left: %v", len(state.Numbers), state.Numbers)
	}
}
