// Package oven is what the kitchen knows of an oven: the small contract every driver keeps, the supervisor that owns one oven and
// tells what it sees, and the device file. Chips, buses and MQTT are in the folders below; which pizza goes into which oven is decided
// in kitchen. A driver is written against Driver and proves itself with oventest.Run.
package oven

import (
	"context"
	"errors"
	"fmt"
	"time"

	"awesome.pizza/shared/wire"
)

// Celsius is a temperature in degrees Celsius.
type Celsius = wire.Celsius

// SilenceLimit is how old the last word of an oven may be before the oven counts as silent.
const SilenceLimit = 10 * time.Second

// What a driver's Sense can fail with, besides the error of its context and of its bus.
var (
	ErrHalted = errors.New("oven is halted")             // Halt was called
	ErrSilent = errors.New("oven has not been heard of") // nothing new within SilenceLimit
	ErrFault  = errors.New("oven reports a fault")       // it answers, and says that it is broken: wrap it
)

// ErrNotSettable says that an oven has its own thermostat and no BandSetter.
var ErrNotSettable = errors.New("oven can only be set by hand")

// Driver is one oven. Its methods are safe for concurrent use.
type Driver interface {
	// Sense says how the oven is now. It returns promptly when ctx ends, with its error. The reading belongs to the caller.
	Sense(ctx context.Context) (Reading, error)
	// Halt ends whatever the driver does to the oven and lets go of its bus. Calling it again does nothing; Sense reports ErrHalted from
	// then on.
	Halt() error
	// String names the oven and how it is attached, for logs.
	String() string
}

// BandSetter is a Driver whose oven can be told how hot to be.
type BandSetter interface {
	SetBand(ctx context.Context, b Band) error
}

// Reading is an oven at an instant of our clock.
type Reading struct {
	At           time.Time
	Chambers     []Chamber // at least one
	Items        []Item    // what is in; meaningless unless SeesItems
	SeesItems    bool      // the oven has sensors for what goes in and out
	BeltCMPerMin *float64  // speed of a conveyor, nil for a deck oven
}

// Chamber is the air of one chamber.
type Chamber struct {
	Name    string
	Celsius Celsius
}

// Item is a place that is taken. Slots count from 1.
type Item struct {
	Slot  int
	Since time.Time
}

// Band is how hot an oven should be.
type Band struct{ Low, High Celsius }

// Validate reports what is wrong with the band.
func (b Band) Validate() error {
	if b.Low >= b.High || b.Low < wire.OvenCoolest || b.High > wire.OvenHottest {
		return fmt.Errorf("band %s to %s: low must be below high, both between %s and %s", b.Low, b.High, wire.OvenCoolest, wire.OvenHottest)
	}
	return nil
}

// extremes are the coldest and the hottest chamber.
func (r Reading) extremes() (coldest, hottest Celsius) {
	coldest, hottest = r.Chambers[0].Celsius, r.Chambers[0].Celsius
	for _, c := range r.Chambers {
		coldest, hottest = min(coldest, c.Celsius), max(hottest, c.Celsius)
	}
	return coldest, hottest
}
