package api

import (
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// forDriver says in a driver's words why a step of a delivery cannot be now; who reads it stands at a counter or a door, and is not helped by what
// the kitchen may do next. Code and facts stay, for the page.
func forDriver(err error, r *ordering.Record, to order.StatusName) error {
	p := problem.Of(err)
	if p == nil || p.Code != "illegal_step" {
		return err
	}
	now, known := p.Facts["current"].(order.StatusName)
	if !known {
		now = r.Status()
	}
	said := *p
	said.Detail = insteadOf(now, to)
	return &said
}

// notToGiveBack says what is to be done with an order that cannot be given back.
func notToGiveBack(err error, r *ordering.Record) error {
	p := problem.Of(err)
	if p == nil || p.Code != "illegal_step" {
		return err
	}
	said := *p
	switch r.Progress.Delivery {
	case order.PickedUp, order.OutForDelivery:
		said.Detail = "the order is fetched already: bring it, or say that it did not work"
	case order.NoDelivery, order.Unassigned, order.Assigned, order.Delivered, order.Failed:
		said.Detail = "no driver has this order any more: there is nothing to give back"
	}
	return &said
}

// insteadOf is what a driver is to do who wants to take an order from one status to another and cannot.
func insteadOf(now, to order.StatusName) string {
	switch {
	case now == to:
		return "you have told this already: the order is " + readable[now]
	case now.Terminal():
		return "this order is over, it was " + readable[now] + ": bring back what you still have of it"
	case now == order.StatusOutForDelivery:
		return "the order is on its way already: go to the door and say there that it is delivered, or why not"
	case now == order.StatusPickedUp:
		return "say first that you are leaving: the order is picked up"
	case now == order.StatusDriverAssigned || now == order.StatusReadyForPickup:
		return "fetch the order first and leave with it: it is still on the shelf"
	}
	return "the kitchen is not done yet: wait at the restaurant until the order is ready"
}

// readable are statuses as people say them.
var readable = map[order.StatusName]string{
	order.StatusPickedUp: "picked up", order.StatusOutForDelivery: "on its way", order.StatusDelivered: "delivered",
	order.StatusFailed: "given up", order.StatusCancelled: "cancelled",
}
