package downlink

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
// on there being one applier: any number of cores may do this. It makes the stream it needs, again and again until the hub can; the other
// partitions do not wait for this one.
func (d *Downlink) apply(ctx context.Context, pp int) error {
	var made time.Time // when the stream was made that was last used
	var trouble complaint
	for tries := 0; ctx.Err() == nil; tries++ {
		began := time.Now()
		err := d.applyUntilBroken(ctx, pp, &made)
		if time.Since(began) > applyCalm {
			tries = 0
		}
		wait := min(applyAgain<<min(tries, 10), applyLatest)
		if ctx.Err() == nil {
			if trouble.due(err, time.Now()) {
				d.cfg.Log.Warn("applier starts again", "partition", pp, "err", err, "again_in", wait)
			}
			pause(ctx, wait)
		}
	}
	return nil
}

// How an applier begins anew.
const (
	applyAgain  = 50 * time.Millisecond
	applyLatest = 2 * time.Second
	applyCalm   = 10 * time.Second // whoever worked for that long begins anew at once
	lookEvery   = time.Second      // how often it is asked whether stream and consumer are still the ones there were
)

func (d *Downlink) applyUntilBroken(ctx context.Context, pp int, made *time.Time) error {
	stream, consumer, err := d.consumer(ctx, pp)
	if err != nil {
		return err
	}
	if is := stream.CachedInfo().Created; !is.Equal(*made) {
		if !made.IsZero() {
			d.lost(ctx, pp)
		}
		*made = is
	}
	in, broken := make(chan jetstream.Msg, maxTogether), make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer stop()
	consuming, err := consumer.Consume(func(m jetstream.Msg) {
		select {
		case in <- m:
		case <-ctx.Done():
		}
	}, jetstream.PullMaxMessages(2*maxTogether), jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		if gone(err) {
			give(broken, err)
		}
	}))
	if err != nil {
		return fmt.Errorf("consume %s: %w", link.StreamName(pp), err)
	}
	defer consuming.Stop()
	looking.Go(func() { d.look(ctx, consumer, broken) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-broken:
			return err
		case <-consuming.Closed():
			return fmt.Errorf("consuming %s has ended", link.StreamName(pp))
		case m := <-in:
			d.applyTogether(ctx, drain(in, m))
		}
	}
}

// look asks the hub now and then whether the consumer is still the one that was made: a hub that lost its store says nothing by itself.
func (d *Downlink) look(ctx context.Context, consumer jetstream.Consumer, broken chan<- error) {
	made := consumer.CachedInfo().Created
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked, cancel := context.WithTimeout(ctx, 5*time.Second)
		is, err := consumer.Info(asked)
		cancel()
		switch {
		case err == nil && !is.Created.Equal(made):
			give(broken, jetstream.ErrConsumerDeleted)
		case gone(err):
			give(broken, err)
		}
	}
}

func give(to chan<- error, err error) {
	select {
	case to <- err:
	default:
	}
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
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
