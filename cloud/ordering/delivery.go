package ordering

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Assign gives the order to a driver, who is expected at the restaurant at arrives, if known. An order that was handed over before a
// driver was known counts as picked up by this one.
func (s *Service) Assign(ctx context.Context, id order.ID, ifVersion int, d Driver, arrives *time.Time, by string) (Record, error) {
	return s.Store.Change(ctx, id, ifVersion, ToDriver(d, arrives, by, s.now()))
}

// Reassign gives the order, which a driver has agreed to fetch and has not, to another one. It reports Conflict "not_with_driver" when it
// is with somebody else by now.
func (s *Service) Reassign(ctx context.Context, id order.ID, ifVersion int, from string, d Driver, by string) (Record, error) {
	now := s.now()
	return s.Store.Change(ctx, id, ifVersion, func(r *Record) error {
		if r.Driver == nil || r.Driver.ID != from {
			return problem.New(problem.Conflict, "not_with_driver", "the order is not with driver %s: read it again", from)
		}
		if err := r.Take(order.Cloud, order.Drop, by, now); err != nil {
			return r.notToTake(err)
		}
		r.taken(by, "", now)
		return ToDriver(d, nil, by, now)(r)
	})
}

// Drop takes the driver off the order, who has not picked it up. driver "" stands for whoever has it.
func (s *Service) Drop(ctx context.Context, id order.ID, ifVersion int, driver, by string) (Record, error) {
	return s.Store.Change(ctx, id, ifVersion, OffDriver(driver, by, "", s.now()))
}

// HandBack is a driver's own word that he does not fetch the order, or staff's for him; because says why, in words, and can be empty.
func (s *Service) HandBack(ctx context.Context, id order.ID, ifVersion int, d Deed, because string) (Record, error) {
	return s.Store.Change(ctx, id, ifVersion, OffDriver(d.Driver, d.By, because, s.now()))
}

// PickUp says that the driver has the food. While the restaurant's link is up, the kitchen must have said that it is ready; while it is
// down, the driver's word counts. Which of the two it is, is judged now, whenever the deed was done.
func (s *Service) PickUp(ctx context.Context, id order.ID, ifVersion int, d Deed) (Record, error) {
	now := s.now()
	return s.Store.Change(ctx, id, ifVersion, pickUp(d, s.linkUp(now), now))
}

// Depart says that the driver is on the way to the guest, and when the arrival is expected, if known.
func (s *Service) Depart(ctx context.Context, id order.ID, ifVersion int, d Deed, arrives *time.Time) (Record, error) {
	return s.Store.Change(ctx, id, ifVersion, depart(d, arrives, s.now()))
}

// Deliver says that the guest has the food.
func (s *Service) Deliver(ctx context.Context, id order.ID, ifVersion int, d Deed) (Record, error) {
	return s.Store.Change(ctx, id, ifVersion, deliver(d, s.now()))
}

// GiveUp says that the delivery failed, and why.
func (s *Service) GiveUp(ctx context.Context, id order.ID, ifVersion int, d Deed, reason string) (Record, error) {
	return s.Store.Change(ctx, id, ifVersion, giveUp(d, reason, s.now()))
}

func (s *Service) linkUp(now time.Time) func(restaurant string) bool {
	return func(restaurant string) bool { return s.Links.Up(restaurant, now) }
}

// ToDriver is what Assign decides, for whoever commits it together with something of his own.
func ToDriver(d Driver, arrives *time.Time, by string, now time.Time) Decide {
	return func(r *Record) error {
		if r.Courier != nil && !d.ByHand {
			return r.illegal("the courier %s was asked for this order", r.Courier.Name)
		}
		if err := r.Take(order.Cloud, order.Assign, by, now); err != nil {
			return r.hasDriver(&d, by, err)
		}
		who := d
		who.Because = ""
		r.given(&d, by, now)
		r.Driver, r.Arrives, r.Expected, r.Courier = &who, arrives, nil, nil // a person's word counts: the courier is told not to come
		if r.Progress.Whole == order.HandedOver {
			if err := r.Take(order.Cloud, order.PickUp, by, now); err != nil {
				return err
			}
		}
		r.tellDelivery()
		return nil
	}
}

// hasDriver says of a driver who cannot be given the order, because somebody has it already, whom it is with and what can be done. A driver is told less
// than staff.
func (r *Record) hasDriver(d *Driver, by string, err error) error {
	p := problem.Of(err)
	if p == nil || r.Driver == nil || r.Status().Terminal() {
		return err
	}
	said, name := *p, cmp.Or(r.Driver.Name, r.Driver.ID)
	fetched := r.Progress.Delivery != order.Assigned
	switch {
	case by == ByDriver(d.ID) && r.Driver.ID == d.ID:
		said.Detail = "this order is with you already"
		return &said
	case by == ByDriver(d.ID):
		said.Detail = "another driver has this order by now: there is nothing more for you to do about it"
		return &said
	case r.Driver.ID == d.ID:
		said.Detail = name + " has this order already: there is nothing more to do"
	case fetched:
		said.Detail = name + " has fetched this order: nobody else can be sent for it"
	case r.Courier != nil:
		said.Detail = name + " is sending a courier for this order: take it back first, with unassign-driver, to send " + cmp.Or(d.Name, d.ID)
	default:
		said.Detail = fmt.Sprintf("%s has this order: to send %s instead, say so with instead_of %q", name, cmp.Or(d.Name, d.ID), r.Driver.ID)
	}
	return said.With("driver", r.Driver.ID)
}

// notToTake says why an order cannot be taken from a driver.
func (r *Record) notToTake(err error) error {
	p := problem.Of(err)
	if p == nil {
		return err
	}
	said := *p
	switch d := r.Driver; {
	case r.Status().Terminal():
		said.Detail = fmt.Sprintf("the order is over: it is %s", r.Status())
	case d == nil:
		said.Detail = "no driver has this order: there is nobody to take it from"
	default:
		said.Detail = cmp.Or(d.Name, d.ID) + " has fetched this order: it cannot be taken back any more. It ends when it is delivered, or has failed"
		return said.With("driver", d.ID)
	}
	return &said
}

// Agree is what a driver's own yes decides. It counts from when it was said, by the phone's clock, and is not shown before what it follows.
func Agree(d Driver, arrives, said, now time.Time) Decide {
	return func(r *Record) error {
		deed := Deed{By: ByDriver(d.ID), At: said}
		return ToDriver(d, &arrives, deed.By, deed.when(r.lastStep(), now))(r)
	}
}

// OffDriver is what Drop decides; because says to people why, if there is something to say.
func OffDriver(driver, by, because string, now time.Time) Decide {
	return func(r *Record) error {
		if err := r.mine(driver); err != nil {
			return err
		}
		if err := r.Take(order.Cloud, order.Drop, by, now); err != nil {
			return r.notToTake(err)
		}
		r.taken(by, because, now)
		r.Driver, r.Arrives, r.Courier = nil, nil, nil
		r.tellDelivery()
		return nil
	}
}

// Expect is what dispatch decides when it expects an order's driver at another time than the kitchen was told, or, with "", means to send
// one. By now it may be otherwise: then nothing changes.
func Expect(driver string, arrives time.Time) Decide {
	return func(r *Record) error {
		switch {
		case r.Status().Terminal():
			return nil
		case driver != "" && r.Driver != nil && r.Driver.ID == driver && r.Progress.Delivery == order.Assigned:
			r.Arrives = &arrives
		case driver == "" && r.Driver == nil && r.Progress.Delivery == order.Unassigned:
			r.Expected = &arrives
		default:
			return nil
		}
		r.tellDelivery()
		return nil
	}
}

func pickUp(d Deed, linkUp func(string) bool, now time.Time) Decide {
	return func(r *Record) error {
		step := r.Take
		if !linkUp(r.Order.Restaurant) && !r.Status().Terminal() {
			step = r.Follow
		}
		return r.deliverStep(d, now, func(at time.Time) error { return step(order.Cloud, order.PickUp, d.By, at) })
	}
}

func depart(d Deed, arrives *time.Time, now time.Time) Decide {
	return func(r *Record) error {
		return r.deliverStep(d, now, func(at time.Time) error {
			r.Arrives = arrives
			return r.Take(order.Cloud, order.Depart, d.By, at)
		})
	}
}

func deliver(d Deed, now time.Time) Decide {
	return func(r *Record) error {
		return r.deliverStep(d, now, func(at time.Time) error { return r.atDoor(d, r.Take(order.Cloud, order.Deliver, d.By, at)) })
	}
}

// giveUp ends a delivery for good.
func giveUp(d Deed, reason string, now time.Time) Decide {
	return func(r *Record) error {
		return r.deliverStep(d, now, func(at time.Time) error {
			r.Reason = reason
			return r.atDoor(d, r.Take(order.Cloud, order.GiveUp, d.By, at))
		})
	}
}

// atDoor notes with a step that was taken how far from the door that was. The timeline was copied for the step.
func (r *Record) atDoor(d Deed, taken error) error {
	if n := len(r.Steps); taken == nil && n > 0 && r.Steps[n-1].Version == r.Version+1 {
		r.Steps[n-1].Away = d.Away
	}
	return taken
}

func (r *Record) deliverStep(d Deed, now time.Time, step func(at time.Time) error) error {
	if err := r.mine(d.Driver); err != nil {
		return err
	}
	if err := step(d.when(r.lastStep(), now)); err != nil {
		return err
	}
	r.tellDelivery()
	return nil
}

// mine refuses a driver who is not the order's: Refused "not_your_order".
func (r *Record) mine(driver string) error {
	if driver != "" && (r.Driver == nil || r.Driver.ID != driver) {
		return problem.New(problem.Refused, "not_your_order", "the order is not on its way with driver %s", driver)
	}
	return nil
}

// tellDelivery keeps the restaurant's copy of the delivery lane current.
func (r *Record) tellDelivery() {
	b := event.DeliveryStepped{Order: r.Order.ID, Delivery: r.Progress.Delivery, Arrives: r.Arrives}
	if r.Driver != nil {
		b.Driver, b.Name = r.Driver.ID, r.Driver.Name
		if c := r.Courier; c != nil {
			b.Courier, b.Code = c.Name, c.Code
		}
	} else if r.Progress.Delivery == order.Unassigned {
		b.Arrives = r.Expected
	}
	r.Tell(b)
}
