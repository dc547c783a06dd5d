package downlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/nats-io/nats.go"
)

// sign is how long a hub that is connected may take for a sign of life.
const sign = 5 * time.Second

// errNoLine says that the hub is not connected, and not yet why.
var errNoLine = errors.New("it is not connected")

// awaitHub waits for the hub, without a limit on the whole: one that is away for a day is back after a day. What is wrong it says at ever
// longer intervals, of 10 s in the end; that the hub is there it notices at once. Streams are none of its business: a hub of several nodes
// may be electing, and whoever needs a stream waits for that one alone.
func (d *Downlink) awaitHub(ctx context.Context) error {
	up := d.conn.StatusChanged(nats.CONNECTED)
	defer d.conn.RemoveStatusListener(up)
	pace := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(100*time.Millisecond), backoff.WithMaxInterval(10*time.Second), backoff.WithMaxElapsedTime(0))
	for {
		err := d.reached(ctx)
		if err == nil {
			return nil
		}
		wait := time.NewTimer(pace.NextBackOff())
		if ctx.Err() == nil {
			d.cfg.Log.Warn("the hub is not there yet", "err", err)
		}
		select {
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		case <-up:
		case <-wait.C:
		}
		wait.Stop()
	}
}

// awaitWarden gives the connection of the hub's system account a moment: who asks a core that has just opened to have somebody refused is
// not sent away. A hub may be well without it, so there is no waiting for longer.
func (d *Downlink) awaitWarden(ctx context.Context) {
	up := d.warden.StatusChanged(nats.CONNECTED)
	defer d.warden.RemoveStatusListener(up)
	ctx, cancel := context.WithTimeout(ctx, sign)
	defer cancel()
	for !d.warden.IsConnected() && ctx.Err() == nil {
		select {
		case <-ctx.Done():
			d.cfg.Log.Warn("the hub's system account is not there yet", "err", d.warden.LastError())
		case <-up:
		}
	}
}

// reached is nil when the hub answers, and else what is wrong.
func (d *Downlink) reached(ctx context.Context) error {
	if !d.conn.IsConnected() {
		if err := d.conn.LastError(); err != nil {
			return err
		}
		if why := d.undialled.Load(); why != nil {
			return *why
		}
		return errNoLine
	}
	ctx, cancel := context.WithTimeout(ctx, sign)
	defer cancel()
	return d.Ping(ctx)
}

// complaint is about one trouble that lasts. The zero value has not been made yet.
type complaint struct {
	said string
	at   time.Time
}

// complainAgain is after how long the same is said once more.
const complainAgain = time.Minute

// due reports whether to say it: it is new, or was last said a while ago.
func (c *complaint) due(err error, now time.Time) bool {
	words := fmt.Sprint(err)
	if words == c.said && now.Sub(c.at) < complainAgain {
		return false
	}
	c.said, c.at = words, now
	return true
}
