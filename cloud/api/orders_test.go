package api_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"awesome.pizza/shared/order"
)

var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

func TestAnOrderIsAnsweredAsEverybodyExpectsIt(t *testing.T) {
	t.Parallel()
	c := open(t)
	a := c.place(t, order.ByDelivery)
	if a.header.Get("Location") != "/api/orders/"+string(a.id()) || a.header.Get("ETag") != `"1"` || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", a.header)
	}
	for path, want := range map[string]any{
		"status": "Created", "version": 1.0, "number": nil, "restaurant_id": "r1", "fulfilment": "delivery", "channel": "web", "ready": nil,
		"kitchen.state": "waiting", "delivery.state": "unassigned", "delivery.driver": nil, "customer.name": "Ada", "address.street": "1 Main St",
		"payment.method": "cash", "totals.total.currency": "USD", "cancel_asked": nil, "overdue": false, "fire_at": nil,
	} {
		if got := a.at(strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %v, not %v", path, got, want)
		}
	}
	for _, path := range []string{"placed_at", "accept_by", "kitchen.as_of", "promise.from", "promise.to"} {
		if got, _ := a.at(strings.Split(path, ".")...).(string); !instant.MatchString(got) {
			t.Errorf("%s is %q, which is no instant", path, got)
		}
	}
	steps, _ := a.at("timeline").([]any)
	if len(steps) != 1 || steps[0].(map[string]any)["by"] != "cloud" || steps[0].(map[string]any)["status"] != "Created" {
		t.Errorf("timeline %v", steps)
	}
	url, _ := a.at("tracking_url").(string)
	if !strings.HasPrefix(url, "/track/") || len(url) < len("/track/")+20 {
		t.Errorf("tracking url %q", url)
	}
	for _, path := range []string{"/api/orders/" + string(a.id()), "/api" + url} {
		if again := c.get(t, path).is(t, 200); string(again.body) != string(a.body) {
			t.Errorf("%s answers another order:\n%s\n%s", path, again.body, a.body)
		}
	}
}

func TestCarryoutHasNoAddressAndNoDelivery(t *testing.T) {
	t.Parallel()
	c := open(t)
	b := basket(order.Carryout)
	b["address"] = nil // as a form without the field sends it
	a := c.post(t, "/api/orders", b).is(t, 201)
	if a.at("delivery", "state") != "none" || a.at("address") != nil {
		t.Errorf("%s", a.body)
	}
}

func TestTheSameKeyIsTheSameOrder(t *testing.T) {
	t.Parallel()
	c := open(t)
	key := map[string]string{"Idempotency-Key": "one-pizza"}
	first := c.call(t, req{"POST", "/api/orders", basket(order.Carryout), key}).is(t, 201)
	c.confirm(t, first.id())
	again := c.call(t, req{"POST", "/api/orders", basket(order.Carryout), key}).is(t, 201)
	if string(again.body) != string(first.body) || again.header.Get("ETag") != `"1"` || again.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("another answer:\n%s\n%s", first.body, again.body)
	}
	if again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Error("the repetition does not say that it is one, or the first does")
	}
	c.call(t, req{"POST", "/api/orders", basket(order.ByDelivery), key}).refused(t, 422, "idempotency_mismatch")
}

func TestManyAtOnceWithOneKeyMakeOneOrder(t *testing.T) {
	t.Parallel()
	c := open(t)
	var mu sync.Mutex
	ids := map[order.ID]bool{}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			a := c.call(t, req{"POST", "/api/orders", basket(order.Carryout), map[string]string{"Idempotency-Key": "race"}})
			mu.Lock()
			defer mu.Unlock()
			ids[a.id()] = true
		})
	}
	if wait.Wait(); len(ids) != 1 {
		t.Errorf("%d orders", len(ids))
	}
}

func TestVersionsGuardAgainstWhoWasFaster(t *testing.T) {
	t.Parallel()
	c := open(t)
	a := c.place(t, order.ByDelivery)
	path := "/api/orders/" + string(a.id())
	put := func(match, status string) reply {
		head := map[string]string{}
		if match != "" {
			head["If-Match"] = match
		}
		return c.call(t, req{"PUT", path + "/status", map[string]any{"status": status}, head})
	}
	if v := put(`"1"`, "Validated").is(t, 200); v.header.Get("ETag") != `"2"` || v.at("version") != 2.0 || v.at("status") != "Validated" {
		t.Errorf("%v %s", v.header, v.body)
	}
	if stale := put(`"1"`, "Cancelled").refused(t, 412, "stale_version"); stale.at("version") != 2.0 {
		t.Errorf("the newest version is not told: %s", stale.body)
	}
	put(`W/"2"`, "Cancelled").refused(t, 412, "stale_version")
	put(`garbage`, "Cancelled").refused(t, 412, "stale_version")
	wrong := put(`*`, "OutForDelivery").refused(t, 409, "illegal_step")
	if allowed, _ := wrong.at("allowed").([]any); wrong.at("current") != "Validated" || len(allowed) != 1 || allowed[0] != "Queued" ||
		wrong.at("type") != "/problems/illegal-step" {
		t.Errorf("%s", wrong.body)
	}
	if wish := put(`"1", "2"`, "Queued").is(t, 202); wish.at("status") != "Validated" {
		t.Errorf("a wish has changed the status: %s", wish.body)
	}
	put("", "Queued").is(t, 202)
	head := map[string]string{"If-None-Match": c.get(t, path).header.Get("ETag")}
	if same := c.call(t, req{"GET", path, nil, head}).is(t, 304); len(same.body) != 0 {
		t.Errorf("304 with a body: %s", same.body)
	}
	c.call(t, req{"GET", path, nil, map[string]string{"If-None-Match": `"1"`}}).is(t, 200)
}

func TestCancellingIsHonest(t *testing.T) {
	t.Parallel()
	c := open(t)
	early := c.place(t, order.Carryout)
	a := c.post(t, "/api/orders/"+string(early.id())+"/cancel", map[string]any{"reason": "not hungry"}).is(t, 200)
	if a.at("status") != "Cancelled" || a.at("reason") != "not hungry" {
		t.Errorf("%s", a.body)
	}
	c.post(t, "/api/orders/"+string(early.id())+"/cancel", nil).refused(t, 409, "illegal_step")
	c.post(t, "/api/orders/"+string(early.id())+"/confirm", nil).refused(t, 409, "illegal_step")

	late := c.place(t, order.Carryout)
	c.confirm(t, late.id())
	token := strings.TrimPrefix(late.at("tracking_url").(string), "/track/")
	a = c.post(t, "/api/orders/"+string(late.id())+"/cancel?token="+token, nil).is(t, 202)
	if asked, _ := a.at("cancel_asked").(string); !instant.MatchString(asked) || a.at("status") != "Validated" {
		t.Errorf("%s", a.body)
	}
	c.post(t, "/api/orders/"+string(late.id())+"/cancel", nil).is(t, 202)
}

func TestConfirmingTwiceIsConfirmingOnce(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.Carryout).id()
	for range 2 {
		if a := c.post(t, "/api/orders/"+string(id)+"/confirm", nil).is(t, 200); a.at("version") != 2.0 || a.at("status") != "Validated" {
			t.Errorf("%s", a.body)
		}
	}
	stale := map[string]string{"If-Match": `"1"`}
	c.call(t, req{"POST", "/api/orders/" + string(id) + "/confirm", nil, stale}).refused(t, 412, "stale_version")
}

func TestStaffSendAnOrderOutAndHome(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.ByDelivery).id()
	path := "/api/orders/" + string(id)
	c.confirm(t, id)
	driver := c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201)
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": "nobody"}).refused(t, 422, "no_such_driver")
	a := c.post(t, path+"/assign-driver", map[string]any{"driver_id": driver.at("id")}).is(t, 200)
	if a.at("delivery", "state") != "assigned" || a.at("delivery", "driver", "name") != "Dora" {
		t.Errorf("%s", a.body)
	}
	c.post(t, path+"/start-delivery", nil).refused(t, 409, "illegal_step")
	c.cook(t, id, bake...)
	a = c.post(t, path+"/start-delivery", nil).is(t, 200)
	if a.at("status") != "OutForDelivery" || a.at("number") != 42.0 {
		t.Errorf("%s", a.body)
	}
	a = c.post(t, path+"/complete-delivery", map[string]any{"at": "2026-07-03T19:30:00.000Z"}).is(t, 200)
	if a.at("status") != "Delivered" {
		t.Errorf("%s", a.body)
	}
	c.post(t, path+"/fail", map[string]any{"reason": "late"}).refused(t, 409, "illegal_step")
}

func TestADeliveryCanFailAndSayWhy(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.ByDelivery).id()
	path := "/api/orders/" + string(id)
	c.confirm(t, id)
	driver := c.post(t, "/api/drivers", map[string]any{"name": "Dora"}).is(t, 201)
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": driver.at("id")}).is(t, 200)
	c.cook(t, id, bake...)
	c.post(t, path+"/start-delivery", nil).is(t, 200)
	if a := c.post(t, path+"/fail", map[string]any{"reason": "nobody opened"}).is(t, 200); a.at("status") != "Failed" || a.at("reason") != "nobody opened" {
		t.Errorf("%s", a.body)
	}
	created := c.place(t, order.ByDelivery).id()
	if a := c.post(t, "/api/orders/"+string(created)+"/fail", map[string]any{"reason": "a prank"}).is(t, 200); a.at("status") != "Failed" {
		t.Errorf("%s", a.body)
	}
}
