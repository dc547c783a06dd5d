package phones_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/wire"
)

func TestAPhoneIsNotFollowedHome(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.hire(t, "d1")
	p := c.signIn(t, "d1")
	at, lat := time.Now().Add(-time.Minute), 40.74
	moves := func() (heard bool) {
		t.Helper()
		at, lat = at.Add(10*time.Millisecond), lat+0.000001
		if code := p.is(lat, -73.99, at); code != 0 {
			t.Fatalf("%#x", code) // no phone learns what becomes of it
		}
		now, _ := c.phones.Position("d1")
		return now.Lat == lat
	}
	if !moves() {
		t.Error("who is about to begin is not seen")
	}
	p.status(wire.Available)
	if !moves() {
		t.Error("who works is not seen")
	}
	p.status(wire.EndOfShift)
	within(t, "the phone to be left alone", func() bool { return !moves() })
	p.status(wire.Available)
	if !moves() {
		t.Error("who begins again is not seen at once")
	}
	p.status(wire.Offline)
	within(t, "the phone to be left alone", func() bool { return !moves() })
	if _, err := c.SetStatus(t.Context(), "d1", wire.Available, time.Now()); err != nil { // by HTTP, or at another core
		t.Fatal(err)
	}
	within(t, "a shift that began elsewhere", moves)
}
