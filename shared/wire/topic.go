// Package wire is what devices and phones say over MQTT: topics, payloads, and the checks a payload must pass before anybody believes it.
// There is no client, no broker and no state in here. Who may say what is decided where grants are made; see Rights for the usual answer.
package wire

import (
	"strings"

	"awesome.pizza/shared/problem"
)

// Ports are where MQTT is spoken: on a node for the kitchen, on the cloud for drivers' phones.
const (
	Port    = 1883
	PortTLS = 8883
)

// Kind says what a topic is about.
type Kind string

// Kinds of topics, in the order of the table in docs/INTERFACES.
const (
	KindOvenTelemetry  Kind = "oven_telemetry"
	KindOvenEvent      Kind = "oven_event"
	KindOvenCommand    Kind = "oven_command"
	KindAlert          Kind = "alert"
	KindProbe          Kind = "probe"
	KindScale          Kind = "scale"
	KindButton         Kind = "button"
	KindLight          Kind = "light"
	KindOrderEvent     Kind = "order_event"
	KindDriverLocation Kind = "driver_location"
	KindDriverStatus   Kind = "driver_status"
	KindOffer          Kind = "offer"
	KindDriverETA      Kind = "driver_eta"
)

// Topic is an address taken apart: what it is about, and the ids in it that its Kind has. The others are empty.
type Topic struct {
	Kind    Kind
	Kitchen string // the restaurant
	Device  string // oven, probe, scale, button or light
	Order   string
	Driver  string
}

// shapes is every topic there is. A level in braces is an id; no two shapes fit one topic.
var shapes = []struct {
	kind    Kind
	pattern string
	qos     byte
}{
	{KindOvenTelemetry, "pizza/kitchen/{kitchen}/oven", 0},
	{KindOvenEvent, "pizza/kitchen/{kitchen}/oven/{device}/event", 1},
	{KindOvenCommand, "pizza/kitchen/{kitchen}/oven/{device}/command", 1},
	{KindAlert, "pizza/kitchen/{kitchen}/alerts", 1},
	{KindProbe, "pizza/kitchen/{kitchen}/probe/{device}", 0},
	{KindScale, "pizza/kitchen/{kitchen}/scale/{device}", 0},
	{KindButton, "pizza/kitchen/{kitchen}/button/{device}", 1},
	{KindLight, "pizza/kitchen/{kitchen}/light/{device}/set", 1},
	{KindOrderEvent, "pizza/orders/{order}/events", 1},
	{KindDriverLocation, "pizza/drivers/{driver}/location", 0},
	{KindDriverStatus, "pizza/drivers/{driver}/status", 1},
	{KindOffer, "pizza/drivers/{driver}/assigned", 1},
	{KindDriverETA, "pizza/orders/{order}/driver-eta", 0},
}

// Ids given to the functions below must be SafeIDs: a topic made from any other id is refused by ParseTopic.

// OvenTelemetryTopic is where all ovens of a kitchen say how they are, OvenTelemetry.
func OvenTelemetryTopic(kitchen string) string {
	return fill(Topic{Kind: KindOvenTelemetry, Kitchen: kitchen})
}

// OvenEventTopic is where an oven tells an OvenEvent.
func OvenEventTopic(kitchen, oven string) string {
	return fill(Topic{Kind: KindOvenEvent, Kitchen: kitchen, Device: oven})
}

// OvenCommandTopic is where an oven hears an OvenCommand.
func OvenCommandTopic(kitchen, oven string) string {
	return fill(Topic{Kind: KindOvenCommand, Kitchen: kitchen, Device: oven})
}

// AlertTopic is where a kitchen's Alerts stand.
func AlertTopic(kitchen string) string { return fill(Topic{Kind: KindAlert, Kitchen: kitchen}) }

// ProbeTopic is where a Probe is measured.
func ProbeTopic(kitchen, probe string) string {
	return fill(Topic{Kind: KindProbe, Kitchen: kitchen, Device: probe})
}

// ScaleTopic is where a Scale is read.
func ScaleTopic(kitchen, scale string) string {
	return fill(Topic{Kind: KindScale, Kitchen: kitchen, Device: scale})
}

// ButtonTopic is where a Button is pressed.
func ButtonTopic(kitchen, button string) string {
	return fill(Topic{Kind: KindButton, Kitchen: kitchen, Device: button})
}

// LightTopic is where a Light is switched.
func LightTopic(kitchen, light string) string {
	return fill(Topic{Kind: KindLight, Kitchen: kitchen, Device: light})
}

// OrderEventTopic is where an order's OrderEvents are told.
func OrderEventTopic(order string) string { return fill(Topic{Kind: KindOrderEvent, Order: order}) }

// DriverLocationTopic is where a phone says its DriverLocation.
func DriverLocationTopic(driver string) string {
	return fill(Topic{Kind: KindDriverLocation, Driver: driver})
}

// DriverStatusTopic is where a phone says its DriverStatus.
func DriverStatusTopic(driver string) string {
	return fill(Topic{Kind: KindDriverStatus, Driver: driver})
}

// OfferTopic is where a driver hears an Offer.
func OfferTopic(driver string) string { return fill(Topic{Kind: KindOffer, Driver: driver}) }

// DriverETATopic is where an order's DriverETA is told.
func DriverETATopic(order string) string { return fill(Topic{Kind: KindDriverETA, Order: order}) }

// String is the topic as it stands in a packet; empty when its Kind is unknown.
func (t Topic) String() string { return fill(t) }

// QoS is the quality of service the kind is sent with: 0 where the next message makes up for a lost one, 1 otherwise.
func (k Kind) QoS() byte {
	for _, s := range shapes {
		if s.kind == k {
			return s.qos
		}
	}
	return 0
}

// ParseTopic takes a topic apart. A name that is no topic of ours, or has an id in it that is no SafeID, is an Invalid problem.
func ParseTopic(name string) (Topic, error) {
	for _, s := range shapes {
		if t, fits := match(s.pattern, name); fits {
			t.Kind = s.kind
			return t, nil
		}
	}
	return Topic{}, problem.New(problem.Invalid, "unknown_topic", "%q is no topic of the chain, or an id in it is not %s", clip(name), idRule)
}

func match(pattern, name string) (Topic, bool) {
	var t Topic
	want, have := strings.Split(pattern, "/"), strings.Split(name, "/")
	if len(want) != len(have) {
		return t, false
	}
	for i, level := range want {
		slot := t.slot(level)
		if slot == nil && level != have[i] || slot != nil && !SafeID(have[i]) {
			return t, false
		}
		if slot != nil {
			*slot = have[i]
		}
	}
	return t, true
}

func fill(t Topic) string {
	for _, s := range shapes {
		if s.kind != t.Kind {
			continue
		}
		levels := strings.Split(s.pattern, "/")
		for i, level := range levels {
			if slot := t.slot(level); slot != nil {
				levels[i] = *slot
			}
		}
		return strings.Join(levels, "/")
	}
	return ""
}

// slot is where the id of a level in braces lives, nil for a plain level.
func (t *Topic) slot(level string) *string {
	switch level {
	case "{kitchen}":
		return &t.Kitchen
	case "{device}":
		return &t.Device
	case "{order}":
		return &t.Order
	case "{driver}":
		return &t.Driver
	}
	return nil
}
