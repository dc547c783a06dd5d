package kitchen

import (
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// reforecastAfter is how far a forecast may move before anybody is told: a minute, a tenth of the wait if that is more, or a fifth of the
// time for which the ticket has not moved: one that is forgotten is forecast ever more rarely.
const reforecastAfter = time.Minute

// capacity is what the kitchen can do at once.
type capacity struct {
	cooks int
	slots int           // in the ovens
	cut   time.Duration // of one item
}

// schedule says when each queued ticket will be ready if everybody works in the order of the queue: every item waits for a cook, then
// for a slot in the oven, then it is cut. Tickets come in the order of the queue.
func schedule(now time.Time, tickets []Ticket, can capacity) map[order.ID]time.Time {
	cooks, oven := busy(now, tickets, can)
	ready := make(map[order.ID]time.Time, len(tickets))
	for _, t := range tickets {
		if t.Progress.Whole != order.Queued {
			continue
		}
		var last time.Time
		for _, i := range t.Progress.Items {
			if at := itemReady(now, t, i, cooks, oven, can.cut); at.After(last) {
				last = at
			}
		}
		ready[t.Order.ID] = last
	}
	return ready
}

// busy is from when on each cook and each slot of the oven is free.
func busy(now time.Time, tickets []Ticket, can capacity) (cooks, oven []time.Time) {
	cooks, oven = free(now, can.cooks), free(now, can.slots)
	for _, t := range tickets {
		for _, i := range t.Progress.Items {
			switch i.State {
			case order.ItemMaking:
				occupy(cooks, now, until(now, t, i, i.MakeSeconds).Sub(now))
			case order.ItemInOven:
				occupy(oven, now, until(now, t, i, i.BakeSeconds).Sub(now))
			case order.ItemQueued, order.ItemMade, order.ItemBaked, order.ItemDone:
			}
		}
	}
	return cooks, oven
}

func itemReady(now time.Time, t Ticket, i order.Item, cooks, oven []time.Time, cut time.Duration) time.Time {
	at := now
	switch i.State {
	case order.ItemDone:
		return t.entered(i)
	case order.ItemBaked:
		return until(now, t, i, int(cut/time.Second))
	case order.ItemInOven:
		return until(now, t, i, i.BakeSeconds).Add(cut)
	case order.ItemQueued:
		at = occupy(cooks, now, seconds(i.MakeSeconds))
	case order.ItemMaking:
		at = until(now, t, i, i.MakeSeconds)
	case order.ItemMade:
	}
	if !i.Bakes {
		return at
	}
	return occupy(oven, at, seconds(i.BakeSeconds)).Add(cut)
}

// until is when an item has been in its state for so many seconds, or now if it has.
func until(now time.Time, t Ticket, i order.Item, n int) time.Time {
	if at := t.entered(i).Add(seconds(n)); at.After(now) {
		return at
	}
	return now
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func free(now time.Time, n int) []time.Time {
	return slices.Repeat([]time.Time{now}, max(1, n))
}

// occupy takes the place that is free first, from then or later, and says when the work is over.
func occupy(places []time.Time, from time.Time, work time.Duration) time.Time {
	first := 0
	for n, at := range places {
		if at.Before(places[first]) {
			first = n
		}
	}
	if places[first].After(from) {
		from = places[first]
	}
	places[first] = from.Add(work)
	return places[first]
}

func (d *draft) capacity() capacity {
	c := capacity{slots: d.settings.OvenSlots, cut: d.settings.Cut}
	for _, cook := range d.cooksNow() {
		if cook.SignedIn {
			c.cooks++
		}
	}
	return c
}

// forecast brings the ready times of open tickets up to date. The cloud hears of those that moved far enough to matter; tickets that
// took a step say it with the step.
func (d *draft) forecast() {
	open := d.open()
	ready := schedule(d.now, open, d.capacity())
	stepped := map[order.ID]bool{}
	for _, f := range d.commit.Facts {
		if s, ok := f.Body.(event.OrderStepped); ok {
			stepped[s.Order] = true
		}
	}
	for _, t := range open {
		at, ok := ready[t.Order.ID]
		if !ok {
			continue
		}
		at = at.Round(time.Second)
		if t.Progress.Kitchen() == order.Ready {
			at = t.Since
		}
		if t.Ready != nil && (t.Ready.Equal(at) || !stepped[t.Order.ID] && !far(d.now, t.Since, *t.Ready, at)) {
			continue
		}
		t.Ready = &at
		d.put(t)
		if !stepped[t.Order.ID] {
			d.tell(t.Order.ID, event.ForecastChanged{Order: t.Order.ID, Ready: at})
		}
	}
}

func far(now, since, told, at time.Time) bool {
	return at.Sub(told).Abs() >= max(reforecastAfter, at.Sub(now)/10, now.Sub(since)/5)
}

// promise is what a guest at the counter is told.
func (d *draft) promise(t Ticket) order.Promise {
	ahead := d.open()
	ahead = slices.DeleteFunc(ahead, func(t Ticket) bool { return t.Progress.Whole != order.Queued || t.Progress.Kitchen() == order.Ready })
	t.Progress.Whole, t.Progress.Intake = order.Queued, order.Validated
	from := schedule(d.now, append(slices.Clone(ahead), t), d.capacity())[t.Order.ID].Round(time.Second)
	p := order.Promise{From: from, To: from.Add(5 * time.Minute)}
	if len(ahead) > 0 {
		p.Because = append(p.Because, fmt.Sprintf("%d orders ahead", len(ahead)))
	}
	bake := 0
	for _, i := range t.Progress.Items {
		bake = max(bake, i.BakeSeconds)
	}
	if bake > 0 {
		p.Because = append(p.Because, fmt.Sprintf("oven %d min", (bake+59)/60))
	}
	if t.Order.Delivers() {
		p.From, p.To = from.Add(d.settings.Drive), from.Add(d.settings.Drive+10*time.Minute)
		p.Because = append(p.Because, fmt.Sprintf("drive %d min", int(d.settings.Drive.Minutes())))
	}
	return p
}
