package kitchen

import (
	"context"
	"slices"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Confirm says where the food of a recovered ticket really is: where the ticket says, or at tap.State. The cloud takes it over as it then
// stands. It reports problem.Conflict "nothing_to_confirm" when somebody was faster, or nobody asked.
func (k *Kitchen) Confirm(ctx context.Context, id order.ID, tap Tap) (Ticket, error) {
	return k.tap(ctx, id, "confirm", tap, confirm)
}

// Whereabouts are the states of the kitchen lane that a cook can find food in, in their order.
func Whereabouts() []order.Kitchen {
	return []order.Kitchen{order.Queued, order.Preparing, order.Baking, order.QualityCheck, order.Ready, order.HandedOver}
}

func confirm(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if !t.Recovered || !t.Open() {
		return t, problem.New(problem.Conflict, "nothing_to_confirm", "where order %d is has been said", t.Number).With("ticket", t)
	}
	if tap.State != "" && tap.State != t.Progress.Kitchen() {
		whole, items := found(t.Progress.Items, tap.State)
		t = t.moved(whole, items, d.now)
	}
	if t.Number == 0 && t.Progress.Whole != order.Waiting {
		t.Day = d.settings.Day(d.now)
		t.Number = d.lastNumber(t.Day) + 1
		d.raiseNumber(t.Day, t.Number)
	}
	t = d.confirmed(t)
	if d.due(t) && d.released(t) {
		d.tell(t.Order.ID, Standing(t)) // before the step that follows it
		return d.queue(t, cause{by: event.ByRule})
	}
	d.commit.Standing = []order.ID{t.Order.ID}
	return t, nil
}

// confirmed is the ticket as one that nobody asks about any more.
func (d *draft) confirmed(t Ticket) Ticket {
	t.Recovered, t.Doubtful = false, false
	t.Version++
	d.put(t)
	return t
}

// found are the items of an order as they must be when a cook finds it in a state of the kitchen lane. What does not bake stays where it is
// unless the state says more of it.
func found(items []order.Item, state order.Kitchen) (whole order.Kitchen, out []order.Item) {
	out = slices.Clone(items)
	for n, i := range out {
		out[n].State = foundItem(i, state)
	}
	if state == order.HandedOver {
		return state, out
	}
	if state == order.Preparing && !slices.ContainsFunc(out, func(i order.Item) bool { return i.State != order.ItemQueued || i.Remakes > 0 }) {
		out[0].State = order.ItemMaking
	}
	return order.Queued, out
}

func foundItem(i order.Item, state order.Kitchen) order.ItemState {
	switch state {
	case order.Queued:
		return order.ItemQueued
	case order.Ready, order.HandedOver:
		return order.ItemDone
	}
	if !i.Bakes {
		return i.State
	}
	switch state {
	case order.Baking:
		return order.ItemInOven
	case order.QualityCheck:
		return order.ItemBaked
	}
	if i.State == order.ItemQueued {
		return i.State
	}
	return order.ItemMaking // preparing
}
