package store

import (
	"context"
	"errors"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"awesome.pizza/shared/problem"
)

const (
	queueSize = 8192 // callers that wait for their turn
	batchSize = 256  // callers that share a transaction
	retries   = 3    // of a transaction that lost against another
)

// batcher lets many callers share one transaction: while some commit, others gather, and the more wait the more share. Each caller gets
// an answer of its own.
type batcher[J interface{ answer(error) }] struct {
	queue  chan J
	commit func([]J) error // answers each job, or returns an error that concerns all of them

	once    sync.Once
	closing chan struct{} // no more jobs
	ended   chan struct{} // nobody works on them any more
}

func newBatcher[J interface{ answer(error) }](commit func([]J) error) *batcher[J] {
	return &batcher[J]{queue: make(chan J, queueSize), commit: commit, closing: make(chan struct{}), ended: make(chan struct{})}
}

func errClosing() error {
	return problem.New(problem.Unavailable, "closing", "this process is ending; ask another")
}

// submit queues a job and waits for its answer, which comes on done.
func submit[J interface{ answer(error) }](ctx context.Context, b *batcher[J], j J, done <-chan error) error {
	select {
	case <-b.closing:
		return errClosing()
	default:
	}
	select {
	case b.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closing:
		return errClosing()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-b.ended:
		select {
		case err := <-done:
			return err
		default:
			return errClosing()
		}
	}
}

func (b *batcher[J]) close() { b.once.Do(func() { close(b.closing) }) }
func (b *batcher[J]) gone()  { close(b.ended) }

// run commits until close, and then what is still queued.
func (b *batcher[J]) run() {
	for {
		select {
		case first := <-b.queue:
			b.work(b.gather(first))
			continue
		case <-b.closing:
		}
		select {
		case first := <-b.queue:
			b.work(b.gather(first))
		default:
			return
		}
	}
}

func (b *batcher[J]) gather(first J) []J {
	jobs := []J{first}
	for len(jobs) < batchSize {
		select {
		case j := <-b.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// work commits jobs together. When the database refuses what one of them brought, each goes alone, so that only that one fails.
func (b *batcher[J]) work(jobs []J) {
	err := again(func() error { return b.commit(jobs) })
	switch {
	case err == nil:
	case len(jobs) > 1 && refused(err):
		for i := range jobs {
			b.work(jobs[i : i+1])
		}
	default:
		for _, j := range jobs {
			j.answer(err)
		}
	}
}

// again repeats a transaction that lost against another: a deadlock, or a key that somebody else has just inserted.
func again(try func() error) (err error) {
	for range retries {
		if err = try(); err == nil || !lost(err) {
			return err
		}
	}
	return err
}

func lost(err error) bool {
	switch sqlState(err) {
	case "40001", "40P01", "23505": // serialization failure, deadlock, unique violation
		return true
	}
	return false
}

// refused reports whether the database found fault with the data (classes 22 and 23, and 54: too large).
func refused(err error) bool {
	state := sqlState(err)
	return len(state) == 5 && (state[:2] == "22" || state[:2] == "23" || state[:2] == "54")
}

func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
