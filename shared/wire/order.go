package wire

import "time"

// OrderEvent tells LAN devices and subscribers that an order took a step.
type OrderEvent struct {
	ID         string  `json:"id"`
	At         Instant `json:"at"`
	Order      string  `json:"order"`
	Restaurant string  `json:"restaurant"`
	Number     int     `json:"number,omitempty"` // what is called out at the counter; 0 before the kitchen gave one
	Status     string  `json:"status"`           // one of the thirteen public names
	Version    int64   `json:"version"`          // grows with every change of the order
}

// Validate checks ids and that the event can be put in order.
func (e OrderEvent) Validate(now time.Time) error {
	return first(
		id("id", e.ID),
		recent("at", e.At, now, MaxFactAge),
		id("order", e.Order),
		id("restaurant", e.Restaurant),
		between("number", float64(e.Number), 0, 1e6, ""),
		id("status", e.Status),
		between("version", float64(e.Version), 1, 1<<53, ""),
	)
}

// DriverETA is where the driver of an order is, and between when and when he will be at the door.
type DriverETA struct {
	Order    string    `json:"order"`
	Driver   string    `json:"driver"`
	At       Instant   `json:"at"`
	ETA      Instant   `json:"eta"`              // earliest
	Latest   *Instant  `json:"latest,omitempty"` // same as ETA when absent
	Position *Position `json:"position,omitempty"`
	Heading  *float64  `json:"heading,omitempty"` // degrees clockwise from north
}

// Validate checks ids, position and that earliest comes before latest.
func (e DriverETA) Validate(now time.Time) error {
	if e.Latest != nil && e.Latest.Before(e.ETA.Time) {
		return refuse("bad_time", "latest", "latest must not lie before eta")
	}
	return first(
		id("order", e.Order),
		id("driver", e.Driver),
		recent("at", e.At, now, MaxReadingAge),
		e.validatePosition(),
		optionalBetween("heading", e.Heading, 0, 360, " degrees"),
	)
}

func (e DriverETA) validatePosition() error {
	if e.Position == nil {
		return nil
	}
	return e.Position.validate("position.")
}
