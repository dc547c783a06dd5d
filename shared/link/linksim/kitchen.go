package linksim

import (
	"cmp"
	"fmt"
	"time"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// ticket is an order in the kitchen. Its copy of the delivery lane is the cloud's last word.
type ticket struct {
	order   *order.Order // never changes
	p       order.Progress
	number  int
	confirm bool   // recovered: a question to a cook, and no word of the kitchen until it is answered
	stage   string // the cloud's last word about its lane
	back    bool   // voided, and its dough is back on the shelves
}

// open reports whether the kitchen still has something to do with it.
func (t *ticket) open() bool { return !over(t.p) && !gone(t.p.Delivery) }

// asks reports whether a cook is asked where its food is.
func (t *ticket) asks() bool { return t.confirm && t.open() }

// over reports whether the kitchen lane has ended.
func over(p order.Progress) bool {
	return p.Whole == order.HandedOver || p.Whole == order.Voided || p.Whole == order.Rejected
}

// gone reports whether a driver has the food, or had it.
func gone(d order.Delivery) bool {
	return d == order.PickedUp || d == order.OutForDelivery || d == order.Delivered || d == order.Failed
}

// gate holds web orders back until every command is obeyed that existed at the last SYNC.
type gate struct {
	synced bool
	named  uint64
}

func (g gate) open(applied uint64) bool { return g.synced && applied >= g.named }

func (d *disk) open() int {
	n := 0
	for _, t := range d.tickets {
		if !t.p.Status().Terminal() {
			n++
		}
	}
	return n
}

// write writes a fact into the outbox, inside a transaction.
func (d *disk) write(n *node, id order.ID, body event.Body) {
	r := d.append(n.w.now, link.Event{ID: n.w.name("ev"), Order: string(id), Kind: body.Kind(), At: n.wall(), Body: mustJSON(body)})
	n.w.facts++
	var lane order.Kitchen
	if t := d.ticket(id); t != nil {
		lane = t.p.Kitchen()
	}
	n.site.observer.wrote(n, r, lane)
}

// act commits what people or programs do in the restaurant, and tells the Sender.
func (n *node) act(what string, change func(d *disk)) bool {
	if !n.commit(what, change) {
		return false
	}
	n.do(n.sender.Appended(n.now(), n.disk.tip))
	return n.alive
}

// step takes one step of the kitchen lane, if the table allows it.
func (d *disk) step(n *node, t *ticket, why event.Cause, action order.Action, items ...string) bool {
	next, err := t.p.Take(order.Edge, action, items...)
	if err != nil {
		return false
	}
	t.p = next
	fact := event.OrderStepped{Order: t.order.ID, Action: action, Items: items, Cause: why, Who: "cook"}
	if action == order.Queue {
		d.number++
		t.number = d.number
		fact.Number = t.number
	}
	d.write(n, t.order.ID, fact)
	return true
}

// counter takes an order in the restaurant.
func (n *node) counter(items int) {
	o, made := n.site.newOrder(order.Edge, order.Carryout, items)
	larder, err := n.disk.larder.Sell(int64(items))
	if n.w.mutant.bothSell && err != nil && int64(items) <= larder.OnHand {
		larder.OnHand, err = larder.OnHand-int64(items), nil
	}
	if err != nil || n.full {
		return // sold out, or refused with a word
	}
	n.act("takes an order", func(d *disk) {
		d.larder = larder
		t := &ticket{order: o, p: order.Begin(o, made)}
		d.tickets = append(d.tickets, t)
		d.write(n, o.ID, event.OrderTaken{Order: *o, Items: made})
		d.step(n, t, event.ByRule, order.Validate)
		d.step(n, t, event.ByRule, order.Queue)
	})
}

// tap has a cook do the next thing to a ticket. Whoever cooks sees the food: what has left the house is not made again.
func (n *node) tap(pick, choice int) {
	var open []*ticket
	for _, t := range n.disk.tickets {
		if !t.p.Status().Terminal() && !n.site.observer.left[t.order.ID] && t.p.Whole != order.HandedOver {
			open = append(open, t)
		}
	}
	if len(open) == 0 {
		return
	}
	id := open[pick%len(open)].order.ID
	n.act("tap", func(d *disk) {
		t := d.ticket(id)
		if t.asks() {
			d.confirm(n, t)
		}
		d.work(n, t, choice)
	})
}

// confirm has a cook say that a recovered ticket is as it stands, unless the food has left the house.
func (d *disk) confirm(n *node, t *ticket) {
	t.confirm = false
	if n.site.observer.left[t.order.ID] {
		t.p.Whole = order.HandedOver
	}
	d.stands(n, t)
}

// stands tells the cloud how a ticket stands.
func (d *disk) stands(n *node, t *ticket) {
	d.write(n, t.order.ID, event.OrderStanding{
		Order: *t.order, Progress: t.p, Number: t.number, Day: day, Since: n.wall(), Epoch: d.epoch, Recovered: t.asks(),
	})
}

// work moves a ticket on: usually forward.
func (d *disk) work(n *node, t *ticket, choice int) {
	item := t.p.Items[choice%len(t.p.Items)]
	switch {
	case t.p.Whole == order.Waiting:
	case choice%5 == 0 && (item.State == order.ItemBaked || t.p.Kitchen() == order.Ready): // burned, dropped, wrong
		d.step(n, t, event.ByTap, order.Remake, item.ID)
	case t.p.Kitchen() == order.Ready && t.p.Delivery == order.NoDelivery:
		if d.step(n, t, event.ByTap, order.HandOver) {
			n.site.observer.handed(t.order.ID)
		}
	case t.p.Kitchen() == order.Ready:
	case choice%31 == 0:
		if d.step(n, t, event.ByTap, order.Void) {
			d.putBack(t)
		}
	case item.Bump() != "":
		d.step(n, t, event.ByTap, item.Bump(), item.ID)
	}
}

// release lets web orders through once every command up to named is obeyed.
func (n *node) release(named uint64) {
	n.gate = gate{true, named}
	if !n.gate.open(n.disk.cmdSeq) {
		return
	}
	for _, t := range n.disk.tickets {
		if t.p.Whole == order.Waiting {
			n.act("queues what waited", func(d *disk) { d.queueWaiting(n) })
			return
		}
	}
}

func (d *disk) queueWaiting(n *node) {
	for _, t := range d.tickets {
		if t.p.Whole == order.Waiting {
			d.step(n, t, event.ByRule, order.Queue)
		}
	}
}

// obey carries out a command: its effect, its answer and its number are one commit.
func (n *node) obey(c link.Command) bool {
	if n.full && c.Kind == (event.OrderOffered{}).Kind() {
		return false // it stays with the cloud until there is room
	}
	return n.act("obeys", func(d *disk) {
		n.log("command", c.Seq, 0, c.ID+" "+c.Kind)
		t := d.ticket(order.ID(c.Order))
		asked := t != nil && t.asks()
		o := d.judge(n, c)
		d.cmdSeq, d.cmdID = c.Seq, c.ID
		d.obeyed = append(d.obeyed, o)
		d.write(n, order.ID(c.Order), event.CommandAnswered{Seq: c.Seq, Command: c.ID, Order: order.ID(c.Order), Granted: o.granted, Reason: o.reason})
		if asked && !t.open() { // whoever wished has said with that where the food is
			d.stands(n, t)
		}
		if n.gate.open(c.Seq) {
			d.queueWaiting(n)
		}
	})
}

// judge does what a command asks for, or says why not. What repeats a command that was obeyed is answered as that one was.
func (d *disk) judge(n *node, c link.Command) obeyed {
	first := cmp.Or(c.Again, c.ID)
	if !n.w.mutant.judgeAgain {
		for _, o := range d.obeyed {
			if o.first == first {
				return obeyed{c.Seq, c.ID, first, o.granted, o.reason}
			}
		}
	}
	granted, reason := d.wish(n, c)
	return obeyed{c.Seq, c.ID, first, granted, reason}
}

func (d *disk) wish(n *node, c link.Command) (granted bool, reason string) {
	if c.Kind == (escrow.Returned{}).Kind() {
		return d.returned(c)
	}
	body, err := event.Decode(c.Kind, c.Body)
	if err != nil {
		return false, err.Error()
	}
	if o, ok := body.(event.OrderOffered); ok {
		return d.offered(n, c, o)
	}
	t := d.ticket(order.ID(c.Order))
	if t == nil {
		return false, "the kitchen has no such order"
	}
	switch b := body.(type) {
	case event.OrderRevoked:
		return d.revoked(n, t)
	case event.DeliveryStepped:
		return d.delivery(n, c, t, b)
	}
	return false, c.Kind + " is not a command"
}

func (d *disk) offered(n *node, c link.Command, b event.OrderOffered) (bool, string) {
	if d.ticket(b.Order.ID) != nil {
		return true, "the kitchen has it already"
	}
	t := &ticket{order: &b.Order, p: order.Begin(&b.Order, b.Items)}
	next, err := t.p.Follow(order.Cloud, order.Validate)
	if err != nil {
		return false, err.Error()
	}
	t.p = next
	d.tickets = append(d.tickets, t)
	d.larder, _ = d.larder.Arrive(b.Share, units(t.p))
	return true, ""
}

// revoked voids an order while nothing of it bakes.
func (d *disk) revoked(n *node, t *ticket) (bool, string) {
	switch t.p.Whole {
	case order.Voided, order.Rejected:
		return true, "it will not be made anyway"
	case order.HandedOver:
		return false, "it is handed over"
	}
	for _, i := range t.p.Items {
		switch i.State {
		case order.ItemInOven, order.ItemBaked, order.ItemDone:
			return false, "it is in the oven"
		case order.ItemQueued, order.ItemMaking, order.ItemMade:
		}
	}
	if !d.step(n, t, event.ByWish, order.Void) {
		return false, fmt.Sprintf("it is %s", t.p.Status())
	}
	d.putBack(t)
	return true, ""
}

// delivery takes over what the cloud says about its lane. A ready order that a driver has is handed over.
func (d *disk) delivery(n *node, c link.Command, t *ticket, b event.DeliveryStepped) (bool, string) {
	switch b.Delivery {
	case order.PickedUp, order.OutForDelivery, order.Delivered:
		if t.p.Kitchen() == order.Ready && !t.p.Status().Terminal() {
			d.step(n, t, event.ByWish, order.HandOver)
		}
	case order.Unassigned, order.Assigned, order.Failed, order.NoDelivery:
	}
	if b.Driver < t.stage && n.w.base.lives == 1 && !n.site.account().newerWord(c) {
		n.w.fail("P4", "%s: the delivery of order %s went back from stage %s to %s, %s", n.name, t.order.ID, t.stage, b.Driver, b.Delivery)
	}
	t.p.Delivery, t.stage = b.Delivery, b.Driver
	return true, ""
}

// newOrder is an order of a restaurant with some pizzas.
func (s *site) newOrder(origin order.Side, how order.Fulfilment, pizzas int) (*order.Order, []order.Item) {
	o := &order.Order{
		ID: order.ID(s.w.name("or")), Restaurant: s.id, Origin: origin, Channel: order.Web, Fulfilment: how,
		Customer: order.Customer{Name: "Ada"}, PlacedAt: s.w.time().Truncate(time.Millisecond),
	}
	if origin == order.Edge {
		o.Channel = order.Counter
	}
	var items []order.Item
	for i := range pizzas {
		items = append(items, order.Item{ID: fmt.Sprint(i + 1), Name: "Margherita", Station: "make", Bakes: true, State: order.ItemQueued})
	}
	return o, items
}
