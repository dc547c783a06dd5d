package simbus_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/max31855"
	"awesome.pizza/edge/oven/simbus"
	"awesome.pizza/shared/clock"
)

func connect(t *testing.T, b *simbus.Bus) spi.Conn {
	t.Helper()
	c, err := b.Connect(5*physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheChipWritesWhatTheDatasheetSays(t *testing.T) {
	t.Parallel()
	var celsius oven.Celsius
	b := simbus.New("sim", func() oven.Celsius { return celsius })
	c := connect(t, b)
	for _, want := range []oven.Celsius{1600, 1000, 100.75, 25, 0, -0.25, -1, -250} {
		celsius = want
		var frame [4]byte
		if err := c.Tx(nil, frame[:]); err != nil {
			t.Fatal(err)
		}
		f, err := max31855.Decode(binary.BigEndian.Uint32(frame[:]))
		if err != nil || f.Thermocouple != want || f.Internal != 31.25 {
			t.Errorf("%s reads %+v, %v", want, f, err)
		}
	}
}

func TestFaultsStandOnTheWires(t *testing.T) {
	t.Parallel()
	b := simbus.New("sim", func() oven.Celsius { return 300 })
	c := connect(t, b)
	for fault, low := range map[simbus.Fault]byte{simbus.OpenCircuit: 1, simbus.ShortToGround: 2, simbus.ShortToSupply: 4, simbus.None: 0} {
		b.Break(fault)
		frame := make([]byte, 4)
		if err := c.Tx(frame, frame); err != nil || frame[3]&7 != low || frame[1]&1 == 1 != (fault != simbus.None) {
			t.Errorf("fault %x: % x, %v", fault, frame, err)
		}
	}
	for fault, want := range map[simbus.Fault]byte{simbus.PulledLow: 0, simbus.Unplugged: 0xff} {
		b.Break(fault)
		frame := make([]byte, 4)
		if err := c.Tx(nil, frame); err != nil || !bytes.Equal(frame, bytes.Repeat([]byte{want}, 4)) {
			t.Errorf("fault %x: % x, %v", fault, frame, err)
		}
	}
}

func TestTheBusIsAsParticularAsTheChip(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]struct {
		speed physic.Frequency
		mode  spi.Mode
		bits  int
	}{"too fast": {6 * physic.MegaHertz, spi.Mode0, 8}, "wrong mode": {physic.MegaHertz, spi.Mode1, 8}, "odd words": {physic.MegaHertz, spi.Mode0, 9}, "no speed": {0, spi.Mode0, 8}} {
		if _, err := simbus.New("sim", nil).Connect(use.speed, use.mode, use.bits); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	b := simbus.New("sim", func() oven.Celsius { return 300 })
	if b.LimitSpeed(0) == nil {
		t.Error("a standing clock is accepted")
	}
	if err := b.LimitSpeed(physic.MegaHertz); err != nil {
		t.Error(err)
	}
	if _, err := b.Connect(20*physic.MegaHertz, spi.Mode0, 8); err != nil {
		t.Errorf("a limited port is slow enough: %v", err)
	}
	if _, err := b.Connect(physic.MegaHertz, spi.Mode0, 8); err == nil {
		t.Error("two users")
	}
}

func TestAClosedBusIsDead(t *testing.T) {
	t.Parallel()
	b := simbus.New("sim", func() oven.Celsius { return 300 })
	c := connect(t, b)
	long := make([]byte, 6)
	if err := c.TxPackets([]spi.Packet{{R: long}, {R: long[:2]}}); err != nil || long[4] != 0 || c.Duplex() != conn.Half || c.String() != "sim" || b.String() != "sim" {
		t.Errorf("% x, %v, %s", long, err, c)
	}
	if c.Tx(make([]byte, 3), make([]byte, 4)) == nil {
		t.Error("writes of another length than reads")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if b.Close() == nil || c.Tx(nil, long) == nil || c.TxPackets([]spi.Packet{{R: long}}) == nil {
		t.Error("a closed bus lives")
	}
	if _, err := b.Connect(physic.MegaHertz, spi.Mode0, 8); err == nil {
		t.Error("a closed bus is connected to")
	}
}

func TestAHearthKeepsItsSetPointAndFollowsAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := simbus.NewHearth(310, clock.System{})
		for range 600 {
			time.Sleep(time.Second)
			if c := h.Celsius(); c < 305 || c > 315 {
				t.Fatalf("%s with the thermostat at 310", c)
			}
		}
		h.Set(250)
		time.Sleep(time.Minute)
		if c := h.Celsius(); c > 300 || c < 250 {
			t.Errorf("%s a minute after turning it down", c)
		}
		time.Sleep(24 * time.Hour)
		if c := h.Celsius(); c < 245 || c > 255 {
			t.Errorf("%s a day later", c)
		}
	})
}
