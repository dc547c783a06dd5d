package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/problem"
)

// RegisterDriver takes a driver on and returns the secret by which the phone signs in: it is shown once, and only its hash is kept. An
// empty id is made up. It reports Invalid "invalid_driver" and Conflict "driver_exists".
func (s *Store) RegisterDriver(ctx context.Context, d dispatch.Driver) (made dispatch.Driver, secret string, err error) {
	if err := d.Check(); err != nil {
		return dispatch.Driver{}, "", err
	}
	if err := s.isHome(ctx, d.Home); err != nil {
		return dispatch.Driver{}, "", err
	}
	if d.ID == "" {
		d.ID = id.New()
	}
	secret = rand.Text() // 130 bits: nothing to guess, so a plain hash will do
	hash := sha256.Sum256([]byte(secret))
	acts.Of(ctx).About(acts.Subject{Kind: acts.OfDriver, ID: d.ID, Label: d.Name, Restaurant: d.Home})
	err = s.noting(ctx, func(q doer) error {
		tag, err := q.Exec(ctx, `
			INSERT INTO drivers (id, name, phone, vehicle, home, secret_hash, status_at, shift_end, speed_kmh, hired_as)
			VALUES ($1, $2, $3, $4, $5, $6, 'epoch', $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
			d.ID, d.Name, d.Phone, d.Vehicle, d.Home, hash[:], orNull(d.ShiftEnd), d.SpeedKMH, hiredAs(&d))
		if err == nil && tag.RowsAffected() == 0 {
			err = problem.New(problem.Conflict, "driver_exists", "there is a driver %q already", d.ID)
		}
		return err
	})
	if err != nil {
		return dispatch.Driver{}, "", unlessProblem(err, "register driver")
	}
	made, err = s.Driver(ctx, d.ID)
	return made, secret, err
}

// RegisterAgain is RegisterDriver when it was said before under the same id: the driver as he is now, with a new secret. It reports NotFound
// "no_such_driver", and Invalid "idempotency_mismatch" when something else was said.
func (s *Store) RegisterAgain(ctx context.Context, d dispatch.Driver) (made dispatch.Driver, secret string, err error) {
	if made, err = s.Driver(ctx, d.ID); err != nil {
		return made, "", err
	}
	if err := d.Check(); err != nil {
		return made, "", err
	}
	var was []byte
	if err := s.pool.QueryRow(ctx, `SELECT hired_as FROM drivers WHERE id = $1`, made.ID).Scan(&was); err != nil {
		return made, "", fmt.Errorf("read how driver %q was registered: %w", made.ID, err)
	}
	if was == nil {
		was = hiredAs(&made)
	}
	if !bytes.Equal(was, hiredAs(&d)) {
		return made, "", problem.New(problem.Invalid, "idempotency_mismatch", "this idempotency key was used for another request")
	}
	acts.Of(ctx).About(acts.Subject{Kind: acts.OfDriver, ID: made.ID, Label: made.Name, Restaurant: made.Home})
	secret, err = s.RenewSecret(ctx, made.ID)
	return made, secret, err
}

// hiredAs is a hash of what is said of a driver who is registered.
func hiredAs(d *dispatch.Driver) []byte {
	said, _ := json.Marshal([]any{d.Name, d.Phone, d.Vehicle, d.Home, d.ShiftEnd.UTC(), d.SpeedKMH}) // a year of five digits cannot be checked in
	sum := sha256.Sum256(said)
	return sum[:]
}

func (s *Store) isHome(ctx context.Context, restaurant string) error {
	if restaurant == "" {
		return nil
	}
	_, err := s.Restaurant(ctx, restaurant)
	if problem.Is(err, problem.NotFound) {
		return problem.New(problem.Invalid, "invalid_driver", "there is no restaurant %q", restaurant).With("path", "home")
	}
	return err
}

// ChangeDriver lets change say anew what is known of a driver: name, phone, vehicle, speed, home and the end of the shift. It reports NotFound
// "no_such_driver" and Invalid "invalid_driver".
func (s *Store) ChangeDriver(ctx context.Context, driver string, change func(*dispatch.Driver)) (dispatch.Driver, error) {
	err := s.inOne(ctx, func(tx pgx.Tx) error {
		d, shift := dispatch.Driver{}, (*time.Time)(nil)
		err := tx.QueryRow(ctx, `SELECT id, name, phone, vehicle, home, shift_end, speed_kmh FROM drivers WHERE id = $1 FOR UPDATE`, plain(driver, MaxKey)).
			Scan(&d.ID, &d.Name, &d.Phone, &d.Vehicle, &d.Home, &shift, &d.SpeedKMH)
		if isNone(err) {
			return noDriver(driver)
		}
		if err != nil {
			return err
		}
		if shift != nil {
			d.ShiftEnd = shift.UTC()
		}
		was := d
		change(&d)
		sayDriver(acts.Of(ctx), &was, &d)
		if err := d.Check(); err != nil {
			return err
		}
		if d.Home != was.Home {
			if err := s.isHome(ctx, d.Home); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE drivers SET name = $2, phone = $3, vehicle = $4, home = $5, shift_end = $6, speed_kmh = $7 WHERE id = $1`,
			d.ID, d.Name, d.Phone, d.Vehicle, d.Home, orNull(d.ShiftEnd), d.SpeedKMH)
		return err
	})
	if problem.Of(err) != nil {
		return dispatch.Driver{}, err
	}
	if err != nil {
		return dispatch.Driver{}, fmt.Errorf("change driver %q: %w", driver, err)
	}
	return s.Driver(ctx, driver)
}

// sayDriver notes what an act changes of a driver. Of the telephone it says only that there is another one.
func sayDriver(act *acts.Open, was, is *dispatch.Driver) {
	act.About(acts.Subject{Kind: acts.OfDriver, ID: is.ID, Label: is.Name, Restaurant: is.Home})
	end := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return clock.Format(t)
	}
	for _, c := range []acts.Change{
		{Field: "name", From: was.Name, To: is.Name},
		{Field: "vehicle", From: string(was.Vehicle), To: string(is.Vehicle)},
		{Field: "restaurant", From: was.Home, To: is.Home},
		{Field: "shift_end", From: end(was.ShiftEnd), To: end(is.ShiftEnd)},
		{Field: "speed_kmh", From: fmt.Sprint(was.SpeedKMH), To: fmt.Sprint(is.SpeedKMH)},
	} {
		if c.From != c.To {
			act.Say(c.Field, c.From, c.To)
		}
	}
	if was.Phone != is.Phone {
		act.Say("phone", "", "changed")
	}
}
