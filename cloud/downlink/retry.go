package downlink

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// retry calls try until it succeeds or ctx ends, waiting 0.1 to 10 s between two calls. There is no limit on the whole: a hub that is away
// for a day is back after a day.
func retry(ctx context.Context, try func() error, failed func(err error, wait time.Duration)) error {
	b := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(100*time.Millisecond), backoff.WithMaxInterval(10*time.Second), backoff.WithMaxElapsedTime(0))
	return backoff.RetryNotify(try, backoff.WithContext(b, ctx), failed)
}
