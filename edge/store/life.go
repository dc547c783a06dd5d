package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"awesome.pizza/edge/kitchen"
)

// Shift are all tickets that got a number on a business day, in the order of their numbers.
func (s *Store) Shift(ctx context.Context, day string) ([]kitchen.Ticket, error) {
	tickets, err := list(ctx, &s.reads, scanTicket, ticketRows+`WHERE t.day = ? AND t.number > 0 ORDER BY t.number`, day)
	if err != nil {
		return nil, fmt.Errorf("read the tickets of %s: %w", day, err)
	}
	return tickets, nil
}

// EndedSince are the tickets that left the board and are of a business day or a later one, or ended since an instant; last first.
func (s *Store) EndedSince(ctx context.Context, day string, since time.Time, most int) ([]kitchen.Ticket, error) {
	tickets, err := list(ctx, &s.reads, scanTicket, ticketRows+`WHERE t.open = 0 AND (t.day >= ? OR t.ended_at >= ?)
		ORDER BY t.ended_at DESC, t.number DESC LIMIT ?`, day, since.UnixMilli(), most)
	if err != nil {
		return nil, fmt.Errorf("read the tickets that ended since %s: %w", since.Format(time.RFC3339), err)
	}
	return tickets, nil
}

// loadBoard reads the tickets that are on the board: those that are open, and those that linger.
func loadBoard(ctx context.Context, tx *sql.Tx) ([]kitchen.Ticket, error) {
	open, err := list(ctx, tx, scanTicket, ticketRows+`WHERE t.open = 1`)
	if err != nil {
		return nil, err
	}
	lingering, err := list(ctx, tx, scanTicket, ticketRows+`WHERE t.lingers <> 0 AND t.open = 0`)
	return append(open, lingering...), err
}

func loadScreens(ctx context.Context, tx *sql.Tx) ([]kitchen.Screen, error) {
	return list(ctx, tx, func(row scanner) (s kitchen.Screen, err error) {
		var seen int64
		err = row.Scan(&s.ID, &s.Name, &s.Station, &seen)
		s.Seen = instant(seen)
		return s, err
	}, `SELECT id, name, station, seen_at FROM screens ORDER BY id`)
}

func writeScreens(ctx context.Context, tx prepared, c kitchen.Commit) error {
	for _, id := range c.Unplugged {
		if _, err := tx.ExecContext(ctx, `DELETE FROM screens WHERE id = ?`, id); err != nil {
			return fmt.Errorf("forget screen %s: %w", id, err)
		}
	}
	for _, s := range c.Screens {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO screens (id, name, station, seen_at) VALUES (?, ?, ?, ?)`,
			s.ID, s.Name, s.Station, s.Seen.UnixMilli())
		if err != nil {
			return fmt.Errorf("write screen %s: %w", s.ID, err)
		}
	}
	return nil
}
