package kitchen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// A time is only worth something when the tap meant what it said. What is known to be doubtful is marked, on the ticket and in the fact, and
// left out of figures.
const (
	BulkBump     = "bulk_bump"     // more tickets at once than hands can make
	EarlyOut     = "early_out"     // out of the oven before half of its bake
	NotSensed    = "not_sensed"    // tapped out of an oven whose sensor never saw it in
	BeforeDriver = "before_driver" // handed over before the driver came
)

const (
	bulkMost    = 3               // tickets that one can bump at a station
	bulkWithin  = 3 * time.Second // … within this time
	sensorTrust = 2 * time.Hour   // how long an oven counts as one that sees what goes in
	early       = time.Minute     // how much too early a driver may be expected
	marksKept   = 64              // of a ticket
)

// Mark says that something about a ticket's times is doubtful.
type Mark struct {
	Kind string    `json:"kind"`
	Item string    `json:"item,omitempty"` // all of them when empty
	At   time.Time `json:"at"`
	Who  string    `json:"who,omitempty"`
}

// doubts are the marks that a step earns. The ticket is as it was before it.
func (d *draft) doubts(t Ticket, why cause, action order.Action, items []string) (marks []Mark) {
	add := func(kind, item string) { marks = append(marks, Mark{Kind: kind, Item: item, At: d.now, Who: why.who}) }
	if why.by == event.BySensor {
		return nil
	}
	if d.bulk && why.by == event.ByTap {
		add(BulkBump, "")
	}
	switch {
	case action == order.Unload:
		for _, id := range items {
			i, _ := t.Progress.Item(id)
			_, seen := t.Slots[id]
			if in := d.now.Sub(t.entered(i)); in < seconds(i.BakeSeconds)/2 {
				add(EarlyOut, id)
			} else if !seen && d.sensing {
				add(NotSensed, id)
			}
		}
	case action == order.HandOver && why.by == event.ByTap && t.Order.Delivers():
		if t.Driver == nil || t.Driver.Arrives != nil && t.Driver.Arrives.After(d.now.Add(early)) {
			add(BeforeDriver, "")
		}
	}
	return marks
}

// marked is the ticket with marks; the same doubt is marked once.
func (d *draft) marked(t Ticket, marks ...Mark) Ticket {
	for _, m := range marks {
		same := func(o Mark) bool { return o.Kind == m.Kind && o.Item == m.Item }
		if len(t.Marks) >= marksKept || slices.ContainsFunc(t.Marks, same) {
			continue
		}
		t.Marks = append(slices.Clip(t.Marks), m)
		d.count(m.Kind)
	}
	return t
}

func kindsOf(marks []Mark) (kinds []string) {
	for _, m := range marks {
		if !slices.Contains(kinds, m.Kind) {
			kinds = append(kinds, m.Kind)
		}
	}
	return kinds
}

// bumped is a bump of a moment ago. Only the last seconds are remembered, and not across a restart: nobody's hands are that fast.
type bumped struct {
	at     time.Time
	hand   string // whose, at which station
	order  order.ID
	marked bool // as one of too many
}

// bulk is for a bump that is about to be decided: it marks this one, and those of the same hand within the last seconds, when they are too many.
// It returns what is to be remembered once this one is committed: who is marked is left alone, however long the row of bumps becomes. Turn is held.
func (k *Kitchen) bulk(ctx context.Context, d *draft, t Ticket, tap Tap) (remember func(), err error) {
	station := tap.Station
	if station == "" {
		station = t.station()
	}
	now := bumped{at: d.now, hand: station + "/" + cmp.Or(tap.Who, tap.button), order: t.Order.ID}
	recent := slices.DeleteFunc(slices.Clone(k.lately), func(b bumped) bool {
		age := d.now.Sub(b.at)
		return age > bulkWithin || age < 0
	})
	others := map[order.ID]bool{} // and whether they are marked
	for _, b := range recent {
		if b.hand == now.hand && b.order != now.order {
			others[b.order] = others[b.order] || b.marked
		}
	}
	if d.bulk = len(others) >= bulkMost; d.bulk {
		now.marked = true
		for n := range recent {
			recent[n].marked = recent[n].marked || recent[n].hand == now.hand && recent[n].order != now.order
		}
		if err := d.markBulk(ctx, k, tap.Who, others); err != nil {
			return nil, err
		}
	}
	recent = append(recent, now)
	return func() { k.lately = recent }, nil
}

// markBulk marks those of too many bumps that are not marked yet.
func (d *draft) markBulk(ctx context.Context, k *Kitchen, who string, others map[order.ID]bool) error {
	for id, done := range others {
		if done {
			continue
		}
		t, ok, err := d.find(ctx, k, id)
		if err != nil {
			return err
		}
		if ok {
			d.put(d.marked(t, Mark{Kind: BulkBump, At: d.now, Who: who}))
		}
	}
	return nil
}
