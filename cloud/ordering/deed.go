package ordering

import "time"

// MaxLate is how old a deed may be when it is heard of: a phone keeps what its driver did for a shift, not for longer.
const MaxLate = 24 * time.Hour

// Deed is who takes a step of a delivery, and when. A phone without signal keeps its driver's deeds and sends them later, in order.
type Deed struct {
	Driver string    // whose order it must be; "" stands for whoever has it
	By     string    // as the timeline names it
	At     time.Time // when it was done, by the clock of whoever did it; zero stands for now
	Away   *int      // metres from the door it was done, if anybody knows
}

// when is the time to show for a deed that is heard of now: its own, but neither before the step it follows nor in the future. A time
// more than MaxLate ago says that a clock is wrong, or that nobody named one: then it is now.
func (d Deed) when(last, now time.Time) time.Time {
	at := d.At.UTC().Truncate(time.Millisecond)
	if at.Before(now.Add(-MaxLate)) {
		return now
	}
	if at.Before(last) {
		at = last.UTC()
	}
	if at.After(now) {
		return now
	}
	return at
}
