package api

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// arrival is when the driver will be at the door, reckoned from the last position, or nil.
func (a *API) arrival(ctx context.Context, r *ordering.Record) *time.Time {
	if r.Driver == nil {
		return nil
	}
	p, ok := a.lately(r.Driver.ID)
	if !ok {
		return nil
	}
	by, _ := a.drives(ctx, r.Driver.ID)
	eta, _, ok := a.arrivalFrom(p, by, r, a.loaded(ctx, r.Driver.ID))
	if !ok {
		return nil
	}
	t := middle(eta)
	return &t
}

// lately is where a driver is. What was heard longer ago than dispatch.Lost says nothing of that, be it of yesterday's shift.
func (a *API) lately(driver string) (p dispatch.Position, ok bool) {
	p, ok = a.Positions.Position(driver)
	return p, ok && p.Fresh(a.now())
}

// drives is who drives, and so how fast. Of whom the database says nothing, a company's courier among them, is taken for a car.
func (a *API) drives(ctx context.Context, driver string) (d dispatch.Driver, ok bool) {
	if driver == "" {
		return d, false
	}
	ctx, cancel := context.WithTimeout(ctx, a.settings.Timeout)
	defer cancel()
	d, err := a.Drivers.Driver(ctx, driver)
	return d, err == nil
}

// loaded is what a driver has in the bag, and what of a trip is still to be fetched; of a database that does not answer, nothing.
func (a *API) loaded(ctx context.Context, driver string) (bag []*ordering.Record) {
	all, err := a.Orders.OfDriver(ctx, driver)
	if err != nil {
		return nil
	}
	for i := range all {
		if loads := carried(&all[i]) || underway(&all[i]); loads {
			bag = append(bag, &all[i])
		}
	}
	return bag
}

// underway: it is a part of a trip, and still to be fetched.
func underway(r *ordering.Record) bool {
	return r.Progress.Delivery == order.Assigned && r.Driver != nil && r.Driver.Trip != ""
}

// split tells what is in the bag from what is still to be fetched.
func split(all []ordering.Record) (bag, fetch []ordering.Record) {
	for i := range all {
		if carried(&all[i]) {
			bag = append(bag, all[i])
		} else {
			fetch = append(fetch, all[i])
		}
	}
	return bag, fetch
}

// elsewhere is what is still to be fetched at another restaurant for a trip of which something is in the bag.
func elsewhere(all []ordering.Record) []ordering.Record {
	bag, fetch := split(all)
	return slices.DeleteFunc(fetch, func(f ordering.Record) bool {
		return !slices.ContainsFunc(bag, func(b ordering.Record) bool { return sameTrip(&f, &b) && f.Order.Restaurant != b.Order.Restaurant })
	})
}

func sameTrip(x, y *ordering.Record) bool {
	return x.Driver != nil && y.Driver != nil && x.Driver.Trip != "" && x.Driver.Trip == y.Driver.Trip
}

func carried(r *ordering.Record) bool {
	return r.Progress.Delivery == order.PickedUp || r.Progress.Delivery == order.OutForDelivery
}

// arrivalFrom is when a driver who is on the way will be at the door, coming from p by the doors of what else is in the bag and goes before.
func (a *API) arrivalFrom(p dispatch.Position, by dispatch.Driver, r *ordering.Record, bag []*ordering.Record) (eta dispatch.Range, before int, ok bool) {
	left := *r
	left.Progress.Delivery = order.OutForDelivery // who asks at the departure is told of the way
	all := []*ordering.Record{&left}
	for _, other := range bag {
		if other.Order.ID != r.Order.ID {
			all = append(all, other)
		}
	}
	for _, s := range a.way(p, by, all) {
		switch {
		case s.Fetch:
		case s.Orders[0] == r.Order.ID:
			return s.When, before, true
		default:
			before++
		}
	}
	return eta, 0, false
}

func middle(r dispatch.Range) time.Time {
	return r.Middle().UTC().Truncate(time.Millisecond)
}
