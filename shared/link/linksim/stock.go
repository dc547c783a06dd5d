package linksim

import (
	"encoding/json"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// dough is the one ingredient of every pizza, a piece each.
const dough = "dough"

// units is what an order needs.
func units(p order.Progress) int64 { return int64(len(p.Items)) }

// receive puts a delivery on the shelves.
func (n *node) receive(pieces int64) {
	n.act("dough arrives", func(d *disk) {
		d.larder, _ = d.larder.Receive(pieces)
		n.site.observer.stock += pieces
	})
}

// lend lets the cloud sell some of what is there.
func (n *node) lend(pieces int64) {
	l, fact, err := n.disk.larder.Lend(pieces)
	if err != nil {
		return
	}
	n.act("lends", func(d *disk) {
		d.larder = l
		d.write(n, "", fact)
	})
}

// recall asks for some of it back.
func (n *node) recall(pieces int64) {
	n.act("recalls", func(d *disk) {
		l, fact, err := d.larder.Recall(pieces)
		if err != nil {
			return
		}
		d.larder = l
		d.write(n, "", fact)
	})
}

// putBack returns what a voided order did not need: nothing of it was in an oven.
func (d *disk) putBack(t *ticket) {
	for _, i := range t.p.Items {
		if i.Remakes > 0 || i.State != order.ItemQueued && i.State != order.ItemMaking && i.State != order.ItemMade {
			return
		}
	}
	if l, err := d.larder.Receive(units(t.p)); err == nil {
		d.larder, t.back = l, true
	}
}

// returned takes back what the cloud gives back.
func (d *disk) returned(c link.Command) (bool, string) {
	var r escrow.Returned
	if err := json.Unmarshal(c.Body, &r); err != nil {
		return false, err.Error()
	}
	d.larder = d.larder.Settle(r)
	return true, ""
}

// share projects a fact about shares; ok is false for any other.
func (a *account) share(e link.Event, salvaged bool) (fits, ok bool) {
	switch e.Kind {
	case escrow.Lent{}.Kind():
		var f escrow.Lent
		if err := json.Unmarshal(e.Body, &f); err != nil {
			return false, true
		}
		if !salvaged {
			a.purse = a.purse.Receive(f)
		}
	case escrow.Recalled{}.Kind():
		var f escrow.Recalled
		if err := json.Unmarshal(e.Body, &f); err != nil {
			return false, true
		}
		if p, back, ok := a.purse.Return(f); ok && !salvaged {
			a.purse = p
			a.tell("", back)
		}
	default:
		return false, false
	}
	return true, true
}

// renewPurse ends every share with the epoch.
func (a *account) renewPurse() {
	if a.w.mutant.purseKeeps {
		a.purse.Epoch = a.row.Epoch
		return
	}
	a.purse = a.purse.Begin(a.row.Epoch, a.w.base.incarnation())
}

// life is the incarnation that a sale names.
func (a *account) life() string {
	if a.w.mutant.purseTrusts {
		return a.purse.Life
	}
	return a.w.base.incarnation()
}

// sold is what both sides have sold together: every order that the cloud or the kitchen has, once, but for those that gave back what they
// did not need. What came out of quarantine was sold before the shelves were counted.
func (s *site) sold(n *node) int64 {
	var sum int64
	for _, t := range n.disk.tickets {
		if !t.back {
			sum += units(t.p)
		}
	}
	for _, r := range s.account().orders {
		if n.disk.ticket(r.o.ID) == nil && !r.aside && r.p.Whole != order.Voided && r.p.Whole != order.Rejected {
			sum += units(r.p)
		}
	}
	return sum
}

// stock holds P6: together the two sides have sold no more than there was. A card that goes back forgets what it sold and lent, and a clone
// sells the same shelves again, as does a box that was replaced when the database forgets it: until somebody has counted, nothing is
// promised.
func (s *site) stock() {
	if s.observer.back || s.observer.cloned || s.observer.split {
		return
	}
	if sold := s.sold(s.box); sold > s.observer.stock {
		s.w.fail("P6", "%s: both sides have sold %d, there were %d: %+v, %+v", s.id, sold, s.observer.stock, s.box.disk.larder, s.account().purse)
	}
}

// counted has a person count the shelves for an empty box: what was there, less what was sold.
func (s *site) counted(old *node) {
	rest := max(0, s.observer.stock-s.sold(old))
	s.box.disk.larder, _ = s.box.disk.larder.Count(rest)
	s.observer.stock = rest + s.sold(s.box)
}
