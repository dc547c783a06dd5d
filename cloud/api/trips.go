package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/problem"
)

type tripInput struct {
	Driver string `path:"driverId"`
	Trip   string `path:"tripId" maxLength:"64" doc:"as its offers name it: one id for all of its doors"`
	Key    string `header:"Idempotency-Key" maxLength:"200" doc:"the phone's own name for the act: said again, because no answer came, it is the same act and gets the same answer; with the other answer 422"`
	Body   *struct {
		Offers []string   `json:"offers,omitempty" maxItems:"16" doc:"ids of the offers that the driver was shown: all of them are taken, or none. Left out, it is whatever is open of the trip"`
		At     *time.Time `json:"at,omitempty" doc:"when the driver said so, if not now: it is kept, but an offer that is over by now is over"`
	}
}

type tripOutput struct {
	Body struct {
		Trip   string              `json:"trip"`
		State  dispatch.OfferState `json:"state" enum:"accepted,declined"`
		Offers []offerView         `json:"offers" doc:"what was answered, in the sequence of its doors"`
	}
}

// acceptTrip takes on all doors of a trip, or none.
func (a *API) acceptTrip(ctx context.Context, in *tripInput) (*tripOutput, error) {
	return a.answerTrip(ctx, in, dispatch.Accept)
}

func (a *API) declineTrip(ctx context.Context, in *tripInput) (*tripOutput, error) {
	return a.answerTrip(ctx, in, dispatch.Decline)
}

func (a *API) answerTrip(ctx context.Context, in *tripInput, say dispatch.Answer) (*tripOutput, error) {
	if err := a.isMe(ctx, in.Driver); err != nil {
		return nil, err
	}
	answer := dispatch.TripAnswer{Trip: in.Trip, Answer: say, Act: in.Key}
	if in.Body != nil {
		if in.Body.Offers != nil && len(in.Body.Offers) == 0 {
			return nil, problem.New(problem.Invalid, "invalid_request", "name the offers that were shown, or leave offers out").With("path", "offers")
		}
		answer.Offers, answer.At = in.Body.Offers, orZero(in.Body.At)
	}
	taken, err := a.Offers.AnswerTrip(ctx, in.Driver, answer)
	if err != nil {
		return nil, err
	}
	out := &tripOutput{}
	out.Body.Trip, out.Body.State, out.Body.Offers = in.Trip, taken[0].State, make([]offerView, len(taken))
	for i := range taken {
		out.Body.Offers[i] = offerOf(&taken[i])
	}
	return out, nil
}
