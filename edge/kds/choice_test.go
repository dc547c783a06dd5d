package kds_test

import (
	"encoding/json"
	"net/http"
	"testing"
)

func TestACookSeesCrustSauceCutAndWhatMustNotBeInIt(t *testing.T) {
	t.Parallel()
	n := open(t)
	body := basket("margherita", "large")
	body["lines"] = []object{
		{"product": "margherita", "size": "large", "quantity": 1, "crust": "stuffed", "sauce": "bbq", "cut": "squares", "avoid": []string{"nuts", "milk"}},
		{"product": "margherita", "size": "large", "quantity": 1, "crust": "classic", "sauce": "tomato", "cut": "8_slices"},
	}
	r := n.post("/api/orders", body)
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	type item struct {
		Crust, Sauce, Cut string
		CrustName         string `json:"crust_name"`
		SauceName         string `json:"sauce_name"`
		CutName           string `json:"cut_name"`
		Avoid, Conflict   []string
	}
	var placed struct {
		Items  []item
		Totals struct{ Items struct{ Minor int } }
	}
	if err := json.Unmarshal(r.body, &placed); err != nil {
		t.Fatal(err)
	}
	one, other := placed.Items[0], placed.Items[1]
	if one.Crust != "stuffed" || one.CrustName != "Stuffed" || one.SauceName != "Barbecue" || one.CutName != "Squares" || len(one.Avoid) != 2 || len(one.Conflict) != 1 || one.Conflict[0] != "milk" {
		t.Errorf("the first pizza: %+v", one)
	}
	if other.CrustName != "" || other.Sauce != "" || other.Cut != "" || other.Avoid != nil || placed.Totals.Items.Minor != 1499+250+100+1499 {
		t.Errorf("the usual one: %+v, %d", other, placed.Totals.Items.Minor)
	}

	id := r.text("id")
	change := object{"tap": "change-1", "reason": "they said so", "set": []object{{"line": 1, "product": "margherita", "size": "large", "quantity": 1, "crust": "thin", "avoid": []string{"fish"}}}}
	changed := n.post("/api/orders/"+id+"/change", change, "If-Match", r.header.Get("ETag"))
	if err := json.Unmarshal(changed.body, &placed); err != nil || changed.status != http.StatusOK || placed.Items[1].CrustName != "Thin" || placed.Items[1].Avoid[0] != "fish" {
		t.Errorf("changed: %v %d %s", err, changed.status, changed.body)
	}
	if again := n.post("/api/orders/"+id+"/change", change, "If-Match", r.header.Get("ETag")); again.status != http.StatusOK {
		t.Errorf("the same change again: %d %s", again.status, again.body)
	}
}

func TestWhatAPizzaCannotBeHadWithIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	n := open(t)
	for path, line := range map[string]object{
		"lines[0].crust": {"product": "margherita", "size": "small", "quantity": 1, "crust": "stuffed"},
		"lines[0].sauce": {"product": "margherita", "size": "small", "quantity": 1, "sauce": "chocolate"},
		"lines[0].cut":   {"product": "cola", "quantity": 1, "cut": "squares"},
		"lines[0].avoid": {"product": "margherita", "size": "small", "quantity": 1, "avoid": []string{"everything"}},
	} {
		body := basket("margherita", "large")
		body["lines"] = []object{line}
		for _, route := range []string{"/api/orders", "/api/quote"} {
			if r := n.post(route, body); r.status != http.StatusUnprocessableEntity || r.text("path") != path {
				t.Errorf("%s of %v: %d %s", route, line, r.status, r.body)
			}
		}
	}
}
