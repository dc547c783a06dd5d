// Package mqttoven is an oven that speaks for itself over MQTT. It is fed with what was heard, and gives away what is to be said: there
// is no broker and no topic in here.
package mqttoven

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"awesome.pizza/edge/oven"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// commandLife is how long a command may be under way; an oven that wakes up later must not obey it.
const commandLife = 30 * time.Second

// Oven is an oven on MQTT. It is an oven.Driver and an oven.BandSetter.
type Oven struct {
	// Send carries a command to the oven; nil when there is no way back.
	Send func(ctx context.Context, c wire.OvenCommand) error

	id    string
	clock clock.Clock

	mu     sync.Mutex
	last   oven.Reading // At is when it was heard, by our clock: the oven's may be wrong
	halted bool
}

// New is an oven that has not been heard of yet.
func New(ovenID string, c clock.Clock) *Oven { return &Oven{id: ovenID, clock: c} }

// Heard takes what the oven said of itself. Telemetry of another oven is a Refused problem.
func (o *Oven) Heard(t wire.OvenTelemetry) error {
	if t.OvenID != o.id {
		return problem.New(problem.Refused, "not_allowed", "%s may not speak for %s", o.id, t.OvenID)
	}
	r := oven.Reading{At: o.clock.Now(), SeesItems: true, BeltCMPerMin: t.BeltCMPerMin}
	for _, c := range t.Chambers {
		r.Chambers = append(r.Chambers, oven.Chamber{Name: c.Name, Celsius: c.Celsius})
	}
	for _, item := range t.ItemsIn {
		r.Items = append(r.Items, oven.Item{Slot: item.Slot, Since: item.Since.Time})
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = r
	return nil
}

// HeardEvent takes what went in or out, so that it is seen before the next telemetry. Doors and faults change no reading.
func (o *Oven) HeardEvent(e wire.OvenEvent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if e.Kind != wire.ItemPutIn && e.Kind != wire.ItemTakenOut {
		return
	}
	o.last.SeesItems = true
	o.last.Items = slices.DeleteFunc(slices.Clone(o.last.Items), func(i oven.Item) bool { return i.Slot == e.Slot })
	if e.Kind == wire.ItemPutIn {
		o.last.Items = append(o.last.Items, oven.Item{Slot: e.Slot, Since: e.At.Time})
	}
}

// Sense is what was heard last, or oven.ErrSilent when that is too long ago.
func (o *Oven) Sense(ctx context.Context) (oven.Reading, error) {
	if err := ctx.Err(); err != nil {
		return oven.Reading{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.halted {
		return oven.Reading{}, oven.ErrHalted
	}
	if len(o.last.Chambers) == 0 || o.clock.Now().Sub(o.last.At) > oven.SilenceLimit {
		return oven.Reading{}, fmt.Errorf("%s: %w", o.id, oven.ErrSilent)
	}
	r := o.last
	r.Chambers, r.Items = slices.Clone(r.Chambers), slices.Clone(r.Items)
	return r, nil
}

// SetBand asks the oven to keep its air in a band.
func (o *Oven) SetBand(ctx context.Context, b oven.Band) error {
	if o.Send == nil {
		return problem.New(problem.Unavailable, "oven_unreachable", "no command can be sent to %s", o.id)
	}
	now := o.clock.Now()
	expires := wire.At(now.Add(commandLife))
	c := wire.OvenCommand{ID: id.New(), At: wire.At(now), Kind: wire.SetBand, BandLow: &b.Low, BandHigh: &b.High, ExpiresAt: &expires}
	if err := o.Send(ctx, c); err != nil {
		return fmt.Errorf("set band of %s: %w", o.id, err)
	}
	return nil
}

// Halt stops listening. The oven goes on by itself: it is not ours to switch off.
func (o *Oven) Halt() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.halted = true
	return nil
}

func (o *Oven) String() string { return o.id + " (MQTT)" }
