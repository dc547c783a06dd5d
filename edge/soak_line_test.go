package edge_test

import (
	"context"
	"time"

	"awesome.pizza/shared/link"
)

// line keeps the link up, one thing after the other, as shared/link decides.
func (s *soak) line(ctx context.Context) {
	tip, err := s.db.Tip(ctx)
	if err != nil {
		s.t.Error(err)
		return
	}
	sender := link.NewSender(link.SenderConfig{
		Edge: "r1", Device: "U1", Boot: "b1", Rand: func() float64 { return 0.5 },
		HashAt: func(seq uint64) (link.Hash, bool, error) { return s.db.HashAt(ctx, seq) },
	}, tip, link.Mark{Epoch: 1})
	heard := make(chan func() link.Todo, 4*link.Window)
	for wake := s.do(ctx, sender, sender.Connected(time.Now()), heard); ctx.Err() == nil; {
		timer := time.NewTimer(time.Hour)
		if !wake.IsZero() {
			timer.Reset(time.Until(wake))
		}
		todo := sender.Tick
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.db.Appended():
			if tip, err := s.db.Tip(ctx); err == nil {
				todo = func(now time.Time) link.Todo { return sender.Appended(now, tip) }
			}
		case hear := <-heard:
			todo = func(time.Time) link.Todo { return hear() }
		case cut := <-s.cut:
			todo = sender.Connected
			if cut {
				todo = func(now time.Time) link.Todo { return sender.Disconnected(now, link.CauseInternet) }
			}
		}
		timer.Stop()
		wake = s.do(ctx, sender, todo(time.Now()), heard)
	}
}

// do does what the link's core asks for, and what it asks for then, and returns when it wants to be asked again.
func (s *soak) do(ctx context.Context, sender *link.Sender, todo link.Todo, heard chan<- func() link.Todo) (wake time.Time) {
	wake = todo.Wake
	if todo.Persist != nil {
		if err := s.db.SetAcked(ctx, *todo.Persist); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
	}
	if todo.Sync != nil {
		reply := link.AnswerSync(s.cloud, *todo.Sync, link.Cloud{Inc: "pg-1"}, time.Now())
		wake = s.do(ctx, sender, sender.Synced(time.Now(), reply), heard)
	}
	if todo.Publish != nil {
		wake = s.do(ctx, sender, s.send(ctx, sender, *todo.Publish, heard), heard)
	}
	return wake
}

// send puts one batch on the way to the cloud; what the cloud answers arrives a little later.
func (s *soak) send(ctx context.Context, sender *link.Sender, p link.Publish, heard chan<- func() link.Todo) link.Todo {
	events, _, err := s.db.Events(ctx, p.First, int(p.Last-p.First+1), link.MaxBatchBytes)
	if err != nil {
		return sender.Unpublished(time.Now(), p, link.CauseOutbox)
	}
	b, err := sender.Batch(p, events)
	if err != nil {
		s.t.Error(err)
	}
	payload, header, err := link.EncodeBatch(b)
	if err != nil {
		s.t.Error(err)
	}
	time.AfterFunc(40*time.Millisecond, func() {
		heard <- func() link.Todo { return sender.Published(time.Now(), p) }
		heard <- func() link.Todo { return sender.Acked(time.Now(), s.take(payload, header)) }
	})
	return sender.Sent(time.Now(), p, b.Last)
}

// take is the cloud.
func (s *soak) take(payload []byte, header map[string]string) link.Ack {
	b, err := link.DecodeBatch("r1", payload, header)
	if err != nil {
		s.t.Error(err)
	}
	if d := link.Decide(s.cloud, b); d.Verdict == link.Apply {
		s.cloud.Seq, s.cloud.Hash = d.After.Seq, d.After.Hash
	}
	return s.cloud.Ack("pg-1")
}
