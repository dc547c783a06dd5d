package dispatch

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// Planner makes plans by its weights. The same snapshot gets the same plan, whatever the sequence of its rows.
type Planner struct {
	Weights Weights
	Beside  time.Duration                           // by car between restaurants whose orders may share a bag; 0: each bag is of one
	Detour  time.Duration                           // for which such a bag may lead an order out of its way
	Name    func(s *Snapshot, driver string) string // of a trip; default: random
}

// Plan plans a zone. Where nobody drives for all restaurants, each is planned by itself.
func (p Planner) Plan(s Snapshot) Plan {
	if p.Name == nil {
		p.Name = func(*Snapshot, string) string { return id.New() }
	}
	houses := slices.Clone(s.Restaurants)
	slices.SortFunc(houses, func(a, b Restaurant) int { return cmp.Compare(a.ID, b.ID) })
	var out Plan
	if slices.ContainsFunc(s.Drivers, func(d Driver) bool { return d.Home == "" }) {
		out = p.fleet(&s, houses)
	} else {
		for i, part := range apart(&s, houses) {
			out.add(p.fleet(part, houses[i:i+1]))
		}
	}
	out.warn(&s)
	slices.SortFunc(out.Orders, func(a, b Outlook) int { return cmp.Compare(a.Order, b.Order) })
	slices.SortFunc(out.Moves, func(a, b Move) int { return cmp.Compare(a.Order, b.Order) })
	slices.SortFunc(out.Routes, func(a, b Route) int { return cmp.Compare(a.Driver, b.Driver) })
	slices.SortFunc(out.Stuck, func(a, b Stuck) int { return cmp.Compare(a.Order, b.Order) })
	return out
}

// warn adds to what is stuck the orders whose driver is gone: who keeps them because a person said so, or has them in the bag, or is on the road with
// them and should have been at the door. No plan knows when they are brought.
func (p *Plan) warn(s *Snapshot) {
	drivers, looks := s.driversByID(), map[order.ID]*Outlook{}
	for i := range p.Orders {
		looks[p.Orders[i].Order] = &p.Orders[i]
	}
	for i := range s.Orders {
		o := &s.Orders[i]
		holder := drivers[o.Driver]
		if holder == nil || !holder.Gone(s.Now) || !o.needsSomebody(s.Now) {
			continue
		}
		because := holder.absence(s.Now)
		p.Stuck = append(p.Stuck, Stuck{Order: o.ID, Because: because.String()})
		if look := looks[o.ID]; look != nil {
			look.Because = append(o.withPriority(state(o, holder)), because)
		}
	}
}

// needsSomebody reports whether an order whose driver is gone wants a person.
func (o *Order) needsSomebody(now time.Time) bool {
	switch o.Delivery {
	case order.Assigned, order.PickedUp:
		return true
	case order.OutForDelivery:
		return tardy(o, now) > 0
	case order.NoDelivery, order.Unassigned, order.Delivered, order.Failed:
	}
	return false
}

// apart is a snapshot for each house: its orders, its drivers, and those who carry something of it.
func apart(s *Snapshot, houses []Restaurant) []*Snapshot {
	number, out := map[string]int{}, make([]*Snapshot, len(houses))
	for i, h := range houses {
		number[h.ID], out[i] = i, &Snapshot{Now: s.Now, Travel: s.Travel, Last: s.Last, Placings: s.Placings}
	}
	for i := range s.Orders {
		if n, known := number[s.Orders[i].Restaurant]; known {
			out[n].Orders = append(out[n].Orders, s.Orders[i])
		}
	}
	for i := range s.Drivers {
		if n, known := number[s.Drivers[i].Home]; known {
			out[n].Drivers = append(out[n].Drivers, s.Drivers[i])
		}
	}
	return out
}

func (p *Plan) add(q Plan) {
	p.Offers, p.Moves = append(p.Offers, q.Offers...), append(p.Moves, q.Moves...)
	p.Stuck, p.Orders, p.Cost = append(p.Stuck, q.Stuck...), append(p.Orders, q.Orders...), p.Cost+q.Cost
	p.Routes = append(p.Routes, q.Routes...)
}

// fleet plans the orders of some houses that share their drivers.
func (p Planner) fleet(s *Snapshot, houses []Restaurant) Plan {
	c := &chart{Snapshot: s, Planner: p, houses: houses}
	c.read()
	a := asking{chart: c, best: c.plan(), name: p.Name, planned: map[order.ID]bool{}}
	for d := range c.drivers {
		a.ask(d)
	}
	slices.SortFunc(a.out.Offers, func(x, y Choice) int { return cmp.Or(cmp.Compare(x.Driver, y.Driver), cmp.Compare(x.Stop, y.Stop)) })
	a.outlooks()
	a.out.Routes, a.out.Cost = c.routes(a.best), float64(a.best.Cost)/minute
	return a.out
}

// asking makes offers of a plan. What it does not ask for now stays open.
type asking struct {
	*chart
	best    engine.Plan
	name    func(s *Snapshot, driver string) string
	planned map[order.ID]bool
	out     Plan
}

// ask asks a driver for what the plan has next for him, if it is time.
func (a *asking) ask(d int) {
	driver, route := a.drivers[d], a.best.Routes[d]
	b := a.bags[driver.ID]
	if b != nil {
		a.part(driver, b, route)
	}
	if len(route) == 0 || !driver.Askable(a.Now) || b != nil && !b.loose {
		return
	}
	next := a.fetch(route[0])
	if len(next) == 0 || !a.due(d, route[0]) {
		return
	}
	if b == nil {
		a.offer(d, route[0], next, a.name(a.Snapshot, driver.ID), 0)
		return
	}
	for _, o := range b.orders {
		if !slices.Contains(route[0].Orders, slices.Index(a.orders, o)) {
			a.wait(driver, b, next)
			return
		}
	}
	if driver.Trip != "" && len(b.orders) < driver.Vehicle.Most() {
		a.offer(d, route[0], next, driver.Trip, len(b.orders))
	}
}

// fetch are the orders of a stop that nobody has: those of another driver are taken from him first.
func (a *asking) fetch(s engine.Stop) []*Order {
	var out []*Order
	for _, i := range s.Orders {
		if o := a.orders[i]; o.Driver == "" {
			out = append(out, o)
		}
	}
	return out
}

// patience is for how long an order of a driver who has said yes must have nothing to be fetched for, before he is sent for another one.
const patience = 10 * time.Minute

// wait has a driver who was asked early, and whose pizzas are far from ready, bring another one first: what he has goes back into the plan.
func (a *asking) wait(d *Driver, b *bag, next []*Order) {
	for _, o := range b.orders {
		if o.ready(*a.Snapshot).Sub(a.Now) < patience || o.ready(*a.Snapshot).Before(next[0].ready(*a.Snapshot)) {
			return
		}
	}
	for _, o := range b.orders {
		a.out.Moves = append(a.out.Moves, Move{Order: o.ID, Driver: d.ID, Because: "there is time for another order before it"})
	}
}

// due reports whether it is time to ask. A driver who is promised early is missing elsewhere, so he is asked at the moment when he has to
// leave; but when there are as many idle drivers as orders, nothing is won by waiting.
func (a *asking) due(d int, s engine.Stop) bool {
	slack := a.when(s.Leave).Sub(a.Now) // what the kitchen may be too early is in it
	if a.drivers[d].Bag != nil || slack <= Lead+unit {
		return true
	}
	return slack <= Early && a.idle() >= a.asked()
}

// idle are the drivers who have nothing to do, and asked the orders that have nobody.
func (a *asking) idle() (n int) {
	for _, d := range a.drivers {
		if d.Free(a.Now) {
			n++
		}
	}
	return n
}

func (a *asking) asked() (n int) {
	for _, o := range a.orders {
		if o.Driver == "" {
			n++
		}
	}
	return n
}

// offer asks for as many orders as the vehicle takes.
func (a *asking) offer(d int, s engine.Stop, next []*Order, trip string, stop int) {
	driver := a.drivers[d]
	taken := next[:min(len(next), driver.Vehicle.Most()-stop)]
	for _, o := range taken {
		a.planned[o.ID] = true
		drive := a.Travel.Time(driver.Position, o.Pickup, driver.speed())
		c := Choice{Order: o.ID, Driver: driver.ID, Trip: trip, Stop: stop, ArriveAt: a.Now.Add(drive), Because: a.because(o, d, drive, s)}
		if a.second(s, o) {
			c.ArriveAt, c.Fetch = later(a.when(s.Second.Arrive), a.Now), a.behind(s, o, taken)
		}
		a.out.Offers = append(a.out.Offers, c)
		stop++
	}
}

// second reports whether a stop fetches an order at its second restaurant.
func (a *asking) second(s engine.Stop, o *Order) bool {
	return s.Second != nil && a.rooms[o.Restaurant] == s.Second.Restaurant
}

// behind is how many doors of a trip come before the second restaurant: of what is asked for now, and of what its driver has agreed to fetch.
func (a *asking) behind(s engine.Stop, of *Order, taken []*Order) (n int) {
	for _, i := range s.Orders[:s.Second.After] {
		if o := a.orders[i]; o != of && (o.Driver != "" || slices.Contains(taken, o)) {
			n++
		}
	}
	return n
}

// outlooks says of every order what the plan makes of it, and takes orders from drivers when another is so much better.
func (a *asking) outlooks() {
	seen := map[order.ID]bool{}
	for d, route := range a.best.Routes {
		place := 0
		for n, stop := range route {
			for k, i := range stop.Orders {
				o := a.orders[i]
				seen[o.ID] = true
				look := a.outlook(o, d, stop, k, place)
				switch {
				case n > 0:
				case a.second(stop, o):
					look.Could = look.Arrive
				default:
					look.Could = a.could(a.drivers[d], o)
				}
				a.out.Orders = append(a.out.Orders, look)
				place++
				if n == 0 && o.Driver != "" && o.Driver != a.drivers[d].ID {
					a.move(o, d, stop)
				}
			}
		}
	}
	for _, driver := range a.drivers {
		if b := a.bags[driver.ID]; b != nil && !b.loose {
			a.loaded(driver, b, seen)
		}
	}
	for i := range a.Orders {
		if o := &a.Orders[i]; !seen[o.ID] && !o.Nowhere && !o.over() {
			a.left(o)
		}
	}
}

// could is when a driver could be at an order's restaurant, as soon as the bag is empty.
func (a *asking) could(d *Driver, o *Order) time.Time {
	from, free := d.Position, a.Now
	if b := a.bags[d.ID]; b != nil && !b.loose {
		from, free = b.last, later(b.free, a.Now)
	}
	return free.Add(a.Travel.Time(from, o.Pickup, d.speed()))
}

// move gives an order to the better driver, when that one has to leave now and nothing else is in the way.
func (a *asking) move(o *Order, d int, s engine.Stop) {
	better := a.drivers[d]
	if _, dearer := a.runnerUp(o, d); dearer < 0 || !better.Free(a.Now) || a.when(s.Leave).Sub(a.Now) > Lead+o.spread(a.Now) {
		return
	}
	a.out.Moves = append(a.out.Moves, Move{Order: o.ID, Driver: o.Driver, Because: better.Name + " brings it much sooner"})
}

// loaded are the orders in a bag that stays with its driver.
func (a *asking) loaded(d *Driver, b *bag, seen map[order.ID]bool) {
	for i, o := range b.orders {
		seen[o.ID] = true
		out := Outlook{Order: o.ID, Driver: d.ID, Door: b.doors[i], Late: tardy(o, b.doors[i])}
		if o.Delivery == order.Assigned || o.Delivery == order.Unassigned {
			out.Arrive, out.Could, out.Pickup = b.arrive[i], b.arrive[i], b.pickup[i]
		}
		out.Because = append(o.withPriority(state(o, d)), o.asked()...)
		if over := len(b.orders) - d.Vehicle.Most(); over > 0 {
			out.Because = append(out.Because, Reason{Key: WhyTooMany, N: over, Name: d.Name})
		}
		if (o.Delivery == order.Assigned || o.Delivery == order.Unassigned) && !o.Nowhere {
			out.Second, out.Dearer = a.next(o, d, out.Door)
		}
		a.out.Orders = append(a.out.Orders, out)
	}
	slices.SortFunc(a.out.Orders, func(x, y Outlook) int { return cmp.Compare(x.Order, y.Order) })
}

// left are the orders that nobody is to bring. One that should have somebody on the way by now is stuck.
func (a *asking) left(o *Order) {
	because := Reason{Key: WhyNotYet}
	switch {
	case o.Driver != "":
		because.Key = WhyUnplanned
	case o.Delivery != order.Unassigned || !o.cooking():
		because.Key = WhyNoKitchen
	case o.Offered != "":
		because.Key = WhySomeAsked
	case !a.Now.Before(o.ready(*a.Snapshot).Add(-Lead - o.spread(a.Now))):
		because.Key = WhyNobody
		a.out.Stuck = append(a.out.Stuck, Stuck{Order: o.ID, Because: because.String()})
	}
	a.out.Orders = append(a.out.Orders, Outlook{Order: o.ID, Driver: o.Driver, Late: tardy(o, a.Now), Because: o.withPriority(because)})
}

// next is who else could be at the door of an order that stays with its driver, and by how many minutes later.
func (a *asking) next(o *Order, than *Driver, door time.Time) (second string, dearer float64) {
	var best time.Time
	ready := o.ready(*a.Snapshot)
	for _, d := range a.drivers {
		there := a.could(d, o)
		away := d.Home != "" && d.Home != o.Restaurant || a.Travel.Time(d.Position, o.Pickup, d.speed()) > Reach
		if d.ID == than.ID || away || slices.Contains(o.Declined, d.ID) || !d.ShiftEnd.IsZero() && there.After(d.ShiftEnd) {
			continue
		}
		at := later(there, ready).Add(AtCounter + a.Travel.Time(o.Pickup, o.Drop, d.speed()) + AtDoor)
		if second == "" || at.Before(best) {
			second, best = d.ID, at
		}
	}
	if second == "" {
		return "", 0
	}
	return second, max(0, best.Sub(door).Minutes())
}

func tardy(o *Order, door time.Time) time.Duration {
	if o.Promise.To.IsZero() {
		return 0
	}
	return max(0, door.Sub(o.Promise.To))
}
