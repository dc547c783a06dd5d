package oven

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"awesome.pizza/shared/wire"
)

// Kinds of ovens in a device file.
const (
	KindMAX31855 = "max31855" // a thermocouple on the node's own SPI pins
	KindMQTT     = "mqtt"     // an oven that speaks for itself
)

// SimBus is the bus of a device that is simulated on pins that do not exist.
const SimBus = "sim"

// Devices is a device file: what is attached to one node. Reading the file is done by whoever has a TOML parser.
//
//	[[oven]]
//	id = "oven-1"
//	name = "Deck oven, left"
//	kind = "max31855"       # or "mqtt"
//	bus = "SPI0.0"          # max31855 only; "sim" simulates one
//	band_low = 280
//	band_high = 330
//	chambers = ["deck"]     # max31855 has exactly one, and "oven" is its name when it is left out
//	capacity = 6            # pizzas at once
//	bake = "conveyor"       # or "deck", the default
//	belt_seconds = 390
type Devices struct {
	Ovens []Device `toml:"oven"`
}

// Device is one oven of a device file.
type Device struct {
	ID       string   `toml:"id"`        // also the name an MQTT oven signs in with
	Name     string   `toml:"name"`      // for people; default: the id
	Kind     string   `toml:"kind"`      // KindMAX31855 or KindMQTT
	Bus      string   `toml:"bus"`       // SPI port of KindMAX31855, or SimBus
	BandLow  Celsius  `toml:"band_low"`  // °C
	BandHigh Celsius  `toml:"band_high"` // °C
	Chambers []string `toml:"chambers"`  // names, for KindMAX31855
	Decks    int      `toml:"decks"`     // default 1; on a belt: lanes
	Capacity int      `toml:"capacity"`  // pizzas at once, over all decks; default 1

	Bake        string         `toml:"bake"`            // Deck or Conveyor; default Deck
	Sizes       map[string]int `toml:"capacity_by"`     // pizzas at once by size of the menu, where it is another number: { small = 8, large = 4 }
	BeltSeconds int            `toml:"belt_seconds"`    // conveyor: from one end to the other
	BeltCM      float64        `toml:"belt_cm"`         // or how long it is
	BeltSpeed   float64        `toml:"belt_cm_per_min"` // and how fast
}

// What pizzas lie on while they bake.
const (
	Deck     = "deck"     // still, for as long as the recipe says
	Conveyor = "conveyor" // a belt that carries all of them through in the same time
)

// Belt is how long the conveyor takes from one end to the other; 0 for decks.
func (d Device) Belt() time.Duration {
	switch {
	case d.Bake != Conveyor:
		return 0
	case d.BeltSeconds > 0:
		return time.Duration(d.BeltSeconds) * time.Second
	}
	return time.Duration(d.BeltCM / d.BeltSpeed * float64(time.Minute))
}

const (
	leastBelt = 30 * time.Second
	mostBelt  = time.Hour
	mostSizes = 20
)

// bakeFaults are what is wrong with how it bakes.
func (d Device) bakeFaults(add func(is bool, format string, args ...any)) {
	add(d.Bake != "" && d.Bake != Deck && d.Bake != Conveyor, "bake must be %q or %q, not %q", Deck, Conveyor, d.Bake)
	belted := d.BeltSeconds != 0 || d.BeltCM != 0 || d.BeltSpeed != 0
	add(d.Bake != Conveyor && belted, "only a conveyor has a belt: write bake = %q, or leave belt_… out", Conveyor)
	if d.Bake == Conveyor {
		known := d.BeltSeconds > 0 || d.BeltCM > 0 && d.BeltSpeed > 0
		add(!known, "a conveyor needs belt_seconds, or belt_cm and belt_cm_per_min")
		add(known && (d.Belt() < leastBelt || d.Belt() > mostBelt), "the belt must take between %s and %s, not %s", leastBelt, mostBelt, d.Belt().Round(time.Second))
	}
	add(len(d.Sizes) > mostSizes, "capacity_by can name up to %d sizes", mostSizes)
	for size, n := range d.Sizes {
		add(n < 1 || n > wire.MostSlots, "capacity_by.%s must be between 1 and %d", size, wire.MostSlots)
	}
}

// Band is how hot the oven should be.
func (d Device) Band() Band { return Band{Low: d.BandLow, High: d.BandHigh} }

// WithDefaults fills in what was left out.
func (d Device) WithDefaults() Device {
	if d.Name == "" {
		d.Name = d.ID
	}
	if len(d.Chambers) == 0 {
		d.Chambers = []string{"oven"}
	}
	d.Decks, d.Capacity = max(d.Decks, 1), max(d.Capacity, 1)
	return d
}

// Validate reports everything that is wrong with the file, one sentence each.
func (f Devices) Validate() error {
	var wrong []error
	ids, buses := map[string]bool{}, map[string]bool{}
	for i, d := range f.Ovens {
		name := fmt.Sprintf("oven %d (%s)", i+1, d.ID)
		for _, err := range d.faults() {
			wrong = append(wrong, fmt.Errorf("%s: %w", name, err))
		}
		if ids[d.ID] {
			wrong = append(wrong, fmt.Errorf("%s: the id is taken by another oven", name))
		}
		if d.Bus != "" && d.Bus != SimBus && buses[d.Bus] {
			wrong = append(wrong, fmt.Errorf("%s: bus %s is taken by another oven", name, d.Bus))
		}
		ids[d.ID], buses[d.Bus] = true, true
	}
	return errors.Join(wrong...)
}

func (d Device) faults() []error {
	var wrong []error
	add := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	add(!wire.SafeID(d.ID), "id must be 1 to 64 letters, digits, '.', '_' or '-'")
	add(d.Kind != KindMAX31855 && d.Kind != KindMQTT, "kind must be %q or %q, not %q", KindMAX31855, KindMQTT, d.Kind)
	add(d.Kind == KindMAX31855 && d.Bus == "", "bus must name the SPI port, like \"SPI0.0\", or be %q", SimBus)
	add(d.Kind == KindMQTT && d.Bus != "", "an mqtt oven has no bus: leave it out")
	add(d.Kind == KindMAX31855 && len(d.Chambers) > 1, "a max31855 measures one chamber, not %s", strings.Join(d.Chambers, ", "))
	add(d.Decks < 0 || d.Decks > wire.MostSlots, "decks must be between 1 and %d", wire.MostSlots)
	add(d.Capacity < 0 || d.Capacity > wire.MostSlots, "capacity must be between 1 and %d", wire.MostSlots)
	d.bakeFaults(add)
	if err := d.Band().Validate(); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}
