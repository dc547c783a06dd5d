package ordering

import (
	"time"

	"awesome.pizza/shared/order"
)

// expire marks an order that its restaurant did not accept in time, by the cloud's clock. Nothing is cancelled by it: the guest may
// wait, go elsewhere or cancel, and the restaurant may still accept.
func expire(now time.Time) Decide {
	return func(r *Record) error {
		if by, waits := r.AcceptDue(); waits && !now.Before(by) {
			r.Overdue = true
		}
		return nil
	}
}

// AcceptDue is when the guest will be asked what to do, while the restaurant has not answered and the guest was not asked.
func (r *Record) AcceptDue() (by time.Time, waits bool) {
	if r.Order.AcceptBy == nil || r.Overdue || r.Order.Origin != order.Cloud {
		return time.Time{}, false
	}
	return *r.Order.AcceptBy, r.Status() == order.StatusCreated || r.Status() == order.StatusValidated
}
