package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
)

func TestABackupIsTheDatabaseAsItWas(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	evening(t, s)
	state, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, kitchen.Commit{Seq: state.Seq + 1}) // writes down what is acknowledged
	path := filepath.Join(t.TempDir(), "copy & paste?.db")
	for range 2 { // the second replaces the first
		if err := s.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(left) != 1 {
		t.Errorf("beside the backup there is %v, %v", left, err)
	}
	want := remember(t, s)
	c, err := store.Check(t.Context(), path)
	if err != nil || c.Device != s.Device() || c.Tip != want.Tip || c.Events != len(want.Events) || c.Open != len(want.State.Tickets) || c.Latest.IsZero() {
		t.Errorf("it holds %+v, %v", c, err)
	}
	commit(t, s, kitchen.Commit{Seq: want.State.Seq + 1, Facts: []kitchen.Fact{fact("o1")}}) // happens after it
	restored := open(t, path)
	defer closed(t, restored)
	got := remember(t, restored)
	if diff := cmp.Diff(asRead(t, want), asRead(t, got)); diff != "" {
		t.Errorf("restored, it is another (-was +is):\n%s", diff)
	}
}

func TestABackupDoesNotReplaceTheNodesOwnFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := filepath.Join(dir, "edge.db")
	s := open(t, own)
	evening(t, s)
	defer closed(t, s)
	link, hard, around := filepath.Join(dir, "link.db"), filepath.Join(dir, "hard.db"), filepath.Join(t.TempDir(), "around")
	if err := errors.Join(os.Symlink(own, link), os.Link(own, hard), os.Symlink(dir, around)); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(own)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{
		own, own + "-wal", own + "-shm", own + "-journal", own + ".lock", own + ".reserve", link, hard, filepath.Join(around, "edge.db"),
		filepath.Join(dir, "x", "..", "edge.db"),
	} {
		if err := store.BackUp(t.Context(), own, to); !errors.Is(err, store.ErrOwn) {
			t.Errorf("onto %s: %v", to, err)
		}
	}
	if after, err := os.Stat(own); err != nil || !os.SameFile(before, after) {
		t.Fatalf("the node writes into a file that has no name: %v", err)
	}
	if err := store.BackUp(t.Context(), own, filepath.Join(dir, "monday.db")); err != nil {
		t.Errorf("beside it: %v", err)
	}
	if _, err := store.Restore(t.Context(), own, own, time.Now()); !errors.Is(err, store.ErrOwn) {
		t.Errorf("restored from itself: %v", err)
	}
}

func TestTheNodeServesWhileItIsBackedUp(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	evening(t, s)
	state, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir, done := t.TempDir(), make(chan error, 1)
	go func() {
		for n := range 5 {
			if err := s.Backup(t.Context(), filepath.Join(dir, fmt.Sprint(n))); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for seq, busy := state.Seq+1, true; busy; seq++ {
		commit(t, s, kitchen.Commit{Seq: seq, Facts: []kitchen.Fact{fact("o1")}})
		select {
		case err := <-done:
			if busy = false; err != nil {
				t.Fatal(err)
			}
		default:
		}
	}
	last := uint64(0)
	for n := range 5 {
		c, err := store.Check(t.Context(), filepath.Join(dir, fmt.Sprint(n)))
		if err != nil || c.Tip.Seq < last {
			t.Errorf("backup %d ends at %d after %d, %v", n, c.Tip.Seq, last, err)
		}
		last = c.Tip.Seq
	}
}

func TestABackupThatCannotBeMadeLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	evening(t, s)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, path); err == nil {
		t.Error("it was made after its end")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the old one was touched, %v", err)
	}
	if left, err := filepath.Glob(path + "?*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "such", "copy.db")); err == nil {
		t.Error("a backup was made nowhere")
	}
}

func TestABackupIsAFileAndNothingElse(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	evening(t, s)
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{dir: "is a directory: name a file in it", pipe: "is no file but a device"} {
		if err := s.Backup(t.Context(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a backup to %s: %v", path, err)
		}
	}
	if info, err := os.Stat(pipe); err != nil || info.Mode().IsRegular() {
		t.Errorf("what was there is replaced: %v, %v", info, err)
	}
}

func TestWhatAKilledBackupLeftIsClearedByTheNextOne(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	evening(t, s)
	path := filepath.Join(t.TempDir(), "copy.db")
	old, young := path+".1.part", path+".2.part"
	for _, part := range []string{old, old + "-journal", young} {
		if err := os.WriteFile(part, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hour := time.Now().Add(-time.Hour)
	for _, part := range []string{old, old + "-journal"} {
		if err := os.Chtimes(part, hour, hour); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(path + "?*"); err != nil || len(left) != 1 || left[0] != young {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestACheckSeesWhatIsWrongWithABackup(t *testing.T) {
	t.Parallel()
	for _, schema := range schemas(t) {
		if c, err := store.Check(t.Context(), fileOf(schema)); err != nil || c.Schema != schema || c.Events != 43 || c.Open != 4 {
			t.Errorf("the file of schema %d holds %+v, %v", schema, c, err)
		}
	}
	s := fresh(t)
	evening(t, s)
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for place := 100; place < len(raw); place += 997 {
		spoilt := append([]byte{}, raw...)
		spoilt[place] ^= 0x10
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Check(t.Context(), path); errors.Is(err, store.ErrDamaged) {
			seen++
		}
	}
	if seen < 20 {
		t.Errorf("of %d bits that were turned, %d were seen", len(raw)/997, seen)
	}
	if _, err := store.Check(t.Context(), filepath.Join(t.TempDir(), "nothing.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	if err := os.WriteFile(path, []byte("pizza, not pages: "+string(make([]byte, 4096))), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Check(t.Context(), path); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("no database: %v", err)
	}
}
