package kitchen_test

import (
	"os"
	"slices"

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// nothingWentBack holds after a healing: no order is less far in the kitchen than either side had it, and none came back that had ended. Where one
// side had other things to make, a cook is asked.
func (w *reunion) nothingWentBack(was map[order.ID]kitchen.Ticket, cloud []event.OrderStanding) {
	for oid, p := range was {
		now := w.ticket(oid)
		if sameThings(p.Order, p.Progress, now.Order, now.Progress) && slices.Compare(far(now.Progress), far(p.Progress)) < 0 || !p.Open() && now.Open() {
			w.r.Errorf("order %s was %s and is %s", oid, p.Progress.Status(), now.Progress.Status())
		}
	}
	for _, s := range cloud {
		t := w.find(s.Order.ID)
		p, had := was[s.Order.ID]
		switch {
		case t == nil && open(s.Progress) && s.Progress.Intake == order.Validated:
			w.r.Errorf("order %s was not recovered", s.Order.ID)
		case t == nil || had && !p.Open():
		case !sameThings(t.Order, t.Progress, s.Order, s.Progress):
			if over(s.Progress) && !t.Recovered {
				w.r.Errorf("order %s ended, has other things to make here, and nobody is asked", s.Order.ID)
			}
		case slices.Compare(far(t.Progress), far(s.Progress)) < 0:
			w.r.Errorf("the cloud had order %s as %s, it is %s", s.Order.ID, s.Progress.Status(), t.Progress.Status())
		case t.Open() && had && slices.Compare(far(p.Progress), far(s.Progress)) < 0 && !t.Recovered:
			w.r.Errorf("order %s was %s here and %s there, and nobody is asked", s.Order.ID, p.Progress.Status(), s.Progress.Status())
		}
	}
}

// sameThings reports whether two are of the same lines, and of the same things to make: lines may have been changed, and changed back.
func sameThings(o order.Order, p order.Progress, other order.Order, q order.Progress) bool {
	return order.SameLines(o.Lines, other.Lines) && slices.EqualFunc(p.Items, q.Items, func(x, y order.Item) bool { return x.ID == y.ID })
}

// far is how far an order is on the kitchen lane.
func far(p order.Progress) []int {
	whole := slices.Index([]order.Kitchen{order.Waiting, order.Queued}, p.Whole)
	if whole < 0 {
		return []int{9}
	}
	remakes, steps := 0, 0
	for _, i := range p.Items {
		remakes += i.Remakes
		steps += slices.Index([]order.ItemState{order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone}, i.State)
	}
	return []int{whole, remakes, steps}
}

// settle is a line that stays up for long enough, and cooks who have said of each recovered ticket that it is so.
func (w *reunion) settle() {
	for range 3 {
		w.sync(w.r)
		w.obeyUpTo(1 << 30)
		for _, t := range w.snapshot().Tickets {
			if t.Recovered {
				w.did(w.Confirm(background(), t.Order.ID, kitchen.Tap{ID: id.New()}))
			}
		}
		events, _, err := w.store.Events(background(), w.office.mark.Seq+1, 1<<20, 1<<30)
		if err != nil {
			w.r.Fatalf("%v", err)
		}
		w.take(events)
	}
	if w.forked() {
		w.r.Fatalf("they hold different histories for ever")
	}
}

// agree holds once everything has arrived: what is open on one side is on the other, and both have the kitchen lane the same.
func (w *reunion) agree() {
	for oid, f := range w.office.orders {
		t := w.find(oid)
		switch {
		case t == nil && open(f.progress) && f.progress.Intake == order.Validated:
			w.r.Errorf("the kitchen has no order %s, which is %s", oid, f.progress.Status())
		case t == nil:
		case t.Doubtful:
			w.r.Errorf("nobody knows about order %s", oid)
		default:
			mine, theirs := t.Progress, f.progress
			if !t.Open() {
				mine.Delivery, theirs.Delivery = "", ""
			}
			if !order.SameLines(f.order.Lines, t.Order.Lines) {
				w.r.Errorf("order %s has other lines here:\n%s", oid, diffOf(f.order.Lines, t.Order.Lines))
			}
			if diff := diffOf(theirs, mine); diff != "" || t.Number > 0 && f.number != t.Number {
				w.r.Errorf("order %s, number %d, has number %d here (recovered %v):\n%s", oid, f.number, t.Number, t.Recovered, diff)
			}
		}
	}
	for _, oid := range w.orders {
		if _, there := w.office.orders[oid]; !there && w.find(oid) != nil {
			w.r.Errorf("the office does not know order %s", oid)
		}
	}
	for first, all := range w.office.answers {
		for _, a := range all {
			if a.Granted != all[0].Granted {
				w.r.Errorf("command %s was answered %+v", first, all)
			}
		}
	}
	for _, c := range w.office.commands {
		if !c.over {
			w.r.Errorf("command %d, %s, was never answered", c.Seq, c.Kind)
		}
	}
}

// oldCard puts back what the card had some taps ago, of which the office has heard.
func (w *reunion) oldCard(r *rapid.T) {
	w.sync(r)
	w.backUp(r)
	w.busy(r)
	raw, err := os.ReadFile(w.backups[len(w.backups)-1])
	w.card(raw, err)
	w.tapOne(r)
	w.sync(r)
}

// oldOffice sets the database back by some taps.
func (w *reunion) oldOffice(r *rapid.T) {
	w.sync(r)
	before := w.office.copied()
	w.busy(r)
	w.office = before
	w.sync(r)
}

// busy is some work in the kitchen, of which the office hears.
func (w *reunion) busy(r *rapid.T) {
	if len(w.orders) == 0 {
		w.placeOne(r)
	}
	for range rapid.IntRange(1, 5).Draw(r, "taps") {
		w.obeyUpTo(2)
		if open := w.snapshot().Tickets; len(open) > 0 {
			w.try(w.Bump(background(), open[rapid.IntRange(0, len(open)-1).Draw(r, "ticket")].Order.ID, kitchen.Tap{ID: id.New(), Reason: "go"}))
		}
	}
	events, _, err := w.store.Events(background(), w.office.mark.Seq+1, 1<<20, 1<<30)
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	w.take(events)
}
