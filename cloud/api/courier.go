package api

import (
	"context"
	"strings"
	"time"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/shared/problem"
)

// courierWord is what a delivery company says. It may say more than we know of: that is left alone.
type courierWord struct {
	ID       string     `json:"id" minLength:"1" maxLength:"128" doc:"of the message, not blank: it counts once for each delivery"`
	Delivery string     `json:"delivery" minLength:"1" maxLength:"64" doc:"the id under which the chain asked for the courier"`
	State    string     `json:"state" minLength:"1" maxLength:"64" doc:"accepted, assigned, at_restaurant, picked_up, at_door, delivered, failed or cancelled; any other is counted and changes nothing"`
	At       *time.Time `json:"at,omitempty" doc:"since when"`
	Theirs   string     `json:"courier_delivery,omitempty" maxLength:"200" doc:"the company's own name for the delivery"`
	Rider    string     `json:"rider,omitempty" maxLength:"200"`
	Link     string     `json:"tracking_url,omitempty" maxLength:"500" doc:"https; guests are shown it"`
	Code     string     `json:"pickup_code,omitempty" maxLength:"200" doc:"what the rider says at the counter"`
	PickupAt *time.Time `json:"pickup_at,omitempty" doc:"when the rider is expected at the restaurant"`
	DropAt   *time.Time `json:"drop_at,omitempty" doc:"and at the door"`
	Reason   string     `json:"reason,omitempty" maxLength:"200"`
}

type webhookInput struct {
	Name      string `path:"name" maxLength:"64"`
	Timestamp string `header:"Courier-Timestamp" maxLength:"20" doc:"seconds since 1970, at most five minutes from the chain's clock"`
	Signature string `header:"Courier-Signature" maxLength:"1000" doc:"v1= and the hex of HMAC-SHA256 over the timestamp, a point, and the body; several with commas between them"`
	Body      courierWord
}

type webhookOutput struct {
	Body struct {
		Outcome courier.Verdict `json:"outcome" doc:"taken; news: only details have changed; repeated, late, illegal or unknown: nothing has changed, and sending it again would not either"`
	}
}

// courierWebhook hears a delivery company. What the company could do nothing about is answered with 200, so that it is not sent again.
func (a *API) courierWebhook(ctx context.Context, in *webhookInput) (*webhookOutput, error) {
	if a.Couriers == nil {
		return nil, problem.New(problem.NotFound, "no_such_courier", "this chain works with no couriers")
	}
	b := &in.Body
	if strings.TrimSpace(b.ID) == "" {
		return nil, problem.New(problem.Invalid, "invalid_request", "give each message an id of its own, so that one that is sent again counts once").With("path", "id")
	}
	v, err := a.Couriers.Hear(ctx, courier.Message{
		Courier: in.Name, Timestamp: in.Timestamp, Signature: in.Signature, Body: rawBody(ctx), ID: b.ID, Run: b.Delivery,
		Update: courier.Update{
			State: courier.State(b.State), At: orZero(b.At), Theirs: b.Theirs, Rider: b.Rider, Link: b.Link, Code: b.Code, Reason: b.Reason,
			PickupAt: orZero(b.PickupAt), DropAt: orZero(b.DropAt),
		},
	})
	if err != nil {
		return nil, err
	}
	out := &webhookOutput{}
	out.Body.Outcome = v
	return out, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
