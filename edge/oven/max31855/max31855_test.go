package max31855_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/conntest"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spitest"

	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/max31855"
	"awesome.pizza/edge/oven/oventest"
	"awesome.pizza/edge/oven/simbus"
	"awesome.pizza/shared/clock"
)

// bits writes a frame as the datasheet does: digits, with spaces where one likes.
func bits(t *testing.T, s string) uint32 {
	t.Helper()
	var frame uint32
	s = strings.ReplaceAll(s, " ", "")
	if len(s) != 32 {
		t.Fatalf("%q is no frame", s)
	}
	for _, c := range s {
		frame = frame<<1 | uint32(c-'0')
	}
	return frame
}

func TestThermocoupleReadsAsInTable4OfTheDatasheet(t *testing.T) {
	t.Parallel()
	for d31to18, want := range map[string]oven.Celsius{
		"0110 0100 0000 00": 1600, "0011 1110 1000 00": 1000, "0000 0110 0100 11": 100.75, "0000 0001 1001 00": 25,
		"0000 0000 0000 00": 0, "1111 1111 1111 11": -0.25, "1111 1111 1111 00": -1, "1111 0000 0110 00": -250,
	} {
		f, err := max31855.Decode(bits(t, d31to18+" 0 0  0001 1001 0000  0 000"))
		if err != nil || f.Thermocouple != want || f.Internal != 25 {
			t.Errorf("%s reads %+v, %v; want %s", d31to18, f, err, want)
		}
	}
}

func TestInternalTemperatureReadsAsInTable5OfTheDatasheet(t *testing.T) {
	t.Parallel()
	for d15to4, want := range map[string]oven.Celsius{
		"0111 1111 0000": 127, "0110 0100 1001": 100.5625, "0001 1001 0000": 25, "0000 0000 0000": 0,
		"1111 1111 1111": -0.0625, "1111 1111 0000": -1, "1110 1100 0000": -20, "1100 1001 0000": -55,
	} {
		f, err := max31855.Decode(bits(t, "0000 0001 1001 00 0 0 "+d15to4+" 0 000"))
		if err != nil || f.Internal != want || f.Thermocouple != 25 {
			t.Errorf("%s reads %+v, %v; want %s", d15to4, f, err, want)
		}
	}
}

func TestEveryFaultHasItsOwnError(t *testing.T) {
	t.Parallel()
	all := []error{max31855.ErrOpenCircuit, max31855.ErrShortToGround, max31855.ErrShortToSupply, max31855.ErrNoChip, max31855.ErrBadFrame}
	for name, c := range map[string]struct {
		frame uint32
		want  []error
	}{
		"open":                    {bits(t, "0000 0000 0000 00 0 1 0001 1001 0000 0 001"), all[0:1]},
		"GND":                     {bits(t, "0000 0000 0000 00 0 1 0001 1001 0000 0 010"), all[1:2]},
		"VCC":                     {bits(t, "0000 0000 0000 00 0 1 0001 1001 0000 0 100"), all[2:3]},
		"open and GND":            {bits(t, "0000 0000 0000 00 0 1 0001 1001 0000 0 011"), all[0:2]},
		"bus low":                 {0, all[3:4]},
		"bus high":                {1<<32 - 1, all[3:4]},
		"reserved D17":            {bits(t, "0000 0001 1001 00 1 0 0001 1001 0000 0 000"), all[4:]},
		"reserved D3":             {bits(t, "0000 0001 1001 00 0 0 0001 1001 0000 1 000"), all[4:]},
		"fault that is none":      {bits(t, "0000 0001 1001 00 0 1 0001 1001 0000 0 000"), all[4:]},
		"fault that is not named": {bits(t, "0000 0001 1001 00 0 0 0001 1001 0000 0 001"), all[4:]},
	} {
		f, err := max31855.Decode(c.frame)
		if f != (max31855.Frame{}) || !errors.Is(err, oven.ErrFault) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
		for _, one := range all {
			wanted := slices.Contains(c.want, one)
			if errors.Is(err, one) != wanted {
				t.Errorf("%s: %v, is %q: %v", name, err, one, !wanted)
			}
		}
	}
}

// chip plays frames back, as recorded from the bus.
func chip(t *testing.T, frames ...uint32) (*max31855.Oven, *spitest.Playback) {
	t.Helper()
	port := &spitest.Playback{Playback: conntest.Playback{DontPanic: true}}
	for _, f := range frames {
		port.Ops = append(port.Ops, conntest.IO{R: binary.BigEndian.AppendUint32(nil, f)})
	}
	o, err := max31855.Open(port, "oven-1", "deck", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	return o, port
}

func TestAReadingIsOneFrame(t *testing.T) {
	t.Parallel()
	o, _ := chip(t, bits(t, "0001 0011 1000 10 0 0 0001 1111 0100 0 000"))
	r, err := o.Sense(t.Context())
	if err != nil || len(r.Chambers) != 1 || r.Chambers[0] != (oven.Chamber{Name: "deck", Celsius: 312.5}) || r.SeesItems || time.Since(r.At) > time.Minute {
		t.Errorf("%+v, %v", r, err)
	}
	if err := o.Halt(); err != nil {
		t.Errorf("not every frame was read: %v", err)
	}
	if o.String() != "oven-1 (MAX31855 on playback)" {
		t.Error(o.String())
	}
}

func TestATransientFaultIsOver(t *testing.T) {
	t.Parallel()
	good := bits(t, "0001 0011 1000 10 0 0 0001 1111 0100 0 000")
	o, _ := chip(t, good, 0x00011901, good)
	for i, wantErr := range []bool{false, true, false} {
		if _, err := o.Sense(t.Context()); (err != nil) != wantErr {
			t.Errorf("frame %d: %v", i, err)
		}
	}
}

func TestABusThatFailsIsNotTakenForAFaultOfTheOven(t *testing.T) {
	t.Parallel()
	o, _ := chip(t) // nothing to play back: Tx fails
	if _, err := o.Sense(t.Context()); err == nil || errors.Is(err, oven.ErrFault) {
		t.Errorf("%v", err)
	}
}

func TestATemperatureNoOvenHasIsRefused(t *testing.T) {
	t.Parallel()
	o, _ := chip(t, bits(t, "0110 0100 0000 00 0 0 0001 1001 0000 0 000"), bits(t, "1111 0000 0110 00 0 0 0001 1001 0000 0 000"))
	for range 2 {
		if r, err := o.Sense(t.Context()); !errors.Is(err, max31855.ErrImplausible) {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// crooked is a port that cannot be closed.
type crooked struct{ spi.PortCloser }

var errCrooked = errors.New("crooked")

func (c crooked) Close() error { return errCrooked }

func TestAPortThatFailsIsReported(t *testing.T) {
	t.Parallel()
	bus := simbus.New("sim", func() oven.Celsius { return 300 })
	o, err := max31855.Open(crooked{bus}, "oven-1", "deck", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := max31855.Open(bus, "oven-2", "deck", clock.System{}); err == nil {
		t.Error("two ovens share a port")
	}
	if err := o.Halt(); !errors.Is(err, errCrooked) {
		t.Errorf("%v", err)
	}
}

func TestTheDriverPassesTheSuiteOnASimulatedBus(t *testing.T) {
	t.Parallel()
	oventest.Run(t, oventest.Harness{
		New: func(t *testing.T) oven.Driver {
			bus := simbus.New("sim", simbus.NewHearth(310, clock.System{}).Celsius)
			o, err := max31855.Open(bus, "oven-1", "deck", clock.System{})
			if err != nil {
				t.Fatal(err)
			}
			return attached{o, bus}
		},
		Silence: func(_ *testing.T, d oven.Driver) { d.(attached).bus.Break(simbus.Unplugged) },
	})
}

// attached is a driver with the bus it sits on.
type attached struct {
	*max31855.Oven
	bus *simbus.Bus
}
