package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"modernc.org/sqlite"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/problem"
)

// Pressure is how short of room the node's disk is: a ladder that is climbed and descended by itself.
type Pressure int

const (
	Roomy     Pressure = iota
	Tight              // 80 % used: nothing is sent or kept that may be lost
	Scarce             // 90 %: what the cloud has acknowledged is pruned at once
	Exhausted          // full: the reserve is freed for the orders that are here, new ones are refused
)

// String is the level as logs and the doctor write it.
func (p Pressure) String() string {
	switch p {
	case Tight:
		return "tight"
	case Scarce:
		return "scarce"
	case Exhausted:
		return "full"
	case Roomy:
	}
	return "roomy"
}

// Used fractions, in percent, and how far below one the disk must be to descend.
const (
	tightAt  = 80
	scarceAt = 90
	relief   = 2
)

// walRoom is what the log may need to grow by before it is checkpointed: twice its limit.
const walRoom = 2 * walLimit

// Room is what the ladder is decided on, in bytes.
type Room struct {
	Total   int64 // used and Free; what the system keeps for itself is neither, as df reckons
	Free    int64 // to whoever we are
	Inside  int64 // free pages within the database file, which it fills first
	Reserve bool  // the reserve lies there, whole
	Refused bool  // the last write was refused for want of room
}

// Percent is how much of the disk is used, counting what is free within the database as free; 100 when nothing is known.
func (r Room) Percent() int {
	if r.Total <= 0 {
		return 100
	}
	used := max(r.Total-r.Free-r.Inside, 0)
	return int((used*100 + r.Total - 1) / r.Total)
}

// Next is where the ladder stands after a look at the disk.
func (p Pressure) Next(r Room) Pressure {
	need := int64(walRoom)
	if p == Exhausted { // descend only when the reserve fits again, with room to work beside it
		need *= 2
		if !r.Reserve {
			need += ReserveBytes
		}
	}
	if r.Refused || r.Free < need {
		return Exhausted
	}
	reached := Roomy
	for _, step := range []struct {
		level Pressure
		at    int
	}{{Tight, tightAt}, {Scarce, scarceAt}} {
		at := step.at
		if p >= step.level {
			at -= relief
		}
		if r.Percent() >= at {
			reached = step.level
		}
	}
	return reached
}

// disk is what the store remembers of its disk.
type disk struct {
	mu       sync.Mutex
	pressure Pressure
	refused  bool          // for want of room, since the last good write
	relieved time.Time     // when that was last tried
	full     chan struct{} // says that a write was refused for want of room
}

// Pressure is how short of room the disk is, as of the last Tend or the last refused write.
func (s *Store) Pressure() Pressure {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	return s.disk.pressure
}

// Full receives when a write was refused for want of room: Tend should not wait. It is for one receiver.
func (s *Store) Full() <-chan struct{} { return s.disk.full }

// noteWrite takes note of how a write ended. A disk that refuses one is full from that moment on.
func (s *Store) noteWrite(err error) {
	full := isFull(err)
	if err != nil && !full {
		return
	}
	s.disk.mu.Lock()
	s.disk.refused = full
	if full {
		s.disk.pressure = Exhausted
	}
	s.disk.mu.Unlock()
	if !full {
		return
	}
	select {
	case s.disk.full <- struct{}{}:
	default:
	}
}

func isFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == 13 || errors.Is(err, syscall.ENOSPC)
}

// admit refuses orders that are new while the disk is full: what room there is belongs to the orders that are here.
func (s *Store) admit(ctx context.Context, c kitchen.Commit) error {
	if s.Pressure() < Exhausted {
		return nil
	}
	for _, t := range c.Tickets {
		var known int
		err := s.read.QueryRowContext(ctx, `SELECT 1 FROM orders WHERE id = ?`, t.Order.ID).Scan(&known)
		if errors.Is(err, sql.ErrNoRows) {
			return diskFull()
		} else if err != nil {
			return fmt.Errorf("look for order %s: %w", t.Order.ID, err)
		}
	}
	return nil
}

// diskFull is what whoever brings a new order is told.
func diskFull() *problem.Problem {
	return problem.New(problem.Unavailable, "disk_full", "This node's disk is full, so no new order can be kept safely and none is taken; the orders on the board go "+
		"on. Write new ones on paper, and make room on the disk: `edge doctor` says where and how.")
}

// room looks at the disk.
func (s *Store) room(ctx context.Context) (Room, error) {
	s.disk.mu.Lock()
	r := Room{Refused: s.disk.refused}
	s.disk.mu.Unlock()
	r, err := RoomAt(filepath.Dir(s.path), r)
	if err != nil {
		return r, err
	}
	r.Reserve = reserveWhole(s.path)
	var pages, size int64
	if err := s.read.QueryRowContext(ctx, `SELECT * FROM pragma_freelist_count, pragma_page_size`).Scan(&pages, &size); err != nil {
		return r, fmt.Errorf("ask for the free pages: %w", err)
	}
	r.Inside = pages * size
	return r, nil
}

// RoomAt fills in what the file system of a directory says.
func RoomAt(dir string, r Room) (Room, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return r, fmt.Errorf("ask for the room on the disk: %w", err)
	}
	r.Free = int64(fs.Bavail) * fs.Bsize
	r.Total = int64(fs.Blocks-fs.Bfree)*fs.Bsize + r.Free
	return r, nil
}
