package edge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Probe is a thermometer whose temperature has limits, in the device file.
type Probe struct {
	Device     string   `toml:"device"` // the name that it signs in with
	Name       string   `toml:"name"`
	Low        *float64 `toml:"low"`  // °C; none when left out
	High       *float64 `toml:"high"` // °C; none when left out
	Hysteresis float64  `toml:"hysteresis"`
}

// Scale is what lies on a scale.
type Scale struct {
	Device     string `toml:"device"`
	Name       string `toml:"name"`
	Ingredient string `toml:"ingredient"` // of the menu: an aid for whoever counts
}

// Button is what a key of a bump bar or a bell does.
type Button struct {
	Device  string `toml:"device"`
	Key     string `toml:"key"`   // of a bar with several; empty for any
	Press   string `toml:"press"` // short, long or double; empty for any
	Station string `toml:"station"`
	Does    string `toml:"does"` // bump or start
}

// Light is a stack light, and whose troubles it shows.
type Light struct {
	Device  string `toml:"device"`
	Station string `toml:"station"` // empty: the whole kitchen's
	Buzzer  bool   `toml:"buzzer"`  // sounds while it blinks red
}

// checkSensors says what is wrong with probes, scales, buttons and lights.
func (h House) checkSensors() error {
	var wrong []error
	used := map[string]bool{}
	known := func(what, device string) {
		if !slices.ContainsFunc(h.Devices, func(l Login) bool { return l.Name == device }) {
			wrong = append(wrong, fmt.Errorf("%s %q: there is no [[device]] of that name with which it could sign in", what, device))
		}
		if what != "button" && used[what+device] {
			wrong = append(wrong, fmt.Errorf("%s %q is there twice", what, device))
		}
		used[what+device] = true
	}
	for _, p := range h.Probes {
		known("probe", p.Device)
		if p.Hysteresis < 0 || p.Hysteresis > 20 || p.Low != nil && p.High != nil && *p.High-*p.Low <= 2*p.Hysteresis {
			wrong = append(wrong, fmt.Errorf("probe %q: low must lie below high by more than twice the hysteresis, which is 0 to 20 °C", p.Device))
		}
	}
	for _, s := range h.Scales {
		known("scale", s.Device)
	}
	for _, b := range h.Buttons {
		known("button", b.Device)
		if !isStation(b.Station) {
			wrong = append(wrong, fmt.Errorf("button %q: %q is no station; there are %v", b.Device, b.Station, menu.Stations()))
		}
		if b.Does != "bump" && b.Does != "start" {
			wrong = append(wrong, fmt.Errorf("button %q: does is %q; write bump or start", b.Device, b.Does))
		}
		if !slices.Contains([]string{"", string(wire.Short), string(wire.Long), string(wire.Double)}, b.Press) {
			wrong = append(wrong, fmt.Errorf("button %q: press is %q; write short, long or double, or leave it out", b.Device, b.Press))
		}
	}
	for _, l := range h.Lights {
		known("light", l.Device)
		if l.Station != "" && !isStation(l.Station) {
			wrong = append(wrong, fmt.Errorf("light %q: %q is no station; there are %v", l.Device, l.Station, menu.Stations()))
		}
	}
	return errors.Join(wrong...)
}

func (h House) probes() (all []kitchen.Probe) {
	for _, p := range h.Probes {
		all = append(all, kitchen.Probe{ID: p.Device, Low: p.Low, High: p.High, Back: p.Hysteresis})
	}
	return all
}

// sensors are the probes and scales of a house, for displays and for the food safety log.
type sensors struct {
	house   House
	kitchen *kitchen.Kitchen
	db      *store.Store
	log     *slog.Logger

	mu      sync.Mutex
	weights map[string]weighed
}

type weighed struct {
	wire.Scale
	at time.Time
}

func newSensors(h House, k *kitchen.Kitchen, db *store.Store, log *slog.Logger) *sensors {
	return &sensors{house: h, kitchen: k, db: db, log: log, weights: map[string]weighed{}}
}

func (s *sensors) weigh(device string, w wire.Scale, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, heard := s.weights[device]; !heard || !at.Before(was.at) {
		s.weights[device] = weighed{w, at}
	}
}

// Sensors is how all of them are now.
func (s *sensors) Sensors() (all []kds.SensorView) {
	for _, p := range s.kitchen.Probes() {
		v := kds.SensorView{ID: p.ID, Kind: "probe", Name: p.ID, State: p.State, Low: p.Low, High: p.High, Battery: p.Battery}
		if n := slices.IndexFunc(s.house.Probes, func(named Probe) bool { return named.Device == p.ID }); n >= 0 {
			v.Name = cmp.Or(s.house.Probes[n].Name, p.ID)
		}
		if !p.At.IsZero() {
			celsius := p.Celsius
			v.Celsius = &celsius
			v.Heard(p.Heard)
		}
		all = append(all, v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, w := range s.weights {
		grams, stable := w.Grams, w.Stable
		v := kds.SensorView{ID: id, Kind: "scale", Name: id, State: "ok", Grams: &grams, Stable: &stable}
		if n := slices.IndexFunc(s.house.Scales, func(named Scale) bool { return named.Device == id }); n >= 0 {
			v.Name, v.Ingredient = cmp.Or(s.house.Scales[n].Name, id), s.house.Scales[n].Ingredient
		}
		v.Heard(w.at)
		all = append(all, v)
	}
	slices.SortFunc(all, func(x, y kds.SensorView) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID)) })
	return all
}

// FoodSafety is the log of a business day.
func (s *sensors) FoodSafety(ctx context.Context, day string, after int64) ([]kitchen.Reading, bool, error) {
	return s.db.FoodSafety(ctx, cmp.Or(day, s.kitchen.Today()), after, kitchen.ReadingsMost)
}

// mindProbes is how often silent probes are looked for.
const mindProbes = 15 * time.Second

// run looks after silent probes until ctx ends.
func (s *sensors) run(ctx context.Context) error {
	every := time.NewTicker(mindProbes)
	defer every.Stop()
	for {
		if err := s.kitchen.MindProbes(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("what is said of silent probes is not kept; it will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		}
	}
}

func (d *devices) probe(ctx context.Context, m broker.Message) error {
	p, err := wire.Decode[wire.Probe](m.Payload, d.judgedAt(m))
	if err != nil {
		return err
	}
	return d.kitchen.Probed(ctx, m.Device, d.saidAt(p.At, m), float64(p.Celsius), p.BatteryPercent)
}

func (d *devices) scale(m broker.Message) error {
	s, err := wire.Decode[wire.Scale](m.Payload, d.judgedAt(m))
	if err != nil {
		return err
	}
	d.sensors.weigh(m.Device, s, d.saidAt(s.At, m))
	return nil
}

// saidAt is when something happened: what the device says, or when it came while the node does not know the time.
func (d *devices) saidAt(at wire.Instant, m broker.Message) time.Time {
	if !d.now.Trusted() || at.After(m.At) {
		return m.At
	}
	return at.Time
}

// button does what the device file says of a press; one that it says nothing of does nothing.
func (d *devices) button(ctx context.Context, m broker.Message) error {
	b, err := wire.Decode[wire.Button](m.Payload, d.judgedAt(m))
	if err != nil {
		return err
	}
	for _, k := range d.house.Buttons {
		if k.Device != m.Device || k.Key != "" && k.Key != b.Key || k.Press != "" && k.Press != string(b.Press) {
			continue
		}
		action := order.Action("bump")
		if k.Does == "start" {
			action = order.Start
		}
		return d.kitchen.Press(ctx, m.Device, b.ID, k.Station, action, d.saidAt(b.At, m))
	}
	d.log.Info("a button was pressed that the device file says nothing of", "device", m.Device, "key", b.Key, "press", string(b.Press))
	return nil
}
