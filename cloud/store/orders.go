package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// MaxPage is the largest page of a list; a page of 0 has DefaultPage rows.
const (
	MaxPage     = 200
	DefaultPage = 50
	maxOpen     = 5000 // open orders of one restaurant that are shown
)

// Order reads one order. It reports NotFound "no_such_order".
func (s *Store) Order(ctx context.Context, oid order.ID) (ordering.Record, error) {
	if !id.Valid(string(oid)) {
		return ordering.Record{}, problem.New(problem.NotFound, "no_such_order", "there is no such order")
	}
	return s.one(ctx, `SELECT `+recordColumns+` FROM orders WHERE id = $1::text::uuid`, string(oid))
}

// ByToken reads the order of a tracking link. It reports NotFound "no_such_order".
func (s *Store) ByToken(ctx context.Context, token string) (ordering.Record, error) {
	return s.one(ctx, `SELECT `+recordColumns+` FROM orders WHERE token = $1`, plain(token, MaxKey))
}

func (s *Store) one(ctx context.Context, sql, arg string) (ordering.Record, error) {
	rows, err := s.pool.Query(ctx, sql, arg)
	if err != nil {
		return ordering.Record{}, fmt.Errorf("read order: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanPlain)
	if isNone(err) {
		return ordering.Record{}, problem.New(problem.NotFound, "no_such_order", "there is no such order")
	}
	if err != nil {
		return ordering.Record{}, fmt.Errorf("read order: %w", err)
	}
	return r, nil
}

// Query says which orders a list has. Only Restaurant is required.
type Query struct {
	Restaurant string
	Open       bool               // only those that have not ended
	Statuses   []order.StatusName // only these; empty: all
	Cursor     string             // from the page before
	Limit      int                // rows of a page; DefaultPage when 0, MaxPage at most
}

// Orders are a restaurant's orders, newest first, and the cursor of the next page, which is empty at the end. It reports Invalid "bad_cursor".
func (s *Store) Orders(ctx context.Context, q Query) (page []ordering.Record, next string, err error) {
	before := int64(1<<63 - 1)
	if q.Cursor != "" {
		if before, err = strconv.ParseInt(q.Cursor, 36, 64); err != nil {
			return nil, "", problem.New(problem.Invalid, "bad_cursor", "the cursor %q is not from an earlier page", q.Cursor)
		}
	}
	limit := min(q.Limit, MaxPage)
	if limit <= 0 {
		limit = DefaultPage
	}
	sql, args := `restaurant = $1 AND arrival < $2`, []any{q.Restaurant, before, limit + 1}
	if q.Open {
		sql += ` AND open`
	}
	if len(q.Statuses) > 0 {
		sql += ` AND status = ANY ($4::text[])`
		args = append(args, texts(q.Statuses))
	}
	page, err = s.many(ctx, `SELECT `+recordColumns+` FROM orders WHERE `+sql+` ORDER BY arrival DESC LIMIT $3`, args...)
	if err != nil {
		return nil, "", err
	}
	if len(page) > limit {
		page = page[:limit]
		next = strconv.FormatInt(page[limit-1].Arrival, 36)
	}
	return page, next, nil
}

// OpenBut are the orders of a restaurant that have not ended and are not known in the version they have now, oldest first, and the ids of all that
// have not ended, at most 5000: whoever looks again and again reads only what has changed.
func (s *Store) OpenBut(ctx context.Context, restaurant string, known map[order.ID]int) (news []ordering.Record, open map[order.ID]bool, err error) {
	rows, err := s.pool.Query(ctx, `SELECT id::text, version FROM orders WHERE restaurant = $1 AND open ORDER BY arrival LIMIT $2`, restaurant, maxOpen)
	if err != nil {
		return nil, nil, fmt.Errorf("look for open orders of %s: %w", restaurant, err)
	}
	var oid order.ID
	var version int
	var unknown []string
	open = map[order.ID]bool{}
	_, err = pgx.ForEachRow(rows, []any{&oid, &version}, func() error {
		if open[oid] = true; known[oid] != version {
			unknown = append(unknown, string(oid))
		}
		return nil
	})
	if err != nil || len(unknown) == 0 {
		return nil, open, err
	}
	news, err = s.many(ctx, `SELECT `+recordColumns+` FROM orders WHERE id = ANY ($1::text[]::uuid[]) ORDER BY arrival`, unknown)
	return news, open, err
}

// KitchenQueue are the open orders that a restaurant's kitchen still has, oldest first: from Validated until it handed them over.
func (s *Store) KitchenQueue(ctx context.Context, restaurant string) ([]ordering.Record, error) {
	return s.many(ctx, `
		SELECT `+recordColumns+` FROM orders
		WHERE restaurant = $1 AND open AND status IN ('Validated', 'Queued', 'Preparing', 'Baking', 'QualityCheck', 'ReadyForPickup', 'DriverAssigned')
		ORDER BY arrival LIMIT $2`, restaurant, maxOpen)
}

// OfDriver are the open orders a driver has, oldest first.
func (s *Store) OfDriver(ctx context.Context, driver string) ([]ordering.Record, error) {
	return s.many(ctx, `SELECT `+recordColumns+` FROM orders WHERE driver = $1 AND open ORDER BY arrival LIMIT $2`, driver, MaxPage)
}

// StillCreated are orders that the cloud took before an instant and whose intake is not done, oldest first.
func (s *Store) StillCreated(ctx context.Context, before time.Time, limit int) ([]order.ID, error) {
	return s.ids(ctx, `SELECT id::text FROM orders WHERE intake AND placed_at < $1 ORDER BY placed_at LIMIT $2`, before, limit)
}

// Unaccepted are orders that no restaurant accepted by their time and that are not marked so, oldest first.
func (s *Store) Unaccepted(ctx context.Context, now time.Time, limit int) ([]order.ID, error) {
	return s.ids(ctx, `SELECT id::text FROM orders WHERE accept_due <= $1 ORDER BY accept_due LIMIT $2`, now, limit)
}

func (s *Store) ids(ctx context.Context, sql string, args ...any) ([]order.ID, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("look for orders: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (order.ID, error) {
		var id string
		err := row.Scan(&id)
		return order.ID(id), err
	})
}

func (s *Store) ordersByID(ctx context.Context, ids []string) ([]ordering.Record, error) {
	return s.many(ctx, `SELECT `+recordColumns+` FROM orders WHERE id = ANY ($1::text[]::uuid[]) ORDER BY id`, ids)
}

func (s *Store) many(ctx context.Context, sql string, args ...any) ([]ordering.Record, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	records, err := pgx.CollectRows(rows, scanPlain)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return records, nil
}

func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = string(t)
	}
	return out
}
