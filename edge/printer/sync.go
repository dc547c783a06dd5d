package printer

import (
	"context"
	"errors"
	"time"
)

// silence is how long nothing may come after an answer, for it to be the last.
const silence = 300 * time.Millisecond

// errNeverDone is of a printer that answers how it is and not when it is done.
var errNeverDone = errors.New(`it does not say when it has printed something: write mute = true for it in the device file`)

// sync makes sure that the next answer is to what is sent next. A printer still prints what an earlier connection left in it, and answers that
// over this one: a ticket would count as printed that is not. So it is told to drop that, which is doubtful and comes again anyway, and for those
// who do not know how, it is asked until one question has one answer, twice. ok is false when the printer is no longer ready.
func (c *cable) sync(ctx context.Context, patience time.Duration, note func(status)) (ok bool, err error) {
	if _, err := c.write(forget()); err != nil {
		return false, err
	}
	for exact := 0; exact < 2; {
		if _, err := c.write(done()); err != nil {
			return false, err
		}
		answers, now, err := c.answers(ctx, patience)
		if err != nil {
			return false, err
		}
		if answers == 0 {
			note(now)
			return false, nil
		}
		if exact++; answers > 1 {
			exact = 0
		}
	}
	return true, nil
}

// answers counts what comes until nothing more does; none when the printer is not ready to answer.
func (c *cable) answers(ctx context.Context, patience time.Duration) (n int, now status, err error) {
	until := time.Now().Add(patience)
	for wait := lookEvery; ; {
		late := time.NewTimer(wait)
		select {
		case <-c.done:
			late.Stop()
			n, wait = n+1, silence
			continue
		case <-ctx.Done():
			late.Stop()
			return n, now, ctx.Err()
		case <-late.C:
		}
		if n > 0 {
			return n, now, nil
		}
		if now, err = c.look(ctx); err != nil || now.condition != Ready {
			return 0, now, err
		}
		if time.Now().After(until) {
			return 0, now, errNeverDone
		}
	}
}
