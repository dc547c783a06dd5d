package api_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

func TestAnOrderIsFoundByNumberAndDay(t *testing.T) {
	t.Parallel()
	c := open(t)
	var ids []string
	for range 3 {
		id := c.place(t, order.Carryout).id()
		if _, err := c.Change(t.Context(), id, 0, func(r *ordering.Record) error { r.Number = 42; return nil }); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, string(id))
	}
	zone, err := time.LoadLocation(c.get(t, "/api/restaurants/r1").is(t, 200).at("time_zone").(string))
	if err != nil {
		t.Fatal(err)
	}
	placed, err := time.Parse(time.RFC3339, c.get(t, "/api/orders/"+ids[0]).is(t, 200).at("placed_at").(string))
	if err != nil {
		t.Fatal(err)
	}
	evening := placed.In(zone).Add(-4 * time.Hour) // until four it is the day before
	today, before := evening.Format(time.DateOnly), evening.AddDate(0, 0, -1).Format(time.DateOnly)
	for path, want := range map[string]int{
		"/api/hq/orders?number=42":                                3,
		"/api/hq/orders?number=42&restaurant_id=r1":               3,
		"/api/hq/orders?number=42&restaurant_id=shut":             0,
		"/api/hq/orders?number=41":                                0,
		"/api/hq/orders?number=42&day=" + today:                   3,
		"/api/hq/orders?number=42&day=" + before:                  0,
		"/api/hq/orders?number=42&day=" + today + "&limit=2":      2,
		"/api/hq/orders?number=42&restaurant_id=r1&day=" + today:  3,
		"/api/hq/orders?number=42&restaurant_id=r1&day=" + before: 0,
	} {
		a := c.get(t, path).is(t, 200)
		if orders, _ := a.at("orders").([]any); len(orders) != want || a.at("more") != (want == 2) {
			t.Errorf("%s: %d orders, more %v; not %d", path, len(orders), a.at("more"), want)
		} else if want > 0 && orders[0].(map[string]any)["id"] != ids[2] {
			t.Errorf("%s: the newest is not the first", path)
		}
	}
}

func TestWhoLooksForAnOrderIsToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := open(t)
	for path, code := range map[string]string{
		"/api/hq/orders":                              "invalid_request",
		"/api/hq/orders?number=0":                     "invalid_request",
		"/api/hq/orders?number=many":                  "invalid_request",
		"/api/hq/orders?number=1000000":               "invalid_request",
		"/api/hq/orders?number=42&limit=201":          "invalid_request",
		"/api/hq/orders?number=42&day=yesterday":      "bad_day",
		"/api/hq/orders?number=42&day=2026-02-31":     "bad_day",
		"/api/hq/orders?number=42&day=2026-02-31-and": "invalid_request",
	} {
		c.get(t, path).refused(t, 422, code)
	}
	c.get(t, "/api/hq/orders?number=42&restaurant_id=nowhere").refused(t, 404, "no_such_restaurant")
}
