package kds_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
)

// free are the lines of the LAN interface that ask for nobody's PIN, and why.
var free = map[string]string{
	"GET /api/board": cooks, "GET /api/board/stream": cooks, "GET /api/recent": cooks, "GET /api/menu": cooks, "GET /api/link": cooks, "GET /api/shift": cooks,
	"GET /api/cooks": cooks, "GET /api/screens": cooks, "GET /api/printers": cooks, "GET /api/sensors": cooks, "GET /api/food-safety": cooks, "GET /api/printers/{id}/jobs": cooks,
	"GET /api/orders": cooks, "GET /api/orders/{id}": cooks, "GET /api/runs": cooks, "GET /api/intake": cooks,
	"GET /api/stock": cooks, "GET /api/stock/thresholds": cooks, "GET /api/stock/purchase-order": cooks, "GET /api/stock/report.csv": cooks, "GET /api/stock/report": cooks, "GET /api/86": cooks,
	"GET /api/quote": asks, "POST /api/quote": asks,

	"POST /api/tickets/{id}/start": hands, "POST /api/tickets/{id}/bump": hands, "POST /api/tickets/{id}/items/{item}/bump": hands,
	"POST /api/tickets/{id}/hold": hands, "POST /api/tickets/{id}/release": hands, "POST /api/tickets/{id}/confirm": hands,
	"POST /api/tickets/{id}/acknowledge": hands,

	"POST /api/cooks/{id}/sign-in":  "it asks for the cook's own PIN",
	"POST /api/cooks/{id}/sign-out": "it asks for the cook's own PIN",
	"GET /api/session":              "it says whether anybody is signed in", "POST /api/session": "it is where PINs are shown", "DELETE /api/session": "it is one's own",

	"PUT /api/screens/{id}": itself, "POST /api/screens/{id}/rendered": itself,

	"GET /pair": trust, "GET /api/pair": trust, "GET /api/pair.png": trust, "GET /ca.crt": trust,

	"GET /healthz": machines, "GET /readyz": machines,
	"GET /": page, "GET /counter": page, "GET /board": page, "GET /health": page, "GET /sw.js": page, "GET /assets/*": page, "GET /favicon.ico": page,
}

const (
	cooks    = "who stands in the kitchen has to see it, with wet hands"
	hands    = "nobody signs in to cook"
	asks     = "it changes nothing"
	itself   = "a screen says it by itself"
	trust    = "a screen that trusts the node begins with it, and a certificate is no secret"
	machines = "machines ask"
	page     = "a page shows nothing that its requests do not"
)

// levels is a node on which everything with a level is tried.
type levels struct {
	*node
	cook, counter, manager []string // who is signed in
	guarded                *kitchen.Kitchen
}

// ready is a carryout that waits at the pass.
func (n *levels) ready() string {
	o := n.place()
	for range 5 {
		if lane, _ := n.get("/api/orders/" + o).json["kitchen"].(object); lane["state"] != "ready" {
			n.did(http.MethodPost, "/api/tickets/"+o+"/bump", fmt.Sprintf(`{"tap":%q}`, id.New()))
		}
	}
	return o
}

// delivery is one that waits for a driver.
func (n *levels) delivery() string {
	n.t.Helper()
	b := basket("cola", "")
	b["fulfilment"], b["address"] = "delivery", object{"street": "1 Main St", "city": "Springfield", "latitude": 0, "longitude": 0}
	o := n.post("/api/orders", b).text("id")
	n.did(http.MethodPost, "/api/tickets/"+o+"/bump", fmt.Sprintf(`{"tap":%q}`, id.New()))
	return o
}

// did is something a shift manager has done to prepare the rest.
func (n *levels) did(method, path, body string) reply {
	n.t.Helper()
	r := n.send(method, path, body, n.manager...)
	if r.status >= 300 {
		n.t.Fatalf("prepare %s %s: %d %s", method, path, r.status, r.body)
	}
	return r
}

func (n *levels) opened(open bool) {
	n.t.Helper()
	switch is := n.get("/api/till", n.manager...).json["open"] == true; {
	case open && !is:
		n.did(http.MethodPost, "/api/till/open", `{"float":10000}`)
	case !open && is:
		n.did(http.MethodPost, "/api/till/close", `{"counted":0,"anyway":true}`)
	}
}

func (n *levels) paid() string {
	n.opened(true)
	o := n.place()
	n.did(http.MethodPost, "/api/orders/"+o+"/pay", `{"method":"cash"}`)
	return o
}

// Every line of the LAN interface is free for a reason or has a level, and everything that has a level is somewhere on the LAN.
func TestEveryLineOfTheLANIsFreeForAReasonOrGuarded(t *testing.T) {
	t.Parallel()
	lines, said, actions := kds.Routes(), map[string]bool{}, map[staff.Action]bool{}
	for _, g := range guards() {
		said[g.line], actions[g.action] = true, true
		if _, both := free[g.line]; both {
			t.Errorf("%s is free, and asks for somebody", g.line)
		}
	}
	for line, reason := range free {
		if said[line] = true; len(reason) < 10 {
			t.Errorf("%s is free for no reason", line)
		}
	}
	for _, line := range lines {
		if !said[line] {
			t.Errorf("%s: say in this test who may do that", line)
		}
		delete(said, line)
	}
	if len(said) > 0 {
		t.Errorf("the LAN has no %v", slices.Sorted(maps.Keys(said)))
	}
	for _, l := range staff.Levels() {
		if !actions[l.Action] {
			t.Errorf("nobody is asked whether they may %s", l.Words)
		}
	}
}

func openLevels(t *testing.T, required bool) *levels {
	t.Helper()
	n := &levels{}
	n.node = open(t, func(d *kds.Deps, _ *kds.Settings) {
		m, err := menu.Pizzeria()
		if err != nil {
			t.Fatal(err)
		}
		n.guarded, err = kitchen.New(t.Context(), storeOf(t), m, clock.System{}, d.Changes, kitchen.Settings{
			Restaurant: "r1", PINs: required, Printers: []kitchen.Printer{{ID: "p1", Papers: kitchen.Papers()}}, Staff: []kitchen.Hire{
				{ID: "ada", Name: "Ada", PIN: "1111"}, {ID: "bob", Name: "Bob", Role: staff.Counter, PIN: "2222"}, {ID: "carla", Name: "Carla", Role: staff.Manager, PIN: "3333"},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		d.Kitchen, d.Desk = n.guarded, new(faraway)
	})
	n.cook, n.counter, n.manager = n.signIn("1111"), n.signIn("2222"), n.signIn("3333")
	return n
}

type line struct {
	Who, Action, Manager, Reason string
}

// log is the audit log.
func (n *levels) log() []line {
	n.t.Helper()
	var body struct {
		Lines  []line
		Intact bool
	}
	if r := n.get("/api/audit", n.manager...); r.status != http.StatusOK || json.Unmarshal(r.body, &body) != nil || !body.Intact {
		n.t.Fatalf("the log: %d %s", r.status, r.body)
	}
	return body.Lines
}

func (a asked) send(n *levels, g guarded, override string, headers ...string) reply {
	method, _, _ := strings.Cut(g.line, " ")
	if a.match != "" {
		headers = append(slices.Clone(headers), "If-Match", a.match)
	}
	if a.body == "" {
		return n.send(method, a.path, nil, headers...)
	}
	body := a.body
	if override != "" {
		body = strings.TrimSuffix(body, "}")
		if body != "{" {
			body += ","
		}
		body += `"override":` + override + "}"
	}
	return n.send(method, a.path, body, headers...)
}

// below is who may not do something though signed in, and at is the least who may.
func (n *levels) below(r staff.Role) (below, at []string) {
	all := [][]string{n.cook, n.counter, n.manager}
	rank := slices.Index(staff.Roles(), r)
	if rank == 0 {
		return nil, all[0]
	}
	return all[rank-1], all[rank]
}

func TestWhatHasALevelNeedsSomebodyWhoHasItOrAManagersWordAndIsWrittenDown(t *testing.T) {
	t.Parallel()
	n := openLevels(t, true)
	for _, g := range guards() {
		name, a := strings.TrimSpace(g.line+" "+g.what), g.ask(n)
		below, at := n.below(staff.LevelOf(g.action).Role)
		before := len(n.log())
		if r := a.send(n, g, ""); r.status != http.StatusUnauthorized || r.text("code") != "sign_in_needed" || r.text("action") != string(g.action) {
			t.Errorf("%s by nobody: %d %s", name, r.status, r.body)
		}
		if below != nil {
			if r := a.send(n, g, "", below...); r.status != http.StatusForbidden || r.text("code") != "role_needed" || r.text("action") != string(g.action) {
				t.Errorf("%s by somebody who may not: %d %s", name, r.status, r.body)
			}
		}
		if lines := n.log(); len(lines) != before {
			t.Errorf("%s was refused, and the log says %+v", name, lines[before:])
		}
		if a.body == "" { // looking changes nothing
			if r := a.send(n, g, "", at...); r.status != http.StatusOK {
				t.Errorf("%s by who may: %d %s", name, r.status, r.body)
			}
			continue
		}
		if r := a.send(n, g, `{"pin":"3333","reason":"nobody else is here"}`); r.status >= 300 {
			t.Errorf("%s with a manager's word: %d %s", name, r.status, r.body)
		}
		want := line{Action: string(g.action), Manager: "carla", Reason: "nobody else is here"}
		if lines := n.log(); len(lines) != before+1 || lines[before] != want {
			t.Errorf("%s is in the log as %+v", name, lines[before:])
		}
		if r := g.ask(n).send(n, g, "", at...); r.status >= 300 {
			t.Errorf("%s by who may: %d %s", name, r.status, r.body)
		}
	}
}

func TestWithoutPINsEverythingGoesAndIsWrittenDownAllTheSame(t *testing.T) {
	t.Parallel()
	n := openLevels(t, false)
	for _, g := range guards() {
		name, a := strings.TrimSpace(g.line+" "+g.what), g.ask(n)
		before := len(n.log())
		if r := a.send(n, g, ""); r.status >= 300 {
			t.Errorf("%s by nobody: %d %s", name, r.status, r.body)
		}
		lines := n.log()[before:]
		if a.body != "" && (len(lines) != 1 || lines[0].Action != string(g.action) || lines[0].Who != "") {
			t.Errorf("%s is in the log as %+v", name, lines)
		}
	}
}
