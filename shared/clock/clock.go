// Package clock gives time as an argument: deciders take a time.Time, adapters hold a Clock. It also makes hybrid stamps, which put
// events of several machines in an order that respects cause and effect. No stamp decides anything between edge and cloud:
// (edge, epoch, seq) does.
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
