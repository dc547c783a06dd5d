package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
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

// meanwhile is an Ordering in which something comes between reading an order and giving it back.
type meanwhile struct {
	api.Ordering
	happens func()
}

func (m *meanwhile) HandBack(ctx context.Context, id order.ID, ifVersion int, d ordering.Deed, because string) (ordering.Record, error) {
	if m.happens != nil {
		m.happens()
	}
	return m.Ordering.HandBack(ctx, id, ifVersion, d, because)
}

// TestStaffTakeAnOrderFromWhomTheyReadThatItIsWith: who gets it in between keeps it, and nobody is said to have lost what he had not.
func TestStaffTakeAnOrderFromWhomTheyReadThatItIsWith(t *testing.T) {
	t.Parallel()
	m := &meanwhile{}
	c := open(t, func(d *api.Deps, _ *api.Settings) { m.Ordering, d.Ordering = d.Ordering, m })
	hire := func(name string) ordering.Driver {
		id := c.post(t, "/api/drivers", map[string]any{"name": name, "restaurant_id": "r1"}).is(t, 201).id()
		return ordering.Driver{ID: string(id), Name: name}
	}
	ada, bo := hire("Ada"), hire("Bo")
	id := c.queued(t)
	path := "/api/orders/" + string(id)
	m.happens = func() { // dispatch gives it to somebody
		if _, err := c.service.Assign(t.Context(), id, 0, bo, nil, ordering.ByCloud); err != nil {
			t.Error(err)
		}
	}
	c.post(t, path+"/give-back", nil).refused(t, 409, "not_with_driver")
	m.happens = nil
	c.post(t, path+"/assign-driver", map[string]any{"driver_id": ada.ID, "instead_of": bo.ID}).is(t, 200)
	m.happens = func() { // or moves it
		if _, err := c.service.Reassign(t.Context(), id, 0, ada.ID, bo, ordering.ByCloud); err != nil {
			t.Error(err)
		}
	}
	c.post(t, path+"/give-back", nil).refused(t, 409, "not_with_driver")
	m.happens = nil
	if r, err := c.Order(t.Context(), id); err != nil || r.Driver == nil || r.Driver.ID != bo.ID {
		t.Fatalf("who was given it in between has lost it: %+v, %v", r.Driver, err)
	}
	c.post(t, path+"/give-back", nil).is(t, 200)
	hands, err := c.Hands(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if last := hands[len(hands)-1]; last.Act != ordering.TakenOff || last.Driver != bo.ID || last.By != ordering.ByStaff {
		t.Errorf("%+v", hands)
	}
}
