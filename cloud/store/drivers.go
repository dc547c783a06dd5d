package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// RenewSecret replaces a driver's secret. Phones that are signed in stay so until they are dropped.
func (s *Store) RenewSecret(ctx context.Context, driver string) (secret string, err error) {
	secret = rand.Text()
	hash := sha256.Sum256([]byte(secret))
	acts.Of(ctx).Say("secret", "", "renewed")
	err = s.noting(ctx, func(q doer) error {
		tag, err := q.Exec(ctx, `UPDATE drivers SET secret_hash = $2 WHERE id = $1`, plain(driver, MaxKey), hash[:])
		if err == nil && tag.RowsAffected() == 0 {
			err = noDriver(driver)
		}
		return err
	})
	if err != nil {
		return "", unlessProblem(err, "renew secret of driver "+strconv.Quote(driver))
	}
	return secret, nil
}

// DriverHash is the SHA-256 of a driver's secret. It reports NotFound "no_such_driver".
func (s *Store) DriverHash(ctx context.Context, driver string) (hash [32]byte, err error) {
	var raw []byte
	err = s.pool.QueryRow(ctx, `SELECT secret_hash FROM drivers WHERE id = $1`, plain(driver, MaxKey)).Scan(&raw)
	if isNone(err) {
		return hash, noDriver(driver)
	}
	if err != nil {
		return hash, fmt.Errorf("read driver %q: %w", driver, err)
	}
	copy(hash[:], raw)
	return hash, nil
}

// DriverBySecret is the driver who has this secret; anything else is Refused "bad_login", whether the driver exists or not.
func (s *Store) DriverBySecret(ctx context.Context, driver, secret string) (dispatch.Driver, error) {
	want, err := s.DriverHash(ctx, driver)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return dispatch.Driver{}, err
	}
	have := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(want[:], have[:]) != 1 || err != nil {
		return dispatch.Driver{}, problem.New(problem.Refused, "bad_login", "driver and secret do not go together")
	}
	return s.Driver(ctx, driver)
}

// WhoseSecret is the driver who has this secret; empty: nobody.
func (s *Store) WhoseSecret(ctx context.Context, secret string) (driver string, err error) {
	hash := sha256.Sum256([]byte(secret))
	err = s.pool.QueryRow(ctx, `SELECT id FROM drivers WHERE secret_hash = $1`, hash[:]).Scan(&driver)
	if err != nil && !isNone(err) {
		return "", fmt.Errorf("find the driver of a secret: %w", err)
	}
	return driver, nil
}

const driverColumns = `d.id, d.name, d.phone, d.vehicle, d.home, d.status, d.status_at, d.shift_end, d.speed_kmh,
	p.lat, p.lon, p.at, p.heard,
	ARRAY(SELECT o.id::text FROM orders o WHERE o.driver = d.id AND o.open ORDER BY o.arrival) AS bag,
	(SELECT f.order_id::text FROM offers f WHERE f.driver = d.id AND f.state = 'open' ORDER BY f.stop, f.created LIMIT 1) AS holding,
	(SELECT coalesce(f.trip, f.id)::text FROM orders o JOIN offers f ON f.order_id = o.id AND f.driver = d.id AND f.state = 'accepted'
		WHERE o.driver = d.id AND o.open ORDER BY f.answered DESC LIMIT 1) AS trip,
	(SELECT count(DISTINCT coalesce(f.trip, f.id)) FROM offers f WHERE f.driver = d.id AND f.state = 'accepted' AND f.answered > now() - interval '8 hours') AS trips`

const fromDrivers = ` FROM drivers d LEFT JOIN driver_positions p ON p.driver = d.id `

// Driver is a driver with bag, position and what is on offer. It reports NotFound "no_such_driver".
func (s *Store) Driver(ctx context.Context, driver string) (dispatch.Driver, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+driverColumns+fromDrivers+`WHERE d.id = $1`, plain(driver, MaxKey))
	if err != nil {
		return dispatch.Driver{}, fmt.Errorf("read driver %q: %w", driver, err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanDriver)
	if isNone(err) {
		return d, noDriver(driver)
	}
	if err != nil {
		return d, fmt.Errorf("read driver %q: %w", driver, err)
	}
	return d, nil
}

// Drivers are all drivers by name; of one home, or of all with "".
func (s *Store) Drivers(ctx context.Context, home string) ([]dispatch.Driver, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+driverColumns+fromDrivers+`WHERE $1 = '' OR d.home = $1 ORDER BY d.name, d.id`, plain(home, MaxKey))
	if err != nil {
		return nil, fmt.Errorf("read drivers: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanDriver)
	if err != nil {
		return nil, fmt.Errorf("read drivers: %w", err)
	}
	return all, nil
}

func scanDriver(row pgx.CollectableRow) (dispatch.Driver, error) {
	var (
		d               dispatch.Driver
		shift, at, hear *time.Time
		lat, lon        *float64
		bag             []string
		holding, trip   *string
	)
	err := row.Scan(&d.ID, &d.Name, &d.Phone, &d.Vehicle, &d.Home, &d.Status, &d.StatusAt, &shift, &d.SpeedKMH,
		&lat, &lon, &at, &hear, &bag, &holding, &trip, &d.Trips)
	if err != nil {
		return d, err
	}
	d.StatusAt = d.StatusAt.UTC()
	if shift != nil {
		d.ShiftEnd = shift.UTC()
	}
	if lat != nil && lon != nil && at != nil && hear != nil {
		d.Position, d.SeenAt = dispatch.Point{Lat: *lat, Lon: *lon}, dispatch.Position{At: *at, Heard: *hear}.Seen()
	}
	for _, b := range bag {
		d.Bag = append(d.Bag, order.ID(b))
	}
	if holding != nil {
		d.Holding = order.ID(*holding)
	}
	if trip != nil {
		d.Trip = *trip
	}
	return d, nil
}

// SetStatus records what a driver says, unless something later was said: then changed is false. Who comes on shift leaves the end of the last one
// behind. It reports NotFound "no_such_driver".
func (s *Store) SetStatus(ctx context.Context, driver string, status wire.DriverState, at time.Time) (changed bool, err error) {
	var exists bool
	err = s.noting(ctx, func(q doer) error {
		return q.QueryRow(ctx, `
			WITH done AS (UPDATE drivers SET status = $2, status_at = $3,
				shift_end = CASE WHEN status IN ('offline', 'end_of_shift') AND $2 NOT IN ('offline', 'end_of_shift') AND shift_end <= $3 THEN NULL ELSE shift_end END
				WHERE id = $1 AND status_at <= $3 RETURNING id)
			SELECT EXISTS (SELECT FROM done), EXISTS (SELECT FROM drivers WHERE id = $1)`, plain(driver, MaxKey), status, at.UTC()).Scan(&changed, &exists)
	})
	if err != nil {
		return false, fmt.Errorf("record status of driver %q: %w", driver, err)
	}
	if !exists {
		return false, noDriver(driver)
	}
	return changed, nil
}

// Bag is what a driver has taken on and not delivered, oldest first.
func (s *Store) Bag(ctx context.Context, driver string) ([]dispatch.Order, error) {
	records, err := s.OfDriver(ctx, driver)
	if err != nil {
		return nil, err
	}
	var out []dispatch.Order
	for i := range records {
		c, err := s.card(ctx, records[i].Order.Restaurant)
		if err != nil {
			return nil, err
		}
		out = append(out, road.Delivery(&records[i], dispatch.Point{Lat: c.row.Latitude, Lon: c.row.Longitude}))
	}
	return out, nil
}

// GiveBack takes a driver off an order that was not picked up, and notes why; on any other order it changes nothing.
func (s *Store) GiveBack(ctx context.Context, oid order.ID, driver, by, because string) error {
	_, err := s.Change(ctx, oid, 0, ordering.OffDriver(driver, by, because, s.now().Truncate(time.Millisecond)))
	if problem.Is(err, problem.Conflict) || problem.Is(err, problem.Refused) {
		return nil // somebody was faster
	}
	return err
}

// Expect tells the kitchen of an order when its driver is expected, or, with driver "", one who is to be asked. When that is no longer so,
// it changes nothing.
func (s *Store) Expect(ctx context.Context, oid order.ID, driver string, at time.Time) error {
	_, err := s.Change(ctx, oid, 0, ordering.Expect(driver, at.UTC().Truncate(time.Second)))
	return err
}

func noDriver(driver string) error {
	return problem.New(problem.NotFound, "no_such_driver", "there is no driver %q", plain(driver, MaxKey))
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
