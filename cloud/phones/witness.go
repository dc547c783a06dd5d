package phones

import (
	"context"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
)

// Limits of what is seen.
const (
	fenceLife   = 15 * time.Minute // for an order that has left the bag: whether the driver leaves the door is still to be seen
	mostUnsaved = 10_000           // pieces of evidence that wait for the database; what is beyond is lost, for taps count without them
	hereFor     = 2 * time.Minute  // how long a phone that speaks HTTP counts as here after it was heard
)

// fence is a road.Fence with how the order stands.
type fence struct {
	road.Fence
	delivery order.Delivery
	left     time.Time // when the order left the bag
}

// WasAt is where a driver was about then, if this core knows.
func (p *Phones) WasAt(driver string, when time.Time) (at dispatch.Point, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.tracks[driver]; t != nil {
		return t.trail.At(when)
	}
	return dispatch.Point{}, false
}

// witness notes what a position that was believed shows of the orders in the bag. The lock is held.
func (p *Phones) witness(t *track, at dispatch.Position, accuracyKM float64) {
	for oid, f := range t.fences {
		if !f.left.IsZero() && at.Heard.Sub(f.left) > fenceLife {
			delete(t.fences, oid)
			continue
		}
		for _, e := range f.See(at, accuracyKM, f.delivery) {
			if len(p.evidence) < mostUnsaved {
				p.evidence = append(p.evidence, e)
			}
		}
	}
}

// watch keeps a driver's fences like the bag. The lock is held.
func (p *Phones) watch(driver string, bag []dispatch.Order, now time.Time) {
	t := p.tracks[driver]
	if t == nil {
		if len(bag) == 0 {
			return
		}
		t = &track{}
		p.tracks[driver] = t
	}
	for _, f := range t.fences {
		if f.left.IsZero() {
			f.left = now
		}
	}
	for i := range bag {
		o := &bag[i]
		f := t.fences[o.ID]
		if f == nil {
			f = &fence{Fence: road.Fence{Order: o.ID, Driver: driver, Pickup: o.Pickup, Drop: o.Drop, Nowhere: o.Nowhere}}
			if t.fences == nil {
				t.fences = map[order.ID]*fence{}
			}
			t.fences[o.ID] = f
		}
		f.delivery, f.left = o.Delivery, time.Time{}
	}
}

// asks has the bag read of a driver whose phone has not signed in here but is heard: it speaks HTTP. The lock is held.
func (p *Phones) asks(t *track, driver string, now time.Time) {
	if _, here := p.bags.here[driver]; here || now.Sub(t.asked) < etaEvery {
		return
	}
	t.asked = now
	p.soil(driver)
}

// heardLately reports whether a driver counts as here without a connection. The lock is held.
func (p *Phones) heardLately(driver string) bool {
	t := p.tracks[driver]
	return t != nil && p.cfg.Clock.Now().Sub(t.heard) < hereFor
}

// saveEvidence keeps what was seen. What cannot be kept is tried again.
func (p *Phones) saveEvidence(ctx context.Context) {
	p.mu.Lock()
	unsaved := p.evidence
	p.evidence = nil
	p.mu.Unlock()
	if len(unsaved) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if err := p.cfg.Store.SaveEvidence(ctx, unsaved); err != nil {
		p.cfg.Log.Error("keep when phones came and went", "err", err)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.evidence = append(unsaved, p.evidence...)[:min(mostUnsaved, len(unsaved)+len(p.evidence))]
	}
}
