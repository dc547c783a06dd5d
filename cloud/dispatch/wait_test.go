package dispatch_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// wide are two restaurants eight minutes apart.
var wide = []dispatch.Restaurant{{ID: "r1", Position: house}, {ID: "r2", Position: north(2.5)}}

// busyAt is what a restaurant was asked for, every three minutes up to now.
func busyAt(restaurant string, n int, now time.Time) (out []dispatch.Placing) {
	for i := range n {
		out = append(out, dispatch.Placing{Restaurant: restaurant, At: now.Add(-time.Duration(3*(n-i)) * time.Minute), Prepares: 8 * time.Minute})
	}
	return out
}

func suggest(s dispatch.Snapshot, p dispatch.Plan, placings []dispatch.Placing, before map[string]dispatch.Wait) []dispatch.Wait {
	s.Placings = placings
	return dispatch.Suggest(s, p, before)
}

func told(waits []dispatch.Wait) (out []string) {
	for _, w := range waits {
		out = append(out, w.Driver+" at "+w.Restaurant)
	}
	return out
}

func TestIdleDriversAreToldWhereTheNextOrderWillBe(t *testing.T) {
	t.Parallel()
	busy := busyAt("r2", 15, noon)
	idle := []dispatch.Driver{forAll("d1", 0), forAll("d2", 0.2)}
	for name, c := range map[string]struct {
		change func(d *dispatch.Driver)
		orders []dispatch.Order
		none   bool
	}{
		"idle":            {func(*dispatch.Driver) {}, nil, false},
		"on a break":      {func(d *dispatch.Driver) { d.Status = wire.OnBreak }, nil, true},
		"not seen lately": {func(d *dispatch.Driver) { d.SeenAt = noon.Add(-2 * time.Minute) }, nil, true},
		"being asked":     {func(d *dispatch.Driver) { d.Holding = "o1" }, nil, true},
		"of the first":    {func(d *dispatch.Driver) { d.Home = "r1" }, nil, true},
		"there already":   {func(d *dispatch.Driver) { d.Position = north(2.5) }, nil, true},
		"going home soon": {func(d *dispatch.Driver) { d.ShiftEnd = noon.Add(10 * time.Minute) }, nil, true},
		"planned for one": {func(*dispatch.Driver) {}, []dispatch.Order{baking("o1", 9*time.Minute), baking("o2", 9*time.Minute), south("o3")}, true},
	} {
		drivers := slices.Clone(idle)
		for i := range drivers {
			c.change(&drivers[i])
		}
		s := scene(c.orders, drivers...)
		s.Restaurants = wide
		got := suggest(s, along(s), busy, nil)
		if none := len(got) == 0; none != c.none {
			t.Errorf("%s: %q", name, told(got))
		}
		for _, w := range got {
			if w.Restaurant != "r2" || len(w.Because) != 1 || !w.At.Equal(noon) {
				t.Errorf("%s: %+v", name, w)
			}
		}
	}
	s := scene(nil, idle...)
	s.Restaurants = wide
	if got := suggest(s, dispatch.Plan{}, nil, nil); len(got) != 0 {
		t.Errorf("nothing was ordered, and %q", told(got))
	}
}

func TestWhoIsOnHisWayIsNotToldOfAnotherPlace(t *testing.T) {
	t.Parallel()
	s := scene(nil, forAll("d1", 1))
	s.Restaurants = wide
	before := map[string]dispatch.Wait{"d1": {Driver: "d1", Restaurant: "r1", Since: noon.Add(-2 * time.Minute), At: noon.Add(-20 * time.Second)}}
	got := suggest(s, dispatch.Plan{}, busyAt("r2", 15, noon), before)
	if len(got) != 1 || got[0].Restaurant != "r1" || !got[0].At.Equal(noon) || !got[0].Since.Equal(before["d1"].Since) {
		t.Errorf("%+v", got)
	}
	before["d1"] = dispatch.Wait{Driver: "d1", Restaurant: "r1", Since: noon.Add(-6 * time.Minute), At: noon}
	if got := suggest(s, dispatch.Plan{}, busyAt("r2", 15, noon), before); len(got) != 1 || got[0].Restaurant != "r2" {
		t.Errorf("after a while: %+v", got)
	}
}

func TestSuggestionsAreForIdleDriversAndRepeatable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := scene(nil)
		s.Restaurants = wide
		for i := range rapid.IntRange(0, 6).Draw(t, "drivers") {
			d := forAll(fmt.Sprintf("d%d", i), rapid.Float64Range(-6, 6).Draw(t, "km"))
			d.Status = rapid.SampledFrom([]wire.DriverState{wire.Available, wire.Available, wire.OnBreak, wire.Busy}).Draw(t, "status")
			d.Home = rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(t, "home")
			s.Drivers = append(s.Drivers, d)
		}
		lately := append(busyAt("r1", rapid.IntRange(0, 20).Draw(t, "first"), noon), busyAt("r2", rapid.IntRange(0, 20).Draw(t, "second"), noon)...)
		lately = append(lately, dispatch.Placing{Restaurant: "gone", At: noon}, dispatch.Placing{Restaurant: "r1", At: noon.Add(time.Hour)})
		got := suggest(s, dispatch.Plan{}, lately, nil)
		for _, w := range got {
			d := s.Drivers[slices.IndexFunc(s.Drivers, func(d dispatch.Driver) bool { return d.ID == w.Driver })]
			if !d.Free(noon) || d.Home != "" && d.Home != w.Restaurant {
				t.Fatalf("%+v for %+v", w, d)
			}
		}
		s.Drivers = rapid.Permutation(s.Drivers).Draw(t, "shuffled")
		if again := suggest(s, dispatch.Plan{}, lately, nil); !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v, then %+v", got, again)
		}
	})
}

func TestSuggestionsAreKeptAsLongAsTheyHold(t *testing.T) {
	t.Parallel()
	for _, wanted := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := shop(0, 1)
			r.houses, r.drivers[0].Home, r.drivers[0].Position = wide, "", house
			r.placed = busyAt("r2", 15, time.Now())
			openWith(t, r, &lock{}, func(d *dispatch.Dispatcher) { d.Reposition = wanted })
			pass(time.Minute)
			r.do(func() {
				if len(r.waits) == 1 != wanted || wanted && time.Since(r.waits[0].At) > 30*time.Second {
					t.Errorf("wanted %v: %+v", wanted, r.waits)
				}
				if len(r.offers) > 0 || len(r.told) > 0 {
					t.Errorf("a suggestion is no offer, and no kitchen hears of it: %+v, %q", r.offers, r.told)
				}
				r.orders = append(r.orders, with(onShelf("o1"), func(o *dispatch.Order) { o.Driver, o.Delivery = "d1", order.PickedUp }))
			})
			pass(time.Minute)
			r.do(func() {
				if len(r.waits) > 0 {
					t.Errorf("he has something to do: %+v", r.waits)
				}
			})
		})
	}
}
