package ordering

import (
	"context"
	"strings"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// SetStatus takes an order to a status, or wishes that its restaurant does: wished tells which. A status that does not follow from where
// the order is, is Conflict "illegal_step" with the facts "current" and "allowed". Cancelled is Cancel, Failed is GiveUp for a delivery
// and an end of the intake before it. The driver and the time of the deed count for the steps of a delivery; any other is taken now.
func (s *Service) SetStatus(ctx context.Context, id order.ID, ifVersion int, to order.StatusName, d Deed) (r Record, wished bool, err error) {
	if to == order.StatusCancelled {
		return s.Cancel(ctx, id, ifVersion, d.By, "cancelled by "+d.By)
	}
	now := s.now()
	linkUp := s.linkUp(now)
	r, err = s.Store.Change(ctx, id, ifVersion, func(r *Record) error {
		wished = false // decided anew when the transaction is repeated
		if to == order.StatusFailed {
			return fail(r, d, "failed by "+d.By, now)
		}
		owner, ok := r.Progress.OwnerOf(to)
		if !ok {
			return r.illegal("order is %s; next can be %s", r.Status(), r.next())
		}
		if owner == order.Edge {
			wished = true
			r.Tell(event.StatusWished{Order: r.Order.ID, Status: to, By: d.By})
			return nil
		}
		return r.own(to, d, linkUp, now)
	})
	return r, wished, err
}

// own takes a step that is the cloud's.
func (r *Record) own(to order.StatusName, d Deed, linkUp func(string) bool, now time.Time) error {
	switch to {
	case order.StatusValidated:
		return admit(r, d.By, now)
	case order.StatusPickedUp:
		return pickUp(d, linkUp, now)(r)
	case order.StatusOutForDelivery:
		return depart(d, nil, now)(r)
	case order.StatusDelivered:
		return deliver(d, now)(r)
	}
	return problem.New(problem.Invalid, "driver_needed", "name the driver: an order becomes %s by assigning one", to)
}

func fail(r *Record, d Deed, reason string, now time.Time) error {
	if r.Progress.Intake == order.Created && r.Order.Origin == order.Cloud {
		r.Reason = reason
		return r.Take(order.Cloud, order.Fail, d.By, now)
	}
	return giveUp(d, reason, now)(r)
}

func (r *Record) next() string {
	next := r.Progress.Next()
	if len(next) == 0 {
		return "nothing"
	}
	names := make([]string, len(next))
	for i, s := range next {
		names[i] = string(s)
	}
	return strings.Join(names, " or ")
}
