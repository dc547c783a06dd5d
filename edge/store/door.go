package store

import (
	"context"
	"database/sql"
	"fmt"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
)

// writeDoor writes what a commit changes of wrong PINs and of the screens that are known.
func writeDoor(ctx context.Context, tx prepared, s kitchen.Shift) error {
	for _, x := range s.Strikes {
		_, err := tx.ExecContext(ctx, `INSERT INTO strikes (place, wrong, last) VALUES (?, ?, ?)
			ON CONFLICT (place) DO UPDATE SET wrong = excluded.wrong, last = excluded.last`, x.Where, x.Wrong, x.Last.UnixMilli())
		if err != nil {
			return fmt.Errorf("count a wrong PIN: %w", err)
		}
	}
	for _, place := range s.Forgiven {
		if _, err := tx.ExecContext(ctx, `DELETE FROM strikes WHERE place = ?`, place); err != nil {
			return fmt.Errorf("forget wrong PINs: %w", err)
		}
	}
	for _, name := range s.Strangers {
		if _, err := tx.ExecContext(ctx, `DELETE FROM known_screens WHERE name = ?`, name); err != nil {
			return fmt.Errorf("forget a screen: %w", err)
		}
	}
	for _, k := range s.Known {
		_, err := tx.ExecContext(ctx, `INSERT INTO known_screens (name, who, since, seen) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET who = excluded.who, since = excluded.since, seen = excluded.seen`,
			k.Name, k.Who, k.Since.UnixMilli(), k.Seen.UnixMilli())
		if err != nil {
			return fmt.Errorf("know a screen: %w", err)
		}
	}
	return nil
}

func loadDoor(ctx context.Context, tx *sql.Tx, s *kitchen.ShiftState) (err error) {
	s.Strikes, err = list(ctx, tx, scanStrike, `SELECT place, wrong, last FROM strikes`)
	if err != nil {
		return err
	}
	s.Known, err = list(ctx, tx, scanKnown, `SELECT name, who, since, seen FROM known_screens`)
	return err
}

func scanStrike(row scanner) (s staff.Strike, err error) {
	var last int64
	err = row.Scan(&s.Where, &s.Wrong, &last)
	s.Last = instant(last)
	return s, err
}

func scanKnown(row scanner) (k staff.Known, err error) {
	var since, seen int64
	err = row.Scan(&k.Name, &k.Who, &since, &seen)
	k.Since, k.Seen = instant(since), instant(seen)
	return k, err
}
