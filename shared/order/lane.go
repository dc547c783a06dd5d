package order

// Intake is the first, short lane: written by whoever took the order, ended when it goes to the kitchen.
type Intake string

// The intake lane.
const (
	Created   Intake = "created"   // taken and durable, not yet checked
	Validated Intake = "validated" // price, payment, hours and zone are checked: the order is the kitchen's now
	Withdrawn Intake = "withdrawn" // cancelled before the kitchen was asked
	Invalid   Intake = "invalid"   // a check failed
)

// Kitchen is the lane that only the restaurant's edge node writes.
type Kitchen string

// The kitchen lane. From Queued to Ready it is derived from the items and never stored.
const (
	Waiting      Kitchen = "waiting"
	Queued       Kitchen = "queued"
	Preparing    Kitchen = "preparing"
	Baking       Kitchen = "baking"
	QualityCheck Kitchen = "quality_check"
	Ready        Kitchen = "ready"
	HandedOver   Kitchen = "handed_over"
	Rejected     Kitchen = "rejected"
	Voided       Kitchen = "voided"
)

// Delivery is the lane that only the cloud writes.
type Delivery string

// The delivery lane.
const (
	NoDelivery     Delivery = "none"
	Unassigned     Delivery = "unassigned"
	Assigned       Delivery = "assigned"
	PickedUp       Delivery = "picked_up"
	OutForDelivery Delivery = "out_for_delivery"
	Delivered      Delivery = "delivered"
	Failed         Delivery = "failed"
)

// Action is what somebody does to an order or to an item of it.
type Action string

// The actions.
const (
	Validate Action = "validate"
	Withdraw Action = "withdraw"
	Fail     Action = "fail"

	Queue    Action = "queue"
	Reject   Action = "reject"
	Start    Action = "start"
	Make     Action = "make"
	Bake     Action = "bake"
	Unload   Action = "unload"
	Finish   Action = "finish"
	Recall   Action = "recall"
	Remake   Action = "remake"
	Void     Action = "void"
	HandOver Action = "hand_over"
	TakeBack Action = "take_back"

	Assign  Action = "assign"
	Drop    Action = "drop"
	PickUp  Action = "pick_up"
	Depart  Action = "depart"
	Deliver Action = "deliver"
	GiveUp  Action = "give_up"
)

// steps is the life of an order as a whole. One side owns each step, so the two never argue. What happens between queued and ready
// happens to items: itemSteps.
var steps = []step{ // lane, from, action, to, by
	{intakeLane, string(Created), Validate, string(Validated), Taker},
	{intakeLane, string(Created), Withdraw, string(Withdrawn), Taker},
	{intakeLane, string(Created), Fail, string(Invalid), Taker},

	{kitchenLane, string(Waiting), Queue, string(Queued), Edge},
	{kitchenLane, string(Waiting), Reject, string(Rejected), Edge},
	{kitchenLane, string(Waiting), Void, string(Voided), Edge}, // a revoke that was granted before the order got its number
	{kitchenLane, string(Queued), Void, string(Voided), Edge},
	{kitchenLane, string(Preparing), Void, string(Voided), Edge},
	{kitchenLane, string(Baking), Void, string(Voided), Edge},
	{kitchenLane, string(QualityCheck), Void, string(Voided), Edge},
	{kitchenLane, string(Ready), Void, string(Voided), Edge},
	{kitchenLane, string(Ready), HandOver, string(HandedOver), Edge},
	{kitchenLane, string(HandedOver), TakeBack, string(Queued), Edge}, // the wrong ticket was handed over: it is on its shelf again, and no driver has it

	{deliveryLane, string(Unassigned), Assign, string(Assigned), Cloud},
	{deliveryLane, string(Assigned), Drop, string(Unassigned), Cloud}, // the driver dropped out, or the order was voided
	{deliveryLane, string(Assigned), PickUp, string(PickedUp), Cloud},
	{deliveryLane, string(PickedUp), Depart, string(OutForDelivery), Cloud},
	{deliveryLane, string(OutForDelivery), Deliver, string(Delivered), Cloud},
	{deliveryLane, string(Unassigned), GiveUp, string(Failed), Cloud}, // only of food that the kitchen gave to nobody we know
	{deliveryLane, string(Assigned), GiveUp, string(Failed), Cloud},
	{deliveryLane, string(PickedUp), GiveUp, string(Failed), Cloud},
	{deliveryLane, string(OutForDelivery), GiveUp, string(Failed), Cloud},
}

type lane string

const (
	intakeLane   lane = "intake"
	kitchenLane  lane = "kitchen"
	deliveryLane lane = "delivery"
)

type step struct {
	lane   lane
	from   string
	action Action
	to     string
	by     Side
}
