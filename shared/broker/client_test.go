package broker_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// Packet types of MQTT 3.1.1, table 2.1.
const (
	connack = 2
	publish = 3
	puback  = 4
	suback  = 9
	pong    = 13
)

// oldClient speaks MQTT 3.1.1 packet by packet, as cheap firmware does, and does nothing by itself.
type oldClient struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

type packet struct {
	kind  byte
	flags byte
	body  []byte
}

func dial(t *testing.T, addr string) *oldClient {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return adopt(t, c)
}

func adopt(t *testing.T, c net.Conn) *oldClient {
	t.Helper()
	t.Cleanup(func() { _ = c.Close() })
	return &oldClient{t: t, Conn: c, in: bufio.NewReader(c)}
}

// signIn connects as a device whose secret is its name backwards, with a clean session.
func signIn(t *testing.T, addr, device string) *oldClient {
	t.Helper()
	c := dial(t, addr)
	if code := c.connect(device, device, secretOf(device), true, nil); code != 0 {
		t.Fatalf("%s was not let in: %d", device, code)
	}
	return c
}

func text(s string) []byte { return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...) }

func frame(kind, flags byte, body []byte) []byte {
	out := []byte{kind<<4 | flags}
	for n := len(body); ; {
		b := byte(n % 128)
		if n /= 128; n > 0 {
			b |= 128
		}
		out = append(out, b)
		if n == 0 {
			return append(out, body...)
		}
	}
}

type will struct {
	topic, payload string
}

// connect returns the code of the CONNACK, or 255 when the broker hung up instead.
func (c *oldClient) connect(clientID, user, secret string, clean bool, w *will) byte {
	c.t.Helper()
	flags := byte(0xC0)
	if clean {
		flags |= 2
	}
	body := append(text("MQTT"), 4, flags, 0, 60)
	body = append(body, text(clientID)...)
	if w != nil {
		body[7] |= 4
		body = append(append(body, text(w.topic)...), text(w.payload)...)
	}
	body = append(append(body, text(user)...), text(secret)...)
	c.send(frame(1, 0, body))
	p, err := c.next()
	if err != nil {
		return 255
	}
	if p.kind != connack {
		c.t.Fatalf("CONNECT was answered by packet %d", p.kind)
	}
	return p.body[1]
}

func (c *oldClient) send(b []byte) {
	_ = c.SetWriteDeadline(time.Now().Add(patience))
	_, _ = c.Write(b) // a broker that hung up is noticed when reading
}

func publication(topic, payload string, flags byte, id uint16) []byte {
	body := text(topic)
	if flags&6 != 0 {
		body = binary.BigEndian.AppendUint16(body, id)
	}
	return frame(publish, flags, append(body, payload...))
}

// publish1 sends with QoS 1 and does not wait.
func (c *oldClient) publish1(topic, payload string, id uint16) {
	c.send(publication(topic, payload, 2, id))
}

// subscribe returns the code the broker granted.
func (c *oldClient) subscribe(filter string, qos byte) byte {
	c.t.Helper()
	c.send(frame(8, 2, append(append([]byte{0, 77}, text(filter)...), qos)))
	return c.expect(suback).body[2]
}

func (c *oldClient) next() (packet, error) {
	_ = c.SetReadDeadline(time.Now().Add(patience))
	first, err := c.in.ReadByte()
	if err != nil {
		return packet{}, err
	}
	size, err := binary.ReadUvarint(c.in)
	if err != nil {
		return packet{}, err
	}
	body := make([]byte, size)
	_, err = io.ReadFull(c.in, body)
	return packet{kind: first >> 4, flags: first & 15, body: body}, err
}

func (c *oldClient) expect(kind byte) packet {
	c.t.Helper()
	p, err := c.next()
	if err != nil || p.kind != kind {
		c.t.Fatalf("got packet %+v (%v), want kind %d", p, err, kind)
	}
	return p
}

// expectAck wants the acknowledgement of a packet id.
func (c *oldClient) expectAck(id uint16) {
	c.t.Helper()
	if got := binary.BigEndian.Uint16(c.expect(puback).body); got != id {
		c.t.Fatalf("acknowledged %d, want %d", got, id)
	}
}

// expectMessage wants a publication and returns its payload.
func (c *oldClient) expectMessage(topic string) (payload string, p packet) {
	c.t.Helper()
	p = c.expect(publish)
	n := int(binary.BigEndian.Uint16(p.body))
	if got := string(p.body[2 : 2+n]); got != topic {
		c.t.Fatalf("message on %s, want %s", got, topic)
	}
	rest := p.body[2+n:]
	if p.flags&6 != 0 {
		rest = rest[2:]
	}
	return string(rest), p
}

// expectGone wants the broker to have hung up, perhaps after some last words.
func (c *oldClient) expectGone() {
	c.t.Helper()
	for {
		p, err := c.next()
		if err == nil && p.kind == puback {
			c.t.Fatal("the broker acknowledged before it hung up")
		}
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			c.t.Fatal("the broker did not hang up")
		}
		if err != nil {
			return
		}
	}
}
