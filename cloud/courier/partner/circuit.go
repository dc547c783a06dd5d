package partner

import (
	"errors"
	"sync"
	"time"
)

// When a company is left alone.
const (
	tooMany = 5                // requests in a row, each with its repetitions, that were not answered
	rest    = 30 * time.Second // then nothing is asked for so long, and after that one request at a time
)

var errDown = errors.New("it has not answered lately, and is left alone for a moment")

// circuit keeps a company that is down from being asked by everybody.
type circuit struct {
	mu     sync.Mutex
	failed int
	until  time.Time
}

// admits reports errDown while the company is left alone. When the rest is over, the first to ask finds out for all.
func (c *circuit) admits(now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed < tooMany {
		return nil
	}
	if now.Before(c.until) {
		return errDown
	}
	c.until = now.Add(rest)
	return nil
}

// heard notes whether a request was answered.
func (c *circuit) heard(ok bool, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok {
		c.failed = 0
		return
	}
	if c.failed++; c.failed >= tooMany {
		c.until = now.Add(rest)
	}
}
