package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// MaxKey is the largest Idempotency-Key in bytes.
const MaxKey = 200

// placing is one caller's placement.
type placing struct {
	p          ordering.Placement
	doc, state []byte
	done       chan error

	stored  bool
	arrival int64
	refused error
}

func (j *placing) answer(err error) { j.done <- err }

// Place commits a new order, together with those of other callers: see ordering.Store.
func (s *Store) Place(ctx context.Context, p ordering.Placement) (ordering.Record, bool, error) {
	if len(p.Key) > MaxKey || p.Key != plain(p.Key, MaxKey) {
		return ordering.Record{}, false, problem.New(problem.Invalid, "invalid_key", "an idempotency key has up to %d clean bytes", MaxKey)
	}
	j := &placing{p: p, done: make(chan error, 1)}
	var err error
	if j.doc, err = encodeDoc(&p.Record); err != nil {
		return ordering.Record{}, false, err
	}
	if j.state, err = encodeState(&p.Record); err != nil {
		return ordering.Record{}, false, err
	}
	err = errLimited
	if !p.Limited {
		err = submit(ctx, s.placements, j, j.done)
	}
	if errors.Is(err, errLimited) {
		err = submit(ctx, s.limited, j, j.done)
	}
	if err != nil {
		return ordering.Record{}, false, fmt.Errorf("commit order: %w", err)
	}
	if j.stored {
		r := p.Record
		r.Arrival = j.arrival
		return r, false, nil
	}
	r, ok, err := s.Replay(ctx, p.Key, p.Body)
	if err == nil && !ok {
		err = fmt.Errorf("place order: the key %q is taken by nobody", p.Key)
	}
	return r, ok, err
}

// Replay finds the order that a key was used for, as it was placed. Another body is Invalid "idempotency_mismatch".
func (s *Store) Replay(ctx context.Context, key string, body [32]byte) (ordering.Record, bool, error) {
	var (
		first []byte
		id    string
	)
	err := s.pool.QueryRow(ctx, `SELECT body, order_id::text FROM idempotency WHERE key = $1`, plain(key, MaxKey)).Scan(&first, &id)
	switch {
	case isNone(err):
		return ordering.Record{}, false, nil
	case err != nil:
		return ordering.Record{}, false, fmt.Errorf("look for idempotency key: %w", err)
	case !bytes.Equal(first, body[:]):
		return ordering.Record{}, false, problem.New(problem.Invalid, "idempotency_mismatch", "this idempotency key was used for another request")
	}
	r, err := s.Order(ctx, order.ID(id))
	return r.AsPlaced(), err == nil, err
}

// commitPlacements inserts keys and orders in one statement, which is one transaction and one round trip. Where a key exists, its order
// is not inserted, and the caller looks up the first.
func (s *Store) commitPlacements(jobs []*placing) error {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	var n inserts
	byID, first := map[string]*placing{}, map[string]bool{}
	for _, j := range jobs {
		if j.p.Key != "" && first[j.p.Key] {
			continue // the same guest twice in one transaction: the first wins
		}
		first[j.p.Key] = true
		n.add(&j.p.Record, j.doc, j.state)
		n.keys[len(n.keys)-1], n.bodies[len(n.bodies)-1] = j.p.Key, j.p.Body[:]
		byID[string(j.p.Record.Order.ID)] = j
	}
	rows, err := s.pool.Query(ctx, newOrders+`, keys AS (
			INSERT INTO idempotency (key, body, order_id) SELECT key, body, id FROM u WHERE key <> '' AND `+unlimited+` ORDER BY key
			ON CONFLICT (key) DO NOTHING RETURNING order_id
		)`+insertOrders+`WHERE (key = '' AND `+unlimited+` OR id IN (SELECT order_id FROM keys)) ORDER BY id RETURNING id::text, arrival`, n.args()...)
	if err != nil {
		return fmt.Errorf("insert orders: %w", err)
	}
	var (
		id      string
		arrival int64
		stored  = map[string]int64{}
	)
	if _, err := pgx.ForEachRow(rows, []any{&id, &arrival}, func() error { stored[id] = arrival; return nil }); err != nil {
		return fmt.Errorf("insert orders: %w", err)
	}
	if len(stored) < len(byID) {
		if err := s.unplaced(ctx, jobs, stored); err != nil {
			return err
		}
	}
	s.placed(jobs, byID, stored)
	return nil
}

// unlimited holds for orders of restaurants that lend no shares.
const unlimited = `NOT EXISTS (SELECT FROM stock_purses p WHERE p.restaurant = u.restaurant)`

// unplaced sends those who were not placed because their restaurants lend shares to where that is counted.
func (s *Store) unplaced(ctx context.Context, jobs []*placing, stored map[string]int64) error {
	var restaurants []string
	for _, j := range jobs {
		restaurants = append(restaurants, j.p.Record.Order.Restaurant)
	}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT restaurant FROM stock_purses WHERE restaurant = ANY ($1::text[])`, restaurants)
	if err != nil {
		return fmt.Errorf("look for shares: %w", err)
	}
	lend, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for shares: %w", err)
	}
	for _, j := range jobs {
		if _, placed := stored[string(j.p.Record.Order.ID)]; !placed && slices.Contains(lend, j.p.Record.Order.Restaurant) {
			j.refused = errLimited
		}
	}
	return nil
}

func (s *Store) placed(jobs []*placing, byID map[string]*placing, stored map[string]int64) {
	fresh := make([]*ordering.Record, 0, len(stored))
	for id, arrival := range stored {
		j := byID[id]
		j.stored, j.arrival = true, arrival
		r := j.p.Record
		r.Arrival = arrival
		fresh = append(fresh, &r)
	}
	s.publish(fresh, nil)
	for _, j := range jobs {
		refused := j.refused
		j.refused = nil
		j.answer(refused)
	}
}
