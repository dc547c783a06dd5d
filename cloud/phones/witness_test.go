package phones_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// forgetful is a store that keeps no evidence until it is told to.
type forgetful struct {
	phones.Store
	keeps atomic.Bool
	tried atomic.Int64
}

func (f *forgetful) SaveEvidence(ctx context.Context, all []road.Evidence) error {
	if f.tried.Add(1); !f.keeps.Load() {
		return errors.New("no database")
	}
	return f.Store.SaveEvidence(ctx, all)
}

// heard is a position that came by HTTP.
func (c *core) heard(t *testing.T, driver string, lat, lon float64, at time.Time) {
	t.Helper()
	if err := c.phones.Heard(driver, wire.DriverLocation{Position: wire.Position{Latitude: lat, Longitude: lon}, Timestamp: wire.At(at)}); err != nil {
		t.Fatal(err)
	}
}

func (c *core) assign(t *testing.T, oid order.ID, driver string) {
	t.Helper()
	if _, err := c.service.Assign(t.Context(), oid, 0, ordering.Driver{ID: driver, Name: "Grace", ByHand: true}, nil, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
}

func TestAPhoneThatSpeaksHTTPIsSeenToComeAndGo(t *testing.T) {
	t.Parallel()
	var f *forgetful
	c := open(t, func(cfg *phones.Config) {
		f = &forgetful{Store: cfg.Store}
		cfg.Store, cfg.Save = f, 20*time.Millisecond
	})
	c.hire(t, "d1")
	oid := c.shelve(t)
	c.assign(t, oid, "d1")
	at := time.Now().Add(-4 * time.Minute)
	step := func(lat, lon float64) {
		at = at.Add(time.Millisecond)
		c.heard(t, "d1", lat, lon, at)
	}
	kinds := func() (all []road.Kind) {
		seen, err := c.Evidence(t.Context(), oid)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range seen {
			all = append(all, e.Kind)
		}
		return all
	}
	step(40.74, -73.99)
	within(t, "the phone to be seen at the restaurant, once the bag is known", func() bool {
		step(40.74, -73.99)
		return f.tried.Load() > 0
	})
	f.keeps.Store(true) // until now nothing was kept, and nothing is lost
	within(t, "that to be kept", func() bool { return slices.Equal(kinds(), []road.Kind{road.AtRestaurant}) })
	dee := ordering.Deed{Driver: "d1", By: ordering.ByDriver("d1")}
	if _, err := c.service.PickUp(t.Context(), oid, 0, dee); err != nil {
		t.Fatal(err)
	}
	if _, err := c.service.Depart(t.Context(), oid, 0, dee, nil); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Minute)
	within(t, "the phone to be seen on its way", func() bool {
		step(40.7421, -73.99)
		return slices.Equal(kinds(), []road.Kind{road.AtRestaurant, road.LeftRestaurant})
	})
	at = at.Add(time.Minute)
	within(t, "the door to be seen", func() bool {
		step(40.7431, -73.9899)
		return slices.Equal(kinds(), []road.Kind{road.AtRestaurant, road.LeftRestaurant, road.AtDoor})
	})
	if p, ok := c.phones.WasAt("d1", at); !ok || road.Metres(p, dispatch.Point{Lat: 40.7431, Lon: -73.9899}) > 10 {
		t.Errorf("%v, %v", p, ok)
	}
	if p, ok := c.phones.WasAt("d1", at.Add(-time.Hour)); ok {
		t.Errorf("an hour ago: %v", p)
	}
	if p, ok := c.phones.WasAt("d9", at); ok {
		t.Errorf("one who was never heard: %v", p)
	}
}

func TestWhatPhonesMayNotSayIsCountedByReason(t *testing.T) {
	t.Parallel()
	var foreign, jumps atomic.Int64
	c := open(t, func(cfg *phones.Config) {
		cfg.Refused = func(code string) {
			switch code {
			case "not_allowed":
				foreign.Add(1)
			case "impossible_jump":
				jumps.Add(1)
			}
		}
	})
	c.hire(t, "d1")
	c.hire(t, "d2")
	p := c.signIn(t, "d1")
	now := time.Now()
	if code := p.is(40.74, -73.99, now.Add(-time.Minute)); code != 0 {
		t.Fatalf("%#x", code)
	}
	p.is(48.85, 2.35, now.Add(-59*time.Second))
	p.says(wire.DriverLocationTopic("d2"), []byte(`{"latitude":40.74,"longitude":-73.99,"timestamp":"2026-07-03T19:30:00Z"}`))
	if foreign.Load() != 1 || jumps.Load() != 1 || c.phones.Stats().Refused["not_allowed"] != 1 {
		t.Errorf("%d foreign, %d jumps, %+v", foreign.Load(), jumps.Load(), c.phones.Stats())
	}
	if _, ok := c.phones.Position("d2"); ok {
		t.Error("somebody else said where d2 is")
	}
}
