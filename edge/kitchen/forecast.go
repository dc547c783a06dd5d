package kitchen

import (
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
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
	Ready time.Time `json:"ready"`
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// line is what the kitchen can do as this draft leaves it.
func (d *draft) line() line {
	l := line{cut: d.settings.Cut, ovens: d.settings.Ovens, alerts: d.alerts(), took: d.estimates(), aim: d.aim}
	for _, c := range d.cooksNow() {
		switch {
		case !c.SignedIn, d.isAway(c.ID):
		case makes(c):
			h := hand{id: c.ID, skills: c.Skills, pace: 1}
			if pace, ok := d.lesson(LessonKey{CookLesson, c.ID, AnyHour}); ok {
				h.pace = pace.Mid
			}
			l.hands = append(l.hands, h)
		case slices.Contains(c.Skills, menu.StationCut):
			l.cutters++
		}
	}
	return l
}

// makes reports whether a cook stands where things are made.
func makes(c Cook) bool {
	return len(c.Skills) == 0 || slices.Contains(c.Skills, menu.StationMake) || slices.Contains(c.Skills, menu.StationSides)
}

const aimEarly = time.Minute // an order is never aimed at the very end of its promise

// aim is when an order should be ready, and not much before: when its driver comes, or when its guest was told to. It is never later than
// promised. A delivery nobody fetches yet is ready as soon as it can be.
func (d *draft) aim(t Ticket) (at time.Time, ok bool) {
	latest := t.Order.Promise.To
	switch {
	case t.Order.Delivers():
		if t.Driver == nil || t.Driver.Arrives == nil {
			return at, false
		}
		at, latest = *t.Driver.Arrives, latest.Add(-d.settings.Drive)
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
	p := schedule(d.now, d.withWaiting(open), d.line())
	stepped := map[order.ID]bool{}
	for _, f := range d.commit.Facts {
		if s, ok := f.Body.(event.OrderStepped); ok {
			stepped[s.Order] = true
		}
	}
	for _, t := range open {
		if o, ok := p.orders[t.Order.ID]; ok {
			d.foresee(t, o, stepped[t.Order.ID])
		}
	}
	d.throttle(p)
}

// foresee writes a forecast onto a ticket, if it says something new.
func (d *draft) foresee(t Ticket, o planned, stepped bool) {
	at := o.ready.Round(time.Second)
	if t.Progress.Kitchen() == order.Ready {
		at = t.Since
	}
	news := t.Ready == nil || !t.Ready.Equal(at) && (stepped || far(d.now, t.Since, *t.Ready, at))
	_, changed := d.tickets[t.Order.ID]
	if !news && !changed && !t.heldOtherwise(o.fire, d.now) {
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
	t.FireAt, t.Plan = nil, o.hints()
	if !o.fire.IsZero() {
		fire := o.fire
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
		return t.FireAt.Sub(now) >= holdLeast
	}
	return t.FireAt.Sub(fire).Abs() >= holdLeast
}

// hints are what the schedule has in mind with each item that is not done. What is ready before the last is started later.
func (p planned) hints() map[string]ItemPlan {
	hints := map[string]ItemPlan{}
	for _, j := range p.items {
		if j.of.State == order.ItemDone {
			continue
		}
		h := ItemPlan{Cook: j.cook, Oven: j.oven, Deck: j.deck, Ready: j.ready.Round(time.Second)}
		if !j.in.IsZero() {
			h.In = j.in.Round(time.Second)
		}
		if j.of.State == order.ItemQueued {
			h.Start = j.start.Add(max(0, p.ready.Sub(j.ready)-holdSpare)).Round(time.Second)
		}
		hints[j.of.ID] = h
	}
	if len(hints) == 0 {
		return nil
	}
	return hints
}

func far(now, since, told, at time.Time) bool {
	return at.Sub(told).Abs() >= max(reforecastAfter, at.Sub(now)/10, now.Sub(since)/5)
}
