package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
)

// mostPlacings of the last hours tell enough of where the next orders will be.
const mostPlacings = 4000

// Placings are the deliveries that were ordered at some restaurants since an instant, oldest first.
func (s *Store) Placings(ctx context.Context, restaurants []string, since time.Time) ([]dispatch.Placing, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT restaurant, placed_at, ready FROM (
			SELECT restaurant, placed_at, state->>'ready' AS ready FROM orders
			WHERE placed_at >= $2 AND delivers AND restaurant = ANY ($1) ORDER BY placed_at DESC LIMIT $3
		) newest ORDER BY placed_at`, restaurants, since.UTC(), mostPlacings)
	if err != nil {
		return nil, fmt.Errorf("read what was ordered lately: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p dispatch.Placing, err error) {
		var ready *string
		if err = row.Scan(&p.Restaurant, &p.At, &ready); err == nil && ready != nil {
			if at, wrong := time.Parse(time.RFC3339Nano, *ready); wrong == nil {
				p.Prepares = max(0, at.Sub(p.At))
			}
		}
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was ordered lately: %w", err)
	}
	return all, nil
}

// SaveWaits replaces what is suggested to some drivers.
func (s *Store) SaveWaits(ctx context.Context, drivers []string, waits []dispatch.Wait) error {
	var of, where, because, reasons []string
	var since, at []time.Time
	for _, w := range waits {
		of, where, because = append(of, w.Driver), append(where, w.Restaurant), append(because, plain(strings.Join(dispatch.Sentences(w.Because), "; "), 400))
		reasons = append(reasons, reasonsOf(w.Because))
		since, at = append(since, w.Since.UTC()), append(at, w.At.UTC())
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM waits WHERE driver = ANY ($1) AND NOT driver = ANY ($2)`, drivers, list(of)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO waits AS w (driver, restaurant, since, at, because, reasons)
			SELECT u.driver, u.restaurant, u.since, u.at, u.because, u.reasons::json
			FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[]) AS u (driver, restaurant, since, at, because, reasons) ORDER BY 1
			ON CONFLICT (driver) DO UPDATE SET restaurant = excluded.restaurant, since = excluded.since, at = excluded.at, because = excluded.because, reasons = excluded.reasons
			WHERE w.at <= excluded.at`, of, where, since, at, because, reasons)
		return err
	})
	if err != nil {
		return fmt.Errorf("say where %d drivers had better wait: %w", len(waits), err)
	}
	return nil
}

// list is a slice that is there, for SQL.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// WaitsSince are the suggestions that were made, or made again, after an instant.
func (s *Store) WaitsSince(ctx context.Context, after time.Time) ([]dispatch.Wait, error) {
	return s.waits(ctx, `at > $1`, after.UTC())
}

// WaitOf is what is suggested to a driver, if that was said after an instant.
func (s *Store) WaitOf(ctx context.Context, driver string, after time.Time) (w dispatch.Wait, said bool, err error) {
	all, err := s.waits(ctx, `at > $1 AND driver = $2`, after.UTC(), plain(driver, MaxKey))
	if err != nil || len(all) == 0 {
		return w, false, err
	}
	return all[0], true, nil
}

func (s *Store) waits(ctx context.Context, where string, args ...any) ([]dispatch.Wait, error) {
	rows, err := s.pool.Query(ctx, `SELECT driver, restaurant, since, at, because, reasons FROM waits WHERE `+where+` ORDER BY driver`, args...)
	if err != nil {
		return nil, fmt.Errorf("read where drivers wait: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w dispatch.Wait, err error) {
		var said string
		var reasons []byte
		if err = row.Scan(&w.Driver, &w.Restaurant, &w.Since, &w.At, &said, &reasons); err != nil {
			return w, err
		}
		w.Since, w.At = w.Since.UTC(), w.At.UTC()
		if err = json.Unmarshal(reasons, &w.Because); err == nil && len(w.Because) == 0 && said != "" { // a core of an older version keeps the sentence only
			w.Because = []dispatch.Reason{{Key: dispatch.WhySaid, Name: said}}
		}
		return w, err
	})
	if err != nil {
		return nil, fmt.Errorf("read where drivers wait: %w", err)
	}
	return all, nil
}
