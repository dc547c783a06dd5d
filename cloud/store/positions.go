package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/broker"
)

// SavePositions keeps where drivers were last seen. Older than what is known changes nothing. Callers gather: a phone says more than
// anybody needs to keep.
func (s *Store) SavePositions(ctx context.Context, all []dispatch.Position) error {
	var drivers []string
	var lats, lons []float64
	var headings, speeds []*float64
	var at, heard []time.Time
	for _, p := range latest(all) {
		drivers = append(drivers, plain(p.Driver, MaxKey))
		lats, lons, headings, speeds = append(lats, p.Lat), append(lons, p.Lon), append(headings, p.Heading), append(speeds, p.Speed)
		at, heard = append(at, p.At.UTC()), append(heard, p.Heard.UTC())
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO driver_positions AS p (driver, lat, lon, heading, speed, at, heard)
		SELECT u.* FROM unnest($1::text[], $2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::timestamptz[], $7::timestamptz[])
			AS u (driver, lat, lon, heading, speed, at, heard)
		ORDER BY u.driver
		ON CONFLICT (driver) DO UPDATE
		SET lat = excluded.lat, lon = excluded.lon, heading = excluded.heading, speed = excluded.speed, at = excluded.at, heard = excluded.heard
		WHERE p.at < excluded.at`, drivers, lats, lons, headings, speeds, at, heard)
	if err != nil {
		return fmt.Errorf("keep %d positions: %w", len(drivers), err)
	}
	return nil
}

// latest is one position for each driver: a row can be written once in a statement.
func latest(all []dispatch.Position) []dispatch.Position {
	newest := map[string]dispatch.Position{}
	for _, p := range all {
		if old, ok := newest[p.Driver]; !ok || p.At.After(old.At) {
			newest[p.Driver] = p
		}
	}
	out := make([]dispatch.Position, 0, len(newest))
	for _, driver := range sortedKeys(newest) {
		out = append(out, newest[driver])
	}
	return out
}

// KeepLetters is how many dead letters of phones are kept.
const KeepLetters = 10_000

// SaveDeadLetter keeps what a phone sent and nobody could believe, and forgets the oldest beyond KeepLetters.
func (s *Store) SaveDeadLetter(ctx context.Context, l broker.DeadLetter) error {
	_, err := s.pool.Exec(ctx, `
		WITH kept AS (
			INSERT INTO dead_letters (at, device, client, remote, topic, payload, bytes, code, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
		)
		DELETE FROM dead_letters d USING kept WHERE d.id <= kept.id - $10`,
		l.At.UTC(), plain(l.Device, 256), plain(l.ClientID, 256), plain(l.Remote, 256), plain(l.Topic, 256), append([]byte{}, l.Payload...), l.Bytes,
		plain(l.Code, 64), plain(l.Reason, 512), KeepLetters)
	if err != nil {
		return fmt.Errorf("keep dead letter: %w", err)
	}
	return nil
}

// DeadLetters are the newest dead letters of phones, newest first.
func (s *Store) DeadLetters(ctx context.Context, limit int) ([]broker.DeadLetter, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT at, device, client, remote, topic, payload, bytes, code, reason FROM dead_letters ORDER BY id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l broker.DeadLetter, err error) {
		err = row.Scan(&l.At, &l.Device, &l.ClientID, &l.Remote, &l.Topic, &l.Payload, &l.Bytes, &l.Code, &l.Reason)
		l.At = l.At.UTC()
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", err)
	}
	return all, nil
}
