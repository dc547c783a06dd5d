package link

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"awesome.pizza/shared/problem"
)

// Event is one fact on its way to the cloud: a row of the edge's outbox, and of the cloud's edge_events.
type Event struct {
	Seq   uint64          `json:"seq"`             // gapless from 1 in each epoch
	ID    string          `json:"id"`              // UUIDv7, unique everywhere: the second guard against applying twice
	Order string          `json:"order,omitempty"` // the order it belongs to, if any
	Kind  string          `json:"kind"`            // as in shared/event: ticket.queued.v1
	At    time.Time       `json:"at"`              // the edge's wall clock, UTC, milliseconds: a label, it orders nothing
	Trace string          `json:"trace,omitempty"` // W3C traceparent; not part of the hash
	Body  json.RawMessage `json:"body"`
	Hash  Hash            `json:"hash"` // Chain of the event before it and this one
}

// MaxBodyBytes is the largest body of an event or command, in its sealed form: with its envelope it always fits one batch.
const MaxBodyBytes = 192 << 10

const (
	maxName  = 128 // bytes of an id, order or kind
	maxTrace = 512
)

// Check reports problem.Invalid when the cloud could not keep e as it is. Whoever appends to an outbox asks before the transaction: what
// is in the outbox must be able to leave it.
func (e Event) Check() error {
	switch {
	case !named(e.ID), !named(e.Kind), e.Order != "" && !named(e.Order):
		return problem.New(problem.Invalid, "bad_event", "id, kind and order of an event are clean text of 1 to %d bytes", maxName)
	case len(e.Trace) > maxTrace || e.Trace != clean(e.Trace):
		return problem.New(problem.Invalid, "bad_event", "the trace of event %s is not clean text of at most %d bytes", e.ID, maxTrace)
	case e.At.UTC().Year() < 1 || e.At.UTC().Year() > 9999:
		return problem.New(problem.Invalid, "bad_event", "the time of event %s lies outside the years 1 to 9999", e.ID)
	case !json.Valid(e.Body):
		return problem.New(problem.Invalid, "bad_event", "the body of event %s is not JSON", e.ID)
	case len(seal(e.Body)) > MaxBodyBytes:
		return problem.New(problem.Invalid, "event_too_large", "the body of event %s has more than %d bytes", e.ID, MaxBodyBytes)
	}
	return nil
}

// Seal gives e its place after prev: Seq and Hash. It is called inside the business transaction. It also brings e into the one form
// that survives JSON and both databases byte for byte (UTC milliseconds, clean UTF-8, compact body), so store what it returns and keep
// the body as text or bytes, never as a parsed type. A body that is not JSON is carried as a JSON string: no event blocks a restaurant.
func Seal(prev Hash, seq uint64, e Event) Event {
	e.Seq = seq
	e.ID, e.Order, e.Kind, e.Trace = clean(e.ID), clean(e.Order), clean(e.Kind), clean(e.Trace)
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Body = seal(e.Body)
	e.Hash = Chain(prev, e)
	return e
}

// seal is the form of a body that encoding/json neither compacts nor escapes any further.
func seal(body json.RawMessage) json.RawMessage {
	if len(body) == 0 {
		return json.RawMessage("null")
	}
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	if sealed, err := json.Marshal(body); err == nil {
		return sealed
	}
	sealed, _ := json.Marshal(string(body)) // a valid string always encodes
	return sealed
}

// clean is s as every database and JSON keep it: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func named(s string) bool { return s != "" && len(s) <= maxName && s == clean(s) }
