package edge

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// openBroker opens the door for devices and returns what serves it. Without an address there is no door, and nothing to serve.
func (c *Config) openBroker(r rooms) (func(context.Context) error, error) {
	if c.MQTTListen == "" {
		return func(context.Context) error { return nil }, nil
	}
	d := &devices{
		restaurant: r.enrolment.Restaurant, house: r.house, kitchen: r.kitchen, ovens: r.hearths, sensors: r.felt, letters: thrifty{r.db, r.db.Pressure}, now: r.now, log: r.log,
	}
	b, err := broker.New(broker.Config{Addr: c.MQTTListen, Access: d.access, OnPublish: d.take, Dead: d.bury, Clock: d.now, Log: d.log})
	if err != nil {
		return nil, fmt.Errorf("open the devices' broker: %w", err)
	}
	d.ovens.speakThrough(b, d.restaurant)
	a := &announcer{restaurant: d.restaurant, kitchen: d.kitchen, screens: r.screens, out: b, now: d.now, log: d.log, open: map[string]wire.Alert{}}
	lamps := &lights{
		restaurant: d.restaurant, all: d.house.Lights, kitchen: d.kitchen, out: b, now: d.now, log: d.log, shown: map[string]wire.Light{},
	}
	return func(ctx context.Context) error {
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return b.Serve(ctx) })
		g.Go(func() error { return a.run(ctx) })
		g.Go(func() error { return lamps.run(ctx) })
		return g.Wait()
	}, nil
}

// letters keeps what devices said and nobody can use.
type letters interface {
	DeadLetter(ctx context.Context, l kitchen.DeadLetter) error
}

// thrifty keeps letters while the disk has room for what may be lost.
type thrifty struct {
	letters
	pressure func() store.Pressure
}

// DeadLetter keeps a letter, or lets it go when the disk is short of room.
func (t thrifty) DeadLetter(ctx context.Context, l kitchen.DeadLetter) error {
	if t.pressure() >= store.Tight {
		return nil
	}
	return t.letters.DeadLetter(ctx, l)
}

// devices is what the restaurant's broker does with what devices say.
type devices struct {
	restaurant string
	house      House
	kitchen    *kitchen.Kitchen
	ovens      *ovens
	sensors    *sensors
	letters    letters
	now        *hours
	log        *slog.Logger
}

// access knows the devices of the device file and nobody else. Comparing hashes takes the same time for every secret.
func (d *devices) access(_, user string, secret []byte) (broker.Grant, bool) {
	given, found := sha256.Sum256(secret), false
	for _, l := range d.house.Devices {
		want := sha256.Sum256([]byte(l.Secret))
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 && l.Name == user {
			found = true
		}
	}
	if !found {
		return broker.Grant{}, false
	}
	rights := wire.SensorRights(d.restaurant, user)
	if d.ovens.mqtt(user) != nil {
		rights = wire.OvenRights(d.restaurant, user)
	}
	return broker.Grant{Device: user, Publish: rights.Publish, Read: rights.Read}, true
}

// take is called before the device gets its acknowledgement: when it returns nil, what was said is safe.
func (d *devices) take(ctx context.Context, m broker.Message) error {
	topic, err := wire.ParseTopic(m.Topic)
	if err != nil {
		return err
	}
	switch topic.Kind {
	case wire.KindOvenTelemetry:
		return d.telemetry(m)
	case wire.KindOvenEvent:
		return d.ovenEvent(ctx, m)
	case wire.KindAlert:
		return d.alert(ctx, m)
	case wire.KindProbe:
		return d.probe(ctx, m)
	case wire.KindScale:
		return d.scale(m)
	case wire.KindButton:
		return d.button(ctx, m)
	default:
		return problem.New(problem.Refused, "not_allowed", "devices do not publish %s", topic.Kind)
	}
}

// judgedAt is the instant at which a message's own time has to be possible. While the node does not know the time it is no judge of others':
// then that is the message's, and what counts is when it came.
func (d *devices) judgedAt(m broker.Message) time.Time {
	var said struct {
		At time.Time `json:"at"`
	}
	if d.now.Trusted() || json.Unmarshal(m.Payload, &said) != nil || said.At.IsZero() {
		return m.At
	}
	return said.At
}

func (d *devices) telemetry(m broker.Message) error {
	t, err := wire.Decode[wire.OvenTelemetry](m.Payload, d.judgedAt(m))
	if err != nil {
		return err
	}
	o := d.ovens.mqtt(m.Device)
	if o == nil || t.OvenID != m.Device {
		return problem.New(problem.Refused, "not_allowed", "%s speaks for oven %q", m.Device, t.OvenID)
	}
	return o.Heard(t)
}

func (d *devices) ovenEvent(ctx context.Context, m broker.Message) error {
	e, err := wire.Decode[wire.OvenEvent](m.Payload, d.judgedAt(m))
	if err != nil {
		return err
	}
	if !d.now.Trusted() {
		e.At = wire.At(m.At)
	}
	if o := d.ovens.mqtt(m.Device); o != nil {
		o.HeardEvent(e)
	}
	return d.kitchen.OvenEvent(ctx, m.Device, e)
}

func (d *devices) alert(ctx context.Context, m broker.Message) error {
	a, err := wire.Decode[wire.Alert](m.Payload, d.judgedAt(m))
	if err != nil {
		return err
	}
	if a.Device != m.Device {
		return problem.New(problem.Refused, "not_allowed", "%s raises an alert for %q", m.Device, a.Device)
	}
	id := fmt.Sprintf("%s/%s", m.Device, a.ID)
	if a.ClearedAt != nil {
		return d.kitchen.ClearAlert(ctx, id)
	}
	if err := d.mayRaise(ctx, m.Device, id); err != nil {
		return err
	}
	return d.kitchen.Alert(ctx, kitchen.Alert{ID: id, Device: a.Device, What: string(a.Kind), Level: string(a.Level), Since: clock.Clamp(a.At.Time, m.At)})
}

// mostAlerts is how many alerts of its own a device may have open: what says more is broken, and nobody would read it.
const mostAlerts = 20

// mayRaise refuses one alert too many of a device. One that is open may be raised again.
func (d *devices) mayRaise(ctx context.Context, device, alertID string) error {
	board, err := d.kitchen.Snapshot(ctx)
	if err != nil {
		return err
	}
	open := 0
	for _, a := range board.Alerts {
		if a.ID == alertID {
			return nil
		}
		if strings.HasPrefix(a.ID, device+"/") {
			open++
		}
	}
	if open >= mostAlerts {
		return problem.New(problem.Refused, "too_many_alerts", "%s has %d alerts open and has to clear one first", device, open)
	}
	return nil
}

// bury keeps a refused message with the reason.
func (d *devices) bury(ctx context.Context, l broker.DeadLetter) error {
	d.log.Warn("message refused", "device", l.Device, "topic", l.Topic, "code", l.Code, "reason", l.Reason)
	return d.letters.DeadLetter(ctx, kitchen.DeadLetter{At: l.At, Source: l.Device + " " + l.Topic, Reason: l.Code + ": " + l.Reason, Payload: l.Payload})
}
