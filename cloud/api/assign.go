package api

import (
	"context"
	"net/http"
	"slices"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

type assignInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match"`
	Body    struct {
		Driver  string `json:"driver_id" minLength:"1" maxLength:"64"`
		Instead string `json:"instead_of,omitempty" maxLength:"64" doc:"the driver from whom it is taken, who has not fetched it"`
	}
}

type assignOutput struct {
	ETag string `header:"ETag"`
	Body assignedView
}

// assignedView is an order that a person gave to a driver.
type assignedView struct {
	orderView
	Over int `json:"over_by" doc:"by how many orders that is more than fit at a time: the driver has them all the same"`
}

func (a *API) assignDriver(ctx context.Context, in *assignInput) (*assignOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	acts.Of(ctx).Say("driver", in.Body.Instead, in.Body.Driver)
	d, err := a.Drivers.Driver(ctx, in.Body.Driver)
	if problem.Is(err, problem.NotFound) {
		return nil, problem.New(problem.Invalid, "no_such_driver", "there is no driver %q", in.Body.Driver).With("path", "driver_id")
	}
	if err != nil {
		return nil, err
	}
	chosen := ordering.Driver{ID: d.ID, Name: d.Name, ByHand: true}
	var r ordering.Record
	if in.Body.Instead == "" {
		r, err = a.Ordering.Assign(ctx, in.ID, version, chosen, nil, ordering.ByStaff)
	} else {
		r, err = a.Ordering.Reassign(ctx, in.ID, version, in.Body.Instead, chosen, ordering.ByStaff)
	}
	if err != nil {
		return nil, err
	}
	has := len(d.Bag)
	if !slices.Contains(d.Bag, in.ID) {
		has++
	}
	return &assignOutput{etag(r.Version), assignedView{viewOf(&r), max(0, has-d.Vehicle.Most())}}, nil
}

type unassignInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match"`
	Body    struct {
		Driver string `json:"driver_id" minLength:"1" maxLength:"64" doc:"who has it and has not fetched it"`
	}
}

// unassignDriver takes an order back from its driver: who brings it is for the plan to say again.
func (a *API) unassignDriver(ctx context.Context, in *unassignInput) (*orderOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	acts.Of(ctx).Say("driver", in.Body.Driver, "")
	r, err := a.Ordering.Drop(ctx, in.ID, version, in.Body.Driver, ordering.ByStaff)
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, &r), nil
}

type giveBackInput struct {
	ID      order.ID `path:"orderId"`
	IfMatch string   `header:"If-Match"`
	Body    *struct {
		Reason string `json:"reason,omitempty" maxLength:"200" doc:"why, for whoever looks later through whose hands the order went"`
	}
}

// giveBack is for a driver who has agreed to bring an order and cannot: who brings it is for the plan to say again.
func (a *API) giveBack(ctx context.Context, in *giveBackInput) (*orderOutput, error) {
	version, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	now, err := a.Orders.Order(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.deedOf(ctx, &now, nil)
	if err != nil {
		return nil, err
	}
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
		acts.Of(ctx).Words("reason", reason)
	}
	byStaff, pinned := d.Driver == "", version
	switch {
	case now.Driver != nil:
		acts.Of(ctx).Say("driver", now.Driver.ID, "")
		d.Driver = now.Driver.ID // what the log of acts says is what is done, or nothing is
	case pinned == 0:
		pinned = now.Version // nobody has it: who is given it meanwhile keeps it
	}
	r, err := a.Ordering.HandBack(ctx, in.ID, pinned, d, reason)
	if byStaff && (problem.Is(err, problem.Refused) || problem.Is(err, problem.Stale) && version == 0) {
		return nil, problem.New(problem.Conflict, "not_with_driver", "the order, or who has it, has changed meanwhile: read it again")
	}
	if err != nil {
		return nil, notToGiveBack(err, &now)
	}
	return answerTo(ctx, http.StatusOK, &r), nil
}
