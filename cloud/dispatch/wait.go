package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Wait is where a driver who has nothing to do had better wait: a suggestion, never an offer.
type Wait struct {
	Driver     string
	Restaurant string
	Since      time.Time
	At         time.Time // when it was said last
	Because    []Reason
}

// Placing is a delivery that was ordered lately.
type Placing struct {
	Restaurant string
	At         time.Time
	Prepares   time.Duration // by the kitchen's forecast; 0 when there is none
}

// Waits keeps what is suggested to drivers.
type Waits interface {
	// SaveWaits replaces what is suggested to some drivers.
	SaveWaits(ctx context.Context, drivers []string, waits []Wait) error
	// WaitsSince are those that were said, or said again, after an instant.
	WaitsSince(ctx context.Context, after time.Time) ([]Wait, error)
}

// How drivers are spread.
const (
	WaitHolds    = 90 * time.Second // what was not said again for so long no longer holds
	suggestEvery = 20 * time.Second
	onTheWay     = 5 * time.Minute // for which a driver is not told of another place
	Lately       = 3 * time.Hour   // of orders that tell where the next ones will be
	MostPlacings = 400             // of a restaurant, the newest of them: all, up to 130 an hour
	window       = 45 * time.Minute
)

// spreading are the weights of the public days, see docs/DISPATCH.md: there moves were chosen by what came of them.
var spreading = engine.Weights{Late: 100, Drive: 30, Left: 400_000, Begin: 40, Fetch: 150, Gain: 80, Taken: 50, Reach: 15, Ahead: 25, Quantile: 7, Seed: 1}

// Suggest says where the idle drivers of a zone had better wait for what will be ordered, beside a plan for what is. A driver who was sent on
// his way a moment ago is left alone: before are the suggestions that hold.
func Suggest(s Snapshot, p Plan, before map[string]Wait) []Wait {
	g := &guess{Snapshot: &s, plan: p, rooms: map[string]int{}, before: before, drops: map[order.ID]Point{}}
	g.read()
	planner, recent := forecaster(s.Now, g.rooms, s.Placings)
	out := g.kept
	for _, a := range planner.Plan(&g.in).Actions {
		house := g.houses[a.Restaurant]
		out = append(out, Wait{
			Driver: g.in.Drivers[a.Driver].ID, Restaurant: house.ID, Since: s.Now, At: s.Now,
			Because: []Reason{whyThere(recent[house.ID], sum(recent))},
		})
	}
	slices.SortFunc(out, func(a, b Wait) int { return cmp.Compare(a.Driver, b.Driver) })
	return out
}

// forecaster is an engine in minutes that knows what was ordered lately, and the last of it by restaurant.
func forecaster(now time.Time, rooms map[string]int, placings []Placing) (p *engine.Planner, recent map[string]int) {
	p = engine.NewPlanner(engine.Rules{PickupHalf: 2, DropHalf: 1, Target: int(promised / time.Minute), FreeMoves: true}, spreading)
	recent = map[string]int{}
	for _, of := range placings {
		ago := now.Sub(of.At)
		room, known := rooms[of.Restaurant]
		if !known || ago < 0 || ago >= Lately {
			continue
		}
		if ago < window {
			recent[of.Restaurant]++
		}
		p.Placed(room, int((Lately-ago)/time.Minute), int(cmp.Or(of.Prepares, 16*time.Minute)/time.Minute))
	}
	return p, recent
}

// whyThere says why somebody had better wait at a restaurant: how many of the last deliveries were from there.
func whyThere(here, all int) Reason {
	if here == 0 {
		return Reason{Key: WhyLikely}
	}
	return Reason{Key: WhyMuch, N: here, Of: all}
}

func sum(of map[string]int) (n int) {
	for _, k := range of {
		n += k
	}
	return n
}

// guess is how a zone looks to who spreads its idle drivers: in minutes, and without orders.
type guess struct {
	*Snapshot
	plan   Plan
	before map[string]Wait
	houses []Restaurant
	rooms  map[string]int
	drops  map[order.ID]Point
	in     engine.Snapshot
	kept   []Wait
}

func (g *guess) read() {
	g.in = engine.Snapshot{Now: int(Lately / time.Minute), Travel: inMinutes{g.Travel}}
	g.houses = slices.Clone(g.Restaurants)
	slices.SortFunc(g.houses, func(a, b Restaurant) int { return cmp.Compare(a.ID, b.ID) })
	for i, h := range g.houses {
		g.rooms[h.ID] = i
		g.in.Restaurants = append(g.in.Restaurants, place(h.Position))
	}
	last := map[string]Outlook{}
	for _, o := range g.Orders {
		g.drops[o.ID] = o.Drop
	}
	for _, l := range g.plan.Orders {
		if l.Driver != "" && l.Door.After(last[l.Driver].Door) {
			last[l.Driver] = l
		}
	}
	drivers := slices.Clone(g.Drivers)
	slices.SortFunc(drivers, func(a, b Driver) int { return cmp.Compare(a.ID, b.ID) })
	for i := range drivers {
		if v, counts := g.driver(&drivers[i], last[drivers[i].ID]); counts {
			g.in.Drivers = append(g.in.Drivers, v)
		}
	}
}

// driver is one who is there for what will be ordered: now, behind what the plan has for him, or where he was sent to wait.
func (g *guess) driver(d *Driver, busy Outlook) (v engine.Driver, counts bool) {
	room, known := g.rooms[d.Home]
	if d.SeenAt.IsZero() || d.Gone(g.Now) || d.Home != "" && !known || d.Status != wire.Available && d.Status != wire.Busy {
		return v, false
	}
	v = engine.Driver{ID: d.ID, At: place(d.Position), Restaurant: -1, FreeAt: g.in.Now, ShiftEnd: g.in.Now + 600}
	if d.Home != "" {
		v.Only = room + 1
	}
	if !d.ShiftEnd.IsZero() {
		v.ShiftEnd = g.in.Now + int(d.ShiftEnd.Sub(g.Now)/time.Minute)
	}
	if !busy.Door.IsZero() {
		v.At, v.FreeAt = place(g.drops[busy.Order]), g.in.Now+max(1, int(busy.Door.Sub(g.Now)/time.Minute))
		return v, true
	}
	if !d.Free(g.Now) {
		return v, false
	}
	for i, h := range g.houses {
		if Kilometres(d.Position, h.Position) <= There {
			v.At, v.Restaurant = place(h.Position), i
		}
	}
	g.keep(d, &v)
	return v, true
}

// keep lets a driver go on to where he was sent a moment ago: for the others he is nearly there.
func (g *guess) keep(d *Driver, v *engine.Driver) {
	w, sent := g.before[d.ID]
	room, known := g.rooms[w.Restaurant]
	if !sent || !known || v.Restaurant == room || g.Now.Sub(w.Since) >= onTheWay || v.Only > 0 && v.Only != room+1 {
		return
	}
	house := g.houses[room]
	way := int(g.Travel.Time(d.Position, house.Position, d.speed()) / time.Minute)
	v.At, v.Restaurant, v.FreeAt = place(house.Position), room, g.in.Now+min(1+way/2, 5)
	w.At = g.Now
	g.kept = append(g.kept, w)
}

// suggest spreads the idle drivers of the zones that this process holds, now and then.
func (d *Dispatcher) suggest(ctx context.Context, now time.Time, zones []Snapshot, p Plan) error {
	if !d.Reposition || now.Sub(d.spread).Abs() < suggestEvery {
		return nil
	}
	said, err := d.Store.WaitsSince(ctx, now.Add(-WaitHolds)) // this process may not be the one that said it
	if err != nil {
		return fmt.Errorf("read where drivers wait: %w", err)
	}
	before := map[string]Wait{}
	for _, w := range said {
		before[w.Driver] = w
	}
	var waits []Wait
	var drivers []string
	for _, z := range zones {
		for i := range z.Drivers {
			drivers = append(drivers, z.Drivers[i].ID)
		}
		waits = append(waits, Suggest(z, p, before)...)
	}
	if err := d.Store.SaveWaits(ctx, drivers, waits); err != nil {
		return fmt.Errorf("say where drivers had better wait: %w", err)
	}
	d.spread = now
	return nil
}
