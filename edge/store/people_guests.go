package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// SamePhone are the ways in which a number was spelled by who ordered, in orders that have ended and by themselves: with its country and
// without. It finds none when only its end is named and more than one number ends so.
func (s *Store) SamePhone(ctx context.Context, phone string) ([]string, error) {
	known, err := list(ctx, &s.reads, func(row scanner) (p string, err error) { return p, row.Scan(&p) }, `SELECT phone FROM guests`)
	if err != nil {
		return nil, fmt.Errorf("find a customer: %w", err)
	}
	orders, err := ordersWithPhone(ctx, &s.reads)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		known = append(known, kitchen.PhoneKey(o.phone))
	}
	return samePhone(phone, known), nil
}

// samePhone are those of known that are the same number as one of which perhaps only the end is named.
func samePhone(phone string, known []string) (same []string) {
	longest := phone
	for _, k := range known {
		if endsAlike(phone, k) {
			same = append(same, k)
			if len(trimZeros(k)) > len(trimZeros(longest)) {
				longest = k
			}
		}
	}
	if slices.ContainsFunc(same, func(k string) bool { return !endsAlike(longest, k) }) { // the end of more than one
		same = slices.DeleteFunc(same, func(k string) bool { return trimZeros(k) != trimZeros(phone) })
	}
	slices.Sort(same)
	return slices.Compact(same)
}

// endsAlike reports whether two spellings can be of one number: the same, or one the end of the other.
func endsAlike(a, b string) bool {
	a, b = trimZeros(a), trimZeros(b)
	return a == b || min(len(a), len(b)) >= localDigits && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a))
}

type orderWithPhone struct{ id, phone string }

// ordersWithPhone are the orders that have ended and say whose they were.
func ordersWithPhone(ctx context.Context, q querier) ([]orderWithPhone, error) {
	found, err := list(ctx, q, func(row scanner) (o orderWithPhone, err error) { return o, row.Scan(&o.id, &o.phone) },
		`SELECT o.id, o.doc ->> '$.customer.phone' FROM orders o JOIN tickets t ON t.order_id = o.id
		WHERE t.open = 0 AND coalesce(o.doc ->> '$.customer.phone', '') <> ''`)
	if err != nil {
		return nil, fmt.Errorf("find a customer's orders: %w", err)
	}
	return found, nil
}

// forgetGuest deletes a guest, and takes name, number and address out of their orders that have ended.
func forgetGuest(ctx context.Context, tx prepared, spelled []string) error {
	for _, phone := range spelled {
		if _, err := tx.ExecContext(ctx, `DELETE FROM guests WHERE phone = ?`, phone); err != nil {
			return fmt.Errorf("forget a customer: %w", err)
		}
	}
	found, err := ordersWithPhone(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range found {
		if !slices.Contains(spelled, kitchen.PhoneKey(o.phone)) {
			continue
		}
		_, err := tx.ExecContext(ctx, `UPDATE orders SET doc = json_remove(json_set(doc, '$.customer.name', ''), '$.customer.phone', '$.address') WHERE id = ?`, o.id)
		if err != nil {
			return fmt.Errorf("take a customer out of order %s: %w", o.id, err)
		}
	}
	return nil
}
