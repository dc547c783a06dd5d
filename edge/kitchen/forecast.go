package kitchen

import (
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// reforecastAfter is how far a forecast may move before anybody is told: a minute, a tenth of the wait if that is more, or a fifth of the
// time for which the ticket has not moved: one that is forgotten is forecast ever more rarely.
const reforecastAfter = time.Minute

// ItemPlan is how the schedule sees one item through the kitchen: a hint, nobody is held to it.
type ItemPlan struct {
	Cook  string    `json:"cook,omitempty"`
	Start time.Time `json:"start_at,omitzero"` // as late as it may be, if it is not begun: what is made quickly waits for what bakes
	Oven  string    `json:"oven,omitempty"`
	Deck  int       `json:"deck,omitempty"`
	In    time.Time `json:"in_at,omitzero"` // into the oven
	Out   time.Time `json:"out_at,omitzero"`
	Ready time.Time `json:"ready"`
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// schedule is how tickets go through the line, in the order of the queue.
func (d *draft) schedule(tickets []Ticket) line.Plan {
	asked := make([]line.Ticket, len(tickets))
	items := 0
	for n := range tickets {
		items += len(tickets[n].Progress.Items)
	}
	all := make([]line.Item, 0, items)
	for n := range tickets {
		from := len(all)
		all = tickets[n].items(all)
		asked[n] = d.asked(&tickets[n])
		asked[n].Items = all[from:]
	}
	return d.line().Schedule(d.now, asked)
}

// asked is what a ticket asks of the line, without its items.
func (d *draft) asked(t *Ticket) line.Ticket {
	l := line.Ticket{Order: t.Order.ID, Queued: t.Progress.Whole == order.Queued, Cook: t.Cook, Web: t.Command > 0, Held: t.Hold != nil}
	if l.Held && t.Hold.Until != nil {
		l.Release = *t.Hold.Until
	}
	if !l.Held && d.scheduled(*t) {
		l.Held, l.Release = true, d.begins(*t)
		return l
	}
	l.Aim, _ = d.aim(*t)
	return l
}

// items are the items of a ticket as the line sees them, behind those of others.
func (t *Ticket) items(behind []line.Item) []line.Item {
	for n := range t.Progress.Items {
		i := line.Item{Of: &t.Progress.Items[n], Entered: t.entered(t.Progress.Items[n])}
		if s, seen := t.Slots[i.Of.ID]; seen {
			i.Slot = &s
		}
		if p, planned := t.Plan[i.Of.ID]; planned && i.Slot == nil && i.Of.State == order.ItemInOven {
			i.Meant = line.Berth{Oven: p.Oven, Deck: p.Deck}
		}
		behind = append(behind, i)
	}
	return behind
}

// line is what the kitchen can do as this draft leaves it.
func (d *draft) line() line.Line {
	l := line.Line{Cut: d.settings.Cut, Ovens: d.settings.Ovens, Took: d.estimates()}
	for _, a := range d.alerts() {
		deck, slot := a.place()
		l.Faults = append(l.Faults, line.Fault{Oven: a.Device, Deck: deck, Slot: slot, What: wire.AlertKind(a.What)})
	}
	l.Faults = append(l.Faults, d.board.words.felt...)
	for _, c := range d.cooksNow() {
		switch {
		case !c.SignedIn, d.isAway(c.ID):
		case makes(c):
			h := line.Hand{ID: c.ID, Skills: c.Skills, Pace: 1}
			if pace, ok := d.lesson(line.On(line.CookLesson, c.ID)); ok {
				h.Pace = pace.Mid
			}
			l.Hands = append(l.Hands, h)
		case slices.Contains(c.Skills, menu.StationCut):
			l.Cutters++
		}
	}
	return l
}

// makes reports whether a cook stands where things are made.
func makes(c Cook) bool {
	return len(c.Skills) == 0 || slices.Contains(c.Skills, menu.StationMake) || slices.Contains(c.Skills, menu.StationSides)
}

const aimEarly = time.Minute // an order is never aimed at the very end of its promise

// comes is when somebody is expected to fetch a delivery: the driver who has agreed to, or whom the cloud means to ask. nil: nobody knows.
func (t Ticket) comes() *time.Time {
	if t.Driver != nil {
		return t.Driver.Arrives
	}
	return t.Expected
}

// aim is when an order should be ready, and not much before: when its driver comes, or when its guest was told to. It is never later than
// promised. A delivery nobody fetches yet is ready as soon as it can be.
func (d *draft) aim(t Ticket) (at time.Time, ok bool) {
	latest := t.Order.Promise.To
	switch {
	case t.Order.Delivers():
		if t.comes() == nil {
			return at, false
		}
		at, latest = *t.comes(), latest.Add(-d.settings.Drive)
	case t.Order.FireAt != nil:
		at = *t.Order.FireAt
	case t.Command > 0 && !t.Order.Promise.From.IsZero(): // what is promised here comes from the forecast
		at = t.Order.Promise.From
	default:
		return at, false
	}
	if latest = latest.Add(-aimEarly); !t.Order.Promise.To.IsZero() && latest.Before(at) {
		at = latest
	}
	return at, true
}

// forecast brings the ready times of open tickets up to date. The cloud hears of those that moved far enough to matter; tickets that
// took a step say it with the step.
func (d *draft) forecast() {
	open := d.open()
	p := d.schedule(d.withScheduled(d.withWaiting(open)))
	late := p.Late()
	stepped := map[order.ID]bool{}
	for _, f := range d.commit.Facts {
		if s, ok := f.Body.(event.OrderStepped); ok {
			stepped[s.Order] = true
		}
	}
	for _, t := range open {
		if o, ok := late.Orders[t.Order.ID]; ok && !d.scheduled(t) {
			d.foresee(d.turned(t, p.Orders[t.Order.ID].Starts()), o, stepped[t.Order.ID])
		}
	}
	d.throttle(p)
}

// foresee writes a forecast onto a ticket, if it says something new.
func (d *draft) foresee(t Ticket, o line.Planned, stepped bool) {
	at := o.Ready.Round(time.Second)
	if t.Progress.Kitchen() == order.Ready {
		at = t.Since
	}
	news := t.Ready == nil || !t.Ready.Equal(at) && (stepped || far(d.now, t.Since, *t.Ready, at))
	_, changed := d.tickets[t.Order.ID]
	if !news && !changed && !t.heldOtherwise(o.Fire, d.now) {
		if !t.Turn.Equal(d.board.tickets[t.Order.ID].Turn) {
			d.put(t) // and nothing else: a time to start that has come stays
		}
		return
	}
	if news {
		t.Ready = &at
		if !stepped {
			d.tell(t.Order.ID, event.ForecastChanged{Order: t.Order.ID, Ready: at})
		}
	}
	if t.Forecast == nil && t.Progress.Kitchen() == order.Queued && !t.Recovered {
		first := *t.Ready
		t.Forecast = &first
	}
	t.FireAt, t.Plan = nil, d.hints(t, o)
	if !o.Fire.IsZero() {
		fire := o.Fire
		t.FireAt = &fire
	}
	d.put(t)
}

// heldOtherwise reports whether a ticket says another time to start than the schedule, so far off that people mind. A time that has come
// stays until the ticket is begun.
func (t Ticket) heldOtherwise(fire, now time.Time) bool {
	switch {
	case t.FireAt == nil:
		return !fire.IsZero()
	case fire.IsZero():
		return t.FireAt.Sub(now) >= line.HoldLeast
	}
	return t.FireAt.Sub(fire).Abs() >= line.HoldLeast
}

// hints are what the schedule has in mind with each item that is not done, as late as it may be: what is ready before the last is started later. The
// schedule has it made by whoever is free first; who has the ticket is named all the same, for it is theirs as long as nobody else starts it.
func (d *draft) hints(t Ticket, p line.Planned) map[string]ItemPlan {
	hints := map[string]ItemPlan{}
	whole := func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return at.Round(time.Second)
	}
	for _, j := range p.Items {
		if j.Of.State == order.ItemDone {
			continue
		}
		h := ItemPlan{Cook: j.Cook, Oven: j.Oven, Deck: j.Deck, In: whole(j.In), Out: whole(j.Out), Ready: whole(j.Ready)}
		if j.Of.State == order.ItemQueued {
			h.Start = whole(j.Start)
		}
		if j.Cook != "" && slices.ContainsFunc(d.cooksNow(), func(c Cook) bool { return c.ID == t.Cook && c.can(j.Of.Station) }) {
			h.Cook = t.Cook
		}
		hints[j.Of.ID] = h
	}
	if len(hints) == 0 {
		return nil
	}
	return hints
}

func far(now, since, told, at time.Time) bool {
	return at.Sub(told).Abs() >= max(reforecastAfter, at.Sub(now)/10, now.Sub(since)/5)
}
