package dispatch

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// errand is one thing a driver does with what is in the bag, or still to be fetched: orders are places in a list. A door has one.
type errand struct {
	fetch  bool
	orders []int
}

// fetched: it is in the bag.
func (o *Order) fetched() bool {
	return o.Delivery == order.PickedUp || o.Delivery == order.OutForDelivery
}

// errands are what a driver who is at a place does, in sequence. What is of one trip is fetched and brought as it was planned; else all is
// fetched first, and then the nearest door is next.
func errands(at Point, held []*Order, speed float64, t Travel) []errand {
	fetch := fetches(held)
	doors := make([]int, len(held))
	for i := range doors {
		doors[i] = i
	}
	if !oneTrip(held) {
		if len(fetch) > 0 {
			at = held[fetch[len(fetch)-1].orders[0]].Pickup
		}
		out := fetch
		for len(doors) > 0 {
			next := slices.MinFunc(doors, func(x, y int) int {
				return cmp.Or(cmp.Compare(t.Time(at, held[x].Drop, speed), t.Time(at, held[y].Drop, speed)), cmp.Compare(held[x].ID, held[y].ID))
			})
			at = held[next].Drop
			out = append(out, errand{orders: []int{next}})
			doors = slices.DeleteFunc(doors, func(i int) bool { return i == next })
		}
		return out
	}
	slices.SortFunc(doors, func(x, y int) int {
		return cmp.Or(cmp.Compare(held[x].Stop, held[y].Stop), cmp.Compare(held[x].ID, held[y].ID))
	})
	var out []errand
	for _, door := range doors {
		for len(fetch) > 0 && (held[fetch[0].orders[0]].Fetch <= held[door].Stop || slices.Contains(fetch[0].orders, door)) {
			out, fetch = append(out, fetch[0]), fetch[1:]
		}
		out = append(out, errand{orders: []int{door}})
	}
	return out
}

// fetches are the restaurants that a driver still has to go to, in sequence.
func fetches(held []*Order) (out []errand) {
	for i, o := range held {
		if o.fetched() {
			continue
		}
		at := slices.IndexFunc(out, func(e errand) bool { return held[e.orders[0]].Restaurant == o.Restaurant })
		if at < 0 {
			out = append(out, errand{fetch: true, orders: []int{i}})
		} else {
			out[at].orders = append(out[at].orders, i)
		}
	}
	slices.SortStableFunc(out, func(a, b errand) int {
		x, y := held[a.orders[0]], held[b.orders[0]]
		return cmp.Or(cmp.Compare(x.Fetch, y.Fetch), x.Arrives.Compare(y.Arrives), cmp.Compare(x.ID, y.ID))
	})
	return out
}

func oneTrip(held []*Order) bool {
	return len(held) > 0 && held[0].Trip != "" && !slices.ContainsFunc(held, func(o *Order) bool { return o.Trip != held[0].Trip })
}

// Arrivals is when a driver who is at a place now will be at the doors of all that was taken on, by the way it is brought.
func Arrivals(now time.Time, at Point, d Driver, held []Order, t Travel) []Range {
	list, out := make([]*Order, len(held)), make([]Range, len(held))
	for i := range held {
		list[i] = &held[i]
	}
	from, to := now, now
	for _, e := range errands(at, list, d.speed(), t) {
		if !e.fetch {
			o := list[e.orders[0]]
			from, to = along(from, to, t.Time(at, o.Drop, d.speed()))
			to, at = to.Add(AtDoor), o.Drop
			out[e.orders[0]] = Range{From: from, To: to}
			continue
		}
		pickup := list[e.orders[0]].Pickup
		from, to = along(from, to, t.Time(at, pickup, d.speed()))
		for _, i := range e.orders {
			ready := list[i].ready(Snapshot{Now: now, Travel: t})
			from, to = later(from, ready.Add(-list[i].ReadySpread)), later(to, ready.Add(list[i].ReadySpread))
		}
		from, to, at = from.Add(AtCounter/2), to.Add(AtCounter), pickup
	}
	return out
}
