package kitchen

import (
	"context"
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// Relabel says that the kitchen's clock was wrong since from: what it labelled from then on belongs by later, or earlier. Ages, forecasts
// and timers go on as if the clock had been right; what was labelled before has aged by the time that has really passed. set puts the clock
// right: it is called in the moment between the commit and the screens, and not at all when the commit fails.
func (k *Kitchen) Relabel(ctx context.Context, from time.Time, by time.Duration, set func()) error {
	moved := func(at time.Time) time.Time {
		if at.IsZero() || at.Before(from.Truncate(time.Millisecond)) {
			return at
		}
		return at.Add(by.Truncate(time.Millisecond))
	}
	return k.relabel(ctx, k.now().Add(by), moved, set, &Moved{From: from, By: by})
}

// behindMost is how far a clock may fall behind the labels while the node is off, and nobody minds: it is saved every minute.
const behindMost = 2 * time.Minute

// arrive is for a kitchen that opens: no label of it lies in the future. A clock that fell behind the labels while the node was off knows only
// that they are not younger than now: what they count has gone on for at least no time.
func (k *Kitchen) arrive(ctx context.Context) error {
	now := k.now()
	return k.relabel(ctx, now, func(at time.Time) time.Time {
		if at.Sub(now) > behindMost {
			return now
		}
		return at
	}, func() {}, nil)
}

// relabel gives open tickets and alerts other labels, in one commit, at a now of its own.
func (k *Kitchen) relabel(ctx context.Context, now time.Time, moved func(time.Time) time.Time, set func(), paper *Moved) error {
	then := func() time.Time { return now.UTC().Truncate(time.Millisecond) }
	return k.changeAt(ctx, then, func(d *draft) error {
		d.landed = set
		if len(d.settings.Printers) > 0 {
			d.commit.Moved = paper
		}
		for _, t := range d.open() {
			if m := t.relabelled(moved); !m.sameLabels(t) {
				d.put(m)
			}
		}
		d.shelvesNow().Moved(moved)
		for _, timer := range d.board.timers {
			if at := moved(timer.Since); timer.Kind == SilentCook && !at.Equal(timer.Since) {
				d.listen(timer.Item, at, timer.Due.Sub(timer.Since))
			}
		}
		for _, a := range d.board.alerts {
			if at := moved(a.Since); !at.Equal(a.Since) {
				a.Since = at
				d.commit.Raised = append(d.commit.Raised, a) // known to the cloud already
			}
		}
		d.relabelSessions(moved)
		d.relabelDoor(moved)
		d.relabelTill(moved)
		d.relabelIntake(moved)
		if err := d.queueWaiting(); err != nil {
			return err
		}
		if d.empty() {
			set()
			k.wake()
		}
		return nil
	})
}

// relabelTill moves since when the till is open and own drivers are out. The ledger keeps what it says, and the till its day.
func (d *draft) relabelTill(moved func(time.Time) time.Time) {
	if t := d.drawerNow(); t.IsOpen() {
		if at := moved(t.OpenedAt); !at.Equal(t.OpenedAt) {
			t.OpenedAt = at
			d.commit.Shift.Till = &t
		}
	}
	for _, r := range d.board.shift.runs {
		if at := moved(r.At); !at.Equal(r.At) {
			r.At = at
			d.commit.Shift.Runs = append(d.commit.Shift.Runs, r)
		}
	}
}

// relabelIntake moves a pause of web orders, which lasts for as long as it was meant to. The cloud is told anew until when.
func (d *draft) relabelIntake(moved func(time.Time) time.Time) {
	i := d.intake()
	if by := moved(i.Since).Sub(i.Since); i.Paused && by != 0 {
		i.Since, i.Until = i.Since.Add(by), i.Until.Add(by)
		d.pause(i)
	}
}

// relabelled is the ticket with every label of the kitchen's clock moved. What the guest was promised stays.
func (t Ticket) relabelled(moved func(time.Time) time.Time) Ticket {
	t = t.clone()
	t.TakenAt, t.QueuedAt, t.Since = moved(t.TakenAt), moved(t.QueuedAt), moved(t.Since)
	if t.Forecast != nil {
		at := moved(*t.Forecast)
		t.Forecast = &at
	}
	for state, at := range t.Clocks.Lane {
		t.Clocks.Lane[state] = moved(at)
	}
	for _, states := range t.Clocks.Items {
		for state, at := range states {
			states[state] = moved(at)
		}
	}
	t.Life = t.Life.relabelled(moved)
	return t
}

func (t Ticket) sameLabels(other Ticket) bool {
	return t.TakenAt.Equal(other.TakenAt) && t.QueuedAt.Equal(other.QueuedAt) && t.Since.Equal(other.Since) &&
		slices.EqualFunc(t.labels(), other.labels(), time.Time.Equal) &&
		maps.EqualFunc(t.Clocks.Lane, other.Clocks.Lane, time.Time.Equal) &&
		maps.EqualFunc(t.Clocks.Items, other.Clocks.Items, func(x, y map[order.ItemState]time.Time) bool {
			return maps.EqualFunc(x, y, time.Time.Equal)
		})
}
