package api

import (
	"context"
	"net/http"
	"time"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

type placeInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"the same key with the same body gets the first answer; with another body 422"`
	Body basketBody
}

// orderOutput is one order with its version.
type orderOutput struct {
	Status   int
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Replayed string `header:"Idempotency-Replayed"`
	Body     orderView
}

func answer(status int, r *ordering.Record) *orderOutput {
	return &orderOutput{Status: status, ETag: etag(r.Version), Body: viewOf(r)}
}

// answerTo leaves out what is the guest's alone when a driver is answered: who has the link can cancel, and knows the code that proves at the door
// whom the food was given to.
func answerTo(ctx context.Context, status int, r *ordering.Record) *orderOutput {
	out := answer(status, r)
	if callerOf(ctx).drives() {
		out.Body.TrackingURL = ""
	}
	return out
}

func (a *API) placeOrder(ctx context.Context, in *placeInput) (*orderOutput, error) {
	r, replayed, err := a.Ordering.Place(ctx, in.Body.basket(), in.Key)
	if err != nil {
		return nil, err
	}
	out := answer(http.StatusCreated, &r)
	out.Location = "/api/orders/" + string(r.Order.ID)
	if replayed {
		out.Replayed = "true"
	}
	return out, nil
}

type readInput struct {
	ID          order.ID `path:"orderId"`
	Token       string   `query:"token" doc:"of the tracking link"`
	IfNoneMatch string   `header:"If-None-Match"`
}

func (a *API) getOrder(ctx context.Context, in *readInput) (*orderOutput, error) {
	r, err := a.Orders.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.mayRead(ctx, &r, in.Token); err != nil {
		return nil, err
	}
	out := fresh(in.IfNoneMatch, &r)
	if in.Token == "" && callerOf(ctx).drives() {
		out.Body.TrackingURL = ""
	}
	return out, nil
}

type tokenInput struct {
	Token       string `path:"token"`
	IfNoneMatch string `header:"If-None-Match"`
}

func (a *API) trackedOrder(ctx context.Context, in *tokenInput) (*orderOutput, error) {
	r, err := a.Orders.ByToken(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	return fresh(in.IfNoneMatch, &r), nil
}

func fresh(have string, r *ordering.Record) *orderOutput {
	if unchanged(have, etag(r.Version)) {
		return &orderOutput{Status: http.StatusNotModified, ETag: etag(r.Version)}
	}
	return answer(http.StatusOK, r)
}

type statusInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match" doc:"the ETag the change is meant for; without it, or with *, any version"`
	Body    struct {
		Status order.StatusName `json:"status"`
		Here
		At *time.Time `json:"at,omitempty" doc:"when a step of the delivery was done, for phones that were offline: the timeline shows it, but never before the step it follows; the future, or more than 24 h ago, counts as now"`
	}
}

// setStatus takes an order to a status: 200 when that is the cloud's to do, 202 when the restaurant was asked for it. A driver is held to
// the steps of a delivery.
func (a *API) setStatus(ctx context.Context, in *statusInput) (*orderOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	acts.Of(ctx).Say("status", "", string(in.Body.Status))
	now, err := a.Orders.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.deedOf(ctx, &now, in.Body.At)
	if err != nil {
		return nil, err
	}
	d.Away = a.fromDoor(&now, &d, in.Body.Here)
	if d.Driver != "" {
		return a.driverStep(ctx, &now, version, in.Body.Status, d)
	}
	r, wished, err := a.Ordering.SetStatus(ctx, in.ID, version, in.Body.Status, d)
	if err != nil {
		return nil, err
	}
	if wished {
		return answer(http.StatusAccepted, &r), nil
	}
	return answer(http.StatusOK, &r), nil
}

func (a *API) driverStep(ctx context.Context, now *ordering.Record, version int, to order.StatusName, d ordering.Deed) (*orderOutput, error) {
	var r ordering.Record
	var err error
	id := now.Order.ID
	switch to {
	case order.StatusPickedUp:
		r, err = a.Ordering.PickUp(ctx, id, version, d)
	case order.StatusOutForDelivery:
		r, err = a.Ordering.Depart(ctx, id, version, d, a.arrival(ctx, now))
	case order.StatusDelivered:
		r, err = a.Ordering.Deliver(ctx, id, version, d)
	case order.StatusFailed:
		r, err = a.Ordering.GiveUp(ctx, id, version, d, "given up by the driver")
	default:
		err = problem.New(problem.Refused, "forbidden", "a driver can take an order to PickedUp, OutForDelivery, Delivered or Failed, not to %s", to)
	}
	if err != nil {
		return nil, forDriver(err, now, to)
	}
	return answerTo(ctx, http.StatusOK, &r), nil
}

type cancelInput struct {
	ID      order.ID `path:"orderId"`
	Token   string   `query:"token" doc:"of the tracking link"`
	IfMatch string   `header:"If-Match"`
	Body    *struct {
		Reason string `json:"reason,omitempty" maxLength:"200"`
	}
}

// cancelOrder answers 200 when the order is cancelled and 202 when its restaurant was asked.
func (a *API) cancelOrder(ctx context.Context, in *cancelInput) (*orderOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	r, err := a.Orders.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.mayRead(ctx, &r, in.Token); err != nil {
		return nil, err
	}
	by, reason := ordering.ByStaff, "cancelled by staff"
	if fits(in.Token, &r) {
		by, reason = ordering.ByGuest, "cancelled by the guest"
		acts.Of(ctx).Leave()
	} else if !callerOf(ctx).staff {
		return nil, problem.New(problem.Refused, "forbidden", "a driver gives an order back or fails it, but does not cancel it")
	}
	if in.Body != nil && in.Body.Reason != "" {
		reason = in.Body.Reason
		acts.Of(ctx).Words("reason", reason)
	}
	r, asked, err := a.Ordering.Cancel(ctx, in.ID, version, by, reason)
	if err != nil {
		return nil, err
	}
	if asked {
		return answer(http.StatusAccepted, &r), nil
	}
	return answer(http.StatusOK, &r), nil
}

type changeInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match"`
}

// confirmOrder ends the intake by hand. On an order that the intake has passed it changes nothing.
func (a *API) confirmOrder(ctx context.Context, in *changeInput) (*orderOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	r, err := a.Orders.Order(ctx, in.ID)
	if err == nil && (r.Progress.Intake == order.Created || r.Status().Terminal() || version > 0 && version != r.Version) {
		r, _, err = a.Ordering.SetStatus(ctx, in.ID, version, order.StatusValidated, ordering.Deed{By: ordering.ByStaff})
		if again, readErr := a.Orders.Order(ctx, in.ID); version == 0 && err != nil && readErr == nil && again.Progress.Intake == order.Validated && !again.Status().Terminal() {
			r, err = again, nil // the intake was faster
		}
	}
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, &r), nil
}

type deedInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match"`
	Body    *struct {
		Here
		At *time.Time `json:"at,omitempty" doc:"when it was done, for phones that were offline: the timeline shows it, but never before the step it follows; the future, or more than 24 h ago, counts as now"`
	}
}

func (in *deedInput) at() *time.Time {
	if in.Body == nil {
		return nil
	}
	return in.Body.At
}

func (in *deedInput) here() Here {
	if in.Body == nil {
		return Here{}
	}
	return in.Body.Here
}

// takeStep is how the service is told of a deed, which takes the order to a status.
type takeStep func(now *ordering.Record, version int, d ordering.Deed) (ordering.Record, error)

// deed is a step of a delivery, by its driver or by staff.
func (a *API) deed(ctx context.Context, id order.ID, match string, at *time.Time, here Here, to order.StatusName, step takeStep) (*orderOutput, error) {
	version, err := ifMatch(match)
	if err != nil {
		return nil, err
	}
	now, err := a.Orders.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	d, err := a.deedOf(ctx, &now, at)
	if err != nil {
		return nil, err
	}
	d.Away = a.fromDoor(&now, &d, here)
	r, err := step(&now, version, d)
	if err != nil && d.Driver != "" {
		err = forDriver(err, &now, to)
	}
	if err != nil {
		return nil, err
	}
	return answerTo(ctx, http.StatusOK, &r), nil
}

// startDelivery takes the order along: a driver who did not say so before has picked it up.
func (a *API) startDelivery(ctx context.Context, in *deedInput) (*orderOutput, error) {
	return a.deed(ctx, in.ID, in.IfMatch, in.at(), in.here(), order.StatusOutForDelivery, func(now *ordering.Record, version int, d ordering.Deed) (r ordering.Record, err error) {
		if now.Progress.Delivery == order.Assigned {
			if r, err = a.Ordering.PickUp(ctx, in.ID, version, d); err != nil {
				return r, err
			}
			version = 0 // If-Match was about the first step; the kitchen may move the order between the two
		}
		return a.Ordering.Depart(ctx, in.ID, version, d, a.arrival(ctx, now))
	})
}

func (a *API) completeDelivery(ctx context.Context, in *deedInput) (*orderOutput, error) {
	return a.deed(ctx, in.ID, in.IfMatch, in.at(), in.here(), order.StatusDelivered, func(_ *ordering.Record, version int, d ordering.Deed) (ordering.Record, error) {
		return a.Ordering.Deliver(ctx, in.ID, version, d)
	})
}

type failInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match"`
	Body    struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
		Here
		At *time.Time `json:"at,omitempty" doc:"when it was done, for phones that were offline: the timeline shows it, but never before the step it follows; the future, or more than 24 h ago, counts as now"`
	}
}

func (a *API) failOrder(ctx context.Context, in *failInput) (*orderOutput, error) {
	acts.Of(ctx).Words("reason", in.Body.Reason)
	return a.deed(ctx, in.ID, in.IfMatch, in.Body.At, in.Body.Here, order.StatusFailed, func(now *ordering.Record, version int, d ordering.Deed) (ordering.Record, error) {
		if d.Driver == "" && now.Progress.Intake == order.Created {
			r, _, err := a.Ordering.SetStatus(ctx, in.ID, version, order.StatusFailed, d)
			return r, err
		}
		return a.Ordering.GiveUp(ctx, in.ID, version, d, in.Body.Reason)
	})
}
