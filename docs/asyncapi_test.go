package docs

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"awesome.pizza/docs/schema"
	"awesome.pizza/shared/event"
	links "awesome.pizza/shared/link"
	"awesome.pizza/shared/wire"
)

//go:generate go test . -count=1 -run TestTheAsyncDocumentIsWhatTheCodeSays -update
var update = flag.Bool("update", false, "write docs/asyncapi.json anew")

type object = map[string]any

// channel is a topic or subject with what stands in its messages. The node or the cloud, whichever is at the broker's end, sends or receives.
type channel struct {
	server, id, address, action, says string
	payload                           any
}

func mqttChannels() []channel {
	const k, d, o, r = "{kitchenId}", "{deviceId}", "{orderId}", "{driverId}"
	return []channel{
		{"kitchen", "oven_telemetry", wire.OvenTelemetryTopic(k), "receive", "how an oven is, once a second", wire.OvenTelemetry{}},
		{"kitchen", "oven_event", wire.OvenEventTopic(k, d), "receive", "what an oven saw", wire.OvenEvent{}},
		{"kitchen", "oven_command", wire.OvenCommandTopic(k, d), "send", "what an oven is to do", wire.OvenCommand{}},
		{"kitchen", "alert", wire.AlertTopic(k), "send", "what is wrong with a device; devices publish here too. Retained while open", wire.Alert{}},
		{"kitchen", "probe", wire.ProbeTopic(k, d), "receive", "a temperature", wire.Probe{}},
		{"kitchen", "scale", wire.ScaleTopic(k, d), "receive", "a weight", wire.Scale{}},
		{"kitchen", "button", wire.ButtonTopic(k, d), "receive", "a press", wire.Button{}},
		{"kitchen", "light", wire.LightTopic(k, d), "send", "what a stack light shows; retained", wire.Light{}},
		{"kitchen", "order_event", wire.OrderEventTopic(o), "send", "an order took a step", wire.OrderEvent{}},
		{"phones", "driver_location", wire.DriverLocationTopic(r), "receive", "where a phone is", wire.DriverLocation{}},
		{"phones", "driver_status", wire.DriverStatusTopic(r), "receive", "what a driver is up to", wire.DriverStatus{}},
		{"phones", "offer", wire.OfferTopic(r), "send", "an offer, or that it is taken back", wire.Offer{}},
		{"phones", "driver_eta", wire.DriverETATopic(o), "send", "when a driver is expected", wire.DriverETA{}},
	}
}

// natsChannels are the link's, seen from the cloud.
func natsChannels() []channel {
	const e = "{restaurantId}"
	return []channel{
		{"hub", "UpSubject", "ap.v1.up.{partition}." + e, "receive", "facts, in the order of their commits; events stand in the batch as shared/link/batch.go frames them", links.Event{}},
		{"hub", "TelemetrySubject", "ap.v1.tm.{partition}." + e, "receive", "a heartbeat", links.Heartbeat{}},
		{"hub", "SyncSubject", links.SyncSubject(e), "receive", "where the node stands; answered with a SyncReply", links.SyncRequest{}},
		{"hub", "AckSubject", links.AckSubject(e), "send", "what is applied and durable", links.Ack{}},
		{"hub", "CommandSubject", links.CommandSubject(e), "send", "commands, without gaps", links.CommandBatch{}},
		{"hub", "ControlSubject", links.ControlSubject(e), "send", "a rewind, or a call for SYNC", links.Control{}},
		{"hub", "HealSubject", links.HealSubject(e), "receive", "what the node has; answered with a HealReply", links.HealRequest{}},
		{"hub", "SnapshotSubject", links.SnapshotSubject(e), "receive", "a question for the open orders; answered with a SnapshotReply", links.SnapshotRequest{}},
	}
}

func facts() []event.Body {
	return []event.Body{
		event.OrderTaken{},
		event.OrderStepped{},
		event.DeliveryCarried{},
		event.OrderChanged{},
		event.ForecastChanged{},
		event.CommandAnswered{},
		event.AlertRaised{},
		event.AlertCleared{},
		event.IntakePaused{},
		event.IntakeResumed{},
		event.OrderStanding{},
		event.ProductSoldOut{},
		event.ProductBack{},
		event.StockStanding{},
		event.StockWished{},
		event.OrderOffered{},
		event.OrderRecovered{},
		event.OrderRevoked{},
		event.StatusWished{},
		event.DeliveryStepped{},
		event.BagOpened{},
		event.BagClosed{},
	}
}

func asyncDocument() object {
	types, messages, channels, operations := schema.All{}, object{}, object{}, object{}
	for _, c := range slices.Concat(mqttChannels(), natsChannels()) {
		parameters := object{}
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(c.address, -1) {
			parameters[m[1]] = object{}
		}
		messages[c.id] = object{"name": c.id, "payload": types.Of(reflect.TypeOf(c.payload))}
		channels[c.id] = object{
			"address": c.address, "parameters": parameters, "servers": []object{{"$ref": "#/servers/" + c.server}},
			"messages": object{c.id: object{"$ref": "#/components/messages/" + c.id}},
		}
		operation := object{"action": c.action, "summary": c.says, "channel": object{"$ref": "#/channels/" + c.id}}
		if topic, err := wire.ParseTopic(regexp.MustCompile(`\{\w+\}`).ReplaceAllString(c.address, "x")); err == nil {
			operation["bindings"] = object{"mqtt": object{"qos": topic.Kind.QoS()}}
		}
		operations[c.action+"_"+c.id] = operation
	}
	for _, reply := range []any{links.SyncReply{}, links.HealReply{}, links.SnapshotReply{}} {
		types.Of(reflect.TypeOf(reply))
	}
	for _, f := range facts() {
		types[f.Kind()] = types.Of(reflect.TypeOf(f))
	}
	return object{
		"asyncapi": "3.0.0", "defaultContentType": "application/json",
		"info": object{
			"title": "Awesome Pizza: devices, phones and the link", "version": "1",
			"description": "MQTT 3.1.1 and 5 in the kitchen and for drivers' phones, NATS between a restaurant and the cloud. What stands in a fact or command is the schema of its kind. Unknown fields are ignored. Written from the code by a test.",
		},
		"servers": object{
			"kitchen": object{"host": "kitchen.local:1883", "protocol": "mqtt", "description": "the broker of a restaurant's node"},
			"phones":  object{"host": "pizza.example:8883", "protocol": "secure-mqtt", "description": "the cloud's broker"},
			"hub":     object{"host": "hub.example:4222", "protocol": "nats", "description": "the chain's hub; nodes join as leaves at 7422, or as clients"},
		},
		"channels": channels, "operations": operations, "components": object{"messages": messages, "schemas": types},
	}
}

func TestTheAsyncDocumentIsWhatTheCodeSays(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(asyncDocument(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile("asyncapi.json", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, "asyncapi.json") != string(got) {
		t.Error("docs/asyncapi.json is stale: run go test ./docs -run AsyncDocument -update, and read what has changed")
	}
}

func TestTheAsyncDocumentKnowsEveryTopicSubjectAndKind(t *testing.T) {
	t.Parallel()
	var topics, said, subjects, has, kinds, known []string
	for _, m := range regexp.MustCompile(`\{Kind\w+, "(pizza/[^"]+)"`).FindAllStringSubmatch(read(t, "../shared/wire/topic.go"), -1) {
		topics = append(topics, regexp.MustCompile(`\{\w+\}`).ReplaceAllString(m[1], "*"))
	}
	for _, c := range mqttChannels() {
		said = append(said, regexp.MustCompile(`\{\w+\}`).ReplaceAllString(c.address, "*"))
	}
	same(t, "topics", topics, said, 13)
	subjects = first(regexp.MustCompile(`func (\w+Subject)\(edge string\) string`).FindAllStringSubmatch(read(t, "../shared/link/names.go"), -1))
	for _, c := range natsChannels() {
		has = append(has, c.id)
		address := regexp.MustCompile(`\{partition\}`).ReplaceAllString(c.address, "[0-9]{2}")
		address = "^" + strings.ReplaceAll(strings.ReplaceAll(address, ".", `\.`), "{restaurantId}", "r1") + "$"
		for id, is := range map[string]string{"UpSubject": links.UpSubject("r1"), "TelemetrySubject": links.TelemetrySubject("r1")} {
			if id == c.id && !regexp.MustCompile(address).MatchString(is) {
				t.Errorf("%s is %s, and not like %s", id, is, c.address)
			}
		}
	}
	same(t, "subjects", subjects, has, 8)
	for _, file := range []string{"bag.go", "fact.go", "stock.go", "wish.go"} {
		kinds = append(kinds, first(factKind.FindAllStringSubmatch(read(t, "../shared/event/"+file), -1))...)
	}
	for _, f := range facts() {
		known = append(known, f.Kind())
	}
	same(t, "kinds", kinds, known, 20)
}
