package uplink

import (
	"context"
	"time"

	"awesome.pizza/shared/clock"
)

// Clock is the node's.
type Clock interface {
	Now() time.Time
	// Ran is how long the machine has run. Nobody sets it.
	Ran() time.Duration
	// Trusted reports whether the cloud has told the time since the node started.
	Trusted() bool
	// Either are the instants it may be now.
	Either() []time.Time
	// Told takes note of the cloud's time, as the reply brings it to a question that was asked when the machine had run so long.
	Told(ctx context.Context, asked time.Duration, cloud time.Time) error
}

// own is a clock for an uplink that was given none: nobody else holds labels of it.
type own struct{ *clock.Steady }

func newOwn() own { return own{clock.NewSteady(clock.Machine(), clock.Saved{}, time.Time{})} }

// Told sets the clock.
func (o own) Told(_ context.Context, asked time.Duration, cloud time.Time) error {
	if step := o.Hear(asked, cloud); step != nil {
		step.Take()
	}
	return nil
}

// told gives the cloud's time to the clock. A reply without one says nothing about it.
func (u *Uplink) told(ctx context.Context, asked time.Duration, cloud time.Time) {
	if cloud.IsZero() {
		return
	}
	if err := u.cfg.Clock.Told(ctx, asked, cloud); err != nil && ctx.Err() == nil {
		u.cfg.Log.Warn("the clock could not be put right", "err", err)
	}
}
