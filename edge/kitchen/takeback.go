package kitchen

import (
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// backWithin is how long after it was handed over an order comes back, even if the business day has ended meanwhile.
const backWithin = time.Hour

// takeBack brings an order that was handed over by mistake back to its shelf, with the clock that it had there. What a driver has is the
// cloud's to bring back.
func takeBack(d *draft, t Ticket, tap Tap) (Ticket, error) {
	switch {
	case t.Order.Delivers():
		return t, problem.New(problem.Conflict, "illegal_step", "order %d is with its driver: only the office can bring it back", t.Number).
			With("current", t.Progress.Status()).With("allowed", t.Progress.Next()).With("ticket", t)
	case t.Day != d.settings.Day(d.now) && d.now.Sub(t.Since) > backWithin:
		return t, problem.New(problem.Conflict, "shift_over", "order %d was handed over on %s: only what was handed over today comes back", t.Number, t.Day).
			With("ticket", t)
	}
	return d.step(t, cause{by: event.ByTap, who: tap.Who, reason: tap.Reason}, order.TakeBack)
}
