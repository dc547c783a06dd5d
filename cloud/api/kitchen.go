package api

import (
	"context"
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/shared/order"
)

type kitchenInput struct {
	ID string `path:"kitchenId" doc:"of the restaurant"`
}

// asKnown says how old an answer about a kitchen is: the cloud follows what the restaurant tells it.
type asKnown struct {
	Restaurant string      `json:"restaurant_id"`
	AsOf       or[instant] `json:"as_of" doc:"when the restaurant was last heard"`
	Link       linkView    `json:"link"`
}

// queued is an order in a kitchen.
type queued struct {
	Order      order.ID         `json:"order_id"`
	Number     or[int]          `json:"number"`
	Channel    order.Channel    `json:"channel"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	State      order.Kitchen    `json:"state"`
	Status     order.StatusName `json:"status"`
	Age        int              `json:"age_s" doc:"seconds since it was placed"`
	Promise    promiseView      `json:"promise"`
	Ready      or[instant]      `json:"ready"`
	AsOf       instant          `json:"as_of"`
	Said       or[saidView]     `json:"said" doc:"where the restaurant's node says it is, while the events that led there are still on their way; null when the cloud has heard as much"`
}

// saidView is what a node says of an order ahead of its events.
type saidView struct {
	State  order.Kitchen `json:"state"`
	Number or[int]       `json:"number"`
	Since  instant       `json:"since" doc:"by the restaurant's clock"`
	AsOf   instant       `json:"as_of" doc:"when the node said so"`
}

func saidOf(r *ordering.Record, l *restaurant.Link) or[saidView] {
	s, ok := l.Says(r.Order.ID)
	if !ok || s.State == r.Progress.Kitchen() && s.Number == r.Number {
		return or[saidView]{}
	}
	v := saidView{State: s.State, Since: instant{s.Since}, AsOf: instant{l.SaidAt}}
	if s.Number > 0 {
		v.Number = some(s.Number)
	}
	return some(v)
}

func queuedOf(r *ordering.Record, l *restaurant.Link, now time.Time) queued {
	return queued{
		Order: r.Order.ID, Number: numberOf(r), Channel: r.Order.Channel, Fulfilment: r.Order.Fulfilment, State: r.Progress.Kitchen(),
		Status: r.Status(), Age: age(r, now), Promise: promiseOf(r.Order.Promise), Ready: when(r.Ready), AsOf: instant{r.KitchenAsOf},
		Said: saidOf(r, l),
	}
}

func age(r *ordering.Record, now time.Time) int {
	return max(0, int(now.Sub(r.Order.PlacedAt).Seconds()))
}

type queueOutput struct {
	Body struct {
		asKnown
		Orders []queued `json:"orders" doc:"oldest first"`
	}
}

// kitchen reads what a kitchen has to do.
func (a *API) kitchen(ctx context.Context, id string) ([]ordering.Record, restaurant.Link, asKnown, error) {
	if _, err := a.Restaurants.Restaurant(ctx, id); err != nil {
		return nil, restaurant.Link{}, asKnown{}, err
	}
	records, err := a.Orders.KitchenQueue(ctx, id)
	l := a.Links.Of(id, a.now())
	heard := l.Heard
	for i := range records {
		if told := records[i].KitchenAsOf; told.After(heard) && records[i].Progress.Whole != order.Waiting {
			heard = told
		}
	}
	return records, l, asKnown{id, at(heard), linkOf(l)}, err
}

func (a *API) kitchenQueue(ctx context.Context, in *kitchenInput) (*queueOutput, error) {
	records, l, known, err := a.kitchen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out, now := &queueOutput{}, a.now()
	out.Body.asKnown, out.Body.Orders = known, make([]queued, len(records))
	for i := range records {
		out.Body.Orders[i] = queuedOf(&records[i], &l, now)
	}
	return out, nil
}

// ticketView is an order with what is to be made.
type ticketView struct {
	queued
	Lines []order.Line `json:"lines"`
	Items []order.Item `json:"items"`
}

type displayOutput struct {
	Body struct {
		asKnown
		Tickets []ticketView `json:"tickets" doc:"oldest first"`
	}
}

func (a *API) kitchenDisplay(ctx context.Context, in *kitchenInput) (*displayOutput, error) {
	records, l, known, err := a.kitchen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out, now := &displayOutput{}, a.now()
	out.Body.asKnown, out.Body.Tickets = known, make([]ticketView, len(records))
	for i := range records {
		r := &records[i]
		out.Body.Tickets[i] = ticketView{queuedOf(r, &l, now), list(r.Order.Lines), list(r.Progress.Items)}
	}
	return out, nil
}

type kitchenStatusOutput struct {
	Body struct {
		asKnown
		Orders  int                   `json:"orders" doc:"that the kitchen has"`
		ByState map[order.Kitchen]int `json:"by_state"`
		Items   int                   `json:"items" doc:"still to be made or baked"`
		Oldest  int                   `json:"oldest_age_s"`
		Node    nodeView              `json:"node"`
	}
}

func (a *API) kitchenStatus(ctx context.Context, in *kitchenInput) (*kitchenStatusOutput, error) {
	records, l, known, err := a.kitchen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out, now := &kitchenStatusOutput{}, a.now()
	b := &out.Body
	b.asKnown, b.Orders, b.ByState = known, len(records), map[order.Kitchen]int{}
	for i := range records {
		b.ByState[records[i].Progress.Kitchen()]++
		b.Oldest = max(b.Oldest, age(&records[i], now))
		for _, item := range records[i].Progress.Items {
			if item.State != order.ItemDone {
				b.Items++
			}
		}
	}
	b.Node = nodeOf(l)
	return out, nil
}
