package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// errLimited says that there are limits on what an order needs: it has to be placed with those in hand.
var errLimited = errors.New("the restaurant has lent shares")

// limited places orders of restaurants that lend shares: see commitLimited.
type limited struct {
	purses purses
	known  map[string]bool // keys
	n      inserts
	sales  [4][]string // order, restaurant, epoch, sold
	byID   map[string]*placing
	errs   map[*placing]error
}

// commitLimited commits orders together with what they take of their restaurants' shares, in two round trips. An order for which there is too
// little is not placed; the others are.
func (s *Store) commitLimited(jobs []*placing) error {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err)
	}
	defer conn.Release()
	l := &limited{known: map[string]bool{}, byID: map[string]*placing{}, errs: map[*placing]error{}}
	stored := map[string]int64{}
	err = l.lock(ctx, conn.Conn(), jobs)
	if err == nil {
		err = l.decide(jobs)
	}
	if err == nil {
		err = l.write(ctx, conn.Conn(), stored, s.now())
	}
	if err != nil {
		return rollback(ctx, conn, err)
	}
	for j, err := range l.errs {
		j.refused = err
	}
	s.placed(jobs, l.byID, stored)
	return nil
}

// lock holds the links and purses, and finds the keys that were used before.
func (l *limited) lock(ctx context.Context, conn *pgx.Conn, jobs []*placing) error {
	var edges, restaurants, ingredients, keys []string
	for _, j := range jobs {
		edges, keys = append(edges, j.p.Record.Order.Restaurant), append(keys, j.p.Key)
		for ingredient := range j.p.Needs {
			restaurants, ingredients = append(restaurants, j.p.Record.Order.Restaurant), append(ingredients, ingredient)
		}
	}
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(incarnation).QueryRow(func(row pgx.Row) error { return row.Scan(&l.purses.inc) })
	b.Queue(`SELECT FROM edge_link WHERE edge = ANY ($1::text[]) ORDER BY edge FOR SHARE`, edges)
	b.Queue(`SELECT `+purseColumns+` WHERE (p.restaurant, p.ingredient) IN (SELECT * FROM unnest($1::text[], $2::text[]))
		ORDER BY p.restaurant, p.ingredient FOR NO KEY UPDATE OF p`, restaurants, ingredients).Query(l.purses.read)
	b.Queue(`SELECT key FROM idempotency WHERE key = ANY ($1::text[])`, keys).Query(func(rows pgx.Rows) error {
		used, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, key := range used {
			l.known[key] = true
		}
		return err
	})
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("lock shares: %w", err)
	}
	return nil
}

// decide sells, one order after the other.
func (l *limited) decide(jobs []*placing) error {
	for _, j := range jobs {
		if j.p.Key != "" && l.known[j.p.Key] {
			continue
		}
		o := j.p.Record.Order
		sold, epoch, err := l.purses.sell(o.Restaurant, j.p.Needs)
		if err != nil {
			l.errs[j] = err
			continue
		}
		l.known[j.p.Key] = true
		l.n.add(&j.p.Record, j.doc, j.state)
		l.n.keys[len(l.n.keys)-1], l.n.bodies[len(l.n.bodies)-1] = j.p.Key, j.p.Body[:]
		l.byID[string(o.ID)] = j
		if len(sold) == 0 {
			continue
		}
		raw, err := json.Marshal(sold)
		if err != nil {
			return fmt.Errorf("write what order %s was sold from: %w", o.ID, err)
		}
		for i, v := range []string{string(o.ID), o.Restaurant, fmt.Sprint(epoch), string(raw)} {
			l.sales[i] = append(l.sales[i], v)
		}
	}
	return nil
}

// write stores orders, sales and purses, and commits. Who was faster with a key has it: then all is decided again.
func (l *limited) write(ctx context.Context, conn *pgx.Conn, stored map[string]int64, now time.Time) error {
	b := &pgx.Batch{}
	if len(l.n.ids) > 0 {
		b.Queue(newOrders+`, keys AS (INSERT INTO idempotency (key, body, order_id) SELECT key, body, id FROM u WHERE key <> '' ORDER BY key)`+
			insertOrders+`ORDER BY id RETURNING id::text, arrival`, l.n.args()...).Query(func(rows pgx.Rows) error {
			var id string
			var arrival int64
			_, err := pgx.ForEachRow(rows, []any{&id, &arrival}, func() error { stored[id] = arrival; return nil })
			return err
		})
	}
	if len(l.sales[0]) > 0 {
		b.Queue(`INSERT INTO stock_sales (order_id, restaurant, epoch, sold, at)
			SELECT id::uuid, restaurant, epoch::bigint, sold::json, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u (id, restaurant, epoch, sold)`,
			l.sales[0], l.sales[1], l.sales[2], l.sales[3], now)
	}
	l.purses.queue(b)
	b.Queue(`COMMIT`)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("insert orders: %w", err)
	}
	return nil
}
