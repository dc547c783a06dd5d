package kitchen

import (
	"context"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// HoldMost is the longest time that a hold can be set to end after.
const HoldMost = 24 * time.Hour

// Hold is "not yet": nobody starts the ticket, nobody is given it, and it does not age.
type Hold struct {
	At     time.Time  `json:"at"`
	Who    string     `json:"who,omitempty"`
	Reason string     `json:"reason,omitempty"`
	Until  *time.Time `json:"until,omitempty"` // then it ends by itself
}

// HoldBack puts a ticket on hold until tap.Until, or until somebody releases it. One that is on hold already gets another reason and end. What
// is in the oven or ready cannot wait.
func (k *Kitchen) HoldBack(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	if tap.Until != nil {
		tap.detail = " until " + tap.Until.UTC().Format(time.RFC3339Nano)
	}
	return k.tap(ctx, id, "hold", tap, hold)
}

// LetGo ends a hold. It reports problem.Conflict "not_on_hold" when somebody was faster.
func (k *Kitchen) LetGo(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, "release", tap, letGo)
}

func hold(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if state := t.Progress.Kitchen(); !t.Open() || state != order.Queued && state != order.Preparing {
		return t, t.nothing("to hold")
	}
	h := Hold{At: d.now, Who: tap.Who, Reason: tap.Reason}
	if tap.Until != nil {
		until := tap.Until.UTC().Truncate(time.Millisecond)
		if !until.After(d.now) || until.After(d.now.Add(HoldMost)) {
			return t, problem.New(problem.Invalid, "invalid_until", "a hold can end within the next %d hours", int(HoldMost.Hours())).With("path", "until")
		}
		h.Until = &until
	}
	if t.Hold != nil {
		h.At = t.Hold.At
	}
	t.Hold, t.Cook = &h, ""
	t.Version++
	d.put(t)
	return t, nil
}

func letGo(d *draft, t Ticket, _ Tap) (Ticket, error) {
	if t.Hold == nil {
		return t, problem.New(problem.Conflict, "not_on_hold", "order %d is not on hold", t.Number).With("ticket", t)
	}
	return d.resume(t), nil
}

// resume ends a hold. What counts how long the ticket has stood still begins anew.
func (d *draft) resume(t Ticket) Ticket {
	t.HeldFor, t.Hold, t.Resumed = t.Held(d.now), nil, d.now
	t.Version++
	d.put(t)
	return t
}

// onHold refuses to start what is on hold.
func (t Ticket) onHold() error {
	why := ""
	if t.Hold.Reason != "" {
		why = " (" + t.Hold.Reason + ")"
	}
	return problem.New(problem.Conflict, "on_hold", "order %d is on hold%s: release it to start it", t.Number, why).With("ticket", t)
}
