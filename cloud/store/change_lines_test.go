package store_test

import (
	"slices"
	"testing"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

func TestLinesThatTheCounterChangedAreWrittenAnew(t *testing.T) {
	t.Parallel()
	for name, cuts := range map[string][][2]uint64{"in one go": {{1, 6}}, "after it was written": {{1, 3}, {4, 4}, {5, 6}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newChain(t)
			n, b := &node{edge: "r1"}, taken(t)
			oid := b.Order.ID
			n.says(t, oid, b)
			n.steps(t, oid, order.Validate)
			n.steps(t, oid, order.Queue)
			lines := append(slices.Clone(b.Order.Lines), order.Line{Product: "cola", Name: "Cola", Quantity: 1})
			more := append(slices.Clone(b.Items), order.Item{ID: "99", Line: len(lines) - 1, Product: "cola", Name: "Cola", MakeSeconds: 600, State: order.ItemQueued})
			n.says(t, oid, event.OrderChanged{Order: oid, Changes: 1, Lines: lines, Items: more, Totals: b.Order.Totals, MenuVersion: 7})
			n.steps(t, oid, order.Start, "99")
			n.steps(t, oid, order.Finish, "99")
			for _, cut := range cuts {
				c.apply(t, link.Apply, n.batch(cut[0], cut[1]))
			}
			got := c.order(t, oid)
			item, there := got.Progress.Item("99")
			if len(got.Order.Lines) != len(lines) || got.Order.Changes != 1 || got.Order.MenuVersion != 7 || !there || item.State != order.ItemDone {
				t.Errorf("%+v, item %+v", got.Order, item)
			}
			if work := c.sql(t, `SELECT make_seconds FROM orders WHERE id = $1`, string(oid)); work.(int32) < 600 {
				t.Errorf("the new line is %v seconds of work", work)
			}
			if open := c.sql(t, `SELECT count(*) FROM alerts`); open.(int64) != 0 {
				t.Errorf("%v events were not understood", open)
			}
		})
	}
}

func TestAnOrderThatWasHandedOverByMistakeIsOpenAgain(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	r := c.place(t, order.Carryout)
	n := &node{edge: "r1"}
	cooked(t, n, r.Order.ID)
	c.apply(t, link.Apply, n.all())
	n.steps(t, r.Order.ID, order.TakeBack)
	c.apply(t, link.Apply, n.batch(8, 8))
	if got := c.order(t, r.Order.ID); got.Status() != order.StatusReadyForPickup {
		t.Errorf("it is %s", got.Status())
	}
	if open := c.sql(t, `SELECT open FROM orders WHERE id = $1`, string(r.Order.ID)); open != true {
		t.Error("it counts as ended")
	}
}
