package downlink

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// maxTogether is how many batches one transaction applies, besides those that were kept.
const maxTogether = 64

// apply takes the batches of one partition to the database, for as long as ctx lives. Safety rests on the database's row locks, not
// on there being one applier: any number of cores may do this, and the hub serves one at a time only for the sake of calm. It makes the
// stream it needs, again and again until the hub can; the other partitions do not wait for this one.
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
	applyCalm   = 10 * time.Second       // whoever worked for that long begins anew at once
	applyLater  = 500 * time.Millisecond // after which the hub gives again what could not be applied
)

func (d *Downlink) applyUntilBroken(ctx context.Context, pp int, made *time.Time) error {
	t, err := d.join(ctx, pp)
	if err != nil {
		return err
	}
	if is := t.stream.CachedInfo().Created; !is.Equal(*made) {
		if !made.IsZero() {
			d.lost(ctx, pp)
		}
		*made = is
	}
	within, stop := context.WithCancel(ctx)
	var helping sync.WaitGroup
	defer helping.Wait()
	defer stop()
	helping.Go(func() { t.take(within) })
	helping.Go(func() { t.look(within) })
	for {
		select {
		case <-ctx.Done():
			helping.Wait()
			t.leave(ctx)
			return nil
		case err := <-t.broken:
			return err
		case m := <-t.in:
			d.work(ctx, t, drain(t.in, m))
		case <-t.tryAgain():
			d.work(ctx, t, nil)
		}
	}
}

// work applies what has come, and what was kept. When it cannot, another core may try.
func (d *Downlink) work(ctx context.Context, t *turn, messages []jetstream.Msg) {
	began := time.Now()
	t.began.Store(&began)
	err := d.applyTogether(ctx, t, messages)
	t.began.Store(nil)
	if err != nil {
		d.cfg.Log.Error("batches are not applied yet", "err", err)
		t.giveUp(ctx)
		return
	}
	ended := time.Now()
	d.ended.Store(&ended)
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
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

// applyTogether commits, then tells the edges, then lets go of the hub's copies. A crash between any two of these repeats them. What could
// not be applied the hub gives again a little later.
func (d *Downlink) applyTogether(ctx context.Context, t *turn, messages []jetstream.Msg) error {
	all := slices.Concat(t.kept, d.read(messages))
	t.kept = nil
	if len(all) == 0 {
		return nil
	}
	inOrder(all)
	var batches []link.Batch
	for _, b := range all {
		batches = append(batches, b.batch)
	}
	decisions, inc, err := d.store.Apply(ctx, batches)
	if err != nil {
		for _, b := range all {
			_ = b.m.NakWithDelay(applyLater)
		}
		return err
	}
	for i := range all {
		all[i].decision = decisions[i]
	}
	var done []taken
	done, t.kept = settle(all, time.Now())
	d.concludeAll(done, inc)
	return nil
}

// read decodes batches.
func (d *Downlink) read(messages []jetstream.Msg) (all []taken) {
	now := time.Now()
	for _, m := range messages {
		b, err := d.decode(m)
		if err != nil {
			d.cfg.Log.Error("a batch nobody can read is dropped; its edge will send it again", "subject", m.Subject(), "err", err)
			_ = m.Term()
			continue
		}
		all = append(all, taken{m: m, batch: b, at: now})
	}
	return all
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

// concludeAll says to the edges what became of their batches: of a gap once, however many there are behind it.
func (d *Downlink) concludeAll(done []taken, inc string) {
	asked := map[string]bool{}
	for _, b := range done {
		gap, of := b.decision.Verdict == link.Gap, b.batch.Edge+"/"+b.batch.Gen
		if gap && asked[of] {
			_ = b.m.Ack()
			continue
		}
		asked[of] = asked[of] || gap
		d.conclude(b.m, b.batch, b.decision, inc)
	}
}

func (d *Downlink) conclude(m jetstream.Msg, b link.Batch, decision link.Decision, inc string) {
	if decision.Verdict != link.Apply && decision.Verdict != link.Skip {
		d.cfg.Log.Warn("batch not applied", "restaurant", b.Edge, "verdict", string(decision.Verdict), "reason", decision.Reason)
	}
	if decision.Left && d.leave(m, b) {
		return
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
