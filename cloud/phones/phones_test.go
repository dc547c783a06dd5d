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
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

func TestAnOrderFindsItsDriverByPhone(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.hire(t, "d1")
	p := c.signIn(t, "d1")
	if a, b := p.status(wire.Available), p.is(40.741, -73.99, time.Now()); a != 0 || b != 0 {
		t.Fatalf("%#x %#x", a, b)
	}
	oid := c.shelve(t)
	offers := func() []wire.Offer { return got[wire.Offer](p, wire.OfferTopic("d1")) }
	within(t, "an offer", func() bool { return len(offers()) > 0 })
	f := offers()[0]
	if f.Order != string(oid) || f.Drop.Name != "Ada" || f.Restaurant.Name != "Pizzeria" || f.CashDue == nil || f.Revoked {
		t.Errorf("%+v", f)
	}
	eta, news := wire.DriverETATopic(f.Order), wire.OrderEventTopic(f.Order)
	if code := p.reads(eta); code < 0x80 {
		t.Errorf("who does not carry the order may follow it: %#x", code)
	}
	if _, err := c.dispatcher.Accept(t.Context(), "d1", f.ID); err != nil {
		t.Fatal(err)
	}
	within(t, "the right to follow the order", func() bool { return p.reads(eta) == 0 || p.reads(eta) == 1 })
	p.reads(news)
	at := time.Now()
	within(t, "an arrival time", func() bool {
		at = at.Add(time.Millisecond)
		_ = c.phones.Heard("d1", wire.DriverLocation{Position: wire.Position{Latitude: 40.7401, Longitude: -73.99}, Timestamp: wire.At(at)})
		return len(got[wire.DriverETA](p, eta)) > 0
	})
	if e := got[wire.DriverETA](p, eta)[0]; e.Driver != "d1" || e.Latest == nil || !e.ETA.After(time.Now()) || e.Position == nil {
		t.Errorf("%+v", e)
	}
	dee := ordering.Deed{Driver: "d1", By: ordering.ByDriver("d1")}
	for _, step := range []func() error{
		func() error { return second(c.service.PickUp(t.Context(), oid, 0, dee)) },
		func() error { return second(c.service.Depart(t.Context(), oid, 0, dee, nil)) },
		func() error { return second(c.service.Deliver(t.Context(), oid, 0, dee)) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	within(t, "word that it is delivered", func() bool {
		return slices.ContainsFunc(got[wire.OrderEvent](p, news), func(e wire.OrderEvent) bool { return e.Status == string(order.StatusDelivered) })
	})
	within(t, "the right to end with the run", func() bool { return p.reads(eta) >= 0x80 })
}

func second[A any](_ A, err error) error { return err }

func TestOnlyDriversAreLetInAndOnlyAsThemselves(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.hire(t, "d1")
	c.hire(t, "d2")
	for _, try := range [][2]string{{"d1", "guess"}, {"d1", c.secrets["d2"]}, {"d9", c.secrets["d1"]}, {"d1", ""}, {"a b", "x"}} {
		if _, code := c.dial(t, try[0], try[1]); code < 0x80 {
			t.Errorf("%q was let in: %#x", try, code)
		}
	}
	p := c.signIn(t, "d1")
	for _, topic := range []string{wire.OfferTopic("d2"), wire.DriverLocationTopic("d2"), "pizza/drivers/+/location", "#", wire.DriverETATopic("x")} {
		if code := p.reads(topic); code < 0x80 {
			t.Errorf("may read %s: %#x", topic, code)
		}
	}
	for _, topic := range []string{wire.DriverLocationTopic("d2"), wire.OfferTopic("d1"), wire.OvenCommandTopic("r1", "oven-1")} {
		if code := p.says(topic, []byte(`{}`)); code < 0x80 {
			t.Errorf("may say %s: %#x", topic, code)
		}
	}
}

func TestAReplacedSecretEndsTheOldPhone(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.hire(t, "d1")
	p := c.signIn(t, "d1")
	again, code := c.dial(t, "d1", c.secrets["d1"]) // from memory
	if code != 0 {
		t.Fatalf("%#x", code)
	}
	<-p.Done()
	secret, err := c.RenewSecret(t.Context(), "d1")
	if err != nil {
		t.Fatal(err)
	}
	c.phones.Dismiss("d1")
	<-again.Done()
	if _, code := c.dial(t, "d1", c.secrets["d1"]); code < 0x80 {
		t.Errorf("the old secret: %#x", code)
	}
	if _, code := c.dial(t, "d1", secret); code != 0 {
		t.Errorf("the new secret: %#x", code)
	}
}

func TestWhatAPhoneSaysIsBelievedOnlyIfItCanBe(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.hire(t, "d1")
	p := c.signIn(t, "d1")
	now := time.Now()
	if code := p.is(40.74, -73.99, now.Add(-10*time.Second)); code != 0 {
		t.Fatalf("%#x", code)
	}
	for what, code := range map[string]byte{
		"a jump to Paris":       p.is(48.85, 2.35, now.Add(-9*time.Second)),
		"yesterday's news":      p.is(40.741, -73.99, now.Add(-11*time.Second)),
		"last week's":           p.is(40.741, -73.99, now.AddDate(0, 0, -7)),
		"the year 2100":         p.is(40.741, -73.99, now.AddDate(74, 0, 0)),
		"the pole and beyond":   p.is(91, 0, now),
		"no fix":                p.is(0, 0, now),
		"garbage":               p.says(wire.DriverLocationTopic("d1"), []byte("\x00\xff")),
		"half of it":            p.says(wire.DriverLocationTopic("d1"), []byte(`{"latitude":1}`)),
		"an unheard-of status":  p.says(wire.DriverStatusTopic("d1"), []byte(`{"status":"flying","timestamp":"2026-07-03T19:30:00Z"}`)),
		"a status without time": p.says(wire.DriverStatusTopic("d1"), []byte(`{"status":"available"}`)),
	} {
		if code != 0x99 {
			t.Errorf("%s: %#x", what, code)
		}
	}
	want := []string{"bad_time", "bad_time", "impossible_jump", "missing_field", "missing_field", "no_fix", "not_newer", "not_utf8", "out_of_range", "unknown_value"}
	if codes := c.letters(t); !slices.Equal(codes, want) {
		t.Errorf("dead letters %q", codes)
	}
	s := c.phones.Stats()
	if s.Refused["impossible_jump"] != 1 || s.Refused["bad_time"] != 2 || len(s.Refused) != 8 || s.Drivers != 1 || s.Broker.Refused != 10 {
		t.Errorf("%+v", s)
	}
	if at, ok := c.phones.Position("d1"); !ok || at.Lat != 40.74 {
		t.Errorf("%+v, %v", at, ok)
	}
	if d, err := c.Driver(t.Context(), "d1"); err != nil || d.Status != wire.Offline {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestAPositionReachesEverybodyWhoFollows(t *testing.T) {
	t.Parallel()
	var f *flaky
	c := open(t, func(cfg *phones.Config) {
		f = &flaky{Store: cfg.Store}
		cfg.Store, cfg.Save = f, time.Hour
	})
	c.hire(t, "d1")
	c.hire(t, "d2")
	p := c.signIn(t, "d1")
	seen, cancel := c.phones.Positions()
	defer cancel()
	began := time.Now().Add(-10 * time.Second)
	for i := range 3 {
		if code := p.is(40.74+float64(i)/10_000, -73.99, began.Add(time.Duration(i)*time.Second)); code != 0 {
			t.Fatalf("%#x", code)
		}
		if at := <-seen; at.Driver != "d1" || at.Lat != 40.74+float64(i)/10_000 || at.Heard.IsZero() {
			t.Errorf("%+v", at)
		}
	}
	c.mu.Lock()
	shared := slices.Clone(c.shared)
	c.mu.Unlock()
	if len(shared) != 3 {
		t.Errorf("other cores are told %+v", shared)
	}
	elsewhere := dispatch.Position{Driver: "d2", Lat: 41, Lon: 2, At: time.Now()}
	c.phones.Learn(elsewhere)
	for _, at := range shared {
		c.phones.Learn(at) // what we said ourselves comes back
	}
	if at := <-seen; at != elsewhere || len(seen) != 0 {
		t.Errorf("%+v, and %d more", at, len(seen))
	}
	if at, ok := c.phones.Position("d2"); !ok || at != elsewhere {
		t.Errorf("%+v, %v", at, ok)
	}
	if _, ok := c.phones.Position("d3"); ok {
		t.Error("a driver who was never seen is somewhere")
	}
	within(t, "dispatch to see that the driver is here", func() bool { return f.saves.Load() > 0 })
	c.stop()
	if d, err := c.Driver(t.Context(), "d1"); err != nil || d.Position.Lat != 40.7402 {
		t.Errorf("the last position is lost at the end: %+v, %v", d, err)
	}
	if n := f.saves.Load(); n > 2 {
		t.Errorf("3 positions went to the database in %d transactions: one to begin with, one at the end", n)
	}
	if d, err := c.Driver(t.Context(), "d2"); err != nil || !d.SeenAt.IsZero() {
		t.Errorf("what another core keeps is kept here too: %+v, %v", d, err)
	}
}

// flaky is a store that fails when it is told to.
type flaky struct {
	phones.Store
	broken atomic.Bool
	failed atomic.Int64
	saves  atomic.Int64
}

var errDatabase = errors.New("no database")

func (f *flaky) SavePositions(ctx context.Context, all []dispatch.Position) error {
	if f.broken.Load() {
		f.failed.Add(1)
		return errDatabase
	}
	f.saves.Add(1)
	return f.Store.SavePositions(ctx, all)
}

func (f *flaky) Bag(ctx context.Context, driver string) ([]dispatch.Order, error) {
	if f.broken.Load() {
		return nil, errDatabase
	}
	return f.Store.Bag(ctx, driver)
}

func TestWithoutADatabaseNobodyIsLetInAndNoPositionIsLost(t *testing.T) {
	t.Parallel()
	var f *flaky
	c := open(t, func(cfg *phones.Config) {
		f = &flaky{Store: cfg.Store}
		cfg.Store, cfg.Save = f, 20*time.Millisecond
	})
	c.hire(t, "d1")
	p := c.signIn(t, "d1")
	f.broken.Store(true)
	if code := p.is(40.74, -73.99, time.Now()); code != 0 {
		t.Fatalf("%#x", code)
	}
	if _, code := c.dial(t, "d1", c.secrets["d1"]); code < 0x80 {
		t.Errorf("let in without knowing what for: %#x", code)
	}
	within(t, "saves that fail", func() bool { return f.failed.Load() > 1 })
	f.broken.Store(false)
	within(t, "the position in the database", func() bool {
		d, err := c.Driver(t.Context(), "d1")
		return err == nil && d.Position.Lat == 40.74
	})
}

func TestADriverWhoSignsOffGivesTheOrderBack(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	c.hire(t, "d1")
	oid := c.shelve(t)
	if _, err := c.service.Assign(t.Context(), oid, 0, ordering.Driver{ID: "d1", Name: "Grace"}, nil, ordering.ByStaff); err != nil {
		t.Fatal(err)
	}
	p := c.signIn(t, "d1")
	if code := p.status(wire.Available); code != 0 {
		t.Fatalf("%#x", code)
	}
	if code := p.status(wire.Offline); code != 0 {
		t.Fatalf("%#x", code)
	}
	within(t, "the order to be free", func() bool {
		r, err := c.Order(t.Context(), oid)
		return err == nil && r.Driver == nil && r.Progress.Delivery == order.Unassigned
	})
}

func TestHTTPIsNoWayAroundTheChecks(t *testing.T) {
	t.Parallel()
	c := open(t, nil)
	for _, l := range []wire.DriverLocation{
		{Timestamp: wire.At(time.Now())},
		{Position: wire.Position{Latitude: 1, Longitude: 181}, Timestamp: wire.At(time.Now())},
		{Position: wire.Position{Latitude: 1, Longitude: 1}},
	} {
		if err := c.phones.Heard("d1", l); !problem.Is(err, problem.Invalid) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	if _, err := phones.New(phones.Config{}); err == nil {
		t.Error("phones without a store")
	}
}
