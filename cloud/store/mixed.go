package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/dispatch"
)

// rereadMix is how old what is known of who drives for a restaurant may be: a promise does not become another one with each driver who comes or goes.
const rereadMix = 30 * time.Second

// mixes are the speeds at which restaurants' orders are brought now.
type mixes struct {
	mu  sync.Mutex
	all map[string]mix
}

type mix struct {
	kmh  float64
	read time.Time
}

// mixOf is the speed of the drivers who are on shift for a restaurant now: its own, and those for all who are near it. Whom nobody has heard of lately
// does not count. It is for restaurants that there are.
func (s *Store) mixOf(ctx context.Context, rid string, house dispatch.Point, now time.Time) (kmh float64, err error) {
	s.mixes.mu.Lock()
	known, ok := s.mixes.all[rid]
	s.mixes.mu.Unlock()
	if ok && now.Sub(known.read).Abs() < rereadMix {
		return known.kmh, nil
	}
	rows, err := s.pool.Query(ctx, `
		SELECT d.id, d.vehicle, d.speed_kmh, d.home, p.lat, p.lon FROM drivers d JOIN driver_positions p ON p.driver = d.id
		WHERE d.status IN ('available', 'busy') AND (d.home = $1 OR d.home = '' AND abs(p.lat - $2) < 1) AND p.heard > $3 AND p.at > $3`,
		rid, house.Lat, now.Add(-dispatch.LostAfter))
	if err != nil {
		return 0, fmt.Errorf("read who drives for %q: %w", rid, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d dispatch.Driver, err error) {
		err = row.Scan(&d.ID, &d.Vehicle, &d.SpeedKMH, &d.Home, &d.Position.Lat, &d.Position.Lon)
		return d, err
	})
	if err != nil {
		return 0, fmt.Errorf("read who drives for %q: %w", rid, err)
	}
	kmh = dispatch.Mixed(dispatch.Around(all, rid, house))
	s.mixes.mu.Lock()
	defer s.mixes.mu.Unlock()
	if s.mixes.all == nil {
		s.mixes.all = map[string]mix{}
	}
	s.mixes.all[rid] = mix{kmh, now}
	return kmh, nil
}
