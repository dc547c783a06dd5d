// Package simbus is an SPI bus without wires: a MAX31855 (datasheet 19-5793) sits on it and measures whatever temperature it is given,
// so that a node without hardware runs the same driver as one with it. Faults can be put on it by hand. It simulates the chip and not
// the oven; for a small oven see Hearth.
package simbus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"awesome.pizza/edge/oven"
)

// Fault is what can be wrong with the wires.
type Fault uint32

// Faults. The first three stand in a frame as the chip reports them (table 2); the others are what a bus without a chip reads.
const (
	None          Fault = 0
	OpenCircuit   Fault = 1<<16 | 1<<0
	ShortToGround Fault = 1<<16 | 1<<1
	ShortToSupply Fault = 1<<16 | 1<<2
	PulledLow     Fault = 1 << 30
	Unplugged     Fault = 1 << 31
)

// chipInternal is the temperature of the simulated chip.
const chipInternal oven.Celsius = 31.25

var (
	errClosed = errors.New("simulated SPI bus is closed")
	errUse    = errors.New("simulated SPI bus is used in a way a MAX31855 does not stand")
)

// Bus is a port with one chip on it. It implements spi.PortCloser and is safe for concurrent use.
type Bus struct {
	name   string
	source func() oven.Celsius

	mu     sync.Mutex
	fault  Fault
	speed  physic.Frequency // limit; 0 for none
	taken  bool
	closed bool
}

// New is a bus whose chip measures source.
func New(name string, source func() oven.Celsius) *Bus { return &Bus{name: name, source: source} }

// Break puts a fault on the wires, None mends them.
func (b *Bus) Break(f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = f
}

// String names the bus.
func (b *Bus) String() string { return b.name }

// Close ends the bus.
func (b *Bus) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errClosed
	}
	b.closed = true
	return nil
}

// LimitSpeed sets the fastest clock.
func (b *Bus) LimitSpeed(f physic.Frequency) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f <= 0 {
		return fmt.Errorf("%w: speed %s", errUse, f)
	}
	b.speed = f
	return nil
}

// Connect accepts what the chip accepts: mode 0, whole bytes, at most 5 MHz, and one user.
func (b *Bus) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.speed > 0 && (f == 0 || f > b.speed) {
		f = b.speed
	}
	switch {
	case b.closed:
		return nil, errClosed
	case b.taken:
		return nil, fmt.Errorf("%w: connected twice", errUse)
	case mode != spi.Mode0 || bits != 8 || f <= 0 || f > 5*physic.MegaHertz:
		return nil, fmt.Errorf("%w: %s, %s, %d bits", errUse, f, mode, bits)
	}
	b.taken = true
	return wires{b}, nil
}

// wires are a connection to the chip.
type wires struct{ bus *Bus }

func (w wires) String() string      { return w.bus.name }
func (w wires) Duplex() conn.Duplex { return conn.Half }

// Tx clocks a frame out. The chip has no input; it gives its 32 bits and then zeros.
func (w wires) Tx(out, in []byte) error {
	if len(out) != 0 && len(out) != len(in) {
		return fmt.Errorf("%w: writes %d bytes, reads %d", errUse, len(out), len(in))
	}
	frame, err := w.bus.frame()
	if err != nil {
		return err
	}
	clear(in[copy(in, binary.BigEndian.AppendUint32(nil, frame)):])
	return nil
}

// TxPackets clocks several frames out.
func (w wires) TxPackets(packets []spi.Packet) error {
	for _, p := range packets {
		if err := w.Tx(p.W, p.R); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) frame() (uint32, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
		return 0, errClosed
	case b.fault == PulledLow:
		return 0, nil
	case b.fault == Unplugged:
		return math.MaxUint32, nil
	}
	return frame(b.source(), chipInternal) | uint32(b.fault), nil
}

// frame is how the chip writes two temperatures: 14 bits of 0.25 °C in D31–D18, 12 bits of 0.0625 °C in D15–D4 (tables 2, 4 and 5).
func frame(thermocouple, internal oven.Celsius) uint32 {
	t := int32(math.Round(float64(min(max(thermocouple, -270), 1800)) * 4))
	i := int32(math.Round(float64(internal) * 16))
	return uint32(t)<<18 | uint32(i)&0xFFF<<4
}
