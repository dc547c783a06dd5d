package dispatch_test

import (
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

func TestAnOfferEndsOnceAndStaysEnded(t *testing.T) {
	t.Parallel()
	states := []dispatch.OfferState{dispatch.Open, dispatch.Accepted, dispatch.Declined, dispatch.Expired, dispatch.Revoked}
	ends := map[dispatch.Answer]dispatch.OfferState{
		dispatch.Accept: dispatch.Accepted, dispatch.Decline: dispatch.Declined, dispatch.Expire: dispatch.Expired, dispatch.Revoke: dispatch.Revoked,
	}
	at := noon.Add(10 * time.Second)
	for _, from := range states {
		for a, to := range ends {
			o := dispatch.Offer{State: from, Created: noon, Expires: noon.Add(dispatch.OfferTTL)}
			got, err := o.Take(a, at)
			switch {
			case from == dispatch.Open && (err != nil || got.State != to || !got.Answered.Equal(at)):
				t.Errorf("%s from open: %s, %v", a, got.State, err)
			case from == to && (err != nil || got.State != from || !got.Answered.IsZero()):
				t.Errorf("%s again: %s, %v", a, got.State, err)
			case from != dispatch.Open && from != to && (!problem.Is(err, problem.Conflict) || got.State != from || problem.Of(err).Facts["state"] != from):
				t.Errorf("%s from %s: %s, %v", a, from, got.State, err)
			}
		}
	}
}

func TestTooLateIsTooLate(t *testing.T) {
	t.Parallel()
	o := dispatch.Offer{State: dispatch.Open, Created: noon, Expires: noon.Add(dispatch.OfferTTL)}
	if _, err := o.Take(dispatch.Accept, o.Expires.Add(-time.Millisecond)); err != nil {
		t.Errorf("in the last moment: %v", err)
	}
	got, err := o.Take(dispatch.Accept, o.Expires)
	if p := problem.Of(err); p == nil || p.Code != "offer_over" || p.Facts["state"] != dispatch.Expired || got.State != dispatch.Open {
		t.Errorf("after its time: %v, %v", got.State, err)
	}
	if got, err := o.Take(dispatch.Decline, o.Expires.Add(time.Minute)); err != nil || got.State != dispatch.Declined {
		t.Errorf("no is always welcome: %v, %v", got.State, err)
	}
	accepted := dispatch.Offer{State: dispatch.Accepted, Expires: o.Expires}
	if _, err := accepted.Take(dispatch.Accept, o.Expires.Add(time.Minute)); err != nil {
		t.Errorf("a phone that repeats itself later: %v", err)
	}
}

func TestAPhoneUnderstandsAnOffer(t *testing.T) {
	t.Parallel()
	due := money.Of(2085, "USD")
	place := wire.Place{Position: wire.Position{Latitude: 40.7, Longitude: -73.9}, Name: "Ada", Address: "1 Main St"}
	o := dispatch.Offer{
		ID: "f1", Order: "o1", Driver: "d1", State: dispatch.Open, Created: noon, Expires: noon.Add(dispatch.OfferTTL),
		Run: dispatch.Run{Restaurant: place, Drop: place, Ready: noon.Add(time.Minute), CashDue: &due},
	}
	for _, state := range []dispatch.OfferState{dispatch.Open, dispatch.Revoked, dispatch.Expired} {
		o.State = state
		raw, err := wire.Encode(o.Wire())
		if err != nil {
			t.Fatal(err)
		}
		w, err := wire.Decode[wire.Offer](raw, noon)
		if err != nil || w.Revoked != (state != dispatch.Open) || w.ID != "f1" || !w.ExpiresAt.Equal(o.Expires) {
			t.Errorf("%s: %+v, %v", state, w, err)
		}
		if state == dispatch.Open && (w.CashDue == nil || *w.CashDue != due || w.Drop.Name != "Ada") {
			t.Errorf("%+v", w)
		}
	}
}

func TestOnlyPeopleWithAVehicleAreTakenOn(t *testing.T) {
	t.Parallel()
	good := dispatch.Driver{Name: "Grace"}
	if err := good.Check(); err != nil || good.Vehicle != dispatch.Car {
		t.Errorf("%+v, %v", good, err)
	}
	for path, d := range map[string]dispatch.Driver{
		"name": {}, "id": {Name: "G", ID: "a/b"}, "phone": {Name: "G", Phone: "1\n2"}, "vehicle": {Name: "G", Vehicle: "horse"},
		"speed_kmh": {Name: "G", SpeedKMH: 300},
	} {
		if p := problem.Of(d.Check()); p == nil || p.Kind != problem.Invalid || p.Facts["path"] != path {
			t.Errorf("%s: %v", path, p)
		}
	}
}
