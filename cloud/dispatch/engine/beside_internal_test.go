package engine

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// grid is travel along streets, a minute for each block; there and back differ by one where it goes up.
type grid struct{}

func (grid) Time(a, b Place, _ int) int {
	up := 0
	if b.Y > a.Y {
		up = 1
	}
	return int(max(a.X-b.X, b.X-a.X)+max(a.Y-b.Y, b.Y-a.Y)) + up
}

var (
	neighbours = Rules{PickupHalf: 2, DropHalf: 1, Target: 40, Hold: 3, Beside: 8, Detour: 12}
	fair       = Weights{Late: 900, Drive: 300, Fresh: 500, Held: 2000, Switch: 9000, Left: 400_000, Steps: 600, Seed: 1}
)

// block is a small snapshot: restaurants close to each other and one apart, and guests around.
func block(dice *rand.Rand, orders, drivers int) *Snapshot {
	s := &Snapshot{Now: 100, Travel: grid{}, Restaurants: []Place{{X: 10, Y: 10}, {X: 17, Y: 10}, {X: 29, Y: 10}}}
	spot := func() Place { return Place{X: float64(dice.IntN(30)), Y: float64(dice.IntN(20))} }
	for i := range drivers {
		s.Drivers = append(s.Drivers, Driver{
			ID: fmt.Sprint("d", i), At: spot(), Restaurant: -1, FreeAt: 100, ShiftEnd: 900, Most: []int{0, 0, 1, 2, 3}[dice.IntN(5)], Extra: int64(dice.IntN(3) * 500),
		})
	}
	for i := range orders {
		ready := 95 + dice.IntN(25)
		s.Orders = append(s.Orders, Order{ID: fmt.Sprint("o", i), Restaurant: []int{0, 0, 1, 1, 2}[dice.IntN(5)], Drop: spot(), Placed: ready - 15, Ready: ready})
		if dice.IntN(4) == 0 {
			s.Orders[i].Counts = 300
		}
	}
	return s
}

// errand is one thing a driver does: to fetch all that his bag has from a restaurant, or to bring an order.
type errand struct {
	restaurant int // -1: a door
	order      int
}

// walked is what came of a driver's errands, reckoned with nothing of the search.
type walked struct {
	cost          int64
	fetch, doors  map[int]int // by order
	led           int         // minutes that an order was led out of its way at most, within bags of two restaurants
	most          int         // orders of the fullest bag
	restaurantsOf []int       // how many restaurants each bag has
}

// walk does the errands of bags one after the other.
func walk(s *Snapshot, r Rules, w Weights, d int, bags [][]errand) walked {
	v, at, out := &s.Drivers[d], max(s.Now, s.Drivers[d].FreeAt), walked{fetch: map[int]int{}, doors: map[int]int{}}
	here, drive := v.At, 0
	if len(bags) > 0 && v.Restaurant == bags[0][0].restaurant {
		at = v.FreeAt // and has stood there since
	}
	go_ := func(to Place) {
		way := s.Travel.Time(here, to, s.Now)
		here, at, drive = to, at+way, drive+way
	}
	for _, bag := range bags {
		left, restaurants := map[int]int{}, 0
		out.most = max(out.most, len(slices.DeleteFunc(slices.Clone(bag), func(e errand) bool { return e.restaurant >= 0 })))
		for _, e := range bag {
			if e.restaurant < 0 {
				o := &s.Orders[e.order]
				go_(o.Drop)
				straight := s.Travel.Time(s.Restaurants[o.Restaurant], o.Drop, s.Now)
				out.led = max(out.led, (at-left[o.Restaurant]-straight)*min(restaurants-1, 1))
				at += r.DropHalf
				out.doors[e.order] = at
				out.cost += o.atDoor(r, w, at)
				at += r.DropHalf
				continue
			}
			restaurants++
			go_(s.Restaurants[e.restaurant])
			at += r.PickupHalf
			from := at
			for _, b := range bag {
				if b.restaurant < 0 && s.Orders[b.order].Restaurant == e.restaurant {
					at = max(at, s.Orders[b.order].Ready)
				}
			}
			for _, b := range bag {
				if b.restaurant < 0 && s.Orders[b.order].Restaurant == e.restaurant {
					out.fetch[b.order] = at
					out.cost += int64(max(0, at-max(from, s.Orders[b.order].Ready)-r.Hold)) * w.Held
				}
			}
			at += r.PickupHalf
			left[e.restaurant] = at
		}
		out.restaurantsOf = append(out.restaurantsOf, restaurants)
	}
	if len(bags) > 0 {
		out.cost += v.Extra
	}
	out.cost += int64(drive) * w.Drive
	return out
}

// atDoor is what it costs that an order is at its door at a time.
func (o *Order) atDoor(r Rules, w Weights, at int) int64 {
	return (int64(at-o.Placed)*1000 + int64(max(0, at-o.Placed-r.Target))*w.Late + int64(max(0, at-o.Ready))*w.Fresh) * counts(o) / 100
}

// leaving is what it costs that nobody brings an order: that, and what it would cost at best to bring it.
func leaving(s *Snapshot, r Rules, w Weights, i int) int64 {
	o := &s.Orders[i]
	return w.Left*counts(o)/100 + o.atDoor(r, w, max(o.Ready, s.Now)+s.Travel.Time(s.Restaurants[o.Restaurant], o.Drop, s.Now))
}

func counts(o *Order) int64 {
	if o.Counts == 0 {
		return 100
	}
	return int64(o.Counts)
}

// errands are the bags of a driver by a plan.
func errands(route []Stop) (bags [][]errand) {
	for _, stop := range route {
		bag := []errand{{restaurant: stop.Restaurant}}
		for k, o := range stop.Orders {
			if stop.Second != nil && stop.Second.After == k {
				bag = append(bag, errand{restaurant: stop.Second.Restaurant})
			}
			bag = append(bag, errand{restaurant: -1, order: o})
		}
		bags = append(bags, bag)
	}
	return bags
}

func TestAPlanWithTwoRestaurantsInABagIsWhatItSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		s := block(dice, rapid.IntRange(0, 12).Draw(rt, "orders"), rapid.IntRange(1, 4).Draw(rt, "drivers"))
		w := fair
		w.Steps = 60
		plan := NewPlanner(neighbours, w).Plan(s)
		sum, brought := int64(0), map[int]bool{}
		for d, route := range plan.Routes {
			of := walk(s, neighbours, w, d, errands(route))
			sum += of.cost
			if of.led > neighbours.Detour {
				rt.Fatalf("an order is led %d min out of its way: %+v", of.led, route)
			}
			if most := s.Drivers[d].Most; most > 0 && of.most > most {
				rt.Fatalf("%d orders in a bag for %d: %+v", of.most, most, route)
			}
			for n, stop := range route {
				rt.Log(checkStop(rt, s, stop, of, n, brought))
			}
		}
		for _, o := range plan.Left {
			sum += leaving(s, neighbours, w, o)
		}
		if sum != plan.Cost || len(brought)+len(plan.Left) != len(s.Orders) {
			rt.Fatalf("the plan says it costs %d, and it costs %d; %d brought, %d left of %d", plan.Cost, sum, len(brought), len(plan.Left), len(s.Orders))
		}
	})
}

// checkStop holds one bag against the walk and the rules.
func checkStop(rt *rapid.T, s *Snapshot, stop Stop, of walked, n int, brought map[int]bool) string {
	near := func(a, b int) bool {
		return max(s.Travel.Time(s.Restaurants[a], s.Restaurants[b], 0), s.Travel.Time(s.Restaurants[b], s.Restaurants[a], 0)) <= neighbours.Beside
	}
	if of.restaurantsOf[n] > 2 || stop.Second != nil && (stop.Second.Restaurant == stop.Restaurant || !near(stop.Restaurant, stop.Second.Restaurant)) {
		rt.Fatalf("these do not share a bag: %+v", stop)
	}
	for k, o := range stop.Orders {
		pickup := stop.Pickup
		if at := s.Orders[o].Restaurant; at != stop.Restaurant {
			if stop.Second == nil || stop.Second.Restaurant != at || stop.Second.After > k {
				rt.Fatalf("order %d is brought before it is fetched: %+v", o, stop)
			}
			pickup = stop.Second.Pickup
		}
		if brought[o] || of.doors[o] != stop.Doors[k] || of.fetch[o] != pickup || pickup < s.Orders[o].Ready {
			rt.Fatalf("order %d is fetched at %d and at its door at %d, says the plan; %+v", o, pickup, stop.Doors[k], of)
		}
		brought[o] = true
	}
	return fmt.Sprintf("%+v", stop)
}

// TestTinySnapshotsArePlannedAsWellAsCanBe tries all bags, sequences and ways to fill a bag of what three or four orders allow.
func TestTinySnapshotsArePlannedAsWellAsCanBe(t *testing.T) {
	t.Parallel()
	shared, missed := 0, 0
	for seed := range uint64(100) {
		dice := rand.New(rand.NewPCG(seed, 5))
		s := block(dice, 2+dice.IntN(3), 1+dice.IntN(2))
		plan := NewPlanner(neighbours, fair).Plan(s)
		for _, stop := range slices.Concat(plan.Routes...) {
			if stop.Second != nil {
				shared++
			}
		}
		switch least := leastOf(s); {
		case plan.Cost < least || plan.Cost > least+least/50:
			t.Errorf("seed %d: the plan costs %d, and %d would do", seed, plan.Cost, least)
		case plan.Cost > least:
			missed++
		}
	}
	if shared < 5 || missed > 3 {
		t.Errorf("%d bags had two restaurants, and %d plans could be a little better", shared, missed)
	}
}

// TestARestaurantOnTheWayIsStoppedAt: one door lies before the second restaurant, two behind it.
func TestARestaurantOnTheWayIsStoppedAt(t *testing.T) {
	t.Parallel()
	s := &Snapshot{Now: 100, Travel: grid{}, Restaurants: []Place{{}, {X: 7}}, Drivers: []Driver{{ID: "d", Restaurant: 0, FreeAt: 98, ShiftEnd: 900}}}
	for i, o := range []Order{{Restaurant: 0, Drop: Place{X: 4}}, {Restaurant: 0, Drop: Place{X: 12}}, {Restaurant: 1, Drop: Place{X: 13}}} {
		o.ID, o.Placed, o.Ready = fmt.Sprint("o", i), 90, 100
		s.Orders = append(s.Orders, o)
	}
	plan := NewPlanner(neighbours, fair).Plan(s)
	route := plan.Routes[0]
	if len(route) != 1 || !slices.Equal(route[0].Orders, []int{0, 1, 2}) || route[0].Second == nil || route[0].Second.After != 1 || plan.Cost != leastOf(s) {
		t.Fatalf("%+v, %d instead of %d", route, plan.Cost, leastOf(s))
	}
	if len(plan.Actions) != 1 || plan.Actions[0].Kind != Fetch || plan.Actions[0].Second != route[0].Second {
		t.Errorf("%+v", plan.Actions)
	}
	s.Drivers[0].Only = 1
	if plan := NewPlanner(neighbours, fair).Plan(s); len(plan.Left) != 1 || plan.Left[0] != 2 {
		t.Errorf("who drives for one restaurant fetches at no other: %+v", plan)
	}
}

// leastOf tries everything.
func leastOf(s *Snapshot) int64 {
	least := impossible
	var all []int
	for o := range s.Orders {
		all = append(all, o)
	}
	routes := make([][][]errand, len(s.Drivers))
	var give func(d int, left []int, sum int64)
	give = func(d int, left []int, sum int64) {
		if d == len(s.Drivers) {
			for _, o := range left {
				sum += leaving(s, neighbours, fair, o)
			}
			least = min(least, sum)
			return
		}
		var extend func(left []int)
		extend = func(left []int) {
			of := walk(s, neighbours, fair, d, routes[d])
			give(d+1, left, sum+of.cost)
			each(left, func(bag, rest []int) {
				for _, filled := range fillings(s, bag) {
					routes[d] = append(routes[d], filled)
					if of := walk(s, neighbours, fair, d, routes[d]); of.led <= neighbours.Detour && (s.Drivers[d].Most == 0 || of.most <= s.Drivers[d].Most) {
						extend(rest)
					}
					routes[d] = routes[d][:len(routes[d])-1]
				}
			})
		}
		extend(left)
	}
	give(0, all, 0)
	return least
}

// each calls f for every sequence of some of them, and the rest.
func each(left []int, f func(bag, rest []int)) {
	var grow func(bag, rest []int)
	grow = func(bag, rest []int) {
		if len(bag) > 0 {
			f(bag, rest)
		}
		for i, o := range rest {
			grow(append(slices.Clone(bag), o), slices.Delete(slices.Clone(rest), i, i+1))
		}
	}
	grow(nil, left)
}

// fillings are all ways to fetch a bag: of one restaurant one, of two that are near each other several.
func fillings(s *Snapshot, bag []int) (out [][]errand) {
	var of []int
	for _, o := range bag {
		if r := s.Orders[o].Restaurant; !slices.Contains(of, r) {
			of = append(of, r)
		}
	}
	doors := func(from, to int) (out []errand) {
		for _, o := range bag[from:to] {
			out = append(out, errand{restaurant: -1, order: o})
		}
		return out
	}
	if len(of) == 1 {
		return [][]errand{append([]errand{{restaurant: of[0]}}, doors(0, len(bag))...)}
	}
	if len(of) > 2 || max(grid{}.Time(s.Restaurants[of[0]], s.Restaurants[of[1]], 0), grid{}.Time(s.Restaurants[of[1]], s.Restaurants[of[0]], 0)) > neighbours.Beside {
		return nil
	}
	for _, f := range [][2]int{{of[0], of[1]}, {of[1], of[0]}} {
		for after := 0; after < len(bag) && (after == 0 || s.Orders[bag[after-1]].Restaurant == f[0]); after++ {
			way := append([]errand{{restaurant: f[0]}}, doors(0, after)...)
			out = append(out, append(append(way, errand{restaurant: f[1]}), doors(after, len(bag))...))
		}
	}
	return out
}

func TestWithoutTheRuleABagIsOfOneRestaurant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := block(rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2)), rapid.IntRange(0, 14).Draw(rt, "orders"), rapid.IntRange(1, 4).Draw(rt, "drivers"))
		w := fair
		w.Steps = 40
		none, far := neighbours, neighbours
		none.Beside, none.Detour, far.Beside = 0, 0, 5 // with far there is a rule, and no two are near enough
		plan := NewPlanner(none, w).Plan(s)
		if other := NewPlanner(far, w).Plan(s); fmt.Sprintf("%+v", plan) != fmt.Sprintf("%+v", other) {
			rt.Fatalf("a rule that nobody meets changes the plan:\n%+v\n%+v", plan, other)
		}
		for _, route := range plan.Routes {
			for _, stop := range route {
				if stop.Second != nil || slices.ContainsFunc(stop.Orders, func(o int) bool { return s.Orders[o].Restaurant != stop.Restaurant }) {
					rt.Fatalf("%+v", stop)
				}
			}
		}
	})
}

// TestNobodyIsLeftBecauseTheyHaveWaitedForLong: what was placed days ago, for today, costs more than it costs to leave an order, and is brought.
func TestNobodyIsLeftBecauseTheyHaveWaitedForLong(t *testing.T) {
	t.Parallel()
	s := &Snapshot{Now: 5000, Travel: grid{}, Restaurants: []Place{{}}, Drivers: []Driver{{ID: "d", Restaurant: 0, FreeAt: 4990, ShiftEnd: 9000}}}
	for i := range 6 {
		s.Orders = append(s.Orders, Order{ID: fmt.Sprint("o", i), Drop: Place{X: float64(5 * i)}, Placed: 100, Ready: 5000, Due: 5040})
	}
	w := fair
	for seed := range uint64(20) {
		w.Seed = seed
		if plan := NewPlanner(neighbours, w).Plan(s); len(plan.Left) > 0 {
			t.Fatalf("seed %d: %v are left", seed, plan.Left)
		}
	}
}

// TestAHotPizzaDoesNotWaitForAColdOne: there is work for an hour, so each bag the driver saves is worth much, and still the pizza that is done
// leaves alone when the next one needs long.
func TestAHotPizzaDoesNotWaitForAColdOne(t *testing.T) {
	t.Parallel()
	s := &Snapshot{Now: 100, Travel: grid{}, Restaurants: []Place{{}}, Drivers: []Driver{{ID: "d", Restaurant: 0, FreeAt: 98, ShiftEnd: 900}}}
	for i := range 8 {
		s.Orders = append(s.Orders, Order{ID: fmt.Sprint("o", i), Drop: Place{X: 5}, Placed: 80, Ready: 112})
	}
	s.Orders[0].Ready = 100
	w := fair
	for held, want := range map[int64]int{0: 8, 15_000: 1} {
		w.Held = held
		if first := NewPlanner(neighbours, w).Plan(s).Routes[0][0]; !slices.Contains(first.Orders, 0) || len(first.Orders) != want {
			t.Errorf("at %d for a minute the first bag is %+v", held, first)
		}
	}
}

func TestWhatCountsMoreIsBroughtFirst(t *testing.T) {
	t.Parallel()
	s := &Snapshot{Now: 100, Travel: grid{}, Restaurants: []Place{{}}, Drivers: []Driver{{ID: "d", Restaurant: 0, FreeAt: 100, ShiftEnd: 900}}}
	for i, x := range []float64{5, -6} {
		s.Orders = append(s.Orders, Order{ID: fmt.Sprint("o", i), Drop: Place{X: x}, Placed: 90, Ready: 100})
	}
	first := func() int { return NewPlanner(neighbours, fair).Plan(s).Routes[0][0].Orders[0] }
	if got := first(); got != 0 {
		t.Errorf("the nearer one is first, not %d", got)
	}
	s.Orders[1].Counts = 400
	if got := first(); got != 1 {
		t.Errorf("the one that counts more is first, not %d", got)
	}
}

// TestWhoCountsMoreIsNotTheOneWhoIsLeft: there is time for one pick-up only, and the dearer order is not the one to be without a driver.
func TestWhoCountsMoreIsNotTheOneWhoIsLeft(t *testing.T) {
	t.Parallel()
	for counts, left := range map[int]int{0: 1, 900: 0} {
		s := &Snapshot{
			Now: 100, Travel: grid{}, Restaurants: []Place{{}, {X: 30}}, Drivers: []Driver{{ID: "d", At: Place{X: 14}, Restaurant: -1, FreeAt: 100, ShiftEnd: 119}},
			Orders: []Order{{ID: "near", Restaurant: 0, Drop: Place{X: -3}, Placed: 90, Ready: 100}, {ID: "far", Restaurant: 1, Drop: Place{X: 60}, Placed: 20, Ready: 100, Counts: counts}},
		}
		if plan := NewPlanner(neighbours, fair).Plan(s); !slices.Equal(plan.Left, []int{left}) {
			t.Errorf("counting %d, %v is left", counts, plan.Left)
		}
	}
}
