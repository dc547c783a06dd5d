package api_test

import (
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// span is how wide a range of an answer is.
func span(t testing.TB, from, to any) time.Duration {
	t.Helper()
	var at [2]time.Time
	for i, said := range []any{from, to} {
		s, _ := said.(string)
		var err error
		if at[i], err = time.Parse(time.RFC3339, s); err != nil {
			t.Fatalf("%v is no time", said)
		}
	}
	return at[1].Sub(at[0])
}

// onTheWay has a driver leave with a fresh order; token is the guest's.
func (c *chain) onTheWay(t testing.TB, driver string) (path, token string, left reply) {
	t.Helper()
	a := c.place(t, order.ByDelivery)
	path = "/api/orders/" + string(a.id())
	c.confirm(t, a.id())
	c.cook(t, a.id(), bake...)
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": driver}).is(t, 200)
	left = c.post(t, path+"/start-delivery", nil).is(t, 200)
	return path, strings.TrimPrefix(a.at("tracking_url").(string), "/track/"), left
}

// TestAGuestIsToldOfTheDriverWhoComesAndOfTheRoads: a bicycle is no car, and at this hour all need twice as long as elsewhere.
func TestAGuestIsToldOfTheDriverWhoComesAndOfTheRoads(t *testing.T) {
	t.Parallel()
	learned, from, to := &dispatch.Learned{Base: dispatch.Crow{}}, dispatch.Point{Lat: 40.72, Lon: -73.99}, dispatch.Point{Lat: 40.7431, Lon: -73.9899}
	var paces []dispatch.Pace
	for hour := range 24 {
		paces = append(paces, dispatch.Pace{Corner: dispatch.CornerOf(from), Hour: hour, Reckoned: 1e9, Took: 2e9})
	}
	learned.Know(paces)
	c := open(t, func(d *api.Deps, _ *api.Settings) { d.Travel = learned })
	for _, of := range []struct {
		hire map[string]any
		kmh  float64
	}{
		{map[string]any{"name": "Carl", "vehicle": "car"}, 25},
		{map[string]any{"name": "Berta", "vehicle": "bicycle"}, 15},
		{map[string]any{"name": "Fast Berta", "vehicle": "bicycle", "speed_kmh": 20}, 20},
	} {
		driver := string(c.post(t, "/api/drivers", of.hire).is(t, 201).id())
		c.post(t, "/api/drivers/"+driver+"/location", map[string]any{"latitude": from.Lat, "longitude": from.Lon}).is(t, 204)
		path, token, left := c.onTheWay(t, driver)
		ride := 2 * dispatch.Crow{}.Time(from, to, of.kmh)
		if s, _ := left.at("arrives").(string); span(t, time.Now().Format(time.RFC3339Nano), s) < ride-time.Minute {
			t.Errorf("%v leaves for a ride of %v and arrives at %s", of.hire, ride, s)
		}
		e := next(t, c.follow(t, path+"/track?token="+token, ""), func(e event) bool { return e.name == "driver" && e.data["earliest"] != nil })
		want := time.Duration(float64(ride)*(1.3-0.85)) + dispatch.AtDoor
		guest := span(t, e.data["earliest"], e.data["latest"])
		stops, _ := c.get(t, "/api/drivers/"+driver+"/offers").is(t, 200).at("stops").([]any)
		own, _ := stops[0].(map[string]any)["arrives"].(map[string]any)
		page := span(t, own["from"], own["to"])
		if (guest-want).Abs() > 2*time.Second || (page-want).Abs() > 2*time.Second {
			t.Errorf("%v: the guest is told of %v, the driver of %v, and it is %v", of.hire, guest, page, want)
		}
	}
}

// TestNothingIsReckonedFromWhereSomebodyWasLongAgo: the last position may be of last night.
func TestNothingIsReckonedFromWhereSomebodyWasLongAgo(t *testing.T) {
	t.Parallel()
	var clock ahead
	c := open(t, func(d *api.Deps, s *api.Settings) { d.Clock, s.Heartbeat = &clock, 10*time.Millisecond })
	driver := string(c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201).id())
	at := func(latitude float64) {
		c.post(t, "/api/drivers/"+driver+"/location", map[string]any{"latitude": latitude, "longitude": -73.99}).is(t, 204)
	}
	at(40.743)
	clock.by.Store(int64(10 * time.Minute))
	path, token, left := c.onTheWay(t, driver)
	if left.at("arrives") != nil {
		t.Errorf("it arrives at %v, by where the driver was ten minutes ago", left.at("arrives"))
	}
	staff, guest := c.follow(t, path+"/track", ""), c.follow(t, path+"/track?token="+token, "")
	if e := next(t, staff, named("driver")); e.data["latitude"] != 40.743 || e.data["eta"] != nil {
		t.Errorf("staff is told %v", e.data)
	}
	stops, _ := c.get(t, "/api/drivers/"+driver+"/offers").is(t, 200).at("stops").([]any)
	if len(stops) != 1 || stops[0].(map[string]any)["arrives"] != nil {
		t.Errorf("the driver is told %v", stops)
	}

	clock.by.Store(0)
	at(40.7431)
	first := next(t, guest, func(e event) bool { return e.name == "driver" || e.name == "near" })
	if first.data["latitude"] != 40.7431 || first.data["eta"] == nil {
		t.Fatalf("before anybody knew where the driver is, the guest was told %v", first)
	}
	next(t, guest, named("near"))
	clock.by.Store(int64(10 * time.Minute))
	if e := next(t, guest, named("driver")); e.data["latitude"] != nil || e.data["eta"] != nil {
		t.Errorf("the phone is silent for ten minutes, and the guest is told %v", e.data)
	}
	clock.by.Store(0)
	at(40.70)
	if e := next(t, guest, func(e event) bool { return e.name == "near" || e.name == "driver" && e.data["latitude"] == 40.70 }); e.name == "near" {
		t.Errorf("who is five kilometres away is not near: %v", e.data)
	}
	at(40.7431)
	next(t, guest, named("near")) // again, for it was taken back
}
