package kitchen

import (
	"time"

	"awesome.pizza/shared/order"
)

// How far ahead an order can be scheduled here: as far as on the web.
const (
	LeastAhead = 15 * time.Minute
	MostAhead  = 7 * 24 * time.Hour
)

// wanted is when the guest wants a scheduled order, to the second.
func (c CounterOrder) wanted() *time.Time {
	if c.FireAt == nil {
		return nil
	}
	at := c.FireAt.UTC().Truncate(time.Second)
	return &at
}

// schedulable refuses an order for a time that is over, too close to be scheduled for, or too far away.
func (d *draft) schedulable(o order.Order) error {
	if o.FireAt == nil {
		return nil
	}
	ahead := o.FireAt.Sub(d.now)
	if ahead < LeastAhead-time.Minute || ahead > MostAhead { // a minute passes at the counter between choosing and sending
		return invalid("fire_at", "an order can be scheduled from %d minutes to %d days ahead: choose another time, or none to have it made now",
			int(LeastAhead/time.Minute), int(MostAhead/(24*time.Hour))).With("from", d.now.Add(LeastAhead)).With("to", d.now.Add(MostAhead))
	}
	return nil
}

// forLater moves a promise to the time for which the order is scheduled, if it can be kept.
func forLater(p order.Promise, wanted *time.Time) order.Promise {
	if wanted == nil || !wanted.After(p.From) {
		return p
	}
	width := p.To.Sub(p.From)
	p.From, p.To, p.Because = *wanted, wanted.Add(width), append(p.Because, "scheduled")
	return p
}
