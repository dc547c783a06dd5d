// Package oven is what is inside an oven that speaks MQTT: a chamber as physics knows it, and the firmware that watches and steers
// it. Nothing in here knows a network, a clock or chance: time comes in, messages come out.
package oven

import (
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// Version is what the firmware says of itself.
const Version = "sim-oven 1.0"

// beltLength is what a pizza travels from mouth to mouth of a conveyor, in cm.
const beltLength = 200.0

// Message is something the oven says.
type Message struct {
	Topic   string
	Payload wire.Payload
}

// Firmware is one oven. It is not safe for concurrent use: one goroutine owns it.
//
// The thermostat has a thermocouple of its own, as in real ovens: a probe that drifts or sticks misleads who reads telemetry, not
// the oven.
type Firmware struct {
	kitchen  string
	spec     Spec
	newID    func() string
	chambers []*Chamber
	heating  []bool
	slots    map[int]*bake
	band     Band
	stopped  bool
	beltCM   float64 // cm per minute
	doorShut time.Time
	doorOpen bool
	obeyed   remembered // commands by id; kept in flash, so that a reboot does not make an old command new
}

// Band is where the air shall be, in °C.
type Band struct{ Low, High wire.Celsius }

// bake is what lies in a slot.
type bake struct {
	pizza  Pizza
	since  time.Time
	baked  time.Duration // time of its own in the oven
	wanted time.Duration // of start_bake; 0 when nobody said
	order  string
	item   string
}

// New is an oven of a kitchen that has been at the middle of its band for long. newID makes the ids of its events.
func New(kitchen string, spec Spec, newID func() string) *Firmware {
	f := &Firmware{kitchen: kitchen, spec: spec, newID: newID, slots: map[int]*bake{}, band: Band{295, 325}}
	build := DeckChamber()
	if spec.Kind == Conveyor {
		build, f.band = BeltChamber(), Band{270, 290}
		f.beltCM = beltLength / 5.5 // through in five and a half minutes
	}
	for range spec.Chambers {
		f.chambers = append(f.chambers, NewChamber(build, f.band.middle()))
		f.heating = append(f.heating, false)
	}
	return f
}

// Cool makes it an oven that was switched on just now.
func (f *Firmware) Cool() {
	for i, c := range f.chambers {
		f.chambers[i] = NewChamber(c.build, Room)
	}
}

func (b Band) middle() float64 { return float64(b.Low+b.High) / 2 }

// Spec is what kind of oven it is.
func (f *Firmware) Spec() Spec { return f.spec }

// Free are the slots in which nothing lies, in order. A stopped oven has none.
func (f *Firmware) Free() []int {
	var free []int
	for slot := 1; !f.stopped && slot <= f.spec.Chambers*f.spec.Slots; slot++ {
		if f.slots[slot] == nil {
			free = append(free, slot)
		}
	}
	return free
}

// PutIn lays a pizza into a slot. order and item are hints for the kitchen and may be empty.
func (f *Firmware) PutIn(slot int, order, item string, diameterCM int, now time.Time) (Message, error) {
	switch {
	case !f.spec.has(slot):
		return Message{}, problem.New(problem.Invalid, "no_such_slot", "%s has slots 1 to %d, not %d", f.spec.Name, f.spec.Chambers*f.spec.Slots, slot)
	case f.slots[slot] != nil:
		return Message{}, problem.New(problem.Conflict, "slot_taken", "slot %d of %s is taken", slot, f.spec.Name)
	case f.stopped:
		return Message{}, problem.New(problem.Conflict, "stopped", "%s is stopped", f.spec.Name)
	}
	f.slots[slot] = &bake{pizza: RawPizza(diameterCM), since: now, order: order, item: item}
	return f.moved(wire.ItemPutIn, slot, f.slots[slot], now), nil
}

// TakeOut empties a slot.
func (f *Firmware) TakeOut(slot int, now time.Time) (Message, error) {
	b := f.slots[slot]
	if b == nil {
		return Message{}, problem.New(problem.Conflict, "slot_empty", "nothing lies in slot %d of %s", slot, f.spec.Name)
	}
	delete(f.slots, slot)
	return f.moved(wire.ItemTakenOut, slot, b, now), nil
}

func (f *Firmware) moved(kind wire.OvenEventKind, slot int, b *bake, now time.Time) Message {
	return f.event(wire.OvenEvent{Kind: kind, Slot: slot, Order: b.order, Item: b.item}, now)
}

func (f *Firmware) event(e wire.OvenEvent, now time.Time) Message {
	e.ID, e.At = f.newID(), wire.At(now)
	return Message{Topic: wire.OvenEventTopic(f.kitchen, f.spec.Name), Payload: e}
}

// OpenDoor opens the doors until an instant. A conveyor has none and says nothing.
func (f *Firmware) OpenDoor(now, until time.Time) []Message {
	if f.spec.Kind == Conveyor {
		return nil
	}
	f.doorShut = until
	if f.doorOpen {
		return nil
	}
	f.setDoor(true)
	return []Message{f.event(wire.OvenEvent{Kind: wire.Door, Detail: "open"}, now)}
}

func (f *Firmware) setDoor(open bool) {
	f.doorOpen = open
	for _, c := range f.chambers {
		c.SetDoor(open)
	}
}

// Advance lets time pass in the oven, this much of it until now, and says what happened.
func (f *Firmware) Advance(now time.Time, passed time.Duration) []Message {
	var said []Message
	if f.doorOpen && !now.Before(f.doorShut) {
		f.setDoor(false)
		said = append(said, f.event(wire.OvenEvent{Kind: wire.Door, Detail: "closed"}, now))
	}
	for i, c := range f.chambers {
		f.heatOver(i, c, passed)
	}
	for _, slot := range slices.Sorted(maps.Keys(f.slots)) {
		b := f.slots[slot]
		b.baked += passed
		if f.beltCM > 0 && b.baked >= f.travel() {
			delete(f.slots, slot)
			said = append(said, f.moved(wire.ItemTakenOut, slot, b, now))
		}
	}
	return said
}

// hysteresis of the thermostat in K, to each side of the middle of the band.
const hysteresis = 1.5

// heatOver advances a chamber second by second, so that the thermostat keeps up when time runs fast.
func (f *Firmware) heatOver(i int, c *Chamber, passed time.Duration) {
	inside := f.pizzasIn(i)
	for left := passed.Seconds(); left > 0; left-- {
		set := f.band.middle()
		switch {
		case f.stopped || c.Celsius() >= set+hysteresis:
			f.heating[i] = false
		case c.Celsius() <= set-hysteresis:
			f.heating[i] = true
		}
		c.Advance(min(left, 1), f.heating[i], inside)
	}
}

func (f *Firmware) pizzasIn(chamber int) []*Pizza {
	var inside []*Pizza
	for _, slot := range slices.Sorted(maps.Keys(f.slots)) {
		if f.spec.chamberOf(slot) == chamber {
			inside = append(inside, &f.slots[slot].pizza)
		}
	}
	return inside
}

// travel is how long the belt carries a pizza.
func (f *Firmware) travel() time.Duration {
	return time.Duration(beltLength / f.beltCM * float64(time.Minute))
}
