package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
)

// fading is what is left of all older drives with each that comes: the last two hundred or so count.
const fading = 0.995

// SaveDrives adds drives to the paces of their corners and hours. One that is in there already changes nothing: every core hears of each.
func (s *Store) SaveDrives(ctx context.Context, all []dispatch.Drive) error {
	all = slices.Clone(all)
	slices.SortFunc(all, inTurn)
	if err := again(func() error { return s.pool.SendBatch(ctx, saving(all)).Close() }); err != nil {
		return fmt.Errorf("keep %d drives: %w", len(all), err)
	}
	return nil
}

// inTurn is the order in which every core locks the rows of paces: two that keep drives at the same time wait for each other, and never both.
func inTurn(x, y dispatch.Drive) int {
	a, b := dispatch.CornerOf(x.From), dispatch.CornerOf(y.From)
	return cmp.Or(cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon), cmp.Compare(x.Left.UTC().Hour(), y.Left.UTC().Hour()), cmp.Compare(x.Order, y.Order))
}

func saving(all []dispatch.Drive) *pgx.Batch {
	b := &pgx.Batch{}
	for _, d := range all {
		at := dispatch.CornerOf(d.From)
		b.Queue(`
			WITH fresh AS (INSERT INTO drives (order_id) VALUES ($1::text::uuid) ON CONFLICT DO NOTHING RETURNING order_id)
			INSERT INTO paces AS p (lat, lon, hour, drives, reckoned, took)
			SELECT $2, $3, $4, 1, $5, $6 FROM fresh
			ON CONFLICT (lat, lon, hour) DO UPDATE SET drives = p.drives * $7 + 1, reckoned = p.reckoned * $7 + excluded.reckoned,
				took = p.took * $7 + excluded.took, changed = now()`,
			string(d.Order), at.Lat, at.Lon, d.Left.UTC().Hour(), d.Reckoned.Seconds(), d.Took.Seconds(), fading)
	}
	return b
}

// Paces is how fast drivers were, wherever one has driven in the last half year.
func (s *Store) Paces(ctx context.Context) ([]dispatch.Pace, error) {
	rows, err := s.pool.Query(ctx, `SELECT lat, lon, hour, reckoned, took FROM paces WHERE changed > $1`, s.now().Add(-180*day).UTC())
	if err != nil {
		return nil, fmt.Errorf("read paces: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p dispatch.Pace, err error) {
		err = row.Scan(&p.Lat, &p.Lon, &p.Hour, &p.Reckoned, &p.Took)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("read paces: %w", err)
	}
	return all, nil
}

// keepDrives is for how long an order's drive is known as one that counts already: nobody tells of it later.
const keepDrives = 2 * 24 * time.Hour

// DriveOf is what can be learned of an order that has just been delivered: ok is false when it teaches nothing.
func (s *Store) DriveOf(ctx context.Context, r *ordering.Record, t dispatch.Travel) (d dispatch.Drive, ok bool) {
	if r.Status() != order.StatusDelivered || r.Driver == nil || r.Driver.ByHand || r.Driver.Stop > 0 || !r.Order.Address.Located() {
		return d, false
	}
	c, err := s.card(ctx, r.Order.Restaurant)
	if err != nil {
		return d, false // another drive will teach it
	}
	by, err := s.Driver(ctx, r.Driver.ID)
	if err != nil {
		return d, false // nobody knows how fast a company's courier is
	}
	var left, door time.Time
	for _, step := range r.Steps {
		switch step.Status {
		case order.StatusOutForDelivery:
			left = step.At
		case order.StatusDelivered:
			door = step.At
		}
	}
	o := road.Delivery(r, dispatch.Point{Lat: c.row.Latitude, Lon: c.row.Longitude})
	return dispatch.DriveOf(&o, &by, left, door, t), !left.IsZero() && !door.IsZero()
}
