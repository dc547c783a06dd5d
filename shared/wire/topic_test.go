package wire_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

func TestTopicsStandAsPublished(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"pizza/kitchen/r1/oven":              wire.OvenTelemetryTopic("r1"),
		"pizza/kitchen/r1/oven/o-1/event":    wire.OvenEventTopic("r1", "o-1"),
		"pizza/kitchen/r1/oven/o-1/command":  wire.OvenCommandTopic("r1", "o-1"),
		"pizza/kitchen/r1/alerts":            wire.AlertTopic("r1"),
		"pizza/kitchen/r1/probe/fridge.left": wire.ProbeTopic("r1", "fridge.left"),
		"pizza/kitchen/r1/scale/dough":       wire.ScaleTopic("r1", "dough"),
		"pizza/kitchen/r1/button/bar_1":      wire.ButtonTopic("r1", "bar_1"),
		"pizza/kitchen/r1/light/l1/set":      wire.LightTopic("r1", "l1"),
		"pizza/orders/0198/events":           wire.OrderEventTopic("0198"),
		"pizza/orders/0198/driver-eta":       wire.DriverETATopic("0198"),
		"pizza/drivers/d7/location":          wire.DriverLocationTopic("d7"),
		"pizza/drivers/d7/status":            wire.DriverStatusTopic("d7"),
		"pizza/drivers/d7/assigned":          wire.OfferTopic("d7"),
	} {
		if got != want {
			t.Errorf("topic is %q, published as %q", got, want)
		}
		back, err := wire.ParseTopic(want)
		if err != nil || back.String() != want {
			t.Errorf("%q comes back as %+v, %v", want, back, err)
		}
	}
}

func TestATopicIsTakenApartIntoItsIDs(t *testing.T) {
	t.Parallel()
	got, err := wire.ParseTopic("pizza/kitchen/r1/oven/o-1/event")
	if want := (wire.Topic{Kind: wire.KindOvenEvent, Kitchen: "r1", Device: "o-1"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestForeignTopicsAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "pizza", "pizza/kitchen//oven", "pizza/kitchen/+/oven", "pizza/kitchen/#", "/pizza/kitchen/r1/oven", "pizza/kitchen/r1/oven/",
		"pizza/kitchen/r1/oven/o 1/event", "pizza/drivers/d7/locations", "$SYS/broker/uptime", "pizza/orders/" + strings.Repeat("x", 65) + "/events",
		"pizza/kitchen/r1\x00/oven", "PIZZA/kitchen/r1/oven", "pizza/kitchen/ré/oven",
	} {
		if got, err := wire.ParseTopic(name); !problem.Is(err, problem.Invalid) {
			t.Errorf("%q passes as %+v (%v)", name, got, err)
		}
	}
}

func TestAnyTopicOfSafeIDsSurvivesTheWayThereAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[A-Za-z0-9._-]{1,64}`)
		want := wire.Topic{Kind: wire.KindOvenCommand, Kitchen: id.Draw(t, "kitchen"), Device: id.Draw(t, "device")}
		if got, err := wire.ParseTopic(want.String()); err != nil || got != want {
			t.Fatalf("%+v became %+v (%v)", want, got, err)
		}
	})
}

func TestAnUnsafeIDCannotSmuggleLevelsIntoATopic(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{"o-1/event", "#", "+", "", "a/b", "o-1\x00"} {
		if got, err := wire.ParseTopic(wire.OvenEventTopic("r1", evil)); err == nil {
			t.Errorf("oven id %q made a topic that reads as %+v", evil, got)
		}
	}
}

func TestOnlyWhatTheNextMessageReplacesGoesWithoutAcknowledgement(t *testing.T) {
	t.Parallel()
	for kind, want := range map[wire.Kind]byte{
		wire.KindOvenTelemetry: 0, wire.KindDriverLocation: 0, wire.KindDriverETA: 0, wire.KindProbe: 0, wire.KindScale: 0,
		wire.KindOvenEvent: 1, wire.KindOvenCommand: 1, wire.KindAlert: 1, wire.KindButton: 1, wire.KindLight: 1,
		wire.KindOrderEvent: 1, wire.KindDriverStatus: 1, wire.KindOffer: 1, "unheard of": 0,
	} {
		if got := kind.QoS(); got != want {
			t.Errorf("%s goes with QoS %d, want %d", kind, got, want)
		}
	}
}

func TestRightsNameNobodyElse(t *testing.T) {
	t.Parallel()
	for name, rights := range map[string]wire.Rights{
		"oven": wire.OvenRights("r1", "me"), "sensor": wire.SensorRights("r1", "me"), "driver": wire.DriverRights("me"),
	} {
		for _, topic := range append(rights.Publish, rights.Read...) {
			got, err := wire.ParseTopic(strings.ReplaceAll(topic, "+", "any")) // orders belong to the whole kitchen
			if err != nil {
				t.Errorf("%s: right to %q, which is no topic: %v", name, topic, err)
			}
			if got.Device != "" && got.Device != "me" || got.Driver != "" && got.Driver != "me" || got.Kitchen != "" && got.Kitchen != "r1" {
				t.Errorf("%s has a right to somebody else's %q", name, topic)
			}
		}
	}
}
