package downlink

import (
	"context"
	"fmt"
	"time"

	"awesome.pizza/shared/link"
)

// errand is something a courier has to know.
type errand struct {
	edge string
	kind errandKind
	seq  uint64
	rest bool // reported: the node knows the cloud to have all that it has said

	epoch, acked uint64 // reported: what the node knows the cloud to have
}

type errandKind int

const (
	committed errandKind = iota
	synced
	reported
)

// Committed says that commands of an edge up to high are committed, by this core or by another.
func (d *Downlink) Committed(ctx context.Context, edge string, high uint64) {
	d.send(ctx, errand{edge: edge, kind: committed, seq: high})
}

func (d *Downlink) send(ctx context.Context, e errand) {
	select {
	case d.errand <- e:
	case <-ctx.Done():
	}
}

// addressee is a node to which commands go.
type addressee struct {
	link.Courier
	wake  time.Time
	last  errand    // its last report
	since time.Time // when it first reported that

	called    time.Time // when it was called to SYNC because of what it reported
	calledFor uint64

	doubted bool // it reported to have obeyed a command that has no answer here; its next word says whether one is under way
}

// courier owns the couriers of all edges: nothing else touches them.
func (d *Downlink) courier(ctx context.Context) error {
	all := map[string]*addressee{}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-d.errand:
			to := all[e.edge]
			if to == nil {
				to = new(addressee)
				all[e.edge] = to
			}
			d.compare(to, e, time.Now())
			d.doubt(ctx, to, e)
			to.wake = d.deliver(ctx, e.edge, run(&to.Courier, e, time.Now()))
		case now := <-tick.C:
			for edge, to := range all {
				if !to.wake.IsZero() && !to.wake.After(now) {
					to.wake = d.deliver(ctx, edge, to.Tick(now))
				}
			}
		}
	}
}

// When a node is called because of what it reported.
const (
	compareAfter = 4 * time.Second // an answer may be under way
	compareAgain = time.Minute     // for the same command
)

// compare calls a node to SYNC that has obeyed what was never given, or has obeyed and answered what has no answer here: then the
// numbers of its commands are not those of this database, which was restored to an older point.
func (d *Downlink) compare(to *addressee, e errand, now time.Time) {
	switch {
	case e.kind != committed:
		if to.last.seq != e.seq || to.last.rest != e.rest {
			to.since = now
		}
		to.last = e
		return
	case e.seq == 0 || to.last.seq < e.seq:
		return // it has still to obey it
	case to.last.seq == e.seq && (!to.last.rest || now.Sub(to.since) < compareAfter):
		to.doubted = true
		return
	case to.calledFor == e.seq && now.Sub(to.called) < compareAgain:
		return
	}
	to.called, to.calledFor = now, e.seq
	d.control(e.edge, link.Control{Kind: link.CallSync, Reason: "it has obeyed commands that wait for an answer here"})
}

// doubt looks, at the word of a node that has obeyed what has no answer here, whether the database has what it once acknowledged to it. It is not
// waited until somebody says again that there is no answer: several commands may be one hint.
func (d *Downlink) doubt(ctx context.Context, to *addressee, e errand) {
	if !to.doubted || e.kind != reported {
		return
	}
	to.doubted = !e.rest // what it is not known to have yet is looked at with a later word
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	row, _, _, _, err := d.store.Meet(ctx, e.edge, 0)
	if err != nil {
		to.doubted = true
		return
	}
	if row.Epoch == e.epoch && row.Seq < e.acked {
		to.doubted = false
		d.control(e.edge, link.Control{Kind: link.CallSync, Reason: "the database lacks what it has acknowledged"})
	}
}

func run(c *link.Courier, e errand, now time.Time) link.Delivery {
	switch e.kind {
	case committed:
		return c.Committed(now, e.seq)
	case synced:
		return c.Synced(now, e.seq)
	case reported:
	}
	return c.Reported(now, e.seq)
}

// deliver publishes what a courier wants sent. What fails is sent again when the edge stays behind.
func (d *Downlink) deliver(ctx context.Context, edge string, do link.Delivery) time.Time {
	if do.From == 0 {
		return do.Wake
	}
	if err := d.publishCommands(ctx, edge, do.From, do.To); err != nil {
		d.cfg.Log.Warn("commands not sent", "restaurant", edge, "from", do.From, "to", do.To, "err", err)
	}
	return do.Wake
}

func (d *Downlink) publishCommands(ctx context.Context, edge string, from, to uint64) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	commands, inc, err := d.store.Commands(ctx, edge, max(from, 2)-1, to)
	if err != nil {
		return err
	}
	prev, commands := following(commands, from)
	for _, some := range link.Pack(commands) {
		data, err := link.Encode(link.CommandBatch{Edge: edge, Inc: inc, High: to, Prev: prev, Commands: some})
		if err != nil {
			return fmt.Errorf("pack commands of %s: %w", edge, err)
		}
		prev = some[len(some)-1].ID
		if err := d.publish(link.CommandSubject(edge), data); err != nil {
			return fmt.Errorf("publish commands of %s: %w", edge, err)
		}
	}
	return nil
}

// following are the last of the commands without a gap between them, not before from, and the id of the one before them, if it is there:
// nobody obeys what stands before a gap, for an epoch began there.
func following(commands []link.Command, from uint64) (prev string, next []link.Command) {
	for i := len(commands) - 1; i > 0; i-- {
		if commands[i].Seq != commands[i-1].Seq+1 {
			return "", commands[i:]
		}
	}
	if len(commands) > 0 && commands[0].Seq < from {
		return commands[0].ID, commands[1:]
	}
	return "", commands
}
