// Package clock gives time as an argument: deciders take a time.Time, adapters hold a Clock. System is a machine whose clock somebody minds;
// Steady is the clock of a node whose machine may wake in 1970. No time decides anything between edge and cloud: (edge, epoch, seq) does.
//
// Not in here: where a node keeps what it knows of the time, and who asks the cloud for it.
package clock

import "time"

// Clock tells the time. System is the real one; tests pass a Clock of their own or run in a testing/synctest bubble.
type Clock interface{ Now() time.Time }

// System is the machine's clock, in UTC.
type System struct{}

// Now is the present in UTC; the monotonic reading is kept for Sub.
func (System) Now() time.Time { return time.Now().UTC() }

// Instant is how an instant is written everywhere: RFC 3339, UTC, milliseconds.
const Instant = "2006-01-02T15:04:05.000Z07:00"

// Format writes t as an Instant.
func Format(t time.Time) string { return t.UTC().Format(Instant) }

// MaxAhead is how far a remote label may run ahead of us before it is refused: one box with a wrong clock must not drag the chain along.
const MaxAhead = 5 * time.Minute

// Ahead reports whether a label that somebody else wrote lies more than MaxAhead in our future.
func Ahead(label, now time.Time) bool { return label.Sub(now) > MaxAhead }

// Clamp is a label that somebody else wrote as far as it can be true: one that is Ahead is taken for now.
func Clamp(label, now time.Time) time.Time {
	if Ahead(label, now) {
		return now
	}
	return label
}
