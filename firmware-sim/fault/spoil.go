package fault

import (
	"bytes"

	"awesome.pizza/firmware-sim/dice"
)

// Packet is a message on its way out of a device.
type Packet struct {
	Topic   string
	QoS     byte
	Payload []byte
}

// mostWaiting bounds what a silent device keeps; then it forgets the oldest, as firmware with a ring of flash does.
const mostWaiting = 1000

// Spoiler stands at the mouth of one device. It is not safe for concurrent use.
type Spoiler struct {
	dice    *dice.Dice
	held    *Packet
	waiting []Packet
}

// NewSpoiler spoils by these dice.
func NewSpoiler(d *dice.Dice) *Spoiler { return &Spoiler{dice: d} }

// Pass is what goes out when the device sends packets while this is wrong with it. A silent device lets nothing out; what must be
// acknowledged comes out, in order, with the first call after it. No packets at all is a way to ask for those.
func (s *Spoiler) Pass(state State, packets ...Packet) []Packet {
	var out []Packet
	if state.Silent {
		s.keep(packets)
		return nil
	}
	for _, p := range append(s.waiting, packets...) {
		out = append(out, s.spoil(state, p)...)
	}
	s.waiting = nil
	return out
}

func (s *Spoiler) keep(packets []Packet) {
	for _, p := range packets {
		if p.QoS > 0 {
			s.waiting = append(s.waiting, p)
		}
	}
	if extra := len(s.waiting) - mostWaiting; extra > 0 {
		s.waiting = s.waiting[extra:]
	}
}

func (s *Spoiler) spoil(state State, p Packet) []Packet {
	if p.QoS == 0 && s.dice.Chance(state.Drop) {
		return nil
	}
	var out []Packet
	if s.dice.Chance(state.Garbage) {
		out = append(out, Packet{Topic: p.Topic, QoS: p.QoS, Payload: s.Nonsense(p.Payload)})
	}
	if s.held == nil && s.dice.Chance(state.Reorder) {
		s.held = &p
		return out
	}
	out = append(out, p)
	if s.dice.Chance(state.Duplicate) {
		out = append(out, p)
	}
	if s.held != nil {
		out, s.held = append(out, *s.held), nil
	}
	return out
}

// Nonsense is one of the things that broken firmware sends instead of a payload. None of them is acceptable.
func (s *Spoiler) Nonsense(payload []byte) []byte {
	switch s.dice.IntN(7) {
	case 0:
		return nil
	case 1:
		return payload[:len(payload)/2]
	case 2:
		return []byte("\xff\xfe\x00garbage\x80")
	case 3:
		return []byte(`{"oven_id":42,"at":"yesterday","chambers":"hot"}`)
	case 4:
		return []byte(`{"oven_id":"x","at":"2026-07-03T19:30:00.000Z","chambers":[{"name":"a","celsius":2000}],"items_in":[],"firmware":"x"}`)
	case 5:
		return bytes.Repeat([]byte("["), 20_000)
	default:
		return []byte("null")
	}
}
