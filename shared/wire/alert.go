package wire

import "time"

// AlertKind is what is wrong with a device.
type AlertKind string

// Kinds of alerts.
const (
	Overheat    AlertKind = "overheat"
	Underheat   AlertKind = "underheat"
	Silent      AlertKind = "silent"
	Malfunction AlertKind = "malfunction"
	DoorOpen    AlertKind = "door_open"
	ProbeLimit  AlertKind = "probe_limit"
)

// Level says how much an alert matters.
type Level string

// Levels of alerts.
const (
	Info     Level = "info"
	Warning  Level = "warning"
	Critical Level = "critical"
)

// Alert says that something is wrong with a device. It is retained while open; when it is over it is sent once more with
// ClearedAt, and then the retained message is removed with an empty one.
type Alert struct {
	ID        string    `json:"id"` // the same from raising to clearing
	At        Instant   `json:"at"` // since when it is so
	Device    string    `json:"device"`
	Kind      AlertKind `json:"kind"`
	Level     Level     `json:"level"`
	Detail    string    `json:"detail,omitempty"`
	Celsius   *Celsius  `json:"celsius,omitempty"`
	ClearedAt *Instant  `json:"cleared_at,omitempty"`
}

// Validate checks ids, kind, level and times.
func (a Alert) Validate(now time.Time) error {
	return first(
		id("id", a.ID),
		recent("at", a.At, now, MaxFactAge),
		id("device", a.Device),
		oneOf("kind", a.Kind, Overheat, Underheat, Silent, Malfunction, DoorOpen, ProbeLimit),
		oneOf("level", a.Level, Info, Warning, Critical),
		text("detail", a.Detail, 0, 256),
		optionalBetween("celsius", (*float64)(a.Celsius), -100, 2000, " °C"), // an alert may report the impossible it saw
		a.validateCleared(now),
	)
}

func (a Alert) validateCleared(now time.Time) error {
	if a.ClearedAt == nil {
		return nil
	}
	if a.ClearedAt.Before(a.At.Time) {
		return refuse("bad_time", "cleared_at", "cleared_at must not lie before at")
	}
	return recent("cleared_at", *a.ClearedAt, now, MaxFactAge)
}
