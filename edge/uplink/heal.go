package uplink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nkeys"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
)

// mend carries out what a healing asks for. Its answers come later, as inputs.
func (u *Uplink) mend(ctx context.Context, g *errgroup.Group, todo link.Todo) {
	if todo.Heal != nil {
		req, after, most := *todo.Heal, todo.HealAfter, todo.HealMost
		g.Go(func() error { u.heal(ctx, req, after, most); return nil })
	}
	if todo.Fetch != nil {
		req := *todo.Fetch
		g.Go(func() error { u.fetch(ctx, req); return nil })
	}
	if todo.Begin != nil {
		b := *todo.Begin
		g.Go(func() error { u.beginAnew(ctx, b); return nil })
	}
}

// heal names a page of what the outbox holds and hears which of it the cloud knows.
func (u *Uplink) heal(ctx context.Context, req link.HealRequest, after link.Place, most int) {
	reply, refs, err := u.askHeal(ctx, req, after, most)
	if err != nil {
		u.cfg.Log.Info("a page of the outbox was not compared with the cloud", "after", after.Seq, "epoch", after.Epoch, "err", err)
		u.tell(ctx, func(now time.Time) link.Todo { return u.sender.HealFailed(now, req.N) })
		return
	}
	u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Healed(now, reply, refs) })
}

func (u *Uplink) askHeal(ctx context.Context, req link.HealRequest, after link.Place, most int) (link.HealReply, []link.Ref, error) {
	refs, more, err := u.outbox.Retained(ctx, after, most)
	if err != nil {
		return link.HealReply{}, nil, err
	}
	if req.CmdSeq, _, err = u.lastCommand(ctx); err != nil {
		return link.HealReply{}, nil, err
	}
	req, refs = req.Page(refs, more)
	asked := u.cfg.Clock.Ran()
	reply, err := request[link.HealRequest, link.HealReply](ctx, u, link.HealSubject(u.edge()), req, link.HealTimeout)
	if err == nil {
		u.told(ctx, asked, reply.Time)
	}
	return reply, refs, err
}

// fetch brings a page of what the cloud knows of the open orders.
func (u *Uplink) fetch(ctx context.Context, req link.SnapshotRequest) {
	reply, err := request[link.SnapshotRequest, link.SnapshotReply](ctx, u, link.SnapshotSubject(u.edge()), req, link.HealTimeout)
	if err == nil && reply.Fail != "" {
		err = errors.New(reply.Fail)
	}
	var page link.Snapshot
	if err == nil {
		page, err = u.papers.read().Verify(Page{Doc: reply.Doc, Sig: reply.Sig})
	}
	if err != nil {
		u.cfg.Log.Warn("a page of the open orders did not come", "after", req.After, "err", err)
		u.tell(ctx, func(now time.Time) link.Todo { return u.sender.FetchFailed(now, req.N) })
		return
	}
	u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Fetched(now, req.N, page) })
}

// beginAnew has the kitchen begin the new epoch. Once the kitchen has the work it is carried out, even while the link is closed.
func (u *Uplink) beginAnew(ctx context.Context, b link.Beginning) {
	err := u.kitchen.Begin(context.WithoutCancel(ctx), b)
	var tip, acked link.Mark
	if err == nil {
		tip, acked, err = u.stand(context.WithoutCancel(ctx))
	}
	if err != nil {
		u.cfg.Log.Error("the kitchen could not begin a new epoch; it will be tried again", "epoch", b.Epoch, "err", err)
		u.tell(ctx, func(now time.Time) link.Todo { return u.sender.BeginFailed(now) })
		return
	}
	u.cfg.Log.Info("edge and cloud go on from one history", "epoch", b.Epoch, "unknown", len(b.Unknown), "orders", len(b.Orders))
	u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Begun(now, tip, acked) })
	u.Appended()
}

// stand is where the outbox ends, and what of it the cloud has.
func (u *Uplink) stand(ctx context.Context) (tip, acked link.Mark, err error) {
	if tip, err = u.outbox.Tip(ctx); err != nil {
		return tip, acked, fmt.Errorf("read the end of the outbox: %w", err)
	}
	if acked, err = u.outbox.Acked(ctx); err != nil {
		return tip, acked, fmt.Errorf("read what the cloud has acknowledged: %w", err)
	}
	return tip, acked, nil
}

// Verify reads a page of a snapshot. Nobody is believed but the chain, and only what it wrote for this node.
func (e Enrolment) Verify(p Page) (link.Snapshot, error) {
	if e.Chain == "" {
		return link.Snapshot{}, errors.New("the enrolment does not say who signs snapshots: enrol this node again")
	}
	key, err := nkeys.FromPublicKey(e.Chain)
	if err != nil {
		return link.Snapshot{}, fmt.Errorf("read the key of the chain: %w", err)
	}
	if err := key.Verify(p.Doc, p.Sig); err != nil {
		return link.Snapshot{}, fmt.Errorf("the snapshot is not signed by the chain: %w", err)
	}
	s, err := link.Decode[link.Snapshot](p.Doc)
	if err != nil {
		return s, err
	}
	if s.Restaurant != e.Restaurant || s.Device != e.Device {
		return s, fmt.Errorf("the snapshot is of restaurant %s for device %s", s.Restaurant, s.Device)
	}
	return s, nil
}

// request asks the cloud over the hub.
func request[Q, A link.Message](ctx context.Context, u *Uplink, subject string, q Q, within time.Duration) (answer A, err error) {
	data, err := link.Encode(q)
	if err != nil {
		return answer, err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	m, err := u.conn.RequestWithContext(ctx, subject, data)
	if err != nil {
		return answer, fmt.Errorf("ask on %s: %w", subject, err)
	}
	return link.Decode[A](m.Data)
}
