package kitchen

import (
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// scheduledAhead is how far ahead the work of scheduled orders is counted: as far as the line is added up, and a little further than it is ever long.
const scheduledAhead = line.Windows*line.Window + time.Hour

// scheduled reports whether an order waits for its time, which is near enough to be minded.
func (d *draft) scheduled(t Ticket) bool {
	at, later := t.firesAt(d.settings)
	return later && t.Number == 0 && at.After(d.now) && at.Sub(d.now) < scheduledAhead && t.Progress.Intake == order.Validated && !t.Doubtful && !t.Recovered &&
		(t.Progress.Whole == order.Waiting || t.Progress.Whole == order.Queued)
}

// wantedReady is when a scheduled order should be ready.
func (d *draft) wantedReady(t Ticket) time.Time {
	if t.Order.Delivers() {
		return t.Order.FireAt.Add(-d.settings.Drive)
	}
	return *t.Order.FireAt
}

// begins is when the first hand should be on a scheduled order, by the menu, if nothing were in the way.
func (d *draft) begins(t Ticket) time.Time {
	var makes, bakes time.Duration
	for _, i := range t.Progress.Items {
		makes += seconds(i.MakeSeconds)
		bakes = max(bakes, seconds(i.BakeSeconds))
	}
	return d.wantedReady(t).Add(-makes/time.Duration(max(1, d.makers())) - bakes - d.settings.Cut - line.HoldSpare)
}

// withScheduled are tickets with the scheduled orders behind them, so that their work is counted when it comes.
func (d *draft) withScheduled(tickets []Ticket) []Ticket {
	all := slices.DeleteFunc(slices.Clone(tickets), d.scheduled)
	for _, t := range d.byWanted() {
		all = append(all, t.asQueued())
	}
	return all
}

// byWanted are the scheduled orders, the one that is wanted first before the others.
func (d *draft) byWanted() (all []Ticket) {
	for _, t := range d.open() {
		if d.scheduled(t) {
			all = append(all, t)
		}
	}
	slices.SortStableFunc(all, func(x, y Ticket) int { return d.wantedReady(x).Compare(d.wantedReady(y)) })
	return all
}

// queueEarly gives scheduled orders to the line before their usual lead when the line is so long that they would be late: from the end of it an order is
// ready no sooner than it is wanted.
func (d *draft) queueEarly() error {
	wanted := d.byWanted()
	if len(wanted) == 0 {
		return nil
	}
	trial := slices.DeleteFunc(d.withWaiting(d.open()), d.scheduled)
	for _, t := range wanted {
		now := t.asQueued()
		now.Order.FireAt, now.Order.Promise, now.Driver = nil, order.Promise{}, nil // as soon as can be
		trial = append(trial, now)
	}
	p := d.schedule(trial)
	for _, t := range wanted {
		usually, _ := d.missing(p.Orders[t.Order.ID].Ready.Sub(d.now))
		at := p.Orders[t.Order.ID].Ready.Add(max(0, usually) + line.HoldSpare + reforecastEvery)
		if at.Before(d.wantedReady(t)) || !d.released(t) {
			continue
		}
		if _, err := d.queue(t, cause{by: event.ByRule}); err != nil && problem.Of(err) == nil { // one that cannot be queued is in nobody's way
			return err
		}
	}
	return nil
}
