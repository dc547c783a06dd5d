package kds

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"awesome.pizza/docs/schema"
)

//go:generate go test . -count=1 -run TestTheLANDocumentIsWhatTheCodeSays -update
var update = flag.Bool("update", false, "write docs/edge-openapi.json anew")

const document = "../../docs/edge-openapi.json"

// bodies are what requests of a line have in them, and answers what comes back. What is not here is an object whose words docs/LAN.md has.
func bodies() map[string]any {
	return map[string]any{
		"POST /api/orders": orderBody{}, "POST /api/quote": orderBody{}, "POST /api/orders/{id}/change": changeBody{}, "POST /api/intake/pause": pauseBody{},
		"POST /api/tickets/{id}/start": tapBody{}, "POST /api/tickets/{id}/bump": tapBody{}, "POST /api/tickets/{id}/recall": tapBody{},
		"POST /api/tickets/{id}/remake": tapBody{}, "POST /api/tickets/{id}/hand-over": tapBody{}, "POST /api/tickets/{id}/void": tapBody{},
		"POST /api/tickets/{id}/confirm": tapBody{}, "POST /api/tickets/{id}/hold": tapBody{}, "POST /api/tickets/{id}/release": tapBody{},
		"POST /api/tickets/{id}/rush": tapBody{}, "POST /api/tickets/{id}/calm": tapBody{}, "POST /api/tickets/{id}/acknowledge": tapBody{},
		"POST /api/tickets/{id}/items/{item}/bump": tapBody{}, "POST /api/tickets/{id}/print": printBody{}, "POST /api/86": offBody{},
		"POST /api/orders/{id}/pay": moneyBody{}, "POST /api/orders/{id}/refund": moneyBody{}, "POST /api/orders/{id}/discount": moneyBody{},
		"POST /api/till/entries": moneyBody{}, "POST /api/stock/receipts": slipBody{}, "POST /api/stock/waste": slipBody{},
		"POST /api/stock/counts": slipBody{}, "PUT /api/stock": slipBody{}, "PUT /api/stock/thresholds": mindBody{},
		"POST /api/dispatch/orders/{id}/assign": assignBody{}, "POST /api/dispatch/orders/{id}/unassign": assignBody{},
	}
}

func answers() map[string]any {
	all := map[string]any{
		"GET /api/board": boardView{}, "GET /api/link": LinkView{}, "GET /api/menu": menuView{}, "POST /api/orders": orderView{}, "GET /api/orders/{id}": orderView{},
		"GET /api/orders": struct {
			Orders []orderView `json:"orders"`
		}{},
		"GET /api/recent": struct {
			Tickets []ticketView `json:"tickets"`
		}{},
		"GET /api/sensors": struct {
			Sensors []SensorView `json:"sensors"`
		}{},
		"GET /api/food-safety": struct {
			Day    string        `json:"day"`
			Intact bool          `json:"intact"`
			Lines  []readingView `json:"lines"`
		}{},
		"GET /api/audit": struct {
			Day    string      `json:"day"`
			Intact bool        `json:"intact"`
			Lines  []auditView `json:"lines"`
		}{},
		"GET /api/printers": struct {
			Printers []PrinterView `json:"printers"`
		}{},
		"GET /api/session": sessionView{}, "POST /api/session": sessionView{}, "GET /api/customers": guestView{}, "GET /api/till": tillView{},
		"POST /api/quote": quoteView{}, "GET /api/quote": quoteView{}, "GET /api/intake": intakeView{}, "GET /api/pair": pairView{},
		"GET /api/dispatch": dispatchView{}, "GET /api/dispatch/what-if": whatIfView{},
		"POST /api/dispatch/orders/{id}/assign": dispatchView{}, "POST /api/dispatch/orders/{id}/unassign": dispatchView{},
	}
	for line, body := range bodies() {
		if _, is := body.(tapBody); is {
			all[line] = ticketView{}
		}
	}
	return all
}

// shaped is a schema; of a struct without a name, what is in it.
func shaped(types schema.All, v any) schema.Object {
	if v == nil {
		return schema.Object{"type": "object"}
	}
	t := reflect.TypeOf(v)
	if t.Name() != "" {
		return types.Of(t)
	}
	properties := schema.Object{}
	for f := range t.Fields() {
		properties[f.Tag.Get("json")] = types.Of(f.Type)
	}
	return schema.Object{"type": "object", "properties": properties}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

func lanDocument(t *testing.T) schema.Object {
	t.Helper()
	page, err := os.ReadFile("../../docs/LAN.md")
	if err != nil {
		t.Fatal(err)
	}
	says := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\| (.+) \\| (.+) \\|$").FindAllStringSubmatch(string(page), -1) {
		says[m[1]] = m[2:]
	}
	types, paths := schema.All{}, map[string]schema.Object{}
	problem := schema.Object{"description": "a problem, RFC 9457, with a code and a sentence that says what to do", "content": schema.Object{
		"application/problem+json": schema.Object{"schema": schema.Object{"$ref": "#/components/schemas/problem"}},
	}}
	types["problem"] = schema.Object{"type": "object", "required": []string{"type", "code", "title", "status"}, "properties": schema.Object{
		"type": schema.Object{"type": "string"}, "code": schema.Object{"type": "string"}, "title": schema.Object{"type": "string"},
		"status": schema.Object{"type": "integer"}, "detail": schema.Object{"type": "string"},
	}}
	for _, r := range (&Server{}).all() {
		line, path := r.method+" "+r.path, strings.ReplaceAll(r.path, "*", "{file}")
		if says[line] == nil {
			t.Fatalf("docs/LAN.md does not say what %s is", line)
		}
		operation := schema.Object{"summary": says[line][0], "x-level": says[line][1]}
		parameters := []schema.Object{}
		for _, m := range parameter.FindAllStringSubmatch(path, -1) {
			parameters = append(parameters, schema.Object{"name": m[1], "in": "path", "required": true, "schema": schema.Object{"type": "string"}})
		}
		operation["parameters"] = parameters
		success := schema.Object{"description": "done"}
		if strings.HasPrefix(path, "/api/") {
			success["content"] = schema.Object{"application/json": schema.Object{"schema": shaped(types, answers()[line])}}
		}
		operation["responses"] = schema.Object{"2XX": success, "default": problem}
		if r.method == "POST" || r.method == "PUT" {
			operation["requestBody"] = schema.Object{"content": schema.Object{"application/json": schema.Object{"schema": shaped(types, bodies()[line])}}}
		}
		if paths[path] == nil {
			paths[path] = schema.Object{}
		}
		paths[path][strings.ToLower(r.method)] = operation
	}
	return schema.Object{
		"openapi": "3.1.0", "paths": paths, "components": schema.Object{"schemas": types},
		"info": schema.Object{"title": "Awesome Pizza: a restaurant's node on its LAN", "version": "1", "description": "x-level is who may do it, as in docs/LAN.md. Written from the code by a test."},
	}
}

func TestTheLANDocumentIsWhatTheCodeSays(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(lanDocument(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(document, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(document); err != nil || string(want) != string(got) {
		t.Errorf("docs/edge-openapi.json is stale: run go test ./edge/kds -run LANDocument -update, and read what has changed: %v", err)
	}
}

func TestWhatTheLANDocumentShowsAreLinesOfTheRouter(t *testing.T) {
	t.Parallel()
	lines := map[string]bool{}
	for _, r := range (&Server{}).all() {
		lines[r.method+" "+r.path] = true
	}
	for _, shown := range []map[string]any{bodies(), answers()} {
		for line := range shown {
			if !lines[line] {
				t.Errorf("there is no %s", line)
			}
		}
	}
}
