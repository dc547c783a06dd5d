package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// changing is one caller's change.
type changing struct {
	id        order.ID
	ifVersion int
	decide    ordering.Decide
	done      chan error
	act       *acts.Open // under way, if one is

	result ordering.Record // of this attempt
	err    error
}

func (j *changing) answer(err error) { j.done <- err }

// Change lets decide change one order, in a transaction shared with other callers: see ordering.Store. It reports NotFound
// "no_such_order" and Stale "stale_version" with the fact "version".
func (s *Store) Change(ctx context.Context, id order.ID, ifVersion int, decide ordering.Decide) (ordering.Record, error) {
	j := &changing{id: id, ifVersion: ifVersion, decide: decide, done: make(chan error, 1), act: acts.Of(ctx)}
	if err := submit(ctx, s.changes, j, j.done); err != nil {
		return ordering.Record{}, err
	}
	return j.result, nil
}

// ChangeAll lets decide change many orders. What went wrong with some does not hold up the others, and is returned joined.
func (s *Store) ChangeAll(ctx context.Context, ids []order.ID, decide ordering.Decide) error {
	jobs := make([]*changing, len(ids))
	errs := make([]error, len(ids))
	for i, id := range ids {
		jobs[i] = &changing{id: id, decide: decide, done: make(chan error, 1)}
		select {
		case s.changes.queue <- jobs[i]:
		case <-ctx.Done():
			return errors.Join(append(errs[:i], ctx.Err())...)
		case <-s.changes.closing:
			return errors.Join(append(errs[:i], errClosing())...)
		}
	}
	for i, j := range jobs {
		select {
		case errs[i] = <-j.done:
		case <-ctx.Done():
			errs[i] = ctx.Err()
		case <-s.changes.ended:
			errs[i] = errClosing()
		}
		if isUnlent(errs[i]) {
			errs[i] = nil // it waits
		}
		if errs[i] != nil {
			errs[i] = fmt.Errorf("change order %s: %w", ids[i], errs[i])
		}
	}
	return errors.Join(errs...)
}

// commitChanges locks the orders of all jobs in one go, lets each job decide, and writes what came of it.
func (s *Store) commitChanges(jobs []*changing) error {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	var w work
	rows, err := w.begin(ctx, conn, idsOf(jobs))
	if err != nil {
		return rollback(ctx, conn, err)
	}
	for _, j := range jobs {
		j.err = w.try(rows[j.id], j)
	}
	if err := w.commit(ctx, conn, rows, s.now()); err != nil {
		return rollback(ctx, conn, err)
	}
	s.publish(w.changed, w.told)
	for _, j := range jobs {
		j.answer(j.err)
	}
	return nil
}

// rollback ends a transaction that went wrong. A connection that cannot even do that is closed by the pool.
func rollback(ctx context.Context, conn *pgxpool.Conn, why error) error {
	if _, err := conn.Exec(ctx, `ROLLBACK`); err != nil {
		_ = conn.Conn().Close(ctx)
	}
	return why
}

func idsOf(jobs []*changing) []string {
	ids := make([]string, 0, len(jobs))
	for _, j := range jobs {
		if id.Valid(string(j.id)) {
			ids = append(ids, string(j.id))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// lockOrders reads orders and keeps everybody else from changing them. The order of the locks is the same for all.
const lockOrders = `SELECT ` + recordColumns + ` FROM orders WHERE id = ANY ($1::text[]::uuid[]) ORDER BY orders.id FOR NO KEY UPDATE`

// begin begins a transaction that holds the orders, and the shares of those that wait to be offered, in one round trip.
func (w *work) begin(ctx context.Context, conn *pgxpool.Conn, ids []string) (map[order.ID]*recordRow, error) {
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	w.sales.queueRead(b, ids)
	rows := map[order.ID]*recordRow{}
	b.Queue(lockOrders, ids).Query(func(found pgx.Rows) error {
		all, err := pgx.CollectRows(found, scanRecord)
		for _, r := range all {
			rows[r.Order.ID] = r
		}
		return err
	})
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("lock orders: %w", err)
	}
	return rows, nil
}

// work is what a transaction has decided so far.
type work struct {
	states  map[order.ID][]byte
	changed []*ordering.Record
	told    []told
	sales   sales
	letGo   []string // orders that are not for the courier any more who was asked
	noted   []noted
	alerts  []alert
}

// try lets one job decide on a copy of its record. What it changed stands before the next job of the same order decides.
func (w *work) try(row *recordRow, j *changing) error {
	if row == nil {
		return problem.New(problem.NotFound, "no_such_order", "there is no such order")
	}
	if j.ifVersion != 0 && j.ifVersion != row.Version {
		return problem.New(problem.Stale, "stale_version", "the order is in version %d now, not in %d: read it again", row.Version, j.ifVersion).
			With("version", row.Version)
	}
	next := row.Record
	if err := decide(j.decide, &next); err != nil {
		return err
	}
	if err := w.sales.settle(row.Progress, &next); err != nil {
		return err
	}
	state, err := encodeState(&next)
	if err != nil {
		return err
	}
	tells, err := tellsOf(&next)
	if err != nil {
		return err
	}
	if len(tells) > 0 || !bytes.Equal(state, row.state) {
		next.Version++
		w.note(j.act, &row.Record, &next, tells)
		w.keep(row, next, state, tells)
	}
	j.result = row.Record
	return nil
}

// decide turns a decider's panic into its caller's error: the transaction belongs to others too.
func decide(d ordering.Decide, r *ordering.Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("decide about order %s: panic: %v", r.Order.ID, p)
		}
	}()
	return d(r)
}

func (w *work) keep(row *recordRow, next ordering.Record, state []byte, tells []told) {
	if letsGo(&row.Record, &next) {
		w.letGo = append(w.letGo, string(next.Order.ID))
	}
	if w.states == nil {
		w.states = map[order.ID][]byte{}
	}
	w.states[next.Order.ID] = state
	row.Record, row.state = next.Untold(), state
	w.told = append(w.told, tells...)
}

// commit writes changed orders and commands, and commits: one round trip.
func (w *work) commit(ctx context.Context, conn *pgxpool.Conn, rows map[order.ID]*recordRow, now time.Time) error {
	b := &pgx.Batch{}
	var u updates
	w.changed = nil
	for _, id := range sortedKeys(w.states) {
		r := rows[id].Record
		w.changed = append(w.changed, &r)
		u.add(&r, w.states[id])
	}
	u.queue(b)
	w.sales.queue(b)
	queueLetGo(b, w.letGo)
	for _, x := range w.alerts {
		queueAlert(b, x, x.heard())
	}
	queueCommands(b, w.told)
	queueNotes(b, w.noted, now)
	b.Queue(`COMMIT`)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("commit changes: %w", err)
	}
	wrote(w.noted)
	return nil
}
