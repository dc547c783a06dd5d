package phones

import (
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// DefaultMaxKMH is faster than anybody delivers pizza.
const DefaultMaxKMH = 200

const (
	noise  = 0.1 // km that two fixes of a phone that lies still may be apart
	vague  = 1   // km: a fix that says it is less accurate is believed to this
	enough = 3   // fixes in a row that contradict the last but not each other: then it was the last that was wrong
)

// track is what is known of a driver's way.
type track struct {
	last   dispatch.Position // believed
	within float64           // km around it
	doubt  dispatch.Position // not believed, because nobody is that fast
	doubts int               // in a row, each reachable from the one before
	told   time.Time         // when arrival times were last told
	trail  road.Trail
	fences map[order.ID]*fence // around the orders in the bag
	heard  time.Time           // by this core
	asked  time.Time           // when the bag was last asked for, of one who has not signed in
}

// remembered is for how long a driver's way is kept after the last word of it.
const remembered = 24 * time.Hour

// forget drops the ways of drivers of whom nobody has heard for a day.
func (p *Phones) forget(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for driver, t := range p.tracks {
		_, here := p.bags.here[driver]
		_, waits := p.unsent[driver]
		if !here && !waits && now.Sub(t.word()) > remembered {
			delete(p.tracks, driver)
		}
	}
}

// word is when something was last heard of a driver, or asked for.
func (t *track) word() time.Time {
	last := t.last.Heard
	for _, other := range []time.Time{t.heard, t.asked} {
		if other.After(last) {
			last = other
		}
	}
	return last
}

// follow believes a position, or says why not: Invalid "not_newer" or "impossible_jump".
func (t *track) follow(at dispatch.Position, accuracyKM, maxKMH float64) error {
	if !t.last.At.IsZero() {
		if !at.At.After(t.last.At) {
			return problem.New(problem.Invalid, "not_newer", "this position is not newer than the last").With("field", "timestamp")
		}
		slack := noise + accuracyKM + t.within
		if kmh := speed(t.last, at, slack); kmh > maxKMH && !t.insists(at, slack, maxKMH) {
			return problem.New(problem.Invalid, "impossible_jump", "%.0f km/h from the last position: nobody is faster than %.0f", kmh, maxKMH)
		}
	}
	t.last, t.within, t.doubts = at, accuracyKM, 0
	t.trail.Add(at)
	return nil
}

// insists counts positions that contradict the last, and reports when they are enough.
func (t *track) insists(at dispatch.Position, slack, maxKMH float64) bool {
	if t.doubts > 0 && (!at.At.After(t.doubt.At) || speed(t.doubt, at, slack) > maxKMH) {
		t.doubts = 0
	}
	t.doubt = at
	t.doubts++
	return t.doubts >= enough
}

// speed is how fast in km/h one must be to get from one to the other, if each may be off by a bit.
func speed(from, to dispatch.Position, slack float64) float64 {
	return max(0, dispatch.Kilometres(from.Point(), to.Point())-slack) / to.At.Sub(from.At).Hours()
}
