package rig

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/phone"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// request is the call by which the cloud is told of an action of a driver. Times are those of the deed, not of the call.
func request(driver string, a phone.Action) (call.Request, error) {
	me, at := "/api/drivers/"+url.PathEscape(driver), wire.At(a.At)
	anOrder := "/api/orders/" + url.PathEscape(a.Order)
	anOffer := me + "/offers/" + url.PathEscape(a.Offer)
	if a.Trip != "" {
		return call.Request{Method: http.MethodPost, Path: me + "/trips/" + url.PathEscape(a.Trip) + "/" + string(a.Kind), Key: actOf(a), Body: answerOf(a)}, nil
	}
	switch a.Kind {
	case phone.Status:
		return call.Request{Method: http.MethodPut, Path: me + "/status", Body: wire.DriverStatus{Status: a.State, Timestamp: at}}, nil
	case phone.Accept:
		return call.Request{Method: http.MethodPost, Path: anOffer + "/accept"}, nil
	case phone.Decline:
		return call.Request{Method: http.MethodPost, Path: anOffer + "/decline"}, nil
	case phone.PickUp:
		return call.Request{Method: http.MethodPut, Path: anOrder + "/status", Body: deed{Status: order.StatusPickedUp, At: &at}}, nil
	case phone.Depart:
		return call.Request{Method: http.MethodPost, Path: anOrder + "/start-delivery", Body: deed{At: &at}}, nil
	case phone.Deliver:
		return call.Request{Method: http.MethodPost, Path: anOrder + "/complete-delivery", Body: deed{At: &at}}, nil
	case phone.GiveUp:
		return call.Request{Method: http.MethodPost, Path: anOrder + "/fail", Body: deed{Reason: "nobody opened", At: &at}}, nil
	}
	return call.Request{}, fmt.Errorf("no call for %q", a.Kind)
}

// tripAnswer is the body of an answer to a trip: which doors were shown, and when it was said.
type tripAnswer struct {
	Offers []string     `json:"offers"`
	At     wire.Instant `json:"at"`
}

func answerOf(a phone.Action) tripAnswer {
	t := tripAnswer{At: wire.At(a.At)}
	for _, d := range a.Doors {
		t.Offers = append(t.Offers, d.Offer)
	}
	return t
}

// actOf names an answer: said again because no answer came, it is the same one, and about other doors it is another.
func actOf(a phone.Action) string {
	sum := sha256.New()
	fmt.Fprint(sum, a.Kind, a.At.UnixNano(), a.Doors)
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// deed is the body of a step.
type deed struct {
	Status order.StatusName `json:"status,omitempty"`
	Reason string           `json:"reason,omitempty"`
	At     *wire.Instant    `json:"at,omitempty"`
}

// reaches is the status an action leads to.
var reaches = map[phone.Kind]order.StatusName{
	phone.PickUp: order.StatusPickedUp, phone.Depart: order.StatusOutForDelivery, phone.Deliver: order.StatusDelivered,
	phone.GiveUp: order.StatusFailed,
}

// outcome reads an answer. A step that the order has taken already, or is past, counts as told: our word arrived, its answer did not.
// One that the order is not ready for waits.
func outcome(a phone.Action, err error) phone.Outcome {
	r := call.Refused(err)
	switch {
	case err == nil:
		return phone.Done
	case call.Away(err):
		return phone.Away
	case r.Code == "trip_changed":
		return phone.Changed
	case r.HTTP != http.StatusConflict || reaches[a.Kind] == "" || r.Current == "":
		return phone.Hopeless
	}
	now, want := order.StatusName(r.Current), reaches[a.Kind]
	way := order.Statuses()
	switch {
	case now == want || want != order.StatusFailed && slices.Index(way, now) > slices.Index(way, want) && !spoiled(now):
		return phone.Done
	case now.Terminal():
		return phone.Hopeless
	}
	return phone.Wait
}

func spoiled(s order.StatusName) bool { return s == order.StatusCancelled || s == order.StatusFailed }
