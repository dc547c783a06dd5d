package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Prefer records what a person says of an order's priority; the last word counts. It reports NotFound "no_such_order", and Conflict
// "not_to_deliver" for an order that nobody brings, or has brought already.
func (s *Store) Prefer(ctx context.Context, p dispatch.Preference) error {
	r, err := s.Order(ctx, p.Order)
	if err != nil {
		return err
	}
	acts.Of(ctx).About(aboutOrder(&r))
	err = s.noting(ctx, func(q doer) error {
		tag, err := q.Exec(ctx, `
			INSERT INTO priorities AS p (order_id, priority, because, at)
			SELECT id, $2, $3, $4 FROM orders WHERE id = $1::text::uuid AND open AND delivers
			ON CONFLICT (order_id) DO UPDATE SET priority = excluded.priority, because = excluded.because, at = greatest(p.at, excluded.at)`,
			string(p.Order), p.Priority, plain(p.Because, 4*dispatch.MostBecause), p.At.UTC())
		if err == nil && tag.RowsAffected() == 0 {
			err = problem.New(problem.Conflict, "not_to_deliver", "this order is not on its way to a guest any more, or never is")
		}
		return err
	})
	if err != nil {
		return unlessProblem(err, "record the priority of order "+string(p.Order))
	}
	return nil
}

// preferred fills in what people said of the priority of orders.
func preferred(ctx context.Context, tx pgx.Tx, orders []dispatch.Order) error {
	number, ids := make(map[order.ID]int, len(orders)), make([]string, len(orders))
	for i := range orders {
		number[orders[i].ID], ids[i] = i, string(orders[i].ID)
	}
	rows, err := tx.Query(ctx, `SELECT order_id::text, priority, because FROM priorities WHERE order_id = ANY ($1::text[]::uuid[])`, ids)
	if err != nil {
		return err
	}
	var oid order.ID
	var p dispatch.Priority
	var because string
	_, err = pgx.ForEachRow(rows, []any{&oid, &p, &because}, func() error {
		orders[number[oid]].Priority, orders[number[oid]].Said = p, because
		return nil
	})
	return err
}
