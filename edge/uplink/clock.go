package uplink

import (
	"sync"
	"time"
)

// ClockLimit is how far the node's clock may be from the cloud's and still be trusted.
const ClockLimit = 5 * time.Minute

// cloudClock is the cloud's time as the last SYNC told it.
type cloudClock struct {
	mu    sync.Mutex
	told  time.Time
	heard time.Time // when, with its monotonic reading
}

func (c *cloudClock) hear(told, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told, c.heard = told.Round(0), now
}

// ClockTrusted reports whether the node's wall clock agrees with the cloud's, as the last SYNC told it: before the first nobody knows, and
// a clock that is set since is noticed.
func (u *Uplink) ClockTrusted() bool {
	u.cloud.mu.Lock()
	defer u.cloud.mu.Unlock()
	return agrees(u.cloud.told, time.Since(u.cloud.heard), time.Now().Round(0))
}

func agrees(told time.Time, ago time.Duration, wall time.Time) bool {
	return !told.IsZero() && told.Add(ago).Sub(wall).Abs() <= ClockLimit
}
