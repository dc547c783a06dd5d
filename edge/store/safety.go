package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
)

// writeReadings puts lines at the end of the food safety log: it numbers and chains them.
func writeReadings(ctx context.Context, tx prepared, lines []kitchen.Reading) error {
	if len(lines) == 0 {
		return nil
	}
	var last kitchen.Reading
	var hash []byte
	err := tx.QueryRowContext(ctx, `SELECT n, hash FROM food_safety ORDER BY n DESC LIMIT 1`).Scan(&last.N, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the end of the food safety log: %w", err)
	}
	copy(last.Hash[:], hash)
	for _, r := range lines {
		r.N = last.N + 1
		r.Hash = r.Chain(last.Hash)
		_, err := tx.ExecContext(ctx, `INSERT INTO food_safety (n, at, day, probe, what, celsius, low, high, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			r.N, r.At.UnixMilli(), r.Day, r.Probe, string(r.What), r.Celsius, r.Low, r.High, r.Hash[:])
		if err != nil {
			return fmt.Errorf("write line %d of the food safety log: %w", r.N, err)
		}
		last = r
	}
	return nil
}

const safetyRows = `SELECT n, at, day, probe, what, celsius, low, high, hash FROM food_safety `

func scanReading(row scanner) (r kitchen.Reading, err error) {
	var at int64
	var hash []byte
	err = row.Scan(&r.N, &at, &r.Day, &r.Probe, &r.What, &r.Celsius, &r.Low, &r.High, &hash)
	r.At = instant(at)
	copy(r.Hash[:], hash)
	return r, err
}

// FoodSafety is the food safety log of a business day, from the line behind after. intact says that its lines, and the one before them, follow each
// other as they were written.
func (s *Store) FoodSafety(ctx context.Context, day string, after int64, most int) (lines []kitchen.Reading, intact bool, err error) {
	lines, err = list(ctx, &s.reads, scanReading, safetyRows+`WHERE day = ? AND n > ? ORDER BY n LIMIT ?`, day, after, most)
	if err != nil || len(lines) == 0 {
		return lines, err == nil, err
	}
	all, err := list(ctx, &s.reads, scanReading, safetyRows+`WHERE n BETWEEN ? AND ? ORDER BY n`, lines[0].N-1, lines[len(lines)-1].N)
	return lines, err == nil && kitchen.ReadingsIntact(all), err
}

// pruneSafety forgets lines that are older than anybody may ask for. The last one stays: its hash is the chain's.
func (s *Store) pruneSafety(ctx context.Context, now time.Time) error {
	return s.pruneSlices(ctx, "the food safety log", `DELETE FROM food_safety WHERE n IN (SELECT n FROM food_safety WHERE n < coalesce(
		(SELECT min(n) FROM food_safety WHERE at >= ?), (SELECT max(n) FROM food_safety)) ORDER BY n LIMIT ?)`, now.Add(-kitchen.ReadingsKept).UnixMilli())
}
