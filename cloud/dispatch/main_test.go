package dispatch_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

// house is where the tests' pizza is; north is a point so many km north of it.
var house = dispatch.Point{Lat: 40.74, Lon: -73.99}

func north(km float64) dispatch.Point {
	return dispatch.Point{Lat: house.Lat + km/111.195, Lon: house.Lon}
}

// houses are two restaurants, so far apart that they have nothing to do with each other.
var houses = []dispatch.Restaurant{{ID: "r1", Position: house}, {ID: "r2", Position: north(200)}}

// driver is a free one, so many km from the house.
func driver(id string, km float64) dispatch.Driver {
	return dispatch.Driver{
		ID: id, Name: id, Vehicle: dispatch.Car, Home: "r1", Status: wire.Available, StatusAt: noon, Position: north(km), SeenAt: noon,
	}
}

// baking is an order that is ready in a while, for a guest 2 km north.
func baking(id string, in time.Duration) dispatch.Order {
	return dispatch.Order{
		ID: order.ID(id), Restaurant: "r1", Pickup: house, Drop: north(2), Ready: noon.Add(in), Kitchen: order.Baking, Delivery: order.Unassigned,
		Promise: order.Promise{From: noon.Add(in + 10*time.Minute), To: noon.Add(in + 20*time.Minute)},
	}
}

// south is on its shelf, for a guest at the other end of the town.
func south(id string) dispatch.Order {
	o := onShelf(id)
	o.Drop = north(-5)
	return o
}

func onShelf(id string) dispatch.Order {
	o := baking(id, 0)
	o.Kitchen = order.Ready
	return o
}

// best is the usual plan, with trips named after their drivers.
func best(s dispatch.Snapshot) dispatch.Plan {
	return dispatch.Planner{Weights: dispatch.Usual(), Name: func(_ *dispatch.Snapshot, driver string) string { return "trip of " + driver }}.Plan(s)
}

func scene(orders []dispatch.Order, drivers ...dispatch.Driver) dispatch.Snapshot {
	return dispatch.Snapshot{Now: noon, Orders: orders, Drivers: drivers, Restaurants: houses[:1], Travel: dispatch.Crow{}}
}
