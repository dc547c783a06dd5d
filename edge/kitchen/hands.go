package kitchen

import (
	"slices"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// movesKept is how many taps can be taken back.
const movesKept = 16

func start(d *draft, t Ticket, tap Tap) (Ticket, error) {
	items := t.where(func(i order.Item) bool {
		return i.State == order.ItemQueued && tap.at(i) || i.ID == tap.Item
	})
	if len(items) == 0 {
		return t, t.nothing("to start")
	}
	t, err := d.move(t, tap, []ItemStep{{order.Start, items}})
	if err == nil && slices.ContainsFunc(d.cooksNow(), func(c Cook) bool { return c.ID == tap.Who && c.can(t.toMake()) }) {
		t.Cook = tap.Who // who starts it has it
		d.put(t)
	}
	return t, err
}

func bump(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if tap.Item != "" {
		i, ok := t.Progress.Item(tap.Item)
		if !ok {
			return t, problem.New(problem.NotFound, "no_such_item", "the order has no item %q", tap.Item)
		}
		if i.Bump() == "" {
			return t, t.nothing("left to do on that item")
		}
		return d.move(t, tap, []ItemStep{{i.Bump(), []string{i.ID}}})
	}
	station := tap.Station
	if station == "" {
		station = t.station()
	}
	if station == menu.StationPass {
		return handOver(d, t, tap)
	}
	steps := t.bumpAt(station)
	if len(steps) == 0 {
		return t, t.nothing("at " + station)
	}
	return d.move(t, tap, steps)
}

// bumpAt are the steps that finish what is at a station. At the oven, what waits goes in before what is in comes out.
func (t Ticket) bumpAt(station string) []ItemStep {
	in := func(bakes bool, states ...order.ItemState) []string {
		return t.where(func(i order.Item) bool {
			return StationOf(i) == station && i.Bakes == bakes && slices.Contains(states, i.State)
		})
	}
	queued := append(in(true, order.ItemQueued), in(false, order.ItemQueued)...)
	steps := []ItemStep{
		{order.Start, queued},
		{order.Make, in(true, order.ItemQueued, order.ItemMaking)},
		{order.Finish, in(false, order.ItemQueued, order.ItemMaking)},
		{order.Bake, in(true, order.ItemMade)},
		{order.Finish, in(true, order.ItemBaked)},
	}
	if len(in(true, order.ItemMade)) == 0 {
		steps = append(steps, ItemStep{order.Unload, in(true, order.ItemInOven)})
	}
	return slices.DeleteFunc(steps, func(s ItemStep) bool { return len(s.Items) == 0 })
}

func recall(d *draft, t Ticket, tap Tap) (Ticket, error) {
	why := tap.cause()
	if tap.Item != "" {
		return d.step(t, why, order.Recall, tap.Item)
	}
	if tap.Of != "" && (len(t.Moves) == 0 || t.Moves[len(t.Moves)-1].Tap != tap.Of) {
		return t, t.nothing("to take back: somebody has gone on with it since")
	}
	if t.Progress.Whole == order.HandedOver {
		return takeBack(d, t, tap)
	}
	t.Moves = slices.DeleteFunc(slices.Clone(t.Moves), func(m Move) bool { return len(m.Steps) == 0 }) // it is on its shelf again
	if len(t.Moves) == 0 {
		return t, t.nothing("to take back")
	}
	last := t.Moves[len(t.Moves)-1]
	for id, left := range last.Left {
		if i, _ := t.Progress.Item(id); i.State != left {
			return t, t.nothing("to take back: it has moved on since")
		}
	}
	var err error
	for _, s := range slices.Backward(last.Steps) {
		if t, err = d.step(t, why, order.Recall, s.Items...); err != nil {
			return t, err
		}
	}
	t.Moves = t.Moves[:len(t.Moves)-1]
	d.put(t)
	return t, nil
}

// handOver lets a delivery go only with a driver, or with a word about who has it: while the line is cut the driver who was assigned is not
// known here, but a pizza that was handed to nobody is found by nobody.
func handOver(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if t.Progress.Kitchen() == order.Ready && t.Progress.Delivery == order.Unassigned && tap.Reason == "" {
		return t, problem.New(problem.Conflict, "no_driver",
			"no driver is assigned to order %d: say who takes it (reason) to hand it over all the same", t.Number).With("path", "reason").With("ticket", t)
	}
	if err := d.paidFor(t, tap); err != nil {
		return t, err
	}
	t, err := d.step(t, tap.cause(), order.HandOver)
	if err == nil {
		t = d.moved(t, Move{Tap: tap.ID})
	}
	return t, err
}

// moved remembers for undo what a tap did. A hand-over has no steps of items: the order comes back as a whole.
func (d *draft) moved(t Ticket, m Move) Ticket {
	t.Moves = append(slices.Clone(t.Moves), m)
	t.Moves = t.Moves[max(0, len(t.Moves)-movesKept):]
	d.put(t)
	return t
}

func void(d *draft, t Ticket, tap Tap) (Ticket, error) {
	if tap.Reason == "" {
		return t, problem.New(problem.Invalid, "reason_missing", "say why it is voided").With("path", "reason")
	}
	if err := d.need(staff.Void, string(t.Order.ID), tap.Reason, string(t.Progress.Status())); err != nil {
		return t, err
	}
	return d.step(t, tap.cause(), order.Void)
}

// move takes the steps of a tap and remembers them for undo.
func (d *draft) move(t Ticket, tap Tap, steps []ItemStep) (Ticket, error) {
	if t.Hold != nil && slices.ContainsFunc(steps, func(s ItemStep) bool { return s.Action == order.Start }) {
		return t, t.onHold()
	}
	left := map[string]order.ItemState{}
	for _, s := range steps {
		next, err := d.step(t, tap.cause(), s.Action, s.Items...)
		if err != nil {
			return t, err
		}
		t = next
		for _, id := range s.Items {
			i, _ := t.Progress.Item(id)
			left[id] = i.State
		}
	}
	return d.moved(t, Move{Tap: tap.ID, Steps: steps, Left: left}), nil
}

// at reports whether a tap means an item.
func (t Tap) at(i order.Item) bool {
	return t.Item == "" && (t.Station == "" || t.Station == StationOf(i))
}

// where are the ids of the items that a condition holds for.
func (t Ticket) where(holds func(order.Item) bool) (ids []string) {
	for _, i := range t.Progress.Items {
		if holds(i) {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// station is the first one that has something of the ticket.
func (t Ticket) station() string {
	for _, s := range menu.Stations() {
		if slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return StationOf(i) == s }) {
			return s
		}
	}
	return menu.StationPass
}

// nothing refuses a tap that finds the ticket further than its screen thought.
func (t Ticket) nothing(what string) error {
	return problem.New(problem.Conflict, "illegal_step", "order %d is %s: there is nothing %s", t.Number, t.Progress.Status(), what).
		With("current", t.Progress.Status()).With("allowed", t.Progress.Next()).With("ticket", t)
}
