package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

func TestADriveCountsOnceWhoeverTellsOfIt(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	left := time.Date(2026, 7, 3, 18, 30, 0, 0, time.UTC)
	drive := func(took time.Duration) dispatch.Drive {
		return dispatch.Drive{Order: order.ID(id.New()), From: dispatch.Point{Lat: -33.86, Lon: 151.2}, Left: left, Reckoned: 10 * time.Minute, Took: took}
	}
	first, second := drive(20*time.Minute), drive(10*time.Minute)
	for _, s := range []*chain{c, other, c} {
		if err := s.SaveDrives(t.Context(), []dispatch.Drive{first, second}); err != nil {
			t.Fatal(err)
		}
	}
	paces, err := other.Paces(t.Context())
	if err != nil || len(paces) != 1 || paces[0].Corner != (dispatch.Corner{Lat: -339, Lon: 1512}) || paces[0].Hour != 18 {
		t.Fatalf("%+v, %v", paces, err)
	}
	if p := paces[0]; p.Reckoned < 1190 || p.Reckoned > 1200 || p.Took < 1790 || p.Took > 1800 {
		t.Errorf("%+v", p)
	}
}

func TestAFirstDoorTeachesHowLongItTakes(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 1)
	f := c.ask(t, ids[0], "d1", time.Now())
	if _, err := c.AcceptOffer(t.Context(), "d1", f.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	r := c.order(t, ids[0])
	if _, ok := c.DriveOf(t.Context(), &r, dispatch.Crow{}); ok {
		t.Error("it is not there yet")
	}
	deed := ordering.Deed{Driver: "d1", By: ordering.ByDriver("d1")}
	_, picked := c.service.PickUp(t.Context(), ids[0], 0, deed)
	_, departed := c.service.Depart(t.Context(), ids[0], 0, deed, nil)
	_, delivered := c.service.Deliver(t.Context(), ids[0], 0, deed)
	if err := errors.Join(picked, departed, delivered); err != nil {
		t.Fatal(err)
	}
	r = c.order(t, ids[0])
	if d, ok := c.DriveOf(t.Context(), &r, dispatch.Crow{}); !ok || d.Order != ids[0] || d.Reckoned <= 0 || d.From.Lat != 40.74 {
		t.Errorf("%+v, %v", d, ok)
	}
	r.Driver.ByHand = true
	if _, ok := c.DriveOf(t.Context(), &r, dispatch.Crow{}); ok {
		t.Error("who knows where that driver came from")
	}
}

// TestADriveIsHeldAgainstWhatItsDriverNeeds: who cycles must not teach the cars of his corner that they are slow.
func TestADriveIsHeldAgainstWhatItsDriverNeeds(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 2)
	for driver, v := range map[string]dispatch.Vehicle{"d1": dispatch.Bicycle, "d2": dispatch.Car} {
		if _, err := c.ChangeDriver(t.Context(), driver, func(d *dispatch.Driver) { d.Vehicle = v }); err != nil {
			t.Fatal(err)
		}
	}
	var reckoned [2]time.Duration
	for i, driver := range []string{"d1", "d2"} {
		f := c.ask(t, ids[i], driver, time.Now())
		if _, err := c.AcceptOffer(t.Context(), driver, f.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
		deed := ordering.Deed{Driver: driver, By: ordering.ByDriver(driver)}
		_, picked := c.service.PickUp(t.Context(), ids[i], 0, deed)
		_, departed := c.service.Depart(t.Context(), ids[i], 0, deed, nil)
		_, delivered := c.service.Deliver(t.Context(), ids[i], 0, deed)
		r := c.order(t, ids[i])
		d, ok := c.DriveOf(t.Context(), &r, dispatch.Crow{})
		if err := errors.Join(picked, departed, delivered); err != nil || !ok {
			t.Fatal(err, ok)
		}
		reckoned[i] = d.Reckoned
	}
	if ratio := reckoned[0].Seconds() / reckoned[1].Seconds(); ratio < 1.66 || ratio > 1.67 {
		t.Errorf("by bicycle %v, by car %v", reckoned[0], reckoned[1])
	}
}

// TestCoresThatKeepTheSameDrivesInAnyOrderKeepThemAll: every core hears of each, and none has to lose its own for another's.
func TestCoresThatKeepTheSameDrivesInAnyOrderKeepThemAll(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	other := openChain(t, c.url)
	var all []dispatch.Drive
	for i := range 120 {
		all = append(all, dispatch.Drive{
			Order: order.ID(id.New()), From: dispatch.Point{Lat: float64(i % 7), Lon: float64(i % 5)}, Left: time.Date(2026, 7, 3, i%24, 0, 0, 0, time.UTC),
			Reckoned: 10 * time.Minute, Took: 10 * time.Minute,
		})
	}
	done := make(chan error, 8)
	for i := range cap(done) {
		mine := slices.Clone(all)
		if i%2 == 1 {
			slices.Reverse(mine)
		}
		s := []*chain{c, other}[i%2]
		go func() { done <- s.SaveDrives(t.Context(), mine) }()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	paces, err := c.Paces(t.Context())
	took := 0.0
	for _, p := range paces {
		took += p.Took
	}
	if err != nil || took < 0.98*120*600 || took > 120*600 {
		t.Errorf("%v seconds of 120 drives of ten minutes, %v", took, err)
	}
}

func TestAKitchenIsToldWhenItsDriverComes(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 1, 1)
	d, at := c.ForDispatch(), time.Now().Add(20*time.Minute).UTC().Truncate(time.Second)
	before := c.order(t, ids[0]).Version
	if err := d.Expect(t.Context(), ids[0], "d1", at); err != nil || c.order(t, ids[0]).Version != before {
		t.Errorf("a driver who has not agreed to come: %v", err)
	}
	if err := d.Expect(t.Context(), ids[0], "", at); err != nil {
		t.Fatal(err)
	}
	s, err := d.DispatchSnapshot(t.Context(), time.Now(), all)
	if err != nil || !s.Orders[0].Arrives.Equal(at) || c.order(t, ids[0]).Arrives != nil {
		t.Errorf("%+v, %v", s.Orders, err)
	}
	c.give(t, ids[0], "d1")
	if got := c.order(t, ids[0]); got.Expected != nil {
		t.Errorf("with a driver nobody else is expected: %v", got.Expected)
	}
	if err := d.Expect(t.Context(), ids[0], "d1", at); err != nil || !c.order(t, ids[0]).Arrives.Equal(at) {
		t.Errorf("%v", err)
	}
}
