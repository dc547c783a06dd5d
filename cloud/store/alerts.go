package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// alert is one change of an alert: raised, or cleared at an instant.
type alert struct {
	restaurant string
	event.AlertRaised
	detail  string
	cleared *time.Time
	settled bool // all that was not understood about Order is over: its restaurant has said how it stands
}

func raised(edge string, b event.AlertRaised) alert { return alert{restaurant: edge, AlertRaised: b} }

func cleared(edge string, b event.AlertCleared) alert {
	return alert{restaurant: edge, AlertRaised: event.AlertRaised{Alert: b.Alert, Device: b.Device}, cleared: &b.At}
}

// heard is when what the cloud says by itself was found.
func (x alert) heard() time.Time {
	if x.cleared != nil {
		return *x.cleared
	}
	return x.Since
}

// settled ends what was raised because something about an order was not understood, or did not reach its restaurant.
func settled(edge string, oid order.ID) alert {
	return alert{restaurant: edge, AlertRaised: event.AlertRaised{Order: oid}, settled: true}
}

// what reports whether x raises this alert about this order.
func (x alert) what(name, edge string, oid order.ID) bool {
	return x.What == name && x.restaurant == edge && x.Order == oid && x.cleared == nil && !x.settled
}

// poison is the alert about an event that could not be projected.
func poison(f *fact) alert {
	return alert{restaurant: f.edge, detail: f.problem, AlertRaised: event.AlertRaised{
		Alert: fmt.Sprintf("event/%d/%d", f.epoch, f.Seq), Device: "cloud", What: restaurant.Unprojectable, Level: "critical", Order: f.about, Since: f.At,
	}}
}

// queueAlerts writes alerts one by one: they are rare, and the same one may come and go within a batch.
func (a *applying) queueAlerts(b *pgx.Batch) {
	for _, x := range a.alerts {
		queueAlert(b, x, a.now)
	}
}

func queueAlert(b *pgx.Batch, x alert, now time.Time) {
	id, device := plain(x.Alert, 200), plain(x.Device, 200)
	switch {
	case x.settled:
		b.Queue(`UPDATE alerts SET cleared = $3 WHERE restaurant = $1 AND order_id = $2 AND what = ANY ($4::text[]) AND cleared IS NULL`,
			x.restaurant, plain(string(x.Order), 200), now, []string{restaurant.Unprojectable, restaurant.Unbrought})
	case x.cleared != nil:
		b.Queue(`UPDATE alerts SET cleared = $3, heard = $4 WHERE restaurant = $1 AND alert = $2 AND cleared IS NULL`, x.restaurant, id, *x.cleared, now)
	default:
		since := x.Since
		if clock.Ahead(since, now) {
			since = now // not a clock to believe
		}
		b.Queue(`
			INSERT INTO alerts (restaurant, alert, device, what, level, order_id, detail, since, heard) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (restaurant, alert) DO UPDATE SET device = excluded.device, what = excluded.what, level = excluded.level,
				order_id = excluded.order_id, detail = excluded.detail, since = excluded.since, heard = excluded.heard, cleared = NULL`,
			x.restaurant, id, device, plain(x.What, 100), plain(x.Level, 100), plain(string(x.Order), 200), plain(x.detail, 500), since, now)
	}
}

// OpenAlerts are the alerts of a restaurant (empty: of all) that are not cleared, oldest first, at most 1000.
func (s *Store) OpenAlerts(ctx context.Context, rid string) ([]restaurant.Alert, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT restaurant, alert, device, what, level, order_id, detail, since, heard FROM alerts
		WHERE cleared IS NULL AND ($1 = '' OR restaurant = $1) ORDER BY heard, alert LIMIT 1000`, rid)
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[restaurant.Alert])
}

// SetAside is how much nobody has looked at yet: batches that fenced nodes sent and open orders of theirs that wait to be brought, by
// restaurant, and what phones sent and nobody could believe.
func (s *Store) SetAside(ctx context.Context) (restaurant.SetAside, error) {
	out := restaurant.SetAside{Batches: map[string]int{}}
	if err := s.pool.QueryRow(ctx, `SELECT count(*) FROM dead_letters`).Scan(&out.Letters); err != nil {
		return out, fmt.Errorf("count dead letters: %w", err)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT edge, count(*) FROM (
			SELECT edge FROM edge_quarantine UNION ALL SELECT w.edge FROM edge_owed w JOIN orders o ON o.id = w.order_id AND o.open
		) q GROUP BY edge`)
	if err != nil {
		return out, fmt.Errorf("count batches in quarantine: %w", err)
	}
	var edge string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&edge, &n}, func() error { out.Batches[edge] = n; return nil }); err != nil {
		return out, fmt.Errorf("count batches in quarantine: %w", err)
	}
	return out, nil
}

// ClearAlert ends an alert by hand.
func (s *Store) ClearAlert(ctx context.Context, restaurant, alert string) error {
	err := s.noting(ctx, func(q doer) error {
		_, err := q.Exec(ctx, `UPDATE alerts SET cleared = $3 WHERE restaurant = $1 AND alert = $2 AND cleared IS NULL`, restaurant, alert, s.now())
		return err
	})
	if err != nil {
		return fmt.Errorf("clear alert: %w", err)
	}
	return nil
}
