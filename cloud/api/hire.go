package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/problem"
)

// longestShift is how far ahead a shift can end.
const longestShift = 48 * time.Hour

type hireInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"the same key with the same body is the same driver, with a new secret; with another body 422"`
	Body struct {
		Name     string           `json:"name" minLength:"1" maxLength:"100"`
		Phone    string           `json:"phone,omitempty" maxLength:"32"`
		Vehicle  dispatch.Vehicle `json:"vehicle,omitempty" enum:"car,scooter,bicycle,foot" doc:"car if left out"`
		Home     string           `json:"restaurant_id,omitempty" maxLength:"64" doc:"empty for one who drives for all"`
		ShiftEnd *time.Time       `json:"shift_end,omitempty" doc:"until when he drives: nothing is planned for him that would take longer. Open if left out"`
		SpeedKMH float64          `json:"speed_kmh,omitempty" minimum:"0" maximum:"200" doc:"along streets; the vehicle's usual speed if left out: 25 for cars and scooters, 15 for bicycles, 5 on foot"`
	}
}

type hireOutput struct {
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     struct {
		driverView
		Secret string `json:"secret" doc:"by which the phone signs in; shown once"`
	}
}

// hire registers a driver. The key makes the id, so that a repeated request finds the driver it made. Secrets are kept as hashes only, so the
// repetition gets a new one: whoever repeats did not read the first.
func (a *API) hire(ctx context.Context, in *hireInput) (*hireOutput, error) {
	d := dispatch.Driver{Name: in.Body.Name, Phone: in.Body.Phone, Vehicle: in.Body.Vehicle, Home: in.Body.Home, SpeedKMH: in.Body.SpeedKMH}
	if in.Body.ShiftEnd != nil {
		d.ShiftEnd = toTheMilli(*in.Body.ShiftEnd)
	}
	acts.Of(ctx).About(acts.Subject{Kind: acts.OfDriver, Label: d.Name, Restaurant: d.Home})
	acts.Of(ctx).Say("vehicle", "", string(d.Vehicle))
	if in.Key != "" {
		sum := sha256.Sum256([]byte("driver " + in.Key))
		d.ID = "d-" + hex.EncodeToString(sum[:16])
		made, secret, err := a.Drivers.RegisterAgain(ctx, d)
		if !problem.Is(err, problem.NotFound) {
			return hired(&made, secret, true), err
		}
	}
	if err := a.endsSoon(d.ShiftEnd); err != nil {
		return nil, err
	}
	made, secret, err := a.Drivers.RegisterDriver(ctx, d)
	replayed := in.Key != "" && problem.Is(err, problem.Conflict) // said twice at the same time
	if replayed {
		made, secret, err = a.Drivers.RegisterAgain(ctx, d)
	}
	return hired(&made, secret, replayed), err
}

func hired(d *dispatch.Driver, secret string, replayed bool) *hireOutput {
	out := &hireOutput{Location: "/api/drivers/" + d.ID}
	out.Body.driverView, out.Body.Secret = driverViewOf(d), secret
	if replayed {
		out.Replayed = "true"
	}
	return out
}

// endsSoon refuses the end of a shift that nobody can mean; zero is none.
func (a *API) endsSoon(at time.Time) error {
	now := a.now()
	if at.IsZero() || at.After(now) && at.Before(now.Add(longestShift)) {
		return nil
	}
	return problem.New(problem.Invalid, "invalid_driver", "a shift ends in the next %d hours: say one of those times, or null for an open end", int(longestShift.Hours())).
		With("path", "shift_end")
}

func toTheMilli(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// said is a field of a change: left out it changes nothing, null takes away.
type said[T any] struct {
	is bool
	it *T
}

// UnmarshalJSON reads a T or null.
func (s *said[T]) UnmarshalJSON(raw []byte) error {
	s.is, s.it = true, nil
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	s.it = new(T)
	return json.Unmarshal(raw, s.it)
}

// Schema is for huma.
func (said[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

type changeDriverInput struct {
	ID   string `path:"driverId" maxLength:"64"`
	Body struct {
		Name     *string           `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Phone    *string           `json:"phone,omitempty" maxLength:"32" doc:"empty: none"`
		Vehicle  *dispatch.Vehicle `json:"vehicle,omitempty" enum:"car,scooter,bicycle,foot"`
		Home     *string           `json:"restaurant_id,omitempty" maxLength:"64" doc:"empty for one who drives for all"`
		ShiftEnd said[time.Time]   `json:"shift_end,omitempty" doc:"until when he drives, in the next 48 hours; null: open end"`
		SpeedKMH *float64          `json:"speed_kmh,omitempty" minimum:"0" maximum:"200" doc:"along streets; 0: the vehicle's usual speed"`
	}
}

// changeDriver says anew what is known of a driver. What is left out stays. The next plan reckons with it.
func (a *API) changeDriver(ctx context.Context, in *changeDriverInput) (*driverOutput, error) {
	b := &in.Body
	if b.ShiftEnd.it != nil {
		if err := a.endsSoon(*b.ShiftEnd.it); err != nil {
			return nil, err
		}
	}
	d, err := a.Drivers.ChangeDriver(ctx, in.ID, func(d *dispatch.Driver) {
		change(&d.Name, b.Name)
		change(&d.Phone, b.Phone)
		change(&d.Vehicle, b.Vehicle)
		change(&d.Home, b.Home)
		change(&d.SpeedKMH, b.SpeedKMH)
		switch {
		case b.ShiftEnd.it != nil:
			d.ShiftEnd = toTheMilli(*b.ShiftEnd.it)
		case b.ShiftEnd.is:
			d.ShiftEnd = time.Time{}
		}
	})
	if err != nil {
		return nil, err
	}
	return &driverOutput{driverViewOf(&d)}, nil
}

func change[T any](it, to *T) {
	if to != nil {
		*it = *to
	}
}
