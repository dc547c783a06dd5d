package api_test

import (
	"testing"

	"awesome.pizza/shared/order"
)

func TestAnOrderKeepsCrustSauceCutAndAllergiesFromQuoteToTracking(t *testing.T) {
	t.Parallel()
	c := open(t)
	line := map[string]any{
		"product": "margherita", "size": "large", "quantity": 1, "crust": "stuffed", "sauce": "bianca", "cut": "squares", "avoid": []string{"nuts"},
	}
	b := basket(order.Carryout)
	b["lines"] = []any{line}
	quote := c.post(t, "/api/restaurants/r1/quote", map[string]any{"fulfilment": "carryout", "lines": []any{line}}).is(t, 200)
	a := c.post(t, "/api/orders", b).is(t, 201)
	if a.at("totals", "total", "minor") != quote.at("totals", "total", "minor") || a.at("totals", "items", "minor") != 1749.0 {
		t.Errorf("quoted %s\nplaced %s", quote.body, a.body)
	}
	tracked := c.get(t, "/api"+a.at("tracking_url").(string)).is(t, 200)
	got := tracked.at("lines").([]any)[0].(map[string]any)
	if got["crust"] != "stuffed" || got["sauce"] != "bianca" || got["cut"] != "squares" || got["avoid"].([]any)[0] != "nuts" {
		t.Errorf("the guest's page has %v", got)
	}
	line["crust"] = "golden"
	c.post(t, "/api/orders", b).refused(t, 422, "invalid_line")
	c.post(t, "/api/restaurants/r1/quote", map[string]any{"fulfilment": "carryout", "lines": []any{line}}).refused(t, 422, "invalid_line")
}
