package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
)

func TestRestaurantsSayHonestlyWhetherTheySell(t *testing.T) {
	t.Parallel()
	c := open(t)
	all, _ := c.get(t, "/api/restaurants").is(t, 200).at("restaurants").([]any)
	if len(all) != 3 {
		t.Fatalf("%d restaurants", len(all))
	}
	one := c.get(t, "/api/restaurants/r1").is(t, 200)
	if one.at("state") != "open" || one.at("link", "state") != "up" || one.at("name") != "Pizzeria One" || one.at("radius_km") != 8.0 {
		t.Errorf("%s", one.body)
	}
	shut := c.get(t, "/api/restaurants/shut").is(t, 200)
	if opens, _ := shut.at("opens").(string); shut.at("state") != "closed" || !instant.MatchString(opens) {
		t.Errorf("%s", shut.body)
	}
	c.presence.Heard("r1", restaurant.Beat{}, time.Now().Add(-time.Minute))
	if cut := c.get(t, "/api/restaurants/r1").is(t, 200); cut.at("state") != "paused" || cut.at("link", "state") != "down" {
		t.Errorf("%s", cut.body)
	}
	if a := c.post(t, "/api/orders", basket(order.Carryout)).refused(t, 409, "restaurant_paused"); !instant.MatchString(a.at("since").(string)) {
		t.Errorf("%s", a.body)
	}
}

func TestAMenuIsReadOnceForEachVersion(t *testing.T) {
	t.Parallel()
	c := open(t)
	a := c.get(t, "/api/restaurants/r1/menu").is(t, 200)
	if products, _ := a.at("products").([]any); len(products) < 20 || a.header.Get("ETag") == "" {
		t.Errorf("%v %d products", a.header, len(products))
	}
	c.call(t, req{"GET", "/api/restaurants/r1/menu", nil, map[string]string{"If-None-Match": a.header.Get("ETag")}}).is(t, 304)
}

func TestAQuoteIsWhatTheOrderCosts(t *testing.T) {
	t.Parallel()
	c := open(t)
	b := basket(order.ByDelivery)
	placed := c.post(t, "/api/orders", b).is(t, 201)
	q := map[string]any{"fulfilment": "delivery", "lines": b["lines"], "address": map[string]any{"latitude": 40.7431, "longitude": -73.9899}}
	quoted := c.post(t, "/api/restaurants/r1/quote", q).is(t, 200)
	if quoted.at("totals", "total", "minor") != placed.at("totals", "total", "minor") || quoted.at("promise", "from") == nil || quoted.at("basis", "by") != "cloud" ||
		quoted.at("basis", "as_of") != nil || quoted.at("large") != false {
		t.Errorf("%s\n%s", quoted.body, placed.body)
	}
	asked := c.get(t, "/api/restaurants/r1/quote?fulfilment=delivery&latitude=40.7431&longitude=-73.9899&line=margherita:large:2&line=cola").is(t, 200)
	if lines, _ := asked.at("lines").([]any); len(lines) != 2 || lines[0].(map[string]any)["quantity"] != 2.0 {
		t.Errorf("%s", asked.body)
	}
	c.get(t, "/api/restaurants/r1/quote?fulfilment=carryout&line=margherita:large:two").refused(t, 422, "invalid_request")
	c.get(t, "/api/restaurants/r1/quote?fulfilment=carryout").refused(t, 422, "invalid_request")
	c.get(t, "/api/restaurants/r1/quote?fulfilment=carryout&line=unicorn").refused(t, 422, "invalid_line")
	c.get(t, "/api/restaurants/shut/quote?fulfilment=carryout&line=cola").refused(t, 409, "restaurant_closed")
	q["address"] = map[string]any{"latitude": 48.0, "longitude": 11.0}
	c.post(t, "/api/restaurants/r1/quote", q).refused(t, 422, "out_of_zone")
}

func TestPagesOfOrdersFollowEachOther(t *testing.T) {
	t.Parallel()
	c := open(t)
	want := map[string]bool{}
	for range 5 {
		want[string(c.place(t, order.Carryout).id())] = true
	}
	path, pages := "/api/restaurants/r1/orders?limit=2&open=true&status=Created,Validated", 0
	for path != "" {
		a := c.get(t, path).is(t, 200)
		orders, _ := a.at("orders").([]any)
		for _, o := range orders {
			id, _ := o.(map[string]any)["id"].(string)
			if !want[id] {
				t.Errorf("order %s is there twice, or nobody placed it", id)
			}
			delete(want, id)
		}
		pages++
		link := a.header.Get("Link")
		if (a.at("next") == nil) != (link == "") {
			t.Errorf("next %v, Link %q", a.at("next"), link)
		}
		path, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
	}
	if len(want) != 0 || pages != 3 {
		t.Errorf("%d orders are missing on %d pages", len(want), pages)
	}
	if orders, _ := c.get(t, "/api/restaurants/r1/orders?status=Delivered").is(t, 200).at("orders").([]any); len(orders) != 0 {
		t.Errorf("%d orders are delivered", len(orders))
	}
}

func TestAKitchenIsShownAsLastKnown(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.place(t, order.Carryout) // stays Created: not the kitchen's
	id := c.place(t, order.ByDelivery).id()
	c.confirm(t, id)
	c.cook(t, id, bake[:4]...)
	q := c.get(t, "/api/kitchen/r1/queue").is(t, 200)
	orders, _ := q.at("orders").([]any)
	if len(orders) != 1 || !instant.MatchString(q.at("as_of").(string)) || q.at("link", "state") != "up" {
		t.Fatalf("%s", q.body)
	}
	if o := orders[0].(map[string]any); o["order_id"] != string(id) || o["state"] != "baking" || o["number"] != 42.0 {
		t.Errorf("%v", o)
	}
	d := c.get(t, "/api/kitchen/r1/display").is(t, 200)
	tickets, _ := d.at("tickets").([]any)
	if items, _ := tickets[0].(map[string]any)["items"].([]any); len(items) != 1 || items[0].(map[string]any)["state"] != "in_oven" {
		t.Errorf("%s", d.body)
	}
	s := c.get(t, "/api/kitchen/r1/status").is(t, 200)
	if s.at("orders") != 1.0 || s.at("items") != 1.0 || s.at("by_state", "baking") != 1.0 || s.at("node", "version") != "1.2.3" || s.at("node", "backlog") != 3.0 {
		t.Errorf("%s", s.body)
	}
	if empty := c.get(t, "/api/kitchen/r2/queue").is(t, 200); !strings.Contains(string(empty.body), `"orders":[]`) {
		t.Errorf("%s", empty.body)
	}
}

func TestTheDashboardShowsAllRestaurantsLive(t *testing.T) {
	t.Parallel()
	c := open(t)
	before := c.place(t, order.Carryout).id()
	all, one := c.follow(t, "/api/dashboard/stream", ""), c.follow(t, "/api/dashboard/r1/stream", "")
	snapshot := next(t, all, named("snapshot"))
	if houses, _ := snapshot.data["restaurants"].([]any); snapshot.id == "" || len(houses) > 3 {
		t.Errorf("%+v", snapshot)
	}
	next(t, one, named("snapshot"))
	house := func(want func(map[string]any) bool) func(event) bool {
		return func(e event) bool { return e.name == "restaurant" && e.data["id"] == "r1" && want(e.data) }
	}
	id := c.place(t, order.ByDelivery).id()
	e := next(t, all, house(func(h map[string]any) bool { return h["open"] == 2.0 && h["name"] == "Pizzeria One" })) // which is read at the start
	if e.data["oldest"] == nil || e.data["link"].(map[string]any)["state"] != "up" || e.id == "" {
		t.Errorf("%+v", e)
	}
	next(t, one, func(e event) bool { return e.name == "order" && e.data["order_id"] == string(id) })
	c.post(t, "/api/orders/"+string(before)+"/cancel", nil).is(t, 200)
	next(t, all, house(func(h map[string]any) bool { return h["open"] == 1.0 }))
	next(t, one, func(e event) bool { return e.name == "order" && e.data["status"] == "Cancelled" })
	c.confirm(t, id)
	next(t, all, house(func(h map[string]any) bool { return h["by_status"].(map[string]any)["Validated"] == 1.0 }))
	c.presence.Heard("r1", restaurant.Beat{}, time.Now().Add(-time.Minute))
	next(t, all, house(func(h map[string]any) bool { return h["link"].(map[string]any)["state"] == "down" }))

	if m := c.get(t, "/api/dashboard/metrics").is(t, 200); m.at("open") != 1.0 || m.at("restaurants") != 3.0 || m.at("links_up") != 2.0 || m.at("by_status", "Validated") != 1.0 {
		t.Errorf("%s", m.body)
	}
}

func TestADashboardOfAnotherProcessHearsOfOrders(t *testing.T) {
	t.Parallel()
	a := open(t)
	b := join(t, a.database)
	all := b.follow(t, "/api/dashboard/stream", "")
	next(t, all, named("snapshot"))
	a.place(t, order.Carryout)
	next(t, all, func(e event) bool { return e.name == "restaurant" && e.data["id"] == "r1" && e.data["open"] == 1.0 })
}

func TestARestaurantWhoseNameIsNoTextIsNotThere(t *testing.T) {
	t.Parallel()
	c := open(t)
	for _, name := range []string{"%00", "%ff%fe", "r1%00"} {
		for _, what := range []string{"enroll", "revoke", "devices/UGONE/revoke", "quarantine/UGONE/approve", "alerts/x/clear"} {
			if a := c.post(t, "/api/fleet/"+name+"/"+what, nil); a.status < 400 || a.status >= 500 {
				t.Errorf("%s of %s: %d %s", what, name, a.status, a.body)
			}
		}
		c.post(t, "/api/fleet/"+name+"/enroll", nil).refused(t, 404, "no_such_restaurant")
		for _, what := range []string{"", "/menu", "/orders"} {
			c.get(t, "/api/restaurants/"+name+what).refused(t, 404, "no_such_restaurant")
		}
	}
}

func TestANodeIsBoundToItsRestaurantByACode(t *testing.T) {
	t.Parallel()
	c := open(t)
	a := c.post(t, "/api/fleet/r1/enroll", nil).is(t, 200)
	if !instant.MatchString(a.at("expires").(string)) || a.at("restaurant") != "r1" {
		t.Errorf("%s", a.body)
	}
	claim := map[string]any{"code": a.at("code"), "public_key": "UNODE"}
	e := c.post(t, "/api/fleet/claim", claim).is(t, 200)
	if e.at("restaurant") != "r1" || e.at("jwt") != "jwt of UNODE" || e.at("menu", "currency") != "USD" || e.at("time_zone") != "UTC" {
		t.Errorf("%s", e.body)
	}
	if urls, _ := e.at("clients").([]any); urls == nil {
		t.Errorf("clients is no list: %s", e.body)
	}
	if e.at("epoch") != 1.0 || e.at("commands") != 0.0 {
		t.Errorf("a new restaurant's node begins at %v after command %v", e.at("epoch"), e.at("commands"))
	}
	if again := c.post(t, "/api/fleet/claim", claim).is(t, 200); again.at("epoch") != 1.0 || again.at("jwt") != "jwt of UNODE" {
		t.Errorf("a node that asks again is told %s", again.body)
	}
	claim["public_key"] = "UOTHER"
	c.post(t, "/api/fleet/claim", claim).refused(t, 403, "bad_code")
	all, _ := c.get(t, "/api/fleet").is(t, 200).at("nodes").([]any)
	if len(all) != 3 || all[0].(map[string]any)["node"].(map[string]any)["version"] != "1.2.3" {
		t.Errorf("%v", all)
	}
}

func TestAQuoteSaysWhoseReckoningItIsAndWhatItWasMadeOf(t *testing.T) {
	t.Parallel()
	c := open(t)
	now := time.Now()
	o := &order.Outlook{
		At: now, Pizzas: []order.Prospect{{Pieces: 1, Ready: 2400, Spread: 480}, {Pieces: 32, Ready: 5500, Spread: 700}}, Hands: 2, Ahead: 17,
		Reference: order.Reference{MenuMake: 90, MenuBake: 330, Make: 90, Bake: 330}, Wait: 300, Because: []string{"oven-1 is too cold"},
		Large: &order.Large{Pieces: 20, Reserve: 20}, Closed: map[order.Channel]order.Shut{order.Partner: {Wait: 1800, Reason: "a new order would wait 30 min"}},
	}
	c.presence.Heard("r1", restaurant.Beat{Outlook: o}, now.Add(time.Hour)) // fresh for the whole test
	q := c.get(t, "/api/restaurants/r1/quote?fulfilment=carryout&line=margherita:large:30").is(t, 200)
	if q.at("large") != true || q.at("basis", "by") != "kitchen" || q.at("basis", "orders_ahead") != 17.0 || !strings.Contains(string(q.body), `"reasons":["oven-1 is too cold"]`) ||
		q.at("basis", "stale") != false || q.at("basis", "as_of") == nil || q.at("basis", "driver_wait_s") != 0.0 {
		t.Errorf("%s", q.body)
	}
	body := map[string]any{
		"restaurant_id": "r1", "fulfilment": "carryout", "channel": "partner", "customer": map[string]any{"name": "Ada"},
		"lines": []any{map[string]any{"product": "margherita", "size": "large", "quantity": 30}}, "payment": map[string]any{"method": "cash"},
	}
	c.post(t, "/api/orders", body).refused(t, 409, "restaurant_paused")
	body["channel"] = "web"
	c.post(t, "/api/orders", body).is(t, 201)
}

type registry = api.Restaurants

// slowly are restaurants of which the list takes its time.
type slowly struct {
	registry
	read <-chan struct{} // closed: it is there
}

func (r slowly) Restaurants(ctx context.Context) ([]restaurant.Restaurant, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.read:
		return r.registry.Restaurants(ctx)
	}
}

func TestNoDashboardCallsARestaurantByItsID(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	c := open(t, func(d *api.Deps, _ *api.Settings) { d.Restaurants = slowly{d.Restaurants, read} })
	named := func(v map[string]any) {
		t.Helper()
		if v["name"] == v["id"] || v["name"] == "" {
			t.Errorf("it is called %v: %v", v["name"], v)
		}
	}
	all := c.follow(t, "/api/dashboard/stream", "")
	if first := next(t, all, func(event) bool { return true }); len(first.data["restaurants"].([]any)) != 0 {
		t.Errorf("shown before its name is known: %v", first.data)
	}
	c.place(t, order.ByDelivery)
	one := c.follow(t, "/api/dashboard/r1/stream", "")
	next(t, one, func(e event) bool { // the order is known to the board
		if v, is := e.data["restaurant"].(map[string]any); is {
			named(v)
			return v["open"] == 1.0
		}
		if e.name == "restaurant" {
			named(e.data)
		}
		return e.name == "restaurant" && e.data["open"] == 1.0 || e.name == "order"
	})
	close(read)
	for seen := map[any]bool{}; len(seen) < 3; {
		e := next(t, all, func(e event) bool { return e.name == "restaurant" })
		named(e.data)
		seen[e.data["id"]] = true
	}
}
