package dispatch_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// moment is a zone at some moment: two restaurants, orders at all stages, drivers who have agreed to some of them.
func moment(t *rapid.T) dispatch.Snapshot {
	s := onStreet(nil)
	for i := range rapid.IntRange(1, 4).Draw(t, "drivers") {
		d := forAll(fmt.Sprintf("d%d", i), rapid.Float64Range(-3, 3).Draw(t, "km"))
		d.Home = rapid.SampledFrom([]string{"", "", "r1", "r2"}).Draw(t, "home")
		if rapid.IntRange(0, 4).Draw(t, "goes") == 0 {
			d.ShiftEnd = noon.Add(time.Duration(rapid.IntRange(-5, 30).Draw(t, "shift")) * time.Minute)
		}
		s.Drivers = append(s.Drivers, d)
	}
	for i := range rapid.IntRange(1, 9).Draw(t, "orders") {
		id, in, km := fmt.Sprintf("o%d", i), time.Duration(rapid.IntRange(0, 30).Draw(t, "ready"))*time.Minute, rapid.Float64Range(-4, 4).Draw(t, "door")
		o := with(baking(id, in), func(o *dispatch.Order) { o.Drop = north(km) })
		if rapid.Bool().Draw(t, "second") {
			o = from2(id, km, in)
		}
		o.Placed = noon.Add(-10 * time.Minute)
		d := &s.Drivers[rapid.IntRange(0, len(s.Drivers)-1).Draw(t, "who")]
		switch rapid.IntRange(0, 4).Draw(t, "how") {
		case 0:
			o.Declined = []string{d.ID}
		case 1:
			if d.Serves(o.Restaurant) && len(d.Bag) < 2 {
				o.Driver, o.Delivery, o.Trip, o.Stop, d.Trip = d.ID, order.Assigned, "trip of "+d.ID, len(d.Bag), "trip of "+d.ID
				d.Bag = append(d.Bag, o.ID)
			}
		}
		s.Orders = append(s.Orders, o)
	}
	s.Placings = busyAt("r2", rapid.IntRange(0, 20).Draw(t, "placings"), noon)
	return s
}

// wrongIn is what no plan of a snapshot may have, or empty.
func wrongIn(s dispatch.Snapshot, p dispatch.Plan) string {
	seen := map[order.ID]bool{}
	for _, r := range p.Routes {
		d := slices.IndexFunc(s.Drivers, func(d dispatch.Driver) bool { return d.ID == r.Driver })
		if d < 0 {
			return r.Driver + " is not there"
		}
		for _, id := range slices.Concat(r.Bags...) {
			o := slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == id })
			switch {
			case o < 0 || seen[id]:
				return fmt.Sprintf("%s is not there, or with two", id)
			case slices.Contains(s.Orders[o].Declined, r.Driver) && s.Orders[o].Driver != r.Driver:
				return fmt.Sprintf("%s has declined %s", r.Driver, id)
			case !s.Drivers[d].Serves(s.Orders[o].Restaurant):
				return fmt.Sprintf("%s does not drive for %s", r.Driver, s.Orders[o].Restaurant)
			}
			seen[id] = true
		}
	}
	return ""
}

// agreedKept reports whether a plan leaves all that drivers have agreed to fetch with them. The next plan begins with what they agreed to, so
// only then it begins with this one.
func agreedKept(s dispatch.Snapshot, p dispatch.Plan) bool {
	for _, r := range p.Routes {
		for _, id := range slices.Concat(r.Bags...) {
			o := slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == id })
			if s.Orders[o].Driver != "" && s.Orders[o].Driver != r.Driver {
				return false
			}
		}
	}
	return true
}

func TestAPlanThatBeginsWithTheLastOneIsNoWorse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := moment(t)
		s.Placings = nil // by another last plan drivers are free elsewhere, and dearer or cheaper
		first := along(s)
		s.Last = first.Routes
		second := along(s)
		if agreedKept(s, first) && second.Cost > first.Cost+0.001 {
			t.Fatalf("%.3f minutes, and then %.3f", first.Cost, second.Cost)
		}
		s.Last = rapid.Permutation(s.Last).Draw(t, "shuffled")
		s.Orders, s.Drivers = rapid.Permutation(s.Orders).Draw(t, "orders"), rapid.Permutation(s.Drivers).Draw(t, "drivers")
		if again := along(s); !reflect.DeepEqual(second, again) {
			t.Fatalf("the same in another sequence is planned otherwise:\n%s", cmp.Diff(second, again))
		}
	})
}

func TestTheLastPlanDoesNotOutliveWhatHasChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := moment(t)
		for range rapid.IntRange(0, 6).Draw(t, "routes") {
			r := dispatch.Route{Driver: fmt.Sprintf("d%d", rapid.IntRange(0, 6).Draw(t, "of")), Until: noon.Add(time.Duration(rapid.IntRange(-90, 90).Draw(t, "until")) * time.Minute)}
			for range rapid.IntRange(0, 4).Draw(t, "bags") {
				var bag []order.ID
				for range rapid.IntRange(0, 14).Draw(t, "in it") {
					bag = append(bag, order.ID(fmt.Sprintf("o%d", rapid.IntRange(0, 12).Draw(t, "order"))))
				}
				r.Bags = append(r.Bags, bag)
			}
			s.Last = append(s.Last, r)
		}
		p := along(s)
		if wrong := wrongIn(s, p); wrong != "" {
			t.Fatal(wrong)
		}
		if bare := best(s); wrongIn(s, bare) != "" { // a chain that has stopped to let two restaurants share a bag
			t.Fatal(wrongIn(s, bare))
		}
	})
}

func TestOfAPlanOnlyWhatIsStillTrueIsLeft(t *testing.T) {
	t.Parallel()
	last := []dispatch.Route{{Driver: "d1", Bags: [][]order.ID{{"o1", "o2"}, {"o3"}}}, {Driver: "d2", Bags: [][]order.ID{{"o4"}}}}
	orders := func() []dispatch.Order {
		return []dispatch.Order{onShelf("o1"), onShelf("o2"), baking("o3", 25*time.Minute), south("o4")}
	}
	for name, change := range map[string]func(s *dispatch.Snapshot){
		"nothing has changed":          func(*dispatch.Snapshot) {},
		"a guest wants out":            func(s *dispatch.Snapshot) { s.Orders[0].Kitchen = order.Voided },
		"a driver declined":            func(s *dispatch.Snapshot) { s.Orders[1].Declined = []string{"d1"} },
		"a driver went home":           func(s *dispatch.Snapshot) { s.Drivers[0].Status = wire.Offline },
		"another one has agreed":       func(s *dispatch.Snapshot) { give(s, 0, 1) },
		"a person gave it to somebody": func(s *dispatch.Snapshot) { give(s, 0, 1); s.Orders[0].ByHand = true },
		"it goes first":                func(s *dispatch.Snapshot) { s.Orders[3].Priority = dispatch.First },
		"somebody has it in the bag": func(s *dispatch.Snapshot) {
			give(s, 3, 0)
			s.Orders[3].Delivery, s.Orders[3].Kitchen = order.OutForDelivery, order.HandedOver
		},
	} {
		s := scene(orders(), driver("d1", 0.2), driver("d2", 0.4))
		s.Last = last
		change(&s)
		p := best(s)
		if wrong := wrongIn(s, p); wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
		fresh := s
		fresh.Last = nil
		if p, q := best(s), best(fresh); p.Cost > q.Cost*1.02 {
			t.Errorf("%s: the plan has %.1f minutes, and one that knows nothing of the last %.1f", name, p.Cost, q.Cost)
		}
	}
}

func TestWhoHasDeclinedAnOrderIsNotAskedForItOnTheWayToAnother(t *testing.T) {
	t.Parallel()
	s := scene([]dispatch.Order{onShelf("o1"), with(onShelf("o2"), func(o *dispatch.Order) { o.Declined = []string{"d1"} })}, driver("d1", 0.1))
	give(&s, 0, 0)
	p := best(s)
	if len(p.Offers) != 0 || wrongIn(s, p) != "" || len(p.Stuck) != 1 || p.Stuck[0].Order != "o2" {
		t.Errorf("offers %+v, stuck %+v, %s", p.Offers, p.Stuck, wrongIn(s, p))
	}
}

// give has a driver agree to an order.
func give(s *dispatch.Snapshot, o, d int) {
	s.Orders[o].Driver, s.Orders[o].Delivery, s.Orders[o].Trip = s.Drivers[d].ID, order.Assigned, "t"
	s.Drivers[d].Bag, s.Drivers[d].Trip = []order.ID{s.Orders[o].ID}, "t"
}

// TestADispatcherKeepsItsPlanForWhoeverPlansNext: what it keeps is what it planned last, and a desk of another process shows the same.
func TestADispatcherKeepsItsPlanForWhoeverPlansNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(4, 2)
		for i := range r.orders { // nobody has to leave yet: all stays open
			r.orders[i].Kitchen, r.orders[i].Ready = order.Baking, time.Now().Add(40*time.Minute)
		}
		r.routes = map[string]dispatch.Route{"elsewhere": {Driver: "elsewhere", Bags: [][]order.ID{{"o9"}}}}
		o := open(t, r, &lock{})
		pass(3 * dispatch.Every)
		o.stop()
		var kept []order.ID
		for driver, route := range r.routes {
			if driver != "elsewhere" {
				kept = append(kept, slices.Concat(route.Bags...)...)
			}
		}
		slices.Sort(kept)
		if !slices.Equal(kept, []order.ID{"o1", "o2", "o3", "o4"}) || len(r.routes["elsewhere"].Bags) != 1 {
			t.Errorf("%+v", r.routes)
		}
		view, err := dispatch.NewDesk(r, o.Dispatcher).Look(t.Context(), "r1")
		if err != nil || len(view.Last) != len(r.routes)-1 {
			t.Fatalf("%+v, %v", view.Last, err)
		}
		for _, route := range view.Plan.Routes {
			if diff := cmp.Diff(r.routes[route.Driver].Bags, route.Bags); diff != "" {
				t.Errorf("the desk plans %s otherwise: %s", route.Driver, diff)
			}
		}
		r.do(func() { r.orders = r.orders[:0] })
		again := open(t, r, &lock{})
		pass(2 * dispatch.Every)
		again.stop()
		if len(r.routes) != 1 {
			t.Errorf("all is brought, and somebody is still to do %+v", r.routes)
		}
	})
}

func TestWhereOrdersWillComeADriverIsDearer(t *testing.T) {
	t.Parallel()
	// d1 stands in a part of the town where orders come all the time, d2 where none do: who fetches an order half way between is d2.
	s := onStreet([]dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Pickup, o.Drop = house, north(-1) })}, forAll("d1", 1), forAll("d2", -1.02))
	s.Restaurants = []dispatch.Restaurant{{ID: "r1", Position: house}, {ID: "r2", Position: north(1.2)}}
	if p := best(s); said(p) != "o1>d1" {
		t.Fatalf("of two who are as far off the first is asked: %s", said(p))
	}
	s.Placings = busyAt("r2", 40, noon)
	if p := best(s); said(p) != "o1>d2" {
		t.Errorf("%s", said(p))
	}
}

// TestAPlanThatBeginsWithTheLastOneKeepsToIt lives through evenings with more orders than their drivers can bring in time. How much is won on twenty of
// them, and by how many drivers, stands in docs/DISPATCH.md.
func TestAPlanThatBeginsWithTheLastOneKeepsToIt(t *testing.T) {
	t.Parallel()
	var cost [2]float64
	var changes [2]int
	for seed := range uint64(2) {
		for i, forget := range []bool{true, false} {
			e := newTown(seed, 50, 4)
			e.forget, e.every = forget, time.Minute
			cost[i] += e.live() / 2
			changes[i] += e.changes
		}
	}
	if 4*changes[1] > 3*changes[0] {
		t.Errorf("plans that begin with nothing change their mind %d times, those that begin with the last one %d times", changes[0], changes[1])
	}
	if cost[1] > 1.1*cost[0] {
		t.Errorf("an order comes to %.2f minutes, with plans that begin with nothing %.2f", cost[1], cost[0])
	}
	t.Logf("%.2f and %.2f minutes, %d and %d changes of mind", cost[0], cost[1], changes[0], changes[1])
}

// BenchmarkEvenings holds three ways to plan against each other, over twenty evenings of 110 orders each: with nothing but the orders, beginning with
// the last plan, and with a price of sending a driver as well.
func BenchmarkEvenings(b *testing.B) {
	for _, drivers := range []int{8, 10, 12, 14, 16, 20} {
		b.Run(fmt.Sprintf("%d_drivers", drivers), func(b *testing.B) {
			for b.Loop() {
				evenings(b, drivers, 20)
			}
		})
	}
}

func evenings(b *testing.B, drivers int, n uint64) {
	var cost, gain, square, changes [3]float64
	for seed := range n {
		var came [3]float64
		for way := range came {
			t := newTown(seed, 110, drivers)
			t.forget, t.blind = way == 0, way < 2
			came[way] = t.live()
			won := came[0] - came[way]
			cost[way], gain[way], square[way] = cost[way]+came[way], gain[way]+won, square[way]+won*won
			changes[way] += float64(t.changes) / 110
		}
	}
	of := float64(n)
	for way, name := range []string{"plain", "last", "priced"} {
		b.ReportMetric(cost[way]/of, name+"_min/order")
		b.ReportMetric(changes[way]/of, name+"_changes/order")
		b.ReportMetric(gain[way]/of, name+"_gain")
		b.ReportMetric(math.Sqrt(max(0, square[way]/of-gain[way]*gain[way]/of/of)/(of-1)), name+"_error")
	}
}
