package linksim

import (
	"bytes"
	"time"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// observer sees everything that happens in one restaurant and forgets nothing, whatever disks and databases do.
type observer struct {
	facts  map[string]*fact
	line   []string // ids in the order in which they were committed
	forked bool     // there have been two histories: a healing, a claim
	cloned bool
	back   bool  // a card went back: people did things that their box forgot
	lost   bool  // a box was replaced: people did things that the new one does not know
	split  bool  // the database went back to before the box was enrolled: two boxes may sell the same shelves
	stock  int64 // that was ever on the shelves
	left   map[order.ID]bool
	shown  map[*node][]string // what screens have confirmed and the box still has to have
}

// fact is an event as it was when it was written.
type fact struct {
	link.Event
	device    string
	lane      order.Kitchen // of its order, after it
	committed bool          // by the cloud, in some life of its database
	at        time.Duration // when
}

func newObserver() *observer {
	return &observer{facts: map[string]*fact{}, left: map[order.ID]bool{}, shown: map[*node][]string{}}
}

// one reports whether one box has worked in the restaurant all the time, and remembers it.
func (o *observer) one() bool { return !o.back && !o.cloned && !o.lost }

// wrote notes an event that a transaction writes.
func (o *observer) wrote(n *node, r row, lane order.Kitchen) {
	o.facts[r.ID] = &fact{Event: r.Event, device: n.disk.device, lane: lane, at: n.w.now}
	o.line = append(o.line, r.ID)
}

// committed notes that screens show what a transaction wrote.
func (o *observer) committed(n *node, before link.Mark) {
	first := before.Seq + 1
	if n.disk.epoch != before.Epoch {
		first = 1
	}
	for _, e := range n.disk.events(max(first, n.disk.first), n.disk.tip.Seq) {
		o.shown[n] = append(o.shown[n], e.ID)
	}
}

// confirmed is what a screen shows that does not wait for the commit.
func (o *observer) confirmed(n *node, change func(d *disk)) {
	real := n.disk
	n.disk = real.copy()
	before := n.disk.tip
	change(n.disk)
	o.committed(n, before)
	n.disk = real
}

// sees takes note of a box as it is.
func (n *node) sees() {
	o := n.site.observer
	o.shown[n] = nil
	for _, r := range n.disk.all() {
		o.shown[n] = append(o.shown[n], r.ID)
	}
}

// cardBack notes that a box forgot what it did since.
func (o *observer) cardBack(n *node) {
	o.back = true
	n.sees()
}

// deleted holds P3 against rows that a box has deleted.
func (o *observer) deleted(n *node, gone []row) {
	ids := map[string]bool{}
	for _, r := range gone {
		ids[r.ID] = true
		if f := o.facts[r.ID]; f == nil || !f.committed {
			n.w.fail("P3", "%s deleted event %d/%d, which the cloud has never committed", n.name, r.epoch, r.Seq)
		}
	}
	var kept []string
	for _, id := range o.shown[n] {
		if !ids[id] {
			kept = append(kept, id)
		}
	}
	o.shown[n] = kept
}

func (o *observer) handed(id order.ID) { o.left[id] = true }

// applied holds P2 and P11 against an event that the cloud applies.
func (o *observer) applied(a *account, e link.Event, salvaged bool) {
	w, f := a.w, o.facts[e.ID]
	if f == nil || f.Order != e.Order || f.Kind != e.Kind || !bytes.Equal(f.Body, e.Body) {
		w.fail("P2", "%s: the cloud applied %s, which nobody wrote like that", a.site.id, e.ID)
		return
	}
	f.committed = true
	if w.applied != nil {
		w.applied(a.site, w.now-f.at)
	}
	if n := a.counts[e.ID]; n != 1 {
		w.fail("P2", "%s: the cloud applied event %s %d times", a.site.id, e.ID, n)
	}
	if k := len(a.events); !o.forked && !o.cloned && !o.back && !o.lost && !salvaged && (k > len(o.line) || o.line[k-1] != e.ID) {
		w.fail("P2", "%s: the cloud's event %d is %s, the restaurant's is another", a.site.id, k, e.ID)
	}
	if f.device != a.row.Device && !salvaged {
		w.fail("P11", "%s: an event of device %s was applied, enrolled is %s", a.site.id, f.device, a.row.Device)
	}
}

// projected holds P4 against an order after an event: the cloud shows what the kitchen showed then.
func (o *observer) projected(a *account, e link.Event, fits bool) {
	f := o.facts[e.ID]
	if f == nil || o.forked || o.cloned || o.back || o.lost || a.w.base.lives > 1 {
		return
	}
	if !fits {
		a.w.fail("P4", "%s: event %s (%s) does not follow from what the cloud has", a.site.id, e.ID, e.Kind)
		return
	}
	if r := a.order(order.ID(e.Order)); r != nil && f.lane != "" && r.p.Kitchen() != f.lane {
		a.w.fail("P4", "%s: after %s the cloud has order %s as %s, the kitchen had it as %s", a.site.id, e.ID, e.Order, r.p.Kitchen(), f.lane)
	}
}
