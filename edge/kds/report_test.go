package kds_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
)

func TestAStockReportIsCSVOrJSONByWhatWhoAsksTakes(t *testing.T) {
	t.Parallel()
	n := open(t)
	if r := n.send(http.MethodPut, "/api/stock", object{"ingredient": "mushrooms", "quantity": 100}); r.status >= 300 {
		t.Fatalf("count: %d %s", r.status, r.body)
	}
	for accept, want := range map[string]string{
		"": "text/csv", "*/*": "text/csv", "text/csv": "text/csv", "text/csv, application/json": "text/csv", "application/json": "application/json", "text/html, application/json;q=0.9": "application/json",
	} {
		r := n.get("/api/stock/report", "Accept", accept)
		if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), want) || !strings.Contains(string(r.body), "mushrooms") {
			t.Errorf("who takes %q gets %d %s", accept, r.status, r.header.Get("Content-Type"))
		}
	}
	days, _ := n.get("/api/stock/report", "Accept", "application/json").json["days"].([]any)
	if len(days) == 0 {
		t.Fatal("no days")
	}
	if day, _ := days[0].(object); day["ingredient"] != "mushrooms" || day["closing"] != 100.0 || day["unit"] == "" {
		t.Errorf("%+v", days[0])
	}
	if r := n.get("/api/stock/report.csv", "Accept", "application/json"); !strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") {
		t.Errorf("what is named .csv is %s", r.header.Get("Content-Type"))
	}
	if r := n.get("/api/stock/report?from=yesterday"); r.status != http.StatusUnprocessableEntity || r.text("path") != "from" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

var (
	anInstant  = regexp.MustCompile(`"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*"`)
	milliUTC   = regexp.MustCompile(`^"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z"$`)
	wholeClock = time.Date(2026, 7, 3, 18, 0, 0, 0, time.UTC) // a whole second: the one that loses its milliseconds
)

func TestEveryInstantHasMillisecondsInUTC(t *testing.T) {
	t.Parallel()
	n := open(t, func(d *kds.Deps, _ *kds.Settings) {
		m, err := menu.Pizzeria()
		if err != nil {
			t.Fatal(err)
		}
		d.Kitchen, err = kitchen.New(t.Context(), storeOf(t), m, clock.System{}, d.Changes, kitchen.Settings{
			Restaurant: "r1", Zone: time.FixedZone("Rome", 7200), Throttle: &kitchen.Throttle{LargePieces: 2},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	n.set(func(n *node) {
		since := kds.At(wholeClock)
		n.ovens = []kds.OvenView{{ID: "oven-1", Heard: since, HotAt: since, Items: []kds.OvenItem{{Slot: 1, Since: since}}, Decks: []kds.DeckView{{Deck: 1, HotAt: since}}}}
		n.line = kds.LinkView{State: "down", Since: since, Oldest: since}
	})
	n.place()
	if r := n.send(http.MethodPost, "/api/86", object{"kind": "topping", "id": "mushrooms", "minutes": 30}); r.status >= 300 {
		t.Fatalf("86: %d %s", r.status, r.body)
	}
	large := basket("margherita", "large")
	large["lines"] = []object{{"product": "margherita", "size": "large", "quantity": 3}}
	past := basket("margherita", "large")
	past["fire_at"] = "2020-01-01T00:00:00Z"
	for what, r := range map[string]reply{
		"the board": n.get("/api/board"), "the line": n.get("/api/link"), "what is off": n.get("/api/86"), "the orders": n.get("/api/orders"), "a quote": n.get("/api/quote?line=margherita:large:1"),
		"a large order": n.post("/api/orders", large), "an order for last year": n.post("/api/orders", past),
	} {
		found := anInstant.FindAllString(string(r.body), -1)
		if len(found) == 0 {
			t.Errorf("%s has no instant: %d %s", what, r.status, r.body)
		}
		for _, at := range found {
			if !milliUTC.MatchString(at) && !strings.Contains(at, "2020-01-01") {
				t.Errorf("%s says %s", what, at)
			}
		}
		if strings.Contains(string(r.body), "UTC") {
			t.Errorf("%s tells a guest in Rome of UTC: %s", what, r.body)
		}
	}
}

func TestReadinessSaysHowManyMessagesWereRefused(t *testing.T) {
	t.Parallel()
	n := open(t, func(_ *kds.Deps, s *kds.Settings) {
		s.Letters = func(context.Context) (int, int, error) { return 7, 5, nil }
	})
	if r := n.get("/readyz"); r.status != http.StatusOK || r.text("status") != "ready" {
		t.Errorf("%d %s", r.status, r.body)
	} else if l, _ := r.json["dead_letters"].(object); l["all"] != 7.0 || l["kept"] != 5.0 {
		t.Errorf("%s", r.body)
	}
}
