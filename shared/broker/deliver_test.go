package broker_test

import (
	"testing"

	"github.com/eclipse/paho.golang/paho"
)

func TestARetainedMessageWaitsForItsReader(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	oven := signIn(t, k.Addr(), "oven-1")
	oven.send(publication("shop/oven-1", "open", 2|1, 1))
	oven.expectAck(1)
	oven.send(publication("shop/oven-2", "not mine", 2|1, 2))
	oven.expectAck(2)
	screen := signIn(t, k.Addr(), "screen")
	screen.subscribe("shop/+", 1)
	if got, p := screen.expectMessage("shop/oven-1"); got != "open" || p.flags&1 == 0 {
		t.Errorf("%q, flags %b", got, p.flags)
	}
	oven.send(publication("shop/oven-1", "", 2|1, 3)) // removes it
	oven.expectAck(3)
	later := signIn(t, k.Addr(), "screen")
	later.subscribe("shop/+", 1)
	oven.publish1("shop/oven-1", "now", 4)
	oven.expectAck(4)
	if got, _ := later.expectMessage("shop/oven-1"); got != "now" {
		t.Errorf("%q is still retained", got)
	}
}

func TestAMessageThatWasNotAcknowledgedIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	first := dial(t, k.Addr())
	first.connect("oven-1", "oven-1", "1-nevo", false, nil)
	first.subscribe("news/oven-1/command", 1)
	if err := k.Publish("news/oven-1/command", []byte("stop"), false, 2); err != nil {
		t.Fatal(err)
	}
	first.expectMessage("news/oven-1/command")
	_ = first.Close()
	eventually(t, "the oven to be gone", func() bool { return k.Stats().Connected == 0 })
	if err := k.Publish("news/oven-1/command", []byte("while away"), false, 1); err != nil {
		t.Fatal(err)
	}
	again := dial(t, k.Addr())
	again.connect("oven-1", "oven-1", "1-nevo", false, nil)
	got := map[string]bool{}
	for range 2 {
		payload, p := again.expectMessage("news/oven-1/command")
		got[payload] = p.flags&8 != 0
		again.send(frame(puback, 0, p.body[2+len("news/oven-1/command"):][:2]))
	}
	if again, ok := got["stop"]; !ok || !again {
		t.Errorf("came again: %v", got)
	}
	if _, ok := got["while away"]; !ok {
		t.Errorf("what was sent meanwhile is lost: %v", got)
	}
}

func TestBothVersionsHearTheEdge(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	old := signIn(t, k.Addr(), "oven-1")
	old.subscribe("news/oven-1/menu", 0)
	heard := make(chan string, 1)
	v5, _ := newClient(t, k.Addr(), "oven-2", nil)
	v5.AddOnPublishReceived(func(p paho.PublishReceived) (bool, error) { heard <- string(p.Packet.Payload); return true, nil })
	if _, err := v5.Subscribe(t.Context(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "news/oven-2/#", QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	for _, device := range []string{"oven-1", "oven-2"} {
		if err := k.Publish("news/"+device+"/menu", []byte("calzone"), false, 1); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := old.expectMessage("news/oven-1/menu"); got != "calzone" {
		t.Error(got)
	}
	if got := <-heard; got != "calzone" {
		t.Error(got)
	}
	old.send(frame(12, 0, nil))
	old.expect(pong)
}
