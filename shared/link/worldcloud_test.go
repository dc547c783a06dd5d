package link_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"awesome.pizza/shared/link"
)

// hub is the stream of one partition. Its duplicate window is endless here, which is the hardest case for what is sent again.
type hub struct {
	world  *world
	stream []message
	seen   map[string]bool
}

type message struct {
	payload []byte
	header  map[string]string
}

func (h *hub) store(m message, acknowledge func()) {
	id := m.header[link.HeaderMsgID]
	if h.world.mutant.noGeneration {
		id = id[:strings.LastIndexByte(id, '/')]
	}
	if !h.seen[id] {
		h.seen[id] = true
		h.stream = append(h.stream, message{h.spoiled(m.payload), maps.Clone(m.header)})
	}
	h.world.send(acknowledge)
}

// spoiled is the payload after a bit has flipped, now and then.
func (h *hub) spoiled(payload []byte) []byte {
	if h.world.roll(100) < 100-h.world.spoil {
		return payload
	}
	payload = bytes.Clone(payload)
	payload[h.world.roll(len(payload))] ^= 1 << h.world.roll(8)
	return payload
}

// lose forgets the end of the stream, though it was acknowledged. The duplicate window may survive.
func (h *hub) lose(n int) { h.stream = h.stream[:len(h.stream)-min(n, len(h.stream))] }

// cloud is the core: what is above the line is in its database.
type cloud struct {
	world    *world
	row      link.LinkRow
	events   []link.Event
	commands []link.Command
	inc      int

	alive   bool
	courier *link.Courier
	wake    time.Time
	applyAt time.Time
}

func (c *cloud) start() {
	if c.alive {
		return
	}
	c.alive, c.courier = true, new(link.Courier)
	c.applyAt = c.world.now.Add(50 * time.Millisecond)
	c.deliver(c.courier.Committed(c.world.now, uint64(len(c.commands))))
}

func (c *cloud) crash() { c.alive, c.wake, c.applyAt = false, time.Time{}, time.Time{} }

func (c *cloud) incarnation() string { return fmt.Sprintf("pg-%d", c.inc) }

// restore puts an older copy of the events in place, never so old that the edge has no longer the row at its end and those after it.
func (c *cloud) restore(seq uint64) {
	if trimmed := c.world.edge.trimmed; trimmed > 0 {
		seq = max(seq, trimmed+1)
	}
	if seq >= c.row.Seq {
		return
	}
	c.inc++
	c.events = slices.Clone(c.events[:seq])
	c.row.Seq, c.row.Hash = seq, link.Hash{}
	if seq > 0 {
		c.row.Hash = c.events[seq-1].Hash
	}
}

func (c *cloud) onSync(req link.SyncRequest) {
	if !c.alive {
		return
	}
	known := link.Cloud{Inc: c.incarnation(), CmdHigh: uint64(len(c.commands))}
	if n := req.CmdSeq; n > 0 && n <= known.CmdHigh {
		known.CmdID = c.commands[n-1].ID
	}
	reply := link.AnswerSync(c.row, req, known, c.world.now)
	if c.world.mutant.forkBlind && reply.Kind == link.Forked {
		reply.Kind = link.Resume
		if reply.Seq > req.Last {
			reply.Seq, reply.Hash = req.Last, req.LastHash
		}
	}
	c.toEdge(wire(c.world, reply, c.world.edge.onReply))
	if reply.Kind == link.Resume {
		c.deliver(c.courier.Synced(c.world.now, req.CmdSeq))
	}
}

func (c *cloud) onHeartbeat(h link.Heartbeat) {
	if c.alive {
		c.deliver(c.courier.Reported(c.world.now, h.CmdSeq))
	}
}

func (c *cloud) tick() { c.deliver(c.courier.Tick(c.world.now)) }

// order commits a command.
func (c *cloud) order() {
	seq := uint64(len(c.commands) + 1)
	c.commands = append(c.commands, link.Command{
		Seq: seq, ID: fmt.Sprintf("cmd-%d", seq), Kind: "ticket.take.v1", At: c.world.now, Order: "o1", Body: []byte(`{}`),
	})
	if c.alive {
		c.deliver(c.courier.Committed(c.world.now, seq))
	}
}

func (c *cloud) deliver(d link.Delivery) {
	c.wake = d.Wake
	if d.From == 0 {
		return
	}
	for _, run := range link.Pack(c.commands[d.From-1 : d.To]) {
		c.toEdge(wire(c.world, link.CommandBatch{
			Edge: edgeID, Inc: c.incarnation(), High: uint64(len(c.commands)), Commands: run,
		}, c.world.edge.onCommands))
	}
}

// apply takes the next message of the stream: one transaction, then the answers, then the hub's acknowledgement, if it gets that far.
func (c *cloud) apply() {
	w := c.world
	c.applyAt = w.now.Add(50 * time.Millisecond)
	if len(w.hub.stream) == 0 {
		return
	}
	m := w.hub.stream[0]
	b, _ := link.DecodeBatch(edgeID, m.payload, m.header)
	d := c.decide(b)
	if d.Verdict == link.Apply {
		c.events = append(c.events, d.Events...)
		c.row.Seq, c.row.Hash = d.After.Seq, d.After.Hash
	}
	c.toEdge(wire(w, c.row.Ack(c.incarnation()), w.edge.onAck))
	if ctl, ok := d.Control(); ok {
		c.toEdge(wire(w, ctl, w.edge.onControl))
	}
	if w.roll(100) < 100-w.repeat { // or it crashes before, and the message comes again
		w.hub.stream = w.hub.stream[1:]
	}
}

func (c *cloud) decide(b link.Batch) link.Decision {
	d := link.Decide(c.row, b)
	m := c.world.mutant
	if d.Verdict == link.Gap && m.skipGaps || d.Verdict == link.Skip && m.noWatermark || d.Verdict == link.Fork && m.forkBlind {
		d.Verdict, d.Events = link.Apply, b.Events
		if d.Verdict == link.Apply && m.forkBlind {
			d.Events = d.Events[min(len(d.Events), max(0, int(c.row.Seq)+1-int(b.First))):]
		}
		d.After = b.After()
	}
	return d
}

// toEdge sends to the node, if it is there by then.
func (c *cloud) toEdge(what func()) {
	c.world.send(func() {
		if c.world.edge.alive {
			what()
		}
	})
}
