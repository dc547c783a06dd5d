package store

import (
	"context"
	"errors"
	"testing"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/problem"
)

// turn sets a pragma on the writer.
func (s *Store) turn(t *testing.T, pragma string) {
	t.Helper()
	if _, err := s.write.ExecContext(t.Context(), `PRAGMA `+pragma); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreThatCannotBeWrittenToSaysSoUntilItCan(t *testing.T) {
	t.Parallel()
	s := stuffed(t, 20, friday)
	if err := s.Ready(t.Context()); err != nil {
		t.Fatalf("a sound disk: %v", err)
	}
	s.turn(t, "query_only = 1") // SQLite refuses to write, as on a disk that was mounted read-only
	c := kitchen.Commit{Seq: 2, At: friday}
	if err := s.Commit(t.Context(), c); !problem.Is(err, problem.Unavailable) {
		t.Fatalf("a commit that cannot be: %v", err)
	}
	for range 2 {
		if err := s.Ready(t.Context()); !problem.Is(err, problem.Unavailable) {
			t.Errorf("after it: %v", err)
		}
	}
	s.turn(t, "query_only = 0")
	for range 2 { // nobody has written since
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("mended: %v", err)
		}
	}
	if err := s.Commit(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestAskingWhetherTheStoreIsReadyEndsWithTheQuestion(t *testing.T) {
	t.Parallel()
	s := stuffed(t, 20, friday)
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Ready(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("while the writer hangs: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}
