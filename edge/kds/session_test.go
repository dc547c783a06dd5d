package kds_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
)

// openStaffed is a node whose people have PINs, and need them.
func openStaffed(t *testing.T) *node {
	t.Helper()
	return open(t, staffed(t))
}

func staffed(t *testing.T) func(*kds.Deps, *kds.Settings) {
	return func(d *kds.Deps, _ *kds.Settings) {
		m, err := menu.Pizzeria()
		if err != nil {
			t.Fatal(err)
		}
		k, err := kitchen.New(t.Context(), storeOf(t), m, clock.System{}, d.Changes, kitchen.Settings{
			Restaurant: "r1", Roster: []kitchen.Cook{{ID: "ada", Name: "Ada"}}, PINs: true, Staff: []kitchen.Hire{
				{ID: "ada", Name: "Ada", PIN: "1111"}, {ID: "bob", Name: "Bob", Role: staff.Counter, PIN: "2222"}, {ID: "carla", Name: "Carla", Role: staff.Manager, PIN: "3333"},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		d.Kitchen = k
	}
}

// signIn returns the header that says who is signed in.
func (n *node) signIn(pin string) []string {
	n.t.Helper()
	r := n.post("/api/session", object{"pin": pin})
	if r.status != http.StatusCreated {
		n.t.Fatalf("sign in: %d %s", r.status, r.body)
	}
	return []string{"Authorization", "Bearer " + r.text("token")}
}

func TestAPersonSignsInWithAPINAndOutAgain(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	if r := n.get("/api/session"); r.status != http.StatusOK || r.json["signed_in"] != false || r.text("pins") != "required" {
		t.Errorf("nobody: %d %s", r.status, r.body)
	}
	r := n.post("/api/session", object{"pin": "3333"})
	cookie := r.header.Get("Set-Cookie")
	if r.status != http.StatusCreated || r.text("who") != "carla" || r.text("name") != "Carla" || r.text("role") != "shift_manager" || r.text("expires") == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") || strings.Contains(string(n.get("/api/session").body), r.text("token")) {
		t.Errorf("the cookie is %s", cookie)
	}
	value, _, _ := strings.Cut(cookie, ";")
	if r := n.get("/api/session", "Cookie", value); r.json["signed_in"] != true || r.text("who") != "carla" {
		t.Errorf("by cookie: %s", r.body)
	}
	if r := n.send(http.MethodDelete, "/api/session", nil, "Cookie", value); r.status != http.StatusNoContent {
		t.Errorf("sign out: %d %s", r.status, r.body)
	}
	if r := n.get("/api/session", "Cookie", value); r.json["signed_in"] != false {
		t.Errorf("signed out: %s", r.body)
	}
	if r := n.send(http.MethodDelete, "/api/session", nil, "Cookie", value); r.status != http.StatusNoContent {
		t.Errorf("out again: %d", r.status)
	}
	if r := n.send(http.MethodPut, "/api/session", object{}); r.status != http.StatusMethodNotAllowed || !strings.Contains(fmt.Sprint(r.header["Allow"]), "DELETE") {
		t.Errorf("%d, %v", r.status, r.header["Allow"])
	}
}

func TestWrongPINsAreAnsweredInWordsAndThenSlowedDown(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	for range 3 {
		if r := n.post("/api/session", object{"pin": "9999"}); r.status != http.StatusUnauthorized || r.text("code") != "wrong_pin" || r.header.Get("WWW-Authenticate") == "" {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	if r := n.post("/api/session", object{"pin": "1111"}); r.status != http.StatusTooManyRequests || r.text("code") != "pin_locked" || r.header.Get("Retry-After") != "1" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.post("/api/session", object{"pin": "1111"}, "X-Screen", "another-name"); r.status != http.StatusTooManyRequests {
		t.Errorf("a screen that calls itself another: %d", r.status)
	}
	id := n.place()
	if r := n.tap("/api/tickets/"+id+"/bump", object{}); r.status != http.StatusOK {
		t.Errorf("cooking stops for it: %d %s", r.status, r.body)
	}
	for name, body := range map[string]any{
		"no PIN": object{}, "letters": object{"pin": "abcd"}, "long": object{"pin": "123456789"}, "a number": object{"pin": 1234},
		"a long name": object{"pin": "1111", "cook": strings.Repeat("x", 65)}, "another field": object{"pin": "1111", "admin": true},
	} {
		if r := n.post("/api/session", body); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestAVoidNeedsAShiftManagerAtTheScreenOrTheirPINForOnce(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	first, second := n.place(), n.place()
	void := func(of string, more object, headers ...string) reply {
		body := object{"tap": id.New(), "reason": "wrong"}
		for k, v := range more {
			body[k] = v
		}
		return n.post("/api/tickets/"+of+"/void", body, headers...)
	}
	if r := void(first, nil); r.status != http.StatusUnauthorized || r.text("code") != "sign_in_needed" || r.text("needs") != "shift_manager" {
		t.Errorf("by nobody: %d %s", r.status, r.body)
	}
	if r := void(first, nil, n.signIn("2222")...); r.status != http.StatusForbidden || r.text("code") != "role_needed" {
		t.Errorf("by the counter: %d %s", r.status, r.body)
	}
	if r := void(first, object{"override": object{"pin": "1111", "reason": "x"}}); r.status != http.StatusForbidden {
		t.Errorf("a cook's word: %d %s", r.status, r.body)
	}
	if r := void(first, object{"override": object{"pin": "3333"}}); r.status != http.StatusUnprocessableEntity || r.text("path") != "override.reason" {
		t.Errorf("a word without a reason: %d %s", r.status, r.body)
	}
	if r := void(first, object{"override": object{"pin": "3333", "reason": "guest left"}}); r.status != http.StatusOK {
		t.Errorf("a manager's word: %d %s", r.status, r.body)
	}
	manager := n.signIn("3333")
	if r := void(second, nil, manager...); r.status != http.StatusOK {
		t.Errorf("by a manager: %d %s", r.status, r.body)
	}
	if r := n.get("/api/audit"); r.status != http.StatusUnauthorized {
		t.Errorf("the log is open to everybody: %d", r.status)
	}
	r := n.get("/api/audit", manager...)
	if r.status != http.StatusOK || r.json["intact"] != true || strings.Count(string(r.body), `"action":"void"`) != 2 || !strings.Contains(string(r.body), `"manager":"carla","reason":"guest left"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	r = n.get("/api/audit?format=csv", manager...)
	if r.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(string(r.body), "n,at,day,who,screen,action") || !strings.Contains(string(r.body), "guest left") {
		t.Errorf("%s %s", r.header.Get("Content-Type"), r.body)
	}
	for _, bad := range []string{"day=yesterday", "after=-1", "after=x", "format=pdf"} {
		if r := n.get("/api/audit?"+bad, manager...); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, r.status)
		}
	}
}

func TestACookWithAPINSaysItToBeGivenTickets(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	if r := n.post("/api/cooks/ada/sign-in", nil); r.status != http.StatusUnauthorized || r.text("path") != "pin" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.post("/api/cooks/ada/sign-in", object{"pin": "1111"}); r.status != http.StatusOK || !strings.Contains(string(r.body), `"signed_in":true`) {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestACookWithAPINIsSentHomeByNobodyElse(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	works := func() bool {
		return strings.Contains(string(n.get("/api/cooks").body), `"id":"ada","name":"Ada","skills":[],"signed_in":true`)
	}
	in := func() {
		if r := n.post("/api/cooks/ada/sign-in", object{"pin": "1111"}); r.status != http.StatusOK || !works() {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	in()
	for _, body := range []any{nil, object{}} {
		if r := n.post("/api/cooks/ada/sign-out", body); r.status != http.StatusForbidden || r.text("code") != "pin_needed" || r.text("path") != "pin" || !works() {
			t.Errorf("by nobody: %d %s", r.status, r.body)
		}
	}
	if r := n.post("/api/cooks/ada/sign-out", nil, n.signIn("2222")...); r.status != http.StatusForbidden || r.text("code") != "pin_needed" || !works() {
		t.Errorf("by the counter: %d %s", r.status, r.body)
	}
	if r := n.post("/api/cooks/ada/sign-out", object{"pin": "9999"}); r.status != http.StatusUnauthorized || r.text("code") != "wrong_pin" || !works() {
		t.Errorf("with a guess: %d %s", r.status, r.body)
	}
	if r := n.post("/api/cooks/ada/sign-out", object{"cook": "ada"}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("with another field: %d %s", r.status, r.body)
	}
	for name, c := range map[string]struct {
		body    any
		headers []string
	}{
		"her PIN": {object{"pin": "1111"}, nil}, "her session": {nil, n.signIn("1111")}, "a manager": {nil, n.signIn("3333")},
		"a manager's word": {object{"override": object{"pin": "3333", "reason": "she left"}}, nil},
	} {
		in()
		if r := n.post("/api/cooks/ada/sign-out", c.body, c.headers...); r.status != http.StatusOK || works() {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

func TestAScreenAtWhichSomebodyHasSignedInIsNotHeldUpByAStranger(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	screen := ""
	for _, c := range n.post("/api/session", object{"pin": "1111"}).header.Values("Set-Cookie") {
		if strings.HasPrefix(c, "pizza_screen=") {
			screen, _, _ = strings.Cut(c, ";")
			if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") || !strings.Contains(c, "Max-Age=7776000") {
				t.Errorf("the cookie is %s", c)
			}
		}
	}
	for range 4 { // from the same machine: a proxy, or one network of IPv6
		n.post("/api/session", object{"pin": "9999"})
	}
	if r := n.post("/api/session", object{"pin": "2222"}); r.status != http.StatusTooManyRequests {
		t.Errorf("a stranger: %d %s", r.status, r.body)
	}
	if r := n.post("/api/session", object{"pin": "2222"}, "Cookie", "pizza_screen=made-up"); r.status != http.StatusTooManyRequests {
		t.Errorf("a stranger with a token of their own making: %d %s", r.status, r.body)
	}
	r := n.post("/api/session", object{"pin": "2222"}, "Cookie", screen)
	if r.status != http.StatusCreated || !strings.Contains(strings.Join(r.header.Values("Set-Cookie"), "\n"), screen+";") {
		t.Errorf("the screen: %d %s, %v", r.status, r.body, r.header.Values("Set-Cookie"))
	}
}

func TestShelvesMenuAndIntakeAreForWhoeverMayChangeThem(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	o, counter, manager := n.place(), n.signIn("2222"), n.signIn("3333")
	for _, c := range []struct {
		method, path, body string
		needs              []string // the least who may
	}{
		{http.MethodPost, "/api/86", `{"kind":"topping","id":"mushrooms","reason":"none left"}`, counter},
		{http.MethodDelete, "/api/86/topping/mushrooms", "", counter},
		{http.MethodPost, "/api/stock/counts", `{"ingredient":"mushrooms","quantity":100}`, counter},
		{http.MethodPut, "/api/stock/thresholds", `{"ingredient":"mushrooms","threshold":10}`, manager},
		{http.MethodPost, "/api/intake/pause", `{"minutes":10,"reason":"too much"}`, manager},
		{http.MethodPost, "/api/intake/resume", "", manager},
		{http.MethodPost, "/api/tickets/" + o + "/rush", `{"tap":"rush-1","reason":"a child cries"}`, counter},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		if r := n.send(c.method, c.path, body); r.status != http.StatusUnauthorized || r.text("code") != "sign_in_needed" {
			t.Errorf("%s by nobody: %d %s", c.path, r.status, r.body)
		}
		if c.needs[1] == manager[1] {
			if r := n.send(c.method, c.path, body, counter...); r.status != http.StatusForbidden {
				t.Errorf("%s by the counter: %d %s", c.path, r.status, r.body)
			}
		}
		if r := n.send(c.method, c.path, body, c.needs...); r.status >= 300 {
			t.Errorf("%s: %d %s", c.path, r.status, r.body)
		}
	}
	r := n.post("/api/86", `{"kind":"topping","id":"mushrooms","reason":"none left","override":{"pin":"3333","reason":"nobody at the counter"}}`)
	if r.status >= 300 || !strings.Contains(string(r.body), `"carla"`) {
		t.Errorf("with a manager's word: %d %s", r.status, r.body)
	}
}

func TestWhereGuestsLiveIsForWhoWorksThere(t *testing.T) {
	t.Parallel()
	delivery := object{
		"fulfilment": "delivery", "channel": "phone", "customer": object{"name": "Ada Lovelace", "phone": "+12025550123"},
		"address": object{"street": "1 Main St", "city": "Springfield", "latitude": 40.7431, "longitude": -73.9899},
		"lines":   []object{{"product": "margherita", "size": "large", "quantity": 1}}, "payment": object{"method": "cash"},
	}
	for name, n := range map[string]*node{"PINs": openStaffed(t), "none": open(t)} {
		r := n.post("/api/orders", delivery)
		if r.status != http.StatusCreated || !strings.Contains(string(r.body), "1 Main St") {
			t.Fatalf("%d %s", r.status, r.body)
		}
		one := "/api/orders/" + r.text("id")
		for _, path := range []string{"/api/orders", one} {
			said := string(n.get(path).body)
			if hidden := !strings.Contains(said, "1 Main St") && !strings.Contains(said, "+12025550123"); hidden != (name == "PINs") || !strings.Contains(said, "Ada Lovelace") {
				t.Errorf("%s, %s, to nobody: %s", name, path, said)
			}
		}
		if name == "PINs" {
			if said := string(n.get(one, n.signIn("1111")...).body); !strings.Contains(said, "1 Main St") || !strings.Contains(said, "+12025550123") {
				t.Errorf("to a cook: %s", said)
			}
		}
	}
}
