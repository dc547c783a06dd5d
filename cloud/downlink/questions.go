package downlink

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
)

// How many questions are answered at once: a stampede waits in line and does not take the database for itself.
const (
	syncers     = 4
	healers     = 2
	deskers     = 2
	asksWaiting = 4096
)

// questions are what nodes ask, and how it is answered.
func (d *Downlink) questions() []question {
	all := []question{
		{link.SyncWildcard, syncers, link.SyncTimeout, d.answerSync},
		{link.HealWildcard, healers, link.HealTimeout, d.answerHeal},
		{link.SnapshotWildcard, healers, link.HealTimeout, d.answerSnapshot},
	}
	if d.desk != nil {
		all = append(all, question{link.DeskWildcard, deskers, link.DeskTimeout, d.answerDesk})
	}
	return all
}

type question struct {
	subject string
	atOnce  int
	within  time.Duration // afterwards nobody waits for the answer any more
	answer  func(ctx context.Context, edge string, m *nats.Msg) error
}

// ask is a question that has come.
type ask struct {
	m  *nats.Msg
	at time.Time
}

// answerAll answers questions of one kind until ctx ends. The cores share the work.
func (d *Downlink) answerAll(ctx context.Context, q question) error {
	waiting := make(chan ask, asksWaiting)
	sub, err := d.conn.QueueSubscribe(q.subject, "cores", func(m *nats.Msg) {
		select {
		case waiting <- ask{m, time.Now()}:
		default: // it is asked again
		}
	})
	if err != nil {
		return fmt.Errorf("listen on %s: %w", q.subject, err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	g, ctx := errgroup.WithContext(ctx)
	for range q.atOnce {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case a := <-waiting:
					if left := q.within - time.Since(a.at); left > 0 {
						d.answer(ctx, q, a.m, left)
					}
				}
			}
		})
	}
	return g.Wait()
}

func (d *Downlink) answer(ctx context.Context, q question, m *nats.Msg, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	edge, ok := link.EdgeOfSubject(m.Subject)
	err := fmt.Errorf("%w: subject %q names no edge", link.ErrCorrupt, m.Subject)
	if ok {
		err = q.answer(ctx, edge, m)
	}
	if err != nil {
		d.cfg.Log.Warn("a question is not answered", "subject", m.Subject, "err", err)
	}
}

// respond sends an answer.
func respond[M link.Message](m *nats.Msg, answer M) error {
	data, err := link.Encode(answer)
	if err != nil {
		return err
	}
	if err := m.Respond(data); err != nil {
		return fmt.Errorf("answer %s: %w", m.Subject, err)
	}
	return nil
}
