package kds_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/id"
)

// storeOf is a database of a test's own.
func storeOf(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// minor is the amount under a path of keys.
func minor(t *testing.T, r reply, keys ...string) int {
	t.Helper()
	v := any(r.json)
	for _, k := range append(keys, "minor") {
		in, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %v in %s", keys, r.body)
		}
		v = in[k]
	}
	f, _ := v.(float64)
	return int(f)
}

func TestACashierTakesPaymentsAndClosesTheDay(t *testing.T) {
	t.Parallel()
	n := openStaffed(t)
	counter := n.signIn("2222")
	o := n.place()
	pay := func(headers ...string) reply {
		return n.post("/api/orders/"+o+"/pay", object{"method": "cash", "tendered": 5000}, headers...)
	}
	if r := pay(); r.status != http.StatusUnauthorized {
		t.Errorf("nobody takes money: %d %s", r.status, r.body)
	}
	if r := pay(counter...); r.status != http.StatusConflict || r.text("code") != "till_closed" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.post("/api/till/open", object{"float": 10000}, counter...); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	r := pay(counter...)
	total := minor(t, r, "order", "totals", "total")
	if r.status != http.StatusCreated || minor(t, r, "change") != 5000-total || minor(t, r, "due") != 0 || minor(t, r, "order", "bill", "paid") != total {
		t.Errorf("%d %s", r.status, r.body)
	}
	if again := pay(counter...); again.status != http.StatusOK || again.header.Get("Idempotent-Replayed") != "true" || minor(t, again, "change") != 5000-total {
		t.Errorf("the same once more: %d %s", again.status, again.body)
	}
	if r := n.post("/api/orders/"+o+"/pay", object{"method": "card"}, counter...); r.status != http.StatusConflict || r.text("code") != "paid_already" {
		t.Errorf("paid twice: %d %s", r.status, r.body)
	}
	if r := n.get("/api/till", counter...); minor(t, r, "till", "expected") != 10000+total || r.json["open"] != true {
		t.Errorf("%s", r.body)
	}
	for body, want := range map[string]int{
		`{"kind":"drop","amount":1000}`: 201, `{"kind":"no_sale","reason":"change"}`: 403, `{"kind":"steal","amount":1}`: 422, `{"kind":"drop"}`: 422,
		`{"kind":"drop","amount":-1}`: 422, `{"kind":"drop","amount":99999999999999999999}`: 422, `{"kind":"drop","amount":1e3}`: 422,
		`{"kind":"pay_out","amount":100,"reason":"basil","override":{"pin":"3333","reason":"no manager near"}}`: 201,
	} {
		if r := n.post("/api/till/entries", body, counter...); r.status != want {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
	if r := n.post("/api/till/close", object{"counted": 1}, counter...); r.status != http.StatusForbidden {
		t.Errorf("the counter closes the day: %d %s", r.status, r.body)
	}
	manager := n.signIn("3333")
	if r := n.post("/api/till/close", object{}, manager...); r.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing was counted: %d", r.status)
	}
	if r := n.post("/api/till/close", object{"counted": 8900 + total - 50, "note": "=1+1"}, manager...); r.status != http.StatusOK ||
		!strings.Contains(string(r.body), `"difference":{"minor":-50`) || !strings.Contains(string(r.body), `"by_person":[{"name":"bob"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/till/report?format=csv", manager...); strings.Count(string(r.body), "\n") != 6 || !strings.Contains(string(r.body), "'=1+1") {
		t.Errorf("%s", r.body)
	}
}

func TestWhatAnOrderCostsMoreSinceItWasPaidIsPaidWithoutAKeyToo(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.post("/api/till/open", object{"float": 0})
	o := n.place()
	pay := func() reply { return n.post("/api/orders/"+o+"/pay", object{"method": "card"}) }
	first := minor(t, pay(), "entry", "amount")
	etag := n.get("/api/orders/" + o).header.Get("ETag")
	change := object{"tap": id.New(), "add": []object{{"product": "cola", "quantity": 1}}}
	r := n.post("/api/orders/"+o+"/change", change, "If-Match", etag)
	more := minor(t, r, "bill", "due")
	if r.status != http.StatusOK || more <= 0 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := pay(); r.status != http.StatusCreated || minor(t, r, "entry", "amount") != more || minor(t, r, "due") != 0 {
		t.Errorf("%d more are due, and it is answered %d %s", more, r.status, r.body)
	}
	if r := pay(); r.status != http.StatusOK || minor(t, r, "order", "bill", "paid") != first+more {
		t.Errorf("the same once more: %d %s", r.status, r.body)
	}
}

func TestAnOrderPaidAtTheCounterSaysItsChange(t *testing.T) {
	t.Parallel()
	n := open(t)
	if r := n.post("/api/till/open", object{"float": 0}); r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	b := basket("margherita", "large")
	b["payment"] = object{"method": "cash", "tendered": 5000}
	key := id.New()
	for range 2 {
		r := n.post("/api/orders", b, "Idempotency-Key", key)
		if r.status != http.StatusCreated || minor(t, r, "bill", "change") != 5000-minor(t, r, "totals", "total") || minor(t, r, "bill", "due") != 0 {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
	if r := n.get("/api/till"); !strings.Contains(string(r.body), `"entries":2`) {
		t.Errorf("%s", r.body)
	}
	b["payment"] = object{"method": "card_at_door", "tendered": 5000}
	if r := n.post("/api/orders", b); r.status != http.StatusUnprocessableEntity || r.text("path") != "payment.tendered" {
		t.Errorf("a card is tendered: %d %s", r.status, r.body)
	}
}

func TestAnOwnDriverIsSentAndComesBack(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.post("/api/till/open", object{"float": 0})
	b := basket("cola", "")
	b["fulfilment"], b["address"] = "delivery", object{"street": "1 Main St", "city": "Springfield", "latitude": 0, "longitude": 0}
	o := n.post("/api/orders", b).text("id")
	if r := n.post("/api/orders/"+o+"/carry", object{"driver": "Max"}); r.status != http.StatusConflict {
		t.Errorf("before it is ready: %d %s", r.status, r.body)
	}
	n.tap("/api/tickets/"+o+"/bump", object{})
	if r := n.post("/api/orders/"+o+"/carry", object{"driver": ""}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("nobody takes it: %d %s", r.status, r.body)
	}
	if r := n.post("/api/orders/"+o+"/carry", object{"driver": "Max"}); r.status != http.StatusOK || r.text("status") != "OutForDelivery" || r.text("carrier") != "Max" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/runs"); !strings.Contains(string(r.body), `"driver":"Max"`) {
		t.Errorf("%s", r.body)
	}
	for body, want := range map[string]int{`{"outcome":"lost"}`: 422, `{"outcome":"failed","cash":1,"reason":"x"}`: 422, `{"outcome":"delivered","cash":9999999}`: 422} {
		if r := n.post("/api/orders/"+o+"/returned", body); r.status != want {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
	if r := n.post("/api/orders/"+o+"/returned", object{"outcome": "delivered"}); r.status != http.StatusOK || r.text("status") != "Delivered" || minor(t, r, "bill", "due") != 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// later is a clock that is ahead.
type later struct{ by time.Duration }

func (l later) Now() time.Time { return time.Now().Add(l.by) }

func TestADayAfterAnOrderEndedItsGuestIsFoundByTheirNumberOnly(t *testing.T) {
	t.Parallel()
	var served kds.Deps
	n := open(t, func(d *kds.Deps, _ *kds.Settings) { served = *d })
	b := basket("cola", "")
	b["channel"], b["customer"] = "phone", object{"name": "Grace Hopper", "phone": "+390551234567"}
	b["fulfilment"], b["address"] = "delivery", object{"street": "1 Main St", "city": "Springfield", "latitude": 1, "longitude": 1}
	o := n.post("/api/orders", b).text("id")
	n.post("/api/tickets/"+o+"/void", object{"tap": id.New(), "reason": "wrong"})
	if r := n.get("/api/orders/" + o); !strings.Contains(string(r.body), "1 Main St") {
		t.Errorf("masked at once: %s", r.body)
	}
	n.stop()
	served.Clock = later{25 * time.Hour}
	n.serve(served, kds.Settings{Restaurant: "r1"})
	r := n.get("/api/orders/" + o)
	if s := string(r.body); strings.Contains(s, "Main St") || strings.Contains(s, "0551234567") || strings.Contains(s, "Hopper") || r.json["masked"] != true {
		t.Errorf("%s", r.body)
	}
	if r := n.tap("/api/tickets/"+o+"/bump", object{}); r.status != http.StatusConflict || strings.Contains(string(r.body), "Hopper") {
		t.Errorf("a refused tap says who it was: %d %s", r.status, r.body)
	}
	r = n.get("/api/customers?phone=%2B390551234567")
	if r.text("name") != "Grace Hopper" || !strings.Contains(string(r.body), "1 Main St") || !strings.Contains(string(r.body), `"product":"cola"`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/customers?phone=12"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.send(http.MethodDelete, "/api/customers?phone=%2B390551234567", nil); r.status != http.StatusNoContent {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/customers?phone=%2B390551234567"); r.status != http.StatusNotFound {
		t.Errorf("%d %s", r.status, r.body)
	}
	if s := fmt.Sprint(string(n.get("/api/orders/" + o).body)); strings.Contains(s, "Grace") {
		t.Errorf("%s", s)
	}
}

func TestASecondPaymentWithoutAKeyIsOneOfItsOwnWhenTheOrderHasBecomeDearer(t *testing.T) {
	t.Parallel()
	n := open(t)
	n.post("/api/till/open", object{"float": 0})
	o := n.place()
	pay := func() reply { return n.post("/api/orders/"+o+"/pay", object{"method": "cash", "tendered": 5000}) }
	first := pay()
	total := minor(t, first, "order", "totals", "total")
	if again := pay(); first.status != http.StatusCreated || again.status != http.StatusOK || again.header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("the same once more: %d, %d %s", first.status, again.status, again.body)
	}
	more := n.post("/api/orders/"+o+"/change", object{"tap": id.New(), "add": []any{object{"product": "cola", "quantity": 1}}}, "If-Match", n.get("/api/orders/"+o).header.Get("ETag"))
	due := minor(t, more, "bill", "due")
	if more.status != http.StatusOK || due == 0 {
		t.Fatalf("%d %s", more.status, more.body)
	}
	for n, want := range []int{http.StatusCreated, http.StatusOK} {
		if r := pay(); r.status != want || minor(t, r, "change") != 5000-due || minor(t, r, "order", "bill", "paid") != total+due {
			t.Errorf("what was added, time %d: %d %s", n+1, r.status, r.body)
		}
	}
}
