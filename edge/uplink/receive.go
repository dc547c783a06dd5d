package uplink

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
)

// subscribe listens to what is sent down. Acknowledgements and controls go to the Sender; commands wait for obey.
func (u *Uplink) subscribe(ctx context.Context) (<-chan link.CommandBatch, error) {
	edge := u.edge()
	commands := make(chan link.CommandBatch, 256)
	for subject, hear := range map[string]nats.MsgHandler{
		link.AckSubject(edge): func(m *nats.Msg) {
			if a, ok := decode[link.Ack](u, m); ok {
				u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Acked(now, a) })
			}
		},
		link.ControlSubject(edge): func(m *nats.Msg) {
			if c, ok := decode[link.Control](u, m); ok {
				if c.Kind == link.Renew {
					poke(u.wantRenewal)
					return
				}
				u.tell(ctx, func(now time.Time) link.Todo { return u.sender.Controlled(now, c) })
			}
		},
		link.CommandSubject(edge): func(m *nats.Msg) {
			if b, ok := decode[link.CommandBatch](u, m); ok {
				select {
				case commands <- b:
				default: // the cloud sends again what is not applied
					u.cfg.Log.Warn("commands dropped: the kitchen is behind", "commands", len(b.Commands))
				}
			}
		},
	} {
		if _, err := u.conn.Subscribe(subject, hear); err != nil {
			return nil, fmt.Errorf("listen to %s: %w", subject, err)
		}
	}
	return commands, nil
}

func decode[M link.Message](u *Uplink, m *nats.Msg) (M, bool) {
	v, err := link.Decode[M](m.Data)
	if err != nil {
		u.cfg.Log.Warn("a message nobody can read", "subject", m.Subject, "err", err)
	}
	return v, err == nil
}

// obey applies commands in their order, one transaction each.
func (u *Uplink) obey(ctx context.Context, commands <-chan link.CommandBatch) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case b := <-commands:
			u.obeyTrusted(ctx, b)
		}
	}
}

// obeyTrusted obeys a batch if the Sender trusts it. No SYNC and no healing names the last command meanwhile: it would be another one when
// the answer comes, which a cloud whose database was restored could not know.
func (u *Uplink) obeyTrusted(ctx context.Context, b link.CommandBatch) {
	u.obeying.Lock()
	defer u.obeying.Unlock()
	if u.trusts(ctx, b.Inc) {
		u.obeyBatch(ctx, b)
		poke(u.beat)
	}
}

// trusts asks the Sender whether commands of this incarnation may be applied; if not, it has asked for SYNC.
func (u *Uplink) trusts(ctx context.Context, inc string) bool {
	answer := make(chan bool, 1)
	u.tell(ctx, func(now time.Time) link.Todo {
		ok, todo := u.sender.Commanded(now, inc)
		answer <- ok
		return todo
	})
	select {
	case ok := <-answer:
		return ok
	case <-ctx.Done():
		return false
	}
}

func (u *Uplink) obeyBatch(ctx context.Context, b link.CommandBatch) {
	applied, last, err := u.obeyed(ctx)
	if err != nil {
		u.cfg.Log.Warn("read the last command", "err", err)
		return
	}
	next, verdict := b.After(applied, last)
	if verdict == link.Gap {
		u.tell(ctx, func(now time.Time) link.Todo {
			return u.sender.Controlled(now, link.Control{Kind: link.CallSync, Reason: "the commands do not follow the last one obeyed"})
		})
	}
	for _, c := range next {
		if err := u.kitchen.Obey(ctx, c); err != nil {
			u.cfg.Log.Error("a command could not be applied; the cloud will send it again", "command", c.ID, "kind", c.Kind, "err", err)
			return
		}
	}
}

// heartbeat says every five seconds, and at once when a command was applied, that the node is there.
func (u *Uplink) heartbeat(ctx context.Context) error {
	every := time.NewTicker(link.HeartbeatEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		case <-u.beat:
		}
		if err := u.sendHeartbeat(ctx); err != nil && ctx.Err() == nil {
			u.cfg.Log.Debug("heartbeat not sent", "err", err)
		}
	}
}

func (u *Uplink) sendHeartbeat(ctx context.Context) error {
	state := u.State()
	commands, _, err := u.outbox.CommandSeq(ctx)
	if err != nil {
		return err
	}
	open, err := u.outbox.OpenOrders(ctx)
	if err != nil {
		return err
	}
	h := link.Heartbeat{
		Device: u.papers.read().Device, Boot: u.boot, Version: u.cfg.Version, Schema: link.Schema, Epoch: state.Tip.Epoch, Last: state.Tip.Seq,
		Acked: state.Acked.Seq, CmdSeq: commands, At: u.cfg.Clock.Now(), Backlog: state.Backlog, Open: open,
	}
	if state.Backlog > 0 {
		if h.OldestUnsent, err = u.outbox.OldestUnsent(ctx); err != nil {
			return err
		}
	}
	if u.cfg.Outlook != nil {
		h.Outlook = u.cfg.Outlook(ctx)
	}
	data, err := link.Encode(h)
	if err != nil {
		return err
	}
	return u.conn.Publish(link.TelemetrySubject(u.edge()), data)
}
