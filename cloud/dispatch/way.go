package dispatch

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// Stop is a place on a driver's way: a restaurant where something is fetched, or a door.
type Stop struct {
	Fetch  bool
	Orders []order.ID // what is fetched there together; a door has one
	When   Range      // at the door; of a restaurant, when the driver leaves it
}

// Way is where a driver who is at a place now goes with all that was taken on, and when: what guests, drivers and dispatchers are told, and what the
// plan reckons with. A door of which nobody knows where it is, is left out.
func Way(now time.Time, at Point, d Driver, held []Order, t Travel) []Stop {
	var list []*Order
	for i := range held {
		if !held[i].Nowhere {
			list = append(list, &held[i])
		}
	}
	w := walk{held: list, now: now, at: at, from: now, to: now, speed: d.speed(), travel: t}
	var out []Stop
	for _, e := range errands(now, at, list, d.speed(), t) {
		s := Stop{Fetch: e.fetch, When: w.follow(e)}
		for _, i := range e.orders {
			s.Orders = append(s.Orders, list[i].ID)
		}
		out = append(out, s)
	}
	return out
}

// errand is one thing a driver does with what is in the bag, or still to be fetched: orders are places in a list. A door has one.
type errand struct {
	fetch  bool
	orders []int
}

// fetched: it is in the bag.
func (o *Order) fetched() bool {
	return o.Delivery == order.PickedUp || o.Delivery == order.OutForDelivery
}

// errands are what a driver who is at a place does, in sequence.
func errands(now time.Time, at Point, held []*Order, speed float64, t Travel) []errand {
	w := walk{held: held, now: now, at: at, from: now, to: now, speed: speed, travel: t}
	first, rest := aboard(held)
	return append(w.route(first), w.route(rest)...)
}

// aboard tells what is brought first from what is fetched behind that. Who has left brings what is in the bag, with what its trip has at restaurants
// on the way, and comes back for the rest; who has not takes all along.
func aboard(held []*Order) (first, rest []int) {
	left, bag := map[string]bool{}, []*Order(nil)
	for _, o := range held {
		if o.fetched() {
			bag = append(bag, o)
		}
		if o.Delivery == order.OutForDelivery {
			left[o.Restaurant] = true
		}
	}
	whole := oneTrip(bag)
	for i, o := range held {
		if len(left) == 0 || o.fetched() || whole && o.Trip == bag[0].Trip && !left[o.Restaurant] {
			first = append(first, i)
		} else {
			rest = append(rest, i)
		}
	}
	return first, rest
}

// route is how some of what is held is brought. What is of one trip is fetched and brought as it was planned; else all is fetched first, and then
// the doors have the best sequence.
func (w *walk) route(some []int) (out []errand) {
	fetch := w.fetches(some)
	doors := slices.Clone(some)
	slices.SortFunc(doors, func(x, y int) int {
		return cmp.Or(cmp.Compare(w.held[x].Stop, w.held[y].Stop), cmp.Compare(w.held[x].ID, w.held[y].ID))
	})
	if !w.oneTrip(some) {
		for _, e := range fetch {
			w.follow(e)
		}
		out = fetch
		for _, door := range w.sequence(doors) {
			out = append(out, errand{orders: []int{door}})
			w.follow(out[len(out)-1])
		}
		return out
	}
	for _, door := range doors {
		for len(fetch) > 0 && (w.held[fetch[0].orders[0]].Fetch <= w.held[door].Stop || slices.Contains(fetch[0].orders, door)) {
			out, fetch = append(out, fetch[0]), fetch[1:]
		}
		out = append(out, errand{orders: []int{door}})
	}
	for _, e := range out {
		w.follow(e)
	}
	return out
}

// fetches are the restaurants that a driver still has to go to for some of what is held, in sequence.
func (w *walk) fetches(some []int) (out []errand) {
	for _, i := range some {
		o := w.held[i]
		if o.fetched() {
			continue
		}
		at := slices.IndexFunc(out, func(e errand) bool { return w.held[e.orders[0]].Restaurant == o.Restaurant })
		if at < 0 {
			out = append(out, errand{fetch: true, orders: []int{i}})
		} else {
			out[at].orders = append(out[at].orders, i)
		}
	}
	slices.SortStableFunc(out, func(a, b errand) int {
		x, y := w.held[a.orders[0]], w.held[b.orders[0]]
		return cmp.Or(cmp.Compare(x.Fetch, y.Fetch), x.Arrives.Compare(y.Arrives), cmp.Compare(x.ID, y.ID))
	})
	return out
}

func (w *walk) oneTrip(some []int) bool {
	list := make([]*Order, len(some))
	for i, at := range some {
		list[i] = w.held[at]
	}
	return oneTrip(list)
}

func oneTrip(held []*Order) bool {
	return len(held) > 0 && held[0].Trip != "" && !slices.ContainsFunc(held, func(o *Order) bool { return o.Trip != held[0].Trip })
}

// walk follows a driver from errand to errand: where he is, and between when and when.
type walk struct {
	held     []*Order
	now      time.Time
	at       Point
	from, to time.Time
	speed    float64
	travel   Travel
}

// follow goes on by an errand: a door is reached, a restaurant is left.
func (w *walk) follow(e errand) Range {
	o := w.held[e.orders[0]]
	if !e.fetch {
		w.drive(o.Drop)
		w.to = w.to.Add(AtDoor)
		return Range{From: w.from, To: w.to}
	}
	w.drive(o.Pickup)
	for _, i := range e.orders {
		ready := w.held[i].ready(Snapshot{Now: w.now, Travel: w.travel})
		w.from, w.to = later(w.from, ready.Add(-w.held[i].ReadySpread)), later(w.to, ready.Add(w.held[i].ReadySpread))
	}
	w.from, w.to = w.from.Add(AtCounter/2), w.to.Add(AtCounter)
	return Range{From: w.from, To: w.to}
}

func (w *walk) drive(to Point) {
	w.from, w.to = along(w.from, w.to, w.travel.Time(w.at, to, w.speed))
	w.at = to
}
