package api_test

import (
	"testing"

	"awesome.pizza/shared/order"
)

func TestWhoGivesADriverMoreThanFitsIsTold(t *testing.T) {
	t.Parallel()
	c := open(t)
	driver := c.post(t, "/api/drivers", map[string]any{"name": "Dora", "vehicle": "bicycle"}).is(t, 201)
	if driver.at("takes") != 2.0 {
		t.Errorf("%s", driver.body)
	}
	for i, over := range []float64{0, 0, 1, 2} {
		id := c.place(t, order.ByDelivery).id()
		c.confirm(t, id)
		a := c.post(t, "/api/orders/"+string(id)+"/assign-driver", map[string]any{"driver_id": driver.at("id")}).is(t, 200)
		if a.at("over_by") != over || a.at("delivery", "driver", "name") != "Dora" || a.at("id") != string(id) || a.header.Get("ETag") == "" {
			t.Errorf("order %d: %s", i, a.body)
		}
	}
}
