package road

import (
	"cmp"
	"strings"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
)

// Delivery is an order as dispatch sees it, when its restaurant is at pickup.
func Delivery(r *ordering.Record, pickup dispatch.Point) dispatch.Order {
	o := dispatch.Order{
		ID: r.Order.ID, Restaurant: r.Order.Restaurant, Pickup: pickup, Promise: r.Order.Promise,
		Kitchen: r.Progress.Kitchen(), Delivery: r.Progress.Delivery, ReadySpread: dispatch.SpreadOf(r.Progress.Kitchen()),
		Placed: r.Order.PlacedAt.UTC(), Number: r.Number,
	}
	if n := len(r.Steps); n > 0 {
		o.Since = r.Steps[n-1].At.UTC()
	}
	if told := cmp.Or(r.Arrives, r.Expected); told != nil {
		o.Arrives = told.UTC()
	}
	if a := r.Order.Address; a.Located() {
		o.Drop = dispatch.Point{Lat: a.Latitude, Lon: a.Longitude}
	} else {
		o.Drop, o.Nowhere = pickup, true
	}
	if r.Ready != nil {
		o.Ready = r.Ready.UTC()
	}
	if r.Driver != nil {
		o.Driver, o.ByHand = r.Driver.ID, r.Driver.ByHand
		o.Trip, o.Stop, o.Fetch = r.Driver.Trip, r.Driver.Stop, r.Driver.Fetch
		if o.Given = r.HandedAt(); o.Given.IsZero() {
			o.Given = o.Since
		}
	}
	for i := range r.Progress.Items {
		o.Remade = o.Remade || r.Progress.Items[i].Remakes > 0
	}
	o.Back = cameBack(r)
	if r.Courier != nil {
		o.Courier = ordering.CourierDriver(r.Courier.ID)
	}
	return o
}

// cameBack is who had an order and has not any more. What a person gave a driver and took back was never that driver's word.
func cameBack(r *ordering.Record) (out []dispatch.Back) {
	agreed := map[string]bool{}
	for i := range r.Hands {
		h := &r.Hands[i]
		own := strings.HasPrefix(h.By, ordering.ByDriver(""))
		switch {
		case h.Act == ordering.Agreed || h.Act == ordering.Given:
			agreed[h.Driver] = h.Act == ordering.Agreed
		case h.Act != ordering.TakenOff || h.Driver == "":
		case own || h.By == dispatch.ByDispatch || agreed[h.Driver]:
			out = append(out, dispatch.Back{Driver: h.Driver, At: h.At.UTC(), Said: h.By != dispatch.ByDispatch})
		}
	}
	return out
}
