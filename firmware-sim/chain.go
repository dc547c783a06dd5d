package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
)

// chainSetting is a whole chain's outside world.
type chainSetting struct {
	fleet       fleet
	town        town
	hands       int
	restaurants []string
}

// restaurantTable is a [[restaurants]] table of the TOML file, and what --restaurants says in one word.
type restaurantTable struct {
	ID      string   `toml:"id"`
	Edge    string   `toml:"edge"`
	Broker  string   `toml:"broker"`
	Near    string   `toml:"near"`
	Ovens   []string `toml:"ovens"`
	Secrets []string `toml:"secrets"`

	Printers []string `toml:"printers"`
	Drivers  *int     `toml:"drivers"`
	Cook     *bool    `toml:"cook"`
}

const restaurantForm = "write ID;edge=http://HOST:PORT;broker=mqtt://HOST:PORT;near=LAT,LON;oven=NAME=deck:2;secret=…;printer=NAME=HOST:PORT;drivers=3;cook=true, each but ID optional, oven, secret and printer as often as needed"

func chainCommand(c *common) *cobra.Command {
	s := new(chainSetting)
	cmd := &cobra.Command{
		Use:   "chain",
		Short: "all of it: ovens and cooks of several restaurants, drivers, guests",
		Long: `Ovens and robot cooks of several restaurants, drivers around each, and the guests of all: what ovens, drivers and guests do one by one.
Devices are called by their restaurant, on the rig and in faults: r1.oven-1, r1.driver-2. A fault of oven-1 hits that of each restaurant.

The restaurants stand in the TOML file:

  cloud = "http://127.0.0.1:5000"
  broker = "mqtt://127.0.0.1:1883"
  per-minute = 3
  [[restaurants]]
  id = "r1"
  edge = "http://127.0.0.1:8080"
  broker = "mqtt://127.0.0.1:1891"
  near = "40.7431,-73.9899"
  ovens = ["oven-1=deck:2"]
  secrets = ["oven-1=s3cret"]
  printers = ["printer-1=127.0.0.1:9100"]
  drivers = 3`,
		Example: `  firmware-sim chain --config chain.toml --speed 10
  firmware-sim chain --restaurant "r1;edge=http://127.0.0.1:8080;broker=mqtt://127.0.0.1:1891;near=40.7431,-73.9899;drivers=2"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settle(cmd, "restaurants"); err != nil {
				return err
			}
			all, err := s.tables(cmd)
			if err != nil {
				return err
			}
			stage, err := c.stage()
			if err != nil {
				return err
			}
			done, err := stage.addChain(s, all)
			if err != nil {
				return err
			}
			return errors.Join(stage.play(cmd.Context()), done())
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.town.cloud, "cloud", "http://127.0.0.1:5000", "HTTP address of the cloud")
	f.StringVar(&s.fleet.broker, "broker", "mqtt://127.0.0.1:1883", "MQTT broker of the cloud, for drivers")
	f.StringArrayVar(&s.restaurants, "restaurant", nil, "a restaurant: "+restaurantForm+"; may be repeated")
	f.IntVar(&s.fleet.count, "drivers", 3, "drivers around each restaurant that names no number")
	f.StringVar(&s.fleet.staff, "staff-token", "", "the chain's token, if it has one: drivers are registered by staff")
	f.IntVar(&s.hands, "hands", 2, "pairs of hands of each robot cook")
	s.fleet.habits(cmd)
	s.town.ways(cmd)
	return cmd
}

// tables are the restaurants of file and flags.
func (s *chainSetting) tables(cmd *cobra.Command) ([]restaurantTable, error) {
	var in struct {
		Restaurants []restaurantTable `toml:"restaurants"`
	}
	if file, err := configFile(cmd); err != nil {
		return nil, err
	} else if file != "" {
		meta, err := toml.DecodeFile(file, &in)
		if err != nil {
			return nil, fmt.Errorf("--config %s: %w", file, err)
		}
		for _, key := range meta.Undecoded() {
			if key[0] == "restaurants" {
				return nil, fmt.Errorf("--config %s: there is no setting %s", file, key)
			}
		}
	}
	for _, written := range s.restaurants {
		t, err := parseRestaurant(written)
		if err != nil {
			return nil, err
		}
		in.Restaurants = append(in.Restaurants, t)
	}
	if len(in.Restaurants) == 0 {
		return nil, fmt.Errorf("no restaurant: give --restaurant, or [[restaurants]] in --config FILE (firmware-sim chain --help shows both)")
	}
	return in.Restaurants, nil
}

func parseRestaurant(written string) (restaurantTable, error) {
	parts := strings.Split(written, ";")
	t := restaurantTable{ID: strings.TrimSpace(parts[0])}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if err := t.set(name, value); err != nil {
			return t, fmt.Errorf("--restaurant %q: %w; %s", written, err, restaurantForm)
		}
	}
	return t, nil
}

func (t *restaurantTable) set(name, value string) error {
	switch name {
	case "edge":
		t.Edge = value
	case "broker":
		t.Broker = value
	case "near":
		t.Near = value
	case "oven":
		t.Ovens = append(t.Ovens, value)
	case "secret":
		t.Secrets = append(t.Secrets, value)
	case "printer":
		t.Printers = append(t.Printers, value)
	case "drivers":
		t.Drivers = new(int)
		if _, err := fmt.Sscanf(value, "%d", t.Drivers); err != nil {
			return fmt.Errorf("%q is no number of drivers", value)
		}
	case "cook":
		t.Cook = new(value == "true")
		if value != "true" && value != "false" {
			return fmt.Errorf("cook is %q, and can be true or false", value)
		}
	default:
		return fmt.Errorf("there is no %q", name)
	}
	return nil
}

// addChain puts every restaurant, its drivers and all guests in their places.
func (s *show) addChain(c *chainSetting, all []restaurantTable) (done func() error, err error) {
	for _, t := range all {
		k := kitchen{
			id: t.ID, prefix: t.ID + ".", hands: c.hands, who: "robot", cook: t.Cook == nil || *t.Cook,
			broker: or(t.Broker, "mqtt://127.0.0.1:1883"), edge: or(t.Edge, "http://127.0.0.1:8080"), ovens: t.Ovens, secrets: t.Secrets,
		}
		if len(k.ovens) == 0 {
			k.ovens = []string{"oven-1=deck:2"}
		}
		if err := s.addKitchen(k); err != nil {
			return nil, fmt.Errorf("restaurant %s: %w", t.ID, err)
		}
		if err := s.addPrinters(office{t.Printers, t.ID + "."}); err != nil {
			return nil, fmt.Errorf("restaurant %s: %w", t.ID, err)
		}
		d := c.fleet
		d.cloud, d.prefix, d.near = c.town.cloud, t.ID+".", or(t.Near, "40.7431,-73.9899")
		if t.Drivers != nil {
			d.count = *t.Drivers
		}
		if err := s.addDrivers(d); err != nil {
			return nil, fmt.Errorf("restaurant %s: %w", t.ID, err)
		}
		c.town.restaurants = append(c.town.restaurants, t.ID)
	}
	return s.addGuests(c.town)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
