package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch"
)

func TestRestaurantsNearEachOtherAreAZone(t *testing.T) {
	t.Parallel()
	at := func(id string, km float64) dispatch.Restaurant {
		return dispatch.Restaurant{ID: id, Position: north(km)}
	}
	zones := func(all ...dispatch.Restaurant) string {
		var out []string
		for _, z := range dispatch.Draw(all).Zones {
			var ids []string
			for _, r := range z.Restaurants {
				ids = append(ids, r.ID)
			}
			out = append(out, z.ID+": "+strings.Join(ids, " "))
		}
		return strings.Join(out, ", ")
	}
	for want, all := range map[string][]dispatch.Restaurant{
		"":                 nil,
		"a: a":             {at("a", 0)},
		"a: a b":           {at("b", 0), at("a", 9.9)},
		"a: a, b: b":       {at("a", 0), at("b", 10.1)},
		"a: a b c d, e: e": {at("d", 27), at("a", 0), at("e", 40), at("c", 18), at("b", 9)}, // each near the next
		"a: a b, c: c":     {{ID: "a", Position: dispatch.Point{Lon: 179.99}}, {ID: "b", Position: dispatch.Point{Lon: -179.99}}, at("c", 0)},
		"n: n o, s: s":     {{ID: "n", Position: dispatch.Point{Lat: 89.99, Lon: 10}}, {ID: "o", Position: dispatch.Point{Lat: 89.99, Lon: -170}}, {ID: "s", Position: dispatch.Point{Lat: -90}}},
		"same: same, x: x": {{ID: "x"}, at("same", 0)},
	} {
		if got := zones(all...); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestZonesAreTheSameForEverybodyAndNoneIsCutInTwo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []dispatch.Restaurant
		for i := range rapid.IntRange(0, 30).Draw(t, "restaurants") {
			p := dispatch.Point{Lat: rapid.Float64Range(-0.3, 0.3).Draw(t, "lat"), Lon: rapid.Float64Range(-0.3, 0.3).Draw(t, "lon")}
			all = append(all, dispatch.Restaurant{ID: fmt.Sprintf("r%02d", i), Position: p})
		}
		a := dispatch.Draw(all)
		if diff := cmp.Diff(a.Zones, dispatch.Draw(rapid.Permutation(all).Draw(t, "shuffled")).Zones); diff != "" {
			t.Fatal(diff)
		}
		n := 0
		for _, z := range a.Zones {
			n += len(z.Restaurants)
		}
		if n != len(all) {
			t.Fatalf("%d restaurants in zones, of %d", n, len(all))
		}
		for _, x := range all {
			for _, y := range all {
				zx, _ := a.Of(x.ID)
				zy, _ := a.Of(y.ID)
				if dispatch.Kilometres(x.Position, y.Position) <= dispatch.Near && zx.ID != zy.ID {
					t.Fatalf("%s and %s are near and in two zones", x.ID, y.ID)
				}
			}
			if z, _ := a.Of(x.ID); len(z.Restaurants) > 1 && !slices.ContainsFunc(z.Restaurants, func(y dispatch.Restaurant) bool {
				return y.ID != x.ID && dispatch.Kilometres(x.Position, y.Position) <= dispatch.Near
			}) {
				t.Fatalf("%s is in a zone with nobody near", x.ID)
			}
		}
	})
}
