package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"
)

// lived writes down that the node runs today, and tells before which instant a ticket must have ended to be forgotten: the beginning of the earliest of
// the last LivedDays days on which the node ran. known is false as long as there are not so many. A clock that jumps ahead adds one day to them, however
// far it jumps; a house that is closed for long forgets its guests all the same.
func (s *Store) lived(ctx context.Context, now time.Time) (before time.Time, known bool, err error) {
	today := unixDay(now)
	var there bool
	if err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM lived WHERE day = ? AND n = (SELECT max(n) FROM lived))`, today).Scan(&there); err == nil && !there {
		err = s.tx(ctx, func(tx *sql.Tx) error {
			// One that comes again, because a clock was set back, is the last one now.
			_, err := tx.ExecContext(ctx, `INSERT INTO lived (n, day) SELECT coalesce(max(n), 0) + 1, ? FROM lived WHERE true
				ON CONFLICT (day) DO UPDATE SET n = excluded.n`, today)
			if err != nil {
				return err
			}
			_, err = tx.ExecContext(ctx, `DELETE FROM lived WHERE n NOT IN (SELECT n FROM lived ORDER BY n DESC LIMIT ?)`, LivedDays)
			return err
		})
	}
	if err != nil {
		return before, false, fmt.Errorf("write down that it runs today: %w", err)
	}
	var days, first int64
	if err := s.read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(day), 0) FROM lived`).Scan(&days, &first); err != nil {
		return before, false, fmt.Errorf("count the days on which it ran: %w", err)
	}
	return time.Unix(first*int64(24*time.Hour/time.Second), 0), days >= LivedDays, nil
}

// unixDay is how many whole days an instant is after 1970.
func unixDay(t time.Time) int64 {
	return int64(math.Floor(float64(t.Unix()) / (24 * time.Hour).Seconds()))
}
