package api_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	facts "awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// says lets r1's node say something, as the first it ever said.
func (c *chain) says(t *testing.T, bodies ...facts.Body) {
	t.Helper()
	b := link.Batch{Edge: "r1", Epoch: 1, First: 1, Last: uint64(len(bodies)), Gen: "g", Schema: link.Schema}
	var prev link.Hash
	for n, body := range bodies {
		raw, err := facts.Encode(body)
		if err != nil {
			t.Fatal(err)
		}
		e := link.Seal(prev, uint64(n+1), link.Event{ID: id.New(), Kind: body.Kind(), At: time.Now(), Body: raw})
		prev = e.Hash
		b.Events = append(b.Events, e)
	}
	d, _, err := c.Apply(t.Context(), []link.Batch{b})
	if err != nil || d[0].Verdict != link.Apply {
		t.Fatalf("%+v, %v", d, err)
	}
}

// entry is the one of a list that has a name.
func entry(t *testing.T, list any, key, name string) map[string]any {
	t.Helper()
	all, _ := list.([]any)
	for _, v := range all {
		if m, _ := v.(map[string]any); m[key] == name {
			return m
		}
	}
	t.Fatalf("%v has none with %s %s", list, key, name)
	return nil
}

func TestGuestsSeeAndOrderOnlyWhatThereIs(t *testing.T) {
	t.Parallel()
	c := open(t)
	before := c.get(t, "/api/restaurants/r2/menu").is(t, 200)
	if before.header.Get("ETag") != `"1"` || len(before.at("sold_out", "products").([]any)) != 0 {
		t.Errorf("all there: %s %v", before.header.Get("ETag"), before.at("sold_out"))
	}
	c.says(t, facts.ProductSoldOut{What: menu.ATopping, ID: "mushrooms", Reason: "mouldy", Since: time.Now()})
	dishes := c.get(t, "/api/restaurants/r1/menu").is(t, 200)
	if m := entry(t, dishes.at("sold_out", "toppings"), "id", "mushrooms"); m["reason"] != "mouldy" {
		t.Errorf("the menu says %v", m)
	}
	if dishes.header.Get("ETag") == `"1"` || dishes.at("products") == nil {
		t.Errorf("a guest who has the menu of before is not told: %s", dishes.header.Get("ETag"))
	}
	a := c.post(t, "/api/orders", basket(order.Carryout)).refused(t, 409, "sold_out")
	if lack := entry(t, a.at("sold_out"), "id", "mushrooms"); lack["line"] != 0.0 {
		t.Errorf("lacking is %v", lack)
	}
	if other := entry(t, a.at("alternatives"), "product", "margherita"); other["without"] == nil {
		t.Errorf("suggested is %v", other)
	}
	c.post(t, "/api/restaurants/r1/quote", map[string]any{
		"fulfilment": "carryout", "lines": []any{map[string]any{"product": "prosciutto_funghi", "size": "large", "quantity": 1}},
	}).refused(t, 409, "sold_out")
}

func TestTheInventoryIsReadWithItsAgeAndWritingIsAWish(t *testing.T) {
	t.Parallel()
	c := open(t)
	c.says(t, facts.StockStanding{Levels: []facts.StockLevel{{Ingredient: "ham", OnHand: 900, Reserved: 100, Threshold: 2000, Par: 10000, Low: true}}})
	a := c.get(t, "/api/inventory/r1/stock").is(t, 200)
	ham := entry(t, a.at("ingredients"), "ingredient", "ham")
	if ham["on_hand"] != 900.0 || ham["available"] != 800.0 || ham["low"] != true || ham["as_of"] == nil || a.at("as_of") == nil {
		t.Errorf("the ham is %v, as of %v", ham, a.at("as_of"))
	}
	if egg := entry(t, a.at("ingredients"), "ingredient", "egg"); egg["tracked"] != false || egg["on_hand"] != nil {
		t.Errorf("nobody has counted the eggs: %v", egg)
	}
	line := func(id string, n int) map[string]any {
		return map[string]any{"lines": []any{map[string]any{"ingredient": id, "quantity": n}}, "reason": "so it is"}
	}
	for _, path := range []string{"receipts", "waste", "counts"} {
		if r := c.post(t, "/api/inventory/r1/"+path, line("ham", 5)).is(t, 202); r.at("state") != "asked" || r.at("request") == "" {
			t.Errorf("%s: %s", path, r.body)
		}
	}
	c.call(t, req{method: "PUT", path: "/api/inventory/r1/stock", body: line("ham", 5)}).is(t, 202)
	c.call(t, req{method: "PUT", path: "/api/inventory/r1/thresholds", body: map[string]any{"lines": []any{map[string]any{"ingredient": "ham", "threshold": 5}}}}).is(t, 202)
	c.post(t, "/api/inventory/r1/86", map[string]any{"kind": "product", "id": "hawaii", "reason": "taste"}).is(t, 202)
	c.call(t, req{method: "DELETE", path: "/api/inventory/r1/86/product/hawaii"}).is(t, 202)
	commands, _, err := c.Commands(t.Context(), "r1", 1, 100)
	if err != nil || len(commands) != 7 {
		t.Fatalf("%d commands, %v", len(commands), err)
	}
	if b, err := facts.Decode(commands[1].Kind, commands[1].Body); err != nil || b.(facts.StockWished).Do != "waste" || *b.(facts.StockWished).Lines[0].Quantity != 5 {
		t.Errorf("the second is %+v, %v", b, err)
	}
	if l := entry(t, c.get(t, "/api/inventory/r1/thresholds").is(t, 200).at("thresholds"), "ingredient", "ham"); l["threshold"] != 2000.0 {
		t.Errorf("until the node says so, the threshold is what it was: %v", l)
	}
	rows, err := csv.NewReader(strings.NewReader(string(c.get(t, "/api/inventory/r1/report").is(t, 200).body))).ReadAll()
	if err != nil || len(rows) < 40 || rows[0][0] != "ingredient" {
		t.Errorf("the report has %d rows, %v", len(rows), err)
	}
	c.post(t, "/api/inventory/r1/counts", line("gold", 5)).refused(t, 422, "unknown_ingredient")
	c.post(t, "/api/inventory/nowhere/counts", line("ham", 5)).refused(t, 404, "no_such_restaurant")
	c.post(t, "/api/inventory/r1/waste", map[string]any{"lines": []any{map[string]any{"ingredient": "ham", "quantity": 5}}}).refused(t, 422, "reason_missing")
}
