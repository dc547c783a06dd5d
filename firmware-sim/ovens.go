package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/cook"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
	"awesome.pizza/firmware-sim/oven"
	"awesome.pizza/firmware-sim/rig"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/wire"
)

// kitchen is what stands in one restaurant.
type kitchen struct {
	id      string
	broker  string
	edge    string
	ovens   []string
	secrets []string
	cold    bool
	cook    bool
	hands   int
	who     string
	prefix  string // of names on the rig
}

func ovensCommand(c *common) *cobra.Command {
	k := new(kitchen)
	cmd := &cobra.Command{
		Use:   "ovens",
		Short: "the ovens of one restaurant, and a robot cook that works them",
		Long: `The ovens of one restaurant: they say once a second how hot they are, report what is put in and taken out, and obey commands.

A robot cook watches the restaurant's board (--edge), starts tickets that nobody else has touched, and makes, bakes, cuts and hands
over what is on them; a person at the display can take any ticket before it does, and one that is given to a person stays theirs.
--cook=false leaves all of it to people. A restaurant that has a cook called "robot" on its list gives it a name on its tickets, so
that it knows them again after a restart.`,
		Example: `  firmware-sim ovens --kitchen r1 --broker mqtt://127.0.0.1:1891 --edge http://127.0.0.1:8080
  firmware-sim ovens --oven oven-1=deck:2 --oven belt-1=conveyor:1:3 --secret oven-1=s3cret --secret belt-1=other
  firmware-sim ovens --speed 20 --faults "oven-1:silent@60s+30s,*:duplicate=0.1" --control 127.0.0.1:5090
  firmware-sim ovens --cook=false`,
		Args: cobra.NoArgs,
		RunE: c.plays(func(_ context.Context, s *show) error { return s.addKitchen(*k) }),
	}
	f := cmd.Flags()
	f.StringVar(&k.id, "kitchen", "r1", "id of the restaurant")
	f.StringVar(&k.broker, "broker", "mqtt://127.0.0.1:1883", "MQTT broker of the restaurant's node")
	f.StringVar(&k.edge, "edge", "http://127.0.0.1:8080", "HTTP address of the restaurant's node, for the robot cook")
	f.StringArrayVar(&k.ovens, "oven", []string{"oven-1=deck:2"}, "an oven: NAME=deck|conveyor:CHAMBERS[:SLOTS each]; may be repeated")
	f.StringArrayVar(&k.secrets, "secret", nil, "what ovens sign in with: SECRET for all, or NAME=SECRET; may be repeated")
	f.BoolVar(&k.cold, "cold", false, "ovens start cold instead of hot")
	f.BoolVar(&k.cook, "cook", true, "a robot cook works in the kitchen")
	f.IntVar(&k.hands, "hands", 2, "pairs of hands of the robot cook")
	f.StringVar(&k.who, "who", "robot", "name of the robot cook")
	return cmd
}

// addKitchen puts a restaurant's ovens on the rig and its robot beside it.
func (s *show) addKitchen(k kitchen) error {
	broker, err := brokerURL("--broker", k.broker)
	if err != nil {
		return err
	}
	if !wire.SafeID(k.id) {
		return fmt.Errorf("--kitchen %q: write the id of a restaurant, like r1", k.id)
	}
	crew := &cook.Crew{Log: s.log.With("restaurant", k.id)}
	seen := map[string]bool{}
	for _, written := range k.ovens {
		spec, err := oven.ParseSpec(written)
		if err != nil {
			return fmt.Errorf("--oven: %w", err)
		}
		if seen[spec.Name] {
			return fmt.Errorf("--oven %q: there is an oven of that name already; give each its own", written)
		}
		seen[spec.Name] = true
		o := s.oven(k, spec, broker)
		s.rig.Add(o)
		crew.Ovens = append(crew.Ovens, o)
	}
	if err := checkSecrets(k.secrets, seen); err != nil {
		return err
	}
	if !k.cook {
		return nil
	}
	return s.addCook(k, crew)
}

func (s *show) oven(k kitchen, spec oven.Spec, broker *url.URL) *rig.Oven {
	label := k.prefix + spec.Name
	firmware := oven.New(k.id, spec, id.New)
	if k.cold {
		firmware.Cool()
	}
	return rig.NewOven(rig.OvenSetting{
		Label: label, Firmware: firmware, Kitchen: k.id, Pace: s.pace(), Log: s.log.With("restaurant", k.id),
		Account: rig.Account{Broker: broker, Name: spec.Name, Secret: secretOf(k.secrets, spec.Name)},
		Script:  fault.NewScript(label, s.faults, spec.Name), Dice: dice.New(s.seed, k.id+"/"+spec.Name),
	})
}

func (s *show) addCook(k kitchen, crew *cook.Crew) error {
	edge, err := httpURL("--edge", k.edge)
	if err != nil {
		return err
	}
	if k.hands < 1 || k.hands > 100 || !wire.SafeID(k.who) {
		return fmt.Errorf("--hands %d --who %q: write 1 to 100 pairs of hands and a name of letters and digits, like --hands 2 --who robot", k.hands, k.who)
	}
	m, err := menu.Pizzeria()
	if err != nil {
		return failed{err}
	}
	crew.Edge = &call.Client{Base: edge}
	crew.Hands = &cook.Hands{Who: k.who, Count: k.hands, Pace: s.pace(), Menu: m, Dice: dice.New(s.seed, k.id+"/cook"), NewID: id.New}
	s.beside = append(s.beside, crew.Run)
	return nil
}

// secretOf finds the secret of an oven: its own, else the one for all.
func secretOf(secrets []string, name string) string {
	all := ""
	for _, s := range secrets {
		own, secret, named := strings.Cut(s, "=")
		switch {
		case named && own == name:
			return secret
		case !named:
			all = s
		}
	}
	return all
}

func checkSecrets(secrets []string, ovens map[string]bool) error {
	for _, s := range secrets {
		if own, _, named := strings.Cut(s, "="); named && !ovens[own] {
			return fmt.Errorf("--secret %s=…: there is no oven of that name; write --oven %s=deck:1 too", own, own)
		}
	}
	return nil
}
