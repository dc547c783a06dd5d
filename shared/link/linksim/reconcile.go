package linksim

import (
	"slices"
	"time"

	"awesome.pizza/shared/link"
)

// patience is within what both sides have to agree once all troubles are over.
const patience = 20 * time.Minute

// reconcile ends all troubles and waits. Nobody acts but where only a person can: cooks say where recovered orders are, of two clones one is
// switched off, and what a replaced box had to tell is approved.
func (w *world) reconcile() {
	w.peace, w.peaceAt = true, w.now
	w.log("observer", "peace", 0, 0, "")
	w.hub.full, w.reads = false, link.Range{}
	for _, c := range w.cores {
		c.doom = spared
		c.start()
	}
	for _, s := range w.sites {
		for _, n := range s.boxes {
			n.line.mend()
			n.doom, n.slow, n.full = spared, 0, false
			if n.writes != (link.Range{}) { // everybody gets the newest program
				n.writes = link.Range{}
				n.cutFor(dark)
			}
		}
		s.settle()
	}
	for w.broken == nil && w.now < w.peaceAt+patience {
		if w.agreed() {
			break
		}
		w.run(time.Second)
		for _, s := range w.sites {
			s.box.answer()
		}
	}
	for _, s := range w.sites {
		if w.broken == nil {
			s.judge()
		}
	}
}

// answer has the cooks answer what they are asked.
func (n *node) answer() {
	if n.alive && slices.ContainsFunc(n.disk.tickets, (*ticket).asks) {
		n.act("cooks look", func(d *disk) {
			for _, t := range d.tickets {
				if t.asks() {
					d.confirm(n, t)
				}
			}
		})
	}
}

// settle leaves one box in the restaurant, switched on and let in by the hub.
func (s *site) settle() {
	n := s.box
	n.revoked = false
	n.start()
	if !n.plugged || n.sender.State().Condition == link.Offline {
		n.plug()
	}
	for _, other := range s.boxes {
		if other != n && other.disk.device == n.disk.device {
			other.cut()
			other.boots++
		}
	}
}

func (w *world) agreed() bool {
	for _, s := range w.sites {
		if s.differs() != "" {
			return false
		}
	}
	return true
}

// differs says in what edge and cloud do not agree yet.
func (s *site) differs() string {
	n, a := s.box, s.account()
	switch st := n.sender.State(); {
	case st.Condition != link.Online:
		return "the link is " + string(st.Condition) + " " + string(st.Cause) + " " + st.Detail
	case st.Backlog > 0:
		return "events are not acknowledged"
	case n.disk.tip != (link.Mark{Epoch: a.row.Epoch, Seq: a.row.Seq, Hash: a.row.Hash}):
		return "the outbox ends elsewhere than the cloud's row"
	case n.disk.cmdSeq != a.head:
		return "commands are not obeyed"
	}
	if slices.ContainsFunc(n.disk.tickets, (*ticket).asks) {
		return "nobody has said where an order is"
	}
	for _, c := range a.commands {
		if !c.answered && !c.replaced {
			return "command " + c.ID + " is not answered"
		}
	}
	return ""
}

// judge holds P2 and P12 against the end: edge and cloud agree, and the cloud has every event that is on a card.
func (s *site) judge() {
	if why := s.differs(); why != "" {
		s.w.fail("P2", "%s: no agreement %v after all troubles were over: %s", s.id, patience, why)
		return
	}
	a := s.account()
	for _, n := range s.boxes {
		if n != s.box && n.disk.device == s.box.disk.device {
			continue // a clone that was switched off
		}
		if n != s.box {
			s.salvage(n)
		}
		for _, r := range n.disk.all() {
			if a.counts[r.ID] != 1 {
				s.w.fail("P12", "%s: event %s (%d/%d) of %s is %d times in the cloud", s.id, r.ID, r.epoch, r.Seq, n.name, a.counts[r.ID])
			}
		}
	}
	s.observe()
}

// salvage gives what a replaced box has, and the cloud lacks, to a person, who approves it; twice, for people do.
func (s *site) salvage(n *node) {
	a := s.account()
	var all []aside
	for _, r := range n.disk.all() {
		if a.counts[r.ID] == 0 {
			all = append(all, aside{n.disk.device, r.epoch, []link.Event{r.Event}})
		}
	}
	for range 2 {
		a.asides = append(a.asides, all...)
		a.approve()
	}
}
