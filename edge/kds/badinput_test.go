package kds_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"awesome.pizza/edge/kds"
)

func TestEachBadInputGetsItsClearErrorAndChangesNothing(t *testing.T) {
	t.Parallel()
	n := open(t)
	ticket := "/api/tickets/" + n.place()
	before := n.seq()
	with := func(key string, value any) object {
		b := maps.Clone(basket("margherita", "large"))
		b[key] = value
		return b
	}
	line := func(key string, value any) object {
		return with("lines", []object{{"product": "margherita", "size": "large", "quantity": 1, key: value}})
	}
	for _, c := range []struct {
		name, path string
		body       any
		headers    []string
		status     int
		code, at   string
	}{
		{"malformed", "/api/orders", `{"lines": [`, nil, 400, "malformed_json", ""},
		{"not JSON at all", "/api/orders", `pizza, please`, nil, 400, "malformed_json", ""},
		{"two values", "/api/orders", `{} {}`, nil, 400, "malformed_json", ""},
		{"empty", "/api/orders", ``, nil, 400, "malformed_json", ""},
		{"a list", "/api/orders", `[]`, nil, 422, "wrong_type", "the body"},
		{"nested without end", "/api/orders", strings.Repeat(`[`, 5000), nil, 422, "wrong_type", "the body"},
		{"nested lines", "/api/orders", `{"lines":` + strings.Repeat(`[`, 5000), nil, 422, "wrong_type", "lines[0]"},
		{"huge", "/api/orders", with("customer", object{"name": strings.Repeat("x", kds.MaxBody)}), nil, 413, "too_large", ""},
		{"wrong media type", "/api/orders", `{}`, []string{"Content-Type", "text/plain"}, 415, "unsupported_media_type", ""},
		{"no media type", "/api/orders", `{}`, []string{"Content-Type", ""}, 415, "unsupported_media_type", ""},
		{"other charset", "/api/orders", `{}`, []string{"Content-Type", "application/json; charset=latin1"}, 415, "unsupported_media_type", ""},
		{"compressed", "/api/orders", `{}`, []string{"Content-Encoding", "gzip"}, 415, "unsupported_media_type", ""},
		{"latin-1 bytes", "/api/orders", "{\"channel\":\"caf\xe9\"}", nil, 400, "not_utf8", ""},
		{"unknown field", "/api/orders", with("colour", "red"), nil, 422, "unknown_field", "colour"},
		{"unknown field deep down", "/api/orders", line("toppings", []object{{"topping": "basil", "much": "yes"}}), nil, 422, "unknown_field", "lines[0].toppings[0].much"},
		{"a name in other letters", "/api/orders", with("Channel", "counter"), nil, 422, "unknown_field", "Channel"},
		{"a price of one's own", "/api/orders", line("unit_price", object{"minor": 1, "currency": "USD"}), nil, 422, "unknown_field", "lines[0].unit_price"},
		{"a field twice", "/api/orders", `{"channel":"counter","channel":"phone"}`, nil, 422, "repeated_field", "channel"},
		{"text for a number", "/api/orders", line("quantity", "two"), nil, 422, "wrong_type", "lines[0].quantity"},
		{"a fraction of a pizza", "/api/orders", line("quantity", 1.5), nil, 422, "wrong_type", "lines[0].quantity"},
		{"a number beyond all numbers", "/api/orders", `{"lines":[{"quantity":1e400}]}`, nil, 422, "wrong_type", "lines[0].quantity"},
		{"number for a text", "/api/orders", with("channel", 7), nil, 422, "wrong_type", "channel"},
		{"null for a text", "/api/orders", with("channel", nil), nil, 422, "wrong_type", "channel"},
		{"object for a list", "/api/orders", with("lines", object{}), nil, 422, "wrong_type", "lines"},
		{"list for an object", "/api/orders", with("customer", []int{}), nil, 422, "wrong_type", "customer"},
		{"a zero character", "/api/orders", with("customer", object{"name": "a\x00b"}), nil, 422, "bad_text", "customer.name"},
		{"no lines", "/api/orders", with("lines", []object{}), nil, 422, "invalid_order", "lines"},
		{"unknown product", "/api/orders", basket("calzone_of_doom", "large"), nil, 422, "invalid_line", "lines[0].product"},
		{"unknown size", "/api/orders", basket("margherita", "gigantic"), nil, 422, "invalid_line", "lines[0].size"},
		{"no pizza", "/api/orders", line("quantity", 0), nil, 422, "invalid_line", "lines[0].quantity"},
		{"a web order at the counter", "/api/orders", with("channel", "web"), nil, 422, "invalid_order", "channel"},
		{"a key without end", "/api/orders", basket("margherita", "large"), []string{"Idempotency-Key", strings.Repeat("k", 500)}, 422, "invalid_order", "idempotency_key"},

		{"unknown order", "/api/tickets/nobody/bump", object{"tap": "bad-1"}, nil, 404, "", ""},
		{"unknown station", ticket + "/bump", object{"tap": "bad-2", "station": "bar"}, nil, 422, "invalid_field", "station"},
		{"unknown item", ticket + "/items/77/bump", object{"tap": "bad-3"}, nil, 404, "no_such_item", ""},
		{"two items", ticket + "/items/1/bump", object{"tap": "bad-4", "item": "2"}, nil, 422, "invalid_field", "item"},
		{"an endless tap", ticket + "/bump", object{"tap": strings.Repeat("t", 65)}, nil, 422, "invalid_field", "tap"},
		{"a tap without an id", ticket + "/bump", object{}, nil, 422, "invalid_field", "tap"},
		{"illegal step", ticket + "/hand-over", object{"tap": "bad-5"}, nil, 409, "illegal_step", ""},
		{"nothing at that station", ticket + "/bump", object{"tap": "bad-6", "station": "cut"}, nil, 409, "illegal_step", ""},
		{"void without a reason", ticket + "/void", object{"tap": "bad-7"}, nil, 422, "reason_missing", "reason"},
		{"stale", ticket + "/start", object{"tap": "bad-8"}, []string{"If-Match", `"99"`}, 412, "stale_ticket", ""},
		{"stale beyond reason", ticket + "/start", object{"tap": "bad-9"}, []string{"If-Match", `"yesterday"`}, 412, "stale_ticket", ""},
		{"an ETag without quotes", ticket + "/start", object{"tap": "bad-10"}, []string{"If-Match", `7`}, 422, "invalid_field", "If-Match"},
		{"unknown cook", "/api/cooks/nobody/sign-in", nil, nil, 404, "", ""},
		{"a screen without a name", "/api/screens/a%20b/rendered", object{"tickets": []string{"x"}}, nil, 422, "invalid_field", "id"},
		{"a screen that saw nothing", "/api/screens/s1/rendered", object{"tickets": []string{}}, nil, 422, "invalid_field", "tickets"},
		{"a screen that saw a ghost", "/api/screens/s1/rendered", object{"tickets": []string{"ghost"}}, nil, 404, "", ""},
		{"another site", "/api/orders", basket("margherita", "large"), []string{"Sec-Fetch-Site", "cross-site"}, 403, "cross_origin", ""},
		{"a name that anybody can point here", "/api/orders", basket("margherita", "large"), []string{"Host", "evil.example.com"}, 421, "unknown_host", ""},
		{"no such path", "/api/pizza", object{}, nil, 404, "no_such_path", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := (&node{t: t, url: n.url, client: n.client}).post(c.path, c.body, c.headers...)
			if r.status != c.status || c.code != "" && r.text("code") != c.code || r.text("path") != c.at {
				t.Fatalf("%d %s\nwant %d %s at %q", r.status, r.body, c.status, c.code, c.at)
			}
			if got := r.header.Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("the error comes as %q", got)
			}
			if r.json["status"] != float64(c.status) || r.text("detail") == "" || r.text("title") == "" || !strings.HasPrefix(r.text("type"), "urn:") {
				t.Errorf("incomplete: %s", r.body)
			}
		})
	}
	if after := n.seq(); after != before {
		t.Errorf("the kitchen went from %d to %d", before, after)
	}
}

func TestAnIllegalStepSaysWhereTheOrderIsAndWhatIsAllowed(t *testing.T) {
	t.Parallel()
	n := open(t)
	r := n.post("/api/tickets/"+n.place()+"/hand-over", nil)
	var p struct {
		Current string
		Allowed []string
	}
	if err := json.Unmarshal(r.body, &p); err != nil || p.Current != "Queued" || len(p.Allowed) != 1 || p.Allowed[0] != "Preparing" {
		t.Errorf("%s (%v)", r.body, err)
	}
	if strings.Contains(string(r.body), "+1202") || strings.Contains(string(r.body), `"progress"`) {
		t.Errorf("the error shows more of the order than displays do: %s", r.body)
	}
}

func TestAWrongMethodIsToldWhatThePathTakes(t *testing.T) {
	t.Parallel()
	n := open(t)
	r := n.send(http.MethodDelete, "/api/orders", nil)
	if allow := strings.Join(r.header.Values("Allow"), " "); r.status != 405 || r.text("code") != "method_not_allowed" || allow != "GET HEAD POST" {
		t.Errorf("%d %s, Allow %q", r.status, r.body, allow)
	}
}

func TestANodeAnswersToTheNamesOfItsLANAndToThoseItWasGiven(t *testing.T) {
	t.Parallel()
	n := open(t, func(_ *kds.Deps, s *kds.Settings) { s.Hosts = []string{"kds.example.com"} })
	for host, want := range map[string]int{
		"127.0.0.1": 200, "192.168.7.4:8080": 200, "[fe80::1]:8080": 200, "localhost:8080": 200, "edge-r1": 200, "node.local": 200, "node.lan.": 200,
		"kds.example.com:80": 200, "KDS.example.com": 200, "evil.com": 421, "127.0.0.1.evil.com": 421, "local.evil.com": 421,
	} {
		if r := n.get("/healthz", "Host", host); r.status != want {
			t.Errorf("%s: %d, want %d", host, r.status, want)
		}
	}
}

// TestAScreenThatSendsTooMuchIsHeardOut keeps the connection of a client that is still writing: hung up on, it would never read why.
func TestAScreenThatSendsTooMuchIsHeardOut(t *testing.T) {
	t.Parallel()
	n := open(t)
	for size, left := range map[int]int{3 << 20: 0, 20 << 20: 15 << 20} {
		body := strings.NewReader(strings.Repeat(" ", size))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/api/orders", body)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		n.handler.ServeHTTP(w, r)
		if w.Code != http.StatusRequestEntityTooLarge || body.Len() > 0 && body.Len() < left || body.Len() > left+1<<20 {
			t.Errorf("%d bytes: answered %d with %d bytes unread", size, w.Code, body.Len())
		}
	}
}
