package kitchen

import "time"

// ownClock is a probe's clock as the kitchen knows it: it may be wrong, and be set while the probe runs.
type ownClock struct {
	last   time.Time     // the latest that it said
	behind time.Duration // how far it was set back: what it says is so much earlier than it is

	odd, came time.Time // its last word, when that was older than last, and when it came; else zero
}

// read is when a probe measured what comes now, by the kitchen's clock. stale says that it is an old reading which comes behind a later one: one
// alone says nothing, but when a second is as far behind the first as it came after it, it is the clock that was set and not the readings that
// are old.
func (c *ownClock) read(said, now time.Time) (at time.Time, stale bool) {
	if said.After(now) {
		said = now
	}
	told, came := said.Sub(c.odd), now.Sub(c.came)
	switch runs := !c.odd.IsZero() && told > 0 && (told-came).Abs() <= told/2; {
	case runs:
		c.behind = now.Sub(said)
	case said.Before(c.last):
		c.odd, c.came = said, now
		return said, true
	}
	c.last, c.odd, c.came = said, time.Time{}, time.Time{}
	c.behind = min(c.behind, now.Sub(said)) // when it is put right it is behind no more
	return said.Add(c.behind), false
}
