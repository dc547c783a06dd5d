package store_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/order"
)

// lookAt is what a process that has just started sees at a time, planned without the dice that name trips.
func lookAt(t *testing.T, c *chain, now time.Time) (dispatch.Snapshot, dispatch.Plan) {
	t.Helper()
	s, err := c.ForDispatch().DispatchSnapshot(t.Context(), now, all)
	if err != nil {
		t.Fatal(err)
	}
	s.Travel = dispatch.Crow{}
	for i := range s.Drivers {
		s.Drivers[i].SeenAt, s.Drivers[i].Position = now, dispatch.Point{Lat: 40.741 + 0.004*float64(i), Lon: -73.99}
	}
	return s, dispatch.Planner{Weights: dispatch.Usual(), Name: func(_ *dispatch.Snapshot, driver string) string { return driver }}.Plan(s)
}

func TestWhoTakesAZoneOverPlansAsWhoHadIt(t *testing.T) {
	t.Parallel()
	c, _ := menuOf(t, 6, 2)
	now := time.Now().UTC().Truncate(time.Millisecond).Add(2 * time.Minute) // what was ordered is told minute by minute
	s, first := lookAt(t, c, now)
	if len(first.Routes) == 0 || len(s.Last) != 0 || len(s.Placings) != 6 {
		t.Fatalf("%+v of %d placings, after %+v", first.Routes, len(s.Placings), s.Last)
	}
	if err := c.SaveRoutes(t.Context(), now, []string{"d1", "d2"}, first.Routes); err != nil {
		t.Fatal(err)
	}
	other := openChain(t, c.url) // the one that has planned is dead: nothing of it is left but its database
	c.Close()
	s, second := lookAt(t, other, now)
	if diff := cmp.Diff(first.Routes, s.Last); diff != "" {
		t.Fatal(diff)
	}
	if _, again := lookAt(t, openChain(t, c.url), now); !reflect.DeepEqual(second, again) {
		t.Errorf("two processes plan the same in two ways:\n%s", cmp.Diff(second, again))
	}
	if second.Cost > first.Cost {
		t.Errorf("a plan that begins with one of %.3f minutes has %.3f", first.Cost, second.Cost)
	}
}

func TestTheLaterPlanIsKeptWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for _, d := range []string{"d1", "d2", "d3"} {
		c.hire(t, d)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	route := func(driver string, until time.Duration, bags ...[]order.ID) dispatch.Route {
		return dispatch.Route{Driver: driver, Until: now.Add(until), Bags: bags}
	}
	kept := func(want ...dispatch.Route) {
		t.Helper()
		s, err := c.ForDispatch().DispatchSnapshot(t.Context(), now, all)
		if diff := cmp.Diff(want, s.Last); err != nil || diff != "" {
			t.Error(err, diff)
		}
	}
	save := func(at time.Duration, drivers []string, routes ...dispatch.Route) error {
		return c.SaveRoutes(t.Context(), now.Add(at), drivers, routes)
	}
	one, two := route("d1", time.Hour, []order.ID{"a", "b"}, []order.ID{"c"}), route("d2", time.Minute, []order.ID{"d"})
	if err := save(0, []string{"d1", "d2"}, one, two); err != nil {
		t.Fatal(err)
	}
	kept(one, two)
	if err := save(-time.Second, []string{"d1", "d2", "d3"}, route("d1", 0, []order.ID{"x"})); err != nil { // by a process that was slow
		t.Fatal(err)
	}
	kept(one, two)
	if err := save(time.Second, []string{"d1", "d2"}, route("d2\x00", 0, []order.ID{"x"})); err == nil { // one row cannot be: none is
		t.Error("a driver of no name is kept")
	}
	kept(one, two)
	next := route("d3", time.Hour, []order.ID{"c"})
	if err := save(time.Second, []string{"d1", "d3"}, next); err != nil {
		t.Fatal(err)
	}
	kept(two, next)
	c.sql(t, `UPDATE routes SET bags = '{"not": "bags"}' WHERE driver = 'd3'`)
	kept(two)
	if err := c.Tidy(t.Context(), now.Add(25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	kept()
	if err := save(2*time.Second, nil); err != nil {
		t.Error(err)
	}
}

var _ dispatch.Routes = (*store.Store)(nil)
