package kitchen

import (
	"context"
	"encoding/json"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// OrderChange is what a guest at the counter wants otherwise: lines of the order by their place in it, from 0.
type OrderChange struct {
	Add    []order.Line
	Set    map[int]order.Line // what stands on that line now; the same with another quantity touches only what is more, or less
	Remove []int
}

// Change changes the lines of an order that was taken here, while nobody makes what is changed. Lines that stay keep their prices; what is new is
// priced by the present menu. It reports problem.Conflict "order_of_cloud", "item_started" and "sold_out", and the ticket has a notice with what changed
// and what that costs. What is lacking is asked back from the cloud first, as for a new order.
func (k *Kitchen) Change(ctx context.Context, id order.ID, tap Tap, c OrderChange) (Ticket, error) {
	raw, err := json.Marshal(c)
	if err != nil {
		return Ticket{}, invalid("lines", "the change cannot be read: %v", err)
	}
	tap.detail = " " + fingerprintOf(raw)
	var w writing
	change := func() (Ticket, error) {
		return k.tap(ctx, id, "change", tap, func(d *draft, t Ticket, tap Tap) (Ticket, error) {
			w = writing{t: t, menu: k.Menu(), last: t.lastItem()}
			return d.rewrite(&w, tap, c)
		})
	}
	t, err := change()
	if p := problem.Of(err); p == nil || p.Code != "sold_out" || len(w.more) == 0 {
		return t, err
	}
	over := k.hurry()
	defer over()
	if !k.fetch(ctx, w.more, w.freed) {
		return t, err
	}
	return change()
}

// rewrite writes the order of w anew.
func (d *draft) rewrite(w *writing, tap Tap, c OrderChange) (Ticket, error) {
	t, m := w.t, w.menu
	switch {
	case !t.Open():
		return t, t.nothing("to change")
	case t.Order.Origin != order.Edge:
		return t, problem.New(problem.Conflict, "order_of_cloud", "order %d was not taken here: void it, and take it anew", t.Number).With("ticket", t)
	}
	if err := d.need(staff.Change, string(t.Order.ID), tap.Reason, ""); err != nil {
		return t, err
	}
	if err := w.write(c); err != nil {
		return t, err
	}
	if err := w.check(); err != nil {
		return t, err
	}
	if err := d.hasMore(w); err != nil {
		return t, err
	}
	before := t.Progress.Kitchen()
	was := t.Order.Totals.Total
	t = t.without(w.gone)
	t.Order.Lines, t.Order.Totals, t.Order.MenuVersion = w.lines, m.Totals(w.lines, t.Order.Fulfilment), m.Version
	t.Order.Changes++
	t.Progress.Items, t.Moves, t.LastItem = w.items, nil, w.last
	for _, id := range w.fresh {
		t.Clocks.Items[id] = map[order.ItemState]time.Time{order.ItemQueued: d.now}
	}
	if after := t.Progress.Kitchen(); after != before {
		t.enter(before, after, "", d.now)
	}
	t.Version++
	difference := money.Of(t.Order.Totals.Total.Minor-was.Minor, was.Currency)
	t = d.notice(t, Notice{Kind: WasChanged, Who: tap.Who, Reason: tap.Reason, Lines: w.said, Difference: &difference})
	d.put(t)
	d.tell(t.Order.ID, event.OrderChanged{
		Order: t.Order.ID, Changes: t.Order.Changes, Lines: t.Order.Lines, Items: t.Progress.Items, Totals: t.Order.Totals,
		MenuVersion: t.Order.MenuVersion, Who: tap.Who, Reason: tap.Reason,
	})
	return t, nil
}
