package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
)

// SaveRoutes replaces what some drivers are to do, unless a later plan has said so already: those without a route have nothing to do. It does not
// wait for the disk. What is lost when the database's machine falls is a place to begin from, and the next plan finds another one.
func (s *Store) SaveRoutes(ctx context.Context, at time.Time, drivers []string, routes []dispatch.Route) error {
	of, bags, until := make([]string, len(routes)), make([]string, len(routes)), make([]time.Time, len(routes))
	for i, r := range routes {
		text, err := json.Marshal(r.Bags)
		if err != nil {
			return fmt.Errorf("keep what driver %q is to do: %w", r.Driver, err)
		}
		of[i], bags[i], until[i] = r.Driver, string(text), r.Until.UTC()
	}
	b := &pgx.Batch{}
	b.Queue(`SET LOCAL synchronous_commit = off`)
	b.Queue(`DELETE FROM routes WHERE driver = ANY ($1) AND NOT driver = ANY ($2) AND at <= $3`, list(drivers), of, at.UTC())
	b.Queue(`
		INSERT INTO routes AS r (driver, at, until, bags)
		SELECT u.driver, $4, u.until, u.bags::json FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS u (driver, bags, until) ORDER BY 1
		ON CONFLICT (driver) DO UPDATE SET at = excluded.at, until = excluded.until, bags = excluded.bags WHERE r.at <= excluded.at`, of, bags, until, at.UTC())
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, b).Close() })
	if err != nil {
		return fmt.Errorf("keep what %d drivers are to do: %w", len(drivers), err)
	}
	return nil
}

// planned are what some drivers are to do by the last plan, by driver. What cannot be read is nothing to begin from.
func planned(ctx context.Context, tx pgx.Tx, drivers []dispatch.Driver) ([]dispatch.Route, error) {
	ids := make([]string, len(drivers))
	for i := range drivers {
		ids[i] = drivers[i].ID
	}
	rows, err := tx.Query(ctx, `SELECT driver, until, bags::text FROM routes WHERE driver = ANY ($1) ORDER BY driver`, ids)
	if err != nil {
		return nil, err
	}
	var driver, bags string
	var until time.Time
	var out []dispatch.Route
	_, err = pgx.ForEachRow(rows, []any{&driver, &until, &bags}, func() error {
		r := dispatch.Route{Driver: driver, Until: until.UTC()}
		if json.Unmarshal([]byte(bags), &r.Bags) == nil {
			out = append(out, r)
		}
		return nil
	})
	return out, err
}
