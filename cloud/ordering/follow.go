package ordering

import (
	"crypto/rand"
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Fact is something a restaurant says has happened to an order.
type Fact struct {
	Restaurant string // who says so: the edge the event came from, never what a body claims
	At         time.Time
	Body       event.Body
}

// Taken is the record of an order that the restaurant took itself. It is refused when it cannot be that restaurant's.
func Taken(f Fact, b event.OrderTaken, now time.Time) (Record, error) {
	o := b.Order
	switch {
	case !id.Valid(string(o.ID)):
		return Record{}, problem.New(problem.Invalid, "bad_fact", "%q does not name an order", o.ID)
	case o.Restaurant != f.Restaurant:
		return Record{}, problem.New(problem.Invalid, "bad_fact", "%s cannot take an order of restaurant %q", f.Restaurant, o.Restaurant)
	case o.Origin != order.Edge:
		return Record{}, problem.New(problem.Invalid, "bad_fact", "%s cannot take an order of origin %q", f.Restaurant, o.Origin)
	}
	o.PlacedAt = f.label(o.PlacedAt, now)
	r := Begin(o, b.Items, rand.Text(), ByEdge, f.when(o.PlacedAt, now))
	r.KitchenAsOf = now
	return r, nil
}

// Apply records a fact about an order that the cloud knows. What is in the table of steps is followed, whatever the cloud would have
// decided; anything else is an error, and then nothing of the record may be kept.
func (r *Record) Apply(f Fact, now time.Time) error {
	if r.Order.Restaurant != f.Restaurant {
		return problem.New(problem.Invalid, "bad_fact", "order %s is not one of %s", r.Order.ID, f.Restaurant)
	}
	switch b := f.Body.(type) {
	case event.OrderStepped:
		return r.stepped(f, b, now)
	case event.OrderChanged:
		return r.lines(f, b, now)
	case event.ForecastChanged:
		r.KitchenAsOf, r.Ready = now, f.forecast(&b.Ready, now)
		return nil
	case event.OrderStanding:
		return r.Stand(f, b, now)
	case event.DeliveryCarried:
		return r.carried(f, b, now)
	}
	return problem.New(problem.Invalid, "bad_fact", "%s says nothing about an order", f.Body.Kind())
}

func (r *Record) stepped(f Fact, b event.OrderStepped, now time.Time) error {
	at, delivery := f.when(r.lastStep(), now), r.Progress.Delivery
	if err := r.Follow(order.Edge, b.Action, ByEdge, at, b.Items...); err != nil {
		return err
	}
	r.KitchenAsOf = now
	if b.Number > 0 {
		r.Number = b.Number
	}
	if b.Ready != nil {
		r.Ready = f.forecast(b.Ready, now)
	}
	r.wholeChanged(b.Reason, at)
	if r.Progress.Delivery != delivery && b.Action == order.TakeBack { // the driver who was thought to have it is to fetch it
		r.tellDelivery()
	}
	return nil
}

// carried: a driver of the restaurant's own has the food. One of ours who was to fetch it is free.
func (r *Record) carried(f Fact, b event.DeliveryCarried, now time.Time) error {
	err := r.move(ByEdge, f.when(r.lastStep(), now), func(p order.Progress) (order.Progress, error) { return p.Carried(b.Delivery) })
	if err != nil {
		return err
	}
	r.taken(ByEdge, "a driver of the restaurant has it", now)
	r.Driver, r.Arrives, r.Courier, r.KitchenAsOf = nil, nil, nil, now
	if b.Delivery == order.Failed && b.Reason != "" {
		r.Reason = b.Reason
	}
	return nil
}

// wholeChanged draws the conclusions when the kitchen has let an order go.
func (r *Record) wholeChanged(reason string, at time.Time) {
	switch r.Progress.Whole {
	case order.Voided, order.Rejected:
		r.ended(reason, at)
	case order.HandedOver:
		r.handedOver(at)
	case order.Waiting, order.Queued, order.Preparing, order.Baking, order.QualityCheck, order.Ready:
	}
}

// ended: the kitchen will not make it. A driver who was to fetch it is free.
func (r *Record) ended(reason string, at time.Time) {
	r.CancelAsked, r.Ready = nil, nil
	if reason != "" {
		r.Reason = reason
	}
	if r.Progress.Delivery == order.Unassigned {
		r.Courier = nil
	}
	if r.Progress.Delivery == order.Assigned && r.Take(order.Cloud, order.Drop, ByCloud, at) == nil {
		r.taken(ByCloud, "the kitchen does not make it", at)
		r.Driver, r.Arrives, r.Courier = nil, nil, nil
		r.tellDelivery()
	}
}

// handedOver: the kitchen gave the food to somebody, which is evidence enough that the assigned driver has it.
func (r *Record) handedOver(at time.Time) {
	r.CancelAsked, r.Ready = nil, nil
	if r.Progress.Delivery == order.Assigned && r.Take(order.Cloud, order.PickUp, ByEdge, at) == nil {
		r.tellDelivery()
	}
}

// Answered records the restaurant's one answer to a command about this order.
func (r *Record) Answered(f Fact, command string, b event.CommandAnswered, now time.Time) error {
	if r.Order.Restaurant != f.Restaurant {
		return problem.New(problem.Invalid, "bad_fact", "order %s is not one of %s", r.Order.ID, f.Restaurant)
	}
	if command == (event.OrderRecovered{}).Kind() && !b.Granted {
		return nil // a kitchen that did not take the order says nothing of it
	}
	r.KitchenAsOf = now
	switch command {
	case event.OrderRevoked{}.Kind():
		r.CancelAsked = nil
		if !b.Granted {
			r.Reason = b.Reason
		}
	case event.OrderOffered{}.Kind():
		if !b.Granted && b.Reason != "" {
			r.Reason = b.Reason
		}
	}
	return nil
}

// when is the time to show for a fact: the restaurant's own if it can be, for its clock may be wrong, and never before the step it follows.
func (f Fact) when(last, now time.Time) time.Time {
	at := f.At
	if at.After(now.Add(clock.MaxAhead)) || at.Before(last.Add(-clock.MaxAhead)) {
		at = now // not a clock to believe
	}
	if at.After(now) {
		at = now
	}
	if at.Before(last) && !last.After(now) {
		at = last
	}
	return at.UTC()
}

// label is a time that the restaurant's clock gave, or now where that clock is far ahead of ours.
func (f Fact) label(at, now time.Time) time.Time {
	if clock.Ahead(at, now) {
		return now
	}
	return at
}

// forecast is when the restaurant expects something, by our clock: a clock that is far ahead still knows how long things take. Nothing when
// JSON could not write it.
func (f Fact) forecast(ready *time.Time, now time.Time) *time.Time {
	if ready == nil {
		return nil
	}
	if at := ready.UTC(); clock.Ahead(f.At, now) {
		return instant(now.Add(at.Sub(f.At)))
	}
	return instant(*ready)
}

func (r *Record) lastStep() time.Time {
	if len(r.Steps) == 0 {
		return r.Order.PlacedAt
	}
	return r.Steps[len(r.Steps)-1].At
}

// instant is t, or nothing when JSON could not write it.
func instant(t time.Time) *time.Time {
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 {
		return nil
	}
	return &t
}
