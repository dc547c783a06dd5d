package dispatch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// fresh is for how long a desk answers with what it has just looked up.
const fresh = time.Second

// MostExtra is with how many drivers more one may ask what would be.
const MostExtra = 20

// Desk shows people what dispatch sees and what it makes of it. It plans by itself, from what is committed: the same as the process that holds
// the zone, and nothing comes of it.
type Desk struct {
	Scene  Scene
	Plan   func(Snapshot) Plan
	Travel func(at time.Time) Travel
	Heard  Heard
	Clock  clock.Clock
	Store  interface {
		Preferences
		Waits
	}
	Kick func() // hurries dispatch; nil: its next round will do

	mu    sync.Mutex // one look at a time: see Scene
	atlas *Atlas
	last  map[string]View
}

// View is a zone and its plan.
type View struct {
	Zone  Zone
	Zones []Zone // all
	Snapshot
	Plan   Plan
	Strays []Driver        // on shift, and in no plan: see Atlas.strays
	Waits  map[string]Wait // where idle drivers were told to wait, by driver
}

// Listed are all drivers whom a dispatcher is shown: those of the plan, and strays.
func (v *View) Listed() []Driver { return slices.Concat(v.Drivers, v.Strays) }

// NewDesk is a desk beside a dispatcher, with a scene of its own.
func NewDesk(s Scene, d *Dispatcher) *Desk {
	return &Desk{Scene: s, Plan: d.Plan, Travel: func(now time.Time) Travel { return At(d.Travel, now) }, Heard: d.Heard, Clock: d.Clock, Store: d.Store, Kick: d.Kick, last: map[string]View{}}
}

// Look shows the zone of a restaurant, or the first one with "". It reports NotFound "no_such_restaurant".
func (d *Desk) Look(ctx context.Context, restaurant string) (View, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.Clock.Now().UTC().Truncate(time.Millisecond)
	houses, err := d.Scene.Houses(ctx, now)
	if err != nil {
		return View{}, fmt.Errorf("read the restaurants: %w", err)
	}
	if d.atlas == nil || !d.atlas.of(houses) {
		d.atlas, d.last = Draw(houses), map[string]View{}
	}
	zone, known := d.atlas.Of(restaurant)
	if restaurant == "" && len(d.atlas.Zones) > 0 {
		zone, known = d.atlas.Zones[0], true
	}
	if !known {
		return View{}, problem.New(problem.NotFound, "no_such_restaurant", "there is no restaurant %q", restaurant)
	}
	if v, ok := d.last[zone.ID]; ok && now.Sub(v.Now).Abs() < fresh {
		return v, nil
	}
	v := View{Zone: zone, Zones: d.atlas.Zones}
	s, err := d.Scene.DispatchSnapshot(ctx, now, d.atlas.restaurants([]string{zone.ID}))
	if err != nil {
		return View{}, fmt.Errorf("read what there is to deliver: %w", err)
	}
	s.Now, s.Travel = now, d.Travel(now)
	s.hear(d.Heard)
	v.Snapshot = d.atlas.share(&s, []string{zone.ID})[0]
	v.Plan = d.Plan(v.Snapshot)
	v.Strays = d.atlas.strays(&s)
	waits, err := d.Store.WaitsSince(ctx, now.Add(-WaitHolds))
	if err != nil {
		return View{}, fmt.Errorf("read where drivers wait: %w", err)
	}
	v.Waits = map[string]Wait{}
	for _, w := range waits {
		v.Waits[w.Driver] = w
	}
	d.last[zone.ID] = v
	return v, nil
}

// Prefer records what a person says of an order's priority: see Preferences. It reports Invalid "invalid_request" too.
func (d *Desk) Prefer(ctx context.Context, p Preference) error {
	if !p.Priority.Known() || !line(p.Because, 0, MostBecause) {
		return problem.New(problem.Invalid, "invalid_request", "the priority is usual, raised or first, and the reason has up to %d printable characters", MostBecause)
	}
	p.At = d.Clock.Now().UTC().Truncate(time.Millisecond)
	if err := d.Store.Prefer(ctx, p); err != nil {
		return err
	}
	d.mu.Lock()
	clear(d.last) // who said it looks at once
	d.mu.Unlock()
	if d.Kick != nil {
		d.Kick()
	}
	return nil
}

// Outcome is what a plan comes to.
type Outcome struct {
	Late        int           // orders after their promise
	Lateness    time.Duration // of all of them
	ClickToDoor time.Duration // on the average, of those that somebody brings
	Nobody      int           // orders that nobody can bring now
}

// WhatIf says what the plan for the zone of a restaurant comes to, and what it would with some more drivers who stand at the restaurant.
func (d *Desk) WhatIf(ctx context.Context, restaurant string, extra int) (now, then Outcome, err error) {
	v, p, err := d.more(ctx, restaurant, extra)
	if err != nil {
		return now, then, err
	}
	return v.Outcome(), v.outcome(p), nil
}

// more plans a restaurant's zone with some more drivers who stand there.
func (d *Desk) more(ctx context.Context, restaurant string, extra int) (v View, p Plan, err error) {
	if extra < 1 || extra > MostExtra {
		return v, p, problem.New(problem.Invalid, "invalid_request", "ask for 1 to %d drivers more", MostExtra).With("path", "extra_drivers")
	}
	if v, err = d.Look(ctx, restaurant); err != nil {
		return v, p, err
	}
	i := slices.IndexFunc(v.Restaurants, func(r Restaurant) bool { return r.ID == restaurant })
	if i < 0 {
		return v, p, problem.New(problem.NotFound, "no_such_restaurant", "there is no restaurant %q", restaurant)
	}
	more := v.Snapshot
	more.Drivers = slices.Clone(v.Drivers)
	for n := range extra {
		more.Drivers = append(more.Drivers, Driver{
			ID: fmt.Sprintf("~%d", n), Name: "one more", Vehicle: Car, Home: restaurant, Status: wire.Available, StatusAt: v.Now, SeenAt: v.Now,
			Position: v.Restaurants[i].Position,
		})
	}
	return v, d.Plan(more), nil
}

// Outcome is what the plan of a view comes to.
func (v *View) Outcome() Outcome { return v.outcome(v.Plan) }

// outcome sums up what a plan makes of the orders of a snapshot.
func (s *Snapshot) outcome(p Plan) (out Outcome) {
	n, stuck, index := 0, map[order.ID]bool{}, make(map[order.ID]int, len(s.Orders))
	for i := range s.Orders {
		index[s.Orders[i].ID] = i
	}
	for _, x := range p.Stuck {
		stuck[x.Order] = true
	}
	for _, look := range p.Orders {
		i, known := index[look.Order]
		if !known {
			continue
		}
		o := &s.Orders[i]
		switch waits := o.cooking() && (o.Delivery == order.Unassigned || o.Delivery == order.Assigned); {
		case !look.Door.IsZero():
			n++
			out.ClickToDoor += look.Door.Sub(o.placed(s.Now))
		case waits || stuck[o.ID]:
			out.Nobody++
		}
		if out.Lateness += look.Late; look.Late > 0 {
			out.Late++
		}
	}
	if n > 0 {
		out.ClickToDoor /= time.Duration(n)
	}
	return out
}

// Heard tells when a restaurant was last heard of, and whether its line is cut.
type Heard func(restaurant string, now time.Time) (last time.Time, cut bool)

// hear notes which orders' forecasts age.
func (s *Snapshot) hear(heard Heard) {
	if heard == nil {
		return
	}
	for i := range s.Orders {
		o := &s.Orders[i]
		if last, cut := heard(o.Restaurant, s.Now); cut {
			o.Heard = last
		}
	}
}
