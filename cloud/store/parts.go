package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/road"
)

// EachPlaced tells of every order that was placed in a span of time, of a restaurant or of all with "", when that was and how long its parts took:
// of as many as there are, in no order. The rows come as they are wanted: a week of a large chain is never in memory.
func (s *Store) EachPlaced(ctx context.Context, restaurant string, from, to time.Time, tell func(placed time.Time, p *road.Parts)) error {
	rows, err := s.pool.Query(ctx, `
		SELECT `+recordColumns+`, (SELECT max(e.at) FROM road_evidence e WHERE e.order_id = orders.id AND e.kind = 'at_door') FROM orders
		WHERE placed_at >= $2 AND placed_at < $3 AND ($1 = '' OR restaurant = $1)`, plain(restaurant, MaxKey), from.UTC(), to.UTC())
	if err != nil {
		return fmt.Errorf("read the parts of orders: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var door *time.Time
		r, err := scanRecord(longer{rows, []any{&door}})
		if err != nil {
			return fmt.Errorf("read the parts of orders: %w", err)
		}
		arrived := time.Time{}
		if door != nil {
			arrived = door.UTC()
		}
		p := road.PartsOf(&r.Record, arrived)
		tell(r.Order.PlacedAt.UTC(), &p)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the parts of orders: %w", err)
	}
	return nil
}

// longer is a row with more in it than who scans it knows.
type longer struct {
	pgx.CollectableRow
	more []any
}

// Scan is for who knows the first columns.
func (l longer) Scan(first ...any) error { return l.CollectableRow.Scan(append(first, l.more...)...) }
