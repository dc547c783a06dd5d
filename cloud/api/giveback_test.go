package api_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

func TestADriverWhoHasNotFetchedAnOrderGivesItBack(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	staff, as := bearer(secret), bearer(key)
	id := c.call(t, req{"POST", "/api/orders", basket(order.ByDelivery), nil}).is(t, 201).id()
	path := "/api/orders/" + string(id)
	c.call(t, req{"POST", path + "/confirm", nil, staff}).is(t, 200)
	c.cook(t, id, bake...)
	c.call(t, req{"POST", path + "/give-back", nil, as}).refused(t, 403, "not_your_order")
	c.call(t, req{"POST", path + "/give-back", nil, staff}).refused(t, 409, "illegal_step")
	give := func() {
		c.call(t, req{"POST", path + "/assign-driver", map[string]any{"driver_id": driver}, staff}).is(t, 200)
	}
	give()
	stale := map[string]string{"If-Match": `"1"`}
	for k, v := range as {
		stale[k] = v
	}
	c.call(t, req{"POST", path + "/give-back", nil, stale}).refused(t, 412, "stale_version")
	a := c.call(t, req{"POST", path + "/give-back", map[string]any{"reason": "flat tyre"}, as}).is(t, 200)
	if a.at("status") != "ReadyForPickup" || a.at("delivery", "driver") != nil {
		t.Errorf("%s", a.body)
	}
	c.call(t, req{"POST", path + "/give-back", nil, as}).refused(t, 403, "not_your_order")
	hands, _ := c.call(t, req{"GET", "/api/hq/orders/" + string(id) + "/hands", nil, staff}).is(t, 200).at("hands").([]any)
	if last, _ := hands[len(hands)-1].(map[string]any); last["act"] != "taken_off" || last["by"] != "driver:"+driver || last["because"] != "flat tyre" {
		t.Errorf("%v", hands)
	}
	d := c.ForDispatch()
	s, err := d.DispatchSnapshot(t.Context(), time.Now(), []string{"r1"})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(s.Orders, func(o dispatch.Order) bool { return o.ID == id })
	if !slices.Equal(s.Orders[i].Declined, []string{driver}) {
		t.Errorf("who gave it back is asked at once: %+v", s.Orders[i])
	}
	give()
	c.call(t, req{"POST", path + "/fail", map[string]any{"reason": "the oven broke"}, staff}).is(t, 200)
}

func TestWhatIsOnTheRoadIsNotGivenBack(t *testing.T) {
	t.Parallel()
	c := guarded(t)
	driver, key := c.dora(t)
	path, _ := c.brings(t, driver, key)
	c.call(t, req{"POST", path + "/give-back", nil, bearer(key)}).refused(t, 409, "illegal_step")
	if a := c.call(t, req{"POST", path + "/fail", map[string]any{"reason": "nobody opened"}, bearer(key)}).is(t, 200); a.at("status") != "Failed" {
		t.Errorf("%s", a.body)
	}
}
