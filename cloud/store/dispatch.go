package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
)

// rereadHouses is how old the restaurants of a snapshot may be.
const rereadHouses = 10 * time.Second

// Dispatch is the store as dispatch uses it: it remembers what it has read of orders that have not changed since. Only one goroutine may
// take snapshots.
type Dispatch struct {
	*Store
	orders map[order.ID]seen
	houses map[string]dispatch.Point
	asOf   time.Time
	demand demand
}

type seen struct {
	version int
	dispatch.Order
}

// ForDispatch is the store for one dispatcher.
func (s *Store) ForDispatch() *Dispatch { return &Dispatch{Store: s, orders: map[order.ID]seen{}} }

// Houses are all restaurants, by id.
func (d *Dispatch) Houses(ctx context.Context, now time.Time) ([]dispatch.Restaurant, error) {
	if err := d.readHouses(ctx, now); err != nil {
		return nil, err
	}
	out := make([]dispatch.Restaurant, 0, len(d.houses))
	for _, rid := range sortedKeys(d.houses) {
		out = append(out, dispatch.Restaurant{ID: rid, Position: d.houses[rid]})
	}
	return out, nil
}

// DispatchSnapshot is every delivery of some restaurants that has not ended, and every driver who is on shift for one of them or for all, or
// has one of the deliveries in the bag, as of one instant.
func (d *Dispatch) DispatchSnapshot(ctx context.Context, now time.Time, restaurants []string) (dispatch.Snapshot, error) {
	out := dispatch.Snapshot{Now: now, Base: base(d.Incarnation())}
	if err := d.readHouses(ctx, now); err != nil {
		return out, err
	}
	for _, rid := range restaurants {
		if at, known := d.houses[rid]; known {
			out.Restaurants = append(out.Restaurants, dispatch.Restaurant{ID: rid, Position: at})
		}
	}
	err := pgx.BeginTxFunc(ctx, d.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		if err = tx.QueryRow(ctx, revision).Scan(&out.Rev); err != nil {
			return err
		}
		if out.Orders, err = d.undelivered(ctx, tx, restaurants); err != nil {
			return err
		}
		past, err := askedFor(ctx, tx, out.Orders)
		if err != nil {
			return err
		}
		if err = preferred(ctx, tx, out.Orders); err != nil {
			return err
		}
		if err = doubt(ctx, tx, restaurants, out.Orders); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+driverColumns+fromDrivers+`
			WHERE d.status <> 'offline' AND (d.home = '' OR d.home = ANY ($1))
				OR d.id IN (SELECT driver FROM orders WHERE driver IS NOT NULL AND open AND restaurant = ANY ($1)) ORDER BY d.id`, restaurants)
		if err != nil {
			return err
		}
		if out.Drivers, err = pgx.CollectRows(rows, scanDriver); err != nil {
			return err
		}
		out.LetRest(past)
		if out.Last, err = planned(ctx, tx, out.Drivers); err != nil {
			return err
		}
		out.Placings, err = d.ordered(ctx, tx, now, restaurants)
		return err
	})
	if err != nil {
		return dispatch.Snapshot{}, fmt.Errorf("read deliveries: %w", err)
	}
	return out, nil
}

// revision is how many transactions of the database's history a snapshot sees ended. It counts without a clock, the same for every core.
const revision = `SELECT pg_snapshot_xmax(s)::text::bigint - (SELECT count(*) FROM pg_snapshot_xip(s)) FROM pg_current_snapshot() s`

// base is an incarnation as it is told to whoever only has to know whether it is the same one.
func base(incarnation string) string {
	sum := sha256.Sum256([]byte(incarnation))
	return hex.EncodeToString(sum[:6])
}

func (d *Dispatch) readHouses(ctx context.Context, now time.Time) error {
	if d.houses != nil && now.Sub(d.asOf).Abs() < rereadHouses {
		return nil
	}
	all, err := d.Restaurants(ctx)
	if err != nil {
		return err
	}
	d.houses, d.asOf = make(map[string]dispatch.Point, len(all)), now
	for _, r := range all {
		d.houses[r.ID] = dispatch.Point{Lat: r.Latitude, Lon: r.Longitude}
	}
	return nil
}

// undelivered reads which orders there are, and in full only those that have changed.
func (d *Dispatch) undelivered(ctx context.Context, tx pgx.Tx, restaurants []string) ([]dispatch.Order, error) {
	rows, err := tx.Query(ctx, `SELECT id::text, version FROM orders WHERE open AND delivers AND restaurant = ANY ($1) ORDER BY arrival`, restaurants)
	if err != nil {
		return nil, err
	}
	var (
		oid     order.ID
		version int
		ids     []order.ID
		changed []string
		keep    = make(map[order.ID]seen, len(d.orders))
	)
	_, err = pgx.ForEachRow(rows, []any{&oid, &version}, func() error {
		ids = append(ids, oid)
		if old, ok := d.orders[oid]; ok && old.version == version {
			keep[oid] = old
		} else {
			changed = append(changed, string(oid))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := d.readChanged(ctx, tx, changed, keep); err != nil {
		return nil, err
	}
	d.orders = keep
	out := make([]dispatch.Order, len(ids))
	for i, oid := range ids {
		out[i] = keep[oid].Order
		out[i].Pickup = d.houses[out[i].Restaurant]
	}
	return out, nil
}

func (d *Dispatch) readChanged(ctx context.Context, tx pgx.Tx, changed []string, into map[order.ID]seen) error {
	if len(changed) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT `+recordColumns+` FROM orders WHERE id = ANY ($1::text[]::uuid[])`, changed)
	if err != nil {
		return err
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return err
	}
	for _, r := range records {
		into[r.Order.ID] = seen{r.Version, road.Delivery(&r.Record, dispatch.Point{})}
	}
	return nil
}

// askedFor fills in who is asked for which order, and returns the offers that are over. Offers are found by their order, so what was offered for
// orders that have ended costs nothing, however much it is.
func askedFor(ctx context.Context, tx pgx.Tx, orders []dispatch.Order) (past map[order.ID][]dispatch.Offer, err error) {
	ids := make([]string, len(orders))
	for i := range orders {
		ids[i] = string(orders[i].ID)
	}
	rows, err := tx.Query(ctx, `SELECT `+offerColumns+` FROM offers f WHERE f.order_id = ANY ($1::text[]::uuid[]) ORDER BY f.created`, ids)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (dispatch.Offer, error) { return scanOffer(row) })
	if err != nil {
		return nil, err
	}
	past = map[order.ID][]dispatch.Offer{}
	open, why := map[order.ID]string{}, map[order.ID]map[string][]dispatch.Reason{}
	for _, f := range all {
		if f.Over() {
			past[f.Order] = append(past[f.Order], f)
		} else {
			open[f.Order] = f.Driver
		}
		if !f.Over() || f.State == dispatch.Accepted {
			if why[f.Order] == nil {
				why[f.Order] = map[string][]dispatch.Reason{}
			}
			why[f.Order][f.Driver] = f.Because
		}
	}
	for i := range orders {
		if orders[i].Courier != "" {
			open[orders[i].ID] = orders[i].Courier // nobody else is asked meanwhile
		}
		orders[i].Why = why[orders[i].ID][cmp.Or(orders[i].Driver, open[orders[i].ID])]
		orders[i].Offered = open[orders[i].ID]
	}
	return past, nil
}
