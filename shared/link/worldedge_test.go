package link_test

import (
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/link"
)

// edge is a node: what is above the line is on its disk.
type edge struct {
	world   *world
	truth   []link.Event // every event ever committed; the outbox is what is left of it after trimmed
	trimmed uint64
	acked   link.Mark
	cmdSeq  uint64
	inbox   []string

	alive  bool
	boots  int
	sender *link.Sender
	wake   time.Time
	beatAt time.Time
}

// image is a copy of a node's card.
type image struct {
	truth   []link.Event
	trimmed uint64
	acked   link.Mark
}

func (e *edge) start() {
	e.boots++
	e.alive = true
	e.wake, e.beatAt = time.Time{}, e.world.now.Add(link.HeartbeatEvery)
	e.sender = link.NewSender(link.SenderConfig{
		Edge: edgeID, Device: "dev-1", Boot: fmt.Sprintf("boot%d", e.boots),
		HashAt: e.hashAt, Rand: func() float64 { return float64(e.world.roll(8)) / 8 },
	}, e.tip(), e.acked)
}

func (e *edge) crash() { e.alive, e.wake, e.beatAt = false, time.Time{}, time.Time{} }

func (e *edge) tip() link.Mark {
	m := link.Mark{Epoch: link.FirstEpoch}
	if n := len(e.truth); n > 0 {
		m.Seq, m.Hash = uint64(n), e.truth[n-1].Hash
	}
	return m
}

func (e *edge) hashAt(seq uint64) (link.Hash, bool) {
	if seq <= e.trimmed || seq > uint64(len(e.truth)) {
		return link.Hash{}, false
	}
	return e.truth[seq-1].Hash, true
}

// happen is a business transaction with n events.
func (e *edge) happen(n int) {
	for range n {
		tip := e.tip()
		e.truth = append(e.truth, link.Seal(tip.Hash, tip.Seq+1, link.Event{
			ID: fmt.Sprintf("ev-%d-%d", e.boots, tip.Seq+1), Kind: "ticket.queued.v1", Order: "o1", At: e.world.now,
			Body: fmt.Appendf(nil, `{"note": "<%d>"}`, tip.Seq),
		}))
	}
	e.do(e.sender.Appended(e.world.now, e.tip()))
}

// do carries out what the Sender asks for.
func (e *edge) do(t link.Todo) {
	w := e.world
	for {
		if t.Persist != nil {
			e.acked = *t.Persist
		}
		if t.Sync != nil {
			req := *t.Sync
			req.CmdSeq = e.cmdSeq
			if n := len(e.inbox); n > 0 {
				req.CmdID = e.inbox[n-1]
			}
			w.send(wire(w, req, w.cloud.onSync))
		}
		e.wake = t.Wake
		if t.Publish == nil {
			return
		}
		t = e.publish(*t.Publish)
	}
}

func (e *edge) publish(p link.Publish) link.Todo {
	w := e.world
	if p.First <= e.trimmed {
		return e.sender.Unpublished(w.now, p, link.CauseOutbox)
	}
	b, err := e.sender.Batch(p, e.truth[p.First-1:p.Last])
	if err != nil {
		w.fail("batch: %w", err)
		return e.sender.Unpublished(w.now, p, link.CauseOutbox)
	}
	b.Last = b.First + uint64(len(b.Events)) - 1
	payload, header, err := link.EncodeBatch(b)
	if err != nil {
		w.fail("encode batch: %w", err)
	}
	boot := e.boots
	w.send(func() {
		w.hub.store(message{payload, header}, func() {
			if e.alive && e.boots == boot {
				e.onPubAck(p, b.Last)
			}
		})
	})
	return e.sender.Sent(w.now, p, b.Last)
}

func (e *edge) onPubAck(p link.Publish, last uint64) {
	if e.world.mutant.deleteOnPubAck {
		e.trimmed = max(e.trimmed, last)
	}
	e.do(e.sender.Published(e.world.now, p))
}

func (e *edge) onAck(a link.Ack) {
	if e.world.mutant.ackNoInc {
		a.Inc = e.sender.State().Inc
	}
	if own, ok := e.hashAt(a.Seq); ok && e.world.mutant.ackNoHash {
		a.Hash = own
	}
	e.do(e.sender.Acked(e.world.now, a))
}

func (e *edge) onReply(r link.SyncReply) {
	if e.world.mutant.noRewind && r.Kind == link.Resume && r.Seq < e.acked.Seq {
		r.Seq, r.Hash = e.acked.Seq, e.acked.Hash
	}
	if own, ok := e.hashAt(r.Seq); ok && e.world.mutant.forkBlind {
		r.Hash = own
	}
	e.do(e.sender.Synced(e.world.now, r))
}

func (e *edge) onControl(c link.Control) { e.do(e.sender.Controlled(e.world.now, c)) }

func (e *edge) onCommands(b link.CommandBatch) {
	w := e.world
	trusted, todo := e.sender.Commanded(w.now, b.Inc)
	e.do(todo)
	if !trusted {
		return
	}
	before := e.cmdSeq
	for _, c := range b.Commands {
		v := link.DecideCommand(e.cmdSeq, c)
		switch {
		case v == link.Apply, v == link.Skip && w.mutant.commandTwice, v == link.Gap && w.mutant.commandGap:
			e.inbox, e.cmdSeq = append(e.inbox, c.ID), c.Seq
			e.happen(1) // the result
		case v == link.Gap:
			e.do(e.sender.Controlled(w.now, link.Control{Kind: link.CallSync}))
			return
		}
	}
	if e.cmdSeq != before {
		e.report()
	}
}

func (e *edge) tick() { e.do(e.sender.Tick(e.world.now)) }

func (e *edge) beat() {
	e.beatAt = e.world.now.Add(link.HeartbeatEvery)
	e.report()
}

func (e *edge) report() {
	s := e.sender.State()
	e.world.send(wire(e.world, link.Heartbeat{
		Device: "dev-1", Boot: "b", Epoch: s.Tip.Epoch, Last: s.Tip.Seq, Acked: s.Acked.Seq, CmdSeq: e.cmdSeq, Backlog: s.Backlog, At: e.world.now,
	}, e.world.cloud.onHeartbeat))
}

// trim deletes what the cloud has acknowledged, a week later: every older restore of the cloud has been noticed by then.
func (e *edge) trim() {
	if e.sender.State().Inc == e.world.cloud.incarnation() {
		e.trimmed = max(e.trimmed, e.acked.Seq)
	}
}

func (e *edge) photograph() image { return image{slices.Clone(e.truth), e.trimmed, e.acked} }

// restore puts an old card into the node.
func (e *edge) restore(i image) {
	e.crash()
	e.truth, e.trimmed, e.acked = slices.Clone(i.truth), i.trimmed, i.acked
	e.start()
}

// wire makes a packet that is encoded here and decoded there.
func wire[M link.Message](w *world, m M, deliver func(M)) func() {
	data, err := link.Encode(m)
	if err != nil {
		w.fail("encode %+v: %w", m, err)
	}
	return func() {
		m, err := link.Decode[M](data)
		if err != nil {
			w.fail("decode: %w", err)
			return
		}
		deliver(m)
	}
}
