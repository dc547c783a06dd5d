package ordering

import (
	"crypto/rand"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Stands is how the order stands here, for a kitchen that has lost it. day says on which business days a number may have been given.
func (r *Record) Stands(day func(time.Time) []string) event.OrderStanding {
	s := event.OrderStanding{
		Order: r.Order, Progress: r.Progress, Number: r.Number, Arrives: r.Arrives, Ready: r.Ready, Token: r.Token, Since: r.Order.PlacedAt,
	}
	if r.Driver != nil {
		s.Driver, s.Name = r.Driver.ID, r.Driver.Name
	}
	for _, step := range r.Steps {
		switch step.Status {
		case order.StatusDriverAssigned, order.StatusOutForDelivery: // not the kitchen's doing
		default:
			s.Since = step.At
		}
		if step.Status == order.StatusQueued && r.Number > 0 {
			s.Day = day(step.At)[0]
		}
	}
	return s
}

// Refound is the record of an order that the restaurant has and the cloud has lost: it is taken over whole. It is refused when it cannot
// be that restaurant's.
func Refound(f Fact, b event.OrderStanding, now time.Time) (Record, error) {
	o := b.Order
	if err := f.mayTell(b); err != nil {
		return Record{}, err
	}
	o.PlacedAt = f.label(o.PlacedAt, now)
	r := Record{Order: o, Progress: b.Progress, Version: 1, Token: b.Token, KitchenAsOf: now, Number: b.Number, Arrives: b.Arrives, Ready: f.forecast(b.Ready, now)}
	if r.Token == "" {
		r.Token = rand.Text()
	}
	if b.Driver != "" {
		r.Driver = &Driver{ID: b.Driver, Name: b.Name}
	}
	placed := order.Begin(&o, nil)
	r.Steps = []Step{{Version: 1, Status: placed.Status(), At: o.PlacedAt, By: ByEdge}}
	if r.Status() != placed.Status() {
		r.Steps = append(r.Steps, Step{Version: 1, Status: r.Status(), At: f.when(o.PlacedAt, now), By: ByEdge})
	}
	return r, nil
}

// Stand records how an order stands by its restaurant's word, whole: the lanes that the restaurant owns are taken over, whatever single
// steps led here or would lead there. The cloud's lanes stay, but for what the restaurant can only know from a cloud that has forgotten it.
func (r *Record) Stand(f Fact, b event.OrderStanding, now time.Time) error {
	if err := f.mayTell(b); err != nil {
		return err
	}
	if r.Order.Restaurant != f.Restaurant {
		return problem.New(problem.Invalid, "bad_fact", "order %s is not one of %s", r.Order.ID, f.Restaurant)
	}
	at, next := f.when(r.lastStep(), now), r.Progress
	if r.Order.Origin == order.Edge || next.Intake == order.Created {
		next.Intake = b.Progress.Intake // a kitchen has no order that was not validated
	}
	if b.Recovered { // the restaurant had it from us, but for the number on its screen
		r.jump(next, ByEdge, at)
		r.KitchenAsOf = now
		if b.Number > 0 {
			r.Number = b.Number
		}
		return nil
	}
	next.Items = slices.Clone(r.Progress.Items)
	if r.rewritten(b.Order) {
		r.reword(b.Order.Lines, b.Order.Totals, b.Order.MenuVersion, b.Order.Changes)
		next.Items = slices.Clone(b.Progress.Items)
	}
	for i := range next.Items {
		said, ok := b.Progress.Item(next.Items[i].ID)
		if !ok {
			return problem.New(problem.Invalid, "bad_fact", "order %s stands without its item %q", r.Order.ID, next.Items[i].ID)
		}
		next.Items[i].State, next.Items[i].Remakes = said.State, said.Remakes
	}
	was := r.Progress.Whole
	next.Whole = b.Progress.Whole
	if forgotten(r.Progress.Delivery, b.Progress.Delivery) {
		next.Delivery = b.Progress.Delivery
		if b.Driver != "" {
			r.Driver = &Driver{ID: b.Driver, Name: b.Name}
		}
		if r.Courier != nil && (r.Driver == nil || r.Driver.ID != CourierDriver(r.Courier.ID)) {
			r.Courier = nil
		}
	}
	r.jump(next, ByEdge, at)
	r.KitchenAsOf, r.Ready = now, f.forecast(b.Ready, now)
	if b.Number > 0 {
		r.Number = b.Number
	}
	if r.Progress.Whole != was {
		r.wholeChanged("", at)
	}
	r.takeBack()
	return nil
}

// rewritten reports whether the restaurant has the lines of an order that it took itself otherwise than we: of a change we have not heard, or have
// forgotten it, or what we know is of a card that is gone.
func (r *Record) rewritten(o order.Order) bool {
	if r.Order.Origin != order.Edge || o.Changes < r.Order.Changes || len(o.Lines) == 0 {
		return false
	}
	return o.Changes > r.Order.Changes || !order.SameLines(o.Lines, r.Order.Lines)
}

// jump moves the order to where it stands; the timeline gets one row, however far it is.
func (r *Record) jump(next order.Progress, by string, at time.Time) {
	before := r.Status()
	if r.Progress = next; r.Status() != before {
		r.Steps = append(slices.Clone(r.Steps), Step{Version: r.Version + 1, Status: r.Status(), At: at.UTC(), By: by})
	}
}

// takeBack asks the kitchen to stop making what the cloud has cancelled alone: it did so without knowing that the kitchen has it.
func (r *Record) takeBack() {
	if r.Progress.Intake != order.Withdrawn || r.Order.Origin != order.Cloud {
		return
	}
	switch r.Progress.Whole {
	case order.Voided, order.Rejected, order.HandedOver:
	default:
		r.Tell(event.OrderRevoked{Order: r.Order.ID, Reason: r.Reason})
	}
}

// forgotten reports whether the restaurant's copy of the cloud's own lane proves that the cloud has lost its word: once the food is with a
// driver, nothing leads back.
func forgotten(have, told order.Delivery) bool {
	ways := map[order.Delivery]int{order.PickedUp: 1, order.OutForDelivery: 2, order.Delivered: 3, order.Failed: 3}
	return ways[told] > ways[have]
}

// mayTell reports what is wrong with a standing: whose order it is, and whether its lanes are ones there are.
func (f Fact) mayTell(b event.OrderStanding) error {
	o, p := b.Order, b.Progress
	switch {
	case !id.Valid(string(o.ID)):
		return problem.New(problem.Invalid, "bad_fact", "%q does not name an order", o.ID)
	case o.Restaurant != f.Restaurant:
		return problem.New(problem.Invalid, "bad_fact", "%s cannot speak for an order of restaurant %q", f.Restaurant, o.Restaurant)
	case o.Origin != order.Edge && o.Origin != order.Cloud, p.Origin != o.Origin:
		return problem.New(problem.Invalid, "bad_fact", "order %s is of origin %q and %q", o.ID, o.Origin, p.Origin)
	case p.Intake != order.Created && p.Intake != order.Validated && p.Intake != order.Withdrawn && p.Intake != order.Invalid:
		return problem.New(problem.Invalid, "bad_fact", "order %s has no intake %q", o.ID, p.Intake)
	case !slices.Contains(wholes, p.Whole):
		return problem.New(problem.Invalid, "bad_fact", "order %s cannot be %q as a whole", o.ID, p.Whole)
	case o.Delivers() == (p.Delivery == order.NoDelivery) || !slices.Contains(deliveries, p.Delivery):
		return problem.New(problem.Invalid, "bad_fact", "order %s cannot be %q on its way", o.ID, p.Delivery)
	}
	return mayBe(o.ID, p.Items)
}

// mayBe reports what is wrong with the items of an order: a state that there is not, or one name for two.
func mayBe(oid order.ID, items []order.Item) error {
	for i, item := range items {
		if !slices.Contains(itemStates, item.State) || slices.ContainsFunc(items[:i], func(x order.Item) bool { return x.ID == item.ID }) {
			return problem.New(problem.Invalid, "bad_fact", "item %q of order %s cannot be %q, or is there twice", item.ID, oid, item.State)
		}
	}
	return nil
}

var (
	wholes     = []order.Kitchen{order.Waiting, order.Queued, order.HandedOver, order.Rejected, order.Voided}
	deliveries = []order.Delivery{order.NoDelivery, order.Unassigned, order.Assigned, order.PickedUp, order.OutForDelivery, order.Delivered, order.Failed}
	itemStates = []order.ItemState{order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone}
)
