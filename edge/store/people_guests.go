package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"awesome.pizza/edge/kitchen"
)

// writeGuest adds an order to what is known of a guest.
func writeGuest(ctx context.Context, tx prepared, g kitchen.Guest) error {
	before, ok, err := guest(tx.QueryRowContext(ctx, `SELECT doc FROM guests WHERE phone = ?`, g.Phone))
	if err != nil {
		return fmt.Errorf("read a customer: %w", err)
	}
	if ok {
		g = g.After(before)
	}
	doc, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("write a customer: %w", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO guests (phone, doc, seen) VALUES (?, ?, ?)
		ON CONFLICT (phone) DO UPDATE SET doc = excluded.doc, seen = excluded.seen`, g.Phone, string(doc), g.Seen.UnixMilli())
	if err != nil {
		return fmt.Errorf("write a customer: %w", err)
	}
	return nil
}

func guest(row *sql.Row) (g kitchen.Guest, ok bool, err error) {
	var doc []byte
	if err := row.Scan(&doc); errors.Is(err, sql.ErrNoRows) {
		return g, false, nil
	} else if err != nil {
		return g, false, err
	}
	return g, true, json.Unmarshal(doc, &g)
}

// Guest finds a guest by the whole number, or by its end as people of the same country say it, if only one ends so.
func (s *Store) Guest(ctx context.Context, phone string) (g kitchen.Guest, ok bool, err error) {
	g, ok, err = guest(s.reads.QueryRowContext(ctx, `SELECT doc FROM guests WHERE phone = ?`, phone))
	if local := trimZeros(phone); err == nil && !ok && len(local) >= localDigits {
		g, ok, err = guest(s.reads.QueryRowContext(ctx, `SELECT min(doc) FROM guests WHERE phone LIKE '%' || ? HAVING count(*) = 1`, local))
		if err == nil && !ok && len(local) > localDigits { // with the country said, and stored without
			end := local[len(local)-localDigits:]
			g, ok, err = guest(s.reads.QueryRowContext(ctx,
				`SELECT min(doc) FROM guests WHERE phone LIKE '%' || ? AND ? LIKE '%' || ltrim(phone, '0') HAVING count(*) = 1`, end, local))
		}
	}
	if err != nil {
		return g, false, fmt.Errorf("find a customer: %w", err)
	}
	return g, ok, nil
}

// localDigits are as many as a number without its country has, at least.
const localDigits = 7

func trimZeros(phone string) string {
	for len(phone) > 0 && phone[0] == '0' {
		phone = phone[1:]
	}
	return phone
}

// forgetGuest deletes a guest, and takes name, number and address out of their orders that have ended.
func forgetGuest(ctx context.Context, tx prepared, phone string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM guests WHERE phone = ?`, phone); err != nil {
		return fmt.Errorf("forget a customer: %w", err)
	}
	type ordered struct{ id, phone string }
	found, err := list(ctx, tx, func(row scanner) (o ordered, err error) { return o, row.Scan(&o.id, &o.phone) },
		`SELECT o.id, o.doc ->> '$.customer.phone' FROM orders o JOIN tickets t ON t.order_id = o.id
		WHERE t.open = 0 AND coalesce(o.doc ->> '$.customer.phone', '') <> ''`)
	if err != nil {
		return fmt.Errorf("find a customer's orders: %w", err)
	}
	for _, o := range found {
		if kitchen.PhoneKey(o.phone) != phone {
			continue
		}
		_, err := tx.ExecContext(ctx, `UPDATE orders SET doc = json_remove(json_set(doc, '$.customer.name', ''), '$.customer.phone', '$.address') WHERE id = ?`, o.id)
		if err != nil {
			return fmt.Errorf("take a customer out of order %s: %w", o.id, err)
		}
	}
	return nil
}
