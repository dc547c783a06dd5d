package link

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/problem"
)

// Command is what the cloud wants of a restaurant: a row of edge_commands. The edge answers with an event.
type Command struct {
	Seq   uint64          `json:"seq"` // gapless from 1 per edge, over all epochs
	ID    string          `json:"id"`
	Kind  string          `json:"kind"`
	At    time.Time       `json:"at"` // the cloud's clock
	Order string          `json:"order,omitempty"`
	Trace string          `json:"trace,omitempty"` // W3C traceparent
	Body  json.RawMessage `json:"body"`
	Again string          `json:"again,omitempty"` // id of the first command that this one repeats, whose answer the cloud does not know
}

// Check reports problem.Invalid when c could not travel as it is; ask before the command is committed.
func (c Command) Check() error {
	if c.Again != "" && !named(c.Again) {
		return problem.New(problem.Invalid, "bad_event", "the command that %s repeats is not named by clean text of 1 to %d bytes", c.ID, maxName)
	}
	return Event{ID: c.ID, Order: c.Order, Kind: c.Kind, At: c.At, Trace: c.Trace, Body: c.Body}.Check()
}

// CommandBatch is a run of commands without gaps.
type CommandBatch struct {
	Edge     string    `json:"edge,omitempty"` // for logs; the subject says whom it is for
	Inc      string    `json:"inc"`            // incarnation that numbered them: an edge takes only what it learned at SYNC
	High     uint64    `json:"high"`           // highest committed command of this edge
	Prev     string    `json:"prev,omitempty"` // id of the command before the first; empty when there is none any more
	Commands []Command `json:"commands"`
}

// Began is the kind of a command that takes the number at which an epoch begins. A node that begins the epoch begins behind it; nobody obeys it:
// who meets it is in another epoch. Its id tells the epoch from one with the same number, of a life of the database that is lost.
const Began = "link.began.v1"

// After judges a batch when the last command that was obeyed has the number applied and the id last, empty when it is not known: Apply what
// is returned, in order (each in one transaction: inbox row, effect, result event), Skip (a repetition), or Gap (ask for SYNC): a command is
// missing, an epoch has begun, or what stands before the next one is not last. A number alone does not say that: a database that went back gives
// its numbers again.
func (b CommandBatch) After(applied uint64, last string) ([]Command, Verdict) {
	before := b.Prev
	for i, c := range b.Commands {
		switch {
		case c.Seq <= applied:
			before = c.ID
			if c.Seq < applied {
				continue
			}
			if last != "" && c.ID != last {
				return nil, Gap
			}
		case c.Seq > applied+1, c.Kind == Began, last != "" && before != "" && before != last:
			return nil, Gap
		default:
			next := b.Commands[i:]
			if n := slices.IndexFunc(next, func(c Command) bool { return c.Kind == Began }); n > 0 {
				next = next[:n]
			}
			return next, Apply
		}
	}
	return nil, Skip
}

// Pack cuts commands into batches of at most MaxBatchEvents and MaxBatchBytes.
func Pack(commands []Command) [][]Command {
	var batches [][]Command
	start, size := 0, 0
	for i, c := range commands {
		n := len(c.Body) + 6*(len(c.ID)+len(c.Kind)+len(c.Order)+len(c.Trace)+len(c.Again)) + 256 // as in Fit
		if i-start == MaxBatchEvents || i > start && size+n > MaxBatchBytes-512 {
			batches = append(batches, commands[start:i])
			start, size = i, 0
		}
		size += n
	}
	if start < len(commands) {
		batches = append(batches, commands[start:])
	}
	return batches
}

func (b CommandBatch) check() error {
	if b.Inc == "" || len(b.Commands) > MaxBatchEvents {
		return fmt.Errorf("%w: %d commands of incarnation %q", ErrCorrupt, len(b.Commands), b.Inc)
	}
	for i, c := range b.Commands {
		if c.Seq == 0 || c.Seq != b.Commands[0].Seq+uint64(i) || c.Seq > b.High || !named(c.ID) || !named(c.Kind) || len(c.Body) == 0 || c.Again != clean(c.Again) {
			return fmt.Errorf("%w: command %d of %d", ErrCorrupt, c.Seq, b.High)
		}
	}
	return nil
}
