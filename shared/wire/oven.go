package wire

import (
	"strconv"
	"time"
)

// Celsius is a temperature in degrees Celsius.
type Celsius float64

// String reads like "312.5 °C".
func (c Celsius) String() string { return strconv.FormatFloat(float64(c), 'f', -1, 64) + " °C" }

// The air of a pizza oven lies between these: a freezing delivery dock and a little more than a wood fire.
const (
	OvenCoolest Celsius = -40
	OvenHottest Celsius = 600
)

// MostSlots is how many places an oven can have. Slots are numbered from 1; on a belt a slot is a lane.
const MostSlots = 64

// OvenTelemetry is what an oven says of itself once a second.
type OvenTelemetry struct {
	OvenID       string    `json:"oven_id"`
	At           Instant   `json:"at"`
	Chambers     []Chamber `json:"chambers"`
	BeltCMPerMin *float64  `json:"belt_cm_per_min,omitempty"` // conveyors only
	ItemsIn      []ItemIn  `json:"items_in"`                  // empty when the oven cannot see
	Firmware     string    `json:"firmware"`
}

// Chamber is a place in an oven with an air temperature of its own.
type Chamber struct {
	Name    string  `json:"name"`
	Celsius Celsius `json:"celsius"`
}

// ItemIn says that a slot has been taken since an instant.
type ItemIn struct {
	Slot  int     `json:"slot"`
	Since Instant `json:"since"`
}

// Validate checks names, ranges and times; a 2000 °C pizza is refused.
func (t OvenTelemetry) Validate(now time.Time) error {
	return first(
		id("oven_id", t.OvenID),
		recent("at", t.At, now, MaxReadingAge),
		t.validateChambers(),
		optionalBetween("belt_cm_per_min", t.BeltCMPerMin, 0, 500, " cm/min"),
		t.validateItems(now),
		text("firmware", t.Firmware, 1, 64),
	)
}

func (t OvenTelemetry) validateChambers() error {
	if len(t.Chambers) == 0 || len(t.Chambers) > 16 {
		return refuse("bad_chambers", "chambers", "chambers must be a list of 1 to 16")
	}
	seen := map[string]bool{}
	for _, c := range t.Chambers {
		if seen[c.Name] {
			return refuse("bad_chambers", "chambers.name", "two chambers are called %q", clip(c.Name))
		}
		seen[c.Name] = true
		if err := first(text("chambers.name", c.Name, 1, 64), ovenAir("chambers.celsius", c.Celsius)); err != nil {
			return err
		}
	}
	return nil
}

func (t OvenTelemetry) validateItems(now time.Time) error {
	if err := atMost("items_in", len(t.ItemsIn), MostSlots); err != nil {
		return err
	}
	seen := map[int]bool{}
	for _, item := range t.ItemsIn {
		if seen[item.Slot] {
			return refuse("bad_slot", "items_in.slot", "slot %d is taken twice", item.Slot)
		}
		seen[item.Slot] = true
		if err := first(slot("items_in.slot", item.Slot), recent("items_in.since", item.Since, now, MaxReadingAge)); err != nil {
			return err
		}
	}
	return nil
}

// OvenEventKind is what happened at an oven.
type OvenEventKind string

// Kinds of oven events.
const (
	ItemPutIn    OvenEventKind = "item_in"
	ItemTakenOut OvenEventKind = "item_out"
	Door         OvenEventKind = "door"  // Detail is "open" or "closed"
	Fault        OvenEventKind = "fault" // Detail says which
)

// OvenEvent is a fact an oven saw. An event sent again has the same id.
type OvenEvent struct {
	ID     string        `json:"id"`
	At     Instant       `json:"at"`
	Kind   OvenEventKind `json:"kind"`
	Slot   int           `json:"slot,omitempty"`  // item_in and item_out: 1 to MostSlots
	Order  string        `json:"order,omitempty"` // hint of an oven that has a scanner
	Item   string        `json:"item,omitempty"`  // hint of an oven that has a scanner
	Detail string        `json:"detail,omitempty"`
}

// Validate checks ids, kind, time, and that what goes in or out has a slot.
func (e OvenEvent) Validate(now time.Time) error {
	moves := e.Kind == ItemPutIn || e.Kind == ItemTakenOut
	return first(
		id("id", e.ID),
		recent("at", e.At, now, MaxFactAge),
		oneOf("kind", e.Kind, ItemPutIn, ItemTakenOut, Door, Fault),
		when(moves || e.Slot != 0, slot("slot", e.Slot)),
		optionalID("order", e.Order),
		optionalID("item", e.Item),
		text("detail", e.Detail, 0, 256),
		when(e.Kind == Door, oneOf("detail", e.Detail, "open", "closed")),
	)
}

// OvenCommandKind is what an oven is asked to do.
type OvenCommandKind string

// Kinds of oven commands.
const (
	SetBand   OvenCommandKind = "set_band"   // keep the air between BandLow and BandHigh
	StartBake OvenCommandKind = "start_bake" // bake what lies in Slot for BakeSeconds
	Stop      OvenCommandKind = "stop"       // go cold and still
)

// OvenCommand is a wish of the edge. An oven that sees an id again does nothing again.
type OvenCommand struct {
	ID          string          `json:"id"`
	At          Instant         `json:"at"`
	Kind        OvenCommandKind `json:"kind"`
	BandLow     *Celsius        `json:"band_low,omitempty"`
	BandHigh    *Celsius        `json:"band_high,omitempty"`
	Slot        int             `json:"slot,omitempty"`
	BakeSeconds int             `json:"bake_seconds,omitempty"`
	Order       string          `json:"order,omitempty"`
	Item        string          `json:"item,omitempty"`
	ExpiresAt   *Instant        `json:"expires_at,omitempty"` // after it the command is void
}

// Validate checks what the kind needs, and that the command is still wanted.
func (c OvenCommand) Validate(now time.Time) error {
	if c.ExpiresAt != nil && now.After(c.ExpiresAt.Time) {
		return refuse("expired", "expires_at", "the command is void since %s", c.ExpiresAt.Format(time.RFC3339))
	}
	return first(
		id("id", c.ID),
		recent("at", c.At, now, MaxFactAge),
		oneOf("kind", c.Kind, SetBand, StartBake, Stop),
		c.validateBand(),
		when(c.Kind == StartBake, slot("slot", c.Slot), between("bake_seconds", float64(c.BakeSeconds), 1, 3600, " s")),
		optionalID("order", c.Order),
		optionalID("item", c.Item),
	)
}

func (c OvenCommand) validateBand() error {
	if c.Kind != SetBand {
		return nil
	}
	if c.BandLow == nil || c.BandHigh == nil || *c.BandLow >= *c.BandHigh {
		return refuse("bad_band", "band_low", "set_band needs band_low below band_high")
	}
	return first(ovenAir("band_low", *c.BandLow), ovenAir("band_high", *c.BandHigh))
}

func ovenAir(field string, c Celsius) error {
	return between(field, float64(c), float64(OvenCoolest), float64(OvenHottest), " °C")
}

func slot(field string, n int) error {
	return between(field, float64(n), 1, MostSlots, "")
}
