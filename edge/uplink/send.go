package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
)

// publish loads a batch and hands it to the hub's client; the hub's answer comes later, as an input.
func (u *Uplink) publish(ctx context.Context, g *errgroup.Group, p link.Publish) link.Todo {
	b, err := u.batch(ctx, p)
	if err != nil {
		u.cfg.Log.Error("the outbox could not be sent", "from", p.First, "err", err)
		return u.sender.Unpublished(time.Now(), p, link.CauseOutbox)
	}
	payload, header, err := link.EncodeBatch(b)
	if err != nil {
		u.cfg.Log.Error("the outbox could not be sent", "from", p.First, "err", err)
		return u.sender.Unpublished(time.Now(), p, link.CauseOutbox)
	}
	g.Go(func() error {
		cause, err := u.offer(ctx, payload, header)
		if err != nil {
			u.cfg.Log.Debug("batch not acknowledged by the hub", "from", p.First, "cause", string(cause), "err", err)
			u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Unpublished(now, p, cause) })
			return nil
		}
		u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Published(now, p) })
		return nil
	})
	return u.sender.Sent(time.Now(), p, b.Last)
}

func (u *Uplink) batch(ctx context.Context, p link.Publish) (link.Batch, error) {
	events, _, err := u.outbox.Events(ctx, p.First, int(p.Last-p.First+1), link.MaxBatchBytes)
	if err != nil {
		return link.Batch{}, err
	}
	return u.sender.Batch(p, events)
}

// offer gives one batch to the hub's stream. No error: the stream has it, for now.
func (u *Uplink) offer(ctx context.Context, payload []byte, header map[string]string) (link.Cause, error) {
	m := nats.NewMsg(link.UpSubject(u.edge()))
	m.Data = payload
	for name, value := range header {
		m.Header.Set(name, value)
	}
	ctx, cancel := context.WithTimeout(ctx, link.PublishTimeout)
	defer cancel()
	answer, err := u.conn.RequestMsgWithContext(ctx, m)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return link.CauseNoStream, err
	case err != nil:
		return link.CauseHubSilent, err
	}
	var ack struct {
		Stream string `json:"stream"`
		Error  *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(answer.Data, &ack); err != nil {
		return link.CauseHubSilent, fmt.Errorf("read the hub's answer: %w", err)
	}
	if ack.Error != nil {
		return link.CauseNoStream, fmt.Errorf("the hub refuses the batch: %s (%d)", ack.Error.Description, ack.Error.Code)
	}
	return "", nil
}

// sync holds SYNC and gives the reply to the Sender.
func (u *Uplink) sync(ctx context.Context, req link.SyncRequest) {
	asked := u.cfg.Clock.Ran()
	reply, err := u.askSync(ctx, req)
	if err != nil {
		u.cfg.Log.Debug("SYNC not answered", "err", err)
		u.tell(ctx, func(now time.Time) link.Todo { return u.sender.SyncFailed(now, req.N) })
		return
	}
	u.told(ctx, asked, reply.Time)
	u.tell(ctx, func(now time.Time) link.Todo {
		todo := u.sender.Synced(now, reply)
		u.release(ctx)
		return todo
	})
	u.Appended()
	poke(u.beat)
}

func (u *Uplink) askSync(ctx context.Context, req link.SyncRequest) (link.SyncReply, error) {
	var err error
	if req.CmdSeq, req.CmdID, err = u.lastCommand(ctx); err != nil {
		return link.SyncReply{}, err
	}
	if req.Open, err = u.outbox.OpenOrders(ctx); err != nil {
		return link.SyncReply{}, err
	}
	if u.cfg.Digest != nil && req.Last > req.Acked {
		open, err := u.cfg.Digest(ctx)
		if err != nil {
			return link.SyncReply{}, err
		}
		req.Digest = link.Digest(open)
	}
	req.Clock, req.Trusted = u.cfg.Clock.Now(), u.cfg.Clock.Trusted()
	req.Proof = u.papers.read().Proof
	return request[link.SyncRequest, link.SyncReply](ctx, u, link.SyncSubject(u.edge()), req, link.SyncTimeout)
}

// lastCommand is the last command that was obeyed, and its id, while none is being obeyed.
func (u *Uplink) lastCommand(ctx context.Context) (seq uint64, id string, err error) {
	u.obeying.Lock()
	defer u.obeying.Unlock()
	return u.obeyed(ctx)
}

// obeyed is the last command that was obeyed, and its id; "" when nobody here knows it. Where a node begins stands in its enrolment, and not in its
// outbox.
func (u *Uplink) obeyed(ctx context.Context) (seq uint64, id string, err error) {
	seq, id, err = u.outbox.CommandSeq(ctx)
	if e := u.cfg.Enrolment; id == "" && seq == e.Commands {
		id = e.CommandID
	}
	return seq, id, err
}

// release tells the kitchen which commands there were at this SYNC: web orders wait until it has obeyed all of them. Only drive calls it,
// before any command of this connection is trusted.
func (u *Uplink) release(ctx context.Context) {
	named, ok := u.sender.Named()
	if !ok {
		return
	}
	if err := u.kitchen.Release(ctx, named); err != nil {
		u.cfg.Log.Warn("queue web orders", "err", err)
	}
}
