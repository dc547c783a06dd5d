package link_test

import (
	"encoding/json"
	"fmt"
	"time"

	"awesome.pizza/shared/link"
)

// shell is what carries out a Sender's wishes: the uplink, with its outbox and hub replaced by a slice and a function.
type shell struct {
	*link.Sender
	row     link.LinkRow // the cloud's
	outbox  []link.Event
	request func(link.SyncRequest)
	publish func(link.Publish, link.Batch)
}

func (s *shell) do(now time.Time, todo link.Todo) {
	for {
		if todo.Persist != nil {
			fmt.Println("persist acked", todo.Persist.Seq)
		}
		if todo.Sync != nil {
			req := *todo.Sync
			req.CmdSeq, req.Clock = 0, now // from the inbox and the wall clock, at this moment
			s.request(req)
		}
		if todo.Heal != nil || todo.Fetch != nil || todo.Begin != nil { // never together with one another, with Sync or with Publish
			s.heal(now, todo)
			return
		}
		// a real shell sets its timer to todo.Wake here, and calls Tick then
		if todo.Publish == nil {
			return
		}
		p := *todo.Publish
		b, err := s.Batch(p, s.outbox[p.First-1:p.Last])
		if err != nil {
			todo = s.Unpublished(now, p, link.CauseOutbox)
			continue
		}
		s.publish(p, b)
		todo = s.Sent(now, p, b.Last)
	}
}

func ExampleSender() {
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	queued := link.Seal(link.Hash{}, 1, link.Event{ID: "e1", Kind: "ticket.queued.v1", At: now, Body: json.RawMessage(`{"number":12}`)})
	tip := link.Mark{Epoch: link.FirstEpoch, Seq: queued.Seq, Hash: queued.Hash}

	row := link.LinkRow{Edge: "r000123", Epoch: link.FirstEpoch} // the cloud's
	s := &shell{outbox: []link.Event{queued}, Sender: link.NewSender(link.SenderConfig{
		Edge: "r000123", Device: "dev-1", Boot: "boot",
		HashAt: func(uint64) (link.Hash, bool) { return link.Hash{}, false },
		Rand:   func() float64 { return 0 },
	}, tip, link.Mark{Epoch: link.FirstEpoch})}
	s.request = func(req link.SyncRequest) {
		reply := link.AnswerSync(row, req, link.Cloud{Inc: "pg-1"}, now)
		fmt.Println("sync:", reply.Kind, "after", reply.Seq)
		s.do(now, s.Synced(now, reply))
	}
	s.publish = func(p link.Publish, b link.Batch) {
		d := link.Decide(row, b)
		row.Seq, row.Hash = d.After.Seq, d.After.Hash
		fmt.Println("cloud:", d.Verdict, len(d.Events))
	}
	s.do(now, s.Connected(now))
	s.do(now, s.Acked(now, row.Ack("pg-1")))
	fmt.Println(s.State().Condition, "backlog", s.State().Backlog)
	// Output:
	// sync: resume after 0
	// cloud: apply 1
	// persist acked 1
	// online backlog 0
}

// heal names what the outbox has to a cloud that knows the first event only, and begins again with the rest in a new epoch.
func (s *shell) heal(now time.Time, todo link.Todo) {
	switch {
	case todo.Heal != nil:
		var refs []link.Ref
		for _, e := range s.outbox {
			refs = append(refs, link.Ref{Place: link.Place{Epoch: 1, Seq: e.Seq}, ID: e.ID})
		}
		req, page := todo.Heal.Page(refs, false) // all that there is: no more pages
		known := make([]bool, len(page))
		for i, id := range req.IDs {
			known[i] = id == "e1"
		}
		reply := link.AnswerHeal(s.row, req, known, "pg-1", now)
		row, commands := link.Renewed(s.row, req, 7)
		s.row = row
		fmt.Println("cloud: epoch", row.Epoch, "begins, commands follow", commands)
		s.do(now, s.Healed(now, reply.Renew(row, commands, "c7"), page))
	case todo.Fetch != nil:
		s.do(now, s.Fetched(now, todo.Fetch.N, link.Snapshot{Restaurant: "r000123", Device: "dev-1", Epoch: s.row.Epoch, Inc: "pg-1"}))
	case todo.Begin != nil:
		tip := link.Mark{Epoch: todo.Begin.Epoch}
		var fresh []link.Event
		for _, p := range todo.Begin.Unknown {
			e := link.Seal(tip.Hash, tip.Seq+1, s.outbox[p.Seq-1])
			fresh, tip.Seq, tip.Hash = append(fresh, e), e.Seq, e.Hash
			fmt.Println("kitchen:", e.ID, "is event", e.Seq, "now")
		}
		s.outbox = fresh
		s.do(now, s.Begun(now, tip, link.Mark{Epoch: tip.Epoch}))
	}
}

// A card was restored that ends at event 2; the cloud holds three events, of which only the first is on the card.
func ExampleSender_healing() {
	now := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)
	e1 := link.Seal(link.Hash{}, 1, link.Event{ID: "e1", Kind: "ticket.queued.v1", At: now, Body: json.RawMessage(`{"number":12}`)})
	e2 := link.Seal(e1.Hash, 2, link.Event{ID: "e2", Kind: "ticket.queued.v1", At: now, Body: json.RawMessage(`{"number":13}`)})
	s := &shell{outbox: []link.Event{e1, e2}, Sender: link.NewSender(link.SenderConfig{
		Edge: "r000123", Device: "dev-1", Boot: "boot",
		HashAt: func(uint64) (link.Hash, bool) { return link.Hash{}, false },
		Rand:   func() float64 { return 0 },
	}, link.Mark{Epoch: 1, Seq: 2, Hash: e2.Hash}, link.Mark{Epoch: 1})}
	s.row = link.LinkRow{Edge: "r000123", Device: "dev-1", Epoch: 1, Seq: 3, Hash: link.Hash{1}}
	s.request = func(req link.SyncRequest) {
		reply := link.AnswerSync(s.row, req, link.Cloud{Inc: "pg-1", CmdHigh: 7}, now)
		fmt.Println("sync:", reply.Kind)
		s.do(now, s.Synced(now, reply))
	}
	s.publish = func(_ link.Publish, b link.Batch) {
		d := link.Decide(s.row, b)
		fmt.Println("cloud:", d.Verdict, len(d.Events), "in epoch", d.After.Epoch)
	}
	s.do(now, s.Connected(now))
	// Output:
	// sync: fork
	// cloud: epoch 2 begins, commands follow 7
	// kitchen: e2 is event 1 now
	// sync: resume
	// cloud: apply 1 in epoch 2
}
