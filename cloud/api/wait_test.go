package api_test

import (
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// priorityOf is what the board says of the only order.
func (c *chain) priorityOf(t testing.TB) (is, because string, said bool) {
	t.Helper()
	o, _ := c.get(t, "/api/hq/dispatch?restaurant_id=r1").is(t, 200).at("orders").([]any)
	if len(o) != 1 {
		t.Fatalf("%v", o)
	}
	p := o[0].(map[string]any)["priority"].(map[string]any)
	return p["is"].(string), p["because"].(string), p["said"].(bool)
}

func TestADispatcherPutsAnOrderFirst(t *testing.T) {
	t.Parallel()
	c := open(t)
	oid := c.queued(t)
	prefer := func(of order.ID, p, because string) reply {
		return c.post(t, "/api/hq/dispatch/priority", map[string]any{"order_id": of, "priority": p, "because": because})
	}
	if is, because, said := c.priorityOf(t); is != "usual" || because != "" || said {
		t.Errorf("%s, %s, %v", is, because, said)
	}
	for range 2 {
		if a := prefer(oid, "first", "late again").is(t, 200); a.at("priority") != "first" || a.at("order_id") != string(oid) {
			t.Errorf("%s", a.body)
		}
	}
	if is, because, said := c.priorityOf(t); is != "first" || !strings.Contains(because, "late again") || !said {
		t.Errorf("%s, %s, %v", is, because, said)
	}
	prefer(oid, "usual", "").is(t, 200)
	if is, _, _ := c.priorityOf(t); is != "usual" {
		t.Errorf("%s", is)
	}
	prefer(oid, "urgent", "").refused(t, 422, "invalid_request")
	prefer(oid, "first", strings.Repeat("x", 101)).refused(t, 422, "invalid_request")
	prefer(oid, "first", "a\nb").refused(t, 422, "invalid_request")
	prefer(order.ID(id.New()), "first", "").refused(t, 404, "no_such_order")
	prefer(c.place(t, order.Carryout).id(), "first", "").refused(t, 409, "not_to_deliver")
}

func TestAnIdleDriverSeesWhereToWait(t *testing.T) {
	t.Parallel()
	c := open(t)
	driver := string(c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201).id())
	me := "/api/drivers/" + driver
	says := func(status string) {
		c.call(t, req{"PUT", me + "/status", map[string]any{"status": status}, nil}).is(t, 200)
	}
	near := func() any { return c.get(t, me+"/offers").is(t, 200).at("wait_near") }
	save := func(ago time.Duration) {
		t.Helper()
		w := dispatch.Wait{Driver: driver, Restaurant: "r2", Since: time.Now().Add(-ago), At: time.Now().Add(-ago), Because: []dispatch.Reason{{Key: dispatch.WhyMuch, N: 4, Of: 5}}}
		if err := c.SaveWaits(t.Context(), []string{driver}, []dispatch.Wait{w}); err != nil {
			t.Fatal(err)
		}
	}
	says("available")
	if got := near(); got != nil {
		t.Errorf("%v", got)
	}
	save(0)
	now := time.Now()
	if err := c.SavePositions(t.Context(), []dispatch.Position{{Driver: driver, Lat: 40.741, Lon: -73.99, At: now, Heard: now}}); err != nil {
		t.Fatal(err)
	}
	got, _ := near().(map[string]any)
	if got["restaurant_id"] != "r2" || got["name"] != "Pizzeria Two" || got["because"] != "4 of the 5 deliveries of the last 45 minutes were from there" || got["reasons"].([]any)[0].(map[string]any)["key"] != "much_there" || got["as_of"] == nil || got["latitude"] != 40.75 {
		t.Errorf("%v", got)
	}
	duty := c.get(t, "/api/hq/dispatch?restaurant_id=r1").is(t, 200).at("drivers").([]any)[0].(map[string]any)
	if wait, _ := duty["wait_near"].(map[string]any); wait["restaurant_id"] != "r2" {
		t.Errorf("%v", duty)
	}
	says("on_break")
	if got := near(); got != nil {
		t.Errorf("on a break: %v", got)
	}
	says("available")
	_, offer := c.offer(t, driver)
	if got := near(); got != nil {
		t.Errorf("with an offer: %v", got)
	}
	c.post(t, me+"/offers/"+offer+"/decline", nil).is(t, 200)
	if got := near(); got == nil {
		t.Error("idle again")
	}
	if err := c.SaveWaits(t.Context(), []string{driver}, nil); err != nil {
		t.Fatal(err)
	}
	save(2 * time.Minute) // nobody has said it again: perhaps the process has died
	if got := near(); got != nil {
		t.Errorf("what is old is not shown: %v", got)
	}
}

// TestATripOfTwoRestaurantsIsDoneInItsSequence: an order of each, the second fetched before any door, or behind the first door.
func TestATripOfTwoRestaurantsIsDoneInItsSequence(t *testing.T) {
	t.Parallel()
	c := open(t)
	for name, fetch := range map[string]int{"before all doors": 0, "behind a door": 1} {
		driver := string(c.post(t, "/api/drivers", map[string]any{"name": name}).is(t, 201).id())
		me, now, trip := "/api/drivers/"+driver, time.Now().UTC().Truncate(time.Millisecond), id.New()
		c.call(t, req{"PUT", me + "/status", map[string]any{"status": "available"}, nil}).is(t, 200)
		c.post(t, me+"/location", map[string]any{"latitude": 40.741, "longitude": -73.99}).is(t, 204)
		var ids []order.ID
		for i, restaurant := range []string{"r1", "r2"} {
			of := basket(order.ByDelivery)
			of["restaurant_id"] = restaurant
			oid := c.post(t, "/api/orders", of).is(t, 201).id()
			c.confirm(t, oid)
			c.cook(t, oid, bake...)
			f := dispatch.Offer{
				ID: id.New(), Order: oid, Driver: driver, Trip: trip, Stop: i, State: dispatch.Open, Created: now, Expires: now.Add(time.Minute),
				ArriveAt: now.Add(time.Duration(i) * 10 * time.Minute),
			}
			if i == 1 {
				f.Fetch = fetch
			}
			if made, err := c.CreateOffers(t.Context(), []dispatch.Offer{f}); err != nil || len(made) != 1 {
				t.Fatalf("%d offers: %v", len(made), err)
			}
			c.post(t, me+"/offers/"+f.ID+"/accept", nil).is(t, 200)
			ids = append(ids, oid)
		}
		stops := func() (got []order.ID, first map[string]any) {
			all, _ := c.get(t, me+"/offers").is(t, 200).at("stops").([]any)
			for _, s := range all {
				got = append(got, order.ID(s.(map[string]any)["order_id"].(string)))
			}
			return got, all[0].(map[string]any)
		}
		if got, first := stops(); got[0] != ids[0] || first["fetch_after"] != 0.0 {
			t.Errorf("%s: at first %v, of %v", name, got, ids)
		}
		c.call(t, req{"PUT", "/api/orders/" + string(ids[0]) + "/status", map[string]any{"status": "PickedUp"}, nil}).is(t, 200)
		if got, _ := stops(); (got[0] == ids[1]) != (fetch == 0) {
			t.Errorf("%s: then %v, of %v", name, got, ids)
		}
	}
}
