package oven

import (
	"fmt"
	"math"
	"slices"
	"time"

	"awesome.pizza/shared/wire"
)

// memory is how many commands an oven remembers: more than the edge sends in a shift.
const memory = 256

// remembered is the last commands by id, oldest first.
type remembered []string

func (r *remembered) add(id string) (isNew bool) {
	if slices.Contains(*r, id) {
		return false
	}
	*r = append(*r, id)
	if len(*r) > memory {
		*r = (*r)[1:]
	}
	return true
}

// Obey does what the edge asks. A command seen before has no second effect. What cannot be done is answered by a fault event; a
// payload that is no command by a problem that nobody but the log hears.
func (f *Firmware) Obey(payload []byte, now time.Time) ([]Message, error) {
	c, err := wire.Decode[wire.OvenCommand](payload, now)
	if err != nil {
		return nil, fmt.Errorf("read command: %w", err)
	}
	if !f.obeyed.add(c.ID) {
		return nil, nil
	}
	switch c.Kind {
	case wire.SetBand:
		f.band, f.stopped = Band{*c.BandLow, *c.BandHigh}, false
		if f.spec.Kind == Conveyor && f.beltCM == 0 {
			f.beltCM = beltLength / 5.5
		}
	case wire.Stop:
		f.stopped, f.beltCM = true, 0
	case wire.StartBake:
		return f.start(c, now), nil
	}
	return nil, nil
}

// start notes how long the pizza in a slot shall bake. A belt that carries nothing else takes the speed for it.
func (f *Firmware) start(c wire.OvenCommand, now time.Time) []Message {
	b := f.slots[c.Slot]
	if b == nil || f.stopped {
		why := fmt.Sprintf("start_bake %s: slot %d is empty", c.ID, c.Slot)
		if f.stopped {
			why = fmt.Sprintf("start_bake %s: the oven is stopped", c.ID)
		}
		return []Message{f.event(wire.OvenEvent{Kind: wire.Fault, Slot: c.Slot, Detail: why}, now)}
	}
	b.wanted = time.Duration(c.BakeSeconds) * time.Second
	if c.Order != "" {
		b.order, b.item = c.Order, c.Item
	}
	if f.spec.Kind == Conveyor && len(f.slots) == 1 {
		f.beltCM = beltLength / b.wanted.Minutes()
	}
	return nil
}

// Wanted is how long start_bake asked for what lies in a slot, 0 when nobody did.
func (f *Firmware) Wanted(slot int) time.Duration {
	if b := f.slots[slot]; b != nil {
		return b.wanted
	}
	return 0
}

// Probe is how the thermocouples that telemetry reads deceive.
type Probe struct {
	Offset float64   // K too warm
	Stuck  []float64 // °C of each chamber that are told instead of the truth; nil: the probe is free
}

// Read is what the probes say, chamber by chamber, in °C to a tenth.
func (f *Firmware) Read(p Probe) []float64 {
	readings := make([]float64, len(f.chambers))
	for i, c := range f.chambers {
		readings[i] = math.Round((c.Celsius()+p.Offset)*10) / 10
		if p.Stuck != nil {
			readings[i] = p.Stuck[i]
		}
	}
	return readings
}

// Telemetry is what the oven says of itself once a second. shift is by how much its clock is wrong.
func (f *Firmware) Telemetry(now time.Time, readings []float64, shift time.Duration) Message {
	t := wire.OvenTelemetry{OvenID: f.spec.Name, At: wire.At(now.Add(shift)), ItemsIn: []wire.ItemIn{}, Firmware: Version}
	for i, celsius := range readings {
		t.Chambers = append(t.Chambers, wire.Chamber{Name: fmt.Sprintf("%s %d", f.chamberWord(), i+1), Celsius: wire.Celsius(celsius)})
	}
	if f.spec.Kind == Conveyor {
		t.BeltCMPerMin = new(math.Round(f.beltCM*10) / 10)
	}
	for slot := 1; slot <= f.spec.Chambers*f.spec.Slots; slot++ {
		if b := f.slots[slot]; b != nil {
			t.ItemsIn = append(t.ItemsIn, wire.ItemIn{Slot: slot, Since: wire.At(b.since.Add(shift))})
		}
	}
	return Message{Topic: wire.OvenTelemetryTopic(f.kitchen), Payload: t}
}

func (f *Firmware) chamberWord() string {
	if f.spec.Kind == Conveyor {
		return "tunnel"
	}
	return "deck"
}

// Faulty is the event with which an oven owns up to a fault of its own.
func (f *Firmware) Faulty(detail string, now time.Time) Message {
	return f.event(wire.OvenEvent{Kind: wire.Fault, Detail: detail}, now)
}
