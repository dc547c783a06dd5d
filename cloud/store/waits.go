package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
)

// placings are the deliveries that were ordered at some restaurants in a while, oldest first. The newest are counted for each restaurant, so that whoever
// reads some restaurants reads the same of them.
func placings(ctx context.Context, tx pgx.Tx, restaurants []string, since, until time.Time) ([]dispatch.Placing, error) {
	rows, err := tx.Query(ctx, `
		SELECT restaurant, placed_at, state->>'ready' FROM (
			SELECT id, restaurant, placed_at, state, row_number() OVER (PARTITION BY restaurant ORDER BY placed_at DESC, id) AS nth FROM orders
			WHERE placed_at >= $2 AND placed_at < $3 AND delivers AND restaurant = ANY ($1)
		) newest WHERE nth <= $4 ORDER BY placed_at, id`, restaurants, since.UTC(), until.UTC(), dispatch.MostPlacings)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p dispatch.Placing, err error) {
		var ready *string
		if err = row.Scan(&p.Restaurant, &p.At, &ready); err == nil && ready != nil {
			if at, wrong := time.Parse(time.RFC3339Nano, *ready); wrong == nil {
				p.Prepares = max(0, at.Sub(p.At))
			}
		}
		return p, err
	})
}

// mostDemand is of how many orders a snapshot's demand is remembered; of more it is read anew. Each takes some 80 bytes.
const mostDemand = 250_000

// demand is what was ordered lately, as snapshots of one minute have it.
type demand struct {
	until time.Time
	of    map[string][]dispatch.Placing // by restaurant
	size  int
	asked []string // the last time
	told  []dispatch.Placing
}

// settle is how long after a minute all that was ordered in it is committed.
const settle = 5 * time.Second

// ordered is what was ordered before the minute that runs: a plan needs no more. It is read once for each restaurant, whoever asks for it with which others.
func (d *Dispatch) ordered(ctx context.Context, tx pgx.Tx, now time.Time, restaurants []string) ([]dispatch.Placing, error) {
	m, until := &d.demand, now.Add(-settle).Truncate(time.Minute)
	if m.until.Equal(until) && m.told != nil && slices.Equal(m.asked, restaurants) {
		return m.told, nil
	}
	if !m.until.Equal(until) || m.size > mostDemand {
		*m = demand{until: until, of: map[string][]dispatch.Placing{}}
	}
	unread := slices.DeleteFunc(slices.Clone(restaurants), func(r string) bool { _, read := m.of[r]; return read })
	if len(unread) > 0 {
		all, err := placings(ctx, tx, unread, until.Add(-dispatch.Lately), until)
		if err != nil {
			return nil, err
		}
		m.add(unread, all)
	}
	m.asked, m.told = slices.Clone(restaurants), m.merged(restaurants)
	return m.told, nil
}

func (m *demand) add(restaurants []string, all []dispatch.Placing) {
	for _, r := range restaurants {
		m.of[r] = nil
	}
	for _, p := range all {
		m.of[p.Restaurant] = append(m.of[p.Restaurant], p)
	}
	m.size += len(restaurants) + len(all)
}

// merged is what was ordered at some restaurants, oldest first.
func (m *demand) merged(restaurants []string) []dispatch.Placing {
	out := []dispatch.Placing{}
	for _, r := range restaurants {
		out = append(out, m.of[r]...)
	}
	slices.SortStableFunc(out, func(a, b dispatch.Placing) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Restaurant, b.Restaurant))
	})
	return out
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
