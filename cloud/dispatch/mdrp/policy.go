package mdrp

import (
	"math"
	"slices"

	"awesome.pizza/cloud/dispatch/engine"
)

// Category is what a dispatcher may do and know.
type Category string

// The categories.
const (
	N Category = "N" // couriers are sent only to restaurants with an order that waits
	P Category = "P" // couriers may be sent anywhere
	E Category = "E" // as P, but a kitchen tells only its mean preparation time until an order is ready
)

// Known reports whether there is such a category.
func (c Category) Known() bool { return c == N || c == P || c == E }

// Init is what is known before a day begins.
type Init struct {
	Parameters  Parameters
	Restaurants []Restaurant
	Couriers    []Courier
}

// News is what a minute brings.
type News struct {
	Now    int
	Orders []Placed
	Ready  []string // forecasts that came true
	Free   []Free
}

// Placed is a new order. Estimate says that Ready is the restaurant's mean.
type Placed struct {
	Order
	ReadyAt  float64
	Estimate bool
}

// Free is a courier who has nothing to do.
type Free struct {
	Courier string
	At      string // 0 is where the courier began
	Since   int
}

// Command is for one courier: to a restaurant, or what to pick up there.
type Command struct {
	Courier string
	Move    string
	Deliver []string
}

// soon is how many minutes before their shift couriers are planned with.
const soon = 45

// Policy plays a day with the engine.
type Policy struct {
	init     Init
	travel   straight
	planner  *engine.Planner
	rooms    []engine.Place
	room     map[string]int
	couriers []courier
	number   map[string]int
	orders   map[string]*Placed
	open     []*Placed           // in the sequence of their coming
	not      map[string][]string // couriers who declined an order
	refuse   Refuse
}

// courier is where the policy knows one to be.
type courier struct {
	Courier
	spot
	meant []string // orders of the last command
}

// spot is where a courier is or will be, and when.
type spot struct {
	at    engine.Place
	room  int
	since int
}

// NewPolicy is a policy for a day.
func NewPolicy(init Init, c Category, w engine.Weights) *Policy {
	p := &Policy{
		init: init, travel: straight(init.Parameters.Speed), room: map[string]int{}, number: map[string]int{},
		orders: map[string]*Placed{}, not: map[string][]string{},
		planner: engine.NewPlanner(engine.Rules{
			PickupHalf: init.Parameters.Pickup / 2, DropHalf: init.Parameters.Dropoff / 2, Target: init.Parameters.Target, FreeMoves: c != N,
		}, w),
	}
	for i, r := range init.Restaurants {
		p.room[r.ID] = i
		p.rooms = append(p.rooms, engine.Place{X: r.X, Y: r.Y})
	}
	for i, c := range init.Couriers {
		p.number[c.ID] = i
		p.couriers = append(p.couriers, courier{Courier: c, spot: spot{at: engine.Place{X: c.X, Y: c.Y}, room: -1, since: c.On}})
	}
	return p
}

// Minute hears the news and says what to do.
func (p *Policy) Minute(n News) []Command {
	p.hear(n)
	s, who := p.snapshot(n.Now)
	plan := p.planner.Plan(&s)
	var out []Command
	for _, a := range plan.Actions {
		c := &p.couriers[who[a.Driver]]
		cmd := Command{Courier: c.ID}
		c.meant = c.meant[:0]
		if a.Kind == engine.Go {
			cmd.Move = p.init.Restaurants[a.Restaurant].ID
		}
		for _, o := range a.Orders {
			c.meant = append(c.meant, s.Orders[o].ID)
			if a.Kind == engine.Fetch {
				cmd.Deliver = append(cmd.Deliver, s.Orders[o].ID)
			}
		}
		if p.refused(n.Now, cmd) {
			p.planner.Declined()
			continue
		}
		p.follow(n.Now, cmd)
		out = append(out, cmd)
	}
	return out
}

// Refusing is the policy with couriers who decline: who does so is not asked for the same orders again.
func (p *Policy) Refusing(r Refuse) *Policy {
	p.refuse = r
	return p
}

// refused asks a courier to go, and keeps what he does not want.
func (p *Policy) refused(now int, cmd Command) bool {
	if cmd.Move == "" || p.refuse == nil || !p.refuse(cmd.Courier, cmd.Move, now) {
		return false
	}
	for _, o := range p.couriers[p.number[cmd.Courier]].meant {
		p.not[o] = append(p.not[o], cmd.Courier)
	}
	return true
}

// Recall tells a new policy of a minute that another one decided.
func (p *Policy) Recall(n News, said []Command) {
	p.hear(n)
	for _, cmd := range said {
		p.follow(n.Now, cmd)
	}
}

// snapshot is what the engine may know, and which courier each of its drivers is.
func (p *Policy) snapshot(now int) (s engine.Snapshot, who []int) {
	s = engine.Snapshot{Now: now, Restaurants: p.rooms, Travel: p.travel}
	for i := range p.couriers {
		c := &p.couriers[i]
		if c.Off < now || c.On > now+soon {
			continue
		}
		who = append(who, i)
		s.Drivers = append(s.Drivers, engine.Driver{ID: c.ID, At: c.at, Restaurant: c.room, FreeAt: c.since, ShiftEnd: c.Off})
	}
	for _, o := range p.open {
		s.Orders = append(s.Orders, engine.Order{
			ID: o.ID, Restaurant: p.room[o.Restaurant], Drop: engine.Place{X: o.X, Y: o.Y}, Placed: o.Placed, Ready: int(math.Ceil(o.ReadyAt)),
			Forecast: o.Estimate, Not: p.not[o.ID],
		})
	}
	return s, who
}

// follow keeps where a courier will be by a command.
func (p *Policy) follow(now int, cmd Command) {
	c := &p.couriers[p.number[cmd.Courier]]
	if room, goes := p.room[cmd.Move]; goes {
		c.since = max(now, c.since) + p.travel.Time(c.at, p.rooms[room], now)
		c.at, c.room = p.rooms[room], room
		return
	}
	p.fetch(now, cmd)
}

// fetch keeps where a courier will be who picks orders up at a minute.
func (p *Policy) fetch(pickup int, cmd Command) {
	c := &p.couriers[p.number[cmd.Courier]]
	at := pickup + p.init.Parameters.Pickup/2
	for _, id := range cmd.Deliver {
		drop := engine.Place{X: p.orders[id].X, Y: p.orders[id].Y}
		at += p.travel.Time(c.at, drop, pickup) + p.init.Parameters.Dropoff/2*2
		c.at, c.room, c.since = drop, -1, at
	}
	p.open = slices.DeleteFunc(p.open, func(o *Placed) bool { return slices.Contains(cmd.Deliver, o.ID) })
}

// hear takes the news in.
func (p *Policy) hear(n News) {
	for i := range n.Orders {
		o := &n.Orders[i]
		p.orders[o.ID] = o
		p.open = append(p.open, o)
		p.planner.Placed(p.room[o.Restaurant], o.Placed, int(o.ReadyAt)-o.Placed)
	}
	for _, id := range n.Ready {
		if o := p.orders[id]; o != nil && o.Estimate {
			p.planner.Kitchen(int(math.Ceil(o.ReadyAt))-o.Placed, n.Now-int(math.Ceil(o.ReadyAt)))
			o.ReadyAt, o.Estimate = float64(n.Now), false
		}
	}
	for _, f := range n.Free {
		i, known := p.number[f.Courier]
		if !known {
			continue
		}
		c := &p.couriers[i]
		c.since = f.Since
		if r, isRoom := p.room[f.At]; isRoom {
			c.at, c.room = p.rooms[r], r
		} else if o := p.orders[f.At]; o != nil {
			c.at, c.room = engine.Place{X: o.X, Y: o.Y}, -1
		}
	}
}
