package kds_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"awesome.pizza/shared/order"
)

func orderID(s string) order.ID { return order.ID(s) }

func TestAnOrderOfTheCounterIsNumberedPricedAndFoundAgain(t *testing.T) {
	t.Parallel()
	n := open(t)
	body := basket("margherita", "large")
	body["lines"] = []object{{
		"product": "diavola", "half": "quattro_formaggi", "size": "medium", "quantity": 2, "note": "well done",
		"toppings": []object{{"topping": "jalapenos", "placement": "left", "amount": "none"}, {"topping": "mushrooms", "amount": "extra"}},
	}}
	r := n.post("/api/orders", body)
	if r.status != http.StatusCreated || r.header.Get("Location") != "/api/orders/"+r.text("id") {
		t.Fatalf("%d %s %s", r.status, r.header.Get("Location"), r.body)
	}
	var placed struct {
		Number  int
		Status  string
		Version int
		Kitchen struct{ State string }
		Totals  struct{ Total struct{ Minor int } }
		Items   []struct {
			HalfName string `json:"half_name"`
			Station  string
			Since    string
			Quantity int `json:"quantity_of_line"`
			Toppings []struct{ Name, Placement, Amount string }
		}
	}
	if err := json.Unmarshal(r.body, &placed); err != nil {
		t.Fatal(err)
	}
	if placed.Number != 1 || placed.Status != "Queued" || placed.Kitchen.State != "queued" || placed.Totals.Total.Minor <= 0 || len(placed.Items) != 2 {
		t.Errorf("placed: %s", r.body)
	}
	item := placed.Items[1]
	if item.HalfName != "Quattro formaggi" || item.Station != "make" || item.Quantity != 2 || item.Toppings[0].Name != "Jalapeños" || item.Toppings[0].Amount != "none" {
		t.Errorf("item: %+v", item)
	}
	if !strings.HasSuffix(item.Since, "Z") || len(item.Since) != len("2026-01-02T15:04:05.000Z") {
		t.Errorf("an instant is written as %q", item.Since)
	}
	again := n.get(r.header.Get("Location"))
	if again.status != http.StatusOK || again.header.Get("ETag") != r.header.Get("ETag") || again.text("id") != r.text("id") {
		t.Errorf("found again as %d %s", again.status, again.body)
	}
}

func TestTheSameKeyIsTheSameOrder(t *testing.T) {
	t.Parallel()
	n := open(t)
	key := []string{"Idempotency-Key", "till-1/0001"}
	first := n.post("/api/orders", basket("margherita", "large"), key...)
	before := n.seq()
	again := n.post("/api/orders", basket("margherita", "large"), key...)
	if again.status != http.StatusCreated || again.text("id") != first.text("id") || again.header.Get("Idempotent-Replayed") != "true" || n.seq() != before {
		t.Errorf("%d %s after %s", again.status, again.body, first.body)
	}
	other := n.post("/api/orders", basket("hawaii", "large"), key...)
	if other.status != http.StatusUnprocessableEntity || other.text("code") != "idempotency_mismatch" || other.text("order") != first.text("id") {
		t.Errorf("another order under the same key: %d %s", other.status, other.body)
	}
	if free := n.post("/api/orders", basket("margherita", "large")); free.text("id") == first.text("id") || free.status != http.StatusCreated {
		t.Errorf("without a key: %d %s", free.status, free.body)
	}
}

func TestOrdersAreListedOpenFirstThenWhatEndedToday(t *testing.T) {
	t.Parallel()
	n := open(t)
	gone, here := n.place(), n.place()
	n.tap("/api/tickets/"+gone+"/void", object{"reason": "twice by mistake"})
	for query, want := range map[string]string{"": here + " " + gone, "?state=open": here, "?state=ended": gone} {
		var list struct{ Orders []struct{ ID string } }
		if err := json.Unmarshal(n.get("/api/orders"+query).body, &list); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, o := range list.Orders {
			ids = append(ids, o.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("orders%s: %s, want %s", query, got, want)
		}
	}
	if r := n.get("/api/orders?state=lost"); r.status != http.StatusUnprocessableEntity || r.text("path") != "state" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/orders/nobody"); r.status != http.StatusNotFound {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestTheMenuIsThere(t *testing.T) {
	t.Parallel()
	var m struct{ Products []struct{ ID string } }
	if err := json.Unmarshal(open(t).get("/api/menu").body, &m); err != nil || len(m.Products) < 20 {
		t.Errorf("%d products (%v)", len(m.Products), err)
	}
}
