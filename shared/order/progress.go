package order

import (
	"slices"

	"awesome.pizza/shared/problem"
)

// Progress is how far an order has come. Whole is what was decided about the order as a whole (waiting, queued, rejected, voided,
// handed_over); what lies between queued and handed_over is derived from Items by Kitchen.
type Progress struct {
	Origin   Side     `json:"origin"`
	Intake   Intake   `json:"intake"`
	Whole    Kitchen  `json:"whole"`
	Delivery Delivery `json:"delivery"`
	Items    []Item   `json:"items"`
}

// Begin is the progress of an order that was just taken.
func Begin(o *Order, items []Item) Progress {
	p := Progress{Origin: o.Origin, Intake: Created, Whole: Waiting, Delivery: NoDelivery, Items: slices.Clone(items)}
	if o.Delivers() {
		p.Delivery = Unassigned
	}
	for i := range p.Items {
		p.Items[i].State, p.Items[i].Remakes = ItemQueued, 0
	}
	return p
}

// Kitchen is the state of the kitchen lane.
func (p Progress) Kitchen() Kitchen {
	if p.Whole == Queued {
		return kitchen(p.Items)
	}
	return p.Whole
}

// Status is what everybody sees.
func (p Progress) Status() StatusName {
	switch p.Intake {
	case Created:
		return StatusCreated
	case Withdrawn:
		return StatusCancelled
	case Invalid:
		return StatusFailed
	case Validated:
	}
	return Status(p.Kitchen(), p.Delivery)
}

// Item finds an item by its id.
func (p Progress) Item(id string) (Item, bool) {
	for _, i := range p.Items {
		if i.ID == id {
			return i, true
		}
	}
	return Item{}, false
}

// Take moves the order by one step that a side decides on, and returns the progress after it; p itself stays as it is. Item actions
// name the items they move, all or none. A step that the table does not have from here, that the other side owns, or that the other
// lane forbids is refused: problem.Conflict "illegal_step" with the facts "current" (StatusName) and "allowed" ([]StatusName).
func (p Progress) Take(by Side, action Action, items ...string) (Progress, error) {
	if !p.allows(action) {
		return p, p.illegal(by, action)
	}
	return p.Follow(by, action, items...)
}

// Follow records a step that the owner of a lane has already taken. It asks the table, but not the other lane: the owner may have
// decided without knowing it, and a fact is a fact. A pizza can be voided in the kitchen while a driver carries it away.
func (p Progress) Follow(by Side, action Action, items ...string) (Progress, error) {
	if itemAction(action) {
		return p.moveItems(by, action, items)
	}
	for _, s := range steps {
		if s.action == action && s.from == p.at(s.lane) && p.owner(s.by) == by && p.reached(s.lane) {
			return p.with(s), nil
		}
	}
	return p, p.illegal(by, action)
}

func (p Progress) moveItems(by Side, action Action, items []string) (Progress, error) {
	if by != Edge || p.Whole != Queued || len(items) == 0 {
		return p, p.illegal(by, action)
	}
	next := p
	next.Items = slices.Clone(p.Items)
	for _, id := range items {
		at := slices.IndexFunc(next.Items, func(i Item) bool { return i.ID == id })
		if at < 0 {
			return p, problem.New(problem.NotFound, "no_such_item", "the order has no item %q", id)
		}
		moved, ok := next.Items[at].take(action)
		if !ok {
			return p, p.illegal(by, action).With("item", id).With("item_state", next.Items[at].State)
		}
		next.Items[at] = moved
	}
	return next, nil
}

// reached holds back the kitchen and the delivery until the taker has let the order go.
func (p Progress) reached(l lane) bool { return l == intakeLane || p.Intake == Validated }

// allows is what one lane demands of the other before its owner takes a step.
func (p Progress) allows(action Action) bool {
	if action == Drop {
		return true // a driver is let go whatever became of the food
	}
	if action == TakeBack {
		switch p.Delivery { // what a driver drives away with is the cloud's to say
		case NoDelivery, Unassigned, Assigned, PickedUp:
			return true
		case OutForDelivery, Delivered, Failed:
		}
		return false
	}
	if p.Status().Terminal() {
		return false
	}
	switch action {
	case Void, Start, Make, Bake, Unload, Finish, Recall, Remake:
		return p.Delivery == NoDelivery || p.Delivery == Unassigned || p.Delivery == Assigned // afterwards the food is gone
	case PickUp:
		return p.Kitchen() == Ready || p.Kitchen() == HandedOver
	case GiveUp:
		return p.Delivery != Unassigned || p.Whole == HandedOver
	}
	return true
}

func (p Progress) at(l lane) string {
	switch l {
	case intakeLane:
		return string(p.Intake)
	case kitchenLane:
		return string(p.Kitchen())
	case deliveryLane:
	}
	return string(p.Delivery)
}

func (p Progress) with(s step) Progress {
	switch s.lane {
	case intakeLane:
		p.Intake = Intake(s.to)
	case kitchenLane:
		p.Whole = Kitchen(s.to)
		if s.action == TakeBack && p.Delivery == PickedUp {
			p.Delivery = Assigned // that it was handed over was all that said that the driver has it
		}
	case deliveryLane:
		p.Delivery = Delivery(s.to)
	}
	return p
}

func (p Progress) owner(s Side) Side {
	if s == Taker {
		return p.Origin
	}
	return s
}

func itemAction(a Action) bool {
	for _, s := range itemSteps {
		if s.action == a {
			return true
		}
	}
	return false
}
