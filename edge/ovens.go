package edge

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/oven"
	"awesome.pizza/edge/oven/mqttoven"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/wire"
)

// ovens are the restaurant's ovens, each owned by its supervisor.
type ovens struct {
	kitchen *kitchen.Kitchen
	now     *hours
	log     *slog.Logger
	all     []*supervised
}

type supervised struct {
	device oven.Device
	mqtt   *mqttoven.Oven // nil when it does not speak MQTT
	watch  *oven.Supervisor
	seen   chan oven.Observation

	awake bool          // only Report knows: it has been heard of since it was silent
	woke  chan struct{} // it was heard of, for the first time or again
}

// openOvens opens the ovens of a house. They are watched by the machine's clock, which counts evenly whatever it is set to; what is told of
// them has the node's.
func openOvens(h House, k *kitchen.Kitchen, now *hours, log *slog.Logger) (*ovens, error) {
	o := &ovens{kitchen: k, now: now, log: log}
	for _, d := range h.Ovens {
		driver, err := openOven(d, clock.System{})
		if err != nil {
			return nil, err
		}
		s := &supervised{device: d, watch: oven.Supervise(driver, d.Band()), seen: make(chan oven.Observation, 64), woke: make(chan struct{}, 1)}
		s.watch.Decks = d.Decks
		s.mqtt, _ = driver.(*mqttoven.Oven)
		s.watch.Report = s.report
		o.all = append(o.all, s)
	}
	return o, nil
}

// report takes what the supervisor sees. Displays ask for the last reading themselves.
func (s *supervised) report(seen oven.Observation) {
	switch o := seen.(type) {
	case oven.Observed:
		if !s.awake {
			s.awake = true
			select {
			case s.woke <- struct{}{}:
			default:
			}
		}
		return
	case oven.Alerted:
		s.awake = s.awake && o.Kind != wire.Silent
	}
	s.seen <- seen
}

// bandAgain is how long it takes until an oven that could not be told its band is told again.
const bandAgain = 30 * time.Second

// keepBand tells the oven its band whenever it wakes up, until ctx ends. Each time is a command of its own: told twice it is in the same
// band.
func (s *supervised) keepBand(ctx context.Context, log *slog.Logger) {
	again := time.NewTimer(0)
	defer again.Stop()
	<-again.C
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.woke:
		case <-again.C:
		}
		if err := s.watch.SetBand(ctx, s.device.Band()); err != nil && ctx.Err() == nil {
			log.Warn("an oven could not be told its band", "oven", s.device.ID, "err", err)
			again.Reset(bandAgain)
		}
	}
}

// run watches all ovens until ctx ends, and tells the kitchen what is wrong with them.
func (o *ovens) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range o.all {
		g.Go(func() error { defer close(s.seen); return s.watch.Run(ctx) })
		if s.mqtt != nil {
			g.Go(func() error { s.keepBand(ctx, o.log); return nil })
		}
		g.Go(func() error {
			for seen := range s.seen {
				if err := o.report(context.WithoutCancel(ctx), s.device.ID, seen); err != nil {
					o.log.Error("an oven's alert is not kept", "oven", s.device.ID, "err", err)
				}
			}
			return nil
		})
	}
	g.Go(func() error { o.mind(ctx); return nil })
	return g.Wait()
}

func (o *ovens) report(ctx context.Context, id string, seen oven.Observation) error {
	switch s := seen.(type) {
	case oven.Alerted:
		o.log.Warn("oven alert", "oven", id, "what", string(s.Kind), "deck", s.Deck, "detail", s.Detail)
		return o.kitchen.Alert(ctx, o.alertOf(id, s))
	case oven.Cleared:
		return o.kitchen.ClearAlert(ctx, kitchen.OvenAlert(s.Kind, id, s.Deck))
	}
	return nil
}

func (o *ovens) alertOf(id string, a oven.Alerted) kitchen.Alert {
	return kitchen.Alert{ID: kitchen.OvenAlert(a.Kind, id, a.Deck), Device: id, What: string(a.Kind), Level: string(a.Level), Since: o.now.since(a.Since)}
}

func (o *ovens) mqtt(id string) *mqttoven.Oven {
	for _, s := range o.all {
		if s.device.ID == id {
			return s.mqtt
		}
	}
	return nil
}

// speakThrough gives the ovens that speak MQTT a way to be told something.
func (o *ovens) speakThrough(b *broker.Broker, restaurant string) {
	for _, s := range o.all {
		if s.mqtt == nil {
			continue
		}
		topic := wire.OvenCommandTopic(restaurant, s.device.ID)
		s.mqtt.Send = func(_ context.Context, c wire.OvenCommand) error {
			payload, err := wire.Encode(c)
			if err != nil {
				return err
			}
			return b.Publish(topic, payload, false, wire.KindOvenCommand.QoS())
		}
	}
}

// Ovens is how all ovens are now, with what the kitchen knows to be in them.
func (o *ovens) Ovens() []kds.OvenView {
	in := map[string][]kds.OvenItem{}
	board, err := o.kitchen.Snapshot(context.Background())
	if err == nil {
		in = bakingIn(board)
	}
	views := make([]kds.OvenView, 0, len(o.all))
	for _, s := range o.all {
		v := s.view(in[s.device.ID], o.now)
		s.states(&v, board.Alerts, o.now)
		views = append(views, v)
	}
	return views
}

func bakingIn(board kitchen.Snapshot) map[string][]kds.OvenItem {
	in := map[string][]kds.OvenItem{}
	for _, t := range board.Tickets {
		for item, slot := range t.Slots {
			since := t.Since
			if at, ok := t.Clocks.Items[item]["in_oven"]; ok {
				since = at
			}
			in[slot.Oven] = append(in[slot.Oven], kds.OvenItem{Slot: slot.Slot, Since: kds.At(since), Order: t.Order.ID, Item: item})
		}
	}
	return in
}

func (s *supervised) view(known []kds.OvenItem, now *hours) kds.OvenView {
	v := kds.OvenView{
		ID: s.device.ID, Kind: "deck", Slots: s.device.Capacity, Items: known, Chambers: []kds.ChamberView{},
		Band: &kds.BandView{Low: float64(s.device.BandLow), High: float64(s.device.BandHigh)},
	}
	if v.Items == nil {
		v.Items = []kds.OvenItem{}
	}
	if s.device.Bake == oven.Conveyor {
		v.Kind = "belt"
	}
	r, ok := s.watch.Last()
	if !ok {
		return v
	}
	v.Heard = kds.At(now.since(r.At))
	for _, c := range r.Chambers {
		v.Chambers = append(v.Chambers, kds.ChamberView{Name: c.Name, Celsius: float64(c.Celsius)})
	}
	if r.BeltCMPerMin != nil {
		v.Kind, v.BeltCMPerMin = "belt", r.BeltCMPerMin
	}
	for _, i := range r.Items {
		if !taken(known, i.Slot) {
			v.Items = append(v.Items, kds.OvenItem{Slot: i.Slot, Since: kds.At(i.Since)})
		}
	}
	return v
}

func taken(items []kds.OvenItem, slot int) bool {
	for _, i := range items {
		if i.Slot == slot {
			return true
		}
	}
	return false
}
