package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/till"
)

func writeCash(ctx context.Context, tx prepared, s kitchen.Shift) error {
	if t := s.Till; t != nil {
		err := writeDoc(ctx, tx, t, `INSERT INTO tills (doc, id, day, open) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET open = excluded.open, doc = excluded.doc`, t.ID, t.Day, t.IsOpen())
		if err != nil {
			return fmt.Errorf("write till %s: %w", t.ID, err)
		}
	}
	for _, e := range s.Cash {
		if err := writeDoc(ctx, tx, e, `INSERT INTO cash (doc, key, till, day) VALUES (?, ?, ?, ?)`, e.Key, e.Till, e.Day); err != nil {
			return fmt.Errorf("write an entry of till %s: %w", e.Till, err)
		}
	}
	for _, r := range s.Runs {
		if err := writeDoc(ctx, tx, r, `INSERT OR REPLACE INTO runs (doc, order_id) VALUES (?, ?)`, r.Order); err != nil {
			return fmt.Errorf("write the run of order %s: %w", r.Order, err)
		}
	}
	for _, id := range s.Back {
		if _, err := tx.ExecContext(ctx, `DELETE FROM runs WHERE order_id = ?`, id); err != nil {
			return fmt.Errorf("end the run of order %s: %w", id, err)
		}
	}
	return nil
}

// writeDoc executes a query whose first argument is a document.
func writeDoc(ctx context.Context, tx prepared, doc any, query string, args ...any) error {
	raw, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, query, append([]any{string(raw)}, args...)...)
	return err
}

func scanDoc[T any](row scanner) (v T, err error) {
	var doc []byte
	if err := row.Scan(&doc); err != nil {
		return v, err
	}
	return v, json.Unmarshal(doc, &v)
}

func loadCash(ctx context.Context, tx *sql.Tx, s *kitchen.ShiftState) error {
	open, err := list(ctx, tx, scanDoc[till.Till], `SELECT doc FROM tills ORDER BY open DESC, day DESC, id DESC LIMIT 1`)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		s.Till = open[0]
	}
	s.Runs, err = list(ctx, tx, scanDoc[kitchen.Run], `SELECT doc FROM runs`)
	return err
}

// CashEntry finds an entry of the ledger by its key.
func (s *Store) CashEntry(ctx context.Context, key string) (e till.Entry, ok bool, err error) {
	e, err = scanDoc[till.Entry](s.reads.QueryRowContext(ctx, `SELECT doc FROM cash WHERE key = ?`, key))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	} else if err != nil {
		return e, false, fmt.Errorf("find an entry of the till: %w", err)
	}
	return e, true, nil
}

// CashOn is the ledger of the tills of a business day, in its order.
func (s *Store) CashOn(ctx context.Context, day string) ([]till.Entry, error) {
	entries, err := list(ctx, &s.reads, scanDoc[till.Entry], `SELECT doc FROM cash WHERE day = ? ORDER BY n`, day)
	if err != nil {
		return nil, fmt.Errorf("read the ledger of %s: %w", day, err)
	}
	return entries, nil
}

// LastTill is the number of the last till of a business day, also of one that nothing but the ledger knows any more; 0 when there was none.
func (s *Store) LastTill(ctx context.Context, day string) (nth int, err error) {
	err = s.reads.QueryRowContext(ctx, `SELECT coalesce(max(CAST(substr(id, length(?1) + 2) AS INTEGER)), 0) FROM
		(SELECT id FROM tills WHERE day = ?1 UNION ALL SELECT till FROM cash WHERE day = ?1)`, day).Scan(&nth)
	if err != nil {
		return 0, fmt.Errorf("count the tills of %s: %w", day, err)
	}
	return nth, nil
}

// Tills are those of a business day, in the order in which they were opened.
func (s *Store) Tills(ctx context.Context, day string) ([]till.Till, error) {
	tills, err := list(ctx, &s.reads, scanDoc[till.Till], `SELECT doc FROM tills WHERE day = ? ORDER BY length(id), id`, day)
	if err != nil {
		return nil, fmt.Errorf("read the tills of %s: %w", day, err)
	}
	return tills, nil
}
