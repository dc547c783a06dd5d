package pgdev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock is an advisory lock on a file (flock). The kernel gives it up when the process dies, however it dies.
type lock struct{ file *os.File }

func (h *house) lock(name string) (*lock, error) {
	f, err := os.OpenFile(h.path(name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := h.owner.give(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &lock{f}, nil
}

func (l *lock) close() { _ = l.file.Close() } // nothing was written

func (l *lock) exclusive(ctx context.Context) error { return l.wait(ctx, syscall.LOCK_EX) }
func (l *lock) shared(ctx context.Context) error    { return l.wait(ctx, syscall.LOCK_SH) }

// tryExclusive says whether nobody else has the file. A shared lock that was held is lost either way.
func (l *lock) tryExclusive() (bool, error) { return l.try(syscall.LOCK_EX) }

func (l *lock) try(how int) (bool, error) {
	err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, syscall.EINTR):
		return false, nil
	default:
		return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
	}
}

func (l *lock) wait(ctx context.Context, how int) error {
	return poll(ctx, 10*time.Millisecond, func() (bool, error) { return l.try(how) })
}

// poll asks again and again until done, an error or the context's end.
func poll(ctx context.Context, every time.Duration, ask func() (done bool, err error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if done, err := ask(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
