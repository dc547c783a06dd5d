package kitchen

import (
	"context"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Rush says that a ticket goes first because somebody said so.
type Rush struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who,omitempty"`
	Reason string    `json:"reason"`
}

// Hurry puts a ticket before all that are not rushed; among those that are, who was first is first. It needs a reason, and somebody has to take
// note of it. A hold ends with it.
func (k *Kitchen) Hurry(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, "rush", tap, hurry)
}

// Calm puts a ticket back into its place in the queue.
func (k *Kitchen) Calm(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, "calm", tap, calm)
}

func hurry(d *draft, t Ticket, tap Tap) (Ticket, error) {
	switch {
	case !t.Open() || t.Progress.Whole != order.Queued || t.Progress.Kitchen() == order.Ready:
		return t, t.nothing("to rush")
	case tap.Reason == "":
		return t, problem.New(problem.Invalid, "reason_missing", "say why it goes first").With("path", "reason")
	case t.Rush != nil:
		return t, problem.New(problem.Conflict, "rushed_already", "order %d goes first already", t.Number).With("ticket", t)
	}
	if err := d.need(staff.Rush, string(t.Order.ID), tap.Reason, ""); err != nil {
		return t, err
	}
	if t.Hold != nil {
		t = d.resume(t)
	}
	t.Rush = &Rush{At: d.now, Who: tap.Who, Reason: tap.Reason}
	t.Version++
	t = d.notice(t, Notice{Kind: WasRushed, Who: tap.Who, Reason: tap.Reason})
	d.put(t)
	return t, nil
}

func calm(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if t.Rush == nil {
		return t, problem.New(problem.Conflict, "not_rushed", "order %d is not rushed", t.Number).With("ticket", t)
	}
	if err := d.need(staff.Rush, string(t.Order.ID), tap.Reason, "calmed"); err != nil {
		return t, err
	}
	t.Rush = nil
	t.Version++
	t = t.noted(d.now, tap.Who, func(n Notice) bool { return n.Kind == WasRushed })
	d.put(t)
	return t, nil
}

// rushed is when the ticket was rushed; zero when it was not.
func (t *Ticket) rushed() time.Time {
	if t.Rush == nil {
		return time.Time{}
	}
	return t.Rush.At
}
