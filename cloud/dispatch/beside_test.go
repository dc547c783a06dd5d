package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// street are two restaurants a kilometre apart.
var street = []dispatch.Restaurant{{ID: "r1", Position: house}, {ID: "r2", Position: north(1)}}

// from2 is an order of the second restaurant, for a guest so many km north of the first.
func from2(id string, km float64, in time.Duration) dispatch.Order {
	o := baking(id, in)
	o.Restaurant, o.Pickup, o.Drop = "r2", street[1].Position, north(km)
	return o
}

// forAll drives for all restaurants.
func forAll(id string, km float64) dispatch.Driver {
	return with(driver(id, km), func(d *dispatch.Driver) { d.Home = "" })
}

// along is the plan of a chain that lets orders of neighbours share a bag.
func along(s dispatch.Snapshot) dispatch.Plan {
	return dispatch.Planner{
		Weights: dispatch.Usual(), Beside: dispatch.Beside, Detour: dispatch.Detour,
		Name: func(_ *dispatch.Snapshot, driver string) string { return "trip of " + driver },
	}.Plan(s)
}

func onStreet(orders []dispatch.Order, drivers ...dispatch.Driver) dispatch.Snapshot {
	s := scene(orders, drivers...)
	s.Restaurants = street
	return s
}

func TestOneDriverFetchesAtTwoRestaurantsOnOneWay(t *testing.T) {
	t.Parallel()
	first, second := onShelf("o1"), with(from2("o2", 3.2, 0), func(o *dispatch.Order) { o.Kitchen = order.Ready })
	first.Drop = north(3)
	s := onStreet([]dispatch.Order{first, second}, forAll("d1", -0.5))
	if p := best(s); len(p.Offers) != 1 {
		t.Errorf("a chain that does not want it: %s", said(p))
	}
	p := along(s)
	if said(p) != "o1>d1 o2>d1" || p.Offers[0].Trip != p.Offers[1].Trip || p.Offers[0].Fetch != 0 || p.Offers[1].Fetch != 0 {
		t.Fatalf("%+v", p.Offers)
	}
	there := p.Offers[1].ArriveAt.Sub(p.Offers[0].ArriveAt)
	if there < 4*time.Minute || there > 9*time.Minute {
		t.Errorf("the second kitchen expects him %v after the first", there)
	}
	why := strings.Join(dispatch.Sentences(p.Offers[1].Because), "; ")
	if !strings.Contains(why, "by another restaurant") || !strings.Contains(why, "fetched at two restaurants") {
		t.Errorf("%s", why)
	}
	for _, l := range p.Orders {
		if l.Could.IsZero() || l.Pickup.Before(l.Arrive) || !l.Door.After(l.Pickup) {
			t.Errorf("%+v", l)
		}
	}
	if far := onStreet([]dispatch.Order{first, second}, driver("d1", -0.5)); said(along(far)) != "o1>d1 !o2" {
		t.Errorf("who drives for one fetches at one: %s", said(along(far)))
	}
}

func TestAPizzaIsNotLedAroundForAnother(t *testing.T) {
	t.Parallel()
	second := with(from2("o2", 3, 0), func(o *dispatch.Order) { o.Ready, o.Kitchen = noon.Add(25*time.Minute), order.Preparing })
	for _, l := range along(onStreet([]dispatch.Order{onShelf("o1"), second}, forAll("d1", 0.1))).Orders {
		if l.Order == "o1" && (l.Driver != "d1" || l.Door.After(noon.Add(15*time.Minute))) {
			t.Errorf("a pizza that is on its shelf does not wait for one that is in no oven yet: %+v", l)
		}
	}
}

// TestWhereTwoRestaurantsShareABagNothingElseIsForgotten holds plans of random streets against what every plan keeps.
func TestWhereTwoRestaurantsShareABagNothingElseIsForgotten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := onStreet(nil)
		for i := range rapid.IntRange(0, 7).Draw(t, "orders") {
			o := baking(fmt.Sprintf("o%d", i), time.Duration(rapid.IntRange(-5, 25).Draw(t, "ready"))*time.Minute)
			if rapid.Bool().Draw(t, "of the second") {
				o.Restaurant, o.Pickup = "r2", street[1].Position
			}
			o.Drop = north(rapid.Float64Range(-4, 4).Draw(t, "door"))
			o.Priority = rapid.SampledFrom([]dispatch.Priority{"", "", dispatch.AsUsual, dispatch.Raised, dispatch.First}).Draw(t, "priority")
			s.Orders = append(s.Orders, o)
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "drivers") {
			d := driver(fmt.Sprintf("d%d", i), rapid.Float64Range(-3, 3).Draw(t, "km"))
			d.Home = rapid.SampledFrom([]string{"", "", "r1", "r2"}).Draw(t, "home")
			s.Drivers = append(s.Drivers, d)
		}
		p := along(s)
		stops := map[string]int{}
		for _, c := range p.Offers {
			o := s.Orders[slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == c.Order })]
			d := s.Drivers[slices.IndexFunc(s.Drivers, func(d dispatch.Driver) bool { return d.ID == c.Driver })]
			if d.Home != "" && d.Home != o.Restaurant || c.Fetch > c.Stop || c.Stop != stops[c.Driver] || c.ArriveAt.Before(s.Now) || c.Stop >= d.Vehicle.Most() {
				t.Fatalf("%+v of %s for %+v", c, o.Restaurant, d)
			}
			stops[c.Driver]++
		}
		if len(p.Orders) != len(s.Orders) {
			t.Fatalf("the plan speaks of %d orders of %d", len(p.Orders), len(s.Orders))
		}
	})
}

// TestATripOfTwoRestaurantsIsFetchedAndBroughtAsPlanned: one pizza is in the bag, another waits at the next restaurant.
func TestATripOfTwoRestaurantsIsFetchedAndBroughtAsPlanned(t *testing.T) {
	t.Parallel()
	bag := with(onShelf("o1"), func(o *dispatch.Order) {
		o.Driver, o.Trip, o.Delivery, o.Kitchen, o.Drop = "d1", "t", order.PickedUp, order.HandedOver, north(0.3)
	})
	next := with(from2("o2", 2, 0), func(o *dispatch.Order) {
		o.Driver, o.Trip, o.Stop, o.Delivery, o.Kitchen = "d1", "t", 1, order.Assigned, order.Ready
	})
	d := forAll("d1", 0)
	late := func(fetch int) time.Duration {
		next.Fetch = fetch
		doors := map[order.ID]dispatch.Range{}
		for _, s := range dispatch.Way(noon, house, d, []dispatch.Order{bag, next}, dispatch.Crow{}) {
			if !s.Fetch {
				doors[s.Orders[0]] = s.When
			}
		}
		if !doors["o2"].From.After(doors["o1"].From) || doors["o1"].To.Before(doors["o1"].From) {
			t.Errorf("%+v", doors)
		}
		return doors["o1"].From.Sub(noon)
	}
	if before, after := late(0), late(1); before < after+3*time.Minute {
		t.Errorf("fetched first the door is %v away, fetched behind it %v", before, after)
	}
	next.Fetch = 1
	d.Bag, d.Trip = []order.ID{"o1", "o2"}, "t"
	p := along(onStreet([]dispatch.Order{bag, next}, d))
	looks := map[order.ID]dispatch.Outlook{}
	for _, l := range p.Orders {
		looks[l.Order] = l
	}
	if !looks["o2"].Arrive.After(looks["o1"].Door) || !looks["o2"].Could.Equal(looks["o2"].Arrive) || !looks["o2"].Door.After(looks["o2"].Pickup) {
		t.Errorf("%+v", looks)
	}
}

// TestBothKitchensAreToldWhenTheirDriverComes: the second one could be done long before.
func TestBothKitchensAreToldWhenTheirDriverComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := shop(1, 1)
		r.houses = street
		r.drivers[0].Position, r.drivers[0].Bag = north(-4.4), nil
		waits := r.orders[0]
		waits.ID, waits.Restaurant, waits.Pickup, waits.Drop = "o2", "r2", street[1].Position, north(2.1)
		for i, o := range []dispatch.Order{r.orders[0], waits} {
			o.Driver, o.Delivery, o.Trip, o.Stop = "d1", order.Assigned, "t", i
			o.Kitchen, o.Ready, o.Placed = order.Preparing, time.Now().Add(5*time.Minute), time.Now()
			r.orders = append(r.orders[:i], o)
		}
		r.drivers[0].Home = ""
		open(t, r, &lock{})
		pass(time.Minute)
		r.do(func() {
			if !slices.Contains(r.told, `o1 "d1"`) || !slices.Contains(r.told, `o2 "d1"`) {
				t.Fatalf("kitchens were told of %q", r.told)
			}
			if later := r.order("o2").Arrives.Sub(r.order("o1").Arrives); later < 4*time.Minute || later > 10*time.Minute {
				t.Errorf("the second kitchen expects him %v after the first", later)
			}
		})
	})
}

func TestWhatGoesFirstIsBroughtFirst(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*dispatch.Order){
		"as usual": func(*dispatch.Order) {}, "put first": func(o *dispatch.Order) { o.Priority, o.Said = dispatch.First, "the mayor" },
		"made again": func(o *dispatch.Order) { o.Remade = true }, "made again, and a person says as usual": func(o *dispatch.Order) { o.Remade, o.Priority = true, dispatch.AsUsual },
	} {
		o := with(south("o2"), change)
		o.Drop = north(-2.2)
		p := along(scene([]dispatch.Order{onShelf("o1"), o}, driver("d1", 0.1)))
		i := slices.IndexFunc(p.Orders, func(l dispatch.Outlook) bool { return l.Order == "o2" })
		first := name == "put first" || name == "made again"
		if got := p.Orders[i].Stop == 0; got != first {
			t.Errorf("%s: first %v, %+v", name, got, p.Orders)
		}
		why := strings.Join(dispatch.Sentences(p.Orders[i].Because), "; ")
		o.Offered = "d9" // while somebody is being asked, too
		asked := strings.Join(dispatch.Sentences(along(scene([]dispatch.Order{o}, driver("d9", 1))).Orders[0].Because), "; ")
		why += " | " + asked
		if said := strings.Contains(asked, "puts it first") || strings.Contains(asked, "made again"); said != first {
			t.Errorf("%s: %s", name, asked)
		}
		for of, word := range map[string]string{"put first": "a dispatcher puts it first (the mayor)", "made again": "made again"} {
			if strings.Contains(why, word) != (name == of) {
				t.Errorf("%s: %s", name, why)
			}
		}
	}
}

// TestTripsAreSharedFairly: of drivers who are equally good, nobody gets many more trips than another.
func TestTripsAreSharedFairly(t *testing.T) {
	t.Parallel()
	trips := map[string]int{}
	var drivers []dispatch.Driver
	for i := range 4 {
		drivers = append(drivers, driver(fmt.Sprintf("d%d", i), 0.5))
	}
	for n := range 40 {
		for i := range drivers {
			drivers[i].Trips = trips[drivers[i].ID]
		}
		p := best(scene([]dispatch.Order{onShelf(fmt.Sprintf("o%d", n))}, drivers...))
		if len(p.Offers) != 1 {
			t.Fatalf("%+v", p)
		}
		trips[p.Offers[0].Driver]++
	}
	for _, d := range drivers {
		if trips[d.ID] != 10 {
			t.Fatalf("%v", trips)
		}
	}
}
