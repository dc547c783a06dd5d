package kitchen

import (
	"time"

	"awesome.pizza/shared/order"
)

// unreleasedFor is how long a web order may wait before somebody has to look: the guest is asked what to do after three minutes.
const unreleasedFor = 2 * time.Minute

// waitsSince is since when a web order waits, or will wait, for more than its time. A held one waits because somebody wants it to.
func (t Ticket) waitsSince(s Settings) (since time.Time, waits bool) {
	if t.Command == 0 || t.Progress.Whole != order.Waiting || t.Hold != nil {
		return since, false
	}
	if at, scheduled := t.firesAt(s); scheduled && at.After(t.TakenAt) {
		return at, true
	}
	return t.TakenAt, true
}

// stays reports whether a web order waits for somebody: the cloud, which has not said that it may be made, or a cook, who has not said that it
// was not.
func (d *draft) stays(t Ticket) bool {
	return t.Progress.Whole == order.Waiting && (t.Doubtful || !d.released(t))
}

// waited is for a web order that has waited for long. One that waits for room alone is looked at again: it may be held back anew.
func (d *draft) waited(t Ticket, timer Timer, a Alert) {
	switch {
	case d.stays(t):
		a.Level = "critical"
		d.raise(a)
	case t.Progress.Whole == order.Waiting:
		d.waitAgain(timer.TimerKey, timer.Since)
	}
}

func (d *draft) waitAgain(key TimerKey, since time.Time) {
	d.commit.Timers = append(d.commit.Timers, Timer{TimerKey: key, Since: since, Due: d.now.Add(unreleasedFor)})
}

// mayGo ends the alert about a web order that waits for room alone from now on.
func (d *draft) mayGo(t Ticket) {
	key := TimerKey{Unreleased, t.Order.ID, ""}
	if a, rings := d.alert(key.alert()); rings && !d.stays(t) {
		d.clear(a.ID)
		d.waitAgain(key, a.Since)
	}
}
