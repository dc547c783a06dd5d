package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

const shared = "the-couriers-own-secret"

// swift has the courier swift asked for an order that is on its shelf.
func swift(t *testing.T) (c *chain, r courier.Run) {
	t.Helper()
	c = open(t, func(d *api.Deps, _ *api.Settings) {
		desk := courier.New(d.Orders.(courier.Book), nil, d.Links.(courier.Links), clock.System{}, quiet)
		desk.Secrets = map[string][]string{"swift": {shared}, "rival": {"the-rivals-own-secret"}}
		d.Couriers = desk
	})
	placed := c.place(t, order.ByDelivery)
	c.confirm(t, placed.id())
	c.cook(t, placed.id(), bake...)
	now := time.Now().UTC().Truncate(time.Millisecond)
	r = courier.Run{
		ID: id.New(), Order: placed.id(), State: courier.Asked, At: now, Created: now, Next: now.Add(time.Hour),
		Quote: courier.Quote{Courier: "swift", Name: "Swift", ID: "q", Fee: money.Of(750, "USD"), DropAt: now.Add(20 * time.Minute), Expires: now.Add(time.Minute)},
	}
	if err := c.Reserve(t.Context(), r, ordering.AskCourier(ordering.Courier{Run: r.ID, ID: "swift", Name: "Swift", State: "asked", Since: now})); err != nil {
		t.Fatal(err)
	}
	return c, r
}

// webhook sends what a company says, and returns status, and code or outcome.
func (c *chain) webhook(t *testing.T, company, secret string, at time.Time, body string) (int, string) {
	t.Helper()
	stamp := strconv.FormatInt(at.Unix(), 10)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"/api/couriers/"+company+"/webhooks", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Courier-Timestamp", stamp)
	req.Header.Set("Courier-Signature", courier.Sign(secret, stamp, []byte(body)))
	res, err := c.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var said struct{ Code, Outcome string }
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, said.Code + said.Outcome
}

func says(run, message, state string) string {
	return `{ "id":"` + message + `","delivery":"` + run + `","state":"` + state + `","rider":"Mila","pickup_code":"4711","tracking_url":"https://swift.example/1","mood":"good"}`
}

func TestACourierTellsTheChainHowFarItIs(t *testing.T) {
	t.Parallel()
	c, r := swift(t)
	now := time.Now()
	for i, state := range []string{"assigned", "at_restaurant", "picked_up", "at_door", "delivered"} {
		if status, said := c.webhook(t, "swift", shared, now, says(r.ID, "m"+strconv.Itoa(i), state)); status != 200 || said != "taken" {
			t.Fatalf("%s: %d %s", state, status, said)
		}
		if status, said := c.webhook(t, "swift", shared, now, says(r.ID, "m"+strconv.Itoa(i), state)); status != 200 || said != "repeated" {
			t.Errorf("%s again: %d %s", state, status, said)
		}
	}
	res := c.get(t, "/api/orders/"+string(r.Order)).is(t, 200)
	var got struct {
		Status   string
		Delivery struct {
			Driver, Courier struct{ ID, Name, State, Rider string }
		}
		Timeline []struct{ Status, By string }
	}
	if err := json.Unmarshal(res.body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Status != "Delivered" || got.Delivery.Courier.State != "delivered" || got.Delivery.Courier.Rider != "Mila" || got.Delivery.Driver.Name != "Mila (Swift)" {
		t.Errorf("%s", res.body)
	}
	if last := got.Timeline[len(got.Timeline)-1]; last.By != "courier:swift" || !bytes.Contains(res.body, []byte(`"tracking_url":"https://swift.example/1"`)) {
		t.Errorf("%s", res.body)
	}
	if bytes.Contains(res.body, []byte("4711")) {
		t.Error("everybody who may see the order can fetch it at the counter")
	}
}

func TestWhoIsNotTheCourierIsNotHeard(t *testing.T) {
	t.Parallel()
	c, r := swift(t)
	now := time.Now()
	if status, said := c.webhook(t, "swift", shared, now, says(r.ID, "first", "assigned")); status != 200 || said != "taken" {
		t.Fatal(status, said)
	}
	before := c.get(t, "/api/orders/"+string(r.Order)).at("version")
	for name, x := range map[string]struct {
		company, secret string
		at              time.Time
		body            string
		status          int
		said            string
	}{
		"another secret":         {"swift", "somebody-elses-secret", now, says(r.ID, "m", "cancelled"), 403, "bad_signature"},
		"a replay of long ago":   {"swift", shared, now.Add(-time.Hour), says(r.ID, "m", "cancelled"), 403, "stale_signature"},
		"a time to come":         {"swift", shared, now.Add(time.Hour), says(r.ID, "m", "cancelled"), 403, "stale_signature"},
		"a replay of just now":   {"swift", shared, now, says(r.ID, "first", "cancelled"), 200, "repeated"},
		"another courier's":      {"rival", "the-rivals-own-secret", now, says(r.ID, "m", "cancelled"), 404, "no_such_delivery"},
		"nobody's delivery":      {"swift", shared, now, says(id.New(), "m", "cancelled"), 404, "no_such_delivery"},
		"a courier there is not": {"nobody", shared, now, says(r.ID, "m", "cancelled"), 404, "no_such_courier"},
		"a state there is not":   {"swift", shared, now, says(r.ID, "m1", "teleported"), 200, "unknown"},
		"a state before it":      {"swift", shared, now, says(r.ID, "m2", "accepted"), 200, "late"},
		"no state":               {"swift", shared, now, `{"id":"m","delivery":"` + r.ID + `"}`, 422, "invalid_request"},
		"nothing":                {"swift", shared, now, `{}`, 422, "invalid_request"},
		"no JSON":                {"swift", shared, now, `cancelled`, 400, "malformed"},
		"a blank name":           {"swift", shared, now, says(r.ID, " ", "cancelled"), 422, "invalid_request"},
		"a long name":            {"swift", shared, now, says(r.ID, strings.Repeat("m", 129), "cancelled"), 422, "invalid_request"},
		"two ids":                {"swift", shared, now, `{"id":"a","id":"b","delivery":"` + r.ID + `","state":"cancelled"}`, 422, "repeated_field"},
	} {
		if name == "a state before it" {
			x.body = strings.TrimSuffix(x.body, "}") + `,"at":"2026-01-01T00:00:00Z"}`
		}
		if status, said := c.webhook(t, x.company, x.secret, x.at, x.body); status != x.status || said != x.said {
			t.Errorf("%s: %d %s, want %d %s", name, status, said, x.status, x.said)
		}
	}
	if after := c.get(t, "/api/orders/"+string(r.Order)).at("version"); after != before {
		t.Errorf("the order went from %v to %v", before, after)
	}
}

func TestAChainWithoutCouriersHearsNone(t *testing.T) {
	t.Parallel()
	if status, said := open(t).webhook(t, "swift", shared, time.Now(), says(id.New(), "m", "assigned")); status != 404 || said != "no_such_courier" {
		t.Errorf("%d %s", status, said)
	}
}
