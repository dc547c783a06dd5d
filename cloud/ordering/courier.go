package ordering

import (
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Courier is a delivery company that was asked to bring an order, and how far it says to be.
type Courier struct {
	Run   string    `json:"run"`             // what was asked, by the chain's own name for it
	ID    string    `json:"id"`              // of the company, as in the chain's settings
	Name  string    `json:"name"`            // as people call it
	State string    `json:"state"`           // see cloud/courier
	Rider string    `json:"rider,omitempty"` // who comes
	Link  string    `json:"link,omitempty"`  // the company's own tracking page
	Code  string    `json:"code,omitempty"`  // what the rider says at the counter
	Since time.Time `json:"since"`           // since when it is asked
}

// CourierDriver is the driver that a company is in an order's record. No driver of the chain has such an id.
func CourierDriver(company string) string { return "courier." + company }

// driver is who brings the order, in the words of everybody who shows drivers.
func (c *Courier) driver() *Driver {
	name := c.Name
	if c.Rider != "" {
		name = c.Rider + " (" + c.Name + ")"
	}
	return &Driver{ID: CourierDriver(c.ID), Name: name}
}

// AskCourier keeps an order for a company: from now on it is offered to nobody else. It is refused as Conflict "illegal_step" unless the kitchen
// has the order and nobody else has it or is asked.
func AskCourier(c Courier) Decide {
	return func(r *Record) error {
		free := r.Progress.Delivery == order.Unassigned && r.Driver == nil && r.Courier == nil && r.CancelAsked == nil
		if !free || r.Progress.Whole != order.Queued || r.Status().Terminal() || !r.Order.Address.Located() {
			return r.illegal("no courier can be asked for this order, which is %s", r.Status())
		}
		r.Courier = &c
		r.hand(Hand{At: c.Since, Act: ToCourier, Name: c.Name, By: ByCloud})
		return nil
	}
}

// CourierWord is what a company says of an order.
type CourierWord struct {
	Courier Courier
	To      order.Delivery // how far the delivery is by this
	Arrives *time.Time     // at the restaurant or, once it has left, at the door
	At      time.Time      // when it came so far
	Unready bool           // it was said to be at the door before its kitchen had it ready: it leaves only when the kitchen says so
}

// Unready reports whether food cannot be where somebody says it is delivered: its kitchen, whose line is up, has not said that it is ready.
func (r *Record) Unready(linkUp func(restaurant string) bool) bool {
	if r.Status().Terminal() || r.Progress.Delivery != order.Unassigned && r.Progress.Delivery != order.Assigned {
		return false
	}
	switch r.Progress.Kitchen() {
	case order.Waiting, order.Queued, order.Preparing, order.Baking, order.QualityCheck:
		return linkUp(r.Order.Restaurant)
	}
	return false
}

// Doubt notes that a company said that an order is delivered which its kitchen had not made.
func (r *Record) Doubt(c Courier, now time.Time) {
	r.hand(Hand{At: now, Act: SaidUnready, Name: c.Name, By: ByCourier(c.ID), Because: "its kitchen had not said that it is ready"})
}

// CourierSays records what the company that has the order says: the steps that lead there are taken one by one, as far as they are legal now.
// behind says that some are not yet, mostly because the kitchen has not said that the food is ready. A company that does not have the order is
// Refused "not_your_order".
func (r *Record) CourierSays(w CourierWord, linkUp func(restaurant string) bool, now time.Time) (behind bool, err error) {
	if r.Courier == nil || r.Courier.Run != w.Courier.Run {
		return false, problem.New(problem.Refused, "not_your_order", "the order is not with the courier %s", w.Courier.ID)
	}
	was, delivery, arrives := *r.Courier, r.Progress.Delivery, r.Arrives
	c := w.Courier
	r.Courier = &c
	behind = !r.climb(w, linkUp, now)
	if r.Driver == nil || r.Status().Terminal() && delivery == r.Progress.Delivery {
		return behind, nil
	}
	r.Driver = c.driver()
	left := delivery != r.Progress.Delivery && r.Progress.Delivery == order.OutForDelivery
	if left || moved(arrives, w.Arrives) && !behind {
		r.Arrives = w.Arrives
	}
	if was.Rider != c.Rider || was.Code != c.Code || delivery != r.Progress.Delivery || r.Arrives != arrives {
		r.tellDelivery()
	}
	return behind, nil
}

// ways is how far each state of the delivery is.
var ways = map[order.Delivery]int{order.Unassigned: 0, order.Assigned: 1, order.PickedUp: 2, order.OutForDelivery: 3, order.Delivered: 4}

// climb takes the steps up to w.To, and reports whether it came there.
func (r *Record) climb(w CourierWord, linkUp func(restaurant string) bool, now time.Time) bool {
	d := Deed{By: ByCourier(w.Courier.ID), At: w.At}
	for ways[r.Progress.Delivery] < ways[w.To] {
		at := d.when(r.lastStep(), now)
		var err error
		switch r.Progress.Delivery {
		case order.Unassigned:
			if err = r.Take(order.Cloud, order.Assign, d.By, at); err == nil {
				r.Driver = w.Courier.driver()
				r.given(r.Driver, d.By, at)
				r.fetched(d.By, at)
			}
		case order.Assigned:
			if w.Unready && r.Progress.Whole != order.HandedOver {
				return false
			}
			step := r.Take
			if !linkUp(r.Order.Restaurant) && !r.Status().Terminal() {
				step = r.Follow
			}
			err = step(order.Cloud, order.PickUp, d.By, at)
		case order.PickedUp:
			err = r.Take(order.Cloud, order.Depart, d.By, at)
		case order.OutForDelivery:
			err = r.Take(order.Cloud, order.Deliver, d.By, at)
		case order.NoDelivery, order.Delivered, order.Failed:
			return false
		}
		if err != nil {
			return false
		}
	}
	return true
}

// fetched: what was handed over before anybody was known to fetch it is with whoever is known now.
func (r *Record) fetched(by string, at time.Time) {
	if r.Progress.Whole == order.HandedOver {
		_ = r.Take(order.Cloud, order.PickUp, by, at)
	}
}

// moved reports whether a time is another by enough for people to care.
func moved(a, b *time.Time) bool {
	return b != nil && (a == nil || b.Sub(*a).Abs() >= 30*time.Second)
}

// CourierGone takes a company off an order, by the name of what was asked: the order is to be had again or, when the company has the food,
// has failed. An order that is no longer with it stays as it is.
func CourierGone(run, reason string, now time.Time) Decide {
	return func(r *Record) error {
		if r.Courier == nil || r.Courier.Run != run {
			return nil
		}
		by := ByCourier(r.Courier.ID)
		gone := Hand{At: now, Act: OffCourier, Name: r.Courier.Name, By: by, Because: reason}
		switch r.Progress.Delivery {
		case order.Unassigned:
			r.Courier = nil
			r.hand(gone)
			return nil
		case order.Assigned:
			if err := r.Take(order.Cloud, order.Drop, by, now); err != nil {
				return err
			}
			r.hand(gone)
			r.Driver, r.Arrives, r.Courier = nil, nil, nil
		case order.PickedUp, order.OutForDelivery:
			if err := r.Take(order.Cloud, order.GiveUp, by, now); err != nil {
				return err
			}
			r.Reason = reason
		case order.NoDelivery, order.Delivered, order.Failed:
			return nil
		}
		r.tellDelivery()
		return nil
	}
}
