package link

import "time"

const (
	// CommandWindow is how many commands may be on their way to an edge that has not reported them applied.
	CommandWindow = 4 * MaxBatchEvents

	resendAfter = 2 * time.Second
	resendMost  = 30 * time.Second
)

// Courier decides which commands of one edge are sent, and sent again. It has no goroutine and is not safe for concurrent use. Several
// clouds may each run one for the same edge: the edge skips what it has. All times are the cloud's.
type Courier struct {
	high    uint64 // highest committed command
	applied uint64 // highest the edge has reported
	sent    uint64 // highest sent and not given up
	heard   time.Time
	sentAt  time.Time // or when the edge last made progress
	tries   int
}

// Delivery asks the shell to load the commands From to To, to Pack them and to publish each batch; nothing when From is 0. It calls Tick
// at Wake, if that is set and nothing happens earlier.
type Delivery struct {
	From, To uint64
	Wake     time.Time
}

// Committed says that the edge's commands up to high are committed.
func (c *Courier) Committed(now time.Time, high uint64) Delivery {
	c.high = max(c.high, high)
	return c.deliver(now)
}

// Synced says that the edge has held SYNC, was told to resume, and named what it has applied: commands go on after that, even if it is
// less than before.
func (c *Courier) Synced(now time.Time, applied uint64) Delivery {
	c.applied, c.sent = applied, applied
	c.heard, c.tries = now, 0
	return c.deliver(now)
}

// Reported says that the edge has applied commands up to applied: by heartbeat, or by the result event of a command.
func (c *Courier) Reported(now time.Time, applied uint64) Delivery {
	c.heard = now
	if applied > c.applied {
		c.applied, c.sentAt, c.tries = applied, now, 0
		c.sent = max(c.sent, applied)
	}
	return c.deliver(now)
}

// Tick says that time has passed.
func (c *Courier) Tick(now time.Time) Delivery { return c.deliver(now) }

// deliver sends what is new, and what the edge has been behind with for too long; nothing to an edge that is not there.
func (c *Courier) deliver(now time.Time) Delivery {
	if !LinkUp(c.heard, now) {
		return Delivery{}
	}
	if c.applied < c.sent && !c.resendDue().After(now) {
		c.sent, c.tries = c.applied, c.tries+1
	}
	var d Delivery
	if to := min(c.high, c.applied+CommandWindow); c.sent < to {
		d.From, d.To = c.sent+1, to
		c.sent, c.sentAt = to, now
	}
	if c.applied < c.sent {
		d.Wake = c.resendDue()
	}
	return d
}

func (c *Courier) resendDue() time.Time {
	return c.sentAt.Add(min(resendAfter<<min(c.tries, 4), resendMost))
}
