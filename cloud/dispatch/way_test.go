package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// onWay is something that has left the first restaurant in a bag, for a door so many km north of it.
func onWay(id string, km float64, due time.Duration) dispatch.Order {
	return with(onShelf(id), func(o *dispatch.Order) {
		o.Driver, o.Delivery, o.Kitchen, o.Drop, o.Promise.To = "d1", order.OutForDelivery, order.HandedOver, north(km), noon.Add(due)
	})
}

// drive says a way in a word: doors as they are, what is fetched in brackets.
func drive(way []dispatch.Stop) string {
	var words []string
	for _, s := range way {
		var names []string
		for _, id := range s.Orders {
			names = append(names, string(id))
		}
		word := strings.Join(names, "+")
		if s.Fetch {
			word = "(" + word + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestDoorsAreGoneToOnTheWayUnlessSomebodyWouldWait(t *testing.T) {
	t.Parallel()
	fetch := func(o dispatch.Order) dispatch.Order {
		o.Delivery, o.Kitchen = order.Assigned, order.Ready
		return o
	}
	of := func(trip string, stop, after int, o dispatch.Order) dispatch.Order {
		o.Trip, o.Stop, o.Fetch = trip, stop, after
		return o
	}
	next := func(o dispatch.Order) dispatch.Order {
		o.Restaurant, o.Pickup = "r2", north(1)
		return o
	}
	nowhere := with(onWay("x", 3, time.Hour), func(o *dispatch.Order) { o.Nowhere, o.Drop = true, o.Pickup })
	a, b, c := onWay("a", 1, time.Hour), onWay("b", 2, time.Hour), onWay("c", 3, time.Hour)
	for name, of := range map[string]struct {
		held []dispatch.Order
		want string
	}{
		"nothing":                                      {nil, ""},
		"by the way":                                   {[]dispatch.Order{c, a, b}, "a b c"},
		"who waits is first":                           {[]dispatch.Order{onWay("a", 1, time.Hour), onWay("b", -2, 7*time.Minute)}, "b a"},
		"a trip as it was planned":                     {[]dispatch.Order{of("t", 1, 0, a), of("t", 0, 0, c)}, "c a"},
		"two trips by the way":                         {[]dispatch.Order{of("t", 1, 0, a), of("u", 0, 0, c)}, "a c"},
		"a door nobody knows":                          {[]dispatch.Order{nowhere, a}, "a"},
		"who has left comes back for the rest":         {[]dispatch.Order{fetch(onWay("b", 0.2, time.Hour)), a}, "a (b) b"},
		"also for what a trip has left behind":         {[]dispatch.Order{of("t", 1, 0, fetch(b)), of("t", 0, 0, a)}, "a (b) b"},
		"who has not takes all along":                  {[]dispatch.Order{fetch(b), with(a, func(o *dispatch.Order) { o.Delivery = order.PickedUp })}, "(b) a b"},
		"the next restaurant of a trip before a door":  {[]dispatch.Order{of("t", 1, 0, next(fetch(b))), of("t", 0, 0, a)}, "(b) a b"},
		"the next restaurant of a trip behind a door":  {[]dispatch.Order{of("t", 1, 1, next(fetch(b))), of("t", 0, 0, a)}, "a (b) b"},
		"all of a restaurant together":                 {[]dispatch.Order{fetch(a), fetch(b)}, "(a+b) a b"},
		"two bags that are fetched behind one another": {[]dispatch.Order{of("t", 0, 0, a), of("u", 0, 0, next(fetch(b)))}, "a (b) b"},
	} {
		way := dispatch.Way(noon, house, driver("d1", 0), of.held, dispatch.Crow{})
		if got := drive(way); got != of.want {
			t.Errorf("%s: %q, not %q", name, got, of.want)
		}
		for i := 1; i < len(way); i++ {
			if way[i].When.From.Before(way[i-1].When.From) || !way[i].When.To.After(way[i-1].When.To) {
				t.Errorf("%s: %v before %v", name, way[i].When, way[i-1].When)
			}
		}
	}
}

// TestNoDoorIsForgottenAndNoneIsGoneToTwice holds ways of random bags against what every way keeps.
func TestNoDoorIsForgottenAndNoneIsGoneToTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var held []dispatch.Order
		fetch := 0
		for i := range rapid.IntRange(0, 9).Draw(t, "orders") {
			o := onWay(fmt.Sprint("o", i), rapid.Float64Range(-5, 5).Draw(t, "km"), time.Duration(rapid.IntRange(0, 60).Draw(t, "due"))*time.Minute)
			o.Delivery = rapid.SampledFrom([]order.Delivery{order.Assigned, order.PickedUp, order.OutForDelivery}).Draw(t, "delivery")
			o.Trip = rapid.SampledFrom([]string{"", "t", "t", "u"}).Draw(t, "trip")
			o.Stop, o.Fetch = i, rapid.IntRange(0, i).Draw(t, "fetch")
			if rapid.Bool().Draw(t, "of the second") {
				o.Restaurant, o.Pickup = "r2", north(1)
			}
			if o.Delivery == order.Assigned {
				fetch++
			}
			held = append(held, o)
		}
		way := dispatch.Way(noon, north(0.5), driver("d1", 0), held, dispatch.Crow{})
		fetched, doors := map[order.ID]bool{}, map[order.ID]bool{}
		for _, s := range way {
			for _, id := range s.Orders {
				o := held[slices.IndexFunc(held, func(o dispatch.Order) bool { return o.ID == id })]
				was := doors
				if s.Fetch {
					was = fetched
				} else if o.Delivery == order.Assigned && !fetched[id] {
					t.Fatalf("%s is brought before it is fetched: %s", id, drive(way))
				}
				if was[id] {
					t.Fatalf("%s twice: %s", id, drive(way))
				}
				was[id] = true
			}
		}
		if len(doors) != len(held) || len(fetched) != fetch {
			t.Fatalf("%d of %d doors, %d of %d fetched: %s", len(doors), len(held), len(fetched), fetch, drive(way))
		}
		backwards := slices.Clone(held)
		slices.Reverse(backwards)
		if fetch == 0 {
			if again := dispatch.Way(noon, north(0.5), driver("d1", 0), backwards, dispatch.Crow{}); drive(again) != drive(way) {
				t.Fatalf("the same bag goes %s and %s", drive(way), drive(again))
			}
		}
	})
}

// TestWhoIsSlowerIsThereLater: guests of three drivers to the same door are told of three times.
func TestWhoIsSlowerIsThereLater(t *testing.T) {
	t.Parallel()
	last := noon
	for _, d := range []dispatch.Driver{{Vehicle: dispatch.Car}, {Vehicle: dispatch.Bicycle}, {Vehicle: dispatch.Bicycle, SpeedKMH: 10}, {Vehicle: dispatch.OnFoot}} {
		r, usual := atDoor(house, d, onWay("a", 3.3, time.Hour)), dispatch.Crow{}.Time(house, north(3.3), max(d.SpeedKMH, 1))
		if d.SpeedKMH == 0 {
			usual = dispatch.Crow{}.Time(house, north(3.3), d.Vehicle.SpeedKMH())
		}
		if r.From.After(noon.Add(usual)) || r.To.Before(noon.Add(usual)) || !r.Middle().After(last) {
			t.Errorf("%s: %v to %v, and %v is usual", d.Vehicle, r.From.Sub(noon), r.To.Sub(noon), usual)
		}
		last = r.Middle()
	}
}
