package kitchen

import (
	"context"
	"time"

	"awesome.pizza/shared/order"
)

const (
	// lendFor is how long after an exchange with the cloud it is lent more. What it does not hear of it cannot sell, and the counter would lack it.
	lendFor = 2 * time.Minute

	// fetchWithin is how long the counter waits for what it asked back.
	fetchWithin = 2 * time.Second
)

// lending reports whether the cloud is lent more. Who holds the turn calls it.
func (k *Kitchen) lending(now time.Time) bool {
	return !k.met.IsZero() && now.Sub(k.met).Abs() < lendFor && k.short.Load() == 0
}

// exchanged takes note of a SYNC, at which all shares are looked at.
func (k *Kitchen) exchanged(d *draft) {
	k.mu.Lock()
	k.met = d.now
	k.mu.Unlock()
	if d.lends = k.lending(d.now); d.lends {
		d.lend(d.shelvesNow().Tracked())
	}
}

// cut: until the next exchange nothing is lent.
func (k *Kitchen) cut(d *draft) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.met, d.lends = time.Time{}, false
}

// lend brings shares in line with what is there, and tells the cloud.
func (d *draft) lend(ingredients []string) {
	lent, recalled := d.shelvesNow().Lend(d.board.epoch, ingredients)
	for _, f := range lent {
		d.tell("", f)
	}
	for _, f := range recalled {
		d.tell("", f)
	}
}

// hurry keeps what comes back from being lent again, until over is called.
func (k *Kitchen) hurry() (over func()) {
	k.short.Add(1)
	return func() { k.short.Add(-1) }
}

// fetch asks the cloud for what the counter lacks for some lines, beside what is freed for them, and the cloud was lent, and waits a moment
// for it. It reports whether all of it is here. Nothing is asked, and nobody waits, when the line is cut, or when it would not do.
func (k *Kitchen) fetch(ctx context.Context, lines []order.Line, freed map[string]int64) bool {
	needs, asked := map[string]int64{}, false
	err := k.change(ctx, func(d *draft) error {
		if d.now.Sub(k.met).Abs() >= lendFor {
			return nil
		}
		t := d.shelvesNow()
		for _, l := range lines {
			add(needs, t.Needs(l), int64(l.Quantity))
		}
		for of, n := range freed {
			if needs[of] -= n; needs[of] <= 0 {
				delete(needs, of)
			}
		}
		recalled, able := t.Fetch(d.board.epoch, needs)
		for _, f := range recalled {
			d.tell("", f)
		}
		asked = able
		return nil
	})
	if err != nil || !asked {
		return false
	}
	patience := time.NewTimer(fetchWithin)
	defer patience.Stop()
	for {
		back, short := k.lacks(needs)
		if !short {
			return true
		}
		select {
		case <-back:
		case <-patience.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// lacks reports whether there is too little for needs; back is closed when the cloud has given something back since.
func (k *Kitchen) lacks(needs map[string]int64) (back <-chan struct{}, short bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.settled, k.board.stock.Turn(time.Time{}, "").Short(needs)
}
