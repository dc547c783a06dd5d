package store

import (
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/shared/event"
)

// mostPause is how long a restaurant's word that it takes no web orders can count: its clock may be wrong.
const mostPause = 24 * time.Hour

// intake is what a restaurant says of its web orders: paused, or nil when they are taken again.
type intake struct {
	restaurant string
	paused     *event.IntakePaused
}

// heardIntake takes note of what a restaurant says of its web orders. What a device that is gone said once is no news.
func (a *applying) heardIntake(edge string, paused *event.IntakePaused) {
	if a.until.IsZero() {
		a.intakes = append(a.intakes, intake{edge, paused})
	}
}

func (a *applying) queueIntakes(b *pgx.Batch) {
	for _, i := range a.intakes {
		p := i.paused
		if p == nil {
			b.Queue(`DELETE FROM intakes WHERE restaurant = $1`, i.restaurant)
			continue
		}
		since, until := p.Since, p.Until
		if latest := a.now.Add(mostPause); until.After(latest) {
			until = latest
		}
		if since.After(a.now) {
			since = a.now
		}
		b.Queue(`INSERT INTO intakes (restaurant, since, until, who, reason, heard) SELECT id, $2, $3, $4, $5, $6 FROM restaurants WHERE id = $1
			ON CONFLICT (restaurant) DO UPDATE SET since = excluded.since, until = excluded.until, who = excluded.who, reason = excluded.reason,
				heard = excluded.heard`, i.restaurant, since, until, plain(p.By, 100), plain(p.Reason, 500), a.now)
	}
}
