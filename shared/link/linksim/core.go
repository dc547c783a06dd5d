package linksim

import (
	"time"

	"awesome.pizza/shared/link"
)

// core is one of the cloud's processes. It keeps nothing that it could not lose.
type core struct {
	w     *world
	name  string
	alive bool
	boots int
	doom  doom

	governor link.Governor
	couriers []*link.Courier // by restaurant
	wakes    []int
	busy     time.Duration // until then it answers questions
}

// askCost is what an answer costs a core, which gives some of them at once.
const askCost = 500 * time.Microsecond

func (c *core) start() {
	if c.alive {
		return
	}
	c.alive, c.busy = true, 0
	c.governor = link.Governor{Budget: c.w.catchUp}
	c.boots++
	c.couriers, c.wakes = make([]*link.Courier, len(c.w.sites)), make([]int, len(c.w.sites))
	c.w.log(c.name, "starts", 0, 0, "")
	c.keepOrder(c.boots)
	for _, s := range c.w.sites {
		c.couriers[s.n] = new(link.Courier)
		c.courier(s, func(k *link.Courier) link.Delivery { return k.Committed(c.w.time(), c.w.base.account(s).head) })
	}
}

// keepOrder looks for commands that were overtaken, for as long as this life of the core lasts.
func (c *core) keepOrder(boots int) {
	c.w.after(overtakenEvery, func() {
		if !c.alive || c.boots != boots {
			return
		}
		for _, s := range c.w.sites {
			a := c.w.base.account(s)
			head := a.head
			if a.keepOrder(); a.head > head {
				s.touch()
				c.w.log(c.name, "says anew", head, a.head, s.id)
				c.notify(s, a.head)
			}
		}
		c.keepOrder(boots)
	})
}

func (c *core) cut() {
	if c.alive {
		c.alive, c.doom = false, spared
		c.w.log(c.name, "dies", 0, 0, "")
		boots := c.boots
		c.w.after(dark, func() {
			if c.boots == boots {
				c.start()
			}
		})
	}
}

// anyCore is a core that lives, or nil.
func (w *world) anyCore() *core {
	var alive []*core
	for _, c := range w.cores {
		if c.alive {
			alive = append(alive, c)
		}
	}
	if len(alive) == 0 {
		return nil
	}
	return alive[w.dice.roll(len(alive))]
}

// commit runs a transaction on a restaurant's account. The core may die before or after it; it reports whether it still lives.
func (c *core) commit(s *site, what string, change func(a *account)) bool {
	end := c.doom
	c.doom = spared
	if end == beforeCommit {
		c.w.count(CloudCut)
		c.cut()
		return false
	}
	a := c.w.base.account(s)
	head := a.head
	change(a)
	s.touch()
	c.w.log(c.name, what, a.row.Epoch, a.row.Seq, s.id)
	if end == afterCommit {
		c.w.count(CloudCut)
		c.cut()
		return false
	}
	if a.head > head {
		c.notify(s, a.head)
	}
	return true
}

// notify says that commands are committed: this core knows at once, the other a little later.
func (c *core) notify(s *site, head uint64) {
	for _, other := range c.w.cores {
		after := 30 * time.Millisecond
		if other == c {
			after = 0
		}
		boots := other.boots
		c.w.after(after, func() {
			if other.alive && other.boots == boots {
				other.courier(s, func(k *link.Courier) link.Delivery { return k.Committed(c.w.time(), head) })
			}
		})
	}
}

// take takes a batch from the hub: one transaction, then the answers, then the acknowledgement to the hub.
func (c *core) take(m *stored) {
	s := c.w.site(m.edge)
	b, err := link.DecodeBatch(m.edge, m.payload, m.header)
	if err != nil || s == nil {
		c.w.log(c.name, "drops a batch", 0, 0, m.edge)
		m.done = true
		return
	}
	var d link.Decision
	var inc string
	if !c.commit(s, "batch", func(a *account) { d, inc = a.apply(b), c.w.base.incarnation() }) {
		c.w.hub.deliver(m, time.Second)
		return
	}
	c.w.log(c.name, string(d.Verdict), b.First, b.Last, s.id)
	if d.Verdict == link.Gap && m.tries < 5 {
		c.w.hub.deliver(m, time.Duration(m.tries)*20*time.Millisecond)
		return
	}
	if ack, ok := d.Ack(inc); ok {
		down(s, ack, (*node).acked)
	}
	if control, ok := d.Control(); ok {
		down(s, control, (*node).controlled)
	}
	if c.w.on(LostAcks) && c.w.dice.chance(5) {
		c.w.count(LostAcks)
		c.w.hub.deliver(m, time.Second)
		return
	}
	m.done = true
}

// down sends a message to whatever listens to a restaurant's subjects.
func down[M link.Message](s *site, m M, hear func(*node, M)) {
	read := message(s.w, m)
	for _, n := range s.boxes {
		if n.hears() {
			n.line.pass(false, n.living(func() {
				if m, ok := read(); ok && n.hears() {
					hear(n, m)
				}
			}))
		}
	}
}

// serve does what a question costs, later, when its turn has come and the core still lives.
func (c *core) serve(what func()) {
	boots := c.boots
	c.busy = max(c.busy, c.w.now) + askCost
	c.w.after(c.busy-c.w.now, func() {
		if c.alive && c.boots == boots {
			what()
		}
	})
}

func (c *core) answerSync(s *site, req link.SyncRequest, answer func(link.SyncReply)) {
	c.serve(func() {
		if !c.adopt(s, req) {
			return
		}
		a := c.w.base.account(s)
		cloud := link.Cloud{Inc: c.w.base.incarnation(), CmdHigh: a.head, CmdID: a.commandID(req.CmdSeq), Reads: c.w.reads}
		if req.Inc == cloud.Inc && link.Contradiction(a.row, req, cloud) != "" {
			c.w.log(c.name, "doubts the database", 0, 0, s.id)
			c.w.base.doubt()
			cloud.Inc = c.w.base.incarnation()
		}
		if req.Last > req.Acked {
			cloud.MaxRate = c.governor.Rate(c.w.time(), s.id, req.Last-req.Acked)
		}
		r := link.AnswerSync(a.row, req, cloud, c.w.time())
		if c.w.mutant.forkBlind && r.Kind == link.Forked && req.Epoch == a.row.Epoch {
			r.Kind = link.Resume
			if r.Seq > req.Last {
				r.Seq, r.Hash = req.Last, req.LastHash
			}
		}
		answer(r)
		if r.Kind == link.Resume {
			if req.Inc == r.Inc {
				a.purse = a.purse.Confirm(r.Inc)
			}
			c.courier(s, func(k *link.Courier) link.Delivery { return k.Synced(c.w.time(), req.CmdSeq) })
			c.courier(s, func(k *link.Courier) link.Delivery { return k.Committed(c.w.time(), a.head) })
		}
	})
}

// adopt takes a device at its proof when the database has forgotten that it was enrolled. It reports whether the core still lives.
func (c *core) adopt(s *site, req link.SyncRequest) bool {
	a := c.w.base.account(s)
	if req.Proof == nil || req.Device == a.row.Device || c.w.mutant.forgetful {
		return true
	}
	p, err := link.Decode[link.Proof](req.Proof.Doc) // in here everybody's signature is good
	if err != nil || p.Device != req.Device || !link.Adopts(a.row, a.roll(p.Device), p, c.w.time()) {
		return true
	}
	return c.commit(s, "adopts "+p.Device, func(a *account) {
		a.adopt(p, req.Epoch)
		s.observer.forked = true
	})
}

func (c *core) answerHeal(s *site, req link.HealRequest, answer func(link.HealReply)) {
	c.serve(func() {
		if !c.w.reads.Has(2) {
			return // an older cloud does not listen
		}
		var r link.HealReply
		alive := c.commit(s, "heal", func(a *account) {
			known := make([]bool, len(req.IDs))
			for i, id := range req.IDs {
				known[i] = a.counts[id] > 0
			}
			r = link.AnswerHeal(a.row, req, known, c.w.base.incarnation(), c.w.time())
			if why := link.OutOfReach(a.row, a.head, req.Epoch, req.CmdSeq); r.Kind == link.Forked && why != "" {
				r = r.Refused(link.FarAhead, why)
			}
			if r.Kind == link.Forked && req.Renew {
				commands, id := a.renew(req)
				r = r.Renew(a.row, commands, id)
				s.observer.forked = true
			}
		})
		if alive {
			answer(r)
		}
	})
}

func (c *core) snapshot(s *site, req link.SnapshotRequest) (link.Snapshot, bool) {
	a := c.w.base.account(s)
	if a.row.Device != req.Device {
		return link.Snapshot{}, false
	}
	orders, more := a.standings(req.After, req.Most)
	if fit, err := link.FitStandings(orders); err == nil && fit < len(orders) {
		orders, more = orders[:fit], true
	}
	return link.Snapshot{
		Restaurant: s.id, Device: req.Device, Epoch: a.row.Epoch, Inc: c.w.base.incarnation(), Made: c.w.time(),
		Orders: orders, Numbers: a.numbers(), More: more,
	}, true
}

// hear takes a heartbeat.
func (c *core) hear(s *site, h link.Heartbeat) {
	if a := c.w.base.account(s); h.Device == a.row.Device {
		c.courier(s, func(k *link.Courier) link.Delivery { return k.Reported(c.w.time(), h.CmdSeq) })
	}
}

// courier tells the courier of a restaurant something and sends what it wants sent.
func (c *core) courier(s *site, tell func(k *link.Courier) link.Delivery) {
	d := tell(c.couriers[s.n])
	c.wakes[s.n]++
	wake, boots := c.wakes[s.n], c.boots
	if !d.Wake.IsZero() {
		c.w.after(d.Wake.Sub(c.w.time()), func() {
			if c.alive && c.boots == boots && c.wakes[s.n] == wake {
				c.courier(s, func(k *link.Courier) link.Delivery { return k.Tick(c.w.time()) })
			}
		})
	}
	if d.From == 0 {
		return
	}
	a := c.w.base.account(s)
	prev := a.commandID(d.From - 1)
	for _, run := range link.Pack(a.from(d.From, d.To)) {
		down(s, link.CommandBatch{Edge: s.id, Inc: c.w.base.incarnation(), High: a.head, Prev: prev, Commands: run}, (*node).commanded)
		prev = run[len(run)-1].ID
	}
}
