package printer

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/problem"
)

const (
	pollEvery  = 5 * time.Second  // how often an idle printer is asked how it is
	retryMost  = 15 * time.Second // between two tries to reach one
	mostTries  = 3                // a piece of paper that was sent so often without an answer is given up
	ledgerWait = 5 * time.Second  // after the ledger could not be written to
)

// worker owns one printer's connection.
type worker struct {
	spec Spec
	room *Room
	log  *slog.Logger
	bell chan struct{}
	torn bool  // something unfinished may hang out of it; only run knows
	left *mark // what became of a piece and could not be written yet; only run knows

	mu    sync.Mutex
	state State
}

// mark is a step of a piece of paper that is to be written.
type mark struct {
	paper string
	to    kitchen.PrintState
}

func (w *worker) ring() {
	select {
	case w.bell <- struct{}{}:
	default:
	}
}

// run keeps a connection and prints, until ctx ends.
func (w *worker) run(ctx context.Context) {
	for ctx.Err() == nil {
		conn, err := w.reach(ctx)
		if err != nil {
			return
		}
		line := open(conn, w.spec.Mute)
		err = w.serve(ctx, line)
		line.close()
		if err != nil && ctx.Err() == nil {
			w.note(status{condition: Offline}, err)
			pause(ctx, lookEvery)
		}
	}
}

// reach dials until somebody answers; it gives up with ctx alone.
func (w *worker) reach(ctx context.Context) (conn net.Conn, err error) {
	pace := backoff.NewExponentialBackOff(backoff.WithInitialInterval(500*time.Millisecond), backoff.WithMaxInterval(retryMost), backoff.WithMaxElapsedTime(0))
	err = backoff.RetryNotify(func() error {
		if err := w.catchUp(); err != nil { // a backup may print what this one cannot, once that is written
			w.log.WarnContext(ctx, "what became of paper cannot be marked", "printer", w.spec.ID, "err", err)
		}
		dialing, cancel := context.WithTimeout(ctx, dialWithin)
		defer cancel()
		conn, err = w.room.dial(dialing, w.spec.Address)
		return err
	}, backoff.WithContext(pace, ctx), func(err error, _ time.Duration) { w.note(status{condition: Offline}, err) })
	return conn, err
}

// serve prints over a connection until it breaks or the printer no longer answers.
func (w *worker) serve(ctx context.Context, line *cable) error {
	synced := w.spec.Mute
	for ctx.Err() == nil {
		now, err := line.look(ctx)
		if err != nil {
			return err
		}
		w.note(now, nil)
		wait := lookEvery
		if now.condition == Ready && !synced {
			if synced, err = line.sync(ctx, w.spec.takeover(), func(s status) { w.note(s, nil) }); err != nil {
				return err
			}
		}
		if now.condition == Ready && synced {
			printed, err := w.printNext(ctx, line)
			if errors.Is(err, errLedger) {
				w.log.WarnContext(ctx, "what is to be printed cannot be read or marked", "printer", w.spec.ID, "err", err)
				pause(ctx, ledgerWait)
				continue
			} else if err != nil {
				return err
			}
			if printed {
				continue
			}
			wait = pollEvery
		}
		w.rest(ctx, wait)
	}
	return nil
}

func (w *worker) rest(ctx context.Context, most time.Duration) {
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-ctx.Done():
	case <-w.bell:
	case <-late.C:
	}
}

var errLedger = errors.New("the ledger")

// printNext prints the next piece of paper: of this printer, or of one that it stands in for.
func (w *worker) printNext(ctx context.Context, line *cable) (printed bool, err error) {
	if err := w.catchUp(); err != nil {
		return false, err
	}
	for _, s := range w.room.servedBy(w.spec) {
		p, ok, err := w.room.ledger.NextPrint(ctx, s.ID, w.room.clock.Now())
		if err != nil {
			return false, errors.Join(errLedger, err)
		}
		if ok {
			return true, w.print(ctx, line, p, s)
		}
	}
	return false, nil
}

// print sends one piece of paper. It is marked as sent before the first byte goes and as printed when the printer says so; what lies between
// the two when something breaks is doubtful, and printed again with a word about it.
func (w *worker) print(ctx context.Context, line *cable, p kitchen.Printed, of Spec) error {
	if p.Tries >= mostTries {
		return w.fail(ctx, p, "it was sent too often without an answer")
	}
	paper, err := w.room.draw(ctx, p, w.spec, of)
	if problem.Is(err, problem.NotFound) {
		return w.fail(ctx, p, "its order has been forgotten")
	} else if err != nil {
		return errors.Join(errLedger, err)
	}
	if err := w.mark(ctx, p.ID, kitchen.PrintSent); err != nil {
		if problem.Is(err, problem.Conflict) {
			return nil // another printer was faster
		}
		return errors.Join(errLedger, err)
	}
	var out []byte
	if w.torn || p.State == kitchen.PrintDoubtful && p.By == w.spec.ID {
		out = cut()
	}
	w.torn = true
	sent, err := line.write(slices.Concat(out, paper.Bytes(w.spec), done()))
	if err == nil {
		err = w.await(ctx, line)
	}
	switch {
	case err == nil:
		w.torn = false
		w.printed()
		return w.settle(p, kitchen.PrintConfirmed)
	case sent == 0 && p.State == kitchen.PrintPending:
		return errors.Join(err, w.settle(p, kitchen.PrintPending))
	}
	return errors.Join(err, w.settle(p, kitchen.PrintDoubtful))
}

// fail gives up a piece of paper. People are told first: should the node stop in between, it is given up again.
func (w *worker) fail(ctx context.Context, p kitchen.Printed, why string) error {
	w.log.ErrorContext(ctx, "paper is given up", "printer", w.spec.ID, "paper", p.ID, "order", p.Order, "why", why)
	if err := w.room.kitchen.NotPrinted(ctx, p.PrintJob); err != nil {
		return errors.Join(errLedger, err)
	}
	if err := w.mark(ctx, p.ID, kitchen.PrintFailed); err != nil && !problem.Is(err, problem.Conflict) {
		return errors.Join(errLedger, err)
	}
	return nil
}

func (w *worker) mark(ctx context.Context, id string, to kitchen.PrintState) error {
	return w.room.ledger.MarkPrint(ctx, id, to, w.spec.ID, w.room.clock.Now())
}

// settle writes what became of a piece of paper, also when the node is stopping. While it cannot, the piece counts as sent: it is written
// before anything else is printed, and the next start doubts it.
func (w *worker) settle(p kitchen.Printed, to kitchen.PrintState) error {
	w.left = &mark{p.ID, to}
	return w.catchUp()
}

// catchUp writes what became of the last piece of paper, if that is not written yet.
func (w *worker) catchUp() error {
	if w.left == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), ledgerWait)
	defer cancel()
	w.room.ring()
	if err := w.mark(ctx, w.left.paper, w.left.to); err != nil && !problem.Is(err, problem.Conflict) { // somebody else has it
		return errors.Join(errLedger, err)
	}
	w.left = nil
	return nil
}

// await waits until the printer says that it has printed. One that has run out of paper goes on where it was once it has some: it is waited
// for, unless another printer takes over.
func (w *worker) await(ctx context.Context, line *cable) error {
	if w.spec.Mute {
		return nil
	}
	patience := time.Now().Add(w.spec.takeover())
	for {
		late := time.NewTimer(lookEvery)
		select {
		case <-line.done:
			late.Stop()
			return nil
		case <-ctx.Done():
			late.Stop()
			return line.lastWord(ctx)
		case <-late.C:
		}
		now, err := line.look(ctx)
		if err != nil {
			return err
		}
		w.note(now, nil)
		switch {
		case now.condition != Ready && w.spec.Backup == "":
			patience = time.Now().Add(w.spec.takeover())
		case time.Now().After(patience):
			_, _ = line.write(forget())
			return errors.New("it has not said that it printed what it was sent")
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	late := time.NewTimer(d)
	defer late.Stop()
	select {
	case <-ctx.Done():
	case <-late.C:
	}
}
