package linksim

import (
	"slices"
	"time"

	"awesome.pizza/shared/link"
)

// deed is something that can happen in a step, with how often it does.
type deed struct {
	weight int
	fault  Fault // the trouble it is; empty: an ordinary deed
	do     func(w *world, s *site, d *dice)
}

// deeds are all of them.
func deeds() []deed { return slices.Concat(ordinary(), ofLines(), ofMachines(), ofHistories()) }

// ordinary is what happens on any evening.
func ordinary() []deed {
	return []deed{
		{20, "", func(w *world, _ *site, d *dice) { w.run(time.Duration(1+d.roll(2000)) * time.Millisecond) }},
		{6, "", func(w *world, _ *site, d *dice) { w.run(time.Duration(1+d.roll(90)) * time.Second) }},
		{2, "", func(w *world, _ *site, d *dice) { w.run(time.Duration(1+d.roll(8)) * time.Minute) }},
		{16, "", (*world).place},
		{6, "", (*world).cancel},
		{8, "", (*world).drive},
		{8, "", func(_ *world, s *site, d *dice) {
			if s.box.alive {
				s.box.counter(1 + d.roll(2))
			}
		}},
		{2, "", (*world).rush},
		{3, "", func(_ *world, s *site, d *dice) { s.trade(d.roll(3), int64(1+d.roll(8))) }},
		{22, "", func(_ *world, s *site, d *dice) { s.cook(1+d.roll(6), d) }},
		{2, "", func(_ *world, s *site, d *dice) { s.cook(40+d.roll(200), d) }},
	}
}

// ofLines are troubles on the way.
func ofLines() []deed {
	return []deed{
		{3, Reset, func(_ *world, s *site, d *dice) { s.cutLine(d, Reset) }},
		{3, BlackHole, func(_ *world, s *site, d *dice) { s.cutLine(d, BlackHole) }},
		{3, OneWay, func(_ *world, s *site, d *dice) { s.cutLine(d, OneWay) }},
		{8, "", func(_ *world, s *site, d *dice) { s.mendLine(d) }},
		{2, Slow, func(w *world, s *site, d *dice) {
			w.count(Slow)
			s.box.slow = time.Duration(d.roll(4000)) * time.Millisecond
		}},
		{2, LostAcks, func(_ *world, s *site, _ *dice) { s.box.line.muted = true }},
	}
}

// ofMachines are troubles of what runs.
func ofMachines() []deed {
	return []deed{
		{4, EdgeCut, func(w *world, s *site, d *dice) {
			if s.box.alive {
				w.count(EdgeCut)
				s.box.cutFor(time.Duration(d.roll(20000)) * time.Millisecond)
			}
		}},
		{5, EdgeCut, func(_ *world, s *site, d *dice) { s.box.doom = beforeCommit + doom(d.roll(2)) }},
		{2, DiskFull, func(w *world, s *site, d *dice) {
			w.count(DiskFull)
			n := s.box
			n.full = true
			w.after(time.Duration(d.roll(600))*time.Second, func() { n.full = false })
		}},
		{3, CloudCut, func(w *world, _ *site, d *dice) {
			w.count(CloudCut)
			w.cores[d.roll(len(w.cores))].cut()
		}},
		{4, CloudCut, func(w *world, _ *site, d *dice) { w.cores[d.roll(len(w.cores))].doom = beforeCommit + doom(d.roll(2)) }},
		{3, HubLoss, func(w *world, _ *site, d *dice) {
			w.count(HubLoss)
			w.hub.lose(1 + d.roll(6))
		}},
		{2, HubWipe, func(w *world, _ *site, _ *dice) {
			w.count(HubWipe)
			w.hub.wipe()
		}},
		{2, HubFull, func(w *world, _ *site, d *dice) {
			w.hub.full = true
			w.after(time.Duration(d.roll(60))*time.Second, func() { w.hub.full = false })
		}},
	}
}

// ofHistories are troubles that give somebody another past.
func ofHistories() []deed {
	return []deed{
		{5, Card, func(_ *world, s *site, _ *dice) { s.photo = s.box.disk.copy() }},
		{4, Card, func(w *world, s *site, _ *dice) {
			if s.photo != nil && s.photo.device == s.box.disk.device {
				w.count(Card)
				s.restoreCard()
			}
		}},
		{1, Clone, func(w *world, s *site, _ *dice) {
			if len(s.boxes) < 3 {
				w.count(Clone)
				s.clone()
			}
		}},
		{4, Restore, func(w *world, _ *site, _ *dice) { w.dump, w.dumped = w.base.copy(), w.now }},
		{2, Restore, func(w *world, _ *site, d *dice) {
			if w.dump != nil && (w.now-w.dumped < retention || d.chance(50)) { // half of them to before what is kept
				w.count(Restore)
				w.restore(d)
			}
		}},
		{3, Clock, func(w *world, s *site, d *dice) {
			w.count(Clock)
			jumps := []time.Duration{-10 * year, 10 * year, -56 * year, 0, time.Duration(d.roll(7200)-3600) * time.Second}
			s.box.skew = jumps[d.roll(len(jumps))]
		}},
		{1, Replace, func(w *world, s *site, _ *dice) {
			if c := w.anyCore(); c != nil && len(s.boxes) < 3 {
				w.count(Replace)
				s.replace(c)
			}
		}},
		{3, Replace, func(_ *world, s *site, _ *dice) { s.wake() }},
		{2, Replace, func(w *world, s *site, d *dice) {
			if n := s.boxes[d.roll(len(s.boxes))]; w.anyCore() != nil && n.disk.device != s.account().row.Device {
				s.salvage(n)
				s.observer.split = true // nobody has counted the shelves since
			}
		}},
		{2, Skew, func(w *world, s *site, d *dice) {
			w.count(Skew)
			n, program := s.box, versions()[d.roll(3)]
			if d.roll(3) == 0 {
				w.reads = program
				return
			}
			n.writes = program
			n.cutFor(dark)
		}},
		{2, Rogue, func(w *world, s *site, d *dice) { s.impersonate(w.sites[d.roll(len(w.sites))]) }},
		{4, Prune, func(w *world, s *site, _ *dice) {
			if s.box.alive {
				s.box.pruneTo(w.now-retention, s.box.disk.acked.Seq)
			}
		}},
	}
}

const (
	year = 365 * 24 * time.Hour
	// retention is how long acknowledged rows are kept: seven days in life, three minutes of an evening in here.
	retention = 3 * time.Minute
)

// versions are the programs there are: the first, the one between, one that has forgotten the first.
func versions() []link.Range {
	return []link.Range{{Min: 1, Max: 1}, {Min: 1, Max: 2}, {Min: 2, Max: 2}}
}

// impersonate has a box send a batch of another restaurant, as that restaurant would.
func (s *site) impersonate(victim *site) {
	a, n := victim.account(), s.box
	if victim == s || !n.hears() {
		return
	}
	s.w.count(Rogue)
	e := link.Seal(a.row.Hash, a.row.Seq+1, link.Event{ID: s.w.name("forged"), Kind: "order.taken.v1", At: n.wall()})
	payload, header, err := link.EncodeBatch(link.Batch{
		Edge: victim.id, Device: a.row.Device, Epoch: a.row.Epoch, First: e.Seq, Last: e.Seq, Prev: a.row.Hash, Gen: "forged", Schema: 1, Events: []link.Event{e},
	})
	if err == nil {
		n.line.pass(true, func() { s.w.hub.store(n, victim.id, n.disk.device, payload, header, func(bool) {}) })
	}
}

// step does one thing that the dice choose.
func (w *world) step(d *dice) {
	all, total := deeds(), 0
	for _, one := range all {
		total += one.weight
	}
	n := d.roll(total)
	s := w.sites[0] // the busy one
	if d.chance(50) {
		s = w.sites[d.roll(len(w.sites))]
	}
	for _, one := range all {
		if n -= one.weight; n < 0 {
			if one.fault == "" || w.on(one.fault) {
				one.do(w, s, d)
				s.touch()
			}
			return
		}
	}
}

func (w *world) place(s *site, d *dice) {
	c, pizzas, delivered := w.anyCore(), 1+d.roll(2), d.chance(50)
	if c != nil {
		s.place(c, pizzas, delivered)
	}
}

// rush is more guests than the dough is for.
func (w *world) rush(s *site, d *dice) {
	web, counter := 1+d.roll(12), d.roll(12)
	for range web {
		if c := w.anyCore(); c != nil {
			s.place(c, 1, false)
		}
	}
	for range counter {
		if s.box.alive {
			s.box.counter(1)
		}
	}
}

func (w *world) cancel(s *site, d *dice) {
	if c := w.anyCore(); c != nil {
		s.cancel(c, d.roll(64))
	}
}

func (w *world) drive(s *site, d *dice) {
	if c := w.anyCore(); c != nil {
		s.drive(c, d.roll(64))
	}
}

// trade moves stock: from a supplier, to the cloud's share, or back.
func (s *site) trade(how int, pieces int64) {
	if !s.box.alive {
		return
	}
	switch how {
	case 0:
		s.box.receive(pieces)
	case 1:
		s.box.lend(pieces)
	default:
		s.box.recall(pieces)
	}
}

// restore restores the database. A core that was frozen at that moment says later what it had in hand from the life that is lost.
func (w *world) restore(d *dice) {
	inc := w.base.incarnation()
	for _, s := range w.sites {
		a := s.account()
		ack, run := a.row.Ack(inc), a.from(max(a.head, 3)-2, a.head)
		batch := link.CommandBatch{Edge: s.id, Inc: inc, High: a.head, Commands: run}
		w.after(time.Duration(d.roll(90_000))*time.Millisecond, func() {
			down(s, ack, (*node).acked)
			if len(run) > 0 {
				down(s, batch, (*node).commanded)
			}
		})
	}
	quietly := d.chance(30)
	w.log("cloud", "database restored", 0, 0, map[bool]string{true: "quietly"}[quietly])
	w.base.restore(w.dump, quietly)
}

// cook taps so many times, at any of the boxes whose screens somebody looks at.
func (s *site) cook(taps int, d *dice) {
	n := s.box
	if s.observer.cloned && d.chance(40) {
		n = s.boxes[len(s.boxes)-1]
	}
	for range taps {
		if pick, choice := d.roll(64), d.roll(1<<16); n.alive {
			n.tap(pick, choice)
		}
	}
}

func (s *site) cutLine(d *dice, how Fault) {
	n := s.boxes[d.roll(len(s.boxes))]
	s.w.count(how)
	n.line.up, n.line.down = false, false
	switch how {
	case Reset:
		n.unplug()
	case OneWay:
		n.line.up = d.roll(2) == 0
		n.line.down = !n.line.up
	}
}

func (s *site) mendLine(d *dice) {
	n := s.boxes[d.roll(len(s.boxes))]
	n.line.up, n.line.down, n.line.muted = true, true, false
	if d.chance(50) {
		n.line.restless()
	}
	if !n.plugged {
		n.plug()
	}
}
