package broker_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/shared/broker"
)

// stillServes checks that a good device gets its acknowledgement.
func stillServes(t *testing.T, k *kitchen) {
	t.Helper()
	c := signIn(t, k.Addr(), "oven-9")
	c.publish1("shop/oven-9", "fine", 1)
	c.expectAck(1)
	if s := k.Stats(); s.Panics != 0 {
		t.Errorf("%+v", s)
	}
}

func TestGarbageOnTheSocketHurtsNobody(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	for name, bytes := range map[string][]byte{
		"http": []byte("GET / HTTP/1.1\r\n\r\n"), "zeros": make([]byte, 100), "ones": bytes.Repeat([]byte{0xff}, 100),
		"publish before connect": publication("shop/oven-1", "x", 2, 1), "endless length": {0x10, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"huge connect": {0x10, 0xff, 0xff, 0xff, 0x7f}, "wrong protocol": frame(1, 0, append(text("MQXX"), 4, 2, 0, 60, 0, 1, 'a')),
		"mqtt 3.1": frame(1, 0, append(append(text("MQIsdp"), 3, 2, 0, 60), text("a")...)), "lying lengths": frame(1, 0, append(text("MQTT"), 4, 0xC2, 0, 60, 0xff, 0xff)),
	} {
		c := dial(t, k.Addr())
		c.send(bytes)
		c.expectGone()
		if k.Stats().TurnedAway == 0 {
			t.Errorf("%s was not counted", name)
		}
	}
	if l := k.letter(t, "no_connect"); l.Device != "" || l.Remote == "" || l.Reason == "" {
		t.Errorf("%+v", l)
	}
	stillServes(t, k)
}

func TestADeviceThatBreaksTheProtocolIsSentAwayWithARecord(t *testing.T) {
	t.Parallel()
	for name, bytes := range map[string][]byte{
		"oversize":            publication("shop/oven-1", strings.Repeat("x", 70<<10), 2, 1),
		"wildcard in a topic": publication("shop/+", "x", 2, 1),
		"second connect":      frame(1, 0, append(append(text("MQTT"), 4, 2, 0, 60), text("oven-1")...)),
		"topic not utf-8":     publication("shop/\xff\xfe", "x", 2, 1),
		"cut publish":         frame(publish, 2, []byte{0, 50, 'a'}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := open(t, nil)
			c := signIn(t, k.Addr(), "oven-1")
			c.send(bytes)
			c.expectGone()
			if l := k.letter(t, "malformed_packet"); l.Device != "oven-1" || l.Reason == "" {
				t.Errorf("%+v", l)
			}
			stillServes(t, k)
		})
	}
}

func TestABugEndsOneConnectionAndNothingElse(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	other, c := signIn(t, k.Addr(), "oven-2"), signIn(t, k.Addr(), "oven-1")
	c.publish1("shop/oven-1", "bomb", 1)
	c.expectGone()
	other.publish1("shop/oven-2", "fine", 1)
	other.expectAck(1)
	eventually(t, "the panic to be counted", func() bool { return k.Stats().Panics == 1 })
	again := signIn(t, k.Addr(), "oven-1")
	again.publish1("shop/oven-1", "fine", 2)
	again.expectAck(2)
}

func TestQoS2IsRefusedInsteadOfAnsweredWrongly(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	c := signIn(t, k.Addr(), "oven-1")
	c.send(publication("shop/oven-1", "x", 4, 1))
	c.expectGone()
	if l := k.letter(t, "qos_not_offered"); l.Device != "oven-1" || len(k.payloads()) != 0 {
		t.Errorf("%+v, kept %q", l, k.payloads())
	}
}

func TestWhoConnectsAndSaysNothingIsCutOff(t *testing.T) {
	t.Parallel()
	k := open(t, func(c *broker.Config) { c.HandshakeTimeout = 20 * time.Millisecond; c.MaxClients = 3 })
	first := dial(t, k.Addr())
	for range 5 {
		dial(t, k.Addr()) // more than there is room for
	}
	first.expectGone()
	eventually(t, "room again", func() bool { return dial(t, k.Addr()).connect("oven-1", "oven-1", "1-nevo", true, nil) == 0 })
}

func TestWhoHoldsConnectionsKeepsNoDeviceOut(t *testing.T) {
	t.Parallel()
	k := open(t, func(c *broker.Config) { c.HandshakeTimeout = time.Hour; c.MaxClients = 4 })
	held := dial(t, k.Addr())
	for range 20 {
		dial(t, k.Addr()) // says nothing
	}
	held.expectGone()
	oven := signIn(t, k.Addr(), "oven-1")
	for range 20 {
		dial(t, k.Addr())
	}
	oven.publish1("shop/oven-1", "fine", 1)
	oven.expectAck(1)
	for _, name := range []string{"oven-2", "oven-3", "oven-9"} {
		signIn(t, k.Addr(), name)
	}
	dial(t, k.Addr()).expectGone() // all who are there have signed in
	oven.publish1("shop/oven-1", "still", 2)
	oven.expectAck(2)
}

func TestAStormOfReconnectsEndsWithOneSession(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	var storm sync.WaitGroup
	for range 8 {
		storm.Go(func() {
			for range 25 {
				c, err := net.Dial("tcp", k.Addr())
				if err != nil {
					t.Error(err)
					return
				}
				body := append(append(text("MQTT"), 4, 0xC0, 0, 60), text("oven-1")...)
				_, _ = c.Write(frame(1, 0, append(append(body, text("oven-1")...), text("1-nevo")...)))
				_, _ = c.Read(make([]byte, 4)) // perhaps taken over before the CONNACK
				_ = c.Close()
			}
		})
	}
	storm.Wait()
	eventually(t, "the storm to end", func() bool { return k.Stats().Connected == 0 })
	last := signIn(t, k.Addr(), "oven-1")
	eventually(t, "one session", func() bool { return k.Stats().Connected == 1 })
	last.publish1("shop/oven-1", "calm", 1)
	last.expectAck(1)
	if n := k.Drop("oven-1"); n != 1 {
		t.Errorf("%d sessions after the storm", n)
	}
}

func TestASlowReaderIsCutOffAndBlocksNobody(t *testing.T) {
	t.Parallel()
	k := open(t, func(c *broker.Config) { c.MaxBacklog = 128 << 10 })
	slow := dial(t, k.Addr())
	_ = slow.Conn.(*net.TCPConn).SetReadBuffer(4096)
	slow.connect("screen", "screen", "neercs", true, nil)
	slow.subscribe("shop/+", 1)
	oven := signIn(t, k.Addr(), "oven-1")
	payload := strings.Repeat("x", 60<<10)
	for id := uint16(1); k.Stats().Slow == 0; id++ {
		if id > 2000 {
			t.Fatalf("120 MB unread and still connected: %+v", k.Stats())
		}
		start := time.Now()
		oven.publish1("shop/oven-1", payload, id)
		oven.expectAck(id)
		if waited := time.Since(start); waited > 3*time.Second {
			t.Fatalf("the oven waited %s for the slow screen", waited)
		}
	}
}

func TestShutdownTakesLeaveOfEverybody(t *testing.T) {
	t.Parallel()
	k := open(t, nil)
	idle, oven := dial(t, k.Addr()), signIn(t, k.Addr(), "oven-1")
	withWill := dial(t, k.Addr())
	withWill.connect("oven-2", "oven-2", "2-nevo", true, &will{"shop/oven-2", "gone"})
	k.stop()
	oven.expectGone()
	idle.expectGone()
	withWill.expectGone()
	if len(k.payloads()) != 0 {
		t.Errorf("our own leaving was taken for a device's: %q", k.payloads())
	}
	if err := k.Publish("news/oven-1/x", nil, false, 0); err == nil {
		t.Error("published to nobody")
	}
}

func TestABrokerThatNeverRanGivesItsPortBack(t *testing.T) {
	t.Parallel()
	b, err := broker.New(broker.Config{Addr: "127.0.0.1:0", Access: access, OnPublish: (&kitchen{}).onPublish})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Serve(ctx); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}

func TestDevicesCanSpeakOverTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(nil) // lends its certificate
	web.StartTLS()
	cert, roots := web.TLS.Certificates, x509.NewCertPool()
	roots.AddCert(web.Certificate())
	web.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := open(t, func(c *broker.Config) { c.TLS = &tls.Config{Certificates: cert}; *c = c.WithListener(l) })
	conn, err := tls.Dial("tcp", k.Addr(), &tls.Config{RootCAs: roots, ServerName: "example.com"})
	if err != nil {
		t.Fatal(err)
	}
	c := adopt(t, conn)
	if code := c.connect("oven-1", "oven-1", "1-nevo", true, nil); code != 0 {
		t.Fatal(code)
	}
	c.publish1("shop/oven-1", "sealed", 1)
	c.expectAck(1)
}
