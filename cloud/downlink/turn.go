package downlink

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/shared/link"
)

// Two cores that took a restaurant's batches side by side would overtake each other on the way to the database, which finds gaps then, and
// has the node send again what is there already. So the hub serves a partition to one core at a time, whose turn it is; others that ask
// wait for theirs. A core keeps its turn by asking for more, and gives it up when it ends or cannot apply what it was given. A partition
// without trade is nobody's.
const (
	applier   = "applier" // the one durable consumer of a partition, which all cores share
	everyCore = "cores"   // the group of its clients, of which the hub serves one
	mostTaken = 256       // batches that the hub gives without hearing what became of them
	mostAsked = 32        // batches that a core asks for at a time: from ten a second on often enough to keep its turn

	// silence is after how long the hub does without a core: what that was given and has not let go of is given again, and when it has not
	// asked for more either, another has the turn.
	silence   = 3 * time.Second
	heartbeat = time.Second     // how often the hub says that it has nothing
	tooLong   = 2 * time.Second // how long nothing may become of a transaction
	parting   = 2 * time.Second // how long giving up a turn may take
	lookEvery = time.Second     // how often it is asked whether a turn can go on
)

// turn is a core's place at a partition.
type turn struct {
	stream   jetstream.Stream
	consumer jetstream.Consumer
	in       chan jetstream.Msg // what the hub has given; there is room for mostTaken, so that asking for more waits for no transaction
	kept     []taken            // batches behind a gap
	broken   chan error         // why the turn cannot go on

	pin   atomic.Pointer[string]     // the hub's name for the turn in which it last gave something to this core
	began atomic.Pointer[time.Time]  // since when a transaction is under way; nil: none is
	ended *atomic.Pointer[time.Time] // when this core last ended one, at whichever partition; nil: never
}

// join makes a partition's stream and consumer, or brings them up to date, and takes a place there.
func (d *Downlink) join(ctx context.Context, pp int) (*turn, error) {
	s, err := d.ensureStream(ctx, pp)
	if err != nil {
		return nil, err
	}
	c, err := s.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: applier, AckPolicy: jetstream.AckExplicitPolicy, AckWait: silence, MaxAckPending: mostTaken, MaxDeliver: -1,
		PriorityPolicy: jetstream.PriorityPolicyPinned, PriorityGroups: []string{everyCore}, PinnedTTL: silence,
	})
	if err != nil {
		return nil, fmt.Errorf("make the applier of %s: %w", link.StreamName(pp), err)
	}
	return &turn{stream: s, consumer: c, in: make(chan jetstream.Msg, mostTaken), broken: make(chan error, 1), ended: &d.ended}, nil
}

// take puts into in what the hub gives to this core, until ctx ends.
func (t *turn) take(ctx context.Context) {
	for ctx.Err() == nil {
		err := t.ask(ctx)
		if gone(err) {
			t.breaks(err)
		}
		if err != nil && !errors.Is(err, jetstream.ErrPinIDMismatch) { // that the turn was another's meanwhile is no trouble
			pause(ctx, applyAgain)
		}
	}
}

// ask asks the hub once, and takes what it gives for that; it ends without an error also when there is nothing for half a minute.
func (t *turn) ask(ctx context.Context) error {
	batch, err := t.consumer.Fetch(mostAsked, jetstream.FetchContext(ctx), jetstream.FetchHeartbeat(heartbeat), jetstream.FetchPriorityGroup(everyCore))
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		pin := m.Headers().Get("Nats-Pin-Id")
		t.pin.Store(&pin)
		select {
		case t.in <- m:
		case <-ctx.Done():
			_ = m.Nak()
		}
	}
	return batch.Error()
}

// look asks the hub now and then whether the consumer is still the one that was joined, until ctx ends: a hub that lost its store says
// nothing by itself, and a core of an earlier version makes it one that serves all at once. It also sees to it that a core that hangs gives
// up its turn.
func (t *turn) look(ctx context.Context) {
	joined := t.consumer.CachedInfo().Created
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if hangs(t.began.Load(), t.ended.Load(), now) {
				t.giveUp(ctx)
			}
		}
		asked, cancel := context.WithTimeout(ctx, 5*time.Second)
		is, err := t.consumer.Info(asked)
		cancel()
		switch {
		case err == nil && !is.Created.Equal(joined):
			t.breaks(jetstream.ErrConsumerDeleted)
		case err == nil && is.Config.PriorityPolicy != jetstream.PriorityPolicyPinned:
			t.breaks(errShared)
		case gone(err):
			t.breaks(err)
		}
	}
}

var errShared = errors.New("the hub serves all cores at once")

func (t *turn) breaks(err error) {
	select {
	case t.broken <- err:
	default:
	}
}

// hangs reports whether a transaction that began at a time is stuck. When the core has ended another meanwhile it is the load, of which no
// other core would have less.
func hangs(began, ended *time.Time, now time.Time) bool {
	return began != nil && now.Sub(*began) > tooLong && (ended == nil || now.Sub(*ended) > tooLong)
}

// giveUp lets another core have the turn, if it is this one's; it comes back when nobody else asks. A hub that does not hear of it notices
// the silence.
func (t *turn) giveUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, parting)
	defer cancel()
	if is, err := t.consumer.Info(ctx); err == nil && t.has(is.PriorityGroups) {
		_ = t.stream.UnpinConsumer(ctx, applier, everyCore)
	}
}

// has reports whether the hub serves this core.
func (t *turn) has(served []jetstream.PriorityGroupState) bool {
	pin := t.pin.Load()
	return pin != nil && len(served) == 1 && served[0].PinnedClientID == *pin
}

// tryAgain is when to try again with what was kept; never, when nothing was.
func (t *turn) tryAgain() <-chan time.Time {
	if len(t.kept) == 0 {
		return nil
	}
	return time.After(gapAgain)
}

// leave gives up the turn, and gives back what was taken and is not settled.
func (t *turn) leave(ctx context.Context) {
	t.giveUp(context.WithoutCancel(ctx))
	for _, b := range t.kept {
		_ = b.m.Nak()
	}
	for {
		select {
		case m := <-t.in:
			_ = m.Nak()
		default:
			return
		}
	}
}

// gone reports whether the place is no more and has to be taken anew: the hub lost its store, or the stream was deleted.
func gone(err error) bool {
	return errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) ||
		errors.Is(err, jetstream.ErrStreamNotFound)
}
