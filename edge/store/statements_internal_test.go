package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
)

// tap commits one tap, and looks whether it can be read.
func (s *Store) tap(t *testing.T, seq uint64) {
	t.Helper()
	c := tapped(seq)
	if err := s.Commit(t.Context(), c); err != nil {
		t.Fatalf("commit %d: %v", seq, err)
	}
	if _, ok, err := s.Answer(t.Context(), c.Answer.ID); err != nil || !ok {
		t.Fatalf("the answer of commit %d: %t, %v", seq, ok, err)
	}
}

// parsedOf is how many statements are kept.
func (s *statements) parsedOf() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.parsed)
}

// soundNow reads everything and holds it against the sums.
func (s *Store) soundNow(t *testing.T) {
	t.Helper()
	if what, err := checkSums(t.Context(), s.read); err != nil || what != "" {
		t.Errorf("not what was written: %q, %v", what, err)
	}
}

func TestCommitsOfOneKindAreParsedOnce(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	s.tap(t, 1)
	s.tap(t, 2)
	writes, reads := s.writes.parsedOf(), s.reads.parsedOf()
	if writes == 0 || reads == 0 {
		t.Fatalf("%d writes and %d reads are parsed after two taps", writes, reads)
	}
	for seq := uint64(3); seq < 20; seq++ {
		s.tap(t, seq)
	}
	if w, r := s.writes.parsedOf(), s.reads.parsedOf(); w != writes || r != reads {
		t.Errorf("%d writes and %d reads are parsed after two taps, %d and %d after twenty", writes, reads, w, r)
	}
	s.soundNow(t)
}

func TestStatementsOutliveTheirConnections(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	s.tap(t, 1)
	s.tap(t, 2)
	for seq := uint64(3); seq < 6; seq++ {
		for _, db := range []*sql.DB{s.write, s.read} {
			db.SetMaxIdleConns(0) // closes those that are there
			db.SetMaxIdleConns(readers)
		}
		s.tap(t, seq)
	}
	s.soundNow(t)
}

func TestStatementsFollowASchemaThatChanges(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	s.tap(t, 1)
	s.tap(t, 2)
	for _, change := range []string{
		`CREATE TEMP TRIGGER twice AFTER INSERT ON main.taps BEGIN INSERT INTO dead_letters (at, source, reason, payload, bytes) VALUES (0, '', '', x'', 0); END`,
		`ALTER TABLE taps RENAME COLUMN request TO asked`,
		`ALTER TABLE taps RENAME COLUMN asked TO request`,
	} {
		if _, err := s.write.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	s.tap(t, 3)
	if letters, err := s.DeadLetters(t.Context(), 10); err != nil || len(letters) != 1 {
		t.Errorf("a trigger that came later has fired %d times, %v", len(letters), err)
	}
}

func TestAStatementThatFailedGoesOnAfterwards(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	s.tap(t, 1)
	s.tap(t, 2)
	again := tapped(3)
	again.Answer.ID = tapped(2).Answer.ID // answered already: SQLite refuses the row, and the commit with it
	if err := s.Commit(t.Context(), again); err == nil {
		t.Fatal("a tap was answered twice")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Commit(gone, tapped(3)); !errors.Is(err, context.Canceled) {
		t.Fatalf("a commit nobody waits for: %v", err)
	}
	s.tap(t, 3)
	s.soundNow(t)
}

func TestStatementsThatAreWantedDoNotStandInTheWayOfATransaction(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	const query = `SELECT count(*) FROM taps`
	done := make(chan struct{})
	err := s.tx(t.Context(), func(tx *sql.Tx) error {
		var n int
		if err := s.writes.in(tx).QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			return err
		}
		go func() {
			defer close(done)
			s.writes.ready(t.Context()) // waits for the connection that this transaction has
		}()
		for end := time.Now().Add(time.Minute); s.write.Stats().WaitCount == 0; runtime.Gosched() {
			if time.Now().After(end) {
				return errors.New("nobody waits for the connection")
			}
		}
		return s.writes.in(tx).QueryRowContext(t.Context(), query).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if _, ok := s.writes.find(query); !ok {
		t.Error("what was wanted is not parsed")
	}
}

func TestManyAskTheSameWhileTheKitchenCommits(t *testing.T) {
	t.Parallel()
	s := emptyStore(t)
	s.tap(t, 1)
	var askers sync.WaitGroup
	for range 2 * readers {
		askers.Go(func() {
			for range 20 {
				if _, ok, err := s.Answer(t.Context(), tapped(1).Answer.ID); err != nil || !ok {
					t.Errorf("the first answer: %t, %v", ok, err)
				}
				if _, err := s.Tip(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for seq := uint64(2); seq < 12; seq++ {
		s.tap(t, seq)
	}
	askers.Wait()
	if err := s.DeadLetter(t.Context(), kitchen.DeadLetter{At: friday, Source: "oven", Reason: "noise"}); err != nil {
		t.Error(err)
	}
	s.soundNow(t)
}
