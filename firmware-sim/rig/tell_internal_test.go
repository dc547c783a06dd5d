package rig

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/phone"
)

func TestATripIsAnsweredInOneCallThatCanBeMadeAgain(t *testing.T) {
	t.Parallel()
	said := phone.Action{
		Kind: phone.Accept, Offer: "f1", Order: "o1", At: time.Date(2026, 7, 3, 18, 0, 0, 0, time.UTC), Trip: "t1",
		Doors: []phone.Door{{Offer: "f1", Order: "o1"}, {Offer: "f2", Order: "o2"}},
	}
	first, err := request("d1", said)
	if err != nil || first.Method != http.MethodPost || first.Path != "/api/drivers/d1/trips/t1/accept" || first.Key == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	body, err := json.Marshal(first.Body)
	if want := `{"offers":["f1","f2"],"at":"2026-07-03T18:00:00.000Z"}`; err != nil || string(body) != want {
		t.Errorf("says %s, %v", body, err)
	}
	if again, err := request("d1", said); err != nil || again.Key != first.Key {
		t.Errorf("said again as %q, first as %q: %v", again.Key, first.Key, err)
	}
	fewer := said
	fewer.Doors = said.Doors[:1]
	if other, err := request("d1", fewer); err != nil || other.Key == first.Key {
		t.Errorf("another answer has the name of the first one: %v", err)
	}
	for want, err := range map[phone.Outcome]error{
		phone.Done:     nil,
		phone.Changed:  &call.Refusal{HTTP: http.StatusConflict, Code: "trip_changed"},
		phone.Hopeless: &call.Refusal{HTTP: http.StatusConflict, Code: "offer_over"},
		phone.Away:     &call.Refusal{HTTP: http.StatusServiceUnavailable, Code: "unavailable"},
	} {
		if got := outcome(said, err); got != want {
			t.Errorf("%v is taken for %v, not %v", err, got, want)
		}
	}
}
