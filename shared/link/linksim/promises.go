package linksim

import (
	"slices"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// observe holds the promises against how a restaurant stands at this moment.
func (s *site) observe() {
	a := s.account()
	s.acknowledged(a)
	s.lanes(a)
	s.wishes(a)
	s.once()
	s.stock()
}

// acknowledged holds P3: what a box counts as acknowledged is committed.
func (s *site) acknowledged(a *account) {
	for _, n := range s.boxes {
		st := n.disk.acked
		if !n.alive || st.Epoch != a.row.Epoch || n.disk.device != a.row.Device || !n.knows(s.w.base) {
			continue
		}
		if st.Seq > a.row.Seq {
			s.w.fail("P3", "%s has %d as acknowledged, the cloud has committed %d", n.name, st.Seq, a.row.Seq)
		}
		if es := n.disk.events(st.Seq, st.Seq); len(es) == 1 && !s.observer.facts[es[0].ID].committed {
			s.w.fail("P3", "%s has %d as acknowledged, and the cloud has committed another event", n.name, st.Seq)
		}
	}
}

// lanes holds P4 and P5: with equal watermarks both sides show the same, and each lane is its owner's work. What has ended has ended; in what
// way, two boxes, or two lives of one card, may differ.
func (s *site) lanes(a *account) {
	for _, r := range a.orders {
		status := r.p.Status()
		if r.shown.Terminal() && (!status.Terminal() || status != r.shown && s.observer.one()) {
			s.w.fail("P4", "%s: order %s had ended as %s and is %s", s.id, r.o.ID, r.shown, status)
		}
		r.shown = status
		if last := r.lane[len(r.lane)-1]; r.p.Delivery != last {
			s.w.fail("P5", "%s: order %s is %s, the cloud, whose lane it is, has it %s", s.id, r.o.ID, r.p.Delivery, last)
		}
	}
	for _, n := range s.boxes {
		if !n.knows(s.w.base) {
			continue
		}
		if n.disk.device != a.row.Device || n.disk.tip != (link.Mark{Epoch: a.row.Epoch, Seq: a.row.Seq, Hash: a.row.Hash}) {
			continue
		}
		for _, t := range n.disk.tickets {
			r := a.order(t.order.ID)
			if r == nil {
				s.w.fail("P4", "%s: at %d/%d the cloud lacks order %s", s.id, a.row.Epoch, a.row.Seq, t.order.ID)
				continue
			}
			if r.p.Kitchen() != t.p.Kitchen() && !t.asks() {
				s.w.fail("P4", "%s: at %d/%d order %s is %s in the kitchen and %s in the cloud",
					s.id, a.row.Epoch, a.row.Seq, t.order.ID, t.p.Kitchen(), r.p.Kitchen())
			}
			if n.disk.cmdSeq == a.head && t.p.Delivery != r.p.Delivery {
				s.w.fail("P5", "%s: after command %d order %s is %s in the kitchen and %s in the cloud",
					s.id, a.head, t.order.ID, t.p.Delivery, r.p.Delivery)
			}
		}
	}
}

// knows reports whether a box has held SYNC with this life of the database. Of one that went back quietly nobody knows, until a box tells it.
func (n *node) knows(b *database) bool { return n.sender.State().Inc == b.incarnation() && !b.quiet }

// wishes holds P7: one answer to a cancel wish, and what was cancelled was not delivered. Of a wish that was said anew the first answer
// counts; another may differ only when two boxes, or two lives of one card, were asked. Of two clones one may give the food away that the
// other puts aside.
func (s *site) wishes(a *account) {
	one := s.observer.one()
	for _, r := range a.orders {
		first := map[string]bool{}
		for i, this := range r.answers {
			granted, repeated := first[this.wish]
			if !repeated {
				granted, first[this.wish] = this.granted, this.granted
			}
			if one && granted != this.granted {
				s.w.fail("P7", "%s: the cancel wish %s was both granted and refused", s.id, this.wish)
			}
			if slices.ContainsFunc(r.answers[:i], func(o answer) bool { return o.command == this.command }) {
				s.w.fail("P7", "%s: the cancel wish %s was answered twice", s.id, this.command)
			}
			if granted && (one && s.observer.left[r.o.ID] || !s.observer.cloned && r.p.Delivery == order.Delivered) {
				s.w.fail("P7", "%s: order %s is cancelled, and the guest has the food", s.id, r.o.ID)
			}
		}
	}
}

// once holds P13: a command has one effect, its number is used once, and an order has one ticket.
func (s *site) once() {
	for _, n := range s.boxes {
		if k := len(n.disk.obeyed); k > 0 {
			last := n.disk.obeyed[k-1]
			for _, o := range n.disk.obeyed[:k-1] {
				if o.id == last.id {
					s.w.fail("P13", "%s carried out command %s twice", n.name, o.id)
				}
				if o.seq >= last.seq {
					s.w.fail("P13", "%s carried out command %d after %d", n.name, last.seq, o.seq)
				}
			}
		}
		for i, t := range n.disk.tickets {
			for _, other := range n.disk.tickets[:i] {
				if t.order.ID == other.order.ID {
					s.w.fail("P13", "%s has two tickets for order %s", n.name, t.order.ID)
				}
			}
		}
	}
}

// kept holds P1 when a box has started: what its screens had confirmed is on its card.
func (n *node) kept() {
	has := map[string]bool{}
	for _, r := range n.disk.all() {
		has[r.ID] = true
	}
	for _, id := range n.site.observer.shown[n] {
		if !has[id] {
			n.w.fail("P1", "%s has forgotten event %s, which a screen had confirmed", n.name, id)
		}
	}
}
