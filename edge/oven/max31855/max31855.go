// Package max31855 reads a pizza oven's thermocouple through the Maxim MAX31855 cold-junction-compensated thermocouple-to-digital
// converter (datasheet 19-5793) on an SPI port. The chip only measures: it cannot heat, see pizzas or be configured. Opening the port
// on real hardware is the business of whoever knows the machine.
package max31855

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"awesome.pizza/edge/oven"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/wire"
)

// MaxSpeed is the fastest serial clock, f_SCL of "Serial-Interface Timing Characteristics".
const MaxSpeed = 5 * physic.MegaHertz

// What the chip or the wires can have. All of them are an oven.ErrFault.
var (
	ErrOpenCircuit   = fmt.Errorf("%w: thermocouple is not connected", oven.ErrFault)
	ErrShortToGround = fmt.Errorf("%w: thermocouple is shorted to GND", oven.ErrFault)
	ErrShortToSupply = fmt.Errorf("%w: thermocouple is shorted to VCC", oven.ErrFault)
	ErrNoChip        = fmt.Errorf("%w: nobody answers on the SPI bus", oven.ErrFault)
	ErrBadFrame      = fmt.Errorf("%w: the frame contradicts the datasheet", oven.ErrFault)
	ErrImplausible   = fmt.Errorf("%w: no pizza oven has this temperature", oven.ErrFault)
)

// Oven is an oven with one MAX31855. It is an oven.Driver.
type Oven struct {
	name, chamber string
	clock         clock.Clock

	mu   sync.Mutex
	port spi.PortCloser // nil once halted
	conn spi.Conn
}

// Open takes a port over: SPI mode 0, 8 bits, at most MaxSpeed. Halt closes it. name is for logs, chamber for readings.
func Open(port spi.PortCloser, name, chamber string, c clock.Clock) (*Oven, error) {
	conn, err := port.Connect(MaxSpeed, spi.Mode0, 8)
	if err != nil {
		return nil, fmt.Errorf("connect to MAX31855 of %s on %s: %w", name, port, err)
	}
	return &Oven{name: fmt.Sprintf("%s (MAX31855 on %s)", name, port), chamber: chamber, clock: c, port: port, conn: conn}, nil
}

// Sense reads one frame. It takes 32 clocks, about 10 µs, and cannot be interrupted.
func (o *Oven) Sense(ctx context.Context) (oven.Reading, error) {
	if err := ctx.Err(); err != nil {
		return oven.Reading{}, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.port == nil {
		return oven.Reading{}, oven.ErrHalted
	}
	var frame [4]byte
	if err := o.conn.Tx(nil, frame[:]); err != nil {
		return oven.Reading{}, fmt.Errorf("read %s: %w", o.name, err)
	}
	f, err := Decode(binary.BigEndian.Uint32(frame[:]))
	if err == nil && (f.Thermocouple < wire.OvenCoolest || f.Thermocouple > wire.OvenHottest) {
		err = fmt.Errorf("%w: %s", ErrImplausible, f.Thermocouple)
	}
	if err != nil {
		return oven.Reading{}, fmt.Errorf("read %s: %w", o.name, err)
	}
	return oven.Reading{At: o.clock.Now(), Chambers: []oven.Chamber{{Name: o.chamber, Celsius: f.Thermocouple}}}, nil
}

// Halt closes the port.
func (o *Oven) Halt() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.port == nil {
		return nil
	}
	port := o.port
	o.port, o.conn = nil, nil
	if err := port.Close(); err != nil {
		return fmt.Errorf("close %s: %w", o.name, err)
	}
	return nil
}

func (o *Oven) String() string { return o.name }

// Frame is what one frame says.
type Frame struct {
	Thermocouple oven.Celsius // in steps of 0.25 °C
	Internal     oven.Celsius // of the chip, in steps of 0.0625 °C
}

// Bits of a frame, datasheet table 2 "Bit Weights and Functions".
const (
	bitFault    = 1 << 16
	bitSupply   = 1 << 2
	bitGround   = 1 << 1
	bitOpen     = 1 << 0
	bitReserved = 1<<17 | 1<<3 // always 0
)

// Decode reads a frame, most significant bit first: D31–D18 thermocouple, D16 fault, D15–D4 internal, D2–D0 which fault (table 2).
// A bus that is all zeros or all ones has no chip on it: 0x00000000 would also be 0 °C at exactly 0.0000 °C inside, which an oven that
// is on cannot have.
func Decode(frame uint32) (Frame, error) {
	if frame == 0 || frame == 1<<32-1 {
		return Frame{}, ErrNoChip
	}
	if frame&bitReserved != 0 || (frame&bitFault != 0) != (frame&(bitSupply|bitGround|bitOpen) != 0) {
		return Frame{}, fmt.Errorf("%w: 0x%08X", ErrBadFrame, frame)
	}
	if frame&bitFault != 0 {
		return Frame{}, faults(frame)
	}
	return Frame{
		Thermocouple: oven.Celsius(int32(frame)>>18) / 4,
		Internal:     oven.Celsius(int32(frame<<16)>>20) / 16,
	}, nil
}

// faults are usually one, but nothing forbids two.
func faults(frame uint32) error {
	var all []error
	for _, f := range []struct {
		bit uint32
		err error
	}{{bitOpen, ErrOpenCircuit}, {bitGround, ErrShortToGround}, {bitSupply, ErrShortToSupply}} {
		if frame&f.bit != 0 {
			all = append(all, f.err)
		}
	}
	return errors.Join(all...)
}
