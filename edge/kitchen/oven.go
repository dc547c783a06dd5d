package kitchen

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

const (
	ovenKept   = wire.MaxFactAge  // how long an oven may repeat an event
	sensorLate = 10 * time.Minute // an event older than this says nothing about what is in the oven now
	sameMove   = 30 * time.Second // a tap and a sensor that say "in" within this time mean the same item
)

// OvenEvent takes note of what an oven saw, once for each event id. What goes in is the item the oven names, else the one that was just
// tapped in, else the one that waits longest; what comes out is the one in that slot, else one that was tapped in and meant for that deck. An event that fits nothing changes nothing and is
// kept as a dead letter: an error means only that the store could not write.
func (k *Kitchen) OvenEvent(ctx context.Context, oven string, ev wire.OvenEvent) error {
	a := Answer{ID: "oven/" + oven + "/" + ev.ID, Keep: k.now().Add(ovenKept)}
	return k.change(ctx, func(d *draft) error {
		if ev.Kind == wire.ItemPutIn {
			k.sensed = later(k.sensed, d.now)
		}
		if ev.Kind == wire.Fault {
			k.mu.Lock()
			k.board.words.faulted[oven] = d.now
			k.mu.Unlock()
		}
		_, seen, err := k.store.Answer(ctx, a.ID)
		if err != nil || seen {
			return err
		}
		trial := d.fresh()
		unfit := trial.sense(oven, ev)
		if unfit == nil {
			*d = *trial
		} else {
			d.letter("oven "+oven, unfit.Error(), ev)
		}
		d.answer = &a
		return nil
	})
}

// sense does what an event asks for, or says why it makes no sense.
func (d *draft) sense(oven string, ev wire.OvenEvent) error {
	why := cause{by: event.BySensor, who: oven, oven: oven, at: d.happened(ev.At.Time)}
	switch ev.Kind {
	case wire.ItemPutIn:
		if d.now.Sub(ev.At.Time) > sensorLate {
			return fmt.Errorf("it came %s late", d.now.Sub(ev.At.Time).Round(time.Second))
		}
		return d.putIn(why, ev)
	case wire.ItemTakenOut:
		if d.now.Sub(ev.At.Time) > sensorLate {
			return fmt.Errorf("it came %s late", d.now.Sub(ev.At.Time).Round(time.Second))
		}
		return d.takenOut(why, ev)
	case wire.Fault:
		d.ovenFails(oven, ev.Slot, why.at)
		return nil
	case wire.Door:
		return nil
	}
	return fmt.Errorf("no oven event is of kind %q", ev.Kind)
}

// happened is the instant an event claims, as far as it can be true.
func (d *draft) happened(at time.Time) time.Time {
	if at.After(d.now) || at.IsZero() {
		return d.now
	}
	return at.UTC().Truncate(time.Millisecond)
}

// lastSensed is when an oven last saw one of these tickets' items going in.
func lastSensed(tickets []Ticket) (last time.Time) {
	for _, t := range tickets {
		for id, states := range t.How {
			if states[order.ItemInOven].By == event.BySensor {
				last = later(last, t.Clocks.Items[id][order.ItemInOven])
			}
		}
	}
	return last
}

func (d *draft) putIn(why cause, ev wire.OvenEvent) error {
	slot := line.Slot{Oven: why.oven, Slot: ev.Slot}
	for _, t := range d.open() {
		for item, s := range t.Slots {
			if s == slot {
				return fmt.Errorf("slot %d holds item %s of order %s", ev.Slot, item, t.Order.ID)
			}
		}
	}
	t, i, ok := d.goingIn(ev)
	if !ok {
		return fmt.Errorf("nothing waits for the oven")
	}
	if i.State == order.ItemMade {
		var err error
		if t, err = d.step(t, why, order.Bake, i.ID); err != nil {
			return err
		}
	}
	t = t.clone()
	t.Slots[i.ID] = slot
	d.put(t)
	return nil
}

// goingIn is the item that an event of kind item_in means.
func (d *draft) goingIn(ev wire.OvenEvent) (Ticket, order.Item, bool) {
	if ev.Order != "" {
		t, ok := d.ticket(order.ID(ev.Order))
		for _, i := range t.Progress.Items {
			if ok && (ev.Item == "" || ev.Item == i.ID) && (i.State == order.ItemMade || t.tappedIn(i)) {
				return t, i, true
			}
		}
	}
	just := func(t Ticket, i order.Item) bool { return t.tappedIn(i) && d.now.Sub(t.entered(i)) <= sameMove }
	if t, i, ok := d.oldest(just); ok {
		return t, i, true
	}
	return d.oldest(func(_ Ticket, i order.Item) bool { return i.State == order.ItemMade })
}

func (d *draft) takenOut(why cause, ev wire.OvenEvent) error {
	slot := line.Slot{Oven: why.oven, Slot: ev.Slot}
	t, i, ok := d.oldest(func(t Ticket, i order.Item) bool { return i.State == order.ItemInOven && t.Slots[i.ID] == slot })
	if !ok {
		t, i, ok = d.oldest(func(t Ticket, i order.Item) bool {
			if !t.tappedIn(i) || ev.Item != "" && ev.Item != i.ID {
				return false
			}
			return ev.Order == string(t.Order.ID) || ev.Order == "" && d.meantFor(t, i.ID, slot)
		})
	}
	if !ok {
		return fmt.Errorf("nothing known is in slot %d", ev.Slot)
	}
	_, err := d.step(t, why, order.Unload, i.ID)
	return err
}

// meantFor reports whether an item was to go onto the deck of a slot, or onto the belt. A kitchen whose ovens have no names knows of one.
func (d *draft) meantFor(t Ticket, item string, s line.Slot) bool {
	if !slices.ContainsFunc(d.settings.Ovens, func(o line.Oven) bool { return o.ID != "" }) {
		return true
	}
	at := t.Plan[item]
	return slices.ContainsFunc(d.settings.Ovens, func(o line.Oven) bool {
		return o.ID == s.Oven && at.Oven == o.ID && (at.Deck == 0 || o.Belt > 0 || at.Deck == o.DeckOf(s.Slot))
	})
}

// tappedIn reports whether an item is in an oven by hand only: no sensor has said where.
func (t Ticket) tappedIn(i order.Item) bool {
	_, seen := t.Slots[i.ID]
	return i.State == order.ItemInOven && !seen
}

// oldest is the item that has been longest in its state, among those a condition holds for. What was recovered comes last: nobody has said
// yet that it is there.
func (d *draft) oldest(holds func(Ticket, order.Item) bool) (in Ticket, found order.Item, ok bool) {
	for _, t := range d.open() {
		for _, i := range t.Progress.Items {
			sooner := t.entered(i).Before(in.entered(found))
			if holds(t, i) && (!ok || in.Recovered && !t.Recovered || in.Recovered == t.Recovered && sooner) {
				in, found, ok = t, i, true
			}
		}
	}
	return in, found, ok
}

func (d *draft) letter(source, reason string, message any) {
	payload, err := json.Marshal(message)
	if err != nil {
		payload = fmt.Appendf(nil, "%+v", message)
	}
	d.commit.Letters = append(d.commit.Letters, DeadLetter{At: d.now, Source: source, Reason: reason, Payload: payload})
}
