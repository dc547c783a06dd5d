package phones

import (
	"context"
	"maps"
	"slices"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/wire"
)

// Heard takes a driver's position, from MQTT or HTTP. What cannot be true is problem.Invalid: "out_of_range", "bad_time", "no_fix",
// "not_newer", "impossible_jump".
func (p *Phones) Heard(driver string, l wire.DriverLocation) error {
	now := p.cfg.Clock.Now().UTC()
	if err := l.Validate(now); err != nil {
		return p.count(err)
	}
	at := dispatch.Position{
		Driver: driver, Lat: l.Latitude, Lon: l.Longitude, Heading: l.Heading, Speed: l.Speed, At: l.Timestamp.Time, Heard: now,
	}
	if at.At.After(now) {
		at.At = now // a clock ahead of ours would make everything after it late
	}
	if err := p.follow(at, accuracy(l)); err != nil {
		return p.count(err)
	}
	p.hub.Publish(at)
	if p.cfg.Share != nil {
		p.cfg.Share(at)
	}
	for _, eta := range p.forecast(at, now) {
		if err := p.publish(wire.Topic{Kind: wire.KindDriverETA, Order: eta.Order}, eta); err != nil {
			p.cfg.Log.Debug("tell phones of an arrival", "order", eta.Order, "err", err)
		}
	}
	return nil
}

// accuracy is how far off a fix may be, in km.
func accuracy(l wire.DriverLocation) float64 {
	if l.Accuracy == nil {
		return 0
	}
	return min(*l.Accuracy/1000, vague)
}

func (p *Phones) follow(at dispatch.Position, accuracyKM float64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tracks[at.Driver]
	if t == nil {
		t = &track{}
		p.tracks[at.Driver] = t
	}
	before := t.last.Heard
	if err := t.follow(at, accuracyKM, p.cfg.MaxKMH); err != nil {
		return err
	}
	p.unsent[at.Driver] = at
	t.heard = at.Heard
	p.asks(t, at.Driver, at.Heard)
	p.witness(t, at, accuracyKM)
	if at.Heard.Sub(before) > dispatch.Stale/2 { // somebody dispatch could not count on
		select {
		case p.hurry <- struct{}{}:
		default:
		}
	}
	return nil
}

// Learn takes a position that another core has heard: it is shown here, and kept there.
func (p *Phones) Learn(at dispatch.Position) {
	p.mu.Lock()
	t := p.tracks[at.Driver]
	if t == nil {
		t = &track{}
		p.tracks[at.Driver] = t
	}
	newer := at.At.After(t.last.At)
	if newer {
		t.last, t.doubts = at, 0
		t.trail.Add(at)
	}
	p.mu.Unlock()
	if newer {
		p.hub.Publish(at)
	}
}

// Position is where a driver was last seen, by this core or another.
func (p *Phones) Position(driver string) (at dispatch.Position, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tracks[driver]
	if t == nil || t.last.At.IsZero() {
		return dispatch.Position{}, false
	}
	return t.last, true
}

// Positions is every position from now on. The channel closes when its reader is too slow: take Position, and watch again.
func (p *Phones) Positions() (positions <-chan dispatch.Position, cancel func()) {
	return p.hub.Subscribe()
}

// save keeps the newest position of each driver who has moved since. What cannot be kept is tried again, unless something newer came.
func (p *Phones) save(ctx context.Context) {
	p.mu.Lock()
	unsent := p.unsent
	p.unsent = map[string]dispatch.Position{}
	p.mu.Unlock()
	if len(unsent) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	err := p.cfg.Store.SavePositions(ctx, slices.Collect(maps.Values(unsent)))
	if err == nil {
		return
	}
	p.cfg.Log.Error("keep positions of drivers", "err", err)
	p.mu.Lock()
	defer p.mu.Unlock()
	for driver, at := range unsent {
		if _, newer := p.unsent[driver]; !newer {
			p.unsent[driver] = at
		}
	}
}
