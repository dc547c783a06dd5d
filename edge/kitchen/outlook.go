package kitchen

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// sizes are the orders of which an outlook speaks, in pizzas.
var sizes = [...]int{1, 2, 4, 8, 16, 32}

// Outlook is what the kitchen would promise for web orders now: its own quote, for orders of some sizes. nil: it sells nothing that bakes.
func (k *Kitchen) Outlook(context.Context) *order.Outlook {
	pizza, side := references(k.menu)
	if pizza == nil {
		return nil
	}
	k.mu.RLock()
	b := k.board.toPlan()
	k.mu.RUnlock()
	d := newDraft(&b, k.settings, k.now()) // taps need not wait for the schedule
	ahead := d.aheadOf(order.Web)
	o := &order.Outlook{At: d.now, Ahead: len(ahead), Hands: max(1, d.makers()), Wait: int(d.driverWait() / time.Second)}
	for _, n := range sizes {
		e := d.expect(d.trial(*pizza, n), ahead)
		o.Pizzas = append(o.Pizzas, e.prospect(n, d.now))
		if n == 1 {
			o.Because, o.Places = e.why, math.Round(e.places*100)/100
			o.Reference = d.reference(*pizza, e.bake)
		}
	}
	if side != nil {
		p := d.expect(d.trial(*side, 1), ahead).prospect(1, d.now)
		o.Side, o.Reference.MenuSide = &p, side.MakeSeconds
	}
	if t := k.settings.Throttle; t != nil {
		o.Large = &order.Large{Pieces: t.LargePieces, Reserve: t.Reserve}
		o.Closed = d.closed()
	}
	return o
}

// prospect is an expectation as it is told.
func (e expectation) prospect(pieces int, now time.Time) order.Prospect {
	whole := func(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }
	return order.Prospect{Pieces: pieces, Ready: max(0, whole(e.from.Sub(now))), Spread: whole(e.spread)}
}

// trial is an order of so many of the same, that nobody has placed.
func (d *draft) trial(i order.Item, n int) Ticket {
	items := slices.Repeat([]order.Item{i}, n)
	for at := range items {
		items[at].ID = strconv.Itoa(at + 1)
	}
	o := order.Order{ID: "-", Restaurant: d.settings.Restaurant, Origin: order.Edge, Channel: order.Web, Fulfilment: order.Carryout, PlacedAt: d.now}
	return newTicket(o, items, d.now)
}

// reference says how long a pizza takes by the menu, and by what was learned.
func (d *draft) reference(i order.Item, bake time.Duration) order.Reference {
	r := order.Reference{
		MenuMake: i.MakeSeconds, Bake: int(bake.Round(time.Second) / time.Second),
		Make: int(float64(i.MakeSeconds)*d.estimates().Ratio(line.MakeLesson, line.ProductOf(i)) + 0.5),
	}
	if slices.ContainsFunc(d.settings.Ovens, func(o line.Oven) bool { return o.Belt == 0 }) {
		r.MenuBake = i.BakeSeconds
	}
	return r
}

// makers are the hands that make pizzas.
func (d *draft) makers() (n int) {
	for _, h := range d.line().Hands {
		if len(h.Skills) == 0 || slices.Contains(h.Skills, menu.StationMake) {
			n++
		}
	}
	return n
}

// references are the pizza and the side in the middle of what is on a menu, by how long they take; nil when there is none.
func references(m *menu.Menu) (pizza, side *order.Item) {
	var lines []order.Line
	for _, p := range m.Products {
		for _, s := range p.Sizes {
			lines = append(lines, order.Line{Product: p.ID, Size: s.ID, Quantity: 1})
		}
	}
	items := m.Items(lines)
	slices.SortStableFunc(items, func(x, y order.Item) int {
		return cmp.Or(cmp.Compare(x.MakeSeconds, y.MakeSeconds), cmp.Compare(x.BakeSeconds, y.BakeSeconds))
	})
	middle := func(bakes bool) *order.Item {
		some := slices.DeleteFunc(slices.Clone(items), func(i order.Item) bool { return i.Bakes != bakes })
		if len(some) == 0 {
			return nil
		}
		return &some[len(some)/2]
	}
	return middle(true), middle(false)
}

// closed are the channels whose orders would have to wait for longer than their rule says.
func (d *draft) closed() map[order.Channel]order.Shut {
	t := d.settings.Throttle
	if t == nil || len(t.Channels) == 0 {
		return nil
	}
	loads := d.schedule(d.withScheduled(d.withWaiting(d.open()))).Loads(d.now)
	shut := map[order.Channel]order.Shut{}
	for _, c := range slices.Sorted(maps.Keys(t.Channels)) {
		rule := t.Channels[c]
		if wait := loads.WebWait(cmp.Or(rule.Reserve, t.Reserve)); rule.refuses() && wait >= cmp.Or(rule.PauseAfter, t.PauseAfter) {
			shut[c] = order.Shut{Wait: int(wait / time.Second), Reason: wouldWait(wait)}
		}
	}
	if len(shut) == 0 {
		return nil
	}
	return shut
}

// Closed are the channels of web orders that the kitchen has no room for now, though it has for others.
func (k *Kitchen) Closed(context.Context) map[order.Channel]order.Shut {
	k.mu.RLock()
	b := k.board.toPlan()
	k.mu.RUnlock()
	return newDraft(&b, k.settings, k.now()).closed()
}
