package kitchen

import (
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// backWithin is how long after it was handed over an order comes back, even if the business day has ended meanwhile.
const backWithin = time.Hour

// takeBack brings an order that was handed over by mistake back to its shelf, with the clock that it had there. What a driver has is the
// cloud's to bring back; what an own driver has comes back with them. What was paid for it stays paid.
func takeBack(d *draft, t Ticket, tap Tap) (Ticket, error) {
	run, out := d.board.shift.runs[t.Order.ID]
	switch {
	case out:
		return t, problem.New(problem.Conflict, "illegal_step", "order %d is out with %s: say what became of it when they are back (returned)", t.Number, run.Driver).
			With("current", t.Progress.Status()).With("allowed", t.Progress.Next()).With("ticket", t)
	case t.Order.Delivers():
		return t, problem.New(problem.Conflict, "illegal_step", "order %d is with its driver: only the office can bring it back", t.Number).
			With("current", t.Progress.Status()).With("allowed", t.Progress.Next()).With("ticket", t)
	case t.Day != d.settings.Day(d.now) && d.now.Sub(t.Since) > backWithin:
		return t, problem.New(problem.Conflict, "shift_over", "order %d was handed over on %s: only what was handed over today comes back", t.Number, t.Day).
			With("ticket", t)
	}
	if err := d.need(staff.TakeBack, string(t.Order.ID), tap.Reason, ""); err != nil {
		return t, err
	}
	return d.step(t, cause{by: event.ByTap, who: tap.Who, reason: tap.Reason}, order.TakeBack)
}
