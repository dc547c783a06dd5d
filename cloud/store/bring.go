package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// bring gives the restaurant the open orders that came with a device which is gone: its present node has not heard of them. last are the
// orders of which no later batch in quarantine says more, so that none is brought that the next batch ends. Each is brought once. One that
// is too large for a command comes with the next healing.
func (a *applying) bring(ctx context.Context, conn *pgx.Conn, edge string, last []order.ID) error {
	var due []string
	for _, oid := range last {
		if row, there := a.rows[oid]; there && a.brought(&row.Record) {
			due = append(due, string(oid))
		}
	}
	if len(due) == 0 {
		return nil
	}
	house, given, err := readBrought(ctx, conn, edge, due)
	if err != nil {
		return err
	}
	var news []told
	for _, oid := range due {
		if given[oid] {
			continue
		}
		r := a.rows[order.ID(oid)].Record
		r.Tell(event.OrderRecovered(r.Stands(dayOf(house.Location()))))
		tells, err := tellsOf(&r)
		if err != nil && !problem.Is(err, problem.Invalid) {
			return err
		}
		news = append(news, tells...)
	}
	a.told = append(news, a.told...) // before what else is said of them
	return nil
}

// brought reports whether an order is open, and nobody has spoken of it but the device that is gone: see insert.
func (a *applying) brought(r *ordering.Record) bool {
	return r.KitchenAsOf.Equal(a.until) && r.Progress.Intake == order.Validated && !r.Status().Terminal()
}

// readBrought reads the restaurant, and which of the orders were brought to it before.
func readBrought(ctx context.Context, conn *pgx.Conn, edge string, orders []string) (house restaurant.Restaurant, given map[string]bool, err error) {
	given = map[string]bool{}
	b := &pgx.Batch{}
	b.Queue(`SELECT doc FROM restaurants WHERE id = $1`, edge).Query(func(rows pgx.Rows) (err error) {
		house, err = pgx.CollectExactlyOneRow(rows, scanRestaurant)
		return err
	})
	b.Queue(`SELECT order_id FROM edge_commands WHERE edge = $1 AND kind = $2 AND order_id = ANY ($3::text[])`, edge, event.OrderRecovered{}.Kind(), orders).
		Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			for _, oid := range found {
				given[oid] = true
			}
			return err
		})
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return house, nil, fmt.Errorf("read which orders %s was brought: %w", edge, err)
	}
	return house, given, nil
}
