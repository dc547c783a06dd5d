package kds_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// level is an ingredient as GET /api/stock has it.
func (n *node) level(ingredient string) object {
	n.t.Helper()
	return find(n.t, n.get("/api/stock").json["ingredients"], "id", ingredient)
}

func find(t *testing.T, list any, key, value string) object {
	t.Helper()
	all, _ := list.([]any)
	for _, o := range all {
		if v, ok := o.(object); ok && v[key] == value {
			return v
		}
	}
	t.Fatalf("nothing in %v has %s %q", list, key, value)
	return nil
}

func TestTheShelvesAreCountedReceivedAndReadOverTheLAN(t *testing.T) {
	t.Parallel()
	n := open(t)
	if l := n.level("ham"); l["tracked"] != false || l["on_hand"] != nil || l["unit"] != "g" {
		t.Errorf("before anybody counts: %v", l)
	}
	if r := n.post("/api/stock/counts", object{"ingredient": "ham", "quantity": 900, "who": "ada"}); r.status != http.StatusCreated {
		t.Fatalf("count: %d %s", r.status, r.body)
	}
	receipt := object{"lines": []object{{"ingredient": "ham", "quantity": 100}, {"ingredient": "mozzarella", "quantity": 150}}, "reason": "Metro"}
	for range 2 {
		if r := n.post("/api/stock/receipts", receipt, "Idempotency-Key", "r-1"); r.status != http.StatusCreated {
			t.Fatalf("receive: %d %s", r.status, r.body)
		}
	}
	n.post("/api/stock/waste", object{"ingredient": "ham", "quantity": 50, "reason": "=dropped"})
	n.post("/api/stock/transfers", object{"ingredient": "ham", "quantity": 25, "direction": "out", "restaurant": "r2"})
	if l := n.level("ham"); l["on_hand"] != 925.0 || l["available"] != 925.0 || l["low"] != true {
		t.Errorf("900 + 100 - 50 - 25: %v", l)
	}
	if r := n.send(http.MethodPut, "/api/stock/thresholds", object{"lines": []object{{"ingredient": "ham", "threshold": 500, "par": 2000}}}); r.status != http.StatusOK {
		t.Errorf("thresholds: %d %s", r.status, r.body)
	}
	if l := n.level("ham"); l["low"] != false || l["threshold"] != 500.0 {
		t.Errorf("with a lower threshold: %v", l)
	}
	order := n.get("/api/stock/purchase-order")
	if l := find(t, order.json["lines"], "ingredient", "ham"); l["packs"] != 1.0 || l["quantity"] != 1000.0 {
		t.Errorf("1075 are missing, in packs of 1000: %v", l)
	}
	n.post("/api/stock/purchase-order", object{"ingredient": "ham", "quantity": 1000})
	if r := n.get("/api/stock/purchase-order"); strings.Contains(string(r.body), `"ham"`) {
		t.Errorf("it is on order: %s", r.body)
	}
	r := n.get("/api/stock/report.csv")
	rows, err := csv.NewReader(strings.NewReader(string(r.body))).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][1] != "ham" || rows[1][11] != "925" || rows[1][12] != "'=dropped" {
		t.Errorf("the report: %v %v, %v", r.header["Content-Type"], rows, err)
	}
}

func TestSoldOutIsARefusalWithAlternatives(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.post("/api/stock/counts", object{"ingredient": "mozzarella", "quantity": 160})
	n.place()
	r := n.post("/api/orders", basket("margherita", "large"))
	if r.status != http.StatusConflict || r.text("code") != "sold_out" || r.text("path") != "lines[0]" {
		t.Fatalf("the second one: %d %s", r.status, r.body)
	}
	if others, _ := r.json["alternatives"].([]any); len(others) == 0 {
		t.Errorf("nothing is suggested: %s", r.body)
	}
}

func TestWhatIsOffIsOnEveryScreenAndOnTheMenuWithinSeconds(t *testing.T) {
	t.Parallel()
	n := open(t)
	screen := n.watch("")
	screen.next("snapshot")
	off := object{"kind": "topping", "id": "mushrooms", "reason": "mouldy", "owner": "grace", "minutes": 30}
	if r := n.post("/api/86", off); r.status != http.StatusCreated {
		t.Fatalf("86: %d %s", r.status, r.body)
	}
	if data := screen.next("change").data; !strings.Contains(data, `"sold_out":{"products":[`) || !strings.Contains(data, `"id":"mushrooms"`) {
		t.Errorf("the screen hears %s", data)
	}
	if m := find(t, n.get("/api/board").json["sold_out"].(object)["toppings"], "id", "mushrooms"); m["owner"] != "grace" || m["until"] == nil {
		t.Errorf("the board has %v", m)
	}
	dishes := n.get("/api/menu").json
	if p := find(t, dishes["products"], "id", "capricciosa"); p["sold_out"] != true || len(p["without"].([]any)) != 1 || p["sizes"] == nil {
		t.Errorf("the menu has %v", p)
	}
	if p := find(t, dishes["products"], "id", "margherita"); p["sold_out"] != nil {
		t.Errorf("the menu has %v", p)
	}
	if r := n.send(http.MethodDelete, "/api/86/topping/mushrooms", nil); r.status != http.StatusNoContent {
		t.Errorf("lift: %d %s", r.status, r.body)
	}
	if r := n.send(http.MethodDelete, "/api/86/topping/mushrooms", nil); r.status != http.StatusNotFound {
		t.Errorf("lift again: %d %s", r.status, r.body)
	}
	if all, _ := n.get("/api/86").json["off"].([]any); len(all) != 0 {
		t.Errorf("still off: %v", all)
	}
}

func TestUnusableWordsAboutTheStockSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	n := open(t)
	long := time.Now().AddDate(3, 0, 0)
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		at           string
	}{
		"no quantity":        {"POST", "/api/stock/counts", object{"ingredient": "ham"}, 422, "lines[0].quantity"},
		"a half gram":        {"POST", "/api/stock/counts", `{"ingredient":"ham","quantity":1.5}`, 422, "quantity"},
		"both ways":          {"POST", "/api/stock/counts", object{"ingredient": "ham", "quantity": 1, "lines": []object{{"ingredient": "ham", "quantity": 1}}}, 422, "lines"},
		"an unknown one":     {"POST", "/api/stock/receipts", object{"ingredient": "gold", "quantity": 1}, 422, "lines[0].ingredient"},
		"waste of no reason": {"POST", "/api/stock/waste", object{"ingredient": "ham", "quantity": 1}, 422, "reason"},
		"to itself":          {"POST", "/api/stock/transfers", object{"ingredient": "ham", "quantity": 1, "direction": "in", "restaurant": "r1"}, 422, "restaurant"},
		"to nowhere":         {"POST", "/api/stock/transfers", object{"ingredient": "ham", "quantity": 1, "direction": "up", "restaurant": "r2"}, 422, "direction"},
		"nothing to mind":    {"PUT", "/api/stock/thresholds", object{"ingredient": "ham"}, 422, "lines[0]"},
		"an odd day":         {"GET", "/api/stock/report.csv?from=yesterday", nil, 422, "from"},
		"backwards":          {"GET", "/api/stock/report.csv?from=2026-02-02&to=2026-02-01", nil, 422, "from"},
		"years":              {"GET", "/api/stock/report.csv?from=2020-02-02&to=2026-02-01", nil, 422, "from"},
		"an unknown product": {"POST", "/api/86", object{"kind": "product", "id": "sushi"}, 404, "id"},
		"an unknown kind":    {"POST", "/api/86", object{"kind": "mood", "id": "margherita"}, 422, "kind"},
		"too long":           {"POST", "/api/86", object{"kind": "product", "id": "margherita", "until": long}, 422, "until"},
		"two ends":           {"POST", "/api/86", object{"kind": "product", "id": "margherita", "until": long, "minutes": 3}, 422, "minutes"},
		"an end in year 1":   {"POST", "/api/86", object{"kind": "product", "id": "margherita", "until": "0001-01-01T00:00:00Z"}, 422, "until"},
		"no minutes":         {"POST", "/api/86", object{"kind": "product", "id": "margherita", "minutes": 0}, 422, "minutes"},
	} {
		r := n.send(c.method, c.path, c.body)
		if r.status != c.status || r.text("path") != c.at || !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	r := n.send(http.MethodPatch, "/api/stock", object{})
	if allow := r.header["Allow"]; r.status != http.StatusMethodNotAllowed || !slices.Contains(allow, "PUT") {
		t.Errorf("patch: %d %v", r.status, allow)
	}
}
