package api_test

import (
	"strings"
	"testing"

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/order"
)

const secret = "the-staff-token-of-this-chain"

func guarded(t testing.TB) *chain {
	t.Helper()
	return open(t, func(_ *api.Deps, s *api.Settings) { s.StaffToken = secret })
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

func TestStaffRoutesWantTheToken(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	id := string(c.place(t, order.Carryout).id())
	for _, x := range []req{
		{method: "POST", path: "/api/orders/" + id + "/confirm"},
		{method: "PUT", path: "/api/orders/" + id + "/status", body: map[string]any{"status": "Validated"}},
		{method: "POST", path: "/api/orders/" + id + "/assign-driver", body: map[string]any{"driver_id": "d"}},
		{method: "POST", path: "/api/orders/" + id + "/give-back"},
		{method: "POST", path: "/api/orders/" + id + "/unassign-driver", body: map[string]any{"driver_id": "d"}},
		{method: "GET", path: "/api/restaurants/r1/orders"},
		{method: "GET", path: "/api/kitchen/r1/queue"},
		{method: "POST", path: "/api/drivers", body: map[string]any{"name": "Dora"}},
		{method: "GET", path: "/api/drivers"},
		{method: "GET", path: "/api/dashboard/stream"},
		{method: "GET", path: "/api/dashboard/metrics"},
		{method: "GET", path: "/api/fleet"},
		{method: "POST", path: "/api/fleet/r1/enroll"},
	} {
		if a := c.call(t, x).refused(t, 401, "unauthorized"); !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%s: %v", x.path, a.header)
		}
		x.head = bearer("something-else")
		if a := c.call(t, x); a.status != 403 {
			t.Errorf("%s answers %d to a stranger: %s", x.path, a.status, a.body)
		}
	}
	for _, path := range []string{"/api/restaurants/r1/orders", "/api/kitchen/r1/queue", "/api/drivers", "/api/dashboard/metrics", "/api/fleet"} {
		c.call(t, req{"GET", path, nil, bearer(secret)}).is(t, 200)
	}
	for _, path := range []string{"/api/restaurants", "/api/restaurants/r1/menu", "/healthz", "/openapi.json", "/"} {
		c.get(t, path).is(t, 200)
	}
}

func TestAnOrderIsItsHoldersAndStaffs(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	placed := c.place(t, order.Carryout)
	path := "/api/orders/" + string(placed.id())
	token := strings.TrimPrefix(placed.at("tracking_url").(string), "/track/")
	for _, what := range []string{path, path + "/track"} {
		c.get(t, what).refused(t, 404, "no_such_order")
		c.get(t, what+"?token=guess").refused(t, 404, "no_such_order")
		c.call(t, req{"GET", what, nil, bearer("guess")}).refused(t, 404, "no_such_order")
	}
	c.get(t, path+"?token="+token).is(t, 200)
	c.call(t, req{"GET", path, nil, bearer(secret)}).is(t, 200)
	next(t, c.follow(t, path+"/track?token="+token, ""), named("order"))
	c.post(t, path+"/cancel", nil).refused(t, 404, "no_such_order")
	if a := c.post(t, path+"/cancel?token="+token, nil).is(t, 200); a.at("status") != "Cancelled" {
		t.Errorf("%s", a.body)
	}
	steps, _ := c.get(t, path+"?token="+token).at("timeline").([]any)
	if by := steps[len(steps)-1].(map[string]any)["by"]; by != "guest" {
		t.Errorf("cancelled by %v", by)
	}
}

func TestADriverHasWhatIsTheDrivers(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	hire := func(name string) (path, id string, head map[string]string) {
		a := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": name}, bearer(secret)}).is(t, 201)
		id, _ = a.at("id").(string)
		key, _ := a.at("secret").(string)
		return "/api/drivers/" + id, id, bearer(key)
	}
	dora, doraID, asDora := hire("Dora")
	_, _, asEve := hire("Eve")
	for _, x := range []req{
		{method: "GET", path: dora},
		{method: "GET", path: dora + "/offers"},
		{method: "PUT", path: dora + "/status", body: map[string]any{"status": "available"}},
		{method: "POST", path: dora + "/offers/o1/accept"},
		{method: "POST", path: dora + "/location", body: map[string]any{"latitude": 40.7, "longitude": -73.9}},
	} {
		c.call(t, x).refused(t, 401, "unauthorized")
		x.head = asEve
		c.call(t, x).refused(t, 403, "bad_login")
		x.head = asDora
		if a := c.call(t, x); a.status >= 400 && a.at("code") != "no_such_offer" {
			t.Errorf("%s %s: %s", x.method, x.path, a.body)
		}
	}

	id := c.place(t, order.ByDelivery).id()
	path := "/api/orders/" + string(id)
	c.call(t, req{"POST", path + "/confirm", nil, bearer(secret)}).is(t, 200)
	c.cook(t, id, bake...)
	step := func(name string, body any, head map[string]string) reply {
		if method := "POST"; name == "status" {
			return c.call(t, req{"PUT", path + "/" + name, body, head})
		} else {
			return c.call(t, req{method, path + "/" + name, body, head})
		}
	}
	step("start-delivery", nil, asDora).refused(t, 403, "not_your_order")
	step("assign-driver", map[string]any{"driver_id": doraID}, bearer(secret)).is(t, 200)
	c.call(t, req{"GET", path, nil, asDora}).is(t, 200)
	c.call(t, req{"GET", path, nil, asEve}).refused(t, 404, "no_such_order")
	step("start-delivery", nil, asEve).refused(t, 403, "not_your_order")
	step("status", map[string]any{"status": "Cancelled"}, asDora).refused(t, 403, "forbidden")
	step("cancel", nil, asDora).refused(t, 403, "forbidden")
	step("status", map[string]any{"status": "PickedUp"}, asDora).is(t, 200)
	if a := step("status", map[string]any{"status": "PickedUp"}, asDora).refused(t, 409, "illegal_step"); a.at("current") != "PickedUp" {
		t.Errorf("a phone that repeats itself cannot tell: %s", a.body)
	}
	step("start-delivery", map[string]any{"at": "2026-07-03T19:30:00Z"}, asDora).is(t, 200)
	a := step("complete-delivery", nil, asDora).is(t, 200)
	steps, _ := a.at("timeline").([]any)
	if by := steps[len(steps)-1].(map[string]any)["by"]; by != "driver:"+doraID {
		t.Errorf("delivered by %v", by)
	}
}

func TestADriverGivesUpWithAReason(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	a := c.call(t, req{"POST", "/api/drivers", map[string]any{"name": "Dora"}, bearer(secret)}).is(t, 201)
	id := c.place(t, order.ByDelivery).id()
	path := "/api/orders/" + string(id)
	c.call(t, req{"POST", path + "/confirm", nil, bearer(secret)}).is(t, 200)
	c.cook(t, id, bake...)
	c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": a.at("id")}, bearer(secret)}).is(t, 200)
	asDora := bearer(a.at("secret").(string))
	for _, to := range []string{"PickedUp", "OutForDelivery", "Failed"} {
		if r := c.call(t, req{"PUT", path + "/status", map[string]any{"status": to}, asDora}).is(t, 200); r.at("status") != to {
			t.Errorf("%s", r.body)
		}
	}
}
