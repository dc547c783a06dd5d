package store_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/link"
)

// filled is a store with so many events, one a day, the last one today.
func filled(t *testing.T, s *store.Store, events int) []link.Event {
	t.Helper()
	for n := range events {
		c := kitchen.Commit{Seq: uint64(n + 1), At: at.AddDate(0, 0, n+1-events), Facts: []kitchen.Fact{fact("o1")}}
		if err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	all, prev, err := s.Events(t.Context(), 1, events+1, 1<<20)
	if err != nil || len(all) != events || prev != (link.Hash{}) {
		t.Fatalf("%d events after %v, %v", len(all), prev, err)
	}
	return all
}

func TestTheOutboxIsAChainThatTheCloudWouldTake(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	all := filled(t, s, 10)
	d := link.Decide(link.LinkRow{Edge: "r1", Epoch: s.Epoch()}, link.Batch{
		Edge: "r1", Device: s.Device(), Epoch: s.Epoch(), First: 1, Last: 10, Gen: "g", Schema: link.Schema, Events: all,
	})
	if d.Verdict != link.Apply {
		t.Errorf("the cloud would say %s: %s", d.Verdict, d.Reason)
	}
	tip, err := s.Tip(t.Context())
	if err != nil || tip != d.After {
		t.Errorf("the tip is %v, the chain ends at %v, %v", tip, d.After, err)
	}
	select {
	case <-s.Appended():
	default:
		t.Error("nobody was told that there is something to send")
	}
}

func TestEventsAreCutToWhatFits(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	all := filled(t, s, 5)
	size := len(all[0].Body)
	for name, c := range map[string]struct {
		from              uint64
		events, bytes     int
		first, want, prev int
	}{
		"all":                  {1, 10, 1 << 20, 1, 5, 0},
		"some":                 {2, 2, 1 << 20, 2, 2, 1},
		"two by size":          {1, 10, 2 * size, 1, 2, 0},
		"one, however large":   {3, 10, 1, 3, 1, 2},
		"none after the end":   {6, 10, 1 << 20, 0, 0, 5},
		"the last one":         {5, 10, 1 << 20, 5, 1, 4},
		"two by size, further": {3, 10, 2 * size, 3, 2, 2},
	} {
		got, prev, err := s.Events(t.Context(), c.from, c.events, c.bytes)
		if err != nil || len(got) != c.want || c.want > 0 && got[0].Seq != uint64(c.first) {
			t.Errorf("%s: %d events, %v", name, len(got), err)
		}
		want := link.Hash{}
		if c.prev > 0 {
			want = all[c.prev-1].Hash
		}
		if prev != want {
			t.Errorf("%s: the hash before the first is %v", name, prev)
		}
	}
	if _, _, err := s.Events(t.Context(), 99, 1, 1); !errors.Is(err, store.ErrPruned) {
		t.Errorf("events after nothing: %v", err)
	}
}

func TestWhatIsAcknowledgedIsKeptAcrossACloseAndMayGoBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s := open(t, path)
	all := filled(t, s, 3)
	mark := func(n int) link.Mark { return link.Mark{Epoch: s.Epoch(), Seq: uint64(n), Hash: all[n-1].Hash} }
	for _, n := range []int{3, 2} {
		if err := s.SetAcked(t.Context(), mark(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: s.Epoch(), Seq: 4}); err == nil {
		t.Error("more is acknowledged than was ever sent")
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: s.Epoch() + 1, Seq: 1}); err == nil {
		t.Error("something of another epoch is acknowledged")
	}
	if at, err := s.OldestUnsent(t.Context()); err != nil || !at.Equal(all[2].At) {
		t.Errorf("the oldest unsent event is of %v, %v", at, err)
	}
	closed(t, s)
	s = open(t, path)
	defer closed(t, s)
	if got, err := s.Acked(t.Context()); err != nil || got != mark(2) {
		t.Errorf("acknowledged is %v, %v", got, err)
	}
}

func TestPruningKeepsWhatTheCloudHasNotAndTheEndOfTheChain(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	all := filled(t, s, 30) // one a day
	if err := s.Prune(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.HashAt(t.Context(), 1); !ok || err != nil {
		t.Errorf("an event that the cloud does not have was pruned, %v", err)
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: s.Epoch(), Seq: 20, Hash: all[19].Hash}); err != nil {
		t.Fatal(err)
	}
	if err := s.Prune(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	for seq, want := range map[uint64]bool{0: true, 1: false, 19: false, 20: true, 21: true, 30: true, 31: false} {
		if _, ok, err := s.HashAt(t.Context(), seq); ok != want || err != nil {
			t.Errorf("the hash at %d is there: %v, %v; want %v", seq, ok, err, want)
		}
	}
	if got, prev, err := s.Events(t.Context(), 21, 100, 1<<20); err != nil || len(got) != 10 || prev != all[19].Hash {
		t.Errorf("%d events are left to send, %v", len(got), err)
	}
	if _, _, err := s.Events(t.Context(), 5, 1, 1); !errors.Is(err, store.ErrPruned) {
		t.Errorf("events that are gone: %v", err)
	}
}

func TestPruningForgetsAnswersAndOldTickets(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	gone := ticket("o1", 1)
	gone.Progress.Whole = "handed_over"
	commit(t, s, kitchen.Commit{
		Seq: 1, Tickets: []kitchen.Ticket{gone, ticket("o2", 2)}, Answer: &kitchen.Answer{ID: "tap/1", Order: "o1", Keep: at.Add(time.Hour)},
	})
	if err := s.Prune(t.Context(), at.Add(59*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Answer(t.Context(), "tap/1"); !ok || err != nil {
		t.Errorf("an answer was forgotten while it could be asked for, %v", err)
	}
	for day := range store.LivedDays {
		if _, err := s.Ticket(t.Context(), "o1"); err != nil {
			t.Fatalf("forgotten after %d days: %v", day, err)
		}
		if err := s.Prune(t.Context(), at.AddDate(0, 0, day+1)); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := s.Answer(t.Context(), "tap/1"); ok || err != nil {
		t.Errorf("an old answer is still there, %v", err)
	}
	if _, err := s.Ticket(t.Context(), "o1"); err == nil {
		t.Error("a ticket of last month is still there")
	}
	if _, err := s.Ticket(t.Context(), "o2"); err != nil {
		t.Errorf("an open ticket was pruned: %v", err)
	}
}

func TestDeadLettersAreBounded(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	var many []kitchen.DeadLetter
	for range store.LettersKept + 10 {
		many = append(many, kitchen.DeadLetter{At: at, Source: "oven-1", Reason: "a 2000 °C pizza"})
	}
	commit(t, s, kitchen.Commit{Seq: 1, Letters: many})
	huge := kitchen.DeadLetter{At: at, Source: "oven-2", Reason: "too large", Payload: make([]byte, 1<<20)}
	if err := s.DeadLetter(t.Context(), huge); err != nil {
		t.Fatal(err)
	}
	got, err := s.DeadLetters(t.Context(), 2*store.LettersKept)
	if err != nil || len(got) != store.LettersKept {
		t.Fatalf("%d dead letters, %v", len(got), err)
	}
	if got[0].Source != "oven-2" || len(got[0].Payload) != store.LetterBytes || !got[0].At.Equal(at) {
		t.Errorf("the newest is of %s with %d bytes", got[0].Source, len(got[0].Payload))
	}
}

func TestANodeWithoutAChainKeepsTheLastThirtyDaysOnWhichItTraded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "edge.db")
	s := open(t, path)
	all := filled(t, s, 50) // one a day
	s.Alone()
	for range 2 {
		if err := s.Prune(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(want map[uint64]bool) {
		t.Helper()
		for seq, want := range want {
			if _, ok, err := s.HashAt(t.Context(), seq); ok != want || err != nil {
				t.Errorf("event %d is there: %v, %v; want %v", seq, ok, err, want)
			}
		}
	}
	kept(map[uint64]bool{1: false, 20: false, 21: true, 50: true})
	if _, _, err := s.Events(t.Context(), 1, 1, 1); !errors.Is(err, store.ErrPruned) {
		t.Errorf("whoever asks for the first is told %v", err)
	}
	closed(t, s)
	s = open(t, path) // it is sound, and belongs to a chain now
	defer closed(t, s)
	if tip, err := s.Tip(t.Context()); err != nil || tip.Seq != 50 || tip.Hash != all[49].Hash {
		t.Errorf("it ends at %+v, %v", tip, err)
	}
	b := kitchen.Beginning{Epoch: s.Epoch() + 1, Through: kitchen.Place(link.Place{Epoch: s.Epoch(), Seq: 50})}
	for seq := uint64(21); seq <= 50; seq++ {
		b.Unknown = append(b.Unknown, kitchen.Place{Epoch: s.Epoch(), Seq: seq})
	}
	if err := s.Commit(t.Context(), kitchen.Commit{Seq: 51, At: at, Begin: &b}); err != nil {
		t.Fatal(err)
	}
	if got, _, err := s.Events(t.Context(), 1, 50, 1<<20); err != nil || len(got) != 30 || got[0].ID != all[20].ID || got[29].ID != all[49].ID {
		t.Errorf("what is left begins the new epoch: %d events, %v", len(got), err)
	}
}

func TestAClockThatJumpsEmptiesNoOutbox(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	filled(t, s, 30) // one a day
	s.Alone()
	next := uint64(31)
	happens := func(when time.Time) {
		t.Helper()
		if err := s.Commit(t.Context(), kitchen.Commit{Seq: next, At: when, Facts: []kitchen.Fact{fact("o1")}}); err != nil {
			t.Fatal(err)
		}
		next++
		if err := s.Prune(t.Context(), when); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(from, to uint64) {
		t.Helper()
		for seq, want := range map[uint64]bool{from - 1: from == 1, from: true, to: true, to + 1: false} {
			if _, ok, err := s.HashAt(t.Context(), seq); ok != want || err != nil {
				t.Errorf("event %d is there: %v, %v; want %v", seq, ok, err, want)
			}
		}
	}
	if err := s.Prune(t.Context(), at.AddDate(1, 0, 0)); err != nil { // nothing has happened there yet
		t.Fatal(err)
	}
	kept(1, 30)
	for n := range 5 {
		happens(at.AddDate(1, 0, 0).Add(time.Duration(n) * time.Minute)) // somebody has set the clock a year ahead
	}
	kept(2, 35)
	for n := range 5 {
		happens(at.Add(time.Duration(n) * time.Minute)) // and back: it is the day of the thirtieth event
	}
	kept(2, 40)
	for n := range 28 {
		happens(at.AddDate(0, 0, n+1))
	}
	kept(30, 68) // the day that never was is one of thirty, and no more than that
	happens(at.AddDate(0, 0, 29))
	kept(36, 69)
}
