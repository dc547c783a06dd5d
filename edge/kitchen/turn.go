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

// stuckAt is from when on a ticket stands still, and how long it may: as long as its step allows, or, when it is owed by then, for a while past its
// promise, whatever its step, also when somebody holds it without an end and has forgotten that. can is false when nothing is to be minded: what waits behind
// others is late with all of them, and not stuck.
func (t Ticket) stuckAt(s Settings) (since time.Time, limit time.Duration, can bool) {
	still, its := t.stillSince()
	if limit = s.Stuck[t.Progress.Kitchen()]; limit > 0 && its && t.Hold == nil {
		since, can = still, true
	}
	owed, promised := t.owedBy(s)
	if !promised || !its && t.Hold == nil || t.Hold != nil && t.Hold.Until != nil {
		return since, limit, can
	}
	late := later(still, owed)
	if t.Hold != nil {
		late = later(late, t.Hold.At)
	}
	if !can || late.Add(s.Late).Before(since.Add(limit)) {
		return late, s.Late, true
	}
	return since, limit, can
}

// owedBy is when the kitchen is to have done its part, by what the guest was told. What is ready waits for its guest, who may be late; nobody is
// late for food that is to be brought.
func (t Ticket) owedBy(s Settings) (at time.Time, promised bool) {
	at = t.Order.Promise.To
	switch {
	case at.IsZero(), !t.Order.Delivers() && t.Progress.Kitchen() == order.Ready:
		return at, false
	case t.Order.Delivers():
		at = at.Add(-s.Drive)
	}
	return at, true
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
