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
		// todo.Heal, Fetch and Begin are carried out here as well: see the other example
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
		HashAt: func(seq uint64) (link.Hash, bool, error) { return queued.Hash, seq == queued.Seq, nil },
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
