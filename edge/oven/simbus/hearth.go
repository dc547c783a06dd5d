package simbus

import (
	"math"
	"sync"
	"time"

	"awesome.pizza/edge/oven"
	"awesome.pizza/shared/clock"
)

// How a Hearth behaves: a deck oven's stone and air as one lump (Newton's law of cooling), a heater that is on or off.
const (
	room       oven.Celsius = 22
	flatOut    oven.Celsius = 520             // where the heater alone would take it
	hysteresis oven.Celsius = 3               // the thermostat switches this far from its set point
	inertia                 = 8 * time.Minute // time constant of the stone
	stride                  = time.Second     // of the integration
	longest                 = time.Hour       // that is simulated at once; by then it is steady
)

// Hearth is a small oven with a thermostat. It is safe for concurrent use.
type Hearth struct {
	clock clock.Clock

	mu      sync.Mutex
	at      time.Time
	celsius oven.Celsius
	set     oven.Celsius
	heating bool
}

// NewHearth is an oven that is at its set point already, as it is an hour before the first guest.
func NewHearth(set oven.Celsius, c clock.Clock) *Hearth {
	return &Hearth{clock: c, at: c.Now(), celsius: set, set: set}
}

// Set turns the thermostat.
func (h *Hearth) Set(c oven.Celsius) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.burn()
	h.set = c
}

// Celsius is the temperature now.
func (h *Hearth) Celsius() oven.Celsius {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.burn()
	return h.celsius
}

// burn lets the time pass since it was last called.
func (h *Hearth) burn() {
	now := h.clock.Now()
	h.at = latest(h.at, now.Add(-longest))
	for ; now.Sub(h.at) >= stride; h.at = h.at.Add(stride) {
		switch {
		case h.celsius < h.set-hysteresis:
			h.heating = true
		case h.celsius > h.set+hysteresis:
			h.heating = false
		}
		goal := room
		if h.heating {
			goal = flatOut
		}
		h.celsius += (goal - h.celsius) * oven.Celsius(1-math.Exp(-stride.Seconds()/inertia.Seconds()))
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
