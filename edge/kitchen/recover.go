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

// cloudOrder is an order as the cloud has it. Unheard says that the cloud lacks something that this kitchen has said of how the order stands.
type cloudOrder struct {
	event.OrderStanding
	unheard bool
}

// reconciled is a ticket as kitchen and cloud together have its order: the kitchen lane is where the side has it that is further, the delivery lane
// where the cloud has it, unless one of the restaurant's own drivers brings it. changed is false when the kitchen goes on with what it has.
func (t Ticket) reconciled(theirs cloudOrder, now time.Time) (joint Ticket, changed bool) {
	joint = t
	if theirs.Progress.Delivery != "" && t.Carrier == "" {
		joint.Progress.Delivery, joint.Driver = theirs.Progress.Delivery, driverOf(theirs.OrderStanding)
	}
	if t.Open() {
		joint = joint.caughtUp(theirs, now)
	} else if joint = joint.endedAlike(theirs, now); joint.Open() {
		return joint, false // it has left by a driver, whom the cloud has forgotten: it does not come back to the board
	}
	if joint.Version == t.Version && sameDelivery(t, joint) {
		return t, false
	}
	joint.Version = t.Version + 1
	return joint, true
}

// caughtUp is an open ticket taken to where the cloud has its order, if the cloud is further; then a cook is asked where the food is.
func (t Ticket) caughtUp(theirs cloudOrder, now time.Time) Ticket {
	there, rewritten := theirs.Progress, theirs.rewrites(t.Order)
	switch {
	case rewritten || behind(t.Progress, there):
		if rewritten {
			t.Order = theirs.Order
		}
		t = t.moved(there.Whole, there.Items, clamp(theirs.Since, now))
		t.Recovered, t.Ready = t.Open(), theirs.Ready
	case over(there.Whole) && !sameItems(t.Progress, there) && !t.Recovered: // it ended there, and has more to make here
		t.Recovered = true
		t.Version++
	}
	t.Doubtful = false
	if gone(t.Progress.Delivery) && t.Progress.Kitchen() == order.Ready {
		t = t.moved(order.HandedOver, t.Progress.Items, now)
	}
	return t
}

// endedAlike is a ticket that has ended here, with the end that both sides have from now on. It stays ended, for the cloud may only not have heard
// of it. Which of two ends counts is decided by who has heard more, and no clock is asked: the kitchen's own while the cloud lacks something of it;
// else the cloud's, which has all that this card ever said of the order and what was said since, on a card that is gone. The same holds for what was
// ordered.
func (t Ticket) endedAlike(theirs cloudOrder, now time.Time) Ticket {
	there, end, rewritten := theirs.Progress, t.Progress.Whole, theirs.rewrites(t.Order)
	theirEnd := over(there.Whole) && !theirs.unheard
	if theirEnd {
		end = there.Whole
	}
	switch {
	case rewritten:
		t.Order = theirs.Order
	case !theirEnd, theirs.Order.Changes != t.Order.Changes, !sameItems(t.Progress, there): // of other things their end says nothing
		return t
	case end == t.Progress.Whole && slices.Equal(there.Items, t.Progress.Items):
		return t
	}
	return t.moved(end, there.Items, clamp(theirs.Since, now))
}

// rewrites reports whether the cloud knows of a change of the lines of an order of the restaurant's own that this kitchen has lost. Two cards may have
// changed it as often, and otherwise: then what the cloud has not heard of counts.
func (theirs cloudOrder) rewrites(ours order.Order) bool {
	if ours.Origin != order.Edge || theirs.Order.Changes < ours.Changes {
		return false
	}
	return theirs.Order.Changes > ours.Changes || !theirs.unheard && !order.SameLines(ours.Lines, theirs.Order.Lines)
}

// lostTicket is the ticket of an order that the cloud has and this kitchen has not; isOpen is false when nothing is left to make of it. Whatever is
// beyond waiting was on the board once, and is asked about; an order of the cloud's that waits has not been touched.
func lostTicket(s event.OrderStanding, now time.Time) (t Ticket, isOpen bool) {
	p := s.Progress
	if p.Origin == order.Edge && p.Intake == order.Created {
		p.Intake = order.Validated // what it was taken with has not come through as a whole
	}
	t = newTicket(s.Order, p.Items, clamp(s.Order.PlacedAt, now))
	t.Progress.Origin, t.Progress.Intake, t.Progress.Delivery = p.Origin, p.Intake, p.Delivery
	t = t.moved(p.Whole, p.Items, clamp(s.Since, now))
	if p.Whole != order.Waiting {
		t.QueuedAt = t.TakenAt
	}
	t.Version, t.Ready, t.Token, t.Driver = 1, s.Ready, s.Token, driverOf(s)
	t.Recovered = p.Whole != order.Waiting || p.Origin == order.Edge
	return t, t.Open() && len(p.Items) > 0
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
