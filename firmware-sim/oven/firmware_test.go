package oven_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/oven"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

var friday = time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC)

func counter() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("e%d", n) }
}

func newOven(t *testing.T, written string) *oven.Firmware {
	t.Helper()
	spec, err := oven.ParseSpec(written)
	if err != nil {
		t.Fatal(err)
	}
	return oven.New("r1", spec, counter())
}

func command(t *testing.T, c wire.OvenCommand) []byte {
	t.Helper()
	c.At = wire.At(friday)
	b, err := wire.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func obey(t *testing.T, f *oven.Firmware, c wire.OvenCommand) []oven.Message {
	t.Helper()
	said, err := f.Obey(command(t, c), friday)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func eventOf(t *testing.T, m oven.Message) wire.OvenEvent {
	t.Helper()
	e, ok := m.Payload.(wire.OvenEvent)
	if !ok || m.Topic != "pizza/kitchen/r1/oven/oven-1/event" {
		t.Fatalf("%+v is no event of oven-1", m)
	}
	if err := e.Validate(e.At.Time); err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	return e
}

func telemetry(t *testing.T, f *oven.Firmware, now time.Time) wire.OvenTelemetry {
	t.Helper()
	reading, ok := f.Telemetry(now, f.Read(oven.Probe{}), 0).Payload.(wire.OvenTelemetry)
	if !ok {
		t.Fatal("telemetry is something else")
	}
	if err := reading.Validate(now); err != nil {
		t.Fatal(err)
	}
	return reading
}

func run(f *oven.Firmware, from time.Time, d time.Duration) (said []oven.Message) {
	for at := time.Duration(0); at < d; at += time.Second {
		said = append(said, f.Advance(from.Add(at), time.Second)...)
	}
	return said
}

func TestTheThermostatKeepsTheAirInItsBand(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:2")
	low, high := wire.Celsius(250), wire.Celsius(270)
	obey(t, f, wire.OvenCommand{ID: "c1", Kind: wire.SetBand, BandLow: &low, BandHigh: &high})
	run(f, friday, 5*time.Hour)
	for second := range 600 {
		f.Advance(friday, time.Second)
		for _, c := range telemetry(t, f, friday).Chambers {
			if c.Celsius < low || c.Celsius > high {
				t.Fatalf("second %d: %s is at %v", second, c.Name, c.Celsius)
			}
		}
	}
}

func TestAPizzaGoesInAndComesOut(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	m, err := f.PutIn(2, "0198-a", "1", 36, friday)
	if e := eventOf(t, m); err != nil || e.Kind != wire.ItemPutIn || e.Slot != 2 || e.Order != "0198-a" || e.Item != "1" {
		t.Errorf("in: %+v, %v", e, err)
	}
	if got := f.Free(); !slices.Equal(got, []int{1, 3, 4}) {
		t.Errorf("free are %v", got)
	}
	if in := telemetry(t, f, friday).ItemsIn; len(in) != 1 || in[0].Slot != 2 || !in[0].Since.Equal(friday) {
		t.Errorf("telemetry says %+v", in)
	}
	m, err = f.TakeOut(2, friday)
	if e := eventOf(t, m); err != nil || e.Kind != wire.ItemTakenOut || e.Slot != 2 || e.ID == "e1" {
		t.Errorf("out: %+v, %v", e, err)
	}
	if len(f.Free()) != 4 {
		t.Errorf("free are %v", f.Free())
	}
}

func TestTwoPizzasDoNotFitIntoOneSlot(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	if _, err := f.PutIn(1, "", "", 30, friday); err != nil {
		t.Fatal(err)
	}
	if _, err := f.PutIn(1, "", "", 30, friday); !problem.Is(err, problem.Conflict) {
		t.Errorf("second pizza: %v", err)
	}
	if _, err := f.PutIn(5, "", "", 30, friday); !problem.Is(err, problem.Invalid) {
		t.Errorf("slot 5 of 4: %v", err)
	}
	if _, err := f.TakeOut(2, friday); !problem.Is(err, problem.Conflict) {
		t.Errorf("out of an empty slot: %v", err)
	}
}

func TestTheBeltCarriesAPizzaThroughByItself(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=conveyor:1")
	if _, err := f.PutIn(3, "0198-a", "2", 30, friday); err != nil {
		t.Fatal(err)
	}
	if said := run(f, friday, 5*time.Minute); len(said) != 0 {
		t.Fatalf("after five minutes: %+v", said)
	}
	said := run(f, friday.Add(5*time.Minute), time.Minute)
	if len(said) != 1 {
		t.Fatalf("said %+v", said)
	}
	if e := eventOf(t, said[0]); e.Kind != wire.ItemTakenOut || e.Slot != 3 || e.Item != "2" {
		t.Errorf("said %+v", e)
	}
	if belt := telemetry(t, f, friday).BeltCMPerMin; belt == nil || *belt < 36 || *belt > 37 {
		t.Errorf("the belt runs at %v cm/min", belt)
	}
}

func TestStartBakeSetsTheBelt(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=conveyor:1")
	if _, err := f.PutIn(1, "", "", 30, friday); err != nil {
		t.Fatal(err)
	}
	if said := obey(t, f, wire.OvenCommand{ID: "c1", Kind: wire.StartBake, Slot: 1, BakeSeconds: 240}); len(said) != 0 {
		t.Errorf("said %+v", said)
	}
	if got := *telemetry(t, f, friday).BeltCMPerMin; got != 50 {
		t.Errorf("200 cm in 4 minutes at %v cm/min", got)
	}
	if got := f.Wanted(1); got != 4*time.Minute {
		t.Errorf("wanted are %v", got)
	}
}

func TestWhatCannotBeDoneIsSaid(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	said := obey(t, f, wire.OvenCommand{ID: "c1", Kind: wire.StartBake, Slot: 1, BakeSeconds: 240})
	if len(said) != 1 || eventOf(t, said[0]).Kind != wire.Fault {
		t.Errorf("baking nothing: %+v", said)
	}
}

func TestARepeatedCommandHasNoSecondEffect(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	stop := wire.OvenCommand{ID: "c1", Kind: wire.Stop}
	obey(t, f, stop)
	if len(f.Free()) != 0 {
		t.Error("a stopped oven takes pizzas")
	}
	low, high := wire.Celsius(250), wire.Celsius(270)
	obey(t, f, wire.OvenCommand{ID: "c2", Kind: wire.SetBand, BandLow: &low, BandHigh: &high})
	obey(t, f, stop) // replayed
	if len(f.Free()) == 0 {
		t.Error("an old stop came back to life")
	}
	empty := wire.OvenCommand{ID: "c3", Kind: wire.StartBake, Slot: 1, BakeSeconds: 9}
	if first, again := obey(t, f, empty), obey(t, f, empty); len(first) != 1 || len(again) != 0 {
		t.Errorf("answered %d times, then %d", len(first), len(again))
	}
}

func TestAStoppedOvenGoesCold(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	obey(t, f, wire.OvenCommand{ID: "c1", Kind: wire.Stop})
	before := telemetry(t, f, friday).Chambers[0].Celsius
	run(f, friday, time.Hour)
	if after := telemetry(t, f, friday).Chambers[0].Celsius; after >= before-10 {
		t.Errorf("an hour after stop: %v, it was %v", after, before)
	}
}

func TestWhatIsNoCommandIsRefused(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	for _, payload := range []string{"", "{}", "[1]", `{"id":"c","at":"2026-07-03T19:30:00Z","kind":"dance"}`, `{"id":"c","at":"2026-07-03T19:30:00Z","kind":"set_band"}`} {
		if said, err := f.Obey([]byte(payload), friday); !problem.Is(err, problem.Invalid) || said != nil {
			t.Errorf("%q: %v, %v", payload, said, err)
		}
	}
	if len(f.Free()) != 4 {
		t.Error("nonsense changed the oven")
	}
}

func TestADoorOpensOnceAndShutsByItself(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:1")
	said := append(f.OpenDoor(friday, friday.Add(5*time.Second)), f.OpenDoor(friday, friday.Add(6*time.Second))...)
	said = append(said, run(f, friday, 20*time.Second)...)
	if len(said) != 2 || eventOf(t, said[0]).Detail != "open" || eventOf(t, said[1]).Detail != "closed" {
		t.Fatalf("said %+v", said)
	}
	if got := eventOf(t, said[1]).At.Sub(friday); got != 6*time.Second {
		t.Errorf("shut after %v", got)
	}
}

func TestAProbeMayLieTheThermostatDoesNot(t *testing.T) {
	t.Parallel()
	f := newOven(t, "oven-1=deck:2")
	if got := f.Read(oven.Probe{Offset: 12}); got[0] != 322 {
		t.Errorf("12 K too warm reads %v", got)
	}
	stuck := f.Read(oven.Probe{})
	run(f, friday, 3*time.Minute)
	if got := f.Read(oven.Probe{Stuck: stuck}); !slices.Equal(got, stuck) {
		t.Errorf("stuck at %v it reads %v", stuck, got)
	}
}

// life is an evening of an oven as bytes.
func life(t *testing.T, seed uint64) []byte {
	t.Helper()
	d := dice.New(seed, "oven-1")
	spec, err := oven.ParseSpec("oven-1=deck:2")
	if err != nil {
		t.Fatal(err)
	}
	f, out := oven.New("r1", spec, func() string { return fmt.Sprintf("%016x", d.Uint64()) }), new(bytes.Buffer)
	write := func(messages ...oven.Message) {
		for _, m := range messages {
			b, err := wire.Encode(m.Payload)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(out, "%s %s\n", m.Topic, b)
		}
	}
	for second := range 1800 {
		now := friday.Add(time.Duration(second) * time.Second)
		if free := f.Free(); d.Chance(0.02) && len(free) > 0 {
			m, err := f.PutIn(dice.Pick(d, free), "", "", 36, now)
			if err != nil {
				t.Fatal(err)
			}
			write(m)
		}
		write(f.Advance(now, time.Second)...)
		write(f.Telemetry(now, f.Read(oven.Probe{}), 0))
	}
	return out.Bytes()
}

func TestOneSeedIsOneLife(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(life(t, 7), life(t, 7)) {
		t.Error("two evenings from one seed differ")
	}
	if bytes.Equal(life(t, 7), life(t, 8)) {
		t.Error("two seeds give one evening")
	}
}
