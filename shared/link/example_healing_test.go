package link_test

import (
	"encoding/json"
	"fmt"
	"time"

	"awesome.pizza/shared/link"
)

// restoredCard is a node whose card was put back, and the cloud it speaks to.
type restoredCard struct {
	*link.Sender
	outbox []link.Event
	row    link.LinkRow // the cloud's
}

// do carries out what a healing asks for. A real shell sends the questions; here the cloud answers at once.
func (c *restoredCard) do(now time.Time, todo link.Todo) {
	switch {
	case todo.Sync != nil:
		reply := link.AnswerSync(c.row, *todo.Sync, link.Cloud{Inc: "pg-1", CmdHigh: 7}, now)
		fmt.Println("sync:", reply.Kind)
		c.do(now, c.Synced(now, reply))
	case todo.Heal != nil:
		c.do(now, c.heal(now, todo))
	case todo.Fetch != nil: // nothing is open
		page := link.Snapshot{Restaurant: "r000123", Device: "dev-1", Epoch: c.row.Epoch, Inc: "pg-1"}
		c.do(now, c.Fetched(now, todo.Fetch.N, page))
	case todo.Begin != nil:
		tip := c.begin(*todo.Begin)
		c.do(now, c.Begun(now, tip, link.Mark{Epoch: tip.Epoch}))
	case todo.Publish != nil:
		b, err := c.Batch(*todo.Publish, c.outbox)
		d := link.Decide(c.row, b)
		fmt.Println("cloud:", d.Verdict, len(d.Events), "in epoch", d.After.Epoch, err)
	}
}

// heal names all there is, in one page, to a cloud that has the first event and another second.
func (c *restoredCard) heal(now time.Time, todo link.Todo) link.Todo {
	var refs []link.Ref
	for _, e := range c.outbox {
		refs = append(refs, link.Ref{Place: link.Place{Epoch: 1, Seq: e.Seq}, ID: e.ID})
	}
	req, page := todo.Heal.Page(refs, false)
	known := make([]bool, len(page))
	for i, id := range req.IDs {
		known[i] = id == "e1"
	}
	reply := link.AnswerHeal(c.row, req, known, "pg-1", now)
	row, commands := link.Renewed(c.row, req, 7)
	c.row = row
	fmt.Println("cloud: epoch", row.Epoch, "begins, commands follow", commands)
	return c.Healed(now, reply.Renew(row, commands, "c7"), page)
}

// begin is the kitchen's transaction: what the cloud lacks gets new numbers.
func (c *restoredCard) begin(b link.Beginning) link.Mark {
	tip := link.Mark{Epoch: b.Epoch}
	var fresh []link.Event
	for _, p := range b.Unknown {
		e := link.Seal(tip.Hash, tip.Seq+1, c.outbox[p.Seq-1])
		fresh, tip.Seq, tip.Hash = append(fresh, e), e.Seq, e.Hash
		fmt.Println("kitchen:", e.ID, "is event", e.Seq, "now")
	}
	c.outbox = fresh
	return tip
}

// A card was put back that ends at event 2; the cloud holds three events, of which only the first is on the card.
func ExampleSender_healing() {
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	e1 := link.Seal(link.Hash{}, 1, link.Event{ID: "e1", Kind: "ticket.queued.v1", At: now, Body: json.RawMessage(`{"number":12}`)})
	e2 := link.Seal(e1.Hash, 2, link.Event{ID: "e2", Kind: "ticket.queued.v1", At: now, Body: json.RawMessage(`{"number":13}`)})
	c := &restoredCard{
		outbox: []link.Event{e1, e2},
		row:    link.LinkRow{Edge: "r000123", Device: "dev-1", Epoch: 1, Seq: 3, Hash: link.Hash{1}},
	}
	c.Sender = link.NewSender(link.SenderConfig{
		Edge: "r000123", Device: "dev-1", Boot: "boot",
		HashAt: func(seq uint64) (link.Hash, bool, error) {
			if seq < 1 || seq > uint64(len(c.outbox)) {
				return link.Hash{}, false, nil
			}
			return c.outbox[seq-1].Hash, true, nil
		},
		Rand: func() float64 { return 0 },
	}, link.Mark{Epoch: 1, Seq: 2, Hash: e2.Hash}, link.Mark{Epoch: 1})
	c.do(now, c.Connected(now))
	// Output:
	// sync: fork
	// cloud: epoch 2 begins, commands follow 7
	// kitchen: e2 is event 1 now
	// sync: resume
	// cloud: apply 1 in epoch 2 <nil>
}
