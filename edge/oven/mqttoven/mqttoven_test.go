package mqttoven_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/mqttoven"
	"awesome.pizza/edge/oven/oventest"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

func telemetry(id string) wire.OvenTelemetry {
	belt := 90.0
	return wire.OvenTelemetry{
		OvenID: id, At: wire.At(time.Now()), BeltCMPerMin: &belt, Firmware: "1",
		Chambers: []wire.Chamber{{Name: "top", Celsius: 310}, {Name: "bottom", Celsius: 295}},
		ItemsIn:  []wire.ItemIn{{Slot: 2, Since: wire.At(time.Now().Add(-time.Minute))}},
	}
}

func heard(t *testing.T) *mqttoven.Oven {
	t.Helper()
	o := mqttoven.New("oven-1", clock.System{})
	if err := o.Heard(telemetry("oven-1")); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheDriverPassesTheSuite(t *testing.T) {
	t.Parallel()
	oventest.Run(t, oventest.Harness{
		New:     func(t *testing.T) oven.Driver { return heard(t) },
		Silence: func(*testing.T, oven.Driver) {}, // nobody speaks: that is silence
	})
}

func TestAReadingIsWhatWasHeardLast(t *testing.T) {
	t.Parallel()
	r, err := heard(t).Sense(t.Context())
	if err != nil || len(r.Chambers) != 2 || r.Chambers[1] != (oven.Chamber{Name: "bottom", Celsius: 295}) || *r.BeltCMPerMin != 90 {
		t.Errorf("%+v, %v", r, err)
	}
	if !r.SeesItems || len(r.Items) != 1 || r.Items[0].Slot != 2 {
		t.Errorf("items %+v", r.Items)
	}
}

func TestAnOvenNeverHeardOfIsSilent(t *testing.T) {
	t.Parallel()
	o := mqttoven.New("oven-1", clock.System{})
	o.HeardEvent(wire.OvenEvent{Kind: wire.ItemPutIn, Slot: 1})
	if r, err := o.Sense(t.Context()); !errors.Is(err, oven.ErrSilent) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSilenceEndsWithTheNextWordWhateverTheOvensClockSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := heard(t)
		time.Sleep(oven.SilenceLimit)
		if _, err := o.Sense(t.Context()); err != nil {
			t.Errorf("silent before its time: %v", err)
		}
		time.Sleep(time.Second)
		if _, err := o.Sense(t.Context()); !errors.Is(err, oven.ErrSilent) {
			t.Errorf("%v", err)
		}
		late := telemetry("oven-1")
		late.At = wire.At(time.Now().Add(-time.Hour))
		if err := o.Heard(late); err != nil {
			t.Fatal(err)
		}
		if r, err := o.Sense(t.Context()); err != nil || !r.At.Equal(time.Now()) {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestNobodySpeaksForAnother(t *testing.T) {
	t.Parallel()
	o := heard(t)
	if err := o.Heard(telemetry("oven-2")); !problem.Is(err, problem.Refused) {
		t.Errorf("%v", err)
	}
}

func TestEventsAreSeenBeforeTheNextTelemetry(t *testing.T) {
	t.Parallel()
	o := heard(t)
	before, _ := o.Sense(t.Context())
	at := wire.At(time.Now())
	o.HeardEvent(wire.OvenEvent{At: at, Kind: wire.ItemTakenOut, Slot: 2})
	o.HeardEvent(wire.OvenEvent{At: at, Kind: wire.ItemPutIn, Slot: 5})
	o.HeardEvent(wire.OvenEvent{At: at, Kind: wire.ItemPutIn, Slot: 5}) // sent again
	o.HeardEvent(wire.OvenEvent{At: at, Kind: wire.Door, Detail: "open"})
	r, err := o.Sense(t.Context())
	if err != nil || len(r.Items) != 1 || r.Items[0] != (oven.Item{Slot: 5, Since: at.Time}) {
		t.Errorf("%+v, %v", r.Items, err)
	}
	if len(before.Items) != 1 || before.Items[0].Slot != 2 {
		t.Errorf("an older reading changed: %+v", before.Items)
	}
}

func TestABandGoesOutAsACommandThatExpires(t *testing.T) {
	t.Parallel()
	o := heard(t)
	if err := o.SetBand(t.Context(), oven.Band{Low: 280, High: 330}); !problem.Is(err, problem.Unavailable) {
		t.Errorf("no way back, and yet %v", err)
	}
	var sent wire.OvenCommand
	o.Send = func(_ context.Context, c wire.OvenCommand) error { sent = c; return nil }
	if err := o.SetBand(t.Context(), oven.Band{Low: 280, High: 330}); err != nil {
		t.Fatal(err)
	}
	if err := sent.Validate(time.Now()); err != nil || sent.Kind != wire.SetBand || *sent.BandLow != 280 || *sent.BandHigh != 330 {
		t.Errorf("%+v, %v", sent, err)
	}
	if err := sent.Validate(time.Now().Add(time.Minute)); err == nil {
		t.Error("a command is obeyed a minute later")
	}
	lost := errors.New("lost")
	o.Send = func(context.Context, wire.OvenCommand) error { return lost }
	if err := o.SetBand(t.Context(), oven.Band{Low: 280, High: 330}); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}
