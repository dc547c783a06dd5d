package linksim

import (
	"slices"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// site is a restaurant: the box that works in it, and whatever other boxes hold its name.
type site struct {
	w        *world
	n        int
	id       string
	box      *node   // the one the cooks look at
	boxes    []*node // all that could be switched on
	photo    *disk   // an image of the card, from some time ago
	touched  bool
	observer *observer
}

func (w *world) site(edge string) *site { return w.named[edge] }

// touch says that something has happened in the restaurant.
func (s *site) touch() {
	if !s.touched {
		s.touched = true
		s.w.touched = append(s.w.touched, s)
	}
}

func (s *site) account() *account { return s.w.base.account(s) }

func (s *site) has(n *node) bool { return slices.Contains(s.boxes, n) }

// place has a guest order on the web.
func (s *site) place(c *core, pizzas int, delivered bool) {
	how := order.Carryout
	if delivered {
		how = order.ByDelivery
	}
	o, items := s.newOrder(order.Cloud, how, pizzas)
	purse, err := s.account().purse.Sell(s.account().life(), int64(pizzas))
	if err != nil {
		return // sold out
	}
	c.commit(s, "order placed", func(a *account) {
		a.purse = purse
		r := &record{o: o, p: order.Begin(o, items)}
		r.p, _ = r.p.Take(order.Cloud, order.Validate)
		a.add(r)
		a.tell(o.ID, event.OrderOffered{Order: *o, Items: items, Share: purse.Epoch, Sold: map[string]int64{dough: int64(pizzas)}})
	})
}

// cancel has a guest change their mind.
func (s *site) cancel(c *core, pick int) {
	r := s.pick(pick, func(r *record) bool { return !r.asked && !r.p.Status().Terminal() && !out(r.p) })
	if r == nil {
		return
	}
	c.commit(s, "cancel asked", func(a *account) {
		r.asked = true
		a.tell(r.o.ID, event.OrderRevoked{Order: r.o.ID, Reason: "changed my mind"})
	})
}

// out reports whether the food has left the house, as far as the cloud knows.
func out(p order.Progress) bool {
	switch p.Delivery {
	case order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed:
		return true
	case order.NoDelivery, order.Unassigned, order.Assigned:
	}
	return p.Whole == order.HandedOver
}

// drive has a driver do the next thing. Nobody picks up what is not on the shelf.
func (s *site) drive(c *core, pick int) {
	r := s.pick(pick, func(r *record) bool { return r.o.Delivers() && !r.p.Status().Terminal() })
	if r == nil {
		return
	}
	next := map[order.Delivery]order.Action{
		order.Unassigned: order.Assign, order.Assigned: order.PickUp, order.PickedUp: order.Depart, order.OutForDelivery: order.Deliver,
	}[r.p.Delivery]
	if next == order.PickUp && !s.observer.left[r.o.ID] {
		t := s.box.disk.ticket(r.o.ID)
		if !s.box.alive || t == nil || t.p.Kitchen() != order.Ready {
			return
		}
	}
	c.commit(s, "driver", func(a *account) {
		if a.deliver(r, next) && next == order.PickUp {
			s.observer.handed(r.o.ID)
		}
	})
}

// pick is one of the orders that will do, or nil.
func (s *site) pick(n int, will func(*record) bool) *record {
	var some []*record
	for _, r := range s.account().orders {
		if will(r) {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		return nil
	}
	return some[n%len(some)]
}

// restoreCard puts the image back into the box.
func (s *site) restoreCard() {
	n := s.box
	n.cut()
	n.disk = s.photo.copy()
	s.observer.cardBack(n)
	n.log("card put back", n.disk.tip.Epoch, n.disk.tip.Seq, "")
	n.start()
}

// clone switches on a second box with a copy of the card.
func (s *site) clone() {
	s.observer.cloned = true
	twin := s.w.newNode(s, s.box.disk.copy())
	twin.sees()
	s.boxes = append(s.boxes, twin)
	twin.start()
	twin.plug()
}

// replace puts an empty box in place of the one that was there, which is switched off and may wake up later. As in enrolment the new one
// begins where the cloud tells it to, with the orders the cloud knows of. An answer that is lost with its core is asked for again, with the
// same key and code, and is the same.
func (s *site) replace(c *core) {
	device := s.w.name("dev")
	var b link.Beginning
	claimed := c.commit(s, "claim", func(a *account) {
		b.Commands, b.CommandID = a.claim(device)
		b.Epoch = a.row.Epoch
		b.Orders, _ = a.standings("", 0)
		b.Numbers = a.numbers()
		s.observer.forked, s.observer.lost = true, true
	})
	if !claimed && s.account().row.Device != device {
		return
	}
	old := s.box
	old.cut()
	old.boots++ // nobody switches it on by itself
	s.box = s.w.newNode(s, newDisk(s, device, b.Epoch))
	s.boxes = append(s.boxes, s.box)
	s.box.log("is enrolled", b.Epoch, b.Commands, device)
	s.box.disk.begin(s.box, b)
	s.counted(old)
	s.box.sees()
	s.box.start()
	s.box.plug()
	if s.w.dice.chance(60) {
		old.revoked = true // where the hub has heard of it
	}
}

// wake switches an old box on.
func (s *site) wake() {
	for _, n := range s.boxes {
		if n != s.box && !n.alive {
			n.start()
			n.plug()
			return
		}
	}
}
