package phone_test

import (
	"math"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/shared/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var restaurant = wire.Position{Latitude: 40.7431, Longitude: -73.9899}

func TestRoutesFollowStreetsFromDoorToDoor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		east := rapid.Float64Range(-5000, 5000).Draw(t, "east")
		north := rapid.Float64Range(-5000, 5000).Draw(t, "north")
		to := phone.Shift(restaurant, east, north)
		r := phone.NewRoute(restaurant, to, dice.New(rapid.Uint64().Draw(t, "seed"), "route"))
		if start, _ := r.At(0); phone.Distance(start, restaurant) > 1 {
			t.Fatalf("begins %v m away", phone.Distance(start, restaurant))
		}
		if end, _ := r.At(r.Length() + 1); phone.Distance(end, to) > 1 {
			t.Fatalf("ends %v m away", phone.Distance(end, to))
		}
		if blocks := math.Abs(east) + math.Abs(north); math.Abs(r.Length()-blocks) > 0.01*blocks+5 {
			t.Fatalf("is %.0f m long; the streets are %.0f m", r.Length(), blocks)
		}
	})
}

func TestDrivingIsSteady(t *testing.T) {
	t.Parallel()
	r := phone.NewRoute(restaurant, phone.Shift(restaurant, 1500, -900), dice.New(1, "route"))
	before, _ := r.At(0)
	for metres := 10.0; metres < r.Length(); metres += 10 {
		now, heading := r.At(metres)
		if jump := phone.Distance(before, now); jump > 10.1 {
			t.Fatalf("jumped %.1f m at %.0f m", jump, metres)
		}
		if heading < 0 || heading >= 360 {
			t.Fatalf("heads for %v°", heading)
		}
		before = now
	}
}

func TestGoingNowhereTakesNoTime(t *testing.T) {
	t.Parallel()
	r := phone.NewRoute(restaurant, restaurant, dice.New(1, "route"))
	if at, _ := r.At(3); r.Length() != 0 || phone.Distance(at, restaurant) > 0.001 {
		t.Errorf("%v m long, ends at %v", r.Length(), at)
	}
}
