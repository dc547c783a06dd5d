package kitchen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// enters takes note of the change with which a ticket came into the queue.
func (b *board) enters(t Ticket, seq uint64) {
	if _, known := b.came[t.Order.ID]; !known && t.Progress.Whole == order.Queued {
		b.came[t.Order.ID] = seq
	}
}

// onGlass reports whether a screen that is here has a ticket on its board, at a station where something of it is to be done: on the page that is in
// view or on another one, it waits where somebody will come to it.
func (b *board) onGlass(t Ticket) bool {
	return slices.ContainsFunc(b.sights, func(s Sight) bool {
		screen, known := b.screens[s.Screen]
		return known && s.Here && s.Seq > 0 && s.Seq >= b.came[t.Order.ID] && (screen.Station == EveryStation ||
			slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return StationOf(i) == screen.Station }))
	})
}

// unshown reports whether nobody can know of a ticket that has been in the queue for long enough.
func (b *board) unshown(t Ticket, now time.Time) bool {
	return t.Open() && t.Progress.Whole == order.Queued && t.Custody.Shown.IsZero() && t.Custody.Touched.IsZero() && now.Sub(t.QueuedAt) >= notShown &&
		len(b.screens) > 0 && !b.onGlass(t)
}

// lookedFor are the alarms to raise about tickets that no screen has, and those that are over because one has it.
func (b *board) lookedFor(now time.Time) (raise []Alert, over []string) {
	for _, t := range b.tickets {
		key := TimerKey{NotShown, t.Order.ID, ""}
		_, rings := b.alerts[key.alert()]
		switch unshown := b.unshown(t, now); {
		case rings && !unshown:
			over = append(over, key.alert())
		case unshown && !rings:
			raise = append(raise, Alert{ID: key.alert(), Device: "kitchen", What: string(NotShown), Level: "critical", Order: t.Order.ID, Since: t.QueuedAt})
		}
	}
	slices.SortFunc(raise, func(x, y Alert) int { return cmp.Compare(x.ID, y.ID) })
	slices.Sort(over)
	return raise, over
}

// Look compares the tickets that nobody has seen with the boards of the screens that are here: one that no screen has any more, or that none ever had,
// is an alarm. It is called every second or so, by one caller; it commits only when that makes a difference.
func (k *Kitchen) Look(ctx context.Context, sights []Sight) error {
	alike := func(x, y Sight) bool { return x.Screen == y.Screen && x.Here == y.Here && x.Seq == y.Seq }
	k.mu.RLock()
	raise, over := k.board.lookedFor(k.now())
	same := slices.EqualFunc(k.board.sights, sights, alike)
	k.mu.RUnlock()
	if same && len(raise)+len(over) == 0 {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		k.mu.Lock()
		k.board.sights = slices.Clone(sights)
		k.mu.Unlock()
		raise, over := d.board.lookedFor(d.now)
		for _, a := range raise {
			d.raise(a)
		}
		for _, id := range over {
			d.clear(id)
		}
		return nil
	})
}
