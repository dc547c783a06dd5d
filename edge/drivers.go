package edge

import (
	"errors"
	"fmt"
	"os"

	"github.com/BurntSushi/toml"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/conn/v3/spi/spireg"
	"periph.io/x/host/v3"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/max31855"
	"awesome.pizza/edge/oven/mqttoven"
	"awesome.pizza/edge/oven/simbus"
	"awesome.pizza/edge/printer"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/settings"
	"awesome.pizza/shared/wire"
)

// House is the device file: what and who is in one restaurant.
type House struct {
	Ovens   []oven.Device `toml:"oven"`
	Devices []Login       `toml:"device"`
	Cooks   []Cook        `toml:"cook"`

	Printers []printer.Spec `toml:"printer"`
	Throttle *Throttle      `toml:"throttle"` // none: where ovens and cooks are named, the ovens' work alone counts; elsewhere nothing is held
}

// Login is how one device signs in to the broker.
type Login struct {
	Name   string `toml:"name"`   // an MQTT oven's is its oven's id
	Secret string `toml:"secret"` // at least 12 characters; "${NAME}" takes it from the environment
}

// Cook is somebody who can sign in.
type Cook struct {
	ID     string   `toml:"id"`
	Name   string   `toml:"name"`
	Skills []string `toml:"skills"` // stations; none means all

	Role staff.Role `toml:"role"` // "cook" when left out
	PIN  string     `toml:"pin"`  // 4 to 8 digits; "${NAME}" takes it from the environment
}

// LoadHouse reads and checks a device file. No file is an empty house: orders are then moved by taps alone.
func LoadHouse(path string) (House, error) {
	var h House
	if path == "" {
		return h, nil
	}
	meta, err := toml.DecodeFile(path, &h)
	if err != nil {
		return h, settings.Usage("--devices: read %s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return h, settings.Usage("--devices: %s: %q is nothing a device file has", path, unknown[0].String())
	}
	if err := h.fetchSecrets(); err != nil {
		return h, settings.Usage("--devices: %s: %w", path, err)
	}
	if err := h.fetchPINs(); err != nil {
		return h, settings.Usage("--devices: %s: %w", path, err)
	}
	if err := h.check(); err != nil {
		return h, settings.Usage("--devices: %s: %w", path, err)
	}
	for i := range h.Ovens {
		h.Ovens[i] = h.Ovens[i].WithDefaults()
	}
	for i := range h.Printers {
		h.Printers[i] = h.Printers[i].WithDefaults()
	}
	return h, nil
}

// fetchSecrets takes the secrets that stand outside the file from the environment.
func (h House) fetchSecrets() error {
	var missing []error
	for i := range h.Devices {
		h.Devices[i].Secret = os.Expand(h.Devices[i].Secret, func(name string) string {
			value, ok := os.LookupEnv(name)
			if !ok {
				missing = append(missing, fmt.Errorf("the secret of %s is to come from the environment: set %s", h.Devices[i].Name, name))
			}
			return value
		})
	}
	return errors.Join(missing...)
}

func (h House) check() error {
	wrong := []error{oven.Devices{Ovens: h.Ovens}.Validate(), printer.Check(h.Printers), h.checkStaff()}
	names := map[string]bool{}
	for i, d := range h.Devices {
		if !wire.SafeID(d.Name) || names[d.Name] || len(d.Secret) < 12 {
			wrong = append(wrong, fmt.Errorf("device %d (%s): it needs a name of its own (letters, digits, '.', '_', '-') and a secret of at least 12 characters", i+1, d.Name))
		}
		names[d.Name] = true
	}
	cooks := map[string]bool{}
	for i, c := range h.Cooks {
		if !wire.SafeID(c.ID) || cooks[c.ID] {
			wrong = append(wrong, fmt.Errorf("cook %d (%s): the id must be one of its own: letters, digits, '.', '_', '-'", i+1, c.ID))
		}
		cooks[c.ID] = true
		for _, s := range c.Skills {
			if !isStation(s) {
				wrong = append(wrong, fmt.Errorf("cook %d (%s): %q is no station; there are %v", i+1, c.ID, s, menu.Stations()))
			}
		}
	}
	wrong = append(wrong, h.Throttle.check())
	return errors.Join(wrong...)
}

func isStation(s string) bool {
	for _, known := range menu.Stations() {
		if s == known {
			return true
		}
	}
	return false
}

// hearths is what pizzas bake in, as the kitchen sees it.
func (h House) hearths() (all []line.Oven) {
	for _, o := range h.Ovens {
		all = append(all, hearthOf(o))
	}
	return all
}

func hearthOf(o oven.Device) line.Oven {
	return line.Oven{ID: o.ID, Decks: o.Decks, Capacity: o.Capacity, Sizes: o.Sizes, Belt: o.Belt()}
}

func (h House) roster() (cooks []kitchen.Cook) {
	for _, c := range h.Cooks {
		cooks = append(cooks, kitchen.Cook{ID: c.ID, Name: c.Name, Skills: c.Skills})
	}
	return cooks
}

// openOven makes the driver that a device asks for. A new kind of oven is one more case.
func openOven(d oven.Device, c clock.Clock) (oven.Driver, error) {
	switch d.Kind {
	case oven.KindMAX31855:
		port, err := openSPI(d, c)
		if err != nil {
			return nil, err
		}
		return max31855.Open(port, d.ID, d.Chambers[0], c)
	case oven.KindMQTT:
		return mqttoven.New(d.ID, c), nil
	}
	return nil, fmt.Errorf("oven %s: there is no driver for %q", d.ID, d.Kind)
}

func openSPI(d oven.Device, c clock.Clock) (spi.PortCloser, error) {
	if d.Bus == oven.SimBus {
		hearth := simbus.NewHearth((d.BandLow+d.BandHigh)/2, c)
		return simbus.New(d.ID, hearth.Celsius), nil
	}
	if _, err := host.Init(); err != nil {
		return nil, fmt.Errorf("oven %s: look for this machine's buses: %w", d.ID, err)
	}
	port, err := spireg.Open(d.Bus)
	if err != nil {
		return nil, fmt.Errorf("oven %s: open bus %s: %w", d.ID, d.Bus, err)
	}
	return port, nil
}
