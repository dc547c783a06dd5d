package linksim

import (
	"fmt"
	"slices"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// record is an order in the cloud.
type record struct {
	o       *order.Order // never changes
	p       order.Progress
	number  int
	asked   bool             // a cancel wish waits for its answer
	lane    []order.Delivery // every state of the delivery lane that the cloud itself decided on
	answers []answer         // to cancel wishes
	shown   order.StatusName // what the guest saw last
	aside   bool             // it came out of quarantine: no box in the restaurant has it
}

// stage is how far the delivery lane has come, in the place of the driver's id: so that the observer knows which of two words is the later.
func (r *record) stage() string { return fmt.Sprintf("%04d", len(r.lane)) }

// answer is the restaurant's answer to a revoke.
type answer struct {
	command, wish string
	granted       bool
}

// apply carries out what link.Decide says about a batch: one transaction.
func (a *account) apply(b link.Batch) link.Decision {
	have := a.row
	d := a.w.reads.Decide(have, b)
	switch m := a.w.mutant; {
	case d.Verdict == link.Gap && m.skipGaps, d.Verdict == link.Skip && b.Epoch == have.Epoch && m.noWatermark,
		d.Verdict == link.Fork && b.Epoch == have.Epoch && m.forkBlind:
		d.Verdict, d.Events, d.After = link.Apply, b.Events, b.After()
		if m.forkBlind {
			d.Events = d.Events[min(len(d.Events), max(0, int(have.Seq)+1-int(b.First))):]
		}
	case d.Verdict == link.Quarantine && m.noFence:
		d.Verdict, d.Events, d.After = link.Apply, b.Events, link.Mark{Epoch: have.Epoch, Seq: have.Seq, Hash: have.Hash}
	}
	switch d.Verdict {
	case link.Apply:
		for _, e := range d.Events {
			a.insert(b.Epoch, e, false)
		}
		a.row.Seq, a.row.Hash = d.After.Seq, d.After.Hash
	case link.Quarantine:
		a.asides = append(a.asides, aside{b.Device, b.Epoch, b.Events})
	case link.Skip, link.Gap, link.Fork, link.Corrupt, link.Unreadable:
	}
	return d
}

// insert stores an event and projects it, once.
func (a *account) insert(epoch uint64, e link.Event, salvaged bool) {
	if a.counts[e.ID] > 0 && !a.w.mutant.noIDGuard {
		return
	}
	a.counts[e.ID]++
	a.events = append(a.events, e.ID)
	a.site.observer.applied(a, e, salvaged)
	fits := a.project(epoch, e, salvaged)
	if !fits {
		a.unfit++
		a.w.log(a.site.id, "unprojectable", epoch, e.Seq, e.Kind)
	}
	a.site.observer.projected(a, e, fits)
}

// project brings what an event says into the cloud's copy of the order.
func (a *account) project(epoch uint64, e link.Event, salvaged bool) bool {
	if fits, ok := a.share(e, salvaged); ok {
		return fits
	}
	body, err := event.Decode(e.Kind, e.Body)
	if err != nil {
		return false
	}
	id := order.ID(e.Order)
	r := a.order(id)
	switch b := body.(type) {
	case event.AlertRaised, event.AlertCleared:
		return true
	case event.CommandAnswered:
		return a.answered(r, b)
	case event.OrderTaken:
		if r == nil {
			a.add(&record{o: &b.Order, p: order.Begin(&b.Order, b.Items), aside: salvaged})
		}
		return r == nil
	case event.OrderStanding:
		if r != nil && (salvaged || b.Epoch != epoch && !a.w.mutant.staleStanding) {
			return true // its restaurant has said since how it stands
		}
		a.stands(r, b, salvaged)
		return true
	case event.OrderStepped:
		if r == nil {
			return false
		}
		if salvaged && !r.aside && !a.w.mutant.salvageMoves {
			return true // the restaurant's box has it in its hands
		}
		return a.stepped(r, b)
	}
	return false
}

func (a *account) add(r *record) {
	r.lane = []order.Delivery{r.p.Delivery}
	a.orders = append(a.orders, r)
}

func (a *account) stepped(r *record, b event.OrderStepped) bool {
	next, err := r.p.Follow(order.Edge, b.Action, b.Items...)
	if err != nil {
		return false
	}
	r.p = next
	if b.Number > 0 {
		r.number = b.Number
	}
	a.react(r)
	return true
}

// react is what the cloud does in its own lane when the kitchen's lane has come to an end.
func (a *account) react(r *record) {
	switch r.p.Whole {
	case order.Voided, order.Rejected:
		r.asked = false
		a.deliver(r, order.Drop)
	case order.HandedOver:
		r.asked = false
		a.deliver(r, order.PickUp)
	case order.Waiting, order.Queued, order.Preparing, order.Baking, order.QualityCheck, order.Ready:
	}
}

// deliver takes a step of the delivery lane, which is the cloud's, and tells the restaurant. It reports whether the table has it.
func (a *account) deliver(r *record, action order.Action) bool {
	next, err := r.p.Follow(order.Cloud, action)
	if err != nil {
		return false
	}
	r.p = next
	r.lane = append(r.lane, next.Delivery)
	a.tell(r.o.ID, event.DeliveryStepped{Order: r.o.ID, Delivery: next.Delivery, Driver: r.stage()})
	return true
}

// answered marks a command as done. Only the first answer to it counts.
func (a *account) answered(r *record, b event.CommandAnswered) bool {
	i := slices.IndexFunc(a.commands, func(c command) bool { return c.ID == b.Command })
	if i < 0 {
		return true // of a life of this database that is lost
	}
	c := &a.commands[i]
	if c.answered {
		return true
	}
	c.answered = true
	if c.Kind == (event.OrderRevoked{}).Kind() && r != nil {
		r.asked = false
		r.answers = append(r.answers, answer{c.ID, c.wish, b.Granted})
	}
	return true
}

// stands takes over how an order stands in the restaurant: the lanes that are the restaurant's, or all of an order that the cloud lacks.
func (a *account) stands(r *record, b event.OrderStanding, salvaged bool) {
	if r == nil {
		a.add(&record{o: &b.Order, p: b.Progress, number: b.Number, aside: salvaged})
		return
	}
	r.aside = false
	if r.o.Origin == order.Edge {
		r.p.Intake = b.Progress.Intake
	}
	if b.Number > 0 {
		r.number = b.Number
	}
	if b.Recovered {
		return // it has it from here
	}
	r.p.Whole, r.p.Items = b.Progress.Whole, b.Progress.Items
	if a.w.mutant.standingWhole {
		r.p.Delivery = b.Progress.Delivery
	}
	a.react(r)
	if b.Progress.Delivery != r.p.Delivery { // the restaurant has the word of a life of this database that is lost
		a.tell(r.o.ID, event.DeliveryStepped{Order: r.o.ID, Delivery: r.p.Delivery, Driver: r.stage()})
	}
}

// approve takes what is in quarantine into the history: what a person has looked at.
func (a *account) approve() {
	asides := a.asides
	a.asides = nil
	slices.SortStableFunc(asides, func(x, y aside) int {
		if x.epoch != y.epoch {
			return int(x.epoch) - int(y.epoch)
		}
		return int(x.events[0].Seq) - int(y.events[0].Seq)
	})
	for _, s := range asides {
		for _, e := range s.events {
			a.insert(s.epoch, e, true)
		}
	}
}
