package dispatch_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// town is an evening that is lived through plan after plan: guests order, kitchens are about as quick as they say, and drivers who are asked say yes.
type town struct {
	plan    func(dispatch.Snapshot) dispatch.Plan
	forget  bool // no plan knows of the one before
	blind   bool // nor of what was ordered lately
	every   time.Duration
	now     time.Time
	houses  []dispatch.Restaurant
	meals   []*meal // by when they are ordered
	riders  []*rider
	last    []dispatch.Route
	meant   map[order.ID]string // the driver whom the last plan had for an order
	changes int                 // of mind
}

// meal is an order, and what really becomes of it.
type meal struct {
	dispatch.Order
	baked time.Time
	off   time.Duration // the kitchen's forecast
	door  time.Time
}

// rider is a driver who does one thing after the other.
type rider struct {
	dispatch.Driver
	doing       *dispatch.Stop
	from, to    dispatch.Point
	left, there time.Time
	handed      time.Time // when the bag changed hands there
}

// newTown has five restaurants within some kilometres, and an evening of four hours with its rush in the middle.
func newTown(seed uint64, orders, drivers int) *town {
	dice := rand.New(rand.NewPCG(seed, 7))
	near := func(p dispatch.Point, km float64) dispatch.Point {
		return dispatch.Point{Lat: p.Lat + dice.NormFloat64()*km/111, Lon: p.Lon + dice.NormFloat64()*km/84}
	}
	t := &town{now: noon, every: 30 * time.Second, meant: map[order.ID]string{}, plan: dispatch.Planner{
		Weights: dispatch.Usual(), Beside: dispatch.Beside, Detour: dispatch.Detour,
		Name: func(s *dispatch.Snapshot, driver string) string { return fmt.Sprint(driver, s.Now.Unix()) },
	}.Plan}
	for i := range 5 {
		t.houses = append(t.houses, dispatch.Restaurant{ID: fmt.Sprintf("r%d", i), Position: near(house, 1.2)})
	}
	for i := range drivers {
		d := forAll(fmt.Sprintf("d%02d", i), 0)
		d.Position = near(house, 2)
		t.riders = append(t.riders, &rider{Driver: d})
	}
	for i := range orders {
		placed := noon.Add(time.Duration(min(max(120+50*dice.NormFloat64(), 0), 240) * float64(time.Minute)).Truncate(time.Second))
		r, bakes := t.houses[dice.IntN(5)], time.Duration(8+dice.IntN(15))*time.Minute
		t.meals = append(t.meals, &meal{
			baked: placed.Add(bakes), off: time.Duration(min(max(dice.NormFloat64(), -1.5), 1.5) * 0.2 * float64(bakes)),
			Order: dispatch.Order{
				ID: order.ID(fmt.Sprintf("o%03d", i)), Restaurant: r.ID, Pickup: r.Position, Drop: near(r.Position, 1.5), Placed: placed, Kitchen: order.Preparing,
				Delivery: order.Unassigned, Promise: order.Promise{From: placed.Add(30 * time.Minute), To: placed.Add(40 * time.Minute)},
			},
		})
	}
	slices.SortFunc(t.meals, func(a, b *meal) int { return a.Placed.Compare(b.Placed) })
	return t
}

// live lives through the evening, and says what an order came to by the usual weights, in minutes.
func (t *town) live() (cost float64) {
	waits := func(m *meal) bool { return m.door.IsZero() }
	for end := noon.Add(12 * time.Hour); t.now.Before(end) && slices.ContainsFunc(t.meals, waits); t.now = t.now.Add(t.every) {
		for _, r := range t.riders {
			t.ride(r)
		}
		if s := t.snapshot(); len(s.Orders) > 0 {
			t.do(t.plan(s))
		}
	}
	w := dispatch.Usual()
	for _, m := range t.meals {
		if waits(m) {
			cost += w.Left
			continue
		}
		cost += m.door.Sub(m.Placed).Minutes() + w.Late*max(0, m.door.Sub(m.Promise.To).Minutes()) + w.Fresh*m.door.Sub(m.baked).Minutes()
	}
	return cost / float64(len(t.meals))
}

func (t *town) snapshot() dispatch.Snapshot {
	s := dispatch.Snapshot{Now: t.now, Restaurants: t.houses, Travel: dispatch.Crow{}}
	if !t.forget {
		s.Last = t.last
	}
	for _, m := range t.meals {
		if m.Placed.After(t.now) {
			break
		}
		if m.door.IsZero() {
			s.Orders = append(s.Orders, t.seen(m))
		}
		if !t.blind {
			s.Placings = append(s.Placings, dispatch.Placing{Restaurant: m.Restaurant, At: m.Placed, Prepares: m.baked.Sub(m.Placed)})
		}
	}
	for _, r := range t.riders {
		d := r.Driver
		d.SeenAt, d.StatusAt, d.Status = t.now, t.now, wire.Available
		for _, o := range t.bag(r) {
			d.Bag, d.Trip = append(d.Bag, o.ID), o.Trip
		}
		s.Drivers = append(s.Drivers, d)
	}
	return s
}

// seen is an order as dispatch knows it.
func (t *town) seen(m *meal) dispatch.Order {
	o := m.Order
	o.Ready, o.ReadySpread = m.baked.Add(m.off), 3*time.Minute
	if !t.now.Before(m.baked) {
		o.Ready, o.ReadySpread = m.baked, 0
		if o.Kitchen == order.Preparing {
			o.Kitchen = order.Ready
		}
	}
	return o
}

func (t *town) bag(r *rider) (out []dispatch.Order) {
	for _, m := range t.meals {
		if m.Driver == r.ID && m.door.IsZero() {
			out = append(out, t.seen(m))
		}
	}
	return out
}

func (t *town) meal(id order.ID) *meal {
	return t.meals[slices.IndexFunc(t.meals, func(m *meal) bool { return m.ID == id })]
}

// do has what a plan says done.
func (t *town) do(p dispatch.Plan) {
	t.last = p.Routes
	for _, l := range p.Orders {
		if before := t.meant[l.Order]; before != "" && l.Driver != "" && l.Driver != before {
			t.changes++
		}
		t.meant[l.Order] = l.Driver
	}
	turn := map[string]bool{}
	for _, m := range p.Moves {
		o := t.meal(m.Order)
		o.Driver, o.Trip, o.Delivery, turn[m.Driver] = "", "", order.Unassigned, true
	}
	for _, c := range p.Offers {
		o := t.meal(c.Order)
		o.Driver, o.Trip, o.Stop, o.Fetch, o.Given, o.Delivery, turn[c.Driver] = c.Driver, c.Trip, c.Stop, c.Fetch, t.now, order.Assigned, true
	}
	for _, r := range t.riders {
		if turn[r.ID] && r.handed.IsZero() {
			t.next(r, t.now)
		}
	}
}

// next begins what a driver has to do next.
func (t *town) next(r *rider, at time.Time) {
	r.doing, r.handed = nil, time.Time{}
	way := dispatch.Way(t.now, r.Position, r.Driver, t.bag(r), dispatch.Crow{})
	if len(way) == 0 {
		return
	}
	o := t.meal(way[0].Orders[0])
	if r.doing, r.from, r.to, r.left = &way[0], r.Position, o.Drop, at; way[0].Fetch {
		r.to = o.Pickup
	}
	r.there = at.Add(dispatch.Crow{}.Time(r.from, r.to, dispatch.Car.SpeedKMH()))
}

// ride goes on with what a driver does, up to now.
func (t *town) ride(r *rider) {
	for r.doing != nil {
		if t.now.Before(r.there) {
			part := float64(t.now.Sub(r.left)) / float64(r.there.Sub(r.left))
			r.Position = dispatch.Point{Lat: r.from.Lat + part*(r.to.Lat-r.from.Lat), Lon: r.from.Lon + part*(r.to.Lon-r.from.Lon)}
			return
		}
		r.Position = r.to
		half := dispatch.AtDoor / 2
		if r.doing.Fetch {
			half = dispatch.AtCounter / 2
		}
		if r.handed.IsZero() && !t.hand(r, r.there.Add(half)) || t.now.Before(r.handed.Add(half)) {
			return
		}
		for _, id := range r.doing.Orders {
			if m := t.meal(id); r.doing.Fetch {
				m.Delivery, m.Since = order.OutForDelivery, r.handed.Add(half)
			}
		}
		t.next(r, r.handed.Add(half))
	}
}

// hand has a bag change hands, as soon as all of it is baked.
func (t *town) hand(r *rider, at time.Time) bool {
	for _, id := range r.doing.Orders {
		if m := t.meal(id); m.baked.After(at) {
			at = m.baked
		}
	}
	if t.now.Before(at) {
		return false
	}
	r.handed = at
	for _, id := range r.doing.Orders {
		m := t.meal(id)
		if r.doing.Fetch {
			m.Delivery, m.Kitchen = order.PickedUp, order.HandedOver
		} else {
			m.Delivery, m.door = order.Delivered, at
		}
	}
	return true
}
