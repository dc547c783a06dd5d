package kitchen

import (
	"context"

	"awesome.pizza/shared/order"
)

// paced reports whether a ticket is a web order that goes to the line only when there is room for it.
func (d *draft) paced(t Ticket) bool { return d.settings.drips() && t.Command > 0 }

// room reports whether a web order that joins the line now is begun soon. Those that came before it are in the line already, or wait: after
// a cut line many come at once, and are dripped in, oldest first.
func (d *draft) room(t Ticket) bool {
	p := d.schedule(append(d.inLine(), t.asQueued()))
	starts := p.Orders[t.Order.ID].Starts()
	if fire := p.Orders[t.Order.ID].Fire; !fire.IsZero() {
		return fire.Sub(d.now) <= d.settings.Throttle.Ahead
	}
	return starts.Sub(d.now) <= d.settings.Throttle.Ahead
}

// inLine are the open tickets without those that wait.
func (d *draft) inLine() (all []Ticket) {
	for _, t := range d.open() {
		if t.Progress.Whole != order.Waiting {
			all = append(all, t)
		}
	}
	return all
}

// withWaiting are open tickets with those that are dripped into the line as if they were in it, so that they have a forecast: the guest is
// told of the wait.
func (d *draft) withWaiting(open []Ticket) []Ticket {
	if !d.settings.drips() {
		return open
	}
	all := make([]Ticket, 0, len(open))
	for _, t := range open {
		if d.paced(t) && d.due(t) && !t.Doubtful {
			t = t.asQueued()
		}
		all = append(all, t)
	}
	return all
}

func (t Ticket) asQueued() Ticket {
	t.Progress.Whole = order.Queued
	return t
}

// Mind does what time asks for: timers that are due, forecasts, web orders that wait for room. Run does it by itself; it is here for who
// lets the time pass in another way.
func (k *Kitchen) Mind(ctx context.Context) error {
	if k.untilDue() <= 0 {
		if err := k.fireDue(ctx); err != nil {
			return err
		}
	}
	return k.reforecast(ctx)
}
