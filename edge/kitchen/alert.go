package kitchen

import (
	"cmp"
	"context"
	"slices"
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

// alert is an alert as this draft leaves it.
func (d *draft) alert(id string) (Alert, bool) {
	if n := slices.IndexFunc(d.commit.Raised, func(a Alert) bool { return a.ID == id }); n >= 0 {
		return d.commit.Raised[n], true
	}
	a, open := d.board.alerts[id]
	return a, open && !slices.Contains(d.commit.Cleared, id)
}

// alerts are those that this draft leaves open.
func (d *draft) alerts() []Alert {
	all := slices.Clone(d.commit.Raised)
	for id, a := range d.board.alerts {
		if _, open := d.alert(id); open && !slices.ContainsFunc(d.commit.Raised, func(r Alert) bool { return r.ID == id }) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(x, y Alert) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

func (d *draft) raise(a Alert) {
	was, open := d.alert(a.ID)
	if open && was.What == a.What && was.Level == a.Level {
		return
	}
	if a.Since.IsZero() {
		a.Since = d.now
	}
	d.forgetAlert(a.ID)
	d.commit.Raised = append(d.commit.Raised, a)
	d.tell(a.Order, event.AlertRaised{Alert: a.ID, Device: a.Device, What: a.What, Level: a.Level, Order: a.Order, Since: a.Since})
}

func (d *draft) clear(id string) {
	a, open := d.alert(id)
	if !open {
		return
	}
	d.forgetAlert(id)
	if _, was := d.board.alerts[id]; was {
		d.commit.Cleared = append(d.commit.Cleared, id)
	}
	d.tell(a.Order, event.AlertCleared{Alert: id, Device: a.Device, At: d.now})
}

// forgetAlert takes an alert out of what this draft says of it: what is said last counts.
func (d *draft) forgetAlert(id string) {
	d.commit.Raised = slices.DeleteFunc(d.commit.Raised, func(a Alert) bool { return a.ID == id })
	d.commit.Cleared = slices.DeleteFunc(d.commit.Cleared, func(c string) bool { return c == id })
}
