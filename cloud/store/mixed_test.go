package store_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// TestAPromiseIsForWhoeverDrivesNow: nobody knows yet who will bring the order, and bicycles are no cars.
func TestAPromiseIsForWhoeverDrivesNow(t *testing.T) {
	t.Parallel()
	type hand struct {
		vehicle dispatch.Vehicle
		speed   float64
		home    string
		status  wire.DriverState
		north   float64 // degrees
		silent  time.Duration
	}
	bicycle := hand{vehicle: dispatch.Bicycle, home: "r1", status: wire.Available}
	but := func(change func(h *hand)) hand {
		h := bicycle
		change(&h)
		return h
	}
	chain, began := newChain(t), time.Now()
	houses := store.Houses{Store: chain.Store, Presence: chain.presence}
	to := order.Address{Latitude: 40.77, Longitude: -73.99}
	for i, c := range []struct {
		name  string
		hands []hand
		kmh   float64
	}{
		{"nobody", nil, 25},
		{"a bicycle", []hand{bicycle}, 15},
		{"a bicycle that is under way", []hand{but(func(h *hand) { h.status = wire.Busy; h.north = 2 })}, 15},
		{"a bicycle and a car", []hand{bicycle, but(func(h *hand) { h.vehicle = dispatch.Car })}, 18.75},
		{"a quick one", []hand{but(func(h *hand) { h.speed = 20 })}, 20},
		{"one for all, near", []hand{but(func(h *hand) { h.home = "" })}, 15},
		{"one for all, in another town", []hand{but(func(h *hand) { h.home = ""; h.north = 0.5 })}, 25},
		{"another restaurant's", []hand{but(func(h *hand) { h.home = "r2" })}, 25},
		{"one on a break", []hand{but(func(h *hand) { h.status = wire.OnBreak })}, 25},
		{"one who has gone home", []hand{but(func(h *hand) { h.status = wire.EndOfShift })}, 25},
		{"one who is silent", []hand{but(func(h *hand) { h.silent = dispatch.LostAfter + time.Minute })}, 25},
		{"nobody any more", nil, 25},
	} {
		now := began.Add(time.Duration(i) * time.Minute)
		var hired []string
		for _, h := range c.hands {
			d, _, err := chain.RegisterDriver(t.Context(), dispatch.Driver{Name: "Ada", Vehicle: h.vehicle, Home: h.home, SpeedKMH: h.speed})
			if err != nil {
				t.Fatal(err)
			}
			hired = append(hired, d.ID)
			if _, err := chain.SetStatus(t.Context(), d.ID, h.status, now); err != nil {
				t.Fatal(err)
			}
			heard := now.Add(-h.silent)
			if err := chain.SavePositions(t.Context(), []dispatch.Position{{Driver: d.ID, Lat: 40.74 + h.north, Lon: -73.99, At: heard, Heard: heard}}); err != nil {
				t.Fatal(err)
			}
		}
		house, err := houses.House(t.Context(), "r1", now)
		if err != nil {
			t.Fatal(err)
		}
		want := dispatch.Crow{}.Time(dispatch.Point{Lat: 40.74, Lon: -73.99}, dispatch.Point{Lat: 40.77, Lon: -73.99}, c.kmh)
		if got := house.Drive(to, now); (got - want).Abs() > time.Second {
			t.Errorf("%s: the way takes %v, and by %v km/h it takes %v", c.name, got, c.kmh, want)
		}
		for _, id := range hired {
			if _, err := chain.SetStatus(t.Context(), id, wire.EndOfShift, now.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		if again, err := houses.House(t.Context(), "r1", now.Add(29*time.Second)); err != nil || again.Drive(to, now) != house.Drive(to, now) {
			t.Errorf("%s: half a minute later another promise is made: %v", c.name, err)
		}
	}
}
