package friday

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// What the menu does not know of this restaurant.
const (
	slowerMake = 1.12 // its cooks take longer
	slowerBake = 1.05 // its ovens, too
	cutSeconds = 20
	turnaround = 3 * time.Minute // at the door
)

// work lets everybody do what is there to do.
func (r *restaurant) work() {
	for _, m := range r.makers {
		if !m.busy && r.err == nil {
			r.make(m)
		}
	}
	r.load()
	r.cut()
	for r.idle > 0 && len(r.shelf) > 0 {
		j := r.shelf[0]
		r.shelf, r.idle = r.shelf[1:], r.idle-1
		r.back = append(r.back, r.now.Add(2*j.drive+turnaround))
		r.at(r.now.Add(2*j.drive+turnaround), func() { r.idle++ })
		r.handOver(j)
	}
}

// make gives a maker the next item: of the oldest order that is to be begun.
func (r *restaurant) make(m *maker) {
	for _, j := range r.queue {
		if j.ticket.Progress.Whole != order.Queued || !j.begun() && !r.begins(j.ticket, j.told, r.now) {
			continue
		}
		n := slices.IndexFunc(j.ticket.Progress.Items, func(i order.Item) bool { return i.State == order.ItemQueued })
		if n < 0 {
			continue
		}
		i := j.ticket.Progress.Items[n]
		r.tap(r.kitchen.Start, j, m.id, i.ID)
		m.busy = true
		took := float64(i.MakeSeconds) * slowerMake * m.pace * wobble(r.draw, 0.2)
		r.after(time.Duration(took*float64(time.Second)), func() {
			m.busy = false
			r.tap(r.kitchen.Bump, j, m.id, i.ID)
			if i.Bakes {
				r.made = append(r.made, piece{j, i.ID})
			}
			r.settle(j)
		})
		return
	}
}

func (j *job) begun() bool {
	return slices.ContainsFunc(j.ticket.Progress.Items, func(i order.Item) bool { return i.State != order.ItemQueued || i.Remakes > 0 })
}

// tap is what somebody does at a screen.
func (r *restaurant) tap(act func(context.Context, order.ID, kitchen.Tap) (kitchen.Ticket, error), j *job, who, item string) {
	_, err := act(r.ctx, j.ticket.Order.ID, kitchen.Tap{ID: id.New(), Who: who, Item: item})
	r.fail(err)
}

// load puts what is made into ovens that have a free slot.
func (r *restaurant) load() {
	for len(r.made) > 0 && r.err == nil {
		o, slot := r.freeSlot()
		if o == nil {
			return
		}
		p := r.made[0]
		r.made = r.made[1:]
		i, _ := p.job.ticket.Progress.Item(p.item)
		o.in[slot] = p
		o.turns[slot]++
		turn := o.turns[slot]
		r.sense(o, wire.ItemPutIn, slot, p)
		took := float64(i.BakeSeconds) * slowerBake * wobble(r.draw, 0.04)
		r.after(time.Duration(took*float64(time.Second)), func() {
			if o.turns[slot] == turn && o.in[slot] == p {
				r.sense(o, wire.ItemTakenOut, slot, p)
				o.in[slot] = piece{}
				r.baked = append(r.baked, p)
			}
		})
	}
}

func (r *restaurant) freeSlot() (*chamber, int) {
	for _, o := range r.ovens {
		if slot := slices.Index(o.in, piece{}); slot >= 0 && !o.down {
			return o, slot
		}
	}
	return nil, 0
}

func (r *restaurant) sense(o *chamber, kind wire.OvenEventKind, slot int, p piece) {
	r.fail(r.kitchen.OvenEvent(r.ctx, o.id, wire.OvenEvent{
		ID: id.New(), At: wire.At(r.now), Kind: kind, Slot: slot + 1, Order: string(p.job.ticket.Order.ID), Item: p.item,
	}))
}

// ovenFails: what lies in it has to be made again.
func (r *restaurant) ovenFails() {
	o := r.ovens[0]
	o.down = true
	r.fail(r.kitchen.Alert(r.ctx, kitchen.Alert{ID: "malfunction/" + o.id, Device: o.id, What: string(wire.Malfunction), Level: "critical"}))
	for slot, p := range o.in {
		if p != (piece{}) {
			o.in[slot] = piece{}
			r.figures.Remakes++
			_, err := r.kitchen.Remake(r.ctx, p.job.ticket.Order.ID, kitchen.Tap{ID: id.New(), Item: p.item, Reason: "the oven went cold"})
			r.fail(err)
		}
	}
}

func (r *restaurant) ovenIsBack() {
	o := r.ovens[0]
	o.down = false
	r.fail(r.kitchen.ClearAlert(r.ctx, "malfunction/"+o.id))
}

// cut cuts and boxes what is out.
func (r *restaurant) cut() {
	for r.cutting < r.Cutters && len(r.baked) > 0 && r.err == nil {
		p := r.baked[0]
		r.baked, r.cutting = r.baked[1:], r.cutting+1
		r.after(time.Duration(cutSeconds*wobble(r.draw, 0.3)*float64(time.Second)), func() {
			r.cutting--
			r.tap(r.kitchen.Bump, p.job, "", p.item)
			r.settle(p.job)
		})
	}
}

// settle looks whether an order is boxed: then its guest comes for it, or the next driver takes it.
func (r *restaurant) settle(j *job) {
	if j.ticket.Progress.Kitchen() != order.Ready || !j.boxed.IsZero() {
		return
	}
	j.boxed = r.now
	r.queue = slices.DeleteFunc(r.queue, func(other *job) bool { return other == j })
	if j.how == order.ByDelivery {
		r.shelf = append(r.shelf, j)
		return
	}
	width := j.told.to.Sub(j.told.from)
	comes := j.told.from.Add(time.Duration(j.comes * float64(width))).Add(j.late)
	if comes.Before(r.now) {
		comes = r.now
	}
	r.at(comes, func() { r.handOver(j) })
}

func (r *restaurant) handOver(j *job) {
	_, err := r.kitchen.HandOver(r.ctx, j.ticket.Order.ID, kitchen.Tap{ID: id.New(), Reason: "taken"})
	r.fail(err)
	r.open--
	r.count(j)
}

// tellDriver tells the kitchen when somebody can fetch an order: who is in the restaurant, or back first.
func (r *restaurant) tellDriver(j *job) {
	comes, ahead := r.now, 0
	for _, other := range r.orders {
		if other != j && other.how == order.ByDelivery && !other.taken() {
			ahead++
		}
	}
	if ahead >= r.idle {
		r.back = slices.DeleteFunc(r.back, func(at time.Time) bool { return !at.After(r.now) })
		slices.SortFunc(r.back, time.Time.Compare)
		if n := ahead - r.idle; n < len(r.back) {
			comes = r.back[n]
		} else {
			comes = r.now.Add(drive)
		}
	}
	if ready := j.ticket.Ready; ready != nil && comes.Before(*ready) {
		return // somebody is there before it is ready: nothing to wait for
	}
	r.command(j.ticket.Order.ID, event.DeliveryStepped{Order: j.ticket.Order.ID, Delivery: order.Assigned, Driver: "d1", Arrives: &comes})
}

func (j *job) taken() bool { return j.ticket.Progress.Whole == order.HandedOver }
