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

// fromDriver is how long after it was handed over a delivery comes back of which the cloud thinks that its driver has it.
const fromDriver = time.Minute

// takeBack brings an order that was handed over by mistake back to its shelf, with the clock that it had there. What a driver drives
// away with is the cloud's to bring back; what an own driver has comes back with them. What was paid for it stays paid.
func takeBack(d *draft, t Ticket, tap Tap) (Ticket, error) {
	run, out := d.board.shift.runs[t.Order.ID]
	switch {
	case out:
		return t, problem.New(problem.Conflict, "illegal_step", "order %d is out with %s: say what became of it when they are back (returned)", t.Number, run.Driver).
			With("current", t.Progress.Status()).With("allowed", t.Progress.Next()).With("ticket", t)
	case t.Order.Delivers() && !d.onShelf(t):
		return t, problem.New(problem.Conflict, "illegal_step", "order %d is with its driver since more than %s: only the office can bring it back", t.Number, fromDriver).
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

// onShelf reports whether a delivery that was handed over can be on its shelf: no driver was to fetch it, or it has only just left.
func (d *draft) onShelf(t Ticket) bool {
	switch t.Progress.Delivery {
	case order.Unassigned:
		return true
	case order.Assigned, order.PickedUp:
		return d.now.Sub(t.Since) <= fromDriver
	case order.NoDelivery, order.OutForDelivery, order.Delivered, order.Failed:
	}
	return false
}

// tookBack reports whether a delivery is on its shelf because it was taken back just now: that its driver has it, the cloud says of the hand-over before
// that, and of nothing newer.
func (d *draft) tookBack(t Ticket) bool {
	return t.Progress.Kitchen() == order.Ready && !t.Recalled.IsZero() && d.now.Sub(t.Recalled) <= fromDriver
}
