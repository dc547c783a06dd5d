package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	// numbersOf is how many of a restaurant's last orders are looked at for the ticket numbers of its latest business days.
	numbersOf = 5000
	// numbersAge is how old a number may be to count.
	numbersAge = 3 * day
	// heldFor is how long before it ended an order can have been placed that a kitchen still shows.
	heldFor = 14 * day
)

// Standings are how a restaurant's orders stand here, in the order of their ids after a given one, at most limit: the open ones, and
// those that have ended and of which the kitchen spoke after the last event that is known to the life of the node which began the epoch: it
// may have ended them otherwise. So may it have those of which it said what could not be followed: they are named as unsettled, and by their ids
// alone if they are not here at all (OrderStanding.Stranger). After means the places of events; no clock decides. numbers are the last ticket
// numbers heard of, by business day; they may be too high, never too low. What a device that is gone has brought and not finished telling of is left out: part brings it, once. All of it is
// of one instant. It reports NotFound "no_such_restaurant".
func (s *Store) Standings(ctx context.Context, edge, after string, limit int) (orders []event.OrderStanding, numbers map[string]int, more bool, err error) {
	opts := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	if after != "" && !id.Valid(after) {
		return nil, nil, false, problem.New(problem.Invalid, "bad_cursor", "%q does not name an order", after)
	}
	err = pgx.BeginTxFunc(ctx, s.pool, opts, func(tx pgx.Tx) error {
		house, err := houseOf(ctx, tx, edge)
		if err != nil {
			return err
		}
		records, err := standing(ctx, tx, edge, after, limit+1)
		if err != nil {
			return err
		}
		unsettled, err := unsettled(ctx, tx, edge)
		if err != nil {
			return err
		}
		if orders, err = strangers(ctx, tx, edge, after, limit+1); err != nil {
			return err
		}
		days := dayOf(house.Location())
		for i := range records {
			s := records[i].Stands(days)
			s.Unsettled = unsettled[s.Order.ID]
			orders = append(orders, s)
		}
		slices.SortFunc(orders, func(x, y event.OrderStanding) int { return cmp.Compare(x.Order.ID, y.Order.ID) })
		if more = len(orders) > limit; more {
			orders = orders[:limit]
		}
		numbers, err = lastNumbers(ctx, tx, edge, days, s.now())
		return err
	})
	if err != nil {
		return nil, nil, false, fmt.Errorf("read how the orders of %s stand: %w", edge, err)
	}
	return orders, numbers, more, nil
}

func houseOf(ctx context.Context, tx pgx.Tx, edge string) (restaurant.Restaurant, error) {
	rows, err := tx.Query(ctx, `SELECT `+restaurantColumns+` WHERE r.id = $1`, plain(edge, MaxKey))
	if err != nil {
		return restaurant.Restaurant{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRestaurant)
	if isNone(err) {
		err = noRestaurant(edge)
	}
	return r, err
}

// alertsOrder is the order an alert is about, as an id that the key of orders finds; NULL when it is none.
const alertsOrder = `CASE WHEN a.order_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN a.order_id::uuid END`

// standing reads the orders, as far as they are the kitchen's: what was not validated yet, or withdrawn before, is not.
func standing(ctx context.Context, tx pgx.Tx, edge, after string, limit int) ([]ordering.Record, error) {
	rows, err := tx.Query(ctx, `
		WITH known AS (
			SELECT b.epoch, b.seq, b.until FROM edge_link l JOIN edge_boots b ON b.edge = l.edge AND b.boot = l.boot WHERE l.edge = $1 AND b.until IS NOT NULL
		), told AS MATERIALIZED (
			SELECT DISTINCT e.order_id FROM known k JOIN edge_events e ON e.edge = $1 AND (e.epoch, e.seq) > (k.epoch, k.seq)
		)
		SELECT `+recordColumns+` FROM orders WHERE id IN (
			SELECT o.id FROM orders o WHERE o.restaurant = $1 AND o.open AND NOT EXISTS (
				SELECT FROM edge_owed w WHERE w.edge = $1 AND w.order_id = o.id AND w.as_of = (o.state ->> 'as_of')::timestamptz)
			UNION SELECT o.id FROM alerts a JOIN orders o ON o.id = `+alertsOrder+` AND o.restaurant = $1
				WHERE a.restaurant = $1 AND a.cleared IS NULL AND a.what = $5 AND a.order_id <> ''
			UNION SELECT o.id FROM known k JOIN orders o ON o.restaurant = $1 AND NOT o.open
				AND o.placed_at BETWEEN k.until - $4::interval AND k.until + '1 hour'::interval WHERE o.id::text IN (SELECT order_id FROM told)
		) AND state->>'intake' = 'validated' AND ($2 = '' OR id > nullif($2, '')::uuid) ORDER BY id LIMIT $3`, edge, after, limit, heldFor, restaurant.Unprojectable)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPlain)
}

// strangers are orders of which a restaurant said something, and which are not here: a database that went back has forgotten them, and they may have
// ended since. They are named by their ids alone.
func strangers(ctx context.Context, tx pgx.Tx, edge, after string, limit int) ([]event.OrderStanding, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT order_id FROM alerts a WHERE restaurant = $1 AND cleared IS NULL AND what = $2 AND order_id <> ''
		AND order_id > $3 AND NOT EXISTS (SELECT FROM orders o WHERE o.id = `+alertsOrder+`) ORDER BY order_id LIMIT $4`, edge, restaurant.Unprojectable, after, limit)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s event.OrderStanding, err error) {
		s.Unsettled, s.Order.Restaurant = true, edge
		return s, row.Scan(&s.Order.ID)
	})
	return slices.DeleteFunc(all, func(s event.OrderStanding) bool { return !id.Valid(string(s.Order.ID)) }), err
}

// unsettled are the orders of which a restaurant said something that could not be followed, and not yet how they stand since.
func unsettled(ctx context.Context, tx pgx.Tx, edge string) (map[order.ID]bool, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT order_id FROM alerts WHERE restaurant = $1 AND cleared IS NULL AND what = $2 AND order_id <> ''`,
		edge, restaurant.Unprojectable)
	if err != nil {
		return nil, err
	}
	all := map[order.ID]bool{}
	var of order.ID
	_, err = pgx.ForEachRow(rows, []any{&of}, func() error { all[of] = true; return nil })
	return all, err
}

// dayOf says on which business days a number may have been given at an instant, by a restaurant whose day starts at an hour that the
// cloud does not know: the date there, and before noon the one before as well.
func dayOf(zone *time.Location) func(time.Time) []string {
	return func(at time.Time) []string {
		local := at.In(zone)
		days := []string{local.Format(time.DateOnly)}
		if local.Hour() < 12 {
			days = append(days, time.Date(local.Year(), local.Month(), local.Day()-1, 12, 0, 0, 0, time.UTC).Format(time.DateOnly))
		}
		return days
	}
}

func lastNumbers(ctx context.Context, tx pgx.Tx, edge string, days func(time.Time) []string, now time.Time) (map[string]int, error) {
	rows, err := tx.Query(ctx, `SELECT state FROM orders WHERE restaurant = $1 ORDER BY arrival DESC LIMIT $2`, edge, numbersOf)
	if err != nil {
		return nil, err
	}
	last := map[string]int{}
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&raw}, func() error {
		var st struct {
			Number int             `json:"number"`
			Steps  []ordering.Step `json:"steps"`
		}
		if err := json.Unmarshal(raw, &st); err != nil || st.Number == 0 {
			return err
		}
		at := slices.IndexFunc(st.Steps, func(s ordering.Step) bool { return s.Status == order.StatusQueued })
		if at < 0 || now.Sub(st.Steps[at].At) > numbersAge {
			return nil
		}
		for _, d := range days(st.Steps[at].At) {
			last[d] = max(last[d], st.Number)
		}
		return nil
	})
	return last, err
}
