package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// queueOwed takes note of the orders that came with a device which is gone: the restaurant's present node has not heard of them.
func (a *applying) queueOwed(b *pgx.Batch, edge, device string) {
	if len(a.newcomers) == 0 {
		return
	}
	var orders []string
	for _, oid := range sortedKeys(a.newcomers) {
		orders = append(orders, string(oid))
	}
	b.Queue(`
		INSERT INTO edge_owed (edge, device, order_id, as_of) SELECT $1, $2, unnest($3::text[]::uuid[]), $4 ON CONFLICT DO NOTHING`,
		edge, device, orders, a.until)
}

// parting is what becomes of the orders that came with a device which is gone.
type parting struct {
	edge, device string
	anyway       bool // a person does not wait for the device's word that this was all
	now          time.Time

	owed   map[order.ID]time.Time // as of when each came
	orders []string               // those, oldest first
	over   []string               // those that need not be brought any more
	house  restaurant.Restaurant
	given  map[string]bool
	news   []told
	alerts []alert
}

// part brings the restaurant the orders of a device that is gone which are still open, once nothing of it is left to judge and it has said that
// this was all, or a person says so (anyway). Before that, what comes next might be that they were handed over. Each is brought once. It is
// called after whatever may have been the last that was waited for, and says how many were brought and how many wait.
func (s *Store) part(ctx context.Context, edge, device string, anyway bool) (brought, waiting int, err error) {
	edge, device = plain(edge, MaxKey), plain(device, 128)
	var owes bool
	if err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM edge_owed WHERE edge = $1 AND device = $2)`, edge, device).Scan(&owes); err != nil {
		return 0, 0, fmt.Errorf("look for orders of a device of %s: %w", edge, err)
	}
	if !owes {
		return 0, 0, nil
	}
	var p *parting
	err = again(func() error {
		return s.inOne(ctx, func(tx pgx.Tx) error {
			p = &parting{edge: edge, device: device, anyway: anyway, now: s.now()}
			err := p.bring(ctx, tx)
			acts.Of(ctx).Say("brought", "", strconv.Itoa(len(p.news)))
			return err
		})
	})
	if err != nil {
		return 0, 0, fmt.Errorf("bring %s the orders of a device that is gone: %w", edge, err)
	}
	s.publish(nil, p.news)
	for _, x := range p.alerts {
		s.cfg.Log.ErrorContext(ctx, "an order is too large to be brought", "restaurant", edge, "order", x.Order)
	}
	return len(p.news), len(p.orders) - len(p.over), nil
}

func (p *parting) bring(ctx context.Context, tx pgx.Tx) error {
	if _, _, err := lockLink(ctx, tx, p.edge); err != nil {
		return err
	}
	complete, err := p.read(ctx, tx)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, lockOrders, p.orders)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return err
	}
	for _, row := range found {
		if err := p.judge(row.Record, complete); err != nil {
			return err
		}
	}
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM edge_owed WHERE edge = $1 AND device = $2 AND order_id = ANY ($3::text[]::uuid[])`, p.edge, p.device, p.over)
	for _, x := range p.alerts {
		queueAlert(b, x, p.now)
	}
	queueCommands(b, p.news)
	return tx.SendBatch(ctx, b).Close()
}

// read finds what is owed, which of it was brought before, and whether all of the device is here and judged.
func (p *parting) read(ctx context.Context, tx pgx.Tx) (complete bool, err error) {
	p.owed, p.given = map[order.ID]time.Time{}, map[string]bool{}
	b := &pgx.Batch{}
	b.Queue(`SELECT order_id::text, as_of FROM edge_owed WHERE edge = $1 AND device = $2 ORDER BY order_id`, p.edge, p.device).Query(func(rows pgx.Rows) error {
		var oid string
		var asOf time.Time
		_, err := pgx.ForEachRow(rows, []any{&oid, &asOf}, func() error {
			p.owed[order.ID(oid)], p.orders = asOf, append(p.orders, oid)
			return nil
		})
		return err
	})
	b.Queue(`SELECT `+restaurantColumns+` WHERE r.id = $1`, p.edge).Query(func(rows pgx.Rows) (err error) {
		p.house, err = pgx.CollectExactlyOneRow(rows, scanRestaurant)
		return err
	})
	b.Queue(`
		SELECT order_id FROM edge_commands WHERE edge = $1 AND kind = $2
			AND order_id IN (SELECT order_id::text FROM edge_owed WHERE edge = $1 AND device = $3)`, p.edge, event.OrderRecovered{}.Kind(), p.device).
		Query(func(rows pgx.Rows) error {
			found, err := pgx.CollectRows(rows, pgx.RowTo[string])
			for _, oid := range found {
				p.given[oid] = true
			}
			return err
		})
	b.Queue(`
		SELECT EXISTS (SELECT FROM devices d WHERE d.restaurant = $1 AND d.public_key = $2 AND `+allHere+` IS NOT NULL)
			AND NOT EXISTS (SELECT FROM edge_quarantine WHERE edge = $1 AND device = $2)`, p.edge, p.device).
		QueryRow(func(row pgx.Row) error { return row.Scan(&complete) })
	return complete, tx.SendBatch(ctx, b).Close()
}

// judge brings an order, lets it wait, or finds that it need not be brought: it has ended, the node has it, or has spoken of it, or the
// device never accepted it.
func (p *parting) judge(r ordering.Record, complete bool) error {
	oid, accepted := string(r.Order.ID), r.Progress.Intake == order.Validated
	if r.Status().Terminal() || p.given[oid] || !r.KitchenAsOf.Equal(p.owed[r.Order.ID]) || complete && !accepted {
		p.over = append(p.over, oid)
		return nil
	}
	if !accepted || !complete && !p.anyway {
		return nil
	}
	p.over = append(p.over, oid)
	r.Tell(event.OrderRecovered(r.Stands(dayOf(p.house.Location()))))
	news, err := tellsOf(&r)
	if problem.Is(err, problem.Invalid) {
		p.alerts = append(p.alerts, unbrought(p.edge, r.Order.ID, p.now))
		return nil
	}
	p.news = append(p.news, news...)
	return err
}

// unbrought is the alert about an order that no command can carry.
func unbrought(edge string, oid order.ID, now time.Time) alert {
	return alert{
		restaurant: edge, detail: "the order is too large for a command, and on no screen of the restaurant: call the kitchen and say what is in it, or cancel it",
		AlertRaised: event.AlertRaised{Alert: "unbrought/" + string(oid), Device: "cloud", What: restaurant.Unbrought, Level: "critical", Order: oid, Since: now},
	}
}
