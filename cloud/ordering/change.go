package ordering

import (
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// lines records that the restaurant changed the lines of an order that it took itself. What came twice, through a healing, is no news.
func (r *Record) lines(f Fact, b event.OrderChanged, now time.Time) error {
	switch {
	case r.Order.Origin != order.Edge:
		return problem.New(problem.Invalid, "bad_fact", "%s cannot change the lines of order %s, which it did not take", f.Restaurant, b.Order)
	case len(b.Lines) == 0 || len(b.Items) == 0:
		return problem.New(problem.Invalid, "bad_fact", "nothing is left of order %s", b.Order)
	case slices.ContainsFunc(b.Items, func(i order.Item) bool { return i.Line < 0 || i.Line >= len(b.Lines) }):
		return problem.New(problem.Invalid, "bad_fact", "an item of order %s is on no line of it", b.Order)
	}
	if err := mayBe(b.Order, b.Items); err != nil {
		return err
	}
	if b.Changes <= r.Order.Changes {
		return nil
	}
	r.reword(b.Lines, b.Totals, b.MenuVersion, b.Changes)
	next := r.Progress
	next.Items = slices.Clone(b.Items)
	r.jump(next, ByEdge, f.when(r.lastStep(), now))
	r.KitchenAsOf = now
	if b.Ready != nil {
		r.Ready = f.forecast(b.Ready, now)
	}
	return nil
}

// reword gives the order other lines. The store writes what was ordered anew.
func (r *Record) reword(lines []order.Line, totals order.Totals, menuVersion, changes int) {
	r.Order.Lines, r.Order.Totals, r.Order.MenuVersion, r.Order.Changes = slices.Clone(lines), totals, menuVersion, changes
	r.reworded = true
}

// Reworded reports whether what was ordered is another than when the record was read.
func (r *Record) Reworded() bool { return r.reworded }
