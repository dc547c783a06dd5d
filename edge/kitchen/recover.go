package kitchen

import (
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// Standing is how a ticket stands, for the cloud. What the kitchen has from the cloud, or doubts, is no word of its own until a cook has said
// where the food is.
func Standing(t Ticket) event.OrderStanding {
	s := event.OrderStanding{
		Order: t.Order, Progress: t.Progress, Day: t.Day, Number: t.Number, Ready: t.Ready, Token: t.Token, Since: t.Since,
		Recovered: (t.Recovered || t.Doubtful) && t.Open(),
	}
	if t.Driver != nil {
		s.Driver, s.Name, s.Arrives = t.Driver.ID, t.Driver.Name, t.Driver.Arrives
	}
	return s
}

// regain is the ticket of an order as kitchen and cloud together have it: on the kitchen lane the side that is further, and then a cook is
// asked; on the delivery lane the cloud. What has ended here stays ended, for the cloud may only not have heard of it; news says that it has
// not. changed is false when the kitchen goes on with what it has, or has not and needs not have.
func regain(have Ticket, has bool, s event.OrderStanding, news bool, now time.Time) (t Ticket, changed bool) {
	if !has {
		return anew(s, now)
	}
	t = have
	if s.Progress.Delivery != "" && have.Carrier == "" {
		t.Progress.Delivery, t.Driver = s.Progress.Delivery, driverOf(s)
	}
	if !have.Open() {
		t = t.ending(s, news, now)
		changed = !t.Open() && (t.Version != have.Version || !sameDelivery(have, t))
		t.Version = have.Version + 1
		return t, changed
	}
	switch {
	case rewritten(have.Order, s.Order, news):
		t.Order = s.Order
		t = t.moved(s.Progress.Whole, s.Progress.Items, clamp(s.Since, now))
		t.Recovered, t.Ready = t.Open(), s.Ready
	case behind(have.Progress, s.Progress):
		t = t.moved(s.Progress.Whole, s.Progress.Items, clamp(s.Since, now))
		t.Recovered, t.Ready = t.Open(), s.Ready
	case over(s.Progress.Whole) && !sameItems(have.Progress, s.Progress) && !have.Recovered: // it ended there, and has more to make here
		t.Recovered = true
		t.Version++
	}
	t.Doubtful = false
	if gone(t.Progress.Delivery) && t.Progress.Kitchen() == order.Ready {
		t = t.moved(order.HandedOver, t.Progress.Items, now)
	}
	if t.Version == have.Version && sameDelivery(have, t) {
		return have, false
	}
	t.Version = have.Version + 1
	return t, true
}

// anew is the ticket of an order that the kitchen does not have. Whatever is beyond waiting was on the board once, and is asked about; an
// order of the cloud's that waits has not been touched.
func anew(s event.OrderStanding, now time.Time) (Ticket, bool) {
	p := s.Progress
	if p.Origin == order.Edge && p.Intake == order.Created {
		p.Intake = order.Validated // what it was taken with has not come through as a whole
	}
	t := newTicket(s.Order, p.Items, clamp(s.Order.PlacedAt, now))
	t.Progress.Origin, t.Progress.Intake, t.Progress.Delivery = p.Origin, p.Intake, p.Delivery
	t = t.moved(p.Whole, p.Items, clamp(s.Since, now))
	if p.Whole != order.Waiting {
		t.QueuedAt = t.TakenAt
	}
	t.Version, t.Ready, t.Token, t.Driver = 1, s.Ready, s.Token, driverOf(s)
	t.Recovered = p.Whole != order.Waiting || p.Origin == order.Edge
	return t, t.Open() && len(p.Items) > 0
}

// ending is a ticket that has ended here, when the cloud says how it has it. Which of two ends counts is decided by who has heard more: the
// kitchen's own when it has news, of which the cloud lacks something; else the cloud's, which has all that this card ever said of the order and
// what was said since, on a card that is gone. No clock is asked. Of what was ordered the later change counts.
func (t Ticket) ending(s event.OrderStanding, news bool, now time.Time) Ticket {
	theirs, whole, lost := s.Progress, t.Progress.Whole, rewritten(t.Order, s.Order, news)
	if !news && over(theirs.Whole) {
		whole = theirs.Whole
	} else if !lost {
		return t
	}
	switch {
	case lost:
		t.Order = s.Order
	case s.Order.Changes != t.Order.Changes || !sameItems(t.Progress, theirs) || whole == t.Progress.Whole && slices.Equal(theirs.Items, t.Progress.Items):
		return t
	}
	return t.moved(whole, theirs.Items, clamp(s.Since, now))
}

// rewritten reports whether the cloud knows of a change of an order's lines that this kitchen has lost. Two cards may have changed it as often, and
// otherwise: then what the cloud lacks counts.
func rewritten(here, there order.Order, news bool) bool {
	if here.Origin != order.Edge || there.Changes < here.Changes {
		return false
	}
	return there.Changes > here.Changes || !news && !order.SameLines(here.Lines, there.Lines)
}

// over reports whether the kitchen lane has ended.
func over(whole order.Kitchen) bool {
	return whole == order.HandedOver || whole == order.Rejected || whole == order.Voided
}

// behind reports whether p is less far on the kitchen lane than q. An order that has ended is furthest; what is made again is further than
// what was made before it; among the rest every step forward of every item counts.
func behind(p, q order.Progress) bool {
	return sameItems(p, q) && slices.Compare(distance(p), distance(q)) < 0
}

// distance is how far an order is on the kitchen lane: as a whole, then in rounds of remakes, then in steps of its items.
func distance(p order.Progress) []int {
	whole, remakes, steps := 0, 0, 0
	switch p.Whole {
	case order.Waiting:
	case order.HandedOver, order.Rejected, order.Voided:
		whole = 2
	default:
		whole = 1
	}
	for _, i := range p.Items {
		remakes += i.Remakes
		steps += slices.Index([]order.ItemState{
			order.ItemQueued, order.ItemMaking, order.ItemMade, order.ItemInOven, order.ItemBaked, order.ItemDone,
		}, i.State)
	}
	if whole == 2 {
		return []int{whole}
	}
	return []int{whole, remakes, steps}
}

// sameItems reports whether two are of the same things to make: otherwise one of them is not to be believed, and the kitchen goes on.
func sameItems(p, q order.Progress) bool {
	return slices.EqualFunc(p.Items, q.Items, func(x, y order.Item) bool { return x.ID == y.ID && x.Bakes == y.Bakes })
}

func gone(d order.Delivery) bool {
	return d == order.PickedUp || d == order.OutForDelivery || d == order.Delivered
}

func driverOf(s event.OrderStanding) *Driver {
	if s.Driver == "" {
		return nil
	}
	return &Driver{ID: s.Driver, Name: s.Name, Arrives: s.Arrives}
}

func sameDelivery(x, y Ticket) bool {
	return x.Progress.Delivery == y.Progress.Delivery && Standing(x).Driver == Standing(y).Driver
}

// clamp is an instant that somebody else's clock names: never later than now, and now when there is none.
func clamp(at, now time.Time) time.Time {
	if at.IsZero() || at.After(now) {
		return now
	}
	return at.UTC().Truncate(time.Millisecond)
}

// moved is the ticket with its kitchen lane put where somebody says it is, since an instant. There is no way back from it by undo.
func (t Ticket) moved(whole order.Kitchen, items []order.Item, at time.Time) Ticket {
	t = t.clone()
	before := t.Progress
	t.Progress.Whole, t.Progress.Items, t.Moves = whole, slices.Clone(items), nil
	for _, i := range items {
		was, _ := before.Item(i.ID)
		if t.Clocks.Items[i.ID] == nil || i.Remakes != was.Remakes {
			t.Clocks.Items[i.ID] = map[order.ItemState]time.Time{}
		}
		if was.State != i.State || i.Remakes != was.Remakes {
			t.Clocks.Items[i.ID][i.State] = at
		}
		if i.State != order.ItemInOven {
			delete(t.Slots, i.ID)
		}
	}
	if after := t.Progress.Kitchen(); after != before.Kitchen() {
		t.Clocks.Lane[after], t.Since = at, at
	}
	if whole != order.Waiting && t.QueuedAt.IsZero() {
		t.QueuedAt = at
	}
	t.Version++
	return t
}
