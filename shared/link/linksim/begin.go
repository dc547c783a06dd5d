package linksim

import (
	"slices"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// begin begins an epoch: what the cloud lacks gets new numbers, what the kitchen lacks is recovered, and every order says how it stands.
func (d *disk) begin(n *node, b link.Beginning) {
	moves := map[link.Place]bool{}
	for _, p := range b.Unknown {
		moves[p] = true
	}
	rows := d.all()
	d.epoch, d.old, d.rows, d.first = b.Epoch, nil, nil, 1
	d.tip = link.Mark{Epoch: b.Epoch}
	d.acked = d.tip
	for _, r := range rows {
		if moves[link.Place{Epoch: r.epoch, Seq: r.Seq}] || r.epoch > b.Through.Epoch || r.epoch == b.Through.Epoch && r.Seq > b.Through.Seq {
			d.append(r.since, r.Event)
		} else {
			d.old = append(d.old, r)
		}
	}
	d.larder = d.larder.Begin(b.Epoch)
	for _, o := range b.Orders {
		d.recover(o)
	}
	for _, last := range b.Numbers {
		d.number = max(d.number, last)
	}
	d.cmdSeq, d.cmdID = b.Commands, b.CommandID
	for _, t := range d.tickets {
		d.stands(n, t)
	}
}

// day is the business day of every history.
const day = "2026-07-03"

// recover takes over what the cloud knows of an order, as edge/kitchen does: on the kitchen lane the side that is further, and then a cook is
// asked; on the delivery lane the cloud. What has ended here stays ended.
func (d *disk) recover(o event.OrderStanding) {
	t := d.ticket(o.Order.ID)
	if t == nil {
		d.regain(o)
		return
	}
	t.p.Delivery, t.stage = o.Progress.Delivery, o.Driver
	if over(t.p) {
		return
	}
	if slices.Compare(distance(t.p), distance(o.Progress)) < 0 {
		t.p.Whole, t.p.Items, t.p.Intake = o.Progress.Whole, o.Progress.Items, o.Progress.Intake
		if t.confirm = !over(t.p); t.number == 0 {
			t.number = o.Number
		}
	}
	if gone(t.p.Delivery) && t.p.Delivery != order.Failed && t.p.Kitchen() == order.Ready {
		t.p.Whole = order.HandedOver
	}
}

// regain is for an order that the kitchen does not have.
func (d *disk) regain(o event.OrderStanding) {
	if over(o.Progress) {
		return
	}
	t := &ticket{order: &o.Order, p: o.Progress, number: o.Number, stage: o.Driver}
	if t.p.Origin == order.Edge && t.p.Intake == order.Created {
		t.p.Intake = order.Validated
	}
	t.confirm = t.p.Whole != order.Waiting || t.p.Origin == order.Edge
	d.tickets = append(d.tickets, t)
	d.larder, _ = d.larder.Arrive(0, units(t.p))
}

// distance is how far an order is on the kitchen lane: as a whole, then in rounds of remakes, then in steps of its items.
func distance(p order.Progress) []int {
	if over(p) {
		return []int{2}
	}
	whole, remakes, steps := 0, 0, 0
	if p.Whole != order.Waiting {
		whole = 1
	}
	for _, i := range p.Items {
		remakes += i.Remakes
		steps += slices.Index([]order.ItemState{
			order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone,
		}, i.State)
	}
	return []int{whole, remakes, steps}
}
