package edge_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"awesome.pizza/shared/wire"
)

// listen signs a device in and returns what it reads on a topic filter.
func (n *node) listen(device, secret, filter string) (*autopaho.ConnectionManager, <-chan *paho.Publish) {
	n.t.Helper()
	heard := make(chan *paho.Publish, 64)
	ctx, cancel := context.WithCancel(context.Background())
	cm, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls: []*url.URL{{Scheme: "mqtt", Host: n.cfg.MQTTListen}}, KeepAlive: 30, ConnectUsername: device, ConnectPassword: []byte(secret),
		ClientConfig: paho.ClientConfig{
			ClientID: device + "/" + filter,
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
				heard <- r.Packet
				return true, nil
			}},
		},
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { cancel(); <-cm.Done() })
	wait, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := cm.AwaitConnection(wait); err != nil {
		n.t.Fatal(err)
	}
	if _, err := cm.Subscribe(wait, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter, QoS: 1}}}); err != nil {
		n.t.Fatal(err)
	}
	return cm, heard
}

func (n *node) next(heard <-chan *paho.Publish) *paho.Publish {
	n.t.Helper()
	select {
	case p := <-heard:
		return p
	case <-time.After(time.Minute):
		n.t.Fatal("nothing is announced")
		return nil
	}
}

func TestTheHouseHearsWhatTheKitchenDoes(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.cfg.Devices = houseFile(t, "[[device]]\nname = \"bell\"\nsecret = \"a-bell-that-rings\"\n")
	closed := n.open()
	defer closed()

	bell, events := n.listen("bell", "a-bell-that-rings", "pizza/orders/+/events")
	if status, body := n.ask(http.MethodPost, "/api/orders", `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},
		"lines":[{"product":"cola","quantity":1}],"payment":{"method":"cash"}}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	var event wire.OrderEvent
	if err := json.Unmarshal(n.next(events).Payload, &event); err != nil || event.Status != "Queued" || event.Number != 1 || event.Restaurant != "r1" {
		t.Errorf("announced %+v, %v", event, err)
	}

	raised := wire.Alert{ID: "hot-1", At: wire.At(time.Now()), Device: "bell", Kind: wire.Malfunction, Level: wire.Warning}
	say := func(a wire.Alert) {
		payload, err := wire.Encode(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bell.Publish(t.Context(), &paho.Publish{Topic: wire.AlertTopic("r1"), QoS: 1, Payload: payload}); err != nil {
			t.Fatal(err)
		}
	}
	say(raised)
	say(raised) // twice is once
	_, alerts := n.listen("bell", "a-bell-that-rings", wire.AlertTopic("r1"))
	var open wire.Alert
	for open.ID != "bell.hot-1" { // what the bell said itself may come first
		if err := json.Unmarshal(n.next(alerts).Payload, &open); err != nil {
			t.Fatal(err)
		}
	}
	over := wire.At(time.Now())
	raised.ClearedAt = &over
	say(raised)
	for last := n.next(alerts); len(last.Payload) > 0; last = n.next(alerts) { // an empty message takes the retained one back
		if err := json.Unmarshal(last.Payload, &open); err != nil {
			t.Fatal(err)
		}
	}
	if open.ClearedAt == nil {
		t.Errorf("the alert was taken back and never cleared: %+v", open)
	}
}
