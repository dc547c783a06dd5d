package mdrp

import (
	"fmt"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
)

// Assignment is a pick-up that happened.
type Assignment struct {
	At, Pickup int
	Courier    string
	Orders     []string
}

// Delivery is an order that reached its guest.
type Delivery struct {
	Pickup, Drop int
	Courier      string
}

// Move is a courier's way.
type Move struct {
	Leave    int
	From, To string
}

// Solution is what became of a day.
type Solution struct {
	Assignments []Assignment
	Deliveries  map[string]Delivery
	Moves       map[string][]Move
	Ticks       []time.Duration // what each decision took
}

// day plays an instance by its rules: it reveals an order when it is placed, and refuses what is not allowed.
type day struct {
	in       *Instance
	category Category
	travel   straight
	orders   map[string]*Order
	state    map[string]bool // placed; true once it is picked up
	waiting  map[string]int  // orders that wait, by restaurant
	room     map[string]engine.Place
	couriers []player
	number   map[string]int
	coming   []Order  // not placed yet, by when they will be
	unsure   []*Order // placed, and in E not ready yet
	mean     map[string]float64
	out      *Solution
}

type player struct {
	*Courier
	at       engine.Place
	name     string
	free     int
	room     string // stands there or drives there
	reported bool
}

// Decide is what makes a minute's commands.
type Decide func(News) []Command

// Play plays a day. It fails on the first command that breaks a rule.
func Play(in *Instance, c Category, decide Decide, clock func() time.Time) (*Solution, error) {
	d := newDay(in, c)
	for now := 0; now <= d.end(); now++ {
		if err := d.minute(now, decide, clock); err != nil {
			return nil, err
		}
	}
	return d.out, nil
}

// end is the last minute in which somebody is on duty.
func (d *day) end() int {
	end := 0
	for i := range d.couriers {
		end = max(end, d.couriers[i].Off)
	}
	return end
}

// minute brings the news of a minute and does what is decided.
func (d *day) minute(now int, decide Decide, clock func() time.Time) error {
	news := d.news(now)
	began := clock()
	commands := decide(news)
	d.out.Ticks = append(d.out.Ticks, clock().Sub(began))
	for _, cmd := range commands {
		if err := d.obey(now, cmd); err != nil {
			return fmt.Errorf("%s, minute %d: %w", d.in.Name, now, err)
		}
	}
	return nil
}

func (d *day) news(now int) News {
	news := News{Now: now, Free: d.free(now)}
	for len(d.coming) > 0 && d.coming[0].Placed <= now {
		news.Orders = append(news.Orders, d.reveal(d.coming[0]))
		d.unsure = append(d.unsure, &d.coming[0])
		d.coming = d.coming[1:]
	}
	if d.category == E {
		d.unsure = slices.DeleteFunc(d.unsure, func(o *Order) bool {
			if o.Ready <= now {
				news.Ready = append(news.Ready, o.ID)
			}
			return o.Ready <= now
		})
		slices.Sort(news.Ready)
	}
	return news
}

func newDay(in *Instance, c Category) *day {
	d := &day{
		in: in, category: c, travel: straight(in.Parameters.Speed), orders: map[string]*Order{}, state: map[string]bool{}, waiting: map[string]int{},
		room: map[string]engine.Place{}, number: map[string]int{}, mean: map[string]float64{},
		out: &Solution{Deliveries: map[string]Delivery{}, Moves: map[string][]Move{}}, coming: slices.Clone(in.Orders),
	}
	slices.SortStableFunc(d.coming, func(a, b Order) int { return a.Placed - b.Placed })
	n := map[string]int{}
	for i := range in.Orders {
		o := &in.Orders[i]
		d.orders[o.ID] = o
		n[o.Restaurant]++
		d.mean[o.Restaurant] += float64(o.Ready - o.Placed)
	}
	for r, k := range n {
		d.mean[r] /= float64(k)
	}
	for _, r := range in.Restaurants {
		d.room[r.ID] = engine.Place{X: r.X, Y: r.Y}
	}
	for i := range in.Couriers {
		c := &in.Couriers[i]
		d.number[c.ID] = i
		d.couriers = append(d.couriers, player{Courier: c, at: engine.Place{X: c.X, Y: c.Y}, name: "0", free: c.On})
	}
	return d
}

func (d *day) reveal(o Order) Placed {
	d.state[o.ID] = false
	d.waiting[o.Restaurant]++
	p := Placed{Order: o, ReadyAt: float64(o.Ready)}
	if d.category == E {
		p.ReadyAt, p.Estimate = float64(o.Placed)+d.mean[o.Restaurant], true
	}
	p.Ready = 0
	return p
}

func (d *day) free(now int) []Free {
	var out []Free
	for i := range d.couriers {
		if c := &d.couriers[i]; !c.reported && c.free <= now && c.On <= now {
			c.reported = true
			out = append(out, Free{Courier: c.ID, At: c.name, Since: c.free})
		}
	}
	return out
}

func (d *day) obey(now int, cmd Command) error {
	i, known := d.number[cmd.Courier]
	if !known {
		return fmt.Errorf("nobody is called %q", cmd.Courier)
	}
	c := &d.couriers[i]
	if c.On > now {
		return fmt.Errorf("%s is not on duty", c.ID)
	}
	if len(cmd.Deliver) == 0 {
		return d.move(now, c, cmd.Move)
	}
	return d.deliver(now, c, cmd.Deliver)
}

func (d *day) move(now int, c *player, to string) error {
	at, known := d.room[to]
	switch {
	case !known:
		return fmt.Errorf("%s is sent to %q, which is no restaurant", c.ID, to)
	case c.free > now:
		return fmt.Errorf("%s is sent to %s while busy", c.ID, to)
	case d.category == N && d.waiting[to] == 0:
		return fmt.Errorf("%s is sent to %s, where nothing waits", c.ID, to)
	case c.room == to:
		return nil
	}
	d.out.Moves[c.ID] = append(d.out.Moves[c.ID], Move{now, c.name, to})
	c.free = now + d.travel.Time(c.at, at, 0)
	c.at, c.name, c.room, c.reported = at, to, to, false
	return nil
}

// deliver is a pick-up that happens now or, when the courier still drives or the oven still bakes, as soon as it can: the policy says it no
// earlier than it must, so an order in it is never taken out again.
func (d *day) deliver(now int, c *player, ids []string) error {
	p := d.in.Parameters
	first := d.orders[ids[0]]
	if first == nil || c.room != first.Restaurant {
		return fmt.Errorf("%s is to pick up %v and is not at the restaurant", c.ID, ids)
	}
	pick := max(now, c.free+p.Pickup/2)
	for _, id := range ids {
		o := d.orders[id]
		if o == nil {
			return fmt.Errorf("%s is to bring %q, which is no order", c.ID, id)
		}
		if taken, placed := d.state[id]; !placed || taken || o.Restaurant != first.Restaurant {
			return fmt.Errorf("%s is to bring %s, which is not there", c.ID, id)
		}
		d.state[id] = true
		d.waiting[o.Restaurant]--
		pick = max(pick, o.Ready)
	}
	if pick > c.Off {
		return fmt.Errorf("%s is to pick up at %d, after the shift ended at %d", c.ID, pick, c.Off)
	}
	at := pick + p.Pickup/2
	for _, id := range ids {
		o := d.orders[id]
		d.out.Moves[c.ID] = append(d.out.Moves[c.ID], Move{at, c.name, id})
		drop := engine.Place{X: o.X, Y: o.Y}
		at += d.travel.Time(c.at, drop, 0) + p.Dropoff/2
		d.out.Deliveries[id] = Delivery{Pickup: pick, Drop: at, Courier: c.ID}
		at += p.Dropoff / 2
		c.at, c.name = drop, id
	}
	c.free, c.room, c.reported = at, "", false
	d.out.Assignments = append(d.out.Assignments, Assignment{now, pick, c.ID, ids})
	return nil
}
