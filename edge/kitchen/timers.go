package kitchen

import (
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
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
