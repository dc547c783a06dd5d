package link

import (
	"time"

	"awesome.pizza/shared/order"
)

const (
	// HeartbeatEvery is how often an edge sends a heartbeat; one goes out at once when a command was applied.
	HeartbeatEvery = 5 * time.Second
	// LinkDownAfter is the silence after which the cloud counts a link as down.
	LinkDownAfter = 20 * time.Second
)

// Heartbeat says that an edge is there, and how it fares. It may be lost; nothing is decided by it that a later one could not mend.
type Heartbeat struct {
	Device       string    `json:"device"`
	Boot         string    `json:"boot"`
	Version      string    `json:"version"` // of the node's program
	Schema       int       `json:"schema"`
	Epoch        uint64    `json:"epoch"`
	Last         uint64    `json:"last"`
	Acked        uint64    `json:"acked"`
	CmdSeq       uint64    `json:"cmd_seq"`
	At           time.Time `json:"at"`                     // the edge's wall clock
	Backlog      uint64    `json:"backlog"`                // events not yet acknowledged
	OldestUnsent time.Time `json:"oldest_unsent,omitzero"` // when the oldest of them happened
	Open         int       `json:"open"`                   // open orders

	Outlook *order.Outlook `json:"outlook,omitempty"` // what the kitchen would promise; nil: it does not say. Who reads it asks whether it is sound
}

// LinkUp reports whether a link that was last heard of at heard counts as up. Both times are the cloud's.
func LinkUp(heard, now time.Time) bool { return !heard.IsZero() && now.Sub(heard) < LinkDownAfter }
