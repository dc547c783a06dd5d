package dispatch

import (
	"context"
	"slices"

	"awesome.pizza/shared/order"
)

// House shows what concerns one restaurant: its orders, and the drivers who serve it. What the plan says of others is not in it.
func (d *Desk) House(ctx context.Context, restaurant string) (View, error) {
	v, err := d.Look(ctx, restaurant)
	if err != nil {
		return View{}, err
	}
	return v.of(restaurant), nil
}

// HouseWhatIf is WhatIf for the restaurant's own orders.
func (d *Desk) HouseWhatIf(ctx context.Context, restaurant string, extra int) (now, then Outcome, err error) {
	v, p, err := d.more(ctx, restaurant, extra)
	if err != nil {
		return now, then, err
	}
	v = v.of(restaurant)
	return v.Outcome(), v.outcome(p), nil
}

// Forget has the next look at a restaurant's zone read what is committed: something has just been done there.
func (d *Desk) Forget(restaurant string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.atlas == nil {
		return
	}
	if zone, known := d.atlas.Of(restaurant); known {
		delete(d.last, zone.ID)
	}
}

// Serves reports whether a driver may be given orders of a restaurant: it is the driver's own, or the driver drives for all.
func (d *Driver) Serves(restaurant string) bool { return d.Home == "" || d.Home == restaurant }

// of is a view without the orders of other restaurants, and without the drivers who have nothing to do with this one.
func (v *View) of(restaurant string) View {
	out := View{Zone: Zone{ID: v.Zone.ID}, Snapshot: Snapshot{Now: v.Now, Base: v.Base, Rev: v.Rev, Travel: v.Travel}}
	for _, r := range v.Restaurants {
		if r.ID == restaurant {
			out.Restaurants, out.Zone.Restaurants = []Restaurant{r}, []Restaurant{r}
		}
	}
	own, named := map[order.ID]bool{}, map[string]bool{}
	for i := range v.Orders {
		if o := &v.Orders[i]; o.Restaurant == restaurant {
			own[o.ID], named[o.Driver], named[o.Offered] = true, true, true
			out.Orders = append(out.Orders, *o)
		}
	}
	for i := range v.Plan.Orders {
		if l := &v.Plan.Orders[i]; own[l.Order] {
			named[l.Driver], named[l.Second] = true, true
			out.Plan.Orders = append(out.Plan.Orders, *l)
		}
	}
	out.Plan.Stuck = slices.DeleteFunc(slices.Clone(v.Plan.Stuck), func(s Stuck) bool { return !own[s.Order] })
	for i := range v.Drivers {
		if d := &v.Drivers[i]; d.Serves(restaurant) || named[d.ID] {
			out.Drivers = append(out.Drivers, *d)
		}
	}
	out.Strays = v.Strays // they drive for all
	return out
}

// Around are those of some drivers who would bring an order of a restaurant: its own, and who drives for all and is near it.
func Around(all []Driver, restaurant string, house Point) (out []Driver) {
	for i := range all {
		if d := &all[i]; d.Home == restaurant || d.Home == "" && Kilometres(d.Position, house) <= Near {
			out = append(out, *d)
		}
	}
	return out
}
