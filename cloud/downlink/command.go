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

// courier owns the couriers of all edges: nothing else touches them.
func (d *Downlink) courier(ctx context.Context) error {
	couriers, wake := map[string]*link.Courier{}, map[string]time.Time{}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-d.errand:
			c := couriers[e.edge]
			if c == nil {
				c = new(link.Courier)
				couriers[e.edge] = c
			}
			wake[e.edge] = d.deliver(ctx, e.edge, run(c, e, time.Now()))
		case now := <-tick.C:
			for edge, at := range wake {
				if !at.IsZero() && !at.After(now) {
					wake[edge] = d.deliver(ctx, edge, couriers[edge].Tick(now))
				}
			}
		}
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
	commands, inc, err := d.store.Commands(ctx, edge, from, to)
	if err != nil {
		return err
	}
	for _, some := range link.Pack(newest(commands)) {
		data, err := link.Encode(link.CommandBatch{Edge: edge, Inc: inc, High: to, Commands: some})
		if err != nil {
			return fmt.Errorf("pack commands of %s: %w", edge, err)
		}
		if err := d.publish(link.CommandSubject(edge), data); err != nil {
			return fmt.Errorf("publish commands of %s: %w", edge, err)
		}
	}
	return nil
}

// newest are the last of the commands without a gap between them: nobody obeys what stands before a gap, for an epoch began there.
func newest(commands []link.Command) []link.Command {
	for i := len(commands) - 1; i > 0; i-- {
		if commands[i].Seq != commands[i-1].Seq+1 {
			return commands[i:]
		}
	}
	return commands
}
