package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/problem"
)

type findInput struct {
	Number     int    `query:"number" required:"true" minimum:"1" maximum:"999999" doc:"what the kitchen calls it"`
	Day        string `query:"day" maxLength:"10" doc:"only orders that guests wanted on that day at their restaurant, as 2026-07-03; a day lasts until four in the morning"`
	Restaurant string `query:"restaurant_id" maxLength:"200" doc:"only of this restaurant"`
	Limit      int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type findOutput struct {
	Body struct {
		Orders []orderView `json:"orders" doc:"newest first"`
		More   bool        `json:"more" doc:"there are others: say a day, or a restaurant"`
	}
}

// findOrders finds what a guest on the phone speaks of: kitchens begin their numbers anew every day, so that there may be several.
func (a *API) findOrders(ctx context.Context, in *findInput) (*findOutput, error) {
	days, err := a.days(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &findOutput{}
	out.Body.Orders = []orderView{}
	if in.Day != "" && len(days) == 0 {
		return out, nil
	}
	found, err := a.Orders.Numbered(ctx, in.Number, in.Restaurant, days, in.Limit+1)
	if err != nil {
		return nil, err
	}
	if len(found) > in.Limit {
		found, out.Body.More = found[:in.Limit], true
	}
	for i := range found {
		out.Body.Orders = append(out.Body.Orders, viewOf(&found[i]))
	}
	return out, nil
}

// days is when the day that is asked for was at each restaurant; none when any day will do.
func (a *API) days(ctx context.Context, in *findInput) ([]restaurant.Day, error) {
	if in.Day == "" {
		return nil, a.thereIs(ctx, in.Restaurant)
	}
	date, err := time.Parse(time.DateOnly, in.Day)
	if err != nil {
		return nil, problem.New(problem.Invalid, "bad_day", "%q is no day; write it as 2026-07-03", in.Day).With("path", "day")
	}
	if err := a.thereIs(ctx, in.Restaurant); err != nil {
		return nil, err
	}
	all, err := a.Restaurants.Restaurants(ctx)
	if err != nil {
		return nil, err
	}
	var days []restaurant.Day
	for i := range all {
		if in.Restaurant == "" || all[i].ID == in.Restaurant {
			days = append(days, all[i].Day(date))
		}
	}
	return days, nil
}

// thereIs refuses a restaurant that there is none of; "" stands for all.
func (a *API) thereIs(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := a.Restaurants.Restaurant(ctx, id)
	return err
}
