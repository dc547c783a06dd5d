// Package oventest has what tests of ovens need: a Fake oven, and Run, the suite that every driver passes. Nothing in here runs in a
// kitchen.
package oventest

import (
	"context"
	"sync"
	"time"

	"awesome.pizza/edge/oven"
)

// Fake is an oven that does what a test says. Its zero value is at 300 °C. It is an oven.Driver and an oven.BandSetter.
type Fake struct {
	mu      sync.Mutex
	off     oven.Celsius // distance from 300 °C
	err     error
	silent  bool
	stuck   bool
	halts   int
	band    oven.Band
	lastSet error
}

// Heat sets the temperature.
func (f *Fake) Heat(c oven.Celsius) { f.change(func() { f.off = c - 300 }) }

// Silence makes the oven say nothing until Speak.
func (f *Fake) Silence() { f.change(func() { f.silent = true }) }

// Stick makes Sense hang until its context ends.
func (f *Fake) Stick() { f.change(func() { f.stuck = true }) }

// Speak ends Silence, Stick and Fail.
func (f *Fake) Speak() { f.change(func() { f.silent, f.stuck, f.err = false, false, nil }) }

// Fail makes Sense fail with err.
func (f *Fake) Fail(err error) { f.change(func() { f.err = err }) }

// RefuseBand makes SetBand fail with err.
func (f *Fake) RefuseBand(err error) { f.change(func() { f.lastSet = err }) }

func (f *Fake) change(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
}

// Halts is how often Halt was called.
func (f *Fake) Halts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.halts
}

// Band is what SetBand was last given.
func (f *Fake) Band() oven.Band {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.band
}

// Sense is what the test says.
func (f *Fake) Sense(ctx context.Context) (oven.Reading, error) {
	if err := ctx.Err(); err != nil {
		return oven.Reading{}, err
	}
	f.mu.Lock()
	halted, silent, stuck, err, off := f.halts > 0, f.silent, f.stuck, f.err, f.off
	f.mu.Unlock()
	switch {
	case halted:
		return oven.Reading{}, oven.ErrHalted
	case stuck:
		<-ctx.Done()
		return oven.Reading{}, ctx.Err()
	case silent:
		return oven.Reading{}, oven.ErrSilent
	case err != nil:
		return oven.Reading{}, err
	}
	return oven.Reading{At: time.Now(), Chambers: []oven.Chamber{{Name: "deck", Celsius: 300 + off}}}, nil
}

// SetBand notes the band.
func (f *Fake) SetBand(_ context.Context, b oven.Band) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.band = b
	return f.lastSet
}

// Halt counts.
func (f *Fake) Halt() error {
	f.change(func() { f.halts++ })
	return nil
}

func (f *Fake) String() string { return "fake oven" }
