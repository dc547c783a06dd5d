package api_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

func TestADriverIsRegisteredOnceAndSeesTheSecretOnce(t *testing.T) {
	t.Parallel()
	c := open(t)
	key := map[string]string{"Idempotency-Key": "hire-dora"}
	body := map[string]any{"name": "Dora", "vehicle": "scooter", "restaurant_id": "r1"}
	first := c.call(t, req{"POST", "/api/drivers", body, key}).is(t, 201)
	if s, _ := first.at("secret").(string); len(s) < 20 || first.header.Get("Location") != "/api/drivers/"+string(first.id()) {
		t.Errorf("%v %s", first.header, first.body)
	}
	again := c.call(t, req{"POST", "/api/drivers", body, key}).is(t, 201)
	if again.id() != first.id() || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%s", again.body)
	}
	c.call(t, req{"POST", "/api/drivers", map[string]any{"name": "Eve"}, key}).refused(t, 422, "idempotency_mismatch")
	c.post(t, "/api/drivers", map[string]any{"name": "Eve", "restaurant_id": "r9"}).refused(t, 422, "invalid_driver")
	c.post(t, "/api/drivers", map[string]any{"name": "Eve", "vehicle": "unicycle"}).refused(t, 422, "invalid_request")

	if a := c.get(t, "/api/drivers/"+string(first.id())).is(t, 200); a.at("secret") != nil || a.at("vehicle") != "scooter" || a.at("position") != nil || a.at("status_at") != nil {
		t.Errorf("%s", a.body)
	}
	for path, want := range map[string]int{"/api/drivers": 1, "/api/drivers?restaurant_id=r1": 1, "/api/drivers?restaurant_id=r2": 0} {
		if all, _ := c.get(t, path).is(t, 200).at("drivers").([]any); len(all) != want {
			t.Errorf("%s: %d drivers", path, len(all))
		}
	}
}

func TestADriverSaysWhatHeIsUpTo(t *testing.T) {
	t.Parallel()
	c := open(t)
	me := "/api/drivers/" + string(c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201).id())
	put := func(status string, at time.Time) reply {
		return c.call(t, req{"PUT", me + "/status", map[string]any{"status": status, "timestamp": at.Format(time.RFC3339Nano)}, nil})
	}
	now := time.Now()
	if a := put("available", now).is(t, 200); a.at("status") != "available" || !instant.MatchString(a.at("timestamp").(string)) {
		t.Errorf("%s", a.body)
	}
	if a := put("offline", now.Add(-time.Minute)).is(t, 200); a.at("status") != "available" {
		t.Errorf("something older was believed: %s", a.body)
	}
	put("available", now.Add(time.Hour)).refused(t, 422, "bad_time")
	put("asleep", now).refused(t, 422, "invalid_request")
	if a := c.get(t, me+"/status").is(t, 200); a.at("status") != "available" {
		t.Errorf("%s", a.body)
	}
	c.post(t, me+"/location", map[string]any{"latitude": 0, "longitude": 0}).refused(t, 422, "no_fix")
	c.post(t, me+"/location", map[string]any{"latitude": 91, "longitude": 0}).refused(t, 422, "invalid_request")
	c.post(t, "/api/drivers/nobody/location", map[string]any{"latitude": 40.7, "longitude": -73.9}).refused(t, 404, "no_such_driver")
}

// offer asks a driver to bring a fresh order.
func (c *chain) offer(t testing.TB, driver string) (order.ID, string) {
	t.Helper()
	oid := c.place(t, order.ByDelivery).id()
	c.confirm(t, oid)
	now := time.Now().UTC().Truncate(time.Millisecond)
	made, err := c.CreateOffers(t.Context(), []dispatch.Offer{{
		ID: id.New(), Order: oid, Driver: driver, State: dispatch.Open, Created: now, Expires: now.Add(time.Minute), ArriveAt: now, Because: []dispatch.Reason{{Key: dispatch.WhySaid, Name: "a test"}},
	}})
	if err != nil || len(made) != 1 {
		t.Fatalf("%d offers: %v", len(made), err)
	}
	return oid, made[0].ID
}

// trip asks a driver for a trip of so many doors.
func (c *chain) trip(t testing.TB, driver string, doors int) (trip string, offers []string, orders []order.ID) {
	t.Helper()
	trip = id.New()
	now := time.Now().UTC().Truncate(time.Millisecond)
	var all []dispatch.Offer
	for i := range doors {
		oid := c.place(t, order.ByDelivery).id()
		c.confirm(t, oid)
		orders = append(orders, oid)
		all = append(all, dispatch.Offer{
			ID: id.New(), Order: oid, Driver: driver, Trip: trip, Stop: i, State: dispatch.Open, Created: now, Expires: now.Add(time.Minute), ArriveAt: now,
		})
	}
	made, err := c.CreateOffers(t.Context(), all)
	if err != nil || len(made) != doors {
		t.Fatalf("%d offers: %v", len(made), err)
	}
	for _, f := range made {
		offers = append(offers, f.ID)
	}
	return trip, offers, orders
}

func TestADriverAnswersATripAsOneAct(t *testing.T) {
	t.Parallel()
	c := open(t)
	driver := string(c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201).id())
	me := "/api/drivers/" + driver
	c.call(t, req{"PUT", me + "/status", map[string]any{"status": "available"}, nil}).is(t, 200)
	trip, offers, orders := c.trip(t, driver, 2)
	all, _ := c.get(t, me+"/offers").is(t, 200).at("offers").([]any)
	if len(all) != 2 || all[0].(map[string]any)["trip"] != trip || all[0].(map[string]any)["doors"] != 2.0 {
		t.Fatalf("offers %v", all)
	}
	act := func(verb, key string, body any) reply {
		return c.call(t, req{"POST", me + "/trips/" + trip + "/" + verb, body, map[string]string{"Idempotency-Key": key}})
	}
	act("accept", "a", map[string]any{"offers": []string{offers[0], id.New()}}).refused(t, 404, "no_such_offer")
	act("accept", "a", map[string]any{"offers": []string{}}).refused(t, 422, "invalid_request")
	act("accept", "a", map[string]any{"offers": make([]string, 17)}).refused(t, 422, "invalid_request")
	for range 2 {
		a := act("accept", "b", map[string]any{"offers": offers, "at": time.Now().UTC().Format(time.RFC3339Nano)}).is(t, 200)
		if taken, _ := a.at("offers").([]any); len(taken) != 2 || a.at("state") != "accepted" || a.at("trip") != trip {
			t.Errorf("%s", a.body)
		}
	}
	for _, oid := range orders {
		if a := c.get(t, "/api/orders/"+string(oid)).is(t, 200); a.at("delivery", "driver", "id") != driver {
			t.Errorf("%s", a.body)
		}
	}
	act("decline", "b", nil).refused(t, 422, "idempotency_mismatch")
	act("decline", "c", nil).refused(t, 409, "offer_over")
	act("accept", "", nil).is(t, 200)
	c.post(t, me+"/trips/"+id.New()+"/accept", nil).refused(t, 404, "no_such_trip")
	c.post(t, me+"/trips/x/accept", nil).refused(t, 404, "no_such_trip")
}

func TestADriverAnswersOffers(t *testing.T) {
	t.Parallel()
	c := open(t)
	driver := string(c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201).id())
	me := "/api/drivers/" + driver
	c.call(t, req{"PUT", me + "/status", map[string]any{"status": "available"}, nil}).is(t, 200)
	_, offer := c.offer(t, driver)
	if all, _ := c.get(t, me+"/offers").is(t, 200).at("offers").([]any); len(all) != 1 || all[0].(map[string]any)["id"] != offer {
		t.Errorf("offers %v", all)
	}
	if a := c.post(t, me+"/offers/"+offer+"/decline", nil).is(t, 200); a.at("state") != "declined" {
		t.Errorf("%s", a.body)
	}
	c.post(t, me+"/offers/"+offer+"/accept", nil).refused(t, 409, "offer_over")
	c.post(t, me+"/offers/"+id.New()+"/accept", nil).refused(t, 404, "no_such_offer")

	oid, offer := c.offer(t, driver)
	for range 2 { // phones repeat themselves
		if a := c.post(t, me+"/offers/"+offer+"/accept", nil).is(t, 200); a.at("state") != "accepted" || a.at("order_id") != string(oid) {
			t.Errorf("%s", a.body)
		}
	}
	a := c.get(t, me+"/offers").is(t, 200)
	stops, _ := a.at("stops").([]any)
	if len(stops) != 1 {
		t.Fatalf("%s", a.body)
	}
	stop := stops[0].(map[string]any)
	if cash, _ := stop["cash_due"].(map[string]any); stop["order_id"] != string(oid) || cash["currency"] != "USD" {
		t.Errorf("%v", stop)
	}
	if a := c.get(t, "/api/orders/"+string(oid)).is(t, 200); a.at("delivery", "driver", "id") != driver {
		t.Errorf("%s", a.body)
	}
}

func TestAShiftThatEndsIsPlannedWith(t *testing.T) {
	t.Parallel()
	c := open(t)
	end := func(in time.Duration) string { return time.Now().Add(in).UTC().Format("2006-01-02T15:04:05.000Z") }
	tonight := end(6 * time.Hour)
	body := map[string]any{"name": "Dora", "vehicle": "bicycle", "shift_end": tonight, "speed_kmh": 17.5}
	key := map[string]string{"Idempotency-Key": "hire-dora"}
	a := c.call(t, req{"POST", "/api/drivers", body, key}).is(t, 201)
	if a.at("shift_end") != tonight || a.at("speed_kmh") != 17.5 {
		t.Errorf("%s", a.body)
	}
	id := string(a.id())
	say := func(change map[string]any) reply {
		return c.call(t, req{"PATCH", "/api/hq/drivers/" + id, change, nil})
	}
	later := end(8 * time.Hour)
	if a := say(map[string]any{"shift_end": later, "vehicle": "car"}).is(t, 200); a.at("shift_end") != later || a.at("vehicle") != "car" || a.at("speed_kmh") != 17.5 || a.at("name") != "Dora" {
		t.Errorf("%s", a.body)
	}
	if a := say(map[string]any{"speed_kmh": 0}).is(t, 200); a.at("shift_end") != later || a.at("speed_kmh") != 0.0 {
		t.Errorf("what was left out has changed: %s", a.body)
	}
	if a := say(map[string]any{}).is(t, 200); a.at("shift_end") != later {
		t.Errorf("%s", a.body)
	}
	if a := say(map[string]any{"shift_end": nil, "phone": "+12025550123"}).is(t, 200); a.at("shift_end") != nil || a.at("phone") != "+12025550123" {
		t.Errorf("%s", a.body)
	}
	for code, change := range map[string]map[string]any{
		"a shift that is over": {"shift_end": end(-time.Minute)}, "the day after the day after tomorrow": {"shift_end": end(72 * time.Hour)}, "another house": {"restaurant_id": "r9"},
	} {
		if got := say(change); got.status != 422 {
			t.Errorf("%s: %d", code, got.status)
		} else {
			got.refused(t, 422, "invalid_driver")
		}
	}
	say(map[string]any{"shift_end": "tonight"}).refused(t, 422, "invalid_request")
	say(map[string]any{"speed_kmh": 1000}).refused(t, 422, "invalid_request")
	say(map[string]any{"secret": "x"}).refused(t, 422, "unknown_field")
	c.call(t, req{"PATCH", "/api/hq/drivers/nobody", map[string]any{"name": "Eve"}, nil}).refused(t, 404, "no_such_driver")
	if a := c.call(t, req{"POST", "/api/drivers", body, key}).is(t, 201); string(a.id()) != id || a.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the same again: %s", a.body)
	}

	on := map[string]any{"status": "available", "shift_end": tonight}
	c.call(t, req{"PUT", "/api/drivers/" + id + "/status", on, nil}).is(t, 200)
	if a := c.get(t, "/api/drivers/"+id).is(t, 200); a.at("shift_end") != tonight || a.at("status") != "available" {
		t.Errorf("%s", a.body)
	}
	on["shift_end"] = end(-time.Hour)
	c.call(t, req{"PUT", "/api/drivers/" + id + "/status", on, nil}).refused(t, 422, "invalid_driver")
}

func TestOnlyStaffSaysAnewWhoADriverIs(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	c.call(t, req{"PATCH", "/api/hq/drivers/" + driver, map[string]any{"speed_kmh": 30}, bearer(key)}).refused(t, 403, "forbidden")
	c.call(t, req{"PATCH", "/api/hq/drivers/" + driver, map[string]any{"speed_kmh": 30}, nil}).refused(t, 401, "unauthorized")
	c.call(t, req{"PATCH", "/api/hq/drivers/" + driver, map[string]any{"speed_kmh": 30}, bearer(secret)}).is(t, 200)
}
