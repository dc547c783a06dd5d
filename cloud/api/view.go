package api

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
)

// instant is a time as everybody writes it: clock.Instant.
type instant struct{ time.Time }

// MarshalJSON writes it.
func (i instant) MarshalJSON() ([]byte, error) { return json.Marshal(clock.Format(i.Time)) }

// Schema is for huma.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-07-03T19:30:00.000Z"}}
}

// or is a T, or null.
type or[T any] struct{ it *T }

// MarshalJSON writes the T or null.
func (m or[T]) MarshalJSON() ([]byte, error) { return json.Marshal(m.it) }

// Schema is for huma.
func (or[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}

func some[T any](v T) or[T] { return or[T]{&v} }

// when is t, or null if there is none.
func when(t *time.Time) or[instant] {
	if t == nil || t.IsZero() {
		return or[instant]{}
	}
	return some(instant{*t})
}

// at is t, or null if it is zero.
func at(t time.Time) or[instant] { return when(&t) }

type promiseView struct {
	From    instant  `json:"from"`
	To      instant  `json:"to"`
	Because []string `json:"because"`
}

func promiseOf(p order.Promise) promiseView {
	return promiseView{instant{p.From}, instant{p.To}, list(p.Because)}
}

// list is never null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

type driverBrief struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type kitchenLane struct {
	State order.Kitchen `json:"state"`
	AsOf  instant       `json:"as_of" doc:"when the restaurant was last heard about this order"`
}

type deliveryLane struct {
	State   order.Delivery  `json:"state"`
	Driver  or[driverBrief] `json:"driver"`
	Courier or[courierView] `json:"courier" doc:"the delivery company that was asked, when no driver of the chain brings it"`
}

// courierView is a delivery company as everybody sees it. What its rider says at the counter is the kitchen's alone.
type courierView struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	State string     `json:"state" doc:"asked, accepted, assigned, at_restaurant, picked_up, at_door, delivered, failed, cancelled; others may come"`
	Rider string     `json:"rider"`
	Link  or[string] `json:"tracking_url" doc:"the company's own page"`
	Since instant    `json:"since"`
}

func courierOf(r *ordering.Record) or[courierView] {
	c := r.Courier
	if c == nil {
		return or[courierView]{}
	}
	v := courierView{ID: c.ID, Name: c.Name, State: c.State, Rider: c.Rider, Since: instant{c.Since}}
	if link := courier.PublicLink(c.Link); link != "" { // what is kept may be of a time that looked less closely
		v.Link = some(link)
	}
	return some(v)
}

type stepView struct {
	Status  order.StatusName `json:"status"`
	At      instant          `json:"at"`
	By      string           `json:"by" doc:"cloud, edge, staff, guest, driver:ID or courier:ID"`
	Version int              `json:"version"`
	Away    or[int]          `json:"from_door_m" doc:"metres from the door at which a driver said that it is delivered or failed, if anybody knows"`
	Afar    bool             `json:"afar" doc:"that was more than 500 m"`
}

// orderView is an order as everybody sees it.
type orderView struct {
	ID          order.ID          `json:"id"`
	Number      or[int]           `json:"number" doc:"the kitchen's short number"`
	Restaurant  string            `json:"restaurant_id"`
	Channel     order.Channel     `json:"channel"`
	Fulfilment  order.Fulfilment  `json:"fulfilment"`
	Status      order.StatusName  `json:"status"`
	Version     int               `json:"version"`
	Customer    order.Customer    `json:"customer"`
	Address     or[order.Address] `json:"address"`
	Kitchen     kitchenLane       `json:"kitchen"`
	Delivery    deliveryLane      `json:"delivery"`
	Lines       []order.Line      `json:"lines"`
	Items       []order.Item      `json:"items"`
	Totals      order.Totals      `json:"totals"`
	Payment     order.Payment     `json:"payment"`
	Promise     promiseView       `json:"promise"`
	Ready       or[instant]       `json:"ready" doc:"the kitchen's forecast"`
	Arrives     or[instant]       `json:"arrives" doc:"the driver, at the restaurant or, once departed, at the door"`
	PlacedAt    instant           `json:"placed_at"`
	FireAt      or[instant]       `json:"fire_at"`
	AcceptBy    or[instant]       `json:"accept_by"`
	CancelAsked or[instant]       `json:"cancel_asked" doc:"since when the restaurant's answer is awaited"`
	Reason      string            `json:"reason"`
	Overdue     bool              `json:"overdue" doc:"the restaurant did not accept in time"`
	TrackingURL string            `json:"tracking_url" doc:"the guest's; empty in what a driver is answered"`
	Timeline    []stepView        `json:"timeline"`
}

func viewOf(r *ordering.Record) orderView {
	o := &r.Order
	return orderView{
		ID: o.ID, Number: numberOf(r), Restaurant: o.Restaurant, Channel: o.Channel, Fulfilment: o.Fulfilment,
		Status: r.Status(), Version: r.Version, Customer: o.Customer, Address: or[order.Address]{o.Address},
		Kitchen:  kitchenLane{r.Progress.Kitchen(), instant{r.KitchenAsOf}},
		Delivery: deliveryLane{r.Progress.Delivery, driverOf(r), courierOf(r)},
		Lines:    list(o.Lines), Items: list(r.Progress.Items), Totals: o.Totals, Payment: o.Payment, Promise: promiseOf(o.Promise),
		Ready: when(r.Ready), Arrives: when(r.Arrives), PlacedAt: instant{o.PlacedAt}, FireAt: when(o.FireAt), AcceptBy: when(o.AcceptBy),
		CancelAsked: when(r.CancelAsked), Reason: r.Reason, Overdue: r.Overdue, TrackingURL: "/track/" + r.Token, Timeline: timelineOf(r),
	}
}

func numberOf(r *ordering.Record) or[int] {
	if r.Number == 0 {
		return or[int]{}
	}
	return some(r.Number)
}

func driverOf(r *ordering.Record) or[driverBrief] {
	if r.Driver == nil {
		return or[driverBrief]{}
	}
	return some(driverBrief{r.Driver.ID, r.Driver.Name})
}

func timelineOf(r *ordering.Record) []stepView {
	out := make([]stepView, len(r.Steps))
	for i, s := range r.Steps {
		out[i] = stepView{s.Status, instant{s.At}, s.By, s.Version, or[int]{s.Away}, road.Afar(s.Away)}
	}
	return out
}

// plainFact writes a problem's fact as answers do.
func plainFact(v any) any {
	switch t := v.(type) {
	case time.Time:
		return clock.Format(t)
	case *time.Time:
		return when(t)
	}
	return v
}
