package uplink

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
)

// errTorn says that the hub has taken the node and let go of it, more than once.
var errTorn = errors.New("the connection is torn off again and again shortly after it came up: another machine may be this one's copy")

// errUnwanted says that there is no use in dialling on.
var errUnwanted = errors.New("the cloud does not want this node, and its hub does not take it")

// errWanted says that a bus which hardly dials is to give way to one that does.
var errWanted = errors.New("the cloud wants this node again")

const (
	tornWithin   = 5 * time.Second // a connection that ends sooner, at a hub that can be dialled, was torn off
	tornTimes    = 2               // in a row, and nothing is made of it: the servers of a hub are started anew one after the other
	knockPace    = time.Minute     // between two dials of one bus while the node is unwanted: it dials once, and is closed
	restFirst    = 2 * time.Second // about; it doubles
	restTorn     = 8 * time.Second // at most, about: of two copies one is online for most of the time, and no restaurant counts as cut off for it
	restUnwanted = 5 * time.Minute // at most, about
)

// rests are the pauses of a node that cannot stay at the hub. Whoever serves a bus has them, and between two buses connect.
type rests struct {
	tears          int // in a row
	torn, unwanted *backoff.ExponentialBackOff
}

func newRests() *rests {
	upTo := func(most time.Duration) *backoff.ExponentialBackOff {
		return backoff.NewExponentialBackOff(backoff.WithInitialInterval(restFirst), backoff.WithMultiplier(2),
			backoff.WithMaxInterval(most), backoff.WithMaxElapsedTime(0))
	}
	return &rests{torn: upTo(restTorn), unwanted: upTo(restUnwanted)}
}

// lost takes note of a connection that has ended, and reports whether the next is to wait.
func (r *rests) lost(found link.Cause, lasted time.Duration) bool {
	if found != link.CauseCloudSilent || lasted >= tornWithin {
		r.tears = 0
		r.torn.Reset()
		return false
	}
	r.tears++
	return r.tears > tornTimes
}

// after is the pause after a bus that ended for some reason; joined when it was connected at all.
func (r *rests) after(why error, joined bool) time.Duration {
	if joined || errors.Is(why, errWanted) {
		r.unwanted.Reset()
	}
	switch {
	case errors.Is(why, errTorn):
		return r.torn.NextBackOff()
	case errors.Is(why, errUnwanted):
		return r.unwanted.NextBackOff()
	}
	return 0
}

// rest lets time pass without a bus, until the cloud wants the node or names another hub. Displays and salvage go on meanwhile.
func (u *Uplink) rest(ctx context.Context, pause time.Duration) {
	if pause == 0 {
		return
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return u.drive(ctx, g) })
	g.Go(func() error {
		wake := time.NewTimer(pause)
		defer wake.Stop()
		select {
		case <-ctx.Done():
		case <-wake.C:
		case <-u.moved:
			u.setWay(u.cfg.Mode)
		case <-u.wanted:
		}
		return context.Canceled // it ends drive
	})
	_ = g.Wait()
}
