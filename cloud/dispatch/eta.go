package dispatch

import (
	"time"

	"awesome.pizza/shared/order"
)

// Stops, as the Grubhub instances of the meal delivery routing problem count them: two minutes from the car to the counter and two back, and two
// from the car to the door.
const (
	AtCounter = 4 * time.Minute
	AtDoor    = 2 * time.Minute
)

// Of a drive that is reckoned with a usual speed: how much shorter and longer it may take. They are guesses until drives are measured.
const (
	swift    = 0.85
	hampered = 1.3
)

// Range is between when and when.
type Range struct{ From, To time.Time }

// Middle is what to say when one time must do.
func (r Range) Middle() time.Time { return r.From.Add(r.To.Sub(r.From) / 2) }

func along(from, to time.Time, drive time.Duration) (time.Time, time.Time) {
	return from.Add(time.Duration(float64(drive) * swift)), to.Add(time.Duration(float64(drive) * hampered))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// SpreadOf is how far a kitchen's forecast may be off, by how much is still to be done: guesses, of which MeasuredSpread makes what is known.
func SpreadOf(k order.Kitchen) time.Duration {
	switch k {
	case order.Waiting, order.Queued:
		return 3 * time.Minute
	case order.Preparing:
		return 2 * time.Minute
	case order.Baking:
		return time.Minute
	case order.QualityCheck:
		return 30 * time.Second
	case order.Ready, order.HandedOver, order.Rejected, order.Voided:
	}
	return 0
}
