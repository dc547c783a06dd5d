package api_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
)

func TestAKitchenIsShownAheadOfItsEventsByTheWordOfItsNode(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := c.place(t, order.Carryout).id()
	c.confirm(t, id)
	c.cook(t, id, bake[:2]...)
	said := func(path, list string) any {
		t.Helper()
		orders, _ := c.get(t, path).is(t, 200).at(list).([]any)
		if len(orders) != 1 {
			t.Fatalf("%d orders at %s", len(orders), path)
		}
		return orders[0].(map[string]any)["said"]
	}
	if s := said("/api/kitchen/r1/queue", "orders"); s != nil {
		t.Errorf("before its node has said anything: %v", s)
	}
	now := time.Now()
	c.presence.Told("r1", []restaurant.Said{{Order: id, State: order.Ready, Number: 42, Since: now}}, 1<<40, now)
	for path, list := range map[string]string{"/api/kitchen/r1/queue": "orders", "/api/kitchen/r1/display": "tickets"} {
		s, _ := said(path, list).(map[string]any)
		if s["state"] != "ready" || s["number"] != 42.0 || !instant.MatchString(s["as_of"].(string)) {
			t.Errorf("%s: %v", path, s)
		}
	}
	c.presence.Told("r1", nil, 1<<40, now)
	if s := said("/api/kitchen/r1/queue", "orders"); s != nil {
		t.Errorf("after its events have come: %v", s)
	}
}
