package edge_test

import (
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"awesome.pizza/shared/wire"
)

func TestAnOvenIsToldItsBandWhenItIsHeardOf(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.cfg.Devices = houseFile(t, "[[oven]]\nid = \"oven-1\"\nkind = \"mqtt\"\nband_low = 260\nband_high = 340\n"+
		"[[device]]\nname = \"oven-1\"\nsecret = \"an-oven-that-bakes\"\n")
	closed := n.open()
	defer closed()
	oven, commands := n.listen("oven-1", "an-oven-that-bakes", wire.OvenCommandTopic("r1", "oven-1"))
	payload, err := wire.Encode(wire.OvenTelemetry{
		OvenID: "oven-1", At: wire.At(time.Now()), Chambers: []wire.Chamber{{Name: "deck", Celsius: 300}}, ItemsIn: []wire.ItemIn{}, Firmware: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := oven.Publish(t.Context(), &paho.Publish{Topic: wire.OvenTelemetryTopic("r1"), Payload: payload}); err != nil {
		t.Fatal(err)
	}
	c, err := wire.Decode[wire.OvenCommand](n.next(commands).Payload, time.Now())
	if err != nil || c.Kind != wire.SetBand || *c.BandLow != 260 || *c.BandHigh != 340 || c.ID == "" || c.ExpiresAt == nil {
		t.Errorf("it was told %+v, %v", c, err)
	}
}
