package api

import (
	"cmp"
	"context"
	"slices"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
)

// sequence is what a driver has taken on in the order to do it: what is in the bag, by its doors; then what is still to be fetched, as
// planned. What a trip fetches at another restaurant stands before the doors that come behind that.
func (a *API) sequence(ctx context.Context, driver dispatch.Driver, all []ordering.Record) []stopView {
	rank, eta := map[order.ID]int{}, map[order.ID]dispatch.Range{}
	bag, fetch := split(all)
	last := 4 * len(all)
	for i := range all {
		rank[all[i].Order.ID] = last
	}
	for i := range fetch {
		rank[fetch[i].Order.ID]++
	}
	between := elsewhere(all)
	a.findHouses(ctx, fetch)
	if p, ok := a.lately(driver.ID); ok && a.Travel != nil {
		for i, s := range a.way(p, driver, pointers(all)) {
			for _, id := range s.Orders {
				if !s.Fetch && among(bag, id) {
					rank[id], eta[id] = 2*i, s.When
				}
				if s.Fetch && among(between, id) {
					rank[id] = 2 * i
				}
			}
		}
	} else { // nobody knows where the phone is
		slices.SortStableFunc(bag, func(x, y ordering.Record) int { return cmp.Compare(planned(&x), planned(&y)) })
		for i := range bag {
			rank[bag[i].Order.ID] = 2 * i
		}
	}
	for i := range between {
		for j := range bag {
			if sameTrip(&between[i], &bag[j]) && fetchedBefore(&between[i], &bag[j]) {
				rank[between[i].Order.ID] = min(rank[between[i].Order.ID], rank[bag[j].Order.ID]-1)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y ordering.Record) int {
		return cmp.Or(
			cmp.Compare(rank[x.Order.ID], rank[y.Order.ID]), cmp.Compare(fetchAfter(&x), fetchAfter(&y)), firstArrival(&x, &y), cmp.Compare(planned(&x), planned(&y)),
			x.Order.Promise.To.Compare(y.Order.Promise.To))
	})
	out := make([]stopView, len(all))
	for i := range all {
		out[i] = stopOf(&all[i])
		if r, ok := eta[all[i].Order.ID]; ok {
			out[i].Arrives = some(rangeView{instant{r.From}, instant{r.To}})
		}
	}
	return out
}

// fetchedBefore: what is to be fetched comes before that door of its trip.
func fetchedBefore(fetch, door *ordering.Record) bool { return fetchAfter(fetch) <= planned(door) }

// fetchAfter is behind how many doors of its trip an order is fetched.
func fetchAfter(r *ordering.Record) int {
	if r.Driver == nil {
		return 0
	}
	return r.Driver.Fetch
}

// firstArrival is at which of two restaurants of a trip its driver is expected first.
func firstArrival(x, y *ordering.Record) int {
	if !sameTrip(x, y) || x.Order.Restaurant == y.Order.Restaurant || x.Arrives == nil || y.Arrives == nil {
		return 0
	}
	return x.Arrives.Compare(*y.Arrives)
}

// planned is the place of an order's door on its trip.
func planned(r *ordering.Record) int {
	if r.Driver == nil {
		return 0
	}
	return r.Driver.Stop
}

func pointers(all []ordering.Record) []*ordering.Record {
	out := make([]*ordering.Record, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	return out
}

func among(all []ordering.Record, id order.ID) bool {
	return slices.ContainsFunc(all, func(r ordering.Record) bool { return r.Order.ID == id })
}

// way is how a driver goes to the doors of what was taken on, and when: as dispatch plans with it. What is to be fetched at a restaurant of which
// nobody knows here where it is, is left out: then the way is a little longer than it is said to be.
func (a *API) way(p dispatch.Position, by dispatch.Driver, all []*ordering.Record) []dispatch.Stop {
	if a.Travel == nil {
		return nil
	}
	var held []dispatch.Order
	for _, r := range all {
		known, _ := a.houses.Load(r.Order.Restaurant)
		house, located := known.(dispatch.Point)
		if located || carried(r) {
			held = append(held, road.Delivery(r, house))
		}
	}
	return dispatch.Way(a.now(), p.Point(), by, held, dispatch.At(a.Travel, a.now()))
}

// findHouses looks up where restaurants are at which something is fetched on the way. Whoever passes a position on has no time for that: the
// phone of the driver asks for its stops all the time.
func (a *API) findHouses(ctx context.Context, fetch []ordering.Record) {
	for i := range fetch {
		if house, err := a.Restaurants.Restaurant(ctx, fetch[i].Order.Restaurant); err == nil {
			a.houses.Store(house.ID, dispatch.Point{Lat: house.Latitude, Lon: house.Longitude})
		}
	}
}
