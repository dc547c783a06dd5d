package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/shared/event"
)

// alert is one change of an alert: raised, or cleared at an instant.
type alert struct {
	restaurant string
	event.AlertRaised
	detail  string
	cleared *time.Time
}

func raised(edge string, b event.AlertRaised) alert { return alert{restaurant: edge, AlertRaised: b} }

func cleared(edge string, b event.AlertCleared) alert {
	return alert{restaurant: edge, AlertRaised: event.AlertRaised{Alert: b.Alert, Device: b.Device}, cleared: &b.At}
}

// poison is the alert about an event that could not be projected.
func poison(f *fact) alert {
	return alert{restaurant: f.edge, detail: f.problem, AlertRaised: event.AlertRaised{
		Alert: fmt.Sprintf("event/%d/%d", f.epoch, f.Seq), Device: "cloud", What: "unprojectable_event", Level: "critical", Order: f.about, Since: f.At,
	}}
}

// queueAlerts writes alerts one by one: they are rare, and the same one may come and go within a batch.
func (a *applying) queueAlerts(b *pgx.Batch) {
	for _, x := range a.alerts {
		id, device := plain(x.Alert, 200), plain(x.Device, 200)
		if x.cleared != nil {
			b.Queue(`UPDATE alerts SET cleared = $3, heard = $4 WHERE restaurant = $1 AND alert = $2 AND cleared IS NULL`, x.restaurant, id, *x.cleared, a.now)
			continue
		}
		b.Queue(`
			INSERT INTO alerts (restaurant, alert, device, what, level, order_id, detail, since, heard) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (restaurant, alert) DO UPDATE SET device = excluded.device, what = excluded.what, level = excluded.level,
				order_id = excluded.order_id, detail = excluded.detail, since = excluded.since, heard = excluded.heard, cleared = NULL`,
			x.restaurant, id, device, plain(x.What, 100), plain(x.Level, 100), plain(string(x.Order), 200), plain(x.detail, 500), x.Since, a.now)
	}
}

// Alert is something in a restaurant that needs a person. What "unprojectable_event" is the cloud's own: Detail says what was wrong.
type Alert struct {
	Restaurant string    `json:"restaurant_id"`
	Alert      string    `json:"alert"`
	Device     string    `json:"device"`
	What       string    `json:"what"`
	Level      string    `json:"level"`
	Order      string    `json:"order_id,omitempty"`
	Detail     string    `json:"detail,omitempty"`
	Since      time.Time `json:"since"` // by the restaurant's clock
	Heard      time.Time `json:"heard"` // by ours
}

// OpenAlerts are the alerts of a restaurant (empty: of all) that are not cleared, oldest first, at most 1000.
func (s *Store) OpenAlerts(ctx context.Context, restaurant string) ([]Alert, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT restaurant, alert, device, what, level, order_id, detail, since, heard FROM alerts
		WHERE cleared IS NULL AND ($1 = '' OR restaurant = $1) ORDER BY heard, alert LIMIT 1000`, restaurant)
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Alert])
}

// ClearAlert ends an alert by hand.
func (s *Store) ClearAlert(ctx context.Context, restaurant, alert string) error {
	if _, err := s.pool.Exec(ctx, `UPDATE alerts SET cleared = $3 WHERE restaurant = $1 AND alert = $2 AND cleared IS NULL`, restaurant, alert, s.now()); err != nil {
		return fmt.Errorf("clear alert: %w", err)
	}
	return nil
}
