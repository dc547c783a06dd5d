package kitchen

import (
	"cmp"
	"context"
	"time"

	"awesome.pizza/shared/order"
)

// notShown is how long a new ticket may be on no screen, in a kitchen that has screens.
const notShown = 5 * time.Second

// Custody is who had the order when: the cloud, this node (Ticket.TakenAt), a screen, a person.
type Custody struct {
	Accepted time.Time `json:"accepted,omitzero"` // by the cloud, on its clock
	Shown    time.Time `json:"shown,omitzero"`    // first on a screen
	Screen   string    `json:"screen,omitempty"`
	Touched  time.Time `json:"touched,omitzero"` // first by a hand
	By       string    `json:"by,omitempty"`     // whose, if the screen knew
}

// Meter counts what the kitchen sees of its own work. It is told after the commit, and must be quick.
type Meter interface {
	Took(stage string, took time.Duration) // of custody: stored, shown, touched
	Count(what string)                     // a mark, or a remake with its reason
}

// noMeter counts nothing.
type noMeter struct{}

func (noMeter) Took(string, time.Duration) {}
func (noMeter) Count(string)               {}

// took is one stage of custody that this draft ends.
type took struct {
	stage string
	took  time.Duration
}

func (d *draft) stage(name string, from, to time.Time) {
	if !from.IsZero() {
		d.took = append(d.took, took{name, max(0, to.Sub(from))})
	}
}

func (d *draft) count(what string) { d.counted = append(d.counted, what) }

// measure tells the meter what has happened for good.
func (d *draft) measure(m Meter) {
	for _, t := range d.took {
		m.Took(t.stage, t.took)
	}
	for _, c := range d.counted {
		m.Count(c)
	}
}

// Rendered says that a screen shows tickets. The first time is kept with each; orders that are not on the board are passed over.
func (k *Kitchen) Rendered(ctx context.Context, screen string, orders ...order.ID) error {
	if !k.unseen(orders) {
		return nil
	}
	return k.change(ctx, func(d *draft) error {
		for _, id := range orders {
			t, on := d.ticket(id)
			if !on || !t.Custody.Shown.IsZero() {
				continue
			}
			t.Custody.Shown, t.Custody.Screen = d.now, screen
			d.stage("shown", t.TakenAt, d.now)
			d.put(t)
		}
		return nil
	})
}

// unseen reports whether a screen's word is news: screens repeat it, and most of the time it is not.
func (k *Kitchen) unseen(orders []order.ID) bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, id := range orders {
		if t, on := k.board.tickets[id]; on && t.Custody.Shown.IsZero() {
			return true
		}
	}
	return false
}

// touched keeps the first time that a hand was on a ticket.
func (d *draft) touched(id order.ID, tap Tap) {
	t, changed := d.tickets[id]
	if !changed || !t.Custody.Touched.IsZero() {
		return
	}
	t.Custody.Touched, t.Custody.By = d.now, cmp.Or(tap.Who, tap.button)
	from := t.Custody.Shown
	if from.IsZero() {
		from = t.TakenAt
	}
	d.stage("touched", from, d.now)
	d.put(t)
}
