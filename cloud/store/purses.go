package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	mostLent     = 1 << 50 // of one ingredient in an epoch: no restaurant has so much
	mostSoldText = 200     // bytes of an ingredient's name
)

// pocket names a purse.
type pocket struct{ restaurant, ingredient string }

// purses are those that a transaction holds, as far as it has come.
type purses struct {
	inc     string // incarnation of the database that sells
	all     map[pocket]escrow.Purse
	changed map[pocket]bool
}

// purseColumns are a purse as it is in the link's present epoch: what was lent before is lent no more.
const purseColumns = `p.restaurant, p.ingredient, l.epoch, l.life, CASE WHEN p.epoch = l.epoch THEN p.lent ELSE 0 END,
	CASE WHEN p.epoch = l.epoch THEN p.sold ELSE 0 END, CASE WHEN p.epoch = l.epoch THEN p.returned ELSE 0 END
	FROM stock_purses p JOIN edge_link l ON l.edge = p.restaurant`

// read takes up rows of purseColumns.
func (ps *purses) read(rows pgx.Rows) error {
	ps.all, ps.changed = map[pocket]escrow.Purse{}, map[pocket]bool{}
	var at pocket
	var p escrow.Purse
	_, err := pgx.ForEachRow(rows, []any{&at.restaurant, &at.ingredient, &p.Epoch, &p.Life, &p.Lent, &p.Sold, &p.Returned}, func() error {
		p.Ingredient = at.ingredient
		ps.all[at] = p
		return nil
	})
	return err
}

func (ps *purses) put(at pocket, p escrow.Purse) { ps.all[at], ps.changed[at] = p, true }

// sell takes what an order needs of a restaurant's purses, all of it or nothing. sold is what it took, epoch from whose shares; nothing when
// there is a limit on nothing. It reports *ordering.Short.
func (ps *purses) sell(restaurant string, needs map[string]int64) (sold map[string]int64, epoch uint64, err error) {
	after, sold, left := map[pocket]escrow.Purse{}, map[string]int64{}, map[string]int64{}
	short := false
	for _, ingredient := range sortedKeys(needs) {
		at, n := pocket{restaurant, ingredient}, needs[ingredient]
		p, limited := ps.all[at]
		if !limited || n < 1 {
			continue
		}
		left[ingredient], epoch = p.Left(), p.Epoch
		switch next, err := p.Sell(ps.inc, n); {
		case problem.Is(err, problem.Unavailable):
			return nil, 0, err
		case err != nil:
			short = true
		default:
			after[at], sold[ingredient] = next, n
		}
	}
	if short {
		return nil, 0, &ordering.Short{Left: left}
	}
	for at, p := range after {
		ps.put(at, p)
	}
	return sold, epoch, nil
}

// queue writes what has changed.
func (ps *purses) queue(b *pgx.Batch) {
	if len(ps.changed) == 0 {
		return
	}
	var restaurants, ingredients []string
	var epochs, lent, sold, returned []int64
	for at := range ps.changed {
		p := ps.all[at]
		restaurants, ingredients = append(restaurants, at.restaurant), append(ingredients, at.ingredient)
		epochs, lent, sold, returned = append(epochs, bigint(p.Epoch)), append(lent, p.Lent), append(sold, p.Sold), append(returned, p.Returned)
	}
	b.Queue(`
		INSERT INTO stock_purses (restaurant, ingredient, epoch, lent, sold, returned)
		SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
		ON CONFLICT (restaurant, ingredient) DO UPDATE
			SET epoch = excluded.epoch, lent = excluded.lent, sold = excluded.sold, returned = excluded.returned`,
		restaurants, ingredients, epochs, lent, sold, returned)
}

// shareOf is the ingredient that a fact about shares speaks of.
func shareOf(body event.Body) (ingredient string, ok bool) {
	switch f := body.(type) {
	case escrow.Lent:
		return f.Ingredient, true
	case escrow.Recalled:
		return f.Ingredient, true
	}
	return "", false
}

// queueReadPurses reads the purses that new facts speak of. Whoever sells from them holds the links that this transaction has locked.
func (a *applying) queueReadPurses(b *pgx.Batch) {
	a.purses = purses{all: map[pocket]escrow.Purse{}, changed: map[pocket]bool{}}
	var restaurants, ingredients []string
	for _, f := range a.facts {
		if ingredient, ok := shareOf(f.body); ok {
			restaurants, ingredients = append(restaurants, f.edge), append(ingredients, plain(ingredient, mostSoldText))
		}
	}
	if len(restaurants) > 0 {
		b.Queue(`SELECT `+purseColumns+` WHERE (p.restaurant, p.ingredient) IN (SELECT * FROM unnest($1::text[], $2::text[]))`, restaurants, ingredients).
			Query(a.purses.read)
	}
}

// shared follows what a restaurant lends and asks back. A device that is gone lends nothing.
func (a *applying) shared(f *fact) error {
	if !a.until.IsZero() {
		return nil
	}
	ingredient, _ := shareOf(f.body)
	if ingredient == "" || ingredient != plain(ingredient, mostSoldText) {
		return problem.New(problem.Invalid, "bad_fact", "%q does not name an ingredient", plain(ingredient, mostSoldText))
	}
	at := pocket{f.edge, ingredient}
	p, known := a.purses.all[at]
	if !known {
		p = escrow.Purse{Ingredient: ingredient, Epoch: f.epoch}
	}
	switch b := f.body.(type) {
	case escrow.Lent:
		if b.Total < 0 || b.Total > mostLent {
			return problem.New(problem.Invalid, "bad_fact", "nobody can lend %d of %s", b.Total, ingredient)
		}
		if p.Epoch == b.Epoch { // else it was lent in an epoch that is over
			a.purses.put(at, p.Receive(b))
		}
	case escrow.Recalled:
		next, back, answers := p.Return(b)
		if !known || !answers {
			return nil
		}
		raw, err := event.Encode(back)
		if err != nil {
			return err
		}
		a.purses.put(at, next)
		a.told = append(a.told, told{f.edge, link.Command{ID: id.New(), Kind: back.Kind(), Body: raw}})
	}
	return nil
}

// Confirm says that the restaurant's own node was told to resume, and knew this incarnation of the database already when it asked: see
// escrow.Purse.Confirm.
func (s *Store) Confirm(ctx context.Context, edge, inc string) error {
	_, err := s.pool.Exec(ctx, `UPDATE edge_link SET life = $2 WHERE edge = $1 AND life <> $2 AND (`+incarnation+`) = $2`, plain(edge, MaxKey), inc)
	if err != nil {
		return fmt.Errorf("confirm the shares of %s: %w", edge, err)
	}
	return nil
}

// Unconfirmed reports whether a restaurant lends shares from which this incarnation sells nothing before Confirm.
func (s *Store) Unconfirmed(ctx context.Context, edge, inc string) (waits bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM stock_purses p JOIN edge_link l ON l.edge = p.restaurant WHERE p.restaurant = $1 AND l.life <> $2)`,
		plain(edge, MaxKey), inc).Scan(&waits)
	if err != nil {
		return false, fmt.Errorf("look whether the shares of %s are confirmed: %w", edge, err)
	}
	return waits, nil
}

// sale is an order that was sold from shares, and that its restaurant has not been offered yet.
type sale struct {
	restaurant string
	epoch      uint64
	sold       map[string]int64
}

// sales are those among the orders of a transaction.
type sales struct {
	purses
	open map[order.ID]sale
	over []string
}

// queueRead locks the links of orders that wait to be offered, then the purses they were sold from.
func (s *sales) queueRead(b *pgx.Batch, ids []string) {
	s.open = map[order.ID]sale{}
	b.Queue(`SELECT s.order_id::text, s.restaurant, s.epoch, s.sold, (`+incarnation+`) FROM stock_sales s JOIN edge_link l ON l.edge = s.restaurant
		WHERE s.order_id = ANY ($1::text[]::uuid[]) ORDER BY l.edge FOR SHARE OF l`, ids).Query(func(rows pgx.Rows) error {
		var oid string
		var one sale
		var raw []byte
		_, err := pgx.ForEachRow(rows, []any{&oid, &one.restaurant, &one.epoch, &raw, &s.inc}, func() error {
			one.sold = nil
			err := json.Unmarshal(raw, &one.sold)
			s.open[order.ID(oid)] = one
			return err
		})
		return err
	})
	b.Queue(`SELECT `+purseColumns+` WHERE (p.restaurant, p.ingredient) IN (
			SELECT s.restaurant, json_object_keys(s.sold) FROM stock_sales s WHERE s.order_id = ANY ($1::text[]::uuid[])
		) ORDER BY p.restaurant, p.ingredient FOR NO KEY UPDATE OF p`, ids).Query(s.read)
}

// settle draws the conclusions when an order leaves the intake: it is offered with the share it was sold from, or gives back what it took. When
// that share has ended meanwhile it is sold anew, or waits until as much is lent.
func (s *sales) settle(before order.Progress, next *ordering.Record) error {
	one, open := s.open[next.Order.ID]
	if !open || before.Intake != order.Created || next.Progress.Intake == order.Created {
		return nil
	}
	if next.Progress.Intake == order.Validated {
		sold, epoch, err := s.offered(one)
		if err != nil {
			return err
		}
		next.SoldFrom(epoch, sold)
	} else {
		for ingredient, n := range one.sold {
			at := pocket{one.restaurant, ingredient}
			if p, limited := s.all[at]; limited {
				s.put(at, p.GiveBack(one.epoch, n))
			}
		}
	}
	delete(s.open, next.Order.ID)
	s.over = append(s.over, string(next.Order.ID))
	return nil
}

// offered is from which share an order is offered.
func (s *sales) offered(one sale) (sold map[string]int64, epoch uint64, err error) {
	for ingredient := range one.sold {
		p, limited := s.all[pocket{one.restaurant, ingredient}]
		if limited && p.Life != s.inc {
			return nil, 0, unlent()
		}
		if !limited || p.Epoch != one.epoch {
			sold, epoch, err = s.sell(one.restaurant, one.sold)
			if err != nil {
				return nil, 0, unlent()
			}
			return sold, epoch, nil
		}
	}
	return one.sold, one.epoch, nil
}

// unlent is why an order is not offered yet.
func unlent() error {
	return problem.New(problem.Conflict, "sold_out", "the restaurant has begun anew since the order was sold: it waits until as much is lent again").
		With("waits", true)
}

func isUnlent(err error) bool {
	p := problem.Of(err)
	return p != nil && p.Facts["waits"] == true
}

func (s *sales) queue(b *pgx.Batch) {
	s.purses.queue(b)
	if len(s.over) > 0 {
		b.Queue(`DELETE FROM stock_sales WHERE order_id = ANY ($1::text[]::uuid[])`, s.over)
	}
}

// errLimited says that there are limits on what an order needs: it has to be placed with those in hand.
var errLimited = errors.New("the restaurant has lent shares")

// limited places orders of restaurants that lend shares: see commitLimited.
type limited struct {
	jobs   []*placing // that are placed, and not known
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
