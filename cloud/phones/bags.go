package phones

import (
	"context"
	"maps"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// bags is what the drivers carry whose phones have signed in here, or speak HTTP with this core.
type bags struct {
	here  map[string]dispatch.Driver // signed in or heard, and not yet found gone
	of    map[string][]dispatch.Order
	owner map[order.ID]string
}

func newBags() bags {
	return bags{here: map[string]dispatch.Driver{}, of: map[string][]dispatch.Order{}, owner: map[order.ID]string{}}
}

func (b *bags) put(driver string, bag []dispatch.Order) {
	for _, o := range b.of[driver] {
		if b.owner[o.ID] == driver {
			delete(b.owner, o.ID)
		}
	}
	if len(bag) == 0 {
		delete(b.of, driver)
		return
	}
	b.of[driver] = bag
	for _, o := range bag {
		b.owner[o.ID] = driver
	}
}

// grant is what a driver's phone may say and hear: its own, and what concerns the orders it carries.
func (b *bags) grant(driver string) broker.Grant {
	r := wire.DriverRights(driver)
	for _, o := range b.of[driver] {
		r.Read = append(r.Read, wire.DriverETATopic(string(o.ID)), wire.OrderEventTopic(string(o.ID)))
	}
	return broker.Grant{Device: driver, Publish: r.Publish, Read: r.Read}
}

// present are the drivers who have signed in here.
func (p *Phones) present() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.bags.here))
}

// concerned are the drivers, signed in here, who have an order or had it.
func (p *Phones) concerned(r *ordering.Record) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	if had, ok := p.bags.owner[r.Order.ID]; ok {
		out = append(out, had)
	}
	if r.Driver != nil && !slices.Contains(out, r.Driver.ID) {
		if _, here := p.bags.here[r.Driver.ID]; here {
			out = append(out, r.Driver.ID)
		}
	}
	return out
}

// soil has a driver's bag read again. When too many wait, the regular refresh finds it.
func (p *Phones) soil(driver string) {
	select {
	case p.dirty <- driver:
	default:
	}
}

// refresh reads a bag and has the phone's rights follow.
func (p *Phones) refresh(ctx context.Context, driver string) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	bag, err := p.cfg.Store.Bag(ctx, driver)
	var d dispatch.Driver
	if err == nil {
		d, err = p.cfg.Store.Driver(ctx, driver)
	}
	if err != nil {
		if ctx.Err() == nil {
			p.cfg.Log.Warn("read a driver's bag", "driver", driver, "err", err)
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bags.put(driver, bag)
	p.watch(driver, bag, p.cfg.Clock.Now())
	switch connected := p.broker.Regrant(p.bags.grant(driver)) > 0; {
	case connected || p.heardLately(driver):
		p.bags.here[driver] = d
	default:
		delete(p.bags.here, driver)
		p.bags.put(driver, nil)
	}
}

// offShift reports whether a driver who sends a position has gone home: it is thrown away then. What was known of that may be old, so it is read again
// meanwhile.
func (p *Phones) offShift(driver string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	d, here := p.bags.here[driver]
	if !here || !d.OffShift() {
		return false
	}
	t := p.tracks[driver]
	if t == nil {
		t = &track{}
		p.tracks[driver] = t
	}
	if now.Sub(t.asked) >= etaEvery {
		t.asked = now
		p.soil(driver)
	}
	return true
}

// begins has what a phone has just said of the shift count at once, and what holds be read.
func (p *Phones) begins(driver string, s wire.DriverState) {
	p.mu.Lock()
	if d, here := p.bags.here[driver]; here && s != wire.Offline && s != wire.EndOfShift {
		d.Status = s
		p.bags.here[driver] = d
	}
	p.mu.Unlock()
	p.soil(driver)
}

// forecast says when the driver of a position will be at the doors of what is in the bag.
func (p *Phones) forecast(at dispatch.Position, now time.Time) []wire.DriverETA {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tracks[at.Driver]
	if len(p.bags.of[at.Driver]) == 0 || t == nil || now.Sub(t.told) < etaEvery || !at.Fresh(now) {
		return nil
	}
	t.told = now
	out := make([]wire.DriverETA, 0, len(p.bags.of[at.Driver]))
	for _, s := range dispatch.Way(now, at.Point(), p.bags.here[at.Driver], p.bags.of[at.Driver], dispatch.At(p.cfg.Travel, now)) {
		if s.Fetch {
			continue
		}
		latest := wire.At(s.When.To)
		out = append(out, wire.DriverETA{
			Order: string(s.Orders[0]), Driver: at.Driver, At: wire.At(now), ETA: wire.At(s.When.From), Latest: &latest,
			Position: &wire.Position{Latitude: at.Lat, Longitude: at.Lon}, Heading: at.Heading,
		})
	}
	return out
}
