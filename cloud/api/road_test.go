package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// brings has a driver take an order out; the path is the order's, as is how that driver signs in.
func (c *chain) brings(t testing.TB, driver, key string) (path string, id order.ID) {
	t.Helper()
	id = c.place(t, order.ByDelivery).id()
	return c.takesOut(t, id, driver, key), id
}

// takesOut has a driver take out an order that was placed.
func (c *chain) takesOut(t testing.TB, id order.ID, driver, key string) (path string) {
	t.Helper()
	staff := bearer(secret)
	path = "/api/orders/" + string(id)
	c.call(t, req{"POST", path + "/confirm", nil, staff}).is(t, 200)
	c.cook(t, id, bake...)
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": driver}, staff}).is(t, 200)
	c.call(t, req{"POST", path + "/start-delivery", nil, bearer(key)}).is(t, 200)
	return path
}

func (c *chain) dora(t testing.TB) (driver, key string) {
	t.Helper()
	d := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": "Dora", "restaurant_id": "r1"}, bearer(secret)}).is(t, 201)
	key, _ = d.at("secret").(string)
	return string(d.id()), key
}

func minor(a reply, path ...string) int64 {
	n, _ := a.at(append(path, "minor")...).(float64)
	return int64(n)
}

func TestADriversCashAddsUpFromCheckInToCheckOut(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	me, as := "/api/drivers/"+driver+"/bag", bearer(key)
	if a := c.call(t, req{"GET", me, nil, as}).is(t, 200); a.at("currency") != "USD" || a.at("bag") != nil {
		t.Fatalf("%s", a.body)
	}
	drop := map[string]any{"id": id.New(), "amount_minor": 500}
	c.call(t, req{"POST", me + "/drops", drop, as}).refused(t, 404, "no_open_bag")
	bag := map[string]any{"id": id.New(), "float_minor": 2000, "at": clock.Format(time.Now().Add(-time.Hour))}
	c.call(t, req{"POST", me, bag, as}).is(t, 201)
	c.call(t, req{"POST", me, bag, as}).is(t, 200) // phones repeat themselves
	c.call(t, req{"POST", me, map[string]any{"id": id.New(), "float_minor": 1}, as}).refused(t, 409, "bag_open")
	c.call(t, req{"POST", me, map[string]any{"id": bag["id"], "float_minor": 1}, as}).refused(t, 422, "bad_id")

	path, _ := c.brings(t, driver, key)
	c.call(t, req{"POST", path + "/complete-delivery", nil, as}).is(t, 200)
	for range 2 {
		c.call(t, req{"POST", me + "/drops", drop, as}).is(t, 200)
	}
	c.call(t, req{"POST", me + "/drops", map[string]any{"id": drop["id"], "amount_minor": 1}, as}).refused(t, 422, "bad_id")
	c.call(t, req{"POST", me + "/drops", map[string]any{"id": id.New(), "amount_minor": 0}, as}).refused(t, 422, "invalid_request")

	a := c.call(t, req{"GET", me, nil, as}).is(t, 200)
	paid := minor(a, "bag", "collected")
	if paid <= 0 || minor(a, "bag", "expected") != 2000+paid-500 || a.at("bag", "difference") != nil {
		t.Errorf("%s", a.body)
	}
	out := map[string]any{"bag_id": bag["id"], "counted_minor": 2000 + paid - 600, "note": "gave change wrongly"}
	for range 2 {
		if a := c.call(t, req{"POST", me + "/check-out", out, as}).is(t, 200); minor(a, "difference") != -100 || a.at("note") != "gave change wrongly" {
			t.Errorf("%s", a.body)
		}
	}
	out["counted_minor"] = 1
	c.call(t, req{"POST", me + "/check-out", out, as}).refused(t, 409, "bag_closed")
	c.call(t, req{"POST", me + "/check-out", map[string]any{"bag_id": id.New(), "counted_minor": 1}, as}).refused(t, 404, "no_such_bag")
	c.call(t, req{"POST", me, map[string]any{"id": id.New(), "float_minor": 0}, as}).is(t, 201)

	for query, want := range map[string]int{"": 2, "?open=true": 1} {
		all, _ := c.call(t, req{"GET", "/api/restaurants/r1/bags" + query, nil, bearer(secret)}).is(t, 200).at("bags").([]any)
		if len(all) != want {
			t.Errorf("HQ sees %d bags, not %d", len(all), want)
		}
	}
	c.call(t, req{"GET", "/api/restaurants/r1/bags", nil, as}).refused(t, 403, "forbidden")
	_, other := c.dora(t)
	c.call(t, req{"GET", me, nil, bearer(other)}).refused(t, 403, "bad_login")
}

func TestADifferenceInTheBagCanBeExplainedLaterAndOnce(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	me, as := "/api/drivers/"+driver+"/bag", bearer(key)
	bag := id.New()
	c.call(t, req{"POST", me, map[string]any{"id": bag, "float_minor": 2000}, as}).is(t, 201)
	say := func(counted int, note string) reply {
		return c.call(t, req{"POST", me + "/check-out", map[string]any{"bag_id": bag, "counted_minor": counted, "note": note}, as})
	}
	noted := func(a reply, note string) {
		t.Helper()
		if a.is(t, 200); a.at("note") != note || minor(a, "difference") != -77 {
			t.Errorf("%s", a.body)
		}
	}
	noted(say(1923, ""), "")
	noted(say(1923, ""), "")
	say(1900, "I counted wrongly").refused(t, 409, "bag_closed")
	noted(say(1923, " a guest had no change "), "a guest had no change")
	noted(say(1923, "a guest had no change"), "a guest had no change")
	noted(say(1923, ""), "a guest had no change")
	say(1923, "something else").refused(t, 409, "bag_explained")
	if a := c.call(t, req{"GET", me, nil, as}).is(t, 200); a.at("bag", "note") != "a guest had no change" {
		t.Errorf("%s", a.body)
	}
	_, other := c.dora(t)
	c.call(t, req{"POST", me + "/check-out", map[string]any{"bag_id": bag, "counted_minor": 1923, "note": "x"}, bearer(other)}).refused(t, 403, "bad_login")
}

var picture = append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), bytes.Repeat([]byte{7}, 1000)...)

func TestWhatShowsThatAGuestHasTheFoodIsKept(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	path, oid := c.brings(t, driver, key)
	prove := func(body map[string]any, key string) reply {
		return c.call(t, req{"POST", path + "/proof", body, bearer(key)})
	}
	photo := map[string]any{"kind": "photo", "photo": base64.StdEncoding.EncodeToString(picture)}
	for range 2 {
		if a := prove(photo, key).is(t, 200); a.at("kind") != "photo" || a.at("by") != driver {
			t.Errorf("%s", a.body)
		}
	}
	prove(map[string]any{"kind": "photo", "photo": base64.StdEncoding.EncodeToString(picture[:100])}, key).refused(t, 409, "proof_exists")
	prove(map[string]any{"kind": "photo", "photo": base64.StdEncoding.EncodeToString([]byte("<svg/>"))}, key).refused(t, 422, "bad_proof")
	prove(map[string]any{"kind": "name", "name": "Ada's neighbour"}, key).is(t, 200)
	prove(map[string]any{"kind": "code", "code": "x"}, key).refused(t, 422, "wrong_code")
	r, err := c.Order(t.Context(), oid)
	if err != nil {
		t.Fatal(err)
	}
	tracked := c.call(t, req{"GET", "/api/track/" + r.Token + "/door-code", nil, nil}).is(t, 200)
	if tracked.at("code") != road.DoorCode(&r) {
		t.Errorf("the guest is shown %s", tracked.body)
	}
	c.get(t, "/api/track/"+string(oid)+"/door-code").refused(t, 404, "no_such_order")
	prove(map[string]any{"kind": "code", "code": tracked.at("code")}, key).is(t, 200)
	_, other := c.dora(t)
	prove(photo, other).refused(t, 403, "not_your_order")

	staff := bearer(secret)
	if all, _ := c.call(t, req{"GET", path + "/proof", nil, staff}).is(t, 200).at("proofs").([]any); len(all) != 3 {
		t.Errorf("%v", all)
	}
	if a := c.call(t, req{"GET", path + "/proof/photo", nil, staff}).is(t, 200); !bytes.Equal(a.body, picture) || a.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v", a.header)
	}
	c.call(t, req{"GET", path + "/proof/photo", nil, bearer(key)}).refused(t, 403, "forbidden")
	if err := c.Tidy(t.Context(), time.Now().AddDate(0, 2, 0)); err != nil {
		t.Fatal(err)
	}
	c.call(t, req{"GET", path + "/proof/photo", nil, staff}).refused(t, 404, "no_proof")
}

func TestADeliveryMarkedFarFromTheDoorIsRecordedAsSuch(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	staff := bearer(secret)
	end := func(here map[string]any, verb string, locate bool) map[string]any {
		path, _ := c.brings(t, driver, key)
		if locate {
			c.call(t, req{"POST", "/api/drivers/" + driver + "/location", map[string]any{"latitude": 40.7611, "longitude": -73.9899}, bearer(key)}).is(t, 204)
		}
		a := c.call(t, req{"POST", path + verb, here, bearer(key)}).is(t, 200)
		steps, _ := a.at("timeline").([]any)
		step, _ := steps[len(steps)-1].(map[string]any)
		return step
	}
	if s := end(map[string]any{}, "/complete-delivery", false); s["from_door_m"] != nil || s["afar"] != false {
		t.Errorf("of a phone nobody has seen: %v", s)
	}
	if s := end(map[string]any{"latitude": 40.7431, "longitude": -73.9899}, "/complete-delivery", false); s["from_door_m"] != 0.0 || s["afar"] != false {
		t.Errorf("by the phone's own word: %v", s)
	}
	for verb, body := range map[string]map[string]any{"/complete-delivery": {"latitude": 40.7431, "longitude": -73.9899}, "/fail": {"reason": "nobody opened"}} {
		s := end(body, verb, true)
		if m, _ := s["from_door_m"].(float64); m < 1950 || m > 2050 || s["afar"] != true {
			t.Errorf("%s by what was heard: %v", verb, s)
		}
	}
	f := c.call(t, req{"GET", "/api/dashboard/figures?restaurant_id=r1", nil, staff}).is(t, 200)
	if f.at("orders") != 4.0 || f.at("delivered") != 3.0 || f.at("afar") != 2.0 || f.at("unseen") != 1.0 || f.at("delivery", "n") != 3.0 {
		t.Errorf("%s", f.body)
	}
	if f := c.call(t, req{"GET", "/api/dashboard/figures?restaurant_id=r2", nil, staff}).is(t, 200); f.at("orders") != 0.0 {
		t.Errorf("%s", f.body)
	}
	sheet := c.call(t, req{"GET", "/api/dashboard/figures/report", nil, staff}).is(t, 200)
	rows, err := csv.NewReader(bytes.NewReader(sheet.body)).ReadAll()
	if err != nil || len(rows) != 5 || slices.Index(rows[0], "from_door_m") != 15 || !strings.HasPrefix(sheet.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%v %v", rows, err)
	}
	h := c.call(t, req{"GET", "/api/dashboard/history?restaurant_id=r1", nil, staff}).is(t, 200)
	hours, _ := h.at("parts").([]any)
	if len(hours) < 24 || len(hours) > 25 || h.at("minutes") != 60.0 {
		t.Fatalf("%d parts: %s", len(hours), h.body)
	}
	var orders, delivered float64
	for _, h := range hours {
		part, _ := h.(map[string]any)
		orders += part["orders"].(float64)
		delivered += part["delivered"].(float64)
	}
	if last, _ := hours[len(hours)-1].(map[string]any); orders != 4 || delivered != 3 || last["to"] != h.at("to") {
		t.Errorf("%v orders, %v delivered: %s", orders, delivered, h.body)
	}
	c.call(t, req{"GET", "/api/dashboard/history?minutes=5", nil, staff}).refused(t, 422, "invalid_request")
	c.call(t, req{"GET", "/api/dashboard/figures?from=2026-01-01T00:00:00Z", nil, staff}).refused(t, 422, "bad_span")
	c.call(t, req{"GET", "/api/dashboard/figures?restaurant_id=r9", nil, staff}).refused(t, 404, "no_such_restaurant")
}

func TestAGuestHearsOnceThatTheDriverIsAboutToBeThere(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	_, oid := c.brings(t, driver, key)
	r, err := c.Order(t.Context(), oid)
	if err != nil {
		t.Fatal(err)
	}
	events := c.follow(t, "/api/orders/"+string(oid)+"/track?token="+r.Token, "")
	at := func(lat float64) {
		c.call(t, req{"POST", "/api/drivers/" + driver + "/location", map[string]any{"latitude": lat, "longitude": -73.9899}, bearer(key)}).is(t, 204)
	}
	at(40.80) // 6 km away
	e := next(t, events, named("driver"))
	earliest, _ := e.data["earliest"].(string)
	latest, _ := e.data["latest"].(string)
	if earliest == "" || earliest >= latest || e.data["stops_before"] != 0.0 {
		t.Errorf("%+v", e)
	}
	at(40.7432)
	if e := next(t, events, func(e event) bool { return e.name == "near" }); e.data["seconds"].(float64) > 120 {
		t.Errorf("%+v", e)
	}
	at(40.74315)
	c.call(t, req{"POST", "/api/orders/" + string(oid) + "/complete-delivery", nil, bearer(key)}).is(t, 200)
	for _, e := range rest(t, events) {
		if e.name == "near" {
			t.Error("said twice")
		}
	}
}

func TestADriverSeesTheStopsInTheOrderToBringThem(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	place := func(lat float64) order.ID {
		b := basket(order.ByDelivery)
		b["address"] = map[string]any{"street": "1 Main St", "city": "Springfield", "latitude": lat, "longitude": -73.99}
		oid := c.call(t, req{"POST", "/api/orders", b, nil}).is(t, 201).id()
		c.call(t, req{"POST", "/api/orders/" + string(oid) + "/confirm", nil, bearer(secret)}).is(t, 200)
		c.cook(t, oid, bake...)
		c.call(t, req{"POST", "/api/orders/" + string(oid) + "/assign-driver", map[string]any{"driver_id": driver}, bearer(secret)}).is(t, 200)
		return oid
	}
	far, close, waiting := place(40.755), place(40.745), place(40.742)
	for _, oid := range []order.ID{far, close} {
		c.call(t, req{"POST", "/api/orders/" + string(oid) + "/start-delivery", nil, bearer(key)}).is(t, 200)
	}
	look := func() (ids []order.ID, arrives int) {
		stops, _ := c.call(t, req{"GET", "/api/drivers/" + driver + "/offers", nil, bearer(key)}).is(t, 200).at("stops").([]any)
		for _, s := range stops {
			stop, _ := s.(map[string]any)
			ids = append(ids, order.ID(stop["order_id"].(string)))
			if stop["arrives"] != nil {
				arrives++
			}
		}
		return ids, arrives
	}
	if ids, arrives := look(); len(ids) != 3 || ids[2] != waiting || arrives != 0 {
		t.Errorf("of a phone nobody has seen: %v, %d", ids, arrives)
	}
	c.call(t, req{"POST", "/api/drivers/" + driver + "/location", map[string]any{"latitude": 40.74, "longitude": -73.99}, bearer(key)}).is(t, 204)
	if ids, arrives := look(); !slices.Equal(ids, []order.ID{close, far, waiting}) || arrives != 2 {
		t.Errorf("%v, %d; not %v", ids, arrives, []order.ID{close, far, waiting})
	}
}

// slowBooks are orders that nobody finds by their driver while they are shut.
type slowBooks struct {
	api.Orders
	shut atomic.Bool
}

func (s *slowBooks) OfDriver(ctx context.Context, driver string) ([]ordering.Record, error) {
	if s.shut.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return s.Orders.OfDriver(ctx, driver)
}

func TestAPositionAndTheTurnOfADoorReachTheGuestWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	books := &slowBooks{}
	c := open(t, func(d *api.Deps, s *api.Settings) {
		books.Orders = d.Orders
		d.Orders, s.StaffToken = books, secret
	})
	driver, key := c.dora(t)
	var streams []<-chan event
	var near string
	for _, lat := range []float64{40.75, 40.745} { // the driver comes from the north
		b := basket(order.ByDelivery)
		b["address"] = map[string]any{"street": "1 Main St", "city": "Springfield", "latitude": lat, "longitude": -73.99}
		oid := c.call(t, req{"POST", "/api/orders", b, nil}).is(t, 201).id()
		path := c.takesOut(t, oid, driver, key)
		r, err := c.Order(t.Context(), oid)
		if err != nil {
			t.Fatal(err)
		}
		if streams = append(streams, c.follow(t, path+"/track?token="+r.Token, "")); near == "" {
			near = path
		}
	}
	books.shut.Store(true)
	defer books.shut.Store(false)
	moved := 0
	turn := func(events <-chan event) float64 { // how many doors are before this one
		t.Helper()
		for moved++; ; moved++ {
			at := map[string]any{"latitude": 40.80 + 0.00001*float64(moved), "longitude": -73.9899}
			c.call(t, req{"POST", "/api/drivers/" + driver + "/location", at, bearer(key)}).is(t, 204)
			if e := next(t, events, named("driver")); e.data["eta"] != nil {
				before, _ := e.data["stops_before"].(float64)
				return before
			}
		}
	}
	turns := func() (all [2]float64) {
		for n, events := range streams {
			all[n] = turn(events)
		}
		return all
	}
	for began := time.Now(); turns() != [2]float64{0, 1}; { // what is brought first is known from what was told of it
		if time.Since(began) > patience {
			t.Fatal("the farther door is not behind the nearer one")
		}
	}
	c.call(t, req{"POST", near + "/complete-delivery", nil, bearer(key)}).is(t, 200)
	for began := time.Now(); turn(streams[1]) != 0; {
		if time.Since(began) > patience {
			t.Fatal("the turn of the farther door does not come")
		}
	}
}
