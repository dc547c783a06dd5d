package dispatch

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// How the engine sees the world: its time is counted in units, and the moment of the plan is at present.
const (
	unit    = 6 * time.Second
	minute  = float64(time.Minute/unit) * 1000 // of click-to-door, as its costs are
	present = 1 << 15                          // longer ago is nothing that anybody still plans with
	steps   = 30                               // of its search for each order, and at most
	search  = 300
	early   = 15 // percent of the kitchens' misses: when a driver had better be there
	crowded = 40 // orders at a time, and so many for each driver more, earliest first: the others' turn comes
	each    = 4
)

// chart is a fleet and its orders as the engine sees them. A fleet are the drivers of one restaurant, or of a zone in which some drive for all.
type chart struct {
	*Snapshot
	Planner
	rooms   map[string]int
	houses  []Restaurant
	drivers []*Driver // as in the engine's snapshot
	orders  []*Order
	bags    map[string]*bag
	far     map[string][]string // drivers who are too far from a restaurant
	in      engine.Snapshot
}

// bag is what a driver has taken on.
type bag struct {
	orders []*Order
	loose  bool // nothing of it was fetched, and no person has a say in it: more can come along
	free   time.Time
	last   Point
	doors  []time.Time // of each order, as it was loaded
	arrive []time.Time // of each that is to be fetched: the driver at its restaurant
	pickup []time.Time
}

// Time is for the engine: X is a latitude and Y a longitude.
func (c *chart) Time(from, to engine.Place, _ int) int {
	return units(c.Travel.Time(Point{from.X, from.Y}, Point{to.X, to.Y}, Car.SpeedKMH()))
}

func units(d time.Duration) int { return int((d + unit/2) / unit) }

func (c *chart) at(t time.Time) int {
	return present + min(max(units(t.Sub(c.Now)), -present), present)
}

func (c *chart) when(at int) time.Time { return c.Now.Add(time.Duration(at-present) * unit) }

func place(p Point) engine.Place { return engine.Place{X: p.Lat, Y: p.Lon} }

// read draws the chart. What is not there cannot be planned: drivers nobody has seen, orders of houses nobody knows.
func (c *chart) read() {
	c.in = engine.Snapshot{Now: present, Travel: c}
	c.rooms, c.bags, c.far = map[string]int{}, map[string]*bag{}, map[string][]string{}
	for i, h := range c.houses {
		c.rooms[h.ID] = i
		c.in.Restaurants = append(c.in.Restaurants, place(h.Position))
	}
	c.load()
	fewest := c.fewest()
	for i := range c.Drivers {
		if d := &c.Drivers[i]; c.drives(d) {
			c.drivers = append(c.drivers, d)
		}
	}
	slices.SortFunc(c.drivers, func(a, b *Driver) int { return cmp.Compare(a.ID, b.ID) })
	for _, d := range c.drivers {
		c.in.Drivers = append(c.in.Drivers, c.driver(d, fewest))
	}
	c.gather()
}

// drives reports whether a driver can be planned with: now, or after what is in the bag, if all of it is of this fleet.
func (c *chart) drives(d *Driver) bool {
	_, known := c.rooms[d.Home]
	b, busy := c.bags[d.ID]
	if !known && d.Home != "" || b == nil && (len(d.Bag) > 0 || d.Holding != "") || b != nil && len(b.orders) < len(d.Bag) {
		return false
	}
	return !d.SeenAt.IsZero() && (d.Askable(c.Now) || busy && (d.Status == wire.Available || d.Status == wire.Busy) && !d.Gone(c.Now))
}

// load puts the orders into the bags, and reckons when each driver has brought them.
func (c *chart) load() {
	holder := map[string][]*Order{}
	for i := range c.Orders {
		o := &c.Orders[i]
		if who := cmp.Or(o.Driver, o.Offered); who != "" && !o.over() {
			holder[who] = append(holder[who], o)
		}
	}
	for i := range c.Drivers {
		d := &c.Drivers[i]
		if held := holder[d.ID]; len(held) > 0 {
			c.bags[d.ID] = c.pack(d, held)
		}
	}
}

func (c *chart) pack(d *Driver, held []*Order) *bag {
	b := &bag{orders: held, loose: d.Holding == "" && !d.SeenAt.IsZero()}
	for _, o := range held {
		if _, known := c.rooms[o.Restaurant]; !known || o.Delivery != order.Assigned || o.ByHand || o.Nowhere || !o.cooking() {
			b.loose = false
		}
	}
	b.drive(c.Snapshot, d)
	return b
}

// overdue is when a driver will be free who should have been at finish: what has taken so long takes as long again.
func overdue(finish, now time.Time) time.Time {
	if late := now.Sub(finish); late > 0 {
		return now.Add(late)
	}
	return finish
}

// drive reckons a driver's way: to the restaurants where there is something to fetch, and from door to door.
func (b *bag) drive(s *Snapshot, d *Driver) {
	at, now, n := d.Position, s.Now, len(b.orders)
	b.doors, b.arrive, b.pickup = make([]time.Time, n), make([]time.Time, n), make([]time.Time, n)
	for _, e := range errands(s.Now, at, b.orders, d.speed(), s.Travel) {
		if !e.fetch {
			i := e.orders[0]
			now = now.Add(s.Travel.Time(at, b.orders[i].Drop, d.speed()) + AtDoor/2)
			at, b.doors[i] = b.orders[i].Drop, now
			now = now.Add(AtDoor / 2)
			continue
		}
		pickup := b.orders[e.orders[0]].Pickup
		arrive := now.Add(s.Travel.Time(at, pickup, d.speed()))
		now, at = arrive.Add(AtCounter/2), pickup
		for _, i := range e.orders {
			now, b.arrive[i] = later(now, b.orders[i].ready(*s)), arrive
		}
		for _, i := range e.orders {
			b.pickup[i] = now
		}
		now = now.Add(AtCounter / 2)
	}
	b.free, b.last = now, at
	for _, o := range b.orders {
		if o.Delivery == order.OutForDelivery && !o.Since.IsZero() {
			way := s.Travel.Time(o.Pickup, o.Drop, d.speed()) + time.Duration(len(b.orders))*2*AtDoor
			b.free = later(b.free, overdue(o.Since.Add(way), s.Now))
		}
	}
}

// fewest is how many trips the driver has had lately who had the fewest.
func (c *chart) fewest() int {
	n := -1
	for i := range c.Drivers {
		if d := &c.Drivers[i]; d.Askable(c.Now) && (n < 0 || d.Trips < n) {
			n = d.Trips
		}
	}
	return max(n, 0)
}

func (c *chart) driver(d *Driver, fewest int) engine.Driver {
	v := engine.Driver{
		ID: d.ID, At: place(d.Position), Restaurant: -1, FreeAt: present, ShiftEnd: 2 * present,
		Most: d.Vehicle.Most(),
		Pace: int(100*Car.SpeedKMH()/d.speed() + 0.5), Extra: int64(c.Weights.Fair * float64(max(0, d.Trips-fewest)) * minute),
	}
	if !d.ShiftEnd.IsZero() {
		v.ShiftEnd = c.at(d.ShiftEnd)
	}
	if d.Home != "" {
		v.Only = c.rooms[d.Home] + 1
	}
	if b := c.bags[d.ID]; b != nil && !b.loose {
		v.At, v.FreeAt = place(b.last), c.at(b.free)
	}
	return v
}

// gather lists the orders that are to be planned.
func (c *chart) gather() {
	waiting := c.waiting()
	slices.SortStableFunc(waiting, func(x, y *Order) int { return cmp.Compare(c.Weights.counts(y), c.Weights.counts(x)) }) // what goes first is not left out
	for _, o := range waiting {
		if _, known := c.rooms[o.Restaurant]; known && len(c.orders) < crowded+each*len(c.drivers) {
			c.orders = append(c.orders, o)
		}
	}
	for _, d := range c.drivers {
		if b := c.bags[d.ID]; b != nil && b.loose {
			c.orders = append(c.orders, b.orders...)
		}
	}
	slices.SortFunc(c.orders, func(a, b *Order) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range c.orders {
		e := engine.Order{
			ID: string(o.ID), Restaurant: c.rooms[o.Restaurant], Drop: place(o.Drop), Placed: c.at(o.placed(c.Now)),
			Ready: c.at(o.ready(*c.Snapshot)), With: o.Driver, Not: c.refusals(o), Counts: c.Weights.counts(o),
		}
		if o.Kitchen != order.Ready {
			e.Spread = units(o.spread(c.Now))
			e.Forecast = e.Spread > 0
		}
		if !o.Promise.To.IsZero() {
			e.Due = c.at(o.Promise.To)
		}
		c.in.Orders = append(c.in.Orders, e)
	}
}

// refusals are the drivers who are not to bring an order: those who said no, and those too far away. Once its driver has come for it, it is
// nobody else's.
func (c *chart) refusals(o *Order) []string {
	for _, d := range c.drivers {
		if d.ID == o.Driver && Kilometres(d.Position, o.Pickup) <= There {
			return c.others(d)
		}
	}
	far, known := c.far[o.Restaurant]
	if !known {
		for _, d := range c.drivers {
			from := d.Position
			if b := c.bags[d.ID]; b != nil && !b.loose {
				from = b.last
			}
			if c.Travel.Time(from, o.Pickup, d.speed()) > Reach {
				far = append(far, d.ID)
			}
		}
		c.far[o.Restaurant] = far
	}
	if len(o.Declined) == 0 && o.Driver == "" {
		return far
	}
	return slices.DeleteFunc(slices.Concat(o.Declined, far), func(d string) bool { return d == o.Driver })
}

func (c *chart) others(than *Driver) []string {
	var out []string
	for _, d := range c.drivers {
		if d != than {
			out = append(out, d.ID)
		}
	}
	return out
}

func (o *Order) placed(now time.Time) time.Time {
	if o.Placed.IsZero() {
		return now
	}
	return o.Placed
}

// promised is a click-to-door that nobody was promised: what is not told is reckoned with.
const promised = 45 * time.Minute

func (c *chart) plan() engine.Plan {
	w := c.Weights
	thousandth := func(f float64) int64 { return int64(f * 1000) }
	p := engine.NewPlanner(
		engine.Rules{
			PickupHalf: units(AtCounter / 2), DropHalf: units(AtDoor / 2), Target: units(promised), Explain: true, Hold: units(Hold), Beside: units(c.Beside),
			Detour: units(c.Detour),
		},
		engine.Weights{
			Late: thousandth(w.Late), Fresh: thousandth(w.Fresh), Held: thousandth(w.Held), Drive: thousandth(w.Drive), Left: int64(w.Left * minute),
			Switch: int64(w.Switch * minute), Quantile: early, Steps: min(search, steps*len(c.in.Orders)), Seed: 1,
		})
	c.recall(p)
	c.price()
	return p.Plan(&c.in)
}
