package edge

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/line"
	"awesome.pizza/edge/oven"
	"awesome.pizza/shared/wire"
)

const (
	mindEvery = time.Second
	// driftMost is how far below its band a deck still bakes, though for longer.
	driftMost = oven.Celsius(40)
)

// mind keeps what the kitchen knows of the ovens in line with what is seen of them, until ctx ends: how hot they are, faults that are over, and
// alerts that one of the two has forgotten, by a restart or because a disk was full.
func (o *ovens) mind(ctx context.Context) {
	if len(o.all) == 0 {
		return
	}
	every := time.NewTicker(mindEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := o.compare(ctx); err != nil && ctx.Err() == nil {
			o.log.Error("how the ovens are is not kept", "err", err)
		}
	}
}

func (o *ovens) compare(ctx context.Context) error {
	var felt []line.Fault
	for _, s := range o.all {
		felt = append(felt, s.felt(o.now)...)
	}
	if err := o.kitchen.Feel(ctx, felt); err != nil {
		return err
	}
	alerts, err := o.kitchen.Alerts(ctx)
	if err != nil {
		return err
	}
	for _, s := range o.all {
		if err := o.settle(ctx, s, alerts); err != nil {
			return err
		}
	}
	return nil
}

// settle brings the kitchen's alerts about an oven in line with its supervisor's.
func (o *ovens) settle(ctx context.Context, s *supervised, alerts []kitchen.Alert) error {
	open := map[string]bool{}
	for _, a := range s.watch.Alerts() {
		k := o.alertOf(s.device.ID, a)
		open[k.ID] = true
		if slices.ContainsFunc(alerts, func(other kitchen.Alert) bool { return other.ID == k.ID }) {
			continue
		}
		if err := o.kitchen.Alert(ctx, k); err != nil {
			return err
		}
	}
	if !s.fresh() {
		return nil // nobody knows better than the alerts that are open
	}
	for _, a := range alerts {
		if a.Device == s.device.ID && !open[a.ID] && s.denies(a) {
			if err := o.kitchen.ClearAlert(ctx, a.ID); err != nil {
				return err
			}
		}
	}
	return o.kitchen.Heard(ctx, s.device.ID)
}

// fresh reports whether the oven was heard of lately.
func (s *supervised) fresh() bool {
	r, ok := s.watch.Last()
	return ok && time.Since(r.At) <= oven.SilenceLimit
}

// denies reports whether the last reading shows that an alert of the supervisor's kind is over.
func (s *supervised) denies(a kitchen.Alert) bool {
	kind := wire.AlertKind(a.What)
	heats := s.watch.Heats()
	for deck := range s.device.Decks + 1 {
		if a.ID != kitchen.OvenAlert(kind, s.device.ID, deck) {
			continue
		}
		switch kind {
		case wire.Silent:
			return true
		case wire.Overheat:
			return !is(heats, deck, oven.Hot)
		case wire.Underheat:
			return !is(heats, deck, oven.Cold) && !is(heats, deck, oven.Warming)
		case wire.Malfunction, wire.DoorOpen, wire.ProbeLimit:
		}
	}
	return false
}

func is(heats []oven.Heat, deck int, state oven.HeatState) bool {
	return slices.ContainsFunc(heats, func(h oven.Heat) bool { return h.Deck == deck && h.State == state })
}

// felt is what the schedule has to mind of how hot an oven is. What is silent is felt by nobody.
func (s *supervised) felt(now *hours) (all []line.Fault) {
	if !s.fresh() {
		return nil
	}
	for _, h := range s.watch.Heats() {
		f := line.Fault{Oven: s.device.ID, Deck: h.Deck}
		switch {
		case h.State == oven.Hot:
			f.What = wire.Overheat
		case h.State == oven.InBand:
			continue
		case h.Below <= driftMost:
			f.What = wire.Underheat
		case h.State == oven.Warming:
			f.What, f.Till = line.Warming, now.since(h.Till)
		default:
			f.What = line.Cold
		}
		all = append(all, f)
	}
	return all
}

// states says in one word how an oven is, and how each of its decks is where it has several: what it told of, what is heard of it, how hot it is.
func (s *supervised) states(v *kds.OvenView, alerts []kitchen.Alert, now *hours) {
	decks, slots, all := kitchen.Broken(alerts, s.device.ID)
	v.Broken = slots
	for _, slot := range slots {
		decks = append(decks, hearthOf(s.device).DeckOf(slot))
	}
	state := func(deck int) (string, *kds.Moment) {
		switch {
		case all || slices.Contains(decks, deck) && s.device.Decks > 1:
			return "fault", nil
		case !s.fresh():
			return "silent", nil
		}
		for _, h := range s.watch.Heats() {
			if h.Deck != deck && h.Deck != 0 {
				continue
			}
			if h.State == oven.Warming {
				return string(h.State), kds.At(now.since(h.Till))
			}
			return string(h.State), nil
		}
		return "ok", nil
	}
	for deck := range max(1, s.device.Decks) {
		d := kds.DeckView{Deck: deck + 1}
		d.State, d.HotAt = state(deck + 1)
		if worse(d.State) > worse(v.State) {
			v.State, v.HotAt = d.State, d.HotAt
		}
		if s.device.Decks > 1 {
			v.Decks = append(v.Decks, d)
		}
	}
	if len(slots) > 0 {
		v.State = "fault"
	}
}

// worse orders the words for how an oven is.
func worse(state string) int {
	return 1 + slices.Index([]string{"ok", "warming", "hot", "cold", "silent", "fault"}, state)
}
