package api

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/wire"
)

// What a phone is told over MQTT it can read over HTTP too, and the other way round: it may have one or the other.
func TestAnOfferSaysTheSameOverBothLines(t *testing.T) {
	t.Parallel()
	now, due := time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC), money.Of(1299, "USD")
	place := wire.Place{Position: wire.Position{Latitude: 40.74, Longitude: -73.98}, Name: "Ada", Address: "5 Elm St"}
	o := dispatch.Offer{
		ID: "of-1", Order: "o-1", Driver: "d1", Trip: "t-1", Stop: 2, Fetch: 1, Doors: 3, State: dispatch.Open, Created: now, Expires: now.Add(time.Minute),
		Because: []dispatch.Reason{{Key: dispatch.WhyAway, N: 4}, {Key: dispatch.WhyBest, Name: "Grace"}},
		Run:     dispatch.Run{Restaurant: place, Drop: place, Ready: now.Add(time.Hour), CashDue: &due},
	}
	byHTTP, byMQTT := fields(t, offerOf(&o)), fields(t, o.Wire())
	names := map[string]string{"order_id": "order"}
	only := []string{"state"} // what is not open comes over MQTT as revoked
	for name, said := range byHTTP {
		if slices.Contains(only, name) {
			continue
		}
		other, there := byMQTT[orElseText(names[name], name)]
		if name == "reasons" { // null there is nothing here
			there = there && len(other.([]any)) == len(said.([]any))
			other, said = nil, nil
		}
		if a, b := written(t, said), written(t, other); !there || a != b {
			t.Errorf("%s is %s over HTTP, and %s over MQTT", name, a, b)
		}
		delete(byMQTT, orElseText(names[name], name))
	}
	if len(byMQTT) > 0 {
		t.Errorf("only over MQTT: %v", byMQTT)
	}
	if _, err := wire.Decode[wire.Offer]([]byte(written(t, o.Wire())), now); err != nil {
		t.Error(err)
	}
}

func fields(t *testing.T, v any) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(written(t, v)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func written(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func orElseText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
