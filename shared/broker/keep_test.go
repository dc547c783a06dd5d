package broker_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/eclipse/paho.golang/paho"

	"awesome.pizza/shared/broker"
)

// newClient signs in with MQTT 5.
func newClient(t *testing.T, addr, device string, change func(*paho.Connect)) (*paho.Client, *paho.Connack) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := paho.NewClient(paho.ClientConfig{Conn: conn, PacketTimeout: patience})
	cp := &paho.Connect{
		ClientID: device, Username: device, UsernameFlag: true, Password: []byte(secretOf(device)), PasswordFlag: true,
		KeepAlive: 30, CleanStart: true,
	}
	if change != nil {
		change(cp)
	}
	ack, err := c.Connect(t.Context(), cp)
	if err != nil {
		_ = conn.Close()
		return nil, ack
	}
	t.Cleanup(func() {
		_ = c.Disconnect(&paho.Disconnect{})
		<-c.Done()
	})
	return c, ack
}

func TestAMessageIsKeptBeforeItIsAcknowledgedAndThenForwarded(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	screen, oven := signIn(t, k.Addr(), "screen"), signIn(t, k.Addr(), "oven-1")
	if code := screen.subscribe("shop/+", 1); code != 1 {
		t.Fatalf("the screen may not read its shop: %d", code)
	}
	oven.publish1("shop/oven-1", "hot", 7)
	oven.expectAck(7)
	if got := k.payloads(); !slices.Equal(got, []string{"hot"}) {
		t.Errorf("acknowledged, but kept is %q", got)
	}
	if payload, _ := screen.expectMessage("shop/oven-1"); payload != "hot" {
		t.Errorf("the screen read %q", payload)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if m := k.kept[0]; m.Device != "oven-1" || m.ClientID != "oven-1" || m.QoS != 1 || m.Retain || m.At.IsZero() {
		t.Errorf("kept as %+v", m)
	}
}

func TestWhatIsRefusedIsKeptAsADeadLetterAndNotForwarded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, topic, payload, letter string
		code                         byte
	}{
		{"a bad payload", "shop/oven-1", "garbage", "not_json", 0x99},
		{"another device's topic", "shop/oven-2", "hot", "not_allowed", 0x87},
		{"a topic nobody granted", "news/oven-1", "hot", "not_allowed", 0x87},
		{"a matter unknown", "shop/oven-1", "unheard of", "unknown_slot", 0x83},
		{"the broker's own topic", "$SYS/broker/uptime", "hot", "not_allowed", 0x87},
		{"a reserved topic", "$mine", "hot", "not_allowed", 0x87},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := open(t, nil)
			screen, old := signIn(t, k.Addr(), "screen"), signIn(t, k.Addr(), "oven-1")
			screen.subscribe("shop/+", 1)
			old.publish1(c.topic, c.payload, 3)
			old.expectAck(3) // 3.1.1 cannot say no

			v5, _ := newClient(t, k.Addr(), "oven-1", func(cp *paho.Connect) { cp.ClientID = "oven-1/v5" })
			ack, err := v5.Publish(t.Context(), &paho.Publish{Topic: c.topic, Payload: []byte(c.payload), QoS: 1, Retain: true})
			if err == nil || ack == nil || ack.ReasonCode != c.code {
				t.Errorf("MQTT 5 got %+v, %v, want reason 0x%x", ack, err, c.code)
			}
			old.send(publication(c.topic, c.payload, 0, 0)) // QoS 0 has no answer
			old.publish1("shop/oven-1", "sentinel", 4)
			old.expectAck(4)
			if payload, _ := screen.expectMessage("shop/oven-1"); payload != "sentinel" {
				t.Errorf("the refused %q was forwarded", payload)
			}
			l := k.letter(t, c.letter)
			if l.Device != "oven-1" || l.Topic != c.topic || string(l.Payload) != c.payload || l.Bytes != len(c.payload) || l.Reason == "" || l.Remote == "" || l.At.IsZero() {
				t.Errorf("dead letter is %+v", l)
			}
			if s := k.Stats(); s.Refused != 3 || len(k.payloads()) != 1 {
				t.Errorf("%+v, kept %q", s, k.payloads())
			}
		})
	}
}

func TestMQTT5IsToldTheReason(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	c, _ := newClient(t, k.Addr(), "oven-1", nil)
	ack, _ := c.Publish(t.Context(), &paho.Publish{Topic: "shop/oven-1", Payload: []byte("garbage"), QoS: 1})
	if ack == nil || ack.Properties == nil || ack.Properties.ReasonString != "the payload must be JSON" {
		t.Errorf("%+v", ack)
	}
}

func TestWhatCouldNotBeKeptIsNotAcknowledgedAndComesAgain(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{"a good message": "hot", "a dead letter": "garbage"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := open(t, nil)
			screen, oven := signIn(t, k.Addr(), "screen"), signIn(t, k.Addr(), "oven-1")
			screen.subscribe("shop/+", 1)
			k.breakDisk(errDisk)
			if payload == "garbage" {
				oven.publish1("shop/oven-2", payload, 9) // not allowed, and not even that can be noted
			} else {
				oven.publish1("shop/oven-1", payload, 9)
			}
			oven.expectGone()
			k.breakDisk(nil)
			oven = signIn(t, k.Addr(), "oven-1")
			oven.send(publication("shop/oven-1", "hot", 2|8, 9)) // DUP
			oven.expectAck(9)
			if got, _ := screen.expectMessage("shop/oven-1"); got != "hot" || !slices.Equal(k.payloads(), []string{"hot"}) {
				t.Errorf("forwarded %q, kept %q", got, k.payloads())
			}
			if s := k.Stats(); s.NotKept != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestAnMQTT5ClientIsSentAwayWhenItsMessageCannotBeKept(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	k.breakDisk(errDisk)
	conn, err := net.Dial("tcp", k.Addr())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	told := make(chan byte, 1)
	c := paho.NewClient(paho.ClientConfig{Conn: conn, OnServerDisconnect: func(d *paho.Disconnect) {
		told <- d.ReasonCode
		cancel() // paho goes on waiting for the acknowledgement
	}})
	if _, err := c.Connect(t.Context(), &paho.Connect{ClientID: "oven-1", Username: "oven-1", UsernameFlag: true, Password: []byte("1-nevo"), PasswordFlag: true, KeepAlive: 30}); err != nil {
		t.Fatal(err)
	}
	if ack, err := c.Publish(ctx, &paho.Publish{Topic: "shop/oven-1", Payload: []byte("hot"), QoS: 1}); err == nil {
		t.Errorf("acknowledged: %+v", ack)
	}
	if code := <-told; code != 0x89 {
		t.Errorf("told 0x%x, want server busy", code)
	}
	<-c.Done()
}

func TestAMessageThatIsNotKeptIsNotForwardedWithQoS0Either(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	screen, oven := signIn(t, k.Addr(), "screen"), signIn(t, k.Addr(), "oven-1")
	screen.subscribe("shop/+", 0)
	k.breakDisk(errDisk)
	oven.send(publication("shop/oven-1", "lost", 0, 0))
	eventually(t, "the loss to be counted", func() bool { return k.Stats().NotKept == 1 })
	k.breakDisk(nil)
	oven.send(publication("shop/oven-1", "next", 0, 0))
	if got, _ := screen.expectMessage("shop/oven-1"); got != "next" {
		t.Errorf("forwarded %q", got)
	}
}

func TestADeviceThatFillsItsMinuteIsOnlyCounted(t *testing.T) {
	t.Parallel()
	k := open(t, func(c *broker.Config) { c.DeadPerMinute = 5 })
	oven, other := signIn(t, k.Addr(), "oven-1"), signIn(t, k.Addr(), "oven-2")
	for i := range uint16(100) {
		oven.publish1("shop/oven-1", "garbage", i+1)
		oven.expectAck(i + 1)
	}
	other.publish1("shop/oven-2", "garbage", 1)
	other.expectAck(1)
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.Stats(); len(k.letters) != 6 || s.Refused != 101 || s.CountedOnly != 95 {
		t.Errorf("%d letters, %+v", len(k.letters), s)
	}
}

func TestOnlyTheBeginningOfALongDeadLetterIsKept(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	oven := signIn(t, k.Addr(), "oven-1")
	oven.publish1("shop/oven-2", strings.Repeat("x", 50_000), 1)
	oven.expectAck(1)
	if l := k.letter(t, "not_allowed"); len(l.Payload) != 4096 || l.Bytes != 50_000 {
		t.Errorf("%d of %d bytes", len(l.Payload), l.Bytes)
	}
}

func TestABrokerWithoutRulesIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := broker.New(broker.Config{Addr: "127.0.0.1:0"}); err == nil {
		t.Error("a broker that lets anybody in was made")
	}
	k := open(t, nil)
	if _, err := broker.New(broker.Config{Addr: k.Addr(), Access: access, OnPublish: k.onPublish}); err == nil {
		t.Error("a taken port was not noticed")
	}
	signIn(t, k.Addr(), "oven-1") // it serves
	if err := k.Serve(t.Context()); err == nil {
		t.Error("a broker was served twice")
	}
}
