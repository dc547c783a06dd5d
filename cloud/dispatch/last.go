package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
)

// Route is what a driver is to do by a plan: bag after bag, each in the sequence of its doors.
type Route struct {
	Driver string
	Bags   [][]order.ID
	Until  time.Time // when all of it will be done
}

// worthTelling is by how much Until must differ for a route to be kept anew.
const worthTelling = 2 * time.Minute

// Routes keeps what drivers are to do, so that the next plan begins with it, whoever makes that.
type Routes interface {
	// SaveRoutes replaces what some drivers are to do, unless a later plan has said so: those without a route have nothing to do. What was saved last
	// may be lost when a machine falls.
	SaveRoutes(ctx context.Context, at time.Time, drivers []string, routes []Route) error
}

// recall has the engine begin with the last plan, and with what drivers have agreed to fetch since. Of the last plan that counts which somebody may
// still bring; an order that its driver has agreed to fetch is with nobody else.
func (c *chart) recall(p *engine.Planner) {
	open, last := make(map[order.ID]*Order, len(c.orders)), make(map[string]*Route, len(c.Last))
	for _, o := range c.orders {
		open[o.ID] = o
	}
	for i := range c.Last {
		last[c.Last[i].Driver] = &c.Last[i]
	}
	for _, d := range c.drivers {
		var route [][]string
		take := func(bag []order.ID) (ids []string) {
			for _, id := range bag {
				if o := open[id]; o != nil && (o.Driver == "" || o.Driver == d.ID) {
					ids = append(ids, string(id))
					delete(open, id)
				}
			}
			return ids
		}
		if r := last[d.ID]; r != nil {
			for _, bag := range r.Bags {
				route = append(route, take(bag))
			}
		}
		if b := c.bags[d.ID]; b != nil && b.loose {
			route = slices.Insert(route, 0, take(b.inTurn()))
		}
		p.Recall(d.ID, route)
	}
}

// inTurn are the orders of a bag in the sequence of their doors.
func (b *bag) inTurn() (out []order.ID) {
	held := slices.Clone(b.orders)
	slices.SortFunc(held, func(x, y *Order) int { return cmp.Or(cmp.Compare(x.Stop, y.Stop), cmp.Compare(x.ID, y.ID)) })
	for _, o := range held {
		out = append(out, o.ID)
	}
	return out
}

// routes are what a plan has for the drivers.
func (c *chart) routes(p engine.Plan) (out []Route) {
	for d, stops := range p.Routes {
		if len(stops) == 0 {
			continue
		}
		r := Route{Driver: c.drivers[d].ID}
		for _, s := range stops {
			var bag []order.ID
			for _, o := range s.Orders {
				bag = append(bag, c.orders[o].ID)
			}
			r.Bags, r.Until = append(r.Bags, bag), c.when(s.Doors[len(s.Doors)-1]+units(AtDoor/2))
		}
		out = append(out, r)
	}
	return out
}

// changed are the drivers for whom there is something else to do than before, and what that is.
func changed(before, after []Route) (drivers []string, routes []Route) {
	was := make(map[string]Route, len(before))
	for _, r := range before {
		was[r.Driver] = r
	}
	for _, r := range after {
		old := was[r.Driver]
		if !slices.EqualFunc(old.Bags, r.Bags, slices.Equal[[]order.ID]) || r.Until.Sub(old.Until).Abs() >= worthTelling {
			drivers, routes = append(drivers, r.Driver), append(routes, r)
		}
		delete(was, r.Driver)
	}
	return slices.AppendSeq(drivers, maps.Keys(was)), routes
}

// remember keeps what is new in a plan for the next one.
func (d *Dispatcher) remember(ctx context.Context, now time.Time, zones []Snapshot, p Plan) error {
	var before []Route
	for i := range zones {
		before = append(before, zones[i].Last...)
	}
	drivers, routes := changed(before, p.Routes)
	if len(drivers) == 0 {
		return nil
	}
	if err := d.Store.SaveRoutes(ctx, now, drivers, routes); err != nil {
		return fmt.Errorf("keep the plan for the next one: %w", err)
	}
	return nil
}
