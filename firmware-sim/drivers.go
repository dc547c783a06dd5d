package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/firmware-sim/rig"
	"awesome.pizza/shared/wire"
)

// fleet is drivers around one place.
type fleet struct {
	cloud     string
	broker    string
	count     int
	near      string
	staff     string
	kmh       float64
	bicycles  float64
	accepts   float64
	ignores   float64
	givesUp   float64
	deadZones float64
	prefix    string
}

func driversCommand(c *common) *cobra.Command {
	d := new(fleet)
	cmd := &cobra.Command{
		Use:   "drivers",
		Short: "drivers with phones: they take offers and bring pizzas",
		Long: `Drivers with phones. Each registers with the cloud, goes available, says once a second where it is (MQTT, or HTTP while MQTT is away),
answers offers, drives through streets to the restaurant, waits for the pizza, and brings it. What was done where there is no
network is told later, in order and with its true time. At the end of the shift they sign off.

No car is faster than 160 km/h on the wall clock, because nobody would believe it: with --speed above 5 drives take longer than the rest.`,
		Example: `  firmware-sim drivers --count 5 --near 40.7431,-73.9899
  firmware-sim drivers --cloud http://127.0.0.1:5000 --broker mqtt://127.0.0.1:1883 --dead-zones 0.3 --speed 10
  firmware-sim drivers --faults "driver-1:silent@2m+1m"`,
		Args: cobra.NoArgs,
		RunE: c.plays(func(_ context.Context, s *show) error { return s.addDrivers(*d) }),
	}
	cmd.Flags().StringVar(&d.cloud, "cloud", "http://127.0.0.1:5000", "HTTP address of the cloud")
	cmd.Flags().StringVar(&d.broker, "broker", "mqtt://127.0.0.1:1883", "MQTT broker of the cloud")
	cmd.Flags().IntVar(&d.count, "count", 3, "how many drivers")
	cmd.Flags().StringVar(&d.near, "near", "40.7431,-73.9899", "where they wait: latitude,longitude")
	cmd.Flags().StringVar(&d.staff, "staff-token", "", "the chain's token, if it has one: drivers are registered by staff")
	d.habits(cmd)
	return cmd
}

// habits are flags that chain has too.
func (d *fleet) habits(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Float64Var(&d.kmh, "kmh", 28, "how fast they drive on average")
	f.Float64Var(&d.bicycles, "bicycles", 0, "share of them who cycle, and say so: at three fifths of the speed")
	f.Float64Var(&d.accepts, "accept", 0.9, "probability that an offer is accepted")
	f.Float64Var(&d.ignores, "ignore", 0.03, "probability that an offer is not answered; the rest is declined")
	f.Float64Var(&d.givesUp, "give-up", 0.01, "probability that nobody opens the door")
	f.Float64Var(&d.deadZones, "dead-zones", 0.1, "probability that a trip leads through a place without network")
}

func (d fleet) check() error {
	for flag, p := range map[string]float64{"--bicycles": d.bicycles, "--accept": d.accepts, "--ignore": d.ignores, "--give-up": d.givesUp, "--dead-zones": d.deadZones, "--accept plus --ignore": d.accepts + d.ignores} {
		if err := share(flag, p); err != nil {
			return err
		}
	}
	switch {
	case d.count < 0 || d.count > 5000:
		return fmt.Errorf("--count %d: write 0 to 5000 drivers", d.count)
	case !(d.kmh > 0 && d.kmh <= 200):
		return fmt.Errorf("--kmh %v: write an average speed up to 200, like 28", d.kmh)
	}
	return nil
}

// addDrivers puts a fleet's phones on the rig.
func (s *show) addDrivers(d fleet) error {
	if err := d.check(); err != nil {
		return err
	}
	cloud, err := httpURL("--cloud", d.cloud)
	if err != nil {
		return err
	}
	broker, err := brokerURL("--broker", d.broker)
	if err != nil {
		return err
	}
	near, err := position("--near", d.near)
	if err != nil {
		return err
	}
	for n := range d.count {
		plain := fmt.Sprintf("driver-%d", n+1)
		name := d.prefix + plain
		vehicle, kmh := d.vehicle(name, s)
		s.rig.Add(rig.NewPhone(rig.PhoneSetting{
			Name: name, Cloud: cloud, StaffToken: d.staff, Broker: broker, Log: s.log, Dice: dice.New(s.seed, name+"/spoil"), Vehicle: vehicle,
			Script: fault.NewScript(name, s.faults, plain), Driver: d.driver(name, near, kmh, s),
		}))
	}
	return nil
}

// cycling is how fast a bicycle is, in cars.
const cycling = 0.6

// vehicle is what one of them moves on, and how fast: a thing of its own, so that everybody else is the same with and without bicycles.
func (d fleet) vehicle(name string, s *show) (vehicle string, kmh float64) {
	if dice.New(s.seed, name+"/vehicle").Chance(d.bicycles) {
		return "bicycle", d.kmh * cycling
	}
	return "", d.kmh
}

// driver is one of them: each is a little faster or slower, and waits at a corner of its own.
func (d fleet) driver(name string, near wire.Position, kmh float64, s *show) *phone.Driver {
	chance := dice.New(s.seed, name)
	return &phone.Driver{
		Home: phone.Shift(near, chance.Between(-150, 150), chance.Between(-150, 150)), Pace: s.pace(), Dice: chance,
		Habits: phone.Habits{
			Speed: kmh / 3.6 * chance.Between(0.85, 1.15), Accepts: d.accepts, Ignores: d.ignores, GivesUp: d.givesUp, DeadZones: d.deadZones,
		},
	}
}
