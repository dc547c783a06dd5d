package kitchen

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Timer is a row with a due time: it survives a restart, and fires once. Since is what it counts from.
type Timer struct {
	TimerKey
	Due   time.Time
	Since time.Time
}

// TimerKey names a timer: there is one of a kind for an order, or for an item of it.
type TimerKey struct {
	Kind  TimerKind
	Order order.ID
	Item  string
}

// TimerKind is what a timer is for.
type TimerKind string

// The kinds of timers.
const (
	StuckOrder  TimerKind = "stuck_order"  // the kitchen lane has not moved for too long
	OverdueBake TimerKind = "overdue_bake" // an item is in the oven for longer than it bakes
	FireOrder   TimerKind = "fire_order"   // a scheduled order goes to the queue
	OffEnds     TimerKind = "off_ends"     // something that is off comes back to the menu; the item names it
	DailyCheck  TimerKind = "daily_check"  // of the stock
	HoldOver    TimerKind = "hold_over"    // a hold ends by itself
	NotShown    TimerKind = "not_shown"    // no screen shows a ticket
	Unread      TimerKind = "unread"       // a voided ticket leaves the board, though nobody has taken note of it
	Unreleased  TimerKind = "unreleased"   // a web order waits, and nobody has said that it may be made
	SilentCook  TimerKind = "silent_cook"  // nothing was heard of a cook; Item is the cook's id
)

// alert is the id of the alert that a timer raises.
func (key TimerKey) alert() string {
	if key.Item == "" {
		return string(key.Kind) + "/" + string(key.Order)
	}
	return string(key.Kind) + "/" + string(key.Order) + "/" + key.Item
}

// timersOf are the timers a ticket should have. screens says that somebody could show it.
func timersOf(t Ticket, s Settings, now time.Time, screens bool) map[TimerKey]Timer {
	timers := map[TimerKey]Timer{}
	set := func(kind TimerKind, item string, since time.Time, after time.Duration) {
		key := TimerKey{kind, t.Order.ID, item}
		timers[key] = Timer{TimerKey: key, Since: since, Due: since.Add(after)}
	}
	if t.Lingers {
		set(Unread, "", t.Since, unreadFor)
	}
	if !t.Open() {
		return timers
	}
	if since, limit, can := t.stuckAt(s); can {
		set(StuckOrder, "", since, limit)
	}
	if t.Hold != nil && t.Hold.Until != nil {
		set(HoldOver, "", t.Hold.At, t.Hold.Until.Sub(t.Hold.At))
	}
	if screens && t.Progress.Whole == order.Queued && t.Custody.Shown.IsZero() && t.Custody.Touched.IsZero() {
		set(NotShown, "", t.QueuedAt, notShown)
	}
	if at, later := t.firesAt(s); later && at.After(now) && t.Progress.Whole == order.Waiting {
		set(FireOrder, "", t.TakenAt, at.Sub(t.TakenAt))
	}
	if since, waits := t.waitsSince(s); waits {
		set(Unreleased, "", since, unreleasedFor)
	}
	for _, i := range t.Progress.Items {
		if i.State == order.ItemInOven && !t.Recovered { // else nobody has said that it is in there
			set(OverdueBake, i.ID, t.entered(i), seconds(i.BakeSeconds)+s.Overdue)
		}
	}
	return timers
}

// firesAt is when a scheduled order goes to the queue.
func (t Ticket) firesAt(s Settings) (time.Time, bool) {
	if t.Order.FireAt == nil {
		return time.Time{}, false
	}
	return t.Order.FireAt.Add(-s.FireLead).UTC().Truncate(time.Millisecond), true
}

// mind brings the timers of a ticket in line with it, and ends the alerts whose reason is gone.
func (d *draft) mind(t Ticket) {
	want := timersOf(t, d.settings, d.now, d.hasScreens())
	var keys []TimerKey
	for _, kind := range []TimerKind{StuckOrder, FireOrder, HoldOver, NotShown, Unread, Unreleased} {
		keys = append(keys, TimerKey{kind, t.Order.ID, ""})
	}
	for _, i := range t.Progress.Items {
		keys = append(keys, TimerKey{OverdueBake, t.Order.ID, i.ID})
	}
	for _, key := range keys {
		timer, wanted := want[key]
		running, runs := d.board.timers[key]
		alert, rang := d.alert(key.alert())
		if rang && wanted && alert.Since.Equal(timer.Since) {
			continue // it has fired for this
		}
		if rang {
			d.clear(alert.ID)
		}
		if key.Kind == NotShown && !runs && timer.Due.Before(d.now) {
			continue // it has fired, or came due before there was a screen: Look sees to it
		}
		if wanted && (!runs || !running.Due.Equal(timer.Due)) {
			d.commit.Timers = append(d.commit.Timers, timer)
		}
		if runs && !wanted {
			d.commit.Stopped = append(d.commit.Stopped, key)
		}
	}
}

// fire carries out a timer that is due.
func (d *draft) fire(timer Timer) error {
	switch timer.Kind {
	case OffEnds:
		d.endOff(timer)
	case DailyCheck:
		d.check()
	case SilentCook:
		d.silent(timer)
	case StuckOrder, OverdueBake, FireOrder, NotShown, HoldOver, Unread, Unreleased:
		if t, ok := d.ticket(timer.Order); ok {
			return d.fireFor(t, timer)
		}
	}
	return nil
}

// fireFor carries out a timer of a ticket.
func (d *draft) fireFor(t Ticket, timer Timer) error {
	a := Alert{ID: timer.alert(), Device: "kitchen", What: string(timer.Kind), Level: "warning", Order: timer.Order, Since: timer.Since}
	switch timer.Kind {
	case StuckOrder:
		d.raise(a)
	case OverdueBake:
		a.Level = "critical"
		if slot, seen := t.Slots[timer.Item]; seen {
			a.Device = slot.Oven
		}
		d.raise(a)
	case OffEnds, DailyCheck, SilentCook:
	case NotShown:
		if a.Level = "critical"; !d.board.onGlass(t) {
			d.raise(a)
		}
	case HoldOver:
		if t.Hold != nil {
			d.resume(t)
		}
	case Unread:
		t.Lingers = false
		d.put(t)
	case Unreleased:
		d.waited(t, timer, a)
	case FireOrder:
		if t.Progress.Whole == order.Waiting && !t.Doubtful && d.released(t) {
			_, err := d.queue(t, cause{by: event.ByRule})
			return err
		}
	}
	return nil
}

const (
	reforecastEvery = 30 * time.Second
	pruneEvery      = time.Hour
	retryEvery      = 5 * time.Second
)

// Run fires timers when they are due, keeps forecasts fresh and lets the store prune, until ctx ends; it returns nil. While the store
// cannot be written to, it logs that and tries again: screens go on showing what there is.
func (k *Kitchen) Run(ctx context.Context) error {
	var pruning sync.WaitGroup
	pruning.Go(func() { k.prune(ctx) })
	pruning.Go(func() { k.hireAtLeisure(ctx) })
	defer pruning.Wait()
	reforecast := time.NewTicker(reforecastEvery)
	defer reforecast.Stop()
	retry := time.Duration(0)
	for {
		wait := time.NewTimer(max(retry, k.untilDue()))
		var err error
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-k.timed:
		case <-wait.C:
			err = k.fireDue(ctx)
		case <-reforecast.C:
			err = k.reforecast(ctx)
		}
		wait.Stop()
		retry = 0
		if err != nil && ctx.Err() == nil {
			retry = retryEvery
			k.settings.Log.ErrorContext(ctx, "kitchen cannot write by itself, trying again", "restaurant", k.settings.Restaurant, "err", err)
		}
	}
}

// prune lets the store prune every hour, beside the timers: it may take a while, and no timer waits for it.
func (k *Kitchen) prune(ctx context.Context) {
	every := time.NewTicker(pruneEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := k.store.Prune(ctx, k.now()); err != nil && ctx.Err() == nil {
			k.settings.Log.ErrorContext(ctx, "what is old could not be pruned", "restaurant", k.settings.Restaurant, "err", err)
		}
	}
}

func (k *Kitchen) reforecast(ctx context.Context) error {
	return k.change(ctx, func(d *draft) error {
		d.endOver()
		d.forgive(d.board.shift.strikes)
		if err := d.queueWaiting(); err != nil {
			return err
		}
		if err := d.queueEarly(); err != nil {
			return err
		}
		d.forecast()
		d.tellStock()
		return nil
	})
}

// untilDue is how long the earliest timer has to go. It is never long: the wall clock may be set meanwhile.
func (k *Kitchen) untilDue() time.Duration {
	k.mu.RLock()
	defer k.mu.RUnlock()
	wait, now := reforecastEvery, k.now()
	for _, t := range k.board.timers {
		wait = min(wait, t.Due.Sub(now))
	}
	return max(0, wait)
}

// fireDue fires every timer that is due, in one commit.
func (k *Kitchen) fireDue(ctx context.Context) error {
	return k.change(ctx, func(d *draft) error { return d.fireDue(d.fire) })
}

// fireDue stops every timer that is due and carries it out, those that came due first before the others. One that makes no sense is kept as a
// dead letter, and is in nobody's way.
func (d *draft) fireDue(fire func(Timer) error) error {
	for _, t := range d.dueTimers() {
		d.commit.Stopped = append(d.commit.Stopped, t.TimerKey)
		err := fire(t)
		if problem.Of(err) != nil {
			err = d.drop(t, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dueTimers are the timers whose time has come, in an order that is always the same.
func (d *draft) dueTimers() (all []Timer) {
	for _, t := range d.board.timers {
		if !t.Due.After(d.now) {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(x, y Timer) int {
		return cmp.Or(x.Due.Compare(y.Due), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Order, y.Order), cmp.Compare(x.Item, y.Item))
	})
	return all
}

// drop keeps a timer that cannot be carried out as a dead letter.
func (d *draft) drop(t Timer, why error) error {
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	d.commit.Letters = append(d.commit.Letters, DeadLetter{At: d.now, Source: "timer/" + string(t.Kind), Reason: why.Error(), Payload: raw})
	return nil
}
