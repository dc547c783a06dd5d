package kds_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestABasketIsQuotedWithoutBeingTaken(t *testing.T) {
	t.Parallel()
	n := open(t)
	full := n.post("/api/quote", object{"fulfilment": "carryout", "lines": []object{{"product": "margherita", "size": "large", "quantity": 2}}})
	short := n.get("/api/quote?fulfilment=carryout&line=margherita:large:2")
	for how, r := range map[string]reply{"POST": full, "GET": short} {
		promise, _ := r.json["promise"].(object)
		if r.status != http.StatusOK || promise["from"] == nil || promise["to"] == nil || promise["because"] == nil || r.json["large"] != false {
			t.Errorf("%s: %d %s", how, r.status, r.body)
		}
	}
	if open := n.get("/api/orders?state=open"); strings.Contains(string(open.body), "margherita") {
		t.Errorf("it was taken: %s", open.body)
	}
	for path, want := range map[string]int{
		"/api/quote": 422, "/api/quote?line=": 422, "/api/quote?line=gravel": 422, "/api/quote?line=margherita:large:many": 422,
		"/api/quote?line=margherita:large:51": 422, "/api/quote?line=margherita:large:0": 422, "/api/quote?fulfilment=rocket&line=cola": 422,
		"/api/quote?fulfilment=delivery&line=cola": 200, "/api/quote?line=cola": 200,
		"/api/quote?" + strings.Repeat("line=cola&", 101): 422,
	} {
		if r := n.get(path); r.status != want {
			t.Errorf("%.60s: %d %s", path, r.status, r.body)
		}
	}
	if r := n.post("/api/quote", object{"lines": []object{{"product": "cola", "price": 0}}}); r.status != 422 || r.text("code") != "unknown_field" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestWebOrdersArePausedAndResumedByHand(t *testing.T) {
	t.Parallel()
	n := open(t)
	if r := n.get("/api/intake"); r.status != 200 || r.json["paused"] != false || r.json["wait_s"] == nil || r.json["closed"] != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	for name, body := range map[string]any{
		"no reason": object{"minutes": 10}, "no time": object{"reason": "flood"}, "two days": object{"minutes": 2880, "reason": "flood"},
		"the past": object{"minutes": -1, "reason": "flood"}, "an age": object{"minutes": 9223372036854775807, "reason": "flood"},
		"a novel": object{"minutes": 5, "reason": strings.Repeat("x", 201)}, "a bell": object{"minutes": 5, "reason": "\a"},
	} {
		if r := n.post("/api/intake/pause", body); r.status != 422 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	for range 2 {
		if r := n.post("/api/intake/pause", object{"minutes": 20, "reason": "flood", "who": "ada"}); r.status != 200 || r.json["paused"] != true || r.text("by") != "ada" || r.text("until") == "" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if board := n.get("/api/board"); !strings.Contains(string(board.body), `"reason":"flood"`) {
		t.Errorf("the board does not say so: %s", board.body)
	}
	for range 2 {
		if r := n.post("/api/intake/resume", nil); r.status != 200 || r.json["paused"] != false {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
}

func TestAnOrderForLaterIsTakenQuotedAndListedWithItsTime(t *testing.T) {
	t.Parallel()
	n := open(t)
	at := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	later := object{
		"fulfilment": "carryout", "customer": object{"name": "Zoë"}, "payment": object{"method": "cash"}, "fire_at": at.Format(time.RFC3339),
		"lines": []object{{"product": "margherita", "size": "large", "quantity": 1}},
	}
	if r := n.post("/api/quote", later); r.status != 200 || !strings.Contains(string(r.body), "scheduled") {
		t.Errorf("quoted: %d %s", r.status, r.body)
	}
	r := n.post("/api/orders", later)
	taken, err := time.Parse(time.RFC3339, r.text("fire_at"))
	if r.status != http.StatusCreated || err != nil || !taken.Equal(at) || r.json["number"] != nil {
		t.Fatalf("taken: %d %s", r.status, r.body)
	}
	if all := n.get("/api/orders?state=open"); !strings.Contains(string(all.body), `"fire_at"`) {
		t.Errorf("listed: %s", all.body)
	}
	if board := n.get("/api/board"); strings.Contains(string(board.body), r.text("id")) && !strings.Contains(string(board.body), `"wanted_at"`) {
		t.Errorf("on the board: %s", board.body)
	}
	for wrong, want := range map[any]int{"yesterday": 422, "2001-01-01T00:00:00Z": 422, 12: 422, "2999-01-01T00:00:00Z": 422} {
		later["fire_at"] = wrong
		if r := n.post("/api/orders", later); r.status != want {
			t.Errorf("%v: %d %s", wrong, r.status, r.body)
		}
	}
}
