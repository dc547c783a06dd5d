package store

import (
	"context"
	"database/sql"
	"fmt"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
)

// writeLearned writes what the kitchen has learned, and whether web orders are paused.
func writeLearned(ctx context.Context, tx prepared, c kitchen.Commit) error {
	for _, key := range c.Forgotten {
		if _, err := tx.ExecContext(ctx, `DELETE FROM lessons WHERE kind = ? AND key = ? AND hour = ?`, key.Kind, key.Key, key.Hour); err != nil {
			return fmt.Errorf("forget lesson %s %s: %w", key.Kind, key.Key, err)
		}
	}
	for _, l := range c.Lessons {
		_, err := tx.ExecContext(ctx, `INSERT INTO lessons (kind, key, hour, seen, low, mid, high, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (kind, key, hour) DO UPDATE SET seen = excluded.seen, low = excluded.low, mid = excluded.mid, high = excluded.high, at = excluded.at`,
			l.Kind, l.Key, l.Hour, l.Seen, l.Low, l.Mid, l.High, l.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("keep lesson %s %s: %w", l.Kind, l.Key, err)
		}
	}
	if c.Intake == nil {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM intake`); err != nil {
		return fmt.Errorf("end the pause of web orders: %w", err)
	}
	if i := *c.Intake; i.Paused {
		_, err := tx.ExecContext(ctx, `INSERT INTO intake (one, who, reason, since, until) VALUES (1, ?, ?, ?, ?)`,
			i.By, i.Reason, i.Since.UnixMilli(), i.Until.UnixMilli())
		if err != nil {
			return fmt.Errorf("pause web orders: %w", err)
		}
	}
	return nil
}

// loadLearned reads them.
func loadLearned(ctx context.Context, tx *sql.Tx, state *kitchen.State) (err error) {
	state.Lessons, err = list(ctx, tx, scanLesson, `SELECT kind, key, hour, seen, low, mid, high, at FROM lessons ORDER BY kind, key, hour`)
	if err != nil {
		return err
	}
	paused, err := list(ctx, tx, scanIntake, `SELECT who, reason, since, until FROM intake`)
	if len(paused) == 1 {
		state.Intake = paused[0]
	}
	return err
}

func scanLesson(row scanner) (l line.Lesson, err error) {
	var at int64
	err = row.Scan(&l.Kind, &l.Key, &l.Hour, &l.Seen, &l.Low, &l.Mid, &l.High, &at)
	l.At = instant(at)
	return l, err
}

func scanIntake(row scanner) (i kitchen.Intake, err error) {
	var since, until int64
	err = row.Scan(&i.By, &i.Reason, &since, &until)
	i.Paused, i.Since, i.Until = true, instant(since), instant(until)
	return i, err
}
