package friday

import (
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
)

// Policy is how a restaurant promises, and when it begins.
type Policy struct {
	Name string
	// promise is what a guest is told of an order of so many pizzas: when it is ready for pick-up.
	promise func(r *restaurant, now time.Time, g guest) (from, to time.Time)
	// begins reports whether a cook begins a ticket now.
	begins func(t kitchen.Ticket, told promised, now time.Time) bool
	// tells: the kitchen is told when drivers come.
	tells bool
}

// promised is what a guest was told: ready for pick-up, and at the door for a delivery.
type promised struct{ from, to time.Time }

const (
	fixedQuote = 25 * time.Minute // what a restaurant writes on its page
	fixedWidth = 10 * time.Minute

	slotWidth = 15 * time.Minute // of the throttle by order count
	slotLead  = 20 * time.Minute // how long before its slot ends an order is begun
)

// Fixed is first in, first out, and the same quote for all.
func Fixed() Policy {
	return Policy{
		Name: "first in first out, fixed quote",
		promise: func(_ *restaurant, now time.Time, _ guest) (from, to time.Time) {
			return now.Add(fixedQuote), now.Add(fixedQuote + fixedWidth)
		},
		begins: func(kitchen.Ticket, promised, time.Time) bool { return true },
	}
}

// Counting is a throttle that knows no oven: so many orders in each quarter of an hour, and the next ones in the next.
func Counting(perSlot int) Policy {
	return Policy{
		Name: "orders counted per quarter of an hour",
		promise: func(r *restaurant, now time.Time, _ guest) (from, to time.Time) {
			slot := now.Truncate(slotWidth)
			for r.slots[slot] >= perSlot {
				slot = slot.Add(slotWidth)
			}
			r.slots[slot]++
			from = slot.Add(slotLead)
			if earliest := now.Add(slotLead); from.Before(earliest) {
				from = earliest
			}
			return from, from.Add(fixedWidth)
		},
		begins: func(_ kitchen.Ticket, told promised, now time.Time) bool {
			return !now.Before(told.from.Add(-slotLead))
		},
	}
}

// Schedule is the kitchen's own.
func Schedule() Policy {
	return Policy{
		Name: "the kitchen's schedule",
		promise: func(r *restaurant, _ time.Time, g guest) (from, to time.Time) {
			q, err := r.kitchen.Quote(r.ctx, kitchen.CounterOrder{Channel: order.Counter, Fulfilment: order.Carryout, Lines: g.lines})
			r.fail(err)
			return q.Promise.From, q.Promise.To
		},
		begins: func(t kitchen.Ticket, _ promised, now time.Time) bool {
			return t.FireAt == nil || !now.Before(*t.FireAt)
		},
		tells: true,
	}
}
