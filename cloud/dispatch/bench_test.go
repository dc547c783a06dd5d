package dispatch_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
)

// BenchmarkPlan plans a zone of ten restaurants whose drivers drive for all.
func BenchmarkPlan(b *testing.B) {
	for _, c := range []struct{ orders, drivers int }{{1, 1}, {20, 10}, {1000, 50}, {3000, 400}} {
		b.Run(fmt.Sprintf("%d_orders_%d_drivers", c.orders, c.drivers), func(b *testing.B) {
			dice := rand.New(rand.NewPCG(1, 2))
			s := scene(nil)
			s.Restaurants = nil
			for i := range 10 {
				p := north(float64(i))
				s.Restaurants = append(s.Restaurants, dispatch.Restaurant{ID: fmt.Sprintf("r%d", i), Position: p})
			}
			for i := range c.orders {
				o := baking(fmt.Sprintf("o%04d", i), time.Duration(dice.IntN(40))*time.Minute)
				r := s.Restaurants[dice.IntN(10)]
				o.Restaurant, o.Pickup = r.ID, r.Position
				o.Drop = dispatch.Point{Lat: r.Position.Lat + dice.Float64()*0.06 - 0.03, Lon: r.Position.Lon + dice.Float64()*0.06 - 0.03}
				o.Placed = noon.Add(-time.Duration(dice.IntN(20)) * time.Minute)
				s.Orders = append(s.Orders, o)
			}
			for i := range c.drivers {
				d := driver(fmt.Sprintf("d%03d", i), dice.Float64()*10)
				d.Home = ""
				s.Drivers = append(s.Drivers, d)
			}
			for b.Loop() {
				best(s)
			}
		})
	}
}
