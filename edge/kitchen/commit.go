package kitchen

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"awesome.pizza/edge/staff"
)

// commitWithin bounds a transaction: a card that takes longer is broken.
const commitWithin = 15 * time.Second

// change lets decide fill a draft and commits it. One change is decided, committed and shown before the next begins, so screens hear of
// commits in their order. Once decided it is carried out even if the caller has left.
func (k *Kitchen) change(ctx context.Context, decide func(*draft) error) error {
	return k.changeAt(ctx, k.now, decide)
}

// changeAt is change at another now than the clock's: that of a clock which is about to be put right.
func (k *Kitchen) changeAt(ctx context.Context, now func() time.Time, decide func(*draft) error) error {
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-k.turn }()
	if err := k.reread(ctx); err != nil {
		return err
	}
	d := newDraft(&k.board, k.settings, now())
	d.caller = staff.CallerOf(ctx)
	d.sensing = !k.sensed.IsZero() && d.now.Sub(k.sensed) < sensorTrust
	d.lends = k.lending(d.now)
	if err := decide(d); err != nil {
		return err
	}
	if d.empty() {
		return nil
	}
	if err := d.finish(); err != nil {
		return err
	}
	return k.commit(ctx, d)
}

func (k *Kitchen) commit(ctx context.Context, d *draft) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(d.within, commitWithin))
	defer cancel()
	if err := k.store.Commit(ctx, d.commit); err != nil {
		k.doubt = true
		return fmt.Errorf("commit change %d of the kitchen: %w", d.commit.Seq, err)
	}
	shown := d.change()
	k.mu.Lock()
	k.board.after(d.commit)
	if d.shelves != nil {
		k.board.stock.After(d.shelves)
	}
	k.misses.add(d.commit.Missed)
	if d.settled {
		close(k.settled)
		k.settled = make(chan struct{})
	}
	k.mu.Unlock()
	if d.landed != nil {
		d.landed()
	}
	k.screens.Publish(shown)
	d.measure(k.settings.Meter)
	if len(d.commit.Timers) > 0 || d.landed != nil { // a clock that was put right makes timers due that nobody has set
		k.wake()
	}
	return nil
}

// wake has whoever waits for the earliest timer look again.
func (k *Kitchen) wake() {
	select {
	case k.timed <- struct{}{}:
	default:
	}
}

// reread loads the kitchen again after a commit that failed: it may have happened all the same. Screens notice by the gap in Seq.
func (k *Kitchen) reread(ctx context.Context) error {
	if !k.doubt {
		return nil
	}
	state, err := k.store.Load(ctx)
	if err != nil {
		return fmt.Errorf("read the kitchen again: %w", err)
	}
	k.mu.Lock()
	words, sights := k.board.words, k.board.sights
	k.board = boardOf(state, k.menu)
	k.board.words, k.board.sights = words, sights
	k.mu.Unlock()
	k.doubt = false
	return nil
}
