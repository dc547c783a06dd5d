package api_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/order"
)

// with is a basket with a change; drop is one without a field.
func with(name string, value any) map[string]any {
	b := basket(order.ByDelivery)
	b[name] = value
	return b
}

func drop(name string) map[string]any {
	b := basket(order.ByDelivery)
	delete(b, name)
	return b
}

func line(name string, value any) map[string]any {
	l := map[string]any{"product": "margherita", "size": "large", "quantity": 1}
	if l[name] = value; value == nil {
		delete(l, name)
	}
	return with("lines", []any{l})
}

func inside(name, field string, value any) map[string]any {
	b := basket(order.ByDelivery)
	part := maps.Clone(b[name].(map[string]any))
	part[field] = value
	b[name] = part
	return b
}

func TestEveryBadInputGetsItsProblem(t *testing.T) {
	t.Parallel()
	c := open(t)
	good := string(mustJSON(t, basket(order.ByDelivery)))
	plain := map[string]string{"Content-Type": "text/plain"}
	for name, x := range map[string]struct {
		body   any
		head   map[string]string
		status int
		code   string
		path   string // of the first fault
	}{
		"no body":              {nil, nil, 400, "malformed", ""},
		"not JSON":             {"pizza please", nil, 400, "malformed", ""},
		"half a JSON":          {good[:len(good)/2], nil, 400, "malformed", ""},
		"two JSONs":            {good + good, nil, 400, "malformed", ""},
		"a list":               {"[]", nil, 422, "invalid_request", ""},
		"null":                 {"null", nil, 422, "invalid_request", ""},
		"deep":                 {strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), nil, 400, "malformed", ""},
		"invalid UTF-8":        {strings.Replace(good, "Ada", "A\xffa", 1), nil, 400, "not_utf8", ""},
		"a zero character":     {strings.Replace(good, "Ada", `A\u0000a`, 1), nil, 422, "bad_text", "customer.name"},
		"plain text":           {good, plain, 415, "unsupported_media_type", ""},
		"latin-1":              {good, map[string]string{"Content-Type": "application/json; charset=latin-1"}, 415, "unsupported_media_type", ""},
		"compressed":           {good, map[string]string{"Content-Encoding": "gzip"}, 415, "unsupported_media_type", ""},
		"huge":                 {strings.Replace(good, "Ada", strings.Repeat("a", api.MaxBody), 1), nil, 413, "too_large", ""},
		"unknown field":        {with("tip", 5), nil, 422, "unknown_field", "tip"},
		"unknown field, deep":  {line("extra", true), nil, 422, "unknown_field", "lines[0].extra"},
		"a price of one's own": {line("unit_price", map[string]any{"minor": 1, "currency": "USD"}), nil, 422, "unknown_field", "lines[0].unit_price"},
		"another case":         {with("Payment", map[string]any{"method": "cash"}), nil, 422, "unknown_field", "Payment"},
		"a field twice":        {strings.Replace(good, `"quantity":1`, `"quantity":1,"quantity":9`, 1), nil, 422, "repeated_field", "lines[0].quantity"},
		"no restaurant":        {drop("restaurant_id"), nil, 422, "invalid_request", "restaurant_id"},
		"no lines":             {with("lines", []any{}), nil, 422, "invalid_request", "lines"},
		"lines of nothing":     {with("lines", nil), nil, 422, "invalid_request", "lines"},
		"a number for a name":  {inside("customer", "name", 5), nil, 422, "invalid_request", "customer.name"},
		"an empty name":        {inside("customer", "name", ""), nil, 422, "invalid_request", "customer.name"},
		"a local phone number": {inside("customer", "phone", "555"), nil, 422, "invalid_request", "customer.phone"},
		"quantity as text":     {line("quantity", "1"), nil, 422, "invalid_request", "lines[0].quantity"},
		"no quantity":          {line("quantity", nil), nil, 422, "invalid_request", "lines[0].quantity"},
		"half a pizza":         {line("quantity", 0.5), nil, 422, "invalid_request", "lines[0].quantity"},
		"quantity zero":        {line("quantity", 0), nil, 422, "invalid_request", "lines[0].quantity"},
		"too many":             {line("quantity", 51), nil, 422, "invalid_request", "lines[0].quantity"},
		"more than a number":   {strings.Replace(good, `"quantity":1`, `"quantity":1e999`, 1), nil, 400, "malformed", ""},
		"unknown product":      {line("product", "unicorn"), nil, 422, "invalid_line", "lines[0].product"},
		"unknown size":         {line("size", "galactic"), nil, 422, "invalid_line", "lines[0].size"},
		"unknown topping":      {line("toppings", []any{map[string]any{"topping": "gravel"}}), nil, 422, "invalid_line", "lines[0].toppings[0].topping"},
		"a topping in the middle": {
			line("toppings", []any{map[string]any{"topping": "mushrooms", "placement": "middle"}}), nil, 422, "invalid_request", "lines[0].toppings[0].placement",
		},
		"a long note":            {line("note", strings.Repeat("x", 201)), nil, 422, "invalid_request", "lines[0].note"},
		"unknown fulfilment":     {with("fulfilment", "catapult"), nil, 422, "invalid_request", "fulfilment"},
		"counter from outside":   {with("channel", "counter"), nil, 422, "invalid_request", "channel"},
		"unknown payment":        {inside("payment", "method", "beads"), nil, 422, "invalid_request", "payment.method"},
		"delivery to nowhere":    {drop("address"), nil, 422, "invalid_order", "address"},
		"north of the pole":      {inside("address", "latitude", 91), nil, 422, "invalid_request", "address.latitude"},
		"the other side":         {inside("address", "longitude", 73.98), nil, 422, "out_of_zone", "address"},
		"scheduled for the past": {with("fire_at", "2020-01-01T00:00:00Z"), nil, 422, "invalid_order", "fire_at"},
		"scheduled for noon":     {with("fire_at", "noon"), nil, 422, "invalid_request", "fire_at"},
		"no such restaurant":     {with("restaurant_id", "r99"), nil, 404, "no_such_restaurant", ""},
		"a closed restaurant":    {with("restaurant_id", "shut"), nil, 409, "restaurant_closed", ""},
		"a long key":             {good, map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}, 422, "invalid_request", "header.Idempotency-Key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := c.call(t, req{"POST", "/api/orders", x.body, x.head}).refused(t, x.status, x.code)
			var got string
			if faults, _ := a.at("errors").([]any); len(faults) > 0 {
				got, _ = faults[0].(map[string]any)["path"].(string)
			}
			if got != x.path {
				t.Errorf("the fault is at %q, not at %q: %s", got, x.path, a.body)
			}
		})
	}
	t.Cleanup(func() { // after the parallel ones
		if page, _, err := (pager{c.Store}).Page(ctxOf(t), api.List{Restaurant: "r1"}); err != nil || len(page) != 0 {
			t.Errorf("%d orders were made of bad input: %v", len(page), err)
		}
	})
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	c := open(t)
	b := with("fulfilment", "catapult")
	delete(b, "customer")
	b["tip"] = 1
	a := c.post(t, "/api/orders", b).is(t, 422)
	for _, path := range []string{`"customer"`, `"fulfilment"`, `"tip"`} {
		if !strings.Contains(string(a.body), `"path":`+path) {
			t.Errorf("%s is not named: %s", path, a.body)
		}
	}
	if strings.Contains(string(a.body), "Ada") {
		t.Errorf("what was sent is sent back: %s", a.body)
	}
}

func TestAClosedRestaurantSaysWhenItOpens(t *testing.T) {
	t.Parallel()
	c := open(t)
	a := c.post(t, "/api/orders", with("restaurant_id", "shut")).refused(t, 409, "restaurant_closed")
	if opens, _ := a.at("opens").(string); !instant.MatchString(opens) {
		t.Errorf("%s", a.body)
	}
}

func TestPathsAndParametersAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	c := open(t)
	id := string(c.place(t, order.Carryout).id())
	for _, x := range []struct {
		method, path string
		body         any
		status       int
		code         string
	}{
		{"GET", "/api/nothing", nil, 404, "no_such_path"},
		{"GET", "/nothing", nil, 404, "no_such_path"},
		{"GET", "/api/orders/not-an-id", nil, 404, "no_such_order"},
		{"GET", "/api/orders/0198c0de-0000-7000-8000-000000000000", nil, 404, "no_such_order"},
		{"GET", "/api/orders/not-an-id/track", nil, 404, "no_such_order"},
		{"GET", "/api/track/guessed", nil, 404, "no_such_order"},
		{"PUT", "/api/orders/not-an-id/status", map[string]any{"status": "Validated"}, 404, "no_such_order"},
		{"PUT", "/api/orders/" + id + "/status", map[string]any{"status": "Eaten"}, 422, "invalid_request"},
		{"PUT", "/api/orders/" + id + "/status", map[string]any{}, 422, "invalid_request"},
		{"POST", "/api/orders/" + id + "/fail", nil, 400, "malformed"},
		{"POST", "/api/orders/" + id + "/assign-driver", map[string]any{"driver_id": ""}, 422, "invalid_request"},
		{"GET", "/api/restaurants/r9", nil, 404, "no_such_restaurant"},
		{"GET", "/api/restaurants/r9/menu", nil, 404, "no_such_restaurant"},
		{"GET", "/api/restaurants/r9/orders", nil, 404, "no_such_restaurant"},
		{"GET", "/api/restaurants/r1/orders?limit=0", nil, 422, "invalid_request"},
		{"GET", "/api/restaurants/r1/orders?limit=many", nil, 422, "invalid_request"},
		{"GET", "/api/restaurants/r1/orders?sort=up", nil, 422, "invalid_request"},
		{"GET", "/api/restaurants/r1/orders?status=Eaten", nil, 422, "invalid_request"},
		{"GET", "/api/restaurants/r1/orders?cursor=!!", nil, 422, "bad_cursor"},
		{"GET", "/api/kitchen/r9/queue", nil, 404, "no_such_restaurant"},
		{"GET", "/api/drivers/nobody", nil, 404, "no_such_driver"},
		{"GET", "/api/dashboard/r9/stream", nil, 404, "no_such_restaurant"},
		{"POST", "/api/fleet/r9/enroll", nil, 404, "no_such_restaurant"},
		{"POST", "/api/fleet/claim", map[string]any{"code": "x", "public_key": "y"}, 403, "bad_code"},
	} {
		c.call(t, req{x.method, x.path, x.body, nil}).refused(t, x.status, x.code)
	}
}

func TestAWrongMethodIsToldTheRightOnes(t *testing.T) {
	t.Parallel()
	c := open(t)
	for path, allow := range map[string]string{
		"/api/orders": "POST", "/api/restaurants/r1/quote": "GET HEAD POST", "/api/drivers/d/status": "GET HEAD PUT", "/hq": "GET HEAD", "/healthz": "GET HEAD",
	} {
		a := c.call(t, req{method: "DELETE", path: path}).refused(t, 405, "method_not_allowed")
		if got := strings.Join(a.header.Values("Allow"), " "); got != allow {
			t.Errorf("%s allows %q, not %q", path, got, allow)
		}
	}
	if a := c.call(t, req{method: "HEAD", path: "/api/restaurants"}).is(t, 200); len(a.body) != 0 {
		t.Error("HEAD has a body")
	}
	c.call(t, req{method: "HEAD", path: "/api/dashboard/stream"}).is(t, 200) // and comes back
}

func TestAnotherSiteCannotActInAGuestsName(t *testing.T) {
	t.Parallel()
	c := open(t)
	head := map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
	c.call(t, req{"POST", "/api/orders", basket(order.Carryout), head}).refused(t, 403, "cross_origin")
	c.call(t, req{"GET", "/api/restaurants", nil, head}).is(t, 200)
}

// A page of another site can make its own name point at loopback. Then it is of the same origin, and only the host tells.
func TestWithoutATokenOnlyThisMachineIsServed(t *testing.T) {
	t.Parallel()
	unguarded := open(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(unguarded.url, "http://"), ":")
	enroll := func(c *chain, host string) reply {
		head := map[string]string{"Host": host, "Origin": "http://" + host, "Sec-Fetch-Site": "same-origin", "Authorization": c.asStaff["Authorization"]}
		return c.call(t, req{"POST", "/api/fleet/r1/enroll", map[string]any{}, head})
	}
	for _, host := range []string{"evil.example", "evil.example:" + port, "127.0.0.1.evil.example", "192.168.1.7:" + port, "0.0.0.0:" + port} {
		enroll(unguarded, host).refused(t, 421, "wrong_host")
		for _, path := range []string{"/", "/api/fleet", "/readyz", "/nothing"} {
			unguarded.call(t, req{"GET", path, nil, map[string]string{"Host": host}}).refused(t, 421, "wrong_host")
		}
	}
	for _, host := range []string{"localhost", "127.0.0.1:" + port, "127.0.0.2", "[::1]:" + port, "pizza.localhost:8000"} {
		enroll(unguarded, host).is(t, 200)
	}
	enroll(guarded(t), "pizza.example").is(t, 200)
}

func TestWhoAsksTooOftenWaits(t *testing.T) {
	t.Parallel()
	c := open(t, func(_ *api.Deps, s *api.Settings) { s.PerMinute = 3 })
	for range 3 {
		c.get(t, "/healthz").is(t, 200)
	}
	if a := c.get(t, "/healthz").refused(t, 429, "too_many_requests"); a.header.Get("Retry-After") == "" {
		t.Errorf("no Retry-After: %v", a.header)
	}
}

func TestOnlyATrustedProxySaysWhoTheClientIs(t *testing.T) {
	t.Parallel()
	ask := func(c *chain, n int) reply {
		return c.call(t, req{"GET", "/healthz", nil, map[string]string{"X-Forwarded-For": "198.51.100." + strconv.Itoa(n)}})
	}
	behind := open(t, func(_ *api.Deps, s *api.Settings) { s.PerMinute, s.Proxies = 2, []string{"127.0.0.0/8"} })
	alone := open(t, func(_ *api.Deps, s *api.Settings) { s.PerMinute = 2 })
	for n := range 5 {
		ask(behind, n).is(t, 200)
	}
	ask(alone, 1).is(t, 200)
	ask(alone, 2).is(t, 200)
	ask(alone, 3).refused(t, 429, "too_many_requests")
}

// TestAGuestWhoSendsTooMuchIsHeardOut keeps the connection of a client that is still writing: hung up on, it would never read why.
func TestAGuestWhoSendsTooMuchIsHeardOut(t *testing.T) {
	t.Parallel()
	c := open(t)
	for size, left := range map[int]int{3 << 20: 0, 20 << 20: 15 << 20} {
		body := strings.NewReader(strings.Repeat(" ", size))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/api/orders", body)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		c.api.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge || body.Len() > 0 && body.Len() < left || body.Len() > left+1<<20 {
			t.Errorf("%d bytes: answered %d with %d bytes unread", size, w.Code, body.Len())
		}
	}
}
