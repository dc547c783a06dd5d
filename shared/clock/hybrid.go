package clock

import (
	"errors"
	"sync"
	"time"
)

// MaxAhead is how far a remote stamp may run ahead of us before it is refused: one box with a wrong clock must not drag the chain along.
const MaxAhead = 5 * time.Minute

// ErrAhead says that a remote stamp lies more than MaxAhead in our future.
var ErrAhead = errors.New("stamp lies more than five minutes ahead of this clock")

// Stamp is a hybrid logical time (Kulkarni, Demirbas et al. 2014, "Logical Physical Clocks"): wall milliseconds in the upper 48 bits,
// a counter in the lower 16. Stamps of one Hybrid strictly rise, and a stamp made after seeing another is larger than it.
type Stamp uint64

// Wall is the physical part of the stamp, UTC milliseconds.
func (s Stamp) Wall() time.Time { return time.UnixMilli(int64(s >> 16)).UTC() }

// Hybrid makes stamps. The zero value with a Clock is ready; it is safe for concurrent use.
type Hybrid struct {
	Clock Clock

	mu   sync.Mutex
	last Stamp
}

// Next is a stamp for a local event.
func (h *Hybrid) Next() Stamp {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = max(h.last+1, wall(h.Clock.Now()))
	return h.last
}

// See takes note of a remote stamp, so that what follows is later than it. It reports ErrAhead and changes nothing when the stamp is absurd.
func (h *Hybrid) See(remote Stamp) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if remote.Wall().Sub(h.Clock.Now()) > MaxAhead {
		return ErrAhead
	}
	h.last = max(h.last, remote)
	return nil
}

func wall(t time.Time) Stamp {
	ms := t.UnixMilli()
	if ms < 0 {
		return 0 // a clock before 1970 orders nothing
	}
	return Stamp(uint64(ms) << 16)
}
