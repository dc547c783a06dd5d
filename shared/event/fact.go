package event

import (
	"time"

	"awesome.pizza/shared/order"
)

// OrderTaken says that the restaurant itself took an order: at the counter or by phone.
type OrderTaken struct {
	Order order.Order  `json:"order"`
	Items []order.Item `json:"items"`
}

// Kind names the fact.
func (OrderTaken) Kind() string { return "order.taken.v1" }

// OrderStepped says that the restaurant took a step of the kitchen lane, or of the intake lane of an order it took itself.
type OrderStepped struct {
	Order  order.ID     `json:"order"`
	Action order.Action `json:"action"`
	Items  []string     `json:"items,omitempty"`  // the items that moved, for item actions
	Number int          `json:"number,omitempty"` // with queue: the short number of the business day
	Day    string       `json:"day,omitempty"`    // with queue: that day, 2026-07-03; empty in facts of before it was said
	Cause  Cause        `json:"cause"`
	Who    string       `json:"who,omitempty"`    // the cook or the device
	Oven   string       `json:"oven,omitempty"`   // with bake and unload
	Reason string       `json:"reason,omitempty"` // with reject, void and remake
	Ready  *time.Time   `json:"ready,omitempty"`  // the forecast after this step
	Marks  []string     `json:"marks,omitempty"`  // why times that follow from this step are doubtful: see the kitchen's marks
}

// Kind names the fact.
func (OrderStepped) Kind() string { return "order.stepped.v1" }

// DeliveryCarried says that a driver of the restaurant's own, whom the cloud does not know, has an order, has brought it, or could not. The
// cloud writes its lane by it: see order.Progress.Carried.
type DeliveryCarried struct {
	Order    order.ID       `json:"order"`
	Delivery order.Delivery `json:"delivery"` // out_for_delivery, delivered or failed
	Name     string         `json:"name"`     // the driver's, as the restaurant calls them
	Reason   string         `json:"reason,omitempty"`
}

// Kind names the fact.
func (DeliveryCarried) Kind() string { return "delivery.carried.v1" }

// OrderChanged says that the restaurant changed the lines of an order that it took itself. Items are all there are now, as they stand; those
// that were there before and still are have kept their ids.
type OrderChanged struct {
	Order       order.ID     `json:"order"`
	Changes     int          `json:"changes"` // counted: the first change is 1
	Lines       []order.Line `json:"lines"`
	Items       []order.Item `json:"items"`
	Totals      order.Totals `json:"totals"`
	MenuVersion int          `json:"menu_version"`
	Who         string       `json:"who,omitempty"`
	Reason      string       `json:"reason,omitempty"`
	Ready       *time.Time   `json:"ready,omitempty"` // the forecast after it
}

// Kind names the fact.
func (OrderChanged) Kind() string { return "order.changed.v1" }

// Cause is what made the restaurant take a step.
type Cause string

// The causes.
const (
	ByTap    Cause = "tap"
	BySensor Cause = "sensor"
	ByWish   Cause = "wish"
	ByRule   Cause = "rule" // the node itself: numbering, timers
)

// ForecastChanged says when the kitchen now expects an order to be ready.
type ForecastChanged struct {
	Order order.ID  `json:"order"`
	Ready time.Time `json:"ready"`
}

// Kind names the fact.
func (ForecastChanged) Kind() string { return "forecast.changed.v1" }

// CommandAnswered is the one answer to a command: granted, or refused with a reason.
type CommandAnswered struct {
	Seq     uint64   `json:"seq"`
	Command string   `json:"command"`
	Order   order.ID `json:"order,omitempty"`
	Granted bool     `json:"granted"`
	Reason  string   `json:"reason,omitempty"`
}

// Kind names the fact.
func (CommandAnswered) Kind() string { return "command.answered.v1" }

// AlertRaised says that something in the restaurant needs a person.
type AlertRaised struct {
	Alert  string    `json:"alert"` // stays the same until it is cleared
	Device string    `json:"device"`
	What   string    `json:"what"`  // docs/alerts.json lists them
	Level  string    `json:"level"` // warning or critical
	Order  order.ID  `json:"order,omitempty"`
	Since  time.Time `json:"since"`
}

// Kind names the fact.
func (AlertRaised) Kind() string { return "alert.raised.v1" }

// AlertCleared says that an alert is over.
type AlertCleared struct {
	Alert  string    `json:"alert"`
	Device string    `json:"device"`
	At     time.Time `json:"at"`
}

// Kind names the fact.
func (AlertCleared) Kind() string { return "alert.cleared.v1" }

// IntakePaused says that the restaurant takes no web orders for some time: its hands and ovens are full, or a person says so. Said again, it is
// the last word that counts.
type IntakePaused struct {
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"` // then they are taken again, if nothing else was said
	By     string    `json:"by"`    // rule, or a person
	Reason string    `json:"reason"`
}

// Kind names the fact.
func (IntakePaused) Kind() string { return "intake.paused.v1" }

// IntakeResumed says that web orders are taken again.
type IntakeResumed struct {
	At time.Time `json:"at"`
}

// Kind names the fact.
func (IntakeResumed) Kind() string { return "intake.resumed.v1" }

// OrderStanding says how an order stands, whole: what a side tells the other when single steps no longer lead there, because one of them
// has lost some. From a restaurant it counts for the lanes the restaurant owns, and brings an order that the cloud does not have; in a
// snapshot it is the cloud's view.
type OrderStanding struct {
	Order    order.Order    `json:"order"`
	Progress order.Progress `json:"progress"`
	Day      string         `json:"day,omitempty"`    // business day of Number
	Number   int            `json:"number,omitempty"` // 0 until queued
	Driver   string         `json:"driver,omitempty"` // id
	Name     string         `json:"name,omitempty"`   // the driver's
	Arrives  *time.Time     `json:"arrives,omitempty"`
	Ready    *time.Time     `json:"ready,omitempty"`
	Token    string         `json:"token,omitempty"` // of the tracking link, so that it still works after the cloud has lost the order
	Since    time.Time      `json:"since"`           // when the kitchen lane came where it is

	// Epoch of the link in which a restaurant said so. A healing brings what was said before it into another epoch, as history: how the order
	// stands is said there anew. 0 counts in any, as what older nodes say does.
	Epoch uint64 `json:"epoch,omitempty"`

	// Recovered: the restaurant holds an order open that the cloud seems to know ended, or does not name, and nobody there has said yet where
	// it really is. It may bring an order, but takes no lane back. Once a cook has confirmed it, a standing without this follows.
	Recovered bool `json:"recovered,omitempty"`

	// Unsettled: in a snapshot, the cloud has something that the restaurant said of the order and that it could not follow. So what the restaurant
	// has of it is news.
	Unsettled bool `json:"unsettled,omitempty"`
}

// Stranger reports whether a standing in a snapshot says only that the cloud has heard of an order that it does not have: a database that went back
// has forgotten it. The restaurant says how it stands.
func (s OrderStanding) Stranger() bool { return s.Unsettled && s.Order.Origin == "" }

// Kind names the fact.
func (OrderStanding) Kind() string { return "order.standing.v1" }
