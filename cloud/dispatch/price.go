package dispatch

import (
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
)

// inMinutes are ways as the engine takes them that looks at what will be ordered.
type inMinutes struct{ Travel }

// Time is for the engine: X is a latitude and Y a longitude.
func (m inMinutes) Time(from, to engine.Place, _ int) int {
	return int((m.Travel.Time(Point{from.X, from.Y}, Point{to.X, to.Y}, Car.SpeedKMH()) + time.Minute/2) / time.Minute)
}

// price adds to what it costs to send a driver what the surroundings lose while he is away: guests who order meanwhile wait for one who is farther
// off. Who has something to do by the last plan counts where that ends.
func (c *chart) price() {
	if len(c.Placings) == 0 || len(c.in.Orders) == 0 {
		return
	}
	s := engine.Snapshot{Now: int(Lately / time.Minute), Restaurants: c.in.Restaurants, Travel: inMinutes{c.Travel}, Drivers: slices.Clone(c.in.Drivers)}
	at := func(t time.Time) int { return s.Now + int(t.Sub(c.Now)/time.Minute) }
	for d := range s.Drivers {
		v := &s.Drivers[d]
		v.FreeAt, v.ShiftEnd = at(c.when(v.FreeAt)), at(c.when(v.ShiftEnd))
	}
	p, _ := forecaster(c.Now, c.rooms, c.Placings)
	drops := make(map[order.ID]Point, len(c.orders))
	for _, o := range c.orders {
		drops[o.ID] = o.Drop
	}
	for _, r := range c.Last {
		if to, open := drops[r.last()]; open {
			p.Busy(r.Driver, at(r.Until), place(to))
		}
	}
	for d, lost := range p.Prices(&s) {
		c.in.Drivers[d].Extra += lost * int64(minute) / 1000
	}
}

// last is the order that is brought last.
func (r *Route) last() (id order.ID) {
	for _, bag := range r.Bags {
		if len(bag) > 0 {
			id = bag[len(bag)-1]
		}
	}
	return id
}
