package wire

import (
	"time"

	"awesome.pizza/shared/money"
)

// Position is a place on Earth in degrees, WGS 84.
type Position struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// validate also refuses exactly 0, 0, which is what a receiver without a fix says.
func (p Position) validate(prefix string) error {
	if p == (Position{}) {
		return refuse("no_fix", prefix+"latitude", "0, 0 is no position: wait for a fix")
	}
	return first(
		between(prefix+"latitude", p.Latitude, -90, 90, " degrees"),
		between(prefix+"longitude", p.Longitude, -180, 180, " degrees"),
	)
}

// DriverLocation is where a phone is.
type DriverLocation struct {
	Position
	Timestamp Instant  `json:"timestamp"`
	Speed     *float64 `json:"speed,omitempty"`    // metres per second
	Heading   *float64 `json:"heading,omitempty"`  // degrees clockwise from north
	Accuracy  *float64 `json:"accuracy,omitempty"` // metres, 68 % radius
}

// Validate checks that the phone is on Earth, today, and on the road.
func (l DriverLocation) Validate(now time.Time) error {
	return first(
		l.Position.validate(""),
		recent("timestamp", l.Timestamp, now, MaxReadingAge),
		optionalBetween("speed", l.Speed, 0, 100, " m/s"),
		optionalBetween("heading", l.Heading, 0, 360, " degrees"),
		optionalBetween("accuracy", l.Accuracy, 0, 100_000, " m"),
	)
}

// DriverState is what a driver is up to.
type DriverState string

// States of a driver.
const (
	Offline    DriverState = "offline"
	Available  DriverState = "available"
	Busy       DriverState = "busy"
	OnBreak    DriverState = "on_break"
	EndOfShift DriverState = "end_of_shift"
)

// DriverStatus is what a driver says of himself.
type DriverStatus struct {
	Status    DriverState `json:"status"`
	Timestamp Instant     `json:"timestamp"`
}

// Validate checks status and time.
func (s DriverStatus) Validate(now time.Time) error {
	return first(
		oneOf("status", s.Status, Offline, Available, Busy, OnBreak, EndOfShift),
		recent("timestamp", s.Timestamp, now, MaxFactAge),
	)
}

// Place is somewhere a driver has to go to.
type Place struct {
	Position
	Name    string `json:"name"`              // of the restaurant or the guest
	Address string `json:"address,omitempty"` // for people
}

func (p Place) validate(field string) error {
	return first(
		p.Position.validate(field+"."),
		text(field+".name", p.Name, 1, 128),
		text(field+".address", p.Address, 0, 256),
	)
}

// Offer asks a driver to bring an order. The answer goes over HTTP. A revoked offer carries only its ids and times.
type Offer struct {
	ID         string        `json:"id"`
	At         Instant       `json:"at"`
	Order      string        `json:"order"`
	Restaurant *Place        `json:"restaurant,omitempty"`
	Drop       *Place        `json:"drop,omitempty"`
	ReadyAt    *Instant      `json:"ready_at,omitempty"` // when the pizza is expected on its shelf
	ExpiresAt  Instant       `json:"expires_at"`
	CashDue    *money.Amount `json:"cash_due,omitempty"`
	Trip       string        `json:"trip,omitempty"`        // what is fetched together and brought on one way has the same one
	Stop       int           `json:"stop,omitempty"`        // place of its door on that way, from 0
	Fetch      int           `json:"fetch_after,omitempty"` // behind so many doors of that way it is fetched: of two restaurants the second can be on the way
	Doors      int           `json:"doors,omitempty"`       // how many doors the trip asks about; 0: nobody has counted
	Because    []string      `json:"because,omitempty"`     // why this driver is asked, in English
	Reasons    []Reason      `json:"reasons,omitempty"`     // the same, for a phone in any language
	Revoked    bool          `json:"revoked,omitempty"`
}

// Reason is one sentence of why a driver is asked: which, and what it is about.
type Reason struct {
	Key  string `json:"key"`
	N    int    `json:"n,omitempty"`
	Name string `json:"name,omitempty"`
}

// Validate checks ids, and that an offer which is not revoked says from where to where and when.
func (o Offer) Validate(now time.Time) error {
	return first(
		id("id", o.ID),
		recent("at", o.At, now, MaxFactAge),
		id("order", o.Order),
		o.validateRun(),
		o.validateCash(),
	)
}

func (o Offer) validateRun() error {
	if o.Revoked {
		return nil
	}
	if o.Restaurant == nil || o.Drop == nil || o.ReadyAt == nil {
		return refuse("missing_field", "restaurant", "an offer must say restaurant, drop and ready_at")
	}
	if o.Stop < 0 || o.Stop >= MaxStops {
		return refuse("bad_stop", "stop", "a trip has at most %d stops", MaxStops)
	}
	if o.Fetch < 0 || o.Fetch >= MaxStops || o.Doors < 0 || o.Doors > MaxStops {
		return refuse("bad_stop", "fetch_after", "a trip has at most %d doors, and is fetched before the last of them", MaxStops)
	}
	return first(o.Restaurant.validate("restaurant"), o.Drop.validate("drop"))
}

// MaxStops is how many doors a trip may lead to.
const MaxStops = 16

func (o Offer) validateCash() error {
	if o.CashDue == nil {
		return nil
	}
	if o.CashDue.Minor < 0 || len(o.CashDue.Currency) != 3 {
		return refuse("bad_money", "cash_due", "cash_due must be an amount of a currency, like {\"minor\":1299,\"currency\":\"USD\"}")
	}
	return nil
}
