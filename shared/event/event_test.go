package event_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"awesome.pizza/shared/escrow"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// -update writes the golden files of kinds that have none. A golden file that exists is never changed: nodes in the field speak it.
//
//go:generate go test . -count=1 -run TestEveryKindReadsItsGoldenFile -update
var update = flag.Bool("update", false, "write golden files that are missing")

func bodies() []event.Body {
	at := time.Date(2026, 7, 3, 19, 30, 0, 250e6, time.UTC)
	later := at.Add(12 * time.Minute)
	usd := func(n int64) money.Amount { return money.Of(n, "USD") }
	o := order.Order{
		ID: "0198c0de-0000-7000-8000-000000000001", Restaurant: "r1", Origin: order.Cloud, Channel: order.Web, Fulfilment: order.ByDelivery,
		Customer: order.Customer{Name: "Ada", Phone: "+12025550123"},
		Address:  &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 40.7431, Longitude: -73.9899},
		Lines: []order.Line{{
			Product: "margherita", Half: "hawaii", Size: "large", Quantity: 1, Note: "well done", Name: "Margherita / Hawaii",
			Toppings:  []order.Topping{{Topping: "mushrooms", Placement: order.Left, Amount: order.Extra}},
			Allergens: []string{"gluten", "milk"}, Unit: usd(1650),
		}},
		Totals:  order.Totals{Items: usd(1650), Tax: usd(136), Fee: usd(299), Total: usd(2085)},
		Payment: order.Payment{Method: "cash"}, Promise: order.Promise{From: later, To: later.Add(10 * time.Minute), Because: []string{"3 orders ahead"}},
		MenuVersion: 1, PlacedAt: at, AcceptBy: &later,
	}
	items := []order.Item{{
		ID: "1", Product: "margherita", Half: "hawaii", Size: "large", Name: "Margherita / Hawaii", Station: "make", Bakes: true, MakeSeconds: 90,
		BakeSeconds: 360, State: order.ItemQueued,
	}}
	n := func(n int64) *int64 { return &n }
	return []event.Body{
		event.ProductSoldOut{What: "topping", ID: "mushrooms", Owner: "grace", Reason: "mouldy", Auto: true, Since: at, Until: &later},
		event.ProductBack{What: "topping", ID: "mushrooms", At: later},
		event.StockStanding{
			Whole:  true,
			Levels: []event.StockLevel{{Ingredient: "mushrooms", OnHand: 900, Reserved: 75, Lent: 300, Threshold: 2000, Par: 8000, OnOrder: 4000, Low: true, RunsOut: &later}},
			Off:    []event.ProductSoldOut{{What: "product", ID: "hawaii", Since: at}},
		},
		event.StockWished{
			Request: "0198c0de-0000-7000-8000-000000000003", Do: "sold_out", What: "product", ID: "hawaii", Reason: "taste", By: "head office", Until: &later,
			Lines: []event.StockLine{{Ingredient: "ham", Quantity: n(500), Threshold: n(400), Par: n(2000)}},
		},
		escrow.Lent{Ingredient: "mushrooms", Epoch: 3, Total: 450},
		escrow.Recalled{Ingredient: "mushrooms", Epoch: 3, Total: 150},
		escrow.Returned{Ingredient: "mushrooms", Epoch: 3, Total: 75},
		event.OrderTaken{Order: o, Items: items},
		event.OrderStepped{Order: o.ID, Action: order.Bake, Items: []string{"1"}, Number: 42, Cause: event.BySensor, Who: "oven-1", Oven: "oven-1", Reason: "burned", Ready: &later},
		event.OrderChanged{
			Order: o.ID, Changes: 2, Lines: o.Lines, Items: items, Totals: o.Totals, MenuVersion: 1, Who: "ada", Reason: "one more guest", Ready: &later,
		},
		event.ForecastChanged{Order: o.ID, Ready: later},
		event.CommandAnswered{Seq: 7, Command: "0198c0de-0000-7000-8000-000000000002", Order: o.ID, Reason: "it is in the oven"},
		event.AlertRaised{Alert: "silent/oven-1", Device: "oven-1", What: "silent", Level: "critical", Since: at},
		event.AlertCleared{Alert: "silent/oven-1", Device: "oven-1", At: later},
		event.IntakePaused{Since: at, Until: later, By: "rule", Reason: "a new order would wait 50 min"},
		event.IntakeResumed{At: later},
		event.OrderStanding{
			Order: o, Day: "2026-07-03", Number: 42, Driver: "d1", Name: "Grace", Arrives: &later, Ready: &later, Token: "0198c0de-token", Since: at, Recovered: true,
			Progress: order.Progress{Origin: order.Cloud, Intake: order.Validated, Whole: order.Queued, Delivery: order.Assigned, Items: items},
		},
		event.DeliveryCarried{Order: o.ID, Delivery: order.Failed, Name: "Max", Reason: "nobody opened"},
		event.OrderOffered{Order: o, Items: items},
		event.OrderRecovered{
			Order: o, Day: "2026-07-03", Number: 42, Driver: "d1", Name: "Grace", Arrives: &later, Ready: &later, Token: "0198c0de-token", Since: at,
			Progress: order.Progress{Origin: order.Cloud, Intake: order.Validated, Whole: order.Queued, Delivery: order.Assigned, Items: items},
		},
		event.OrderRevoked{Order: o.ID, Reason: "the guest changed their mind"},
		event.StatusWished{Order: o.ID, Status: order.StatusPreparing, By: "staff"},
		event.DeliveryStepped{Order: o.ID, Delivery: order.Assigned, Driver: "d1", Name: "Grace", Arrives: &later},
		event.BagOpened{Bag: "0198c0de-0000-7000-8000-000000000004", Driver: "d1", Name: "Grace", Currency: "USD", Float: 2000, At: at},
		event.BagClosed{
			Bag: "0198c0de-0000-7000-8000-000000000004", Driver: "d1", Name: "Grace", Currency: "USD", Float: 2000, Collected: 8340, Dropped: 5000, Expected: 5340,
			Counted: 5300, Note: "a coin rolled away", At: later,
		},
	}
}

func TestEveryKindReadsItsGoldenFile(t *testing.T) {
	t.Parallel()
	for _, want := range bodies() {
		path := filepath.Join("testdata", want.Kind()+".json")
		if _, err := os.Stat(path); *update && os.IsNotExist(err) {
			raw, _ := json.MarshalIndent(want, "", "  ")
			if err := os.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := event.Decode(want.Kind(), golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s reads differently than it was written (-want +got):\n%s", want.Kind(), diff)
		}
		again, err := event.Encode(got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(jsonOf(t, golden), jsonOf(t, again)); diff != "" {
			t.Errorf("%s is not written as its golden file says (-golden +now):\n%s", want.Kind(), diff)
		}
	}
}

func jsonOf(t *testing.T, raw []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryGoldenFileStillHasItsKind(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != len(bodies()) {
		t.Errorf("%d golden files for %d kinds, %v", len(files), len(bodies()), err)
	}
	for _, f := range files {
		kind := strings.TrimSuffix(filepath.Base(f), ".json")
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := event.Decode(kind, raw); err != nil {
			t.Errorf("a kind that was published is no longer read: %v", err)
		}
	}
}

func TestANewerSideIsNotMisread(t *testing.T) {
	t.Parallel()
	if _, err := event.Decode("order.teleported.v1", []byte(`{}`)); !errors.Is(err, event.ErrUnknown) {
		t.Errorf("an unknown kind: %v", err)
	}
	b, err := event.Decode("forecast.changed.v1", []byte(`{"order":"o","ready":"2026-07-03T19:30:00Z","mood":"good"}`))
	if err != nil || b.(event.ForecastChanged).Order != "o" {
		t.Errorf("a new field broke an old kind: %v", err)
	}
	if _, err := event.Decode("forecast.changed.v1", []byte(`{"order":`)); err == nil || errors.Is(err, event.ErrUnknown) {
		t.Errorf("torn JSON: %v", err)
	}
}
