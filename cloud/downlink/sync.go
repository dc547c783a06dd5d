package downlink

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// syncers is how many SYNCs are answered at once: a stampede waits in line and does not take the database for itself.
const syncers = 4

// answerSyncs answers SYNC from committed state. The cores share the work.
func (d *Downlink) answerSyncs(ctx context.Context) error {
	asked := make(chan *nats.Msg, 4096)
	sub, err := d.conn.ChanQueueSubscribe(link.SyncWildcard, "cores", asked)
	if err != nil {
		return fmt.Errorf("listen for SYNC: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	g, ctx := errgroup.WithContext(ctx)
	for range syncers {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case m := <-asked:
					if err := d.answerSync(ctx, m); err != nil {
						d.cfg.Log.Warn("SYNC not answered", "subject", m.Subject, "err", err)
					}
				}
			}
		})
	}
	return g.Wait()
}

func (d *Downlink) answerSync(ctx context.Context, m *nats.Msg) error {
	edge, ok := link.EdgeOfSubject(m.Subject)
	if !ok {
		return fmt.Errorf("%w: subject %q names no edge", link.ErrCorrupt, m.Subject)
	}
	req, err := link.Decode[link.SyncRequest](m.Data)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, link.SyncTimeout)
	defer cancel()
	now := time.Now()
	row, high, err := d.store.Link(ctx, edge)
	reply := link.AnswerSync(row, req, link.Cloud{Inc: d.store.Incarnation(), CmdHigh: high, CmdID: req.CmdID}, now)
	if problem.Is(err, problem.NotFound) {
		reply = link.SyncReply{N: req.N, Kind: link.Fenced, Inc: d.store.Incarnation(), Time: now.UTC(), Reason: "nobody has enrolled this restaurant"}
	} else if err != nil {
		return err
	}
	data, err := link.Encode(reply)
	if err != nil {
		return err
	}
	d.declare(answered{Edge: edge, Node: node{req.Device, req.Epoch, req.Boot}, Resumes: reply.Kind == link.Resume}, now)
	if err := m.Respond(data); err != nil {
		return fmt.Errorf("answer SYNC of %s: %w", edge, err)
	}
	if reply.Kind == link.Resume {
		d.send(ctx, errand{edge: edge, kind: synced, seq: req.CmdSeq})
		d.send(ctx, errand{edge: edge, kind: committed, seq: high})
		return nil
	}
	d.cfg.Log.Warn("a restaurant cannot resume", "restaurant", edge, "kind", string(reply.Kind), "reason", reply.Reason)
	return nil
}
