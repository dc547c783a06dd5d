package dispatch

import (
	"slices"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Back is an order that a driver had and has not any more, though he had not fetched it.
type Back struct {
	Driver string
	At     time.Time
	Said   bool // by himself, or by a person who took from him what he had agreed to; else dispatch took it: he was gone, or another one better
}

// rest is for how long a driver is not asked again for an order. What he said no to is for good.
type rest struct {
	usual   time.Duration
	alone   time.Duration // when nobody else can be asked
	forGood bool
}

// rest is what follows an offer that ended in a state. A driver who declined has answered for good, unless it was about one more order on the way: that
// may have been too much this time. What became of an order that was accepted does not follow from that: see Back.
func (o *Offer) rest() rest {
	more := o.Stop > 0
	switch {
	case o.State == Declined:
		return rest{usual: 2 * time.Minute, alone: 2 * time.Minute, forGood: !more}
	case o.State == Expired && more:
		return rest{usual: time.Minute, alone: time.Minute}
	case o.State == Expired:
		return rest{usual: 2 * time.Minute, alone: time.Minute}
	}
	return rest{}
}

// rest is what follows when an order comes back from its driver. What he let go on purpose he does not want just now; what dispatch took from him others are
// asked for first, if there is anybody.
func (b *Back) rest() rest {
	if b.Said {
		return rest{usual: 5 * time.Minute, alone: time.Minute}
	}
	return rest{usual: time.Minute}
}

// NotToAsk are the drivers who are not to be asked now for an order that has had these offers, and come back so often; alone: because nobody else can be
// asked, they rest for less.
func NotToAsk(past []Offer, back []Back, now time.Time, alone bool) []string {
	var out []string
	add := func(driver string, since time.Time, r rest) {
		pause := r.usual
		if alone {
			pause = r.alone
		}
		if (r.forGood || now.Before(since.Add(pause))) && !slices.Contains(out, driver) {
			out = append(out, driver)
		}
	}
	for i := range past {
		add(past[i].Driver, past[i].Answered, past[i].rest())
	}
	for i := range back {
		add(back[i].Driver, back[i].At, back[i].rest())
	}
	slices.Sort(out)
	return out
}

// LetRest fills in who is not to be asked now for which order, by the offers that the orders have had.
func (s *Snapshot) LetRest(past map[order.ID][]Offer) {
	for i := range s.Orders {
		o := &s.Orders[i]
		o.Declined = NotToAsk(past[o.ID], o.Back, s.Now, false)
		if len(o.Declined) > 0 && !s.others(o) {
			o.Declined = NotToAsk(past[o.ID], o.Back, s.Now, true)
		}
	}
}

// others reports whether somebody may be asked for an order, now or when he has brought what he has.
func (s *Snapshot) others(o *Order) bool {
	return slices.ContainsFunc(s.Drivers, func(d Driver) bool {
		seen := !d.SeenAt.IsZero() && s.Now.Sub(d.SeenAt) <= Stale
		near := d.Home == o.Restaurant || d.Home == "" && (Crow{}).Time(d.Position, o.Pickup, d.speed()) <= Reach
		return d.Status == wire.Available && seen && near && !slices.Contains(o.Declined, d.ID)
	})
}
