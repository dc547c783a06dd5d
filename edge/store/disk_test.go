package store_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestTheLadderOfADiskThatFillsUpAndEmpties(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	used := func(percent int64) store.Room {
		return store.Room{Total: 100 * gib, Free: (100 - percent) * gib, Reserve: true}
	}
	for _, c := range []struct {
		name string
		from store.Pressure
		room store.Room
		want store.Pressure
	}{
		{"half empty", store.Roomy, used(50), store.Roomy},
		{"just below", store.Roomy, used(79), store.Roomy},
		{"80 percent", store.Roomy, used(80), store.Tight},
		{"a little less is still tight", store.Tight, used(78), store.Tight},
		{"clearly less is not", store.Tight, used(77), store.Roomy},
		{"90 percent", store.Tight, used(90), store.Scarce},
		{"90 percent at once", store.Roomy, used(90), store.Scarce},
		{"still scarce", store.Scarce, used(88), store.Scarce},
		{"down one step", store.Scarce, used(87), store.Tight},
		{"down two steps", store.Scarce, used(10), store.Roomy},
		{"what is free within the file counts", store.Roomy, store.Room{Total: 100 * gib, Free: 5 * gib, Inside: 30 * gib, Reserve: true}, store.Roomy},
		{"nothing left", store.Scarce, store.Room{Total: 100 * gib, Free: 1 << 20, Reserve: true}, store.Exhausted},
		{"refused though there is room: quotas, inodes", store.Roomy, store.Room{Total: 100 * gib, Free: 50 * gib, Reserve: true, Refused: true}, store.Exhausted},
		{"the room that the reserve left is no room", store.Exhausted, store.Room{Total: 100 * gib, Free: store.ReserveBytes + 1<<20}, store.Exhausted},
		{"room for the reserve and for work", store.Exhausted, store.Room{Total: 100 * gib, Free: store.ReserveBytes + 8<<20}, store.Scarce},
		{"a disk nobody knows the size of", store.Roomy, store.Room{Free: gib}, store.Scarce},
	} {
		if got := c.from.Next(c.room); got != c.want {
			t.Errorf("%s: from %v it goes to %v, want %v", c.name, c.from, got, c.want)
		}
	}
}

func TestTheLadderNeverWavers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		room := store.Room{
			Total: rapid.Int64Range(1<<20, 1<<45).Draw(t, "total"), Reserve: rapid.Bool().Draw(t, "reserve"), Refused: rapid.Bool().Draw(t, "refused"),
		}
		room.Free = rapid.Int64Range(0, room.Total).Draw(t, "free")
		room.Inside = rapid.Int64Range(0, room.Total-room.Free).Draw(t, "inside")
		from := store.Pressure(rapid.IntRange(0, int(store.Exhausted)).Draw(t, "from"))
		once := from.Next(room)
		if twice := once.Next(room); twice != once {
			t.Fatalf("with the same room it goes from %v to %v and then to %v", from, once, twice)
		}
		more := room
		more.Free += rapid.Int64Range(0, room.Total-room.Free-room.Inside).Draw(t, "more")
		if better := from.Next(more); better > once {
			t.Fatalf("with more room it is %v instead of %v", better, once)
		}
		if percent := room.Percent(); percent < 0 || percent > 100 {
			t.Fatalf("%d %% used", percent)
		}
	})
}

// smallDisk is a real file system of so many bytes.
func smallDisk(t *testing.T, bytes int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Fatalf("mount a small disk (it needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill writes a file until nothing fits any more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1 << 20; size >= 512; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func tend(t *testing.T, s *store.Store) store.Tended {
	t.Helper()
	done, err := s.Tend(t.Context(), at)
	if err != nil {
		t.Fatalf("tend: %v", err)
	}
	return done
}

func TestAFullDiskTakesNoNewOrderAndGoesOnWithThoseItHas(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 24<<20)
	path := filepath.Join(dir, "edge.db")
	s := open(t, path)
	defer func() { closed(t, s) }()
	if first := tend(t, s); first.Pressure != store.Roomy || !first.Remade || first.Refused != nil {
		t.Fatalf("an empty disk: %+v", first)
	}
	if info, err := os.Stat(path + ".reserve"); err != nil || info.Size() < 4<<20 || info.Sys().(*syscall.Stat_t).Blocks*512 < 4<<20 {
		t.Fatalf("the reserve takes no room: %v", err)
	}
	seq := uint64(0)
	try := func(c kitchen.Commit) error {
		c.Seq, c.At = seq+1, at
		err := s.Commit(t.Context(), c)
		if err == nil {
			seq++
		}
		return err
	}
	place := func(n int) error {
		id := order.ID(fmt.Sprintf("o%d", n))
		return try(kitchen.Commit{Tickets: []kitchen.Ticket{ticket(id, n)}, Facts: []kitchen.Fact{fact(id)}})
	}
	for n := range 200 {
		if err := place(n + 1); err != nil {
			t.Fatal(err)
		}
	}
	hash, _, err := s.HashAt(t.Context(), 150)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: link.FirstEpoch, Seq: 150, Hash: hash}); err != nil {
		t.Fatal(err)
	}

	fill(t, filepath.Join(dir, "somebody-else"))
	placed := 200
	for ; err == nil; placed++ { // the log has some room of its own
		err = place(placed + 1)
	}
	lost := order.ID(fmt.Sprintf("o%d", placed))
	if p := problem.Of(err); p == nil || p.Kind != problem.Unavailable || p.Code != "disk_full" {
		t.Fatalf("an order that does not fit: %v", err)
	}
	if s.Pressure() != store.Exhausted {
		t.Errorf("the disk is %v", s.Pressure())
	}
	select {
	case <-s.Full():
	default:
		t.Error("nobody is told to tend the disk")
	}
	if _, err := s.Ticket(t.Context(), lost); !problem.Is(err, problem.NotFound) {
		t.Errorf("of an order that was refused there is something: %v", err)
	}
	if state, err := s.Load(t.Context()); err != nil || len(state.Tickets) != placed-1 {
		t.Errorf("the board shows %d tickets of %d, %v", len(state.Tickets), placed-1, err)
	}

	if done := tend(t, s); done.Pressure != store.Exhausted || !done.Freed || done.Refused != nil {
		t.Errorf("tended: %+v", done)
	}
	if err := place(placed); !problem.Is(err, problem.Unavailable) || problem.Of(err).Code != "disk_full" {
		t.Errorf("a new order beside the freed reserve: %v", err)
	}
	for n := range 200 { // a whole evening of taps
		moved := ticket(order.ID(fmt.Sprintf("o%d", n%100+1)), n%100+1)
		moved.Version = n
		if err := try(kitchen.Commit{Tickets: []kitchen.Ticket{moved}, Facts: []kitchen.Fact{fact(moved.Order.ID)}}); err != nil {
			t.Fatalf("tap %d on an order that is here: %v", n, err)
		}
	}
	if unsent, _, err := s.Events(t.Context(), 151, 1000, 1<<20); err != nil || len(unsent) != placed-1-150+200 {
		t.Errorf("%d events are not sent yet, %v", len(unsent), err)
	}
	if _, _, err := s.Events(t.Context(), 100, 1, 1<<20); !errors.Is(err, store.ErrPruned) {
		t.Errorf("what the cloud has is still here: %v", err)
	}

	if err := os.Remove(filepath.Join(dir, "somebody-else")); err != nil {
		t.Fatal(err)
	}
	if done := tend(t, s); done.Pressure == store.Exhausted || !done.Remade {
		t.Errorf("with room again: %+v", done)
	}
	if err := place(placed); err != nil {
		t.Errorf("an order after room was made: %v", err)
	}
	closed(t, s)
	s = open(t, path)
	if state, err := s.Load(t.Context()); err != nil || len(state.Tickets) != placed {
		t.Errorf("after a restart the board shows %d tickets of %d, %v", len(state.Tickets), placed, err)
	}
}

func TestAScarceDiskForgetsWhatTheCloudHas(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 64<<20)
	s := open(t, filepath.Join(dir, "edge.db"))
	defer closed(t, s)
	for n := range 100 {
		commit(t, s, kitchen.Commit{Seq: uint64(n + 1), Facts: []kitchen.Fact{fact("o1")}})
	}
	hash, _, err := s.HashAt(t.Context(), 60)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetAcked(t.Context(), link.Mark{Epoch: link.FirstEpoch, Seq: 60, Hash: hash}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		bytes int
		want  store.Pressure
		first uint64
	}{{40 << 20, store.Roomy, 1}, {50 << 20, store.Tight, 1}, {55 << 20, store.Scarce, 60}, {10 << 20, store.Roomy, 60}} {
		if err := os.WriteFile(filepath.Join(dir, "somebody-else"), make([]byte, step.bytes), 0o600); err != nil {
			t.Fatal(err)
		}
		if done := tend(t, s); done.Pressure != step.want || s.Pressure() != step.want {
			t.Errorf("beside %d bytes: %+v, want %v", step.bytes, done, step.want)
		}
		refs, _, err := s.Retained(t.Context(), link.Place{}, math.MaxInt16)
		if err != nil || refs[0].Seq != step.first || refs[len(refs)-1].Seq != 100 {
			t.Errorf("beside %d bytes events %d to %d are kept, %v", step.bytes, refs[0].Seq, refs[len(refs)-1].Seq, err)
		}
	}
}
