package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"awesome.pizza/edge/stock"
)

// How long the ledger keeps what.
const (
	UsesKept   = 8 * 24 * time.Hour   // which order used what; of older days, what was used in all
	LedgerKept = 400 * 24 * time.Hour // days; of older ones, what they came to
)

// foldSlice is how many groups of entries one transaction puts together.
const foldSlice = 50

// foldLedger puts old entries together, so that the ledger is bounded and its sums stay what they are. Days are compared as business days:
// one is older than another by its date.
func (s *Store) foldLedger(ctx context.Context, now time.Time) error {
	uses, days := now.Add(-UsesKept).Format(time.DateOnly), now.Add(-LedgerKept).Format(time.DateOnly)
	err := s.fold(ctx, foldUses, uses)
	if err == nil {
		err = s.fold(ctx, foldDays, days)
	}
	if err != nil {
		return fmt.Errorf("put old entries of the ledger together: %w", err)
	}
	return nil
}

// folding finds groups of entries, and puts one together that it found: all of it up to an entry.
type folding struct{ find, insert, remove string }

// foldUses makes one entry of all uses of an ingredient on a day.
var foldUses = folding{
	`SELECT day, ingredient, max(id) FROM stock_ledger WHERE kind = 'use' AND day < ? GROUP BY day, ingredient HAVING count(*) > 1 LIMIT ?`,
	`INSERT INTO stock_ledger (day, at, ingredient, kind, quantity, reason, who, order_id) SELECT day, max(at), ingredient, kind, sum(quantity), '', '', ''
		FROM stock_ledger WHERE kind = 'use' AND day = ?1 AND ingredient = ?2 AND id <= ?3`,
	`DELETE FROM stock_ledger WHERE kind = 'use' AND day = ?1 AND ingredient = ?2 AND id <= ?3`,
}

// foldDays makes one opening entry of all that is written of an ingredient up to a day.
var foldDays = folding{
	`SELECT max(day), ingredient, max(id) FROM stock_ledger WHERE day < ? GROUP BY ingredient HAVING count(*) > 1 OR max(kind) <> '` + string(stock.Opening) +
		`' LIMIT ?`,
	`INSERT INTO stock_ledger (day, at, ingredient, kind, quantity, reason, who, order_id) SELECT ?1, max(at), ingredient, '` + string(stock.Opening) +
		`', sum(quantity), '', '', '' FROM stock_ledger WHERE day <= ?1 AND ingredient = ?2 AND id <= ?3`,
	`DELETE FROM stock_ledger WHERE day <= ?1 AND ingredient = ?2 AND id <= ?3`,
}

func (s *Store) fold(ctx context.Context, f folding, before string) error {
	type group struct {
		day, ingredient string
		last            int64
	}
	for n := foldSlice; n == foldSlice; {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			groups, err := list(ctx, tx, func(row scanner) (g group, err error) { return g, row.Scan(&g.day, &g.ingredient, &g.last) }, f.find, before, foldSlice)
			if err != nil {
				return err
			}
			n = len(groups)
			for _, g := range groups {
				if _, err := tx.ExecContext(ctx, f.insert, g.day, g.ingredient, g.last); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, f.remove, g.day, g.ingredient, g.last); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
