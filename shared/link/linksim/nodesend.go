package linksim

import (
	"maps"
	"time"

	"awesome.pizza/shared/link"
)

func (n *node) sync(req link.SyncRequest) {
	req.CmdSeq, req.CmdID = n.disk.cmdSeq, n.disk.cmdID
	req.Clock, req.Open = n.wall(), n.disk.open()
	req.Proof = &link.SignedProof{Doc: mustJSON(n.disk.proof), Sig: []byte("signed")}
	n.log("SYNC?", req.Last, req.Acked, "")
	read := message(n.w, req)
	deliver := n.living
	n.ask(func(c *core, answer func(func())) {
		req, ok := read()
		if !ok {
			return
		}
		c.answerSync(n.site, req, func(r link.SyncReply) {
			read := message(n.w, r)
			answer(deliver(func() {
				if r, ok := read(); ok && n.hears() {
					n.synced(r)
				}
			}))
		})
	})
}

func (n *node) synced(r link.SyncReply) {
	n.log("SYNC!", r.Epoch, r.Seq, string(r.Kind))
	if n.w.mutant.noRewind && r.Kind == link.Resume && r.Seq < n.disk.acked.Seq {
		r.Seq, r.Hash = n.disk.acked.Seq, n.disk.acked.Hash
	}
	if own, ok := n.disk.hashAt(r.Seq); ok && n.w.mutant.forkBlind {
		r.Hash = own
	}
	n.do(n.sender.Synced(n.now(), r))
	if named, ok := n.sender.Named(); ok {
		n.release(named)
	}
	n.report()
}

// publish loads a batch and gives it to the hub.
func (n *node) publish(p link.Publish) link.Todo {
	b, err := n.sender.Batch(p, n.disk.events(p.First, p.Last))
	if err != nil {
		n.log("outbox lacks events", p.First, p.Last, "")
		return n.sender.Unpublished(n.now(), p, link.CauseOutbox)
	}
	payload, header, err := link.EncodeBatch(b)
	if err != nil {
		n.w.fail("P2", "a batch that cannot travel: %v", err)
		return link.Todo{}
	}
	n.log("publishes", b.First, b.Last, p.Gen)
	if n.hears() {
		deliver, from := n.living, n.disk.device
		n.w.after(n.slow, n.living(func() {
			n.line.pass(true, func() {
				n.w.hub.store(n, n.site.id, from, payload, maps.Clone(header), func(ok bool) {
					if n.line.muted {
						n.w.count(LostAcks)
						return
					}
					n.line.pass(false, deliver(func() { n.stored(p, b.Last, ok) }))
				})
			})
		}))
	}
	return n.sender.Sent(n.now(), p, b.Last)
}

// stored is the hub's word about a batch.
func (n *node) stored(p link.Publish, last uint64, ok bool) {
	if !ok {
		n.do(n.sender.Unpublished(n.now(), p, link.CauseNoStream))
		return
	}
	n.log("hub has", p.First, last, "")
	if n.w.mutant.deleteOnPubAck {
		n.pruneTo(n.w.now+1, last)
	}
	n.do(n.sender.Published(n.now(), p))
}

func (n *node) acked(a link.Ack) {
	n.log("hears ack", a.Epoch, a.Seq, "")
	if n.w.mutant.ackNoInc {
		a.Inc = n.sender.State().Inc
	}
	if own, ok := n.disk.hashAt(a.Seq); ok && n.w.mutant.ackNoHash {
		a.Hash = own
	}
	n.do(n.sender.Acked(n.now(), a))
}

func (n *node) controlled(c link.Control) {
	n.log("hears control", c.Epoch, c.Seq, string(c.Kind))
	n.do(n.sender.Controlled(n.now(), c))
}

// commanded takes a batch of commands, after the time the box needs for it.
func (n *node) commanded(b link.CommandBatch) {
	n.w.after(n.slow, n.living(func() { n.obeyBatch(b) }))
}

func (n *node) obeyBatch(b link.CommandBatch) {
	if n.w.mutant.cmdNoInc {
		b.Inc = n.sender.State().Inc
	}
	trusted, todo := n.sender.Commanded(n.now(), b.Inc)
	n.do(todo)
	if !trusted || !n.alive {
		return
	}
	before := n.disk.cmdSeq
	next, verdict := n.after(b)
	if verdict == link.Gap {
		n.do(n.sender.Controlled(n.now(), link.Control{Kind: link.CallSync, Reason: "the commands do not follow the last one obeyed"}))
		return
	}
	for _, c := range next {
		if !n.obey(c) {
			return
		}
	}
	if n.disk.cmdSeq != before {
		n.report()
	}
}

// after is what the box obeys of a batch of commands.
func (n *node) after(b link.CommandBatch) ([]link.Command, link.Verdict) {
	last := n.disk.cmdID
	if n.w.mutant.onlyNumbers {
		last = ""
	}
	next, verdict := b.After(n.disk.cmdSeq, last)
	if verdict == link.Skip && n.w.mutant.commandTwice || verdict == link.Gap && n.w.mutant.commandGap {
		return b.Commands, link.Apply
	}
	return next, verdict
}

// heal completes a page of a healing and asks it.
func (n *node) heal(req link.HealRequest, after link.Place, most int) {
	refs, more := n.disk.retained(after, most)
	req.CmdSeq = n.disk.cmdSeq
	req, refs = req.Page(refs, more)
	n.log("HEAL?", uint64(len(req.IDs)), req.Epoch, "")
	read := message(n.w, req)
	deliver := n.living
	n.ask(func(c *core, answer func(func())) {
		req, ok := read()
		if !ok {
			return
		}
		c.answerHeal(n.site, req, func(r link.HealReply) {
			read := message(n.w, r)
			answer(deliver(func() {
				if r, ok := read(); ok && n.hears() {
					n.log("HEAL!", r.Epoch, r.Commands, string(r.Kind))
					if n.w.mutant.allUnknown {
						clear(r.Known)
					}
					n.do(n.sender.Healed(n.now(), r, refs))
				}
			}))
		})
	})
}

// fetch asks for a page of the snapshot.
func (n *node) fetch(req link.SnapshotRequest) {
	n.log("SNAPSHOT?", 0, 0, req.After)
	read := message(n.w, req)
	deliver := n.living
	n.ask(func(c *core, answer func(func())) {
		req, ok := read()
		if !ok {
			return
		}
		snap, ok := c.snapshot(n.site, req)
		if !ok {
			return
		}
		page := message(n.w, snap)
		answer(deliver(func() {
			if snap, ok := page(); ok && n.hears() {
				n.log("SNAPSHOT!", uint64(len(snap.Orders)), snap.Epoch, "")
				n.do(n.sender.Fetched(n.now(), req.N, snap))
			}
		}))
	})
}

// begin has the kitchen begin a new epoch, which takes it a moment in which other things happen.
func (n *node) begin(b link.Beginning) {
	n.w.after(n.slow+time.Duration(n.dice.roll(300))*time.Millisecond, n.living(func() {
		if n.full {
			n.do(n.sender.BeginFailed(n.now()))
			return
		}
		if b.Epoch > n.disk.epoch && !n.commit("begins an epoch", func(d *disk) { d.begin(n, b) }) {
			return
		}
		n.do(n.sender.Begun(n.now(), n.disk.tip, n.disk.acked))
	}))
}

// pruneTo deletes rows up to a number that are older than a horizon.
func (n *node) pruneTo(horizon time.Duration, acked uint64) {
	gone := n.disk.prune(horizon, acked)
	if len(gone) > 0 {
		n.w.count(Prune)
		n.log("prunes", uint64(len(gone)), n.disk.first, "")
		n.site.observer.deleted(n, gone)
	}
}
