package api

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Dispatch is how dispatch sees things: a *dispatch.Desk.
type Dispatch interface {
	// Look shows the zone of a restaurant and what is planned in it; of the first zone with "".
	Look(ctx context.Context, restaurant string) (dispatch.View, error)
	// Prefer records how much an order goes before others. It reports NotFound "no_such_order", Conflict "not_to_deliver" and Invalid "invalid_request".
	Prefer(ctx context.Context, p dispatch.Preference) error
	// WhatIf compares the plan with one for some drivers more.
	WhatIf(ctx context.Context, restaurant string, extra int) (now, then dispatch.Outcome, err error)
}

// pointView is a place on the map.
type pointView struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// plannedView is an order and what the plan makes of it.
type plannedView struct {
	Order      order.ID       `json:"order_id"`
	Number     or[int]        `json:"number"`
	Restaurant string         `json:"restaurant_id"`
	Kitchen    order.Kitchen  `json:"kitchen"`
	Delivery   order.Delivery `json:"delivery"`
	Drop       or[pointView]  `json:"drop" doc:"null when nobody knows where it is"`
	Placed     or[instant]    `json:"placed_at"`
	Promise    promiseView    `json:"promise"`
	Ready      or[instant]    `json:"ready" doc:"the kitchen's forecast as last heard"`
	Driver     or[string]     `json:"driver_id" doc:"who has agreed to bring it"`
	ByHand     bool           `json:"by_hand" doc:"a person gave it to its driver"`
	Offered    or[string]     `json:"offered_to" doc:"driver who is being asked"`
	Declined   []string       `json:"not_to_ask" doc:"drivers who are not to be asked (again) now"`
	Priority   priorityView   `json:"priority"`
	Plan       planView       `json:"plan"`
}

// priorityView is how much an order goes before others.
type priorityView struct {
	Is      dispatch.Priority `json:"is" enum:"usual,raised,first"`
	Because string            `json:"because" doc:"empty for the usual one"`
	Said    bool              `json:"said" doc:"by a person"`
}

// planView is what the plan makes of an order.
type planView struct {
	Driver      or[string]   `json:"driver_id" doc:"null: nobody can bring it, or it is not time yet"`
	Stop        int          `json:"stop" doc:"its place among the doors of the driver's way, from 0"`
	Arrives     or[instant]  `json:"arrives" doc:"the driver at the restaurant"`
	PickUp      or[instant]  `json:"pick_up"`
	Door        or[instant]  `json:"door"`
	LateSeconds int          `json:"late_s" doc:"after the promise"`
	RunnerUp    or[string]   `json:"runner_up" doc:"driver who would be second best"`
	DearerMin   float64      `json:"dearer_min" doc:"by how much, in minutes of click-to-door"`
	Because     []string     `json:"because" doc:"in English"`
	Reasons     []reasonView `json:"reasons" doc:"the same, for a page in any language"`
	Stuck       bool         `json:"stuck" doc:"somebody should be on the way by now"`
}

type dispatchInput struct {
	Restaurant string `query:"restaurant_id" maxLength:"64" doc:"its zone is shown; the first zone if left out"`
}

type dispatchOutput struct {
	Body struct {
		AsOf        instant       `json:"as_of"`
		Zone        string        `json:"zone"`
		Zones       []zoneView    `json:"zones" doc:"all zones: restaurants near each other"`
		Restaurants []housePlace  `json:"restaurants" doc:"of this zone"`
		Drivers     []dutyView    `json:"drivers"`
		Orders      []plannedView `json:"orders"`
		Totals      outcomeView   `json:"totals"`
		Weights     weightsView   `json:"weights" doc:"what is how bad, in minutes of click-to-door"`
	}
}

type zoneView struct {
	ID          string   `json:"id"`
	Restaurants []string `json:"restaurants"`
}

type housePlace struct {
	ID string `json:"id"`
	pointView
}

// dutyView is a driver on shift, and the way the plan has for him.
type dutyView struct {
	driverView
	Trip string     `json:"trip" doc:"of what is in the bag"`
	Way  []order.ID `json:"way" doc:"orders in the sequence of their doors, by the plan"`

	Silent or[instant] `json:"silent_since" doc:"when he was last heard of, of one on shift or with a bag of whom nothing was heard for five minutes: what he has not fetched goes to others"`

	Wait or[standsView] `json:"wait_near" doc:"where he was told to wait for the next order: a suggestion. null while there is none, or it is old"`
}

type outcomeView struct {
	Late        int     `json:"late" doc:"orders after their promise"`
	LateMin     float64 `json:"late_min" doc:"minutes of lateness of all of them"`
	ClickToDoor float64 `json:"click_to_door_min" doc:"on the average, of those that somebody brings"`
	Nobody      int     `json:"nobody" doc:"orders that nobody can bring now"`
}

type weightsView struct {
	Late   float64 `json:"late"`
	Fresh  float64 `json:"fresh"`
	Held   float64 `json:"held" doc:"a minute that a pizza lies beside its driver for another one, after the first three"`
	Drive  float64 `json:"drive"`
	Fair   float64 `json:"fair"`
	Switch float64 `json:"switch"`
	Raised float64 `json:"raised" doc:"so many times a minute of an order counts that was made again, or that a dispatcher has raised"`
	First  float64 `json:"first" doc:"the same, of one that a dispatcher has put first"`
}

func (a *API) dispatchBoard(ctx context.Context, in *dispatchInput) (*dispatchOutput, error) {
	v, err := a.Dispatch.Look(ctx, in.Restaurant)
	if err != nil {
		return nil, err
	}
	out, w := &dispatchOutput{}, dispatch.Usual()
	b := &out.Body
	b.AsOf, b.Zone, b.Totals = instant{v.Now}, v.Zone.ID, outcomeOf(v.Outcome())
	b.Weights = weightsView{w.Late, w.Fresh, w.Held, w.Drive, w.Fair, w.Switch, w.Raised, w.First}
	b.Zones, b.Restaurants = []zoneView{}, []housePlace{}
	for _, z := range v.Zones {
		ids := make([]string, len(z.Restaurants))
		for i, r := range z.Restaurants {
			ids[i] = r.ID
		}
		b.Zones = append(b.Zones, zoneView{z.ID, ids})
	}
	for _, r := range v.Restaurants {
		b.Restaurants = append(b.Restaurants, housePlace{r.ID, placeOf(r.Position)})
	}
	b.Orders, b.Drivers = plannedOf(&v), dutiesOf(&v)
	return out, nil
}

func placeOf(p dispatch.Point) pointView { return pointView{p.Lat, p.Lon} }

func outcomeOf(o dispatch.Outcome) outcomeView {
	return outcomeView{o.Late, o.Lateness.Minutes(), o.ClickToDoor.Minutes(), o.Nobody}
}

func textOr(s string) or[string] {
	if s == "" {
		return or[string]{}
	}
	return some(s)
}

func plannedOf(v *dispatch.View) []plannedView {
	looks, stuck := map[order.ID]*dispatch.Outlook{}, map[order.ID]bool{}
	for i := range v.Plan.Orders {
		looks[v.Plan.Orders[i].Order] = &v.Plan.Orders[i]
	}
	for _, s := range v.Plan.Stuck {
		stuck[s.Order] = true
	}
	out := make([]plannedView, 0, len(v.Orders))
	for i := range v.Orders {
		o := &v.Orders[i]
		p := plannedView{
			Order: o.ID, Restaurant: o.Restaurant, Kitchen: o.Kitchen, Delivery: o.Delivery, Placed: at(o.Placed), Promise: promiseOf(o.Promise),
			Ready: at(o.Ready), Driver: textOr(o.Driver), ByHand: o.ByHand, Offered: textOr(o.Offered), Declined: list(o.Declined),
		}
		if o.Number > 0 {
			p.Number = some(o.Number)
		}
		if !o.Nowhere {
			p.Drop = some(placeOf(o.Drop))
		}
		p.Priority = priorityOf(o)
		p.Plan = planViewOf(looks[o.ID], stuck[o.ID])
		out = append(out, p)
	}
	return out
}

func priorityOf(o *dispatch.Order) priorityView {
	p, why := o.Goes()
	return priorityView{Is: p, Because: why.String(), Said: o.Priority != dispatch.Unsaid}
}

func planViewOf(l *dispatch.Outlook, stuck bool) planView {
	if l == nil {
		why := []dispatch.Reason{{Key: dispatch.WhyNoWay}}
		return planView{Because: dispatch.Sentences(why), Reasons: reasonsOf(why)}
	}
	return planView{
		Driver: textOr(l.Driver), Stop: l.Stop, Arrives: at(l.Arrive), PickUp: at(l.Pickup), Door: at(l.Door), LateSeconds: int(l.Late / time.Second),
		RunnerUp: textOr(l.Second), DearerMin: l.Dearer, Because: dispatch.Sentences(l.Because),
		Reasons: reasonsOf(l.Because), Stuck: stuck,
	}
}

// reasonView is one sentence of why the plan does what it does.
type reasonView struct {
	Key  string     `json:"key" doc:"which sentence; a page that does not know it shows the English one at the same place"`
	N    or[int]    `json:"n" doc:"minutes or orders it speaks of"`
	Name or[string] `json:"name" doc:"driver it speaks of"`
	Of   or[int]    `json:"of" doc:"n of so many; null where it speaks of no such"`
}

func reasonsOf(why []dispatch.Reason) []reasonView {
	out := make([]reasonView, len(why))
	for i, r := range why {
		out[i] = reasonView{Key: r.Key, N: some(r.N), Name: textOr(r.Name)}
		if r.Of > 0 {
			out[i].Of = some(r.Of)
		}
	}
	return out
}

func dutiesOf(v *dispatch.View) []dutyView {
	all := v.Listed()
	out := make([]dutyView, 0, len(all))
	for i := range all {
		d := dutyView{driverView: driverViewOf(&all[i]), Trip: all[i].Trip, Way: []order.ID{}, Silent: at(all[i].SilentSince(v.Now))}
		if w, told := v.Waits[d.ID]; told && len(d.Orders) == 0 && d.Status == wire.Available {
			d.Wait = some(standsView{w.Restaurant, instant{w.Since}, instant{w.At}, english(w.Because), reasonsOf(w.Because)})
		}
		var way []*dispatch.Outlook
		for k := range v.Plan.Orders {
			if l := &v.Plan.Orders[k]; l.Driver == d.ID && !l.Door.IsZero() {
				way = append(way, l)
			}
		}
		slices.SortStableFunc(way, func(x, y *dispatch.Outlook) int { return x.Door.Compare(y.Door) })
		for _, l := range way {
			d.Way = append(d.Way, l.Order)
		}
		out = append(out, d)
	}
	return out
}

type whatIfInput struct {
	Body struct {
		Extra      int    `json:"extra_drivers" minimum:"1" maximum:"20"`
		Restaurant string `json:"restaurant" minLength:"1" maxLength:"64" doc:"where they stand, free"`
	}
}

type whatIfOutput struct {
	Body struct {
		Now         outcomeView `json:"now"`
		Then        outcomeView `json:"then"`
		LateMin     float64     `json:"late_min" doc:"change of the minutes of lateness of all orders: below 0 is better"`
		ClickToDoor float64     `json:"click_to_door_min" doc:"change of the average"`
	}
}

func (a *API) whatIf(ctx context.Context, in *whatIfInput) (*whatIfOutput, error) {
	now, then, err := a.Dispatch.WhatIf(ctx, in.Body.Restaurant, in.Body.Extra)
	if err != nil {
		return nil, err
	}
	out := &whatIfOutput{}
	out.Body.Now, out.Body.Then = outcomeOf(now), outcomeOf(then)
	out.Body.LateMin, out.Body.ClickToDoor = out.Body.Then.LateMin-out.Body.Now.LateMin, out.Body.Then.ClickToDoor-out.Body.Now.ClickToDoor
	return out, nil
}
