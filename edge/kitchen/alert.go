package kitchen

import (
	"context"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Alert says that something needs a person. Its ID stays the same from raising to clearing.
type Alert struct {
	ID     string // silent/oven-1
	Device string
	What   string // as in event.AlertRaised
	Level  string // warning or critical
	Order  order.ID
	Since  time.Time
}

// Alert raises an alert, once: one that is open and says the same is not raised again.
func (k *Kitchen) Alert(ctx context.Context, a Alert) error {
	if a.ID == "" || len(a.ID) > 200 {
		return problem.New(problem.Invalid, "invalid_alert", "an alert needs an id of 1 to 200 bytes")
	}
	return k.change(ctx, func(d *draft) error {
		d.raise(a)
		return nil
	})
}

// ClearAlert says that an alert is over. One that is not open is over already.
func (k *Kitchen) ClearAlert(ctx context.Context, id string) error {
	return k.change(ctx, func(d *draft) error {
		d.clear(id)
		return nil
	})
}

func (d *draft) raise(a Alert) {
	was, open := d.board.alerts[a.ID]
	if open && was.What == a.What && was.Level == a.Level {
		return
	}
	if a.Since.IsZero() {
		a.Since = d.now
	}
	d.commit.Raised = append(d.commit.Raised, a)
	d.tell(a.Order, event.AlertRaised{Alert: a.ID, Device: a.Device, What: a.What, Level: a.Level, Order: a.Order, Since: a.Since})
}

func (d *draft) clear(id string) {
	a, open := d.board.alerts[id]
	if !open {
		return
	}
	d.commit.Cleared = append(d.commit.Cleared, id)
	d.tell(a.Order, event.AlertCleared{Alert: id, Device: a.Device, At: d.now})
}
