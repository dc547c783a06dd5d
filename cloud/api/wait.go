package api

import (
	"context"
	"strings"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// waitView is where an idle driver had better wait for the next order.
type waitView struct {
	Restaurant string       `json:"restaurant_id"`
	Name       string       `json:"name"`
	Latitude   float64      `json:"latitude"`
	Longitude  float64      `json:"longitude"`
	Since      instant      `json:"since"`
	AsOf       instant      `json:"as_of" doc:"when it was last found so"`
	Because    string       `json:"because" doc:"in English"`
	Reasons    []reasonView `json:"reasons" doc:"the same, sentence by sentence, for a page in any language"`
}

// waitNear is what is suggested to a driver now.
func (a *API) waitNear(ctx context.Context, driver string) (or[waitView], error) {
	w, said, err := a.OpenOffers.WaitOf(ctx, driver, a.now().Add(-dispatch.WaitHolds))
	if err != nil || !said {
		return or[waitView]{}, err
	}
	house, err := a.Restaurants.Restaurant(ctx, w.Restaurant)
	if problem.Is(err, problem.NotFound) {
		return or[waitView]{}, nil
	}
	if err != nil {
		return or[waitView]{}, err
	}
	return some(waitView{w.Restaurant, house.Name, house.Latitude, house.Longitude, instant{w.Since}, instant{w.At}, english(w.Because), reasonsOf(w.Because)}), nil
}

// english is why, as one line.
func english(why []dispatch.Reason) string { return strings.Join(dispatch.Sentences(why), "; ") }

// standsView is where an idle driver was told to wait.
type standsView struct {
	Restaurant string       `json:"restaurant_id"`
	Since      instant      `json:"since"`
	AsOf       instant      `json:"as_of" doc:"when it was last found so"`
	Because    string       `json:"because" doc:"in English"`
	Reasons    []reasonView `json:"reasons" doc:"the same, sentence by sentence, for a page in any language"`
}

type preferInput struct {
	Body struct {
		Order    order.ID          `json:"order_id" minLength:"1" maxLength:"64"`
		Priority dispatch.Priority `json:"priority" enum:"usual,raised,first" doc:"the last word of a person counts; without one, an order that was made again is raised"`
		Because  string            `json:"because,omitempty" maxLength:"100" doc:"shown with the plan"`
	}
}

type preferOutput struct {
	Body struct {
		Order    order.ID          `json:"order_id"`
		Priority dispatch.Priority `json:"priority"`
		Because  string            `json:"because"`
	}
}

// prefer has an order go before others, or no more.
func (a *API) prefer(ctx context.Context, in *preferInput) (*preferOutput, error) {
	act := acts.Of(ctx)
	act.About(acts.Subject{Kind: acts.OfOrder, ID: string(in.Body.Order)})
	act.Say("priority", "", string(in.Body.Priority))
	act.Words("reason", in.Body.Because)
	err := a.Dispatch.Prefer(ctx, dispatch.Preference{Order: in.Body.Order, Priority: in.Body.Priority, Because: in.Body.Because})
	if err != nil {
		return nil, err
	}
	out := &preferOutput{}
	out.Body.Order, out.Body.Priority, out.Body.Because = in.Body.Order, in.Body.Priority, in.Body.Because
	return out, nil
}
