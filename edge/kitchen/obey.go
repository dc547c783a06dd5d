package kitchen

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// ErrGap says that a command came before the one that precedes it: nothing was done, ask the cloud from where it stands.
var ErrGap = errors.New("a command is missing before this one")

// Command is what the cloud wants of the restaurant. It has the fields of link.Command, so that one converts into the other.
type Command struct {
	Seq   uint64
	ID    string
	Kind  string
	At    time.Time
	Order string
	Trace string
	Body  json.RawMessage
	Again string
}

// Obey carries out a command, or refuses it: its effect, its one answer and its place in the sequence are one commit. A repetition does
// nothing. It reports ErrGap when a command before it is missing; a command that makes no sense is refused, not an error.
func (k *Kitchen) Obey(ctx context.Context, c Command) error {
	return k.change(ctx, func(d *draft) error {
		switch {
		case c.Seq <= d.board.applied:
			return nil
		case c.Seq > d.board.applied+1:
			return ErrGap
		}
		d.trace = c.Trace
		o, err := k.judge(ctx, d, c)
		if err != nil {
			return err
		}
		d.commit.Command = &o
		d.tell(order.ID(c.Order), event.CommandAnswered{Seq: c.Seq, Command: c.ID, Order: order.ID(c.Order), Granted: o.Granted, Reason: o.Reason})
		if k.gate.open(c.Seq) {
			d.commit.Released = c.Seq
		}
		return d.queueWaiting()
	})
}

// judge does what a command asks for, or says why not. One that repeats another, whose answer was lost, is answered as that one was, and
// has no effect.
func (k *Kitchen) judge(ctx context.Context, d *draft, c Command) (Obeyed, error) {
	o := Obeyed{Seq: c.Seq, ID: c.ID, Again: c.Again}
	if c.Again != "" {
		first, ok, err := k.store.Obeyed(ctx, c.Again)
		if err != nil {
			return o, err
		}
		if ok {
			o.Granted, o.Reason = first.Granted, first.Reason
			return o, nil
		}
	}
	before, _, err := d.find(ctx, k, order.ID(c.Order))
	if err != nil {
		return o, err
	}
	trial := d.fresh()
	if k.gate.open(c.Seq) {
		trial.commit.Released = c.Seq
	}
	reason, err := trial.wish(ctx, k, c)
	p := problem.Of(err)
	switch {
	case p != nil:
		o.Reason = p.Detail
	case err != nil:
		return o, err
	default:
		*d = *trial
		d.said(before)
		o.Granted, o.Reason = true, reason
	}
	return o, nil
}

// said is for a recovered ticket that a wish has moved. Whoever wished has said with that where its food is: the driver who has it, or the
// office. A step would not tell the cloud, which may have the ticket elsewhere.
func (d *draft) said(before Ticket) {
	t, changed := d.tickets[before.Order.ID]
	if !changed || !before.Recovered || !before.Open() {
		return
	}
	if p := before.Progress; t.Progress.Whole == p.Whole && slices.Equal(t.Progress.Items, p.Items) {
		return
	}
	if t.Open() {
		d.confirmed(t)
	}
	d.commit.Standing = append(d.commit.Standing, t.Order.ID)
}

// gate holds web orders back until every command is obeyed that existed when the link came up: a revoke may be among them. What it has let
// through stays released, also for a node that starts again while the internet is cut.
type gate struct {
	synced bool
	named  uint64
}

func (g gate) open(applied uint64) bool { return g.synced && applied >= g.named }

// Release says that a SYNC named upTo as the highest command there is. Web orders go to the queue as soon as all up to it are obeyed; those
// that came after the last commands which were released wait until then.
func (k *Kitchen) Release(ctx context.Context, upTo uint64) error {
	return k.change(ctx, func(d *draft) error {
		now := gate{synced: true, named: upTo}
		d.landed = func() { k.gate = now }
		k.exchanged(d)
		if now.open(d.board.applied) && d.board.applied > d.board.released {
			d.commit.Released = d.board.applied
		}
		if err := d.queueWaiting(); err != nil {
			return err
		}
		if d.empty() {
			d.landed()
		}
		return nil
	})
}

// queueWaiting queues the orders that wait for nothing any more, in the order in which the cloud offered them. One that the cloud may have
// further waits for a cook.
func (d *draft) queueWaiting() error {
	full := false
	for _, t := range d.open() {
		if t.Doubtful || !d.due(t) || !d.released(t) {
			continue
		}
		if d.paced(t) && (full || !d.room(t)) {
			full = true // those behind it wait behind it
			d.mayGo(t)
			continue
		}
		if _, err := d.queue(t, cause{by: event.ByRule}); err != nil && problem.Of(err) == nil { // one that cannot be queued is in nobody's way
			return err
		}
	}
	return nil
}

// released reports whether an order may go to the queue: one of the cloud's only when no revoke of it was under way.
func (d *draft) released(t Ticket) bool { return t.Command <= max(d.board.released, d.commit.Released) }

// due reports whether an order waits, and not for its time.
func (d *draft) due(t Ticket) bool {
	at, later := t.firesAt(d.settings)
	return t.Progress.Whole == order.Waiting && (!later || !at.After(d.now))
}
