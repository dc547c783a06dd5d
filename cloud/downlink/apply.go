package downlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

const (
	// maxTogether is how many batches one transaction applies.
	maxTogether = 64
	// patience is how often a batch that leaves a gap is offered again before the edge is asked to rewind: another core may be
	// applying what is missing at this moment.
	patience = 5
)

// apply takes the batches of one partition to the database, for as long as ctx lives. Safety rests on the database's row locks, not
// on there being one applier: any number of cores may do this.
func (d *Downlink) apply(ctx context.Context, pp int) error {
	return retry(ctx, func() error { return d.applyUntilBroken(ctx, pp) }, func(err error, wait time.Duration) {
		d.cfg.Log.Warn("applier starts again", "partition", pp, "err", err, "again_in", wait)
	})
}

func (d *Downlink) applyUntilBroken(ctx context.Context, pp int) error {
	consumer, err := d.consumer(ctx, pp)
	if err != nil {
		return err
	}
	in, broken := make(chan jetstream.Msg, maxTogether), make(chan error, 1)
	consuming, err := consumer.Consume(func(m jetstream.Msg) {
		select {
		case in <- m:
		case <-ctx.Done():
		}
	}, jetstream.PullMaxMessages(2*maxTogether), jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		if gone(err) {
			select {
			case broken <- err:
			default:
			}
		}
	}))
	if err != nil {
		return fmt.Errorf("consume %s: %w", link.StreamName(pp), err)
	}
	defer func() {
		consuming.Stop()
		for {
			select {
			case <-in:
			case <-consuming.Closed():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-broken:
			return err
		case m := <-in:
			d.applyTogether(ctx, drain(in, m))
		}
	}
}

// gone reports whether consuming has ended for good and has to be set up anew: the hub lost its store, or the stream was deleted.
func gone(err error) bool {
	return errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) ||
		errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrNoHeartbeat)
}

// drain takes what is waiting besides the first, up to what fits one transaction.
func drain(in <-chan jetstream.Msg, first jetstream.Msg) []jetstream.Msg {
	all := []jetstream.Msg{first}
	for len(all) < maxTogether {
		select {
		case m := <-in:
			all = append(all, m)
		default:
			return all
		}
	}
	return all
}

// applyTogether commits, then tells the edges, then lets go of the hub's copies. A crash between any two of these repeats them.
func (d *Downlink) applyTogether(ctx context.Context, messages []jetstream.Msg) {
	var batches []link.Batch
	var of []jetstream.Msg
	for _, m := range messages {
		b, err := d.decode(m)
		if err != nil {
			d.cfg.Log.Error("a batch nobody can read is dropped; its edge will send it again", "subject", m.Subject(), "err", err)
			_ = m.Term()
			continue
		}
		batches, of = append(batches, b), append(of, m)
	}
	if len(batches) == 0 {
		return
	}
	decisions, inc, err := d.store.Apply(ctx, batches)
	if err != nil {
		d.cfg.Log.Error("batches are not applied yet", "batches", len(batches), "err", err)
		for _, m := range of {
			_ = m.NakWithDelay(500 * time.Millisecond)
		}
		return
	}
	for i, decision := range decisions {
		d.conclude(of[i], batches[i], decision, inc)
	}
}

func (d *Downlink) decode(m jetstream.Msg) (link.Batch, error) {
	edge, ok := link.EdgeOfSubject(m.Subject())
	if !ok {
		return link.Batch{}, fmt.Errorf("%w: subject %q names no edge", link.ErrCorrupt, m.Subject())
	}
	header := map[string]string{}
	for name := range m.Headers() {
		header[name] = m.Headers().Get(name)
	}
	return link.DecodeBatch(edge, m.Data(), header)
}

func (d *Downlink) conclude(m jetstream.Msg, b link.Batch, decision link.Decision, inc string) {
	if decision.Verdict == link.Gap {
		if meta, err := m.Metadata(); err == nil && meta.NumDelivered < patience {
			_ = m.NakWithDelay(time.Duration(meta.NumDelivered) * 20 * time.Millisecond)
			return
		}
	}
	if decision.Verdict != link.Apply && decision.Verdict != link.Skip {
		d.cfg.Log.Warn("batch not applied", "restaurant", b.Edge, "verdict", string(decision.Verdict), "reason", decision.Reason)
	}
	if ack, ok := decision.Ack(inc); ok {
		d.acks.send(b.Edge, ack, time.Now())
	}
	if control, ok := decision.Control(); ok {
		d.control(b.Edge, control)
	}
	_ = m.Ack()
}

func (d *Downlink) control(edge string, c link.Control) {
	data, err := link.Encode(c)
	if err == nil {
		err = d.publish(link.ControlSubject(edge), data)
	}
	if err != nil {
		d.cfg.Log.Warn("control not sent", "restaurant", edge, "err", err)
	}
}
