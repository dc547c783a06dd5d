package ordering

import (
	"context"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// Cancel cancels an order or asks its restaurant to: asked tells which. Before the restaurant was told of it, the cloud cancels by
// itself; afterwards a revoke follows the order, and the record says since when the answer is awaited. Asking again changes nothing.
// It reports Conflict "illegal_step" once the food has left, and on an order that has ended.
func (s *Service) Cancel(ctx context.Context, id order.ID, ifVersion int, by, reason string) (r Record, asked bool, err error) {
	r, err = s.Store.Change(ctx, id, ifVersion, cancel(by, reason, s.now()))
	return r, r.CancelAsked != nil, err
}

func cancel(by, reason string, now time.Time) Decide {
	return func(r *Record) error {
		if r.Progress.Intake == order.Created && r.Order.Origin == order.Cloud {
			r.Reason = reason
			return r.Take(order.Cloud, order.Withdraw, by, now)
		}
		switch {
		case r.Status().Terminal() || r.left():
			return r.illegal("the order cannot be cancelled: it is %s", r.Status())
		case r.CancelAsked != nil:
			return nil
		}
		r.CancelAsked, r.Reason = &now, reason
		r.Tell(event.OrderRevoked{Order: r.Order.ID, Reason: reason})
		return nil
	}
}

// left reports whether the food is out of the house.
func (r *Record) left() bool {
	switch r.Progress.Delivery {
	case order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed:
		return true
	case order.NoDelivery, order.Unassigned, order.Assigned:
	}
	return r.Progress.Whole == order.HandedOver
}
