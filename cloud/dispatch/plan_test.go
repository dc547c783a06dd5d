package dispatch_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// said is a plan in one line: "o1>d1 o2>d2 !o3" where ! is stuck.
func said(p dispatch.Plan) string {
	var out []string
	for _, c := range p.Offers {
		out = append(out, string(c.Order)+">"+c.Driver)
	}
	slices.Sort(out)
	for _, s := range p.Stuck {
		out = append(out, "!"+string(s.Order))
	}
	return strings.Join(out, " ")
}

func with[T any](v T, change func(*T)) T { change(&v); return v }

func TestWhoIsAskedForWhat(t *testing.T) {
	t.Parallel()
	one, d1 := []dispatch.Order{onShelf("o1")}, driver("d1", 1)
	bad := func(change func(*dispatch.Driver)) []dispatch.Driver { return []dispatch.Driver{with(d1, change)} }
	kitchen := func(k order.Kitchen) []dispatch.Order {
		return []dispatch.Order{with(baking("o1", 0), func(o *dispatch.Order) { o.Kitchen = k })}
	}
	for _, c := range []struct {
		name    string
		orders  []dispatch.Order
		drivers []dispatch.Driver
		want    string
	}{
		{"nothing to do", nil, []dispatch.Driver{d1}, ""},
		{"nobody there", one, nil, "!o1"},
		{"the nearest", one, []dispatch.Driver{driver("d1", 3), driver("d2", 1), driver("d3", 2)}, "o1>d2"},
		{"the lower id of two equally near", one, []dispatch.Driver{driver("d2", 1), driver("d1", 1)}, "o1>d1"},
		{"one order each, to two ends of the town", []dispatch.Order{onShelf("o1"), south("o2")}, []dispatch.Driver{d1, driver("d2", 1.5)}, "o1>d2 o2>d1"},
		{"two for the same door on one trip", []dispatch.Order{onShelf("o1"), onShelf("o2")}, []dispatch.Driver{d1, driver("d2", 4)}, "o1>d1 o2>d1"},
		{"two to one, when there is only one", []dispatch.Order{onShelf("o1"), south("o2")}, []dispatch.Driver{d1}, "o1>d1 o2>d1"},
		{"the one that is ready first", []dispatch.Order{baking("o1", 30*time.Minute), onShelf("o2")}, []dispatch.Driver{d1}, "o2>d1"},
		{"one who drives for all", one, bad(func(d *dispatch.Driver) { d.Home = "" }), "o1>d1"},
		{"not another restaurant's", one, bad(func(d *dispatch.Driver) { d.Home = "r2" }), "!o1"},
		{"not on a break", one, bad(func(d *dispatch.Driver) { d.Status = wire.OnBreak }), "!o1"},
		{"not with a bag of somebody else's", one, bad(func(d *dispatch.Driver) { d.Bag = []order.ID{"o9"} }), "!o1"},
		{"not who is being asked by somebody else", one, bad(func(d *dispatch.Driver) { d.Holding = "o9" }), "!o1"},
		{"not who was seen too long ago", one, bad(func(d *dispatch.Driver) { d.SeenAt = noon.Add(-61 * time.Second) }), "!o1"},
		{"who was seen a minute ago", one, bad(func(d *dispatch.Driver) { d.SeenAt = noon.Add(-time.Minute) }), "o1>d1"},
		{"not who was never seen", one, bad(func(d *dispatch.Driver) { d.SeenAt = time.Time{} }), "!o1"},
		{"not whose shift ends on the way", one, bad(func(d *dispatch.Driver) { d.ShiftEnd = noon.Add(time.Minute) }), "!o1"},
		{"whose shift ends later", one, bad(func(d *dispatch.Driver) { d.ShiftEnd = noon.Add(time.Hour) }), "o1>d1"},
		{"not from the next town", one, []dispatch.Driver{driver("d1", 30)}, "!o1"},
		{
			"not who declined",
			[]dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Declined = []string{"d1"} })},
			[]dispatch.Driver{d1, driver("d2", 5)},
			"o1>d2",
		},
		{"not what is offered", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Offered = "d2" })}, []dispatch.Driver{d1}, ""},
		{"not to where nobody knows", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Nowhere = true })}, []dispatch.Driver{d1}, ""},
		{"not what somebody has", []dispatch.Order{with(onShelf("o1"), func(o *dispatch.Order) { o.Delivery, o.Driver = order.Assigned, "d2" })}, []dispatch.Driver{d1}, ""},
		{"not what the kitchen has not taken", kitchen(order.Waiting), []dispatch.Driver{d1}, ""},
		{"not what left with somebody", kitchen(order.HandedOver), []dispatch.Driver{d1}, ""},
		{"not what will never be", kitchen(order.Voided), []dispatch.Driver{d1}, ""},
		{"what is late anyway", kitchen(order.Preparing), []dispatch.Driver{d1}, "o1>d1"},
	} {
		s := scene(c.orders, c.drivers...)
		if got := said(best(s)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestADriverIsAskedAtTheMomentToLeave(t *testing.T) {
	t.Parallel()
	d := driver("d1", 2)
	drive := dispatch.Crow{}.Time(d.Position, house, 25)
	for _, spread := range []time.Duration{0, time.Minute} {
		o := with(baking("o1", 20*time.Minute), func(o *dispatch.Order) { o.ReadySpread = spread })
		other := with(o, func(o *dispatch.Order) { o.ID = "o2" })
		leave := o.Ready.Add(-dispatch.AtCounter/2 - drive - dispatch.Lead - spread)
		for _, c := range []struct {
			now  time.Time
			want string
		}{{leave.Add(-20 * time.Second), ""}, {leave, "o1>d1 o2>d1"}, {leave.Add(time.Hour), "o1>d1 o2>d1"}} {
			s := scene([]dispatch.Order{o, other}, with(d, func(d *dispatch.Driver) { d.SeenAt = c.now }))
			s.Now = c.now
			p := best(s)
			if got := said(p); got != c.want {
				t.Errorf("spread %v, %v before it is ready: %q, want %q", spread, o.Ready.Sub(c.now), got, c.want)
			}
			if len(p.Offers) > 0 && (!p.Offers[0].ArriveAt.Equal(c.now.Add(drive)) || len(p.Offers[0].Because) < 2) {
				t.Errorf("%+v", p.Offers[0])
			}
		}
	}
}

func TestADriverWithNothingBetterToDoIsAskedAtOnce(t *testing.T) {
	t.Parallel()
	d := driver("d1", 2)
	drive := dispatch.Crow{}.Time(d.Position, house, 25)
	for early, want := range map[time.Duration]string{dispatch.Early - time.Minute: "o1>d1", dispatch.Early + time.Minute: ""} {
		if got := said(best(scene([]dispatch.Order{baking("o1", early+drive+dispatch.AtCounter/2)}, d))); got != want {
			t.Errorf("%v before the moment to leave: %q, want %q", early, got, want)
		}
	}
}

func TestWithoutAForecastThePromiseCounts(t *testing.T) {
	t.Parallel()
	o := with(baking("o1", 0), func(o *dispatch.Order) {
		o.Ready, o.Kitchen, o.Promise = time.Time{}, order.Queued, order.Promise{From: noon.Add(time.Hour)}
	})
	s := scene([]dispatch.Order{o}, driver("d1", 1))
	if got := said(best(s)); got != "" {
		t.Errorf("an hour before: %q", got)
	}
	s.Now = noon.Add(48 * time.Minute)
	s.Drivers[0].SeenAt = s.Now
	p := best(s)
	if said(p) != "o1>d1" || !strings.Contains(strings.Join(dispatch.Sentences(p.Offers[0].Because), "; "), "no forecast") {
		t.Errorf("ten minutes before: %+v", p)
	}
}

func TestTheForecastOfACutOffRestaurantAges(t *testing.T) {
	t.Parallel()
	d := driver("d1", 2)
	drive := dispatch.Crow{}.Time(d.Position, house, 25)
	for cut, want := range map[time.Duration]string{0: "", 8 * time.Minute: "o1>d1 o2>d1", 24 * time.Hour: "o1>d1 o2>d1"} {
		o := baking("o1", drive+dispatch.AtCounter/2+dispatch.Lead+2*time.Minute)
		o.Heard = noon.Add(-cut)
		other := with(o, func(o *dispatch.Order) { o.ID = "o2" })
		if got := said(best(scene([]dispatch.Order{o, other}, d))); got != want {
			t.Errorf("cut off for %v: %q, want %q", cut, got, want)
		}
	}
}

func TestWhoHasHadFewTripsIsAskedFirst(t *testing.T) {
	t.Parallel()
	often := with(driver("d1", 1), func(d *dispatch.Driver) { d.Trips = 8 })
	if got := said(best(scene([]dispatch.Order{onShelf("o1")}, often, driver("d2", 1.2)))); got != "o1>d2" {
		t.Errorf("%q", got)
	}
	if got := said(best(scene([]dispatch.Order{onShelf("o1")}, often, driver("d2", 6)))); got != "o1>d1" {
		t.Errorf("but not at any price: %q", got)
	}
}

func TestWhoGoesOnFootIsNotSentAcrossTheTown(t *testing.T) {
	t.Parallel()
	walker := with(driver("d1", 0.1), func(d *dispatch.Driver) { d.Vehicle = dispatch.OnFoot })
	near, far := onShelf("o1"), south("o2")
	near.Drop = north(0.4)
	s := scene([]dispatch.Order{near, far}, walker, driver("d2", 1))
	if got := said(best(s)); got != "o1>d1 o2>d2" {
		t.Errorf("%q", got)
	}
	s = scene([]dispatch.Order{near, with(near, func(o *dispatch.Order) { o.ID = "o3" })}, walker)
	if got := said(best(s)); strings.Count(got, ">") != 1 {
		t.Errorf("nobody carries two on foot: %q", got)
	}
}

func TestAPlanSaysWhy(t *testing.T) {
	t.Parallel()
	p := best(scene([]dispatch.Order{baking("o1", 5*time.Minute)}, driver("d1", 1), driver("d2", 6), driver("d3", 4)))
	if len(p.Orders) != 1 {
		t.Fatalf("%+v", p)
	}
	o := p.Orders[0]
	if o.Driver != "d1" || o.Second != "d3" || o.Dearer < 3 || o.Dearer > 60 || o.Door.Before(noon.Add(5*time.Minute)) || !o.Pickup.After(o.Arrive) {
		t.Errorf("%+v", o)
	}
	why := strings.Join(dispatch.Sentences(o.Because), "; ")
	for _, want := range []string{"d1 is best", "4 min away", "ready in 5 min", "the next best driver would cost"} {
		if !strings.Contains(why, want) {
			t.Errorf("%q does not say %q", why, want)
		}
	}
}

func TestABusyDriverIsWaitedForWhenThatIsSooner(t *testing.T) {
	t.Parallel()
	carried := with(onShelf("o1"), func(o *dispatch.Order) {
		o.Driver, o.Delivery, o.Kitchen, o.Drop = "d1", order.OutForDelivery, order.HandedOver, north(0.5)
	})
	back := with(driver("d1", 0.5), func(d *dispatch.Driver) { d.Bag = []order.ID{"o1"} })
	s := scene([]dispatch.Order{carried, onShelf("o2")}, back, driver("d2", 12))
	if p := best(s); said(p) != "" || p.Orders[1].Driver != "d1" {
		t.Errorf("%s, %+v", said(p), p.Orders)
	}
	s.Orders[0].Since = noon.Add(-2 * time.Hour) // nobody needs so long: perhaps the phone lies on a table
	if p := best(s); said(p) != "o2>d2" {
		t.Errorf("%s, %+v", said(p), p.Orders)
	}
}

func TestWhoWaitsAtTheCounterTakesOneMoreAlong(t *testing.T) {
	t.Parallel()
	first := with(baking("o1", 4*time.Minute), func(o *dispatch.Order) { o.Driver, o.Delivery = "d1", order.Assigned })
	waits := with(driver("d1", 0.05), func(d *dispatch.Driver) { d.Bag, d.Trip = []order.ID{"o1"}, "trip" })
	p := best(scene([]dispatch.Order{first, baking("o2", 5*time.Minute)}, waits))
	if len(p.Offers) != 1 || p.Offers[0].Order != "o2" || p.Offers[0].Trip != "trip" || p.Offers[0].Stop != 1 || len(p.Moves) != 0 {
		t.Errorf("%+v, %+v", p.Offers, p.Moves)
	}
	first.ByHand = true
	if p := best(scene([]dispatch.Order{first, baking("o2", 5*time.Minute)}, waits)); len(p.Offers) != 0 {
		t.Errorf("a person has made up this bag: %+v", p.Offers)
	}
}

func TestWhatIsDoneLeavesWhenTheRestOfTheTripIsLate(t *testing.T) {
	t.Parallel()
	agreed := func(o dispatch.Order) dispatch.Order {
		o.Driver, o.Delivery, o.Trip = "d1", order.Assigned, "trip"
		return o
	}
	waits := with(driver("d1", 0.05), func(d *dispatch.Driver) { d.Bag, d.Trip = []order.ID{"o1", "o2"}, "trip" })
	p := best(scene([]dispatch.Order{agreed(onShelf("o1")), agreed(baking("o2", 20*time.Minute))}, waits))
	if len(p.Moves) != 1 || p.Moves[0].Order != "o2" || p.Moves[0].Driver != "d1" {
		t.Errorf("%+v", p.Moves)
	}
	held := with(agreed(onShelf("o1")), func(o *dispatch.Order) { o.Delivery = order.PickedUp })
	if p := best(scene([]dispatch.Order{held, agreed(baking("o2", 20*time.Minute))}, waits)); len(p.Moves) != 1 || p.Moves[0].Order != "o2" {
		t.Errorf("in hand: %+v", p.Moves)
	}
	for name, s := range map[string]dispatch.Snapshot{
		"in hand, soon": scene([]dispatch.Order{held, agreed(baking("o2", 2*time.Minute))}, waits),
		"in hand, and a person wants it so": scene([]dispatch.Order{
			held, with(agreed(baking("o2", 20*time.Minute)), func(o *dispatch.Order) { o.ByHand = true }),
		}, waits),
		"in hand, and perhaps the other one too": scene([]dispatch.Order{held, agreed(onShelf("o2"))}, waits),
		"soon":                                   scene([]dispatch.Order{agreed(onShelf("o1")), agreed(baking("o2", 2*time.Minute))}, waits),
		"none is done":                           scene([]dispatch.Order{agreed(baking("o1", time.Minute)), agreed(baking("o2", 20*time.Minute))}, waits),
		"not yet there":                          scene([]dispatch.Order{agreed(onShelf("o1")), agreed(baking("o2", 20*time.Minute))}, with(waits, func(d *dispatch.Driver) { d.Position = north(1) })),
	} {
		if p := best(s); len(p.Moves) > 0 {
			t.Errorf("%s: %+v", name, p.Moves)
		}
	}
}

// The only driver of an evening, and doors half an hour away: without him the second order would be at its door forty minutes later.
func TestWhatIsInHandWaitsWhileThatIsWorthIt(t *testing.T) {
	t.Parallel()
	far := func(o dispatch.Order, d order.Delivery) dispatch.Order {
		o.Driver, o.Delivery, o.Trip, o.Drop = "d1", d, "trip", north(6)
		return o
	}
	waits := with(driver("d1", 0.05), func(d *dispatch.Driver) { d.Bag, d.Trip = []order.ID{"o1", "o2"}, "trip" })
	in := func(wait time.Duration, drivers ...dispatch.Driver) []dispatch.Move {
		return best(scene([]dispatch.Order{far(onShelf("o1"), order.PickedUp), far(baking("o2", wait), order.Assigned)}, append(drivers, waits)...)).Moves
	}
	if moves := in(8 * time.Minute); len(moves) > 0 {
		t.Errorf("the only driver: %+v", moves)
	}
	if moves := in(25 * time.Minute); len(moves) != 1 {
		t.Errorf("it needs much longer: %+v", moves)
	}
	if moves := in(8*time.Minute, driver("d2", 0.5)); len(moves) != 1 {
		t.Errorf("another driver has nothing to do: %+v", moves)
	}
}

func TestNoBagIsPlannedThatAVehicleDoesNotTake(t *testing.T) {
	t.Parallel()
	var orders []dispatch.Order
	for i := range 5 {
		orders = append(orders, with(onShelf(fmt.Sprint("o", i)), func(o *dispatch.Order) { o.Drop = north(0.2) }))
	}
	for _, v := range []dispatch.Vehicle{dispatch.OnFoot, dispatch.Bicycle, dispatch.Scooter, dispatch.Car} {
		p, together := best(scene(orders, with(driver("d1", 0.1), func(d *dispatch.Driver) { d.Vehicle = v }))), map[time.Time]int{}
		for _, l := range p.Orders {
			if together[l.Pickup]++; l.Driver != "d1" {
				t.Errorf("%s: nobody brings %s", v, l.Order)
			}
		}
		for at, n := range together {
			if n > v.Most() {
				t.Errorf("%s: %d orders are fetched at %v", v, n, at)
			}
		}
		if len(p.Offers) != v.Most() {
			t.Errorf("%s: %s", v, said(p))
		}
	}
}

func TestNobodyComplainsBeforeItIsTime(t *testing.T) {
	t.Parallel()
	if got := said(best(scene([]dispatch.Order{baking("o1", 10*time.Minute)}))); got != "" {
		t.Errorf("%q", got)
	}
}

func TestWaysAreAsLongAsOnTheGlobe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b dispatch.Point
		km   float64
	}{
		{dispatch.Point{Lat: 0, Lon: 0}, dispatch.Point{Lat: 1, Lon: 0}, 111.195},
		{dispatch.Point{Lat: 0, Lon: 179.5}, dispatch.Point{Lat: 0, Lon: -179.5}, 111.195},
		{dispatch.Point{Lat: 52.52, Lon: 13.405}, dispatch.Point{Lat: 48.8566, Lon: 2.3522}, 877.5}, // Berlin, Paris
		{dispatch.Point{Lat: 0, Lon: 0}, dispatch.Point{Lat: 0, Lon: 180}, math.Pi * 6371},
		{house, house, 0},
	} {
		if got := dispatch.Kilometres(c.a, c.b); math.Abs(got-c.km) > 0.5 {
			t.Errorf("%v to %v: %.1f km, want %.1f", c.a, c.b, got, c.km)
		}
	}
	minutes := dispatch.Crow{}.Time(house, north(1), 25).Minutes()
	if want := 1.35 / 25 * 60; math.Abs(minutes-want) > 0.01 {
		t.Errorf("a kilometre by car takes %.2f min, want %.2f", minutes, want)
	}
	if quick := (dispatch.Crow{Hurry: 10}).Time(house, north(1), 25).Minutes(); math.Abs(quick*10-minutes) > 0.01 {
		t.Errorf("ten times faster it takes %.2f min", quick)
	}
	if walk, ride := dispatch.OnFoot.SpeedKMH(), dispatch.Bicycle.SpeedKMH(); walk >= ride || ride >= dispatch.Scooter.SpeedKMH() {
		t.Errorf("%v %v", walk, ride)
	}
}

func TestPlansAreFairAndRepeatable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := scene(nil)
		for i := range rapid.IntRange(0, 8).Draw(t, "orders") {
			o := baking(fmt.Sprintf("o%d", i), time.Duration(rapid.IntRange(-20, 40).Draw(t, "ready"))*time.Minute)
			o.Kitchen = rapid.SampledFrom([]order.Kitchen{order.Waiting, order.Queued, order.Baking, order.Ready, order.HandedOver}).Draw(t, "kitchen")
			o.Declined = rapid.SliceOfN(rapid.SampledFrom([]string{"d0", "d1", "d2"}), 0, 2).Draw(t, "declined")
			s.Orders = append(s.Orders, o)
		}
		for i := range rapid.IntRange(0, 8).Draw(t, "drivers") {
			d := driver(fmt.Sprintf("d%d", i), rapid.Float64Range(0, 20).Draw(t, "km"))
			d.Status = rapid.SampledFrom([]wire.DriverState{wire.Available, wire.Available, wire.OnBreak}).Draw(t, "status")
			d.SeenAt = noon.Add(-time.Duration(rapid.IntRange(0, 90).Draw(t, "seen")) * time.Second)
			s.Drivers = append(s.Drivers, d)
		}
		p := best(s)
		checkPlan(t, s, p)
		shuffled := s
		shuffled.Orders = rapid.Permutation(s.Orders).Draw(t, "orders shuffled")
		shuffled.Drivers = rapid.Permutation(s.Drivers).Draw(t, "drivers shuffled")
		if diff := cmp.Diff(p, best(shuffled)); diff != "" {
			t.Fatalf("the plan depends on the order of rows:\n%s", diff)
		}
	})
}

func checkPlan(t *rapid.T, s dispatch.Snapshot, p dispatch.Plan) {
	asked, trips := map[string]bool{}, map[string]string{}
	for _, c := range p.Offers {
		if trip, known := trips[c.Driver]; asked[string(c.Order)] || known && trip != c.Trip {
			t.Fatalf("asked twice: %s", said(p))
		}
		asked[string(c.Order)], trips[c.Driver] = true, c.Trip
		o := s.Orders[slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == c.Order })]
		d := s.Drivers[slices.IndexFunc(s.Drivers, func(d dispatch.Driver) bool { return d.ID == c.Driver })]
		if !d.Free(s.Now) || slices.Contains(o.Declined, d.ID) || c.ArriveAt.Before(s.Now) {
			t.Fatalf("%+v for %+v by %+v", c, o, d)
		}
	}
	for _, stuck := range p.Stuck {
		for _, d := range s.Drivers {
			o := s.Orders[slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == stuck.Order })]
			near := s.Travel.Time(d.Position, o.Pickup, 25) <= dispatch.Reach
			if _, busy := trips[d.ID]; d.Free(s.Now) && near && !busy && !slices.Contains(o.Declined, d.ID) {
				t.Fatalf("%s is said to be stuck, but %s is free", stuck.Order, d.ID)
			}
		}
	}
	if len(p.Orders) != len(s.Orders) {
		t.Fatalf("the plan speaks of %d orders of %d", len(p.Orders), len(s.Orders))
	}
}

func TestWhoIsAskedIsComparedWithTheOthers(t *testing.T) {
	t.Parallel()
	asked := with(onShelf("o1"), func(o *dispatch.Order) {
		o.Offered, o.Why = "d1", []dispatch.Reason{{Key: dispatch.WhyAway, N: 1}, {Key: dispatch.WhyReadyIn, N: 3}}
	})
	agreed := with(onShelf("o1"), func(o *dispatch.Order) { o.Driver, o.Delivery, o.ByHand = "d1", order.Assigned, true })
	for name, o := range map[string]dispatch.Order{"asked": asked, "given by hand": agreed} {
		holder := with(driver("d1", 1), func(d *dispatch.Driver) {
			if o.Driver == "" {
				d.Holding = o.ID
			} else {
				d.Bag = []order.ID{o.ID}
			}
		})
		look := best(scene([]dispatch.Order{o}, holder, driver("d2", 4), driver("d3", 2))).Orders[0]
		if look.Driver != "d1" || look.Second != "d3" || look.Dearer <= 0 || look.Dearer > 30 {
			t.Errorf("%s: %+v", name, look)
		}
		if why := strings.Join(dispatch.Sentences(look.Because), "; "); strings.Contains(why, "what the driver was told:; 1 min away; ready in 3 min") == o.ByHand {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestWhatADriverWhoIsGoneKeepsIsStuck(t *testing.T) {
	t.Parallel()
	o := with(onShelf("o1"), func(o *dispatch.Order) { o.Driver, o.Delivery, o.ByHand = "d1", order.Assigned, true })
	for name, c := range map[string]struct {
		holder dispatch.Driver
		want   string
	}{
		"on shift": {with(driver("d1", 1), func(d *dispatch.Driver) { d.Bag = []order.ID{"o1"} }), ""},
		"off":      {with(driver("d1", 1), func(d *dispatch.Driver) { d.Bag, d.Status = []order.ID{"o1"}, wire.Offline }), "!o1"},
		"of another house, and off": {with(driver("d1", 1), func(d *dispatch.Driver) {
			d.Bag, d.Status, d.Home = []order.ID{"o1"}, wire.Offline, "r2"
		}), "!o1"},
	} {
		p := best(scene([]dispatch.Order{o}, c.holder, driver("d2", 2)))
		if said(p) != c.want {
			t.Errorf("%s: %q", name, said(p))
		}
		if why := strings.Join(dispatch.Sentences(p.Orders[0].Because), "; "); strings.Contains(why, "a person gave it to d1; d1 is off shift") != (c.want != "") {
			t.Errorf("%s: %q", name, why)
		}
	}
	o.Delivery = order.OutForDelivery
	if p := best(scene([]dispatch.Order{o}, with(driver("d1", 1), func(d *dispatch.Driver) { d.Status = wire.Offline }))); len(p.Stuck) > 0 {
		t.Errorf("what is on the road is nobody else's to bring: %+v", p.Stuck)
	}
}
