package store

import (
	"context"
	"database/sql"
	"fmt"

	"awesome.pizza/edge/stock"
)

// writeStock writes what a commit changes on the shelves.
func writeStock(ctx context.Context, tx prepared, c stock.Change) error {
	for _, s := range c.Shelves {
		if err := writeShelf(ctx, tx, s); err != nil {
			return err
		}
	}
	for _, e := range c.Entries {
		_, err := tx.ExecContext(ctx, `INSERT INTO stock_ledger (day, at, ingredient, kind, quantity, reason, who, order_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			e.Day, e.At.UnixMilli(), e.Ingredient, e.Kind, e.Quantity, e.Reason, e.Who, e.Order)
		if err != nil {
			return fmt.Errorf("book %s of %s: %w", e.Kind, e.Ingredient, err)
		}
	}
	for _, key := range c.Lifted {
		if _, err := tx.ExecContext(ctx, `DELETE FROM stock_off WHERE kind = ? AND id = ?`, key.Kind, key.ID); err != nil {
			return fmt.Errorf("put %s %s back on the menu: %w", key.Kind, key.ID, err)
		}
	}
	for _, o := range c.Off {
		until := sql.NullInt64{Int64: o.Until.UnixMilli(), Valid: !o.Until.IsZero()}
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO stock_off (kind, id, owner, reason, auto, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			o.Kind, o.ID, o.Owner, o.Reason, o.Auto, o.Since.UnixMilli(), until)
		if err != nil {
			return fmt.Errorf("take %s %s off the menu: %w", o.Kind, o.ID, err)
		}
	}
	return nil
}

func writeShelf(ctx context.Context, tx prepared, s stock.Shelf) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO stock_shelves (ingredient, tracked, threshold, par, on_order, epoch, lent, used, asked, returned)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (ingredient) DO UPDATE SET tracked = excluded.tracked, threshold = excluded.threshold,
			par = excluded.par, on_order = excluded.on_order, epoch = excluded.epoch, lent = excluded.lent, used = excluded.used,
			asked = excluded.asked, returned = excluded.returned`,
		s.Ingredient, s.Tracked, s.Threshold, s.Par, s.OnOrder, s.Share.Epoch, s.Share.Lent, s.Share.Used, s.Share.Asked, s.Share.Returned)
	if err != nil {
		return fmt.Errorf("write the shelf of %s: %w", s.Ingredient, err)
	}
	return nil
}

// loadStock is what a book begins with.
func loadStock(ctx context.Context, tx *sql.Tx) (s stock.State, err error) {
	if err := tx.QueryRowContext(ctx, `SELECT epoch FROM meta`).Scan(&s.Epoch); err != nil {
		return s, err
	}
	s.Shelves, err = list(ctx, tx, scanShelf, `SELECT ingredient, tracked, threshold, par, on_order, epoch, lent, used, asked, returned FROM stock_shelves
		ORDER BY ingredient`)
	if err != nil {
		return s, err
	}
	if s.Sums, err = sumsOf(ctx, tx, `SELECT ingredient, sum(quantity) FROM stock_ledger GROUP BY ingredient`); err != nil {
		return s, err
	}
	s.Recent, err = list(ctx, tx, func(row scanner) (u stock.Used, err error) {
		var at int64
		err = row.Scan(&u.Ingredient, &at, &u.Quantity, &u.Web)
		u.At = instant(at)
		return u, err
	}, `SELECT ingredient, at, -quantity, EXISTS (SELECT 1 FROM orders o WHERE o.id = order_id AND o.doc ->> '$.origin' = 'cloud') FROM stock_ledger
		WHERE kind = ? AND at > (SELECT max(at) FROM stock_ledger) - ? ORDER BY id`,
		stock.Use, stock.Memory.Milliseconds())
	if err != nil {
		return s, err
	}
	s.Off, err = list(ctx, tx, scanOff, `SELECT kind, id, owner, reason, auto, since, until FROM stock_off ORDER BY kind, id`)
	return s, err
}

func scanShelf(row scanner) (s stock.Shelf, err error) {
	err = row.Scan(&s.Ingredient, &s.Tracked, &s.Threshold, &s.Par, &s.OnOrder, &s.Share.Epoch, &s.Share.Lent, &s.Share.Used, &s.Share.Asked,
		&s.Share.Returned)
	return s, err
}

func scanOff(row scanner) (o stock.Off, err error) {
	var since int64
	var until sql.NullInt64
	err = row.Scan(&o.Kind, &o.ID, &o.Owner, &o.Reason, &o.Auto, &since, &until)
	o.Since = instant(since)
	if until.Valid {
		o.Until = instant(until.Int64)
	}
	return o, err
}

// sumsOf reads quantities by ingredient; nil when there are none.
func sumsOf(ctx context.Context, q querier, query string, args ...any) (map[string]int64, error) {
	totals, err := list(ctx, q, func(row scanner) (t stock.Total, err error) { return t, row.Scan(&t.Ingredient, &t.Quantity) }, query, args...)
	var sums map[string]int64
	for _, t := range totals {
		if sums == nil {
			sums = map[string]int64{}
		}
		sums[t.Ingredient] = t.Quantity
	}
	return sums, err
}

// Ledger is what the ledger says of the business days from one to another, as of one commit.
func (s *Store) Ledger(ctx context.Context, from, to string) (l stock.Ledger, err error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return l, fmt.Errorf("read the ledger: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if l.Before, err = sumsOf(ctx, tx, `SELECT ingredient, sum(quantity) FROM stock_ledger WHERE day < ? GROUP BY ingredient`, from); err != nil {
		return l, fmt.Errorf("read the ledger before %s: %w", from, err)
	}
	l.Totals, err = list(ctx, tx, func(row scanner) (t stock.Total, err error) {
		return t, row.Scan(&t.Day, &t.Ingredient, &t.Kind, &t.Reason, &t.Quantity)
	}, `SELECT day, ingredient, kind, reason, sum(quantity) FROM stock_ledger WHERE day BETWEEN ? AND ? GROUP BY day, ingredient, kind, reason
		ORDER BY day, ingredient, kind, reason`, from, to)
	if err != nil {
		return l, fmt.Errorf("read the ledger of %s to %s: %w", from, to, err)
	}
	return l, nil
}
