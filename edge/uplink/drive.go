package uplink

import (
	"context"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
)

// begin makes the Sender from what the outbox holds.
func (u *Uplink) begin(ctx context.Context) error {
	tip, acked, err := u.stand(ctx)
	if err != nil {
		return err
	}
	u.sender = link.NewSender(link.SenderConfig{
		Edge: u.edge(), Device: u.cfg.Enrolment.Device, Boot: u.boot, Rand: rand.Float64,
		HashAt: func(seq uint64) (link.Hash, bool, error) { return u.outbox.HashAt(ctx, seq) },
	}, tip, acked)
	return nil
}

// drive is the only goroutine that touches the Sender.
func (u *Uplink) drive(ctx context.Context, g *errgroup.Group) error {
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for {
		var todo link.Todo
		select {
		case <-ctx.Done():
			return nil
		case input := <-u.inputs:
			todo = input(time.Now())
		case <-u.nudge:
			tip, err := u.outbox.Tip(ctx)
			if err != nil {
				u.cfg.Log.Warn("read the end of the outbox", "err", err)
				continue
			}
			todo = u.sender.Appended(time.Now(), tip)
		case now := <-alarm.C:
			todo = u.sender.Tick(now)
		}
		u.carryOut(ctx, g, todo, alarm)
	}
}

// carryOut does what the Sender asks for, until it asks for nothing more.
func (u *Uplink) carryOut(ctx context.Context, g *errgroup.Group, todo link.Todo, alarm *time.Timer) {
	for {
		if todo.Persist != nil {
			if err := u.outbox.SetAcked(ctx, *todo.Persist); err != nil {
				u.cfg.Log.Warn("store what the cloud has acknowledged", "err", err)
			}
		}
		if todo.Sync != nil {
			req := *todo.Sync
			g.Go(func() error { u.sync(ctx, req); return nil })
		}
		u.mend(ctx, g, todo)
		if todo.Publish == nil {
			break
		}
		todo = u.publish(ctx, g, *todo.Publish)
	}
	if !todo.Wake.IsZero() {
		alarm.Reset(max(0, time.Until(todo.Wake)))
	}
	u.note()
}

// note takes over the Sender's state. Only drive calls it, and reset while drive does not run.
func (u *Uplink) note() {
	u.mu.Lock()
	was := u.base
	u.base = u.sender.State()
	if u.base.Since.IsZero() {
		u.base.Since = was.Since
	}
	fenced := u.base.Cause == link.CauseFenced && was.Cause != link.CauseFenced
	heard := was.Heard.IsZero() && !u.base.Heard.IsZero()
	more := u.said.cause == link.CauseFenced && was.Tip != u.base.Tip
	u.mu.Unlock()
	if more {
		poke(u.salvaging)
	}
	if heard {
		u.relieved()
	}
	if fenced {
		poke(u.wantRenewal)
	}
	u.show()
}

// show passes a changed state on to the displays.
func (u *Uplink) show() {
	u.mu.Lock()
	was := u.state
	now := u.colour(u.base, u.said)
	if now.Condition == link.Online {
		now.Detail = "" // of trouble that is over
	}
	if now.Detail == "" && u.going != u.cfg.Mode {
		now.Detail = onADetour
	}
	u.state = now
	u.mu.Unlock()
	if was.Condition != now.Condition || was.Cause != now.Cause || was.Backlog != now.Backlog {
		u.changes.Publish(now)
	}
	if was.Condition != now.Condition || was.Cause != now.Cause {
		u.cfg.Log.Info("link", "condition", string(now.Condition), "cause", string(now.Cause), "detail", now.Detail, "backlog", now.Backlog)
	}
}

// tell gives the Sender an input from another goroutine.
func (u *Uplink) tell(ctx context.Context, input func(now time.Time) link.Todo) {
	select {
	case u.inputs <- input:
	case <-ctx.Done():
	}
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
