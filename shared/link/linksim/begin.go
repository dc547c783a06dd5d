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
	rows, unknown := d.all(), map[order.ID]bool{}
	d.epoch, d.old, d.rows, d.first = b.Epoch, nil, nil, 1
	d.tip = link.Mark{Epoch: b.Epoch}
	d.acked = d.tip
	for _, r := range rows {
		if moves[link.Place{Epoch: r.epoch, Seq: r.Seq}] || r.epoch > b.Through.Epoch || r.epoch == b.Through.Epoch && r.Seq > b.Through.Seq {
			d.append(r.since, r.Event)
			unknown[order.ID(r.Order)] = true
		} else {
			d.old = append(d.old, r)
		}
	}
	d.larder = d.larder.Begin(b.Epoch)
	for _, o := range b.Orders {
		d.recover(o, unknown[o.Order.ID])
	}
	for _, last := range b.Numbers {
		d.number = max(d.number, last)
	}
	d.cmdSeq, d.cmdID = b.Commands, b.CommandID
	for _, t := range d.tickets {
		d.write(n, t.order.ID, event.OrderStanding{
			Order: *t.order, Progress: t.p, Number: t.number, Day: day, Since: n.wall(), Epoch: b.Epoch,
		})
	}
}

// day is the business day of every history.
const day = "2026-07-03"

// recover takes over what the cloud knows of an order. Where the kitchen has written nothing that the cloud lacks, the cloud knows at
// least as much: what it heard from a life of this card that is lost. Otherwise the kitchen's own lane stands, unless the order has ended.
func (d *disk) recover(o event.OrderStanding, own bool) {
	t := d.ticket(o.Order.ID)
	if t == nil {
		t = &ticket{order: &o.Order, p: o.Progress, number: o.Number, confirm: true, stage: o.Driver}
		d.tickets = append(d.tickets, t)
		d.larder, _ = d.larder.Arrive(0, units(t.p))
		return
	}
	ended := o.Progress.Whole == order.Voided || o.Progress.Whole == order.Rejected || o.Progress.Whole == order.HandedOver
	if !own || ended {
		t.confirm = t.confirm || !slices.Equal(t.p.Items, o.Progress.Items) || t.p.Whole != o.Progress.Whole
		t.p.Whole, t.p.Items, t.p.Intake = o.Progress.Whole, o.Progress.Items, o.Progress.Intake
		if o.Number > 0 {
			t.number = o.Number
		}
	}
	if t.order.Origin == order.Cloud || o.Progress.Delivery != order.NoDelivery {
		t.p.Delivery, t.stage = o.Progress.Delivery, o.Driver
	}
}
