package uplink

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"awesome.pizza/shared/link"
)

// errStuck says that the hub can be dialled, and nothing comes through.
var errStuck = errors.New("the hub can be dialled, but no SYNC was answered for a long time")

// errMoved says that the hub is elsewhere, or has another authority.
var errMoved = errors.New("the cloud has named other hubs")

// guard ends a bus on which no SYNC was answered for as long as Patience, though the hub can be dialled: whatever it is that hangs, a new
// connection does not inherit it. A node that the cloud does not want is not kept dialling. One that was never connected has only as long as Joining, when there is another way to try.
func (u *Uplink) guard(ctx context.Context, b *bus) error {
	late := 1 + 0.2*rand.Float64() // a fleet does not dial in step
	patience, joining := time.Duration(late*float64(u.cfg.Patience)), time.Duration(late*float64(u.cfg.Joining))
	heard, joined := time.Now(), time.Now()
	look := time.NewTicker(min(patience, joining, u.cfg.Knocking) / 8)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-u.moved:
			return errMoved
		case <-u.wanted:
			if b.slow {
				return errWanted
			}
		case <-look.C:
		}
		if last := u.State().Heard; last.After(heard) {
			heard = last
		}
		if b.connected() {
			joined = time.Now()
		}
		if u.verdict().cause != "" && time.Since(joined) > u.cfg.Knocking {
			return errUnwanted
		}
		if b.spurnedFor(joining, time.Now()) && u.detours() {
			return errStuck
		}
		if time.Since(heard) > patience && whereItEnds(ctx, b.hubs) == link.CauseCloudSilent {
			return errStuck
		}
	}
}

// reset brings the Sender to a bus that is gone. Nothing else runs now; what was told of the old one no longer counts.
func (u *Uplink) reset() {
	for {
		select {
		case <-u.inputs:
			continue
		default:
		}
		break
	}
	u.sender.Disconnected(time.Now(), link.CauseCloudSilent)
	u.note()
}

// reopen opens a bus again and again until it succeeds or ctx ends.
func (u *Uplink) reopen(ctx context.Context) (*bus, error) {
	for {
		b, err := u.open(ctx)
		if err == nil {
			return b, nil
		}
		u.cfg.Log.Warn("the link cannot be opened", "err", err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(probeEvery):
		}
	}
}
