package downlink

import (
	"context"
	"sync/atomic"
)

// rounds does for many at once what takes its time and is the same for all: who comes while a round is under way waits for the next one, and
// shares it with all who came meanwhile. Nobody shares a round that had begun before he came, for it may have looked too early.
type rounds struct {
	turn  chan struct{} // of one: whoever has put something in is at work
	begun atomic.Uint64 // rounds so far
	well  bool          // the last one ended well; it belongs to whoever is at work
}

func newRounds() *rounds { return &rounds{turn: make(chan struct{}, 1)} }

// take has work done, or waits for one who does it. It reports what work does, or that ctx has ended.
func (r *rounds) take(ctx context.Context, work func(context.Context) error) error {
	came := r.begun.Load()
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.turn }()
	if r.begun.Load() > came && r.well {
		return nil
	}
	r.begun.Add(1)
	err := work(ctx)
	r.well = err == nil
	return err
}
