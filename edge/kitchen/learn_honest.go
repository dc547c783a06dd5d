package kitchen

import (
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// What an observation can be, in parts of what the menu says: screens are bumped late, or empty.
const (
	leastMade, mostMade     = 0.4, 2.5
	leastBaked, mostBaked   = 0.5, 2.5 // between two sensors
	leastTapped, mostTapped = 0.8, 1.6 // between two taps
)

// learn takes from a step what can be believed of it. t is the ticket before, next after it; it comes back with what it says of its forecast.
func (d *draft) learn(t, next Ticket, why cause, action order.Action, items []string) Ticket {
	if t.Recovered || why.by != event.ByTap && why.by != event.BySensor {
		return next
	}
	switch action {
	case order.Make, order.Finish:
		d.learnMade(t, why, items)
	case order.Unload:
		d.learnBaked(t, why, items)
	}
	if next.Progress.Kitchen() == order.Ready && t.Progress.Kitchen() != order.Ready {
		return d.learnReady(next, why.at)
	}
	return next
}

// learnMade learns how long making took, if one item was made alone by a tap that started it and another that ended it.
func (d *draft) learnMade(t Ticket, why cause, items []string) {
	if len(items) != 1 || why.by != event.ByTap {
		return
	}
	i, _ := t.Progress.Item(items[0])
	if i.State != order.ItemMaking || i.MakeSeconds <= 0 || t.besides(i, why.at) {
		return
	}
	ratio := why.at.Sub(t.entered(i)).Seconds() / float64(i.MakeSeconds)
	if ratio < leastMade || ratio > mostMade {
		return
	}
	usual := d.estimates().Ratio(line.MakeLesson, line.ProductOf(i))
	d.hearOf(line.MakeLesson, line.ProductOf(i), ratio)
	who := why.who
	if why.button != "" {
		who = t.Cook
	}
	if who != "" && slices.ContainsFunc(d.cooksNow(), func(c Cook) bool { return c.ID == who }) {
		d.hear(line.On(line.CookLesson, who), ratio/usual, 1)
	}
}

// besides reports whether another item of the ticket was in somebody's hands since an item was started.
func (t Ticket) besides(item order.Item, until time.Time) bool {
	began := t.entered(item)
	for _, other := range t.Progress.Items {
		from, started := t.Clocks.Items[other.ID][order.ItemMaking]
		if other.ID == item.ID || !started || !from.Before(until) {
			continue
		}
		to, over := t.Clocks.Items[other.ID][order.ItemMade]
		if !other.Bakes {
			to, over = t.Clocks.Items[other.ID][order.ItemDone]
		}
		if !over || to.After(began) {
			return true
		}
	}
	return false
}

// learnBaked learns how long baking took: what two sensors saw, or one item that was tapped in and out in a time that is possible. What bakes
// in an oven that is not well teaches nothing.
func (d *draft) learnBaked(t Ticket, why cause, items []string) {
	faults := d.line().Faults
	for _, id := range items {
		if d.unwell(faults, t, id) {
			continue
		}
		i, _ := t.Progress.Item(id)
		_, seen := t.Slots[id]
		least, most := leastTapped, mostTapped
		if seen && why.by == event.BySensor {
			least, most = leastBaked, mostBaked
		} else if len(items) > 1 {
			continue
		}
		if i.BakeSeconds <= 0 || d.belted(t.Slots[id].Oven) {
			continue
		}
		if ratio := why.at.Sub(t.entered(i)).Seconds() / float64(i.BakeSeconds); ratio >= least && ratio <= most {
			d.hearOf(line.BakeLesson, line.ProductOf(i), ratio)
		}
	}
}

// belted reports whether an oven is a conveyor: its belt says how long it takes, and teaches nothing of recipes.
func (d *draft) belted(oven string) bool {
	return slices.ContainsFunc(d.settings.Ovens, func(o line.Oven) bool { return o.Belt > 0 && (o.ID == oven || oven == "") })
}

// unwell reports whether the schedule minds something of what an item bakes in, as far as anybody knows that: an alert, or a reading that is none yet.
func (d *draft) unwell(faults []line.Fault, t Ticket, item string) bool {
	at := d.berth(t, item)
	return slices.ContainsFunc(faults, func(f line.Fault) bool {
		known := slices.ContainsFunc(d.settings.Ovens, func(o line.Oven) bool { return o.ID == f.Oven || o.ID == "" })
		return known && line.Slows(f.What) && (at.Oven == "" || at.Oven == f.Oven) && (at.Deck == 0 || f.Deck == 0 || at.Deck == f.Deck)
	})
}

// berth is where an item bakes: where a sensor saw it, else where it was meant to. Zero where nobody knows.
func (d *draft) berth(t Ticket, item string) line.Berth {
	slot, seen := t.Slots[item]
	if !seen {
		return line.Berth{Oven: t.Plan[item].Oven, Deck: t.Plan[item].Deck}
	}
	return line.Berth{Oven: slot.Oven, Deck: d.deckOf(slot)}
}

// deckOf is the deck that a slot is on, 0 in an oven that the kitchen does not know.
func (d *draft) deckOf(s line.Slot) int {
	for _, o := range d.settings.Ovens {
		if o.ID == s.Oven {
			return o.DeckOf(s.Slot)
		}
	}
	return 0
}

// learnReady learns how far an order was ready behind its first forecast, once, if it can have been made in that time.
func (d *draft) learnReady(t Ticket, at time.Time) Ticket {
	if t.Forecast == nil || t.Missed != nil || t.otherThanForeseen() || !t.believable() {
		return t
	}
	missed := int(at.Sub(*t.Forecast).Round(time.Second) / time.Second)
	t.Missed = &missed
	d.commit.Missed = append(d.commit.Missed, time.Duration(missed)*time.Second)
	d.hear(line.On(line.ErrorLesson, line.AheadOf(t.Forecast.Sub(t.QueuedAt))), float64(missed), 0)
	return t
}

// otherThanForeseen reports whether people have made another thing of a ticket than what was forecast: it says nothing of the forecast.
func (t Ticket) otherThanForeseen() bool {
	return t.HeldFor > 0 || t.Hold != nil || t.Order.Changes > 0 || len(t.Remakes) > 0
}

// believable reports whether what the clocks of a finished ticket say can be: nothing was bumped before it was baked or made.
func (t Ticket) believable() bool {
	for _, i := range t.Progress.Items {
		at := t.Clocks.Items[i.ID]
		from, to, least := at[order.ItemInOven], at[order.ItemBaked], seconds(i.BakeSeconds)/2
		if !i.Bakes {
			from, to, least = at[order.ItemQueued], at[order.ItemDone], seconds(i.MakeSeconds)/4
		}
		if from.IsZero() || to.Sub(from) < least {
			return false
		}
	}
	return true
}
