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
func (a *API) sequence(ctx context.Context, driver string, all []ordering.Record) []stopView {
	rank, eta := map[order.ID]int{}, map[order.ID]dispatch.Range{}
	bag, fetch := split(all)
	for i := range all {
		rank[all[i].Order.ID] = 2 * len(all)
	}
	for i := range fetch {
		rank[fetch[i].Order.ID]++
	}
	between := elsewhere(all)
	a.findHouses(ctx, between)
	if p, ok := a.Positions.Position(driver); ok && a.Travel != nil {
		for i, s := range a.way(p, append(slices.Clone(bag), between...)) {
			rank[s.Order] = 2 * i
			if !s.Fetch {
				eta[s.Order] = s.ETA
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

// way is how a driver goes to the doors of a bag, and when: as planned when all are of one trip, by what is fetched on the way; else by the best
// order from here.
func (a *API) way(p dispatch.Position, all []ordering.Record) []road.Stop {
	if len(all) == 0 {
		return nil
	}
	more, fetch := split(all[1:])
	bag := slices.Concat(all[:1], more) // who asks about an order has it first, whatever is known of it
	bag = slices.DeleteFunc(bag, func(r ordering.Record) bool { return !r.Order.Address.Located() })
	trips := map[string]bool{}
	for i := range bag {
		if d := bag[i].Driver; d != nil {
			trips[d.Trip] = true
		}
	}
	oneTrip := len(trips) == 1 && !trips[""]
	if oneTrip {
		slices.SortStableFunc(bag, func(x, y ordering.Record) int { return cmp.Compare(planned(&x), planned(&y)) })
	}
	stops := make([]road.Stop, 0, len(all))
	for i := range bag {
		if oneTrip {
			fetch, stops = a.fetchOnTheWay(&bag[i], fetch, stops)
		}
		stops = append(stops, stopAt(&bag[i]))
	}
	if oneTrip {
		return road.Along(a.now(), p.Point(), stops, a.Travel)
	}
	return road.Sequence(a.now(), p.Point(), stops, a.Travel)
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

// fetchOnTheWay puts the restaurants before a door at which something is fetched first. What is fetched there together is one stop.
func (a *API) fetchOnTheWay(door *ordering.Record, fetch []ordering.Record, stops []road.Stop) (rest []ordering.Record, out []road.Stop) {
	been := map[string]int{}
	for i := range fetch {
		f := &fetch[i]
		if !sameTrip(f, door) || !fetchedBefore(f, door) {
			rest = append(rest, *f)
			continue
		}
		ready := a.now()
		if f.Ready != nil {
			ready = *f.Ready
		}
		if at, known := been[f.Order.Restaurant]; known {
			if ready.After(stops[at].Ready) {
				stops[at].Ready = ready
			}
			continue
		}
		known, _ := a.houses.Load(f.Order.Restaurant)
		house, located := known.(dispatch.Point)
		if !located {
			continue // then the way is a little longer than it is said to be
		}
		been[f.Order.Restaurant] = len(stops)
		stops = append(stops, road.Stop{Order: f.Order.ID, Drop: house, Fetch: true, Ready: ready})
	}
	return rest, stops
}
