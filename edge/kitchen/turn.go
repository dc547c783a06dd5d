package kitchen

import (
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/order"
)

// turnOver is how far behind its turn a ticket has to fall, because others are put before it, until it has none.
const turnOver = 5 * time.Minute

// turned is a ticket with since when it is its turn: the schedule would have hands begin it within a minute. What waits behind others is not stuck,
// however long it waits; what is before them is, when nobody begins it.
func (d *draft) turned(t Ticket, starts time.Time) Ticket {
	switch {
	case t.Progress.Kitchen() != order.Queued || starts.IsZero():
	case t.Hold != nil || starts.Sub(d.now) >= turnOver:
		t.Turn = time.Time{}
	case t.Turn.IsZero() && starts.Sub(d.now) < line.HoldLeast:
		t.Turn = d.now
	}
	return t
}

// stillSince is since when nothing has happened to a ticket that something should happen to.
func (t Ticket) stillSince() (since time.Time, its bool) {
	since = later(t.Since, t.Resumed)
	switch t.Progress.Kitchen() {
	case order.Queued:
		return later(since, t.Turn), !t.Turn.IsZero()
	case order.Preparing, order.Baking:
		for _, i := range t.Progress.Items {
			if i.State != order.ItemQueued {
				since = later(since, t.entered(i))
			}
		}
	case order.Waiting, order.QualityCheck, order.Ready, order.HandedOver, order.Rejected, order.Voided:
	}
	return since, true
}
