// Package broker speaks MQTT 3.1.1 and 5 with devices and phones: the kitchen's and the drivers' broker are the same. It is a thin
// adapter over mochi-mqtt that adds what a restaurant needs: default deny per device, a message persisted before it is acknowledged,
// bad messages kept with their reason, and bounds on everything a stranger can make grow. It knows no topic and no payload: what a
// message means is the business of Config.OnPublish. Nothing is stored in here: sessions and retained messages end with the process,
// so whoever needs them publishes them again at the start.
//
// What a sender sees of the fate of its QoS 1 message:
//
//	accepted    acknowledged and forwarded to subscribers
//	refused     kept as a dead letter, not forwarded. MQTT 5: negative acknowledgement 0x99 (payload), 0x87 (not allowed) or 0x83 (any
//	            other reason) with the sentence; 3.1.1, which has no negative acknowledgement: acknowledged, or it would come for ever
//	failed      neither acknowledged nor forwarded, and the connection is closed, because MQTT re-sends only after a reconnect
package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"awesome.pizza/shared/clock"
)

// Config is what a broker needs; Access and OnPublish must be given, everything else has a default.
type Config struct {
	Addr     string       // where to listen, like "127.0.0.1:1883"; port 0 takes a free one
	Listener net.Listener // listen here instead of at Addr
	TLS      *tls.Config  // nil for plain TCP

	// Access says who a client is and what it may do. It must not tell an unknown user from a wrong secret by its time.
	Access func(clientID, user string, secret []byte) (Grant, bool)

	// OnPublish takes a message a device was allowed to send. It is called by the goroutine of the sender's connection, before the
	// acknowledgement: when it returns nil the message must be safe. A problem other than Unavailable refuses the message for ever;
	// any other error says that it could not be kept, and the device will send it again.
	OnPublish func(ctx context.Context, m Message) error

	// Dead keeps what was refused. When it fails, the message counts as not kept. Nil keeps nothing.
	Dead func(ctx context.Context, letter DeadLetter) error

	Log   *slog.Logger // default: slog.Default
	Clock clock.Clock  // default: clock.System

	MaxPacket        int           // bytes; default 64 KiB
	MaxClients       int           // connections; one more takes the place of the first that has not signed in; default 1,024
	MaxSessions      int           // client ids per device; default 32
	MaxBacklog       int           // bytes waiting for one slow client before it is cut off; default 256 KiB
	DeadPerMinute    int           // dead letters kept per device and minute, the rest is counted; default 30
	SessionExpiry    time.Duration // how long a persistent session outlives its connection; default 1 h
	HandshakeTimeout time.Duration // from connecting to CONNECT; default 10 s
}

// Message is one publication.
type Message struct {
	Device   string // who signed in, from its Grant: trust this, not what the payload says
	ClientID string
	Topic    string
	Payload  []byte
	QoS      byte
	Retain   bool
	At       time.Time // when it arrived, by our clock
}

// Broker is one MQTT server. It is safe for concurrent use.
type Broker struct {
	server   *mqtt.Server
	hook     *hook
	listener *listener
	served   atomic.Bool
	ended    atomic.Bool
}

// errEnded says that the broker has stopped or was started before.
var errEnded = errors.New("broker has been served already")

// New opens the socket, so that Addr is known and a taken port is an error now. Nothing is accepted before Serve, which also closes it.
func New(c Config) (*Broker, error) {
	if c.Access == nil || c.OnPublish == nil {
		return nil, errors.New("a broker needs Access and OnPublish")
	}
	c = c.withDefaults()
	if c.Listener == nil {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", c.Addr)
		if err != nil {
			return nil, fmt.Errorf("listen for MQTT: %w", err)
		}
		c.Listener = l
	}
	b := &Broker{server: mqtt.New(options(c))}
	b.hook = newHook(c, b.server)
	b.listener = newListener(c, b.hook)
	if err := b.server.AddHook(b.hook, nil); err != nil {
		return nil, errors.Join(err, c.Listener.Close())
	}
	if err := b.server.AddListener(b.listener); err != nil {
		return nil, errors.Join(err, c.Listener.Close())
	}
	return b, nil
}

// WithListener is the config listening at l instead of at Addr.
func (c Config) WithListener(l net.Listener) Config {
	c.Listener = l
	return c
}

func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	c.MaxPacket = orDefault(c.MaxPacket, 64<<10)
	c.MaxClients = orDefault(c.MaxClients, 1024)
	c.MaxSessions = orDefault(c.MaxSessions, 32)
	c.MaxBacklog = orDefault(c.MaxBacklog, 256<<10)
	c.DeadPerMinute = orDefault(c.DeadPerMinute, 30)
	c.SessionExpiry = orDefault(c.SessionExpiry, time.Hour)
	c.HandshakeTimeout = orDefault(c.HandshakeTimeout, 10*time.Second)
	return c
}

func orDefault[N int | time.Duration](n, standard N) N {
	if n == 0 {
		return standard
	}
	return n
}

// options are mochi's settings. Two of them are not what one expects: message expiry is off, because it goes by the wall clock and a
// jump would wipe every retained message; topic aliases are off, because rights are checked before an alias is resolved. The
// compatibilities are those the Paho interoperability suite asks for; instead of its third, which leaves a client connected that was
// told to go, our connections linger until the client has read why.
func options(c Config) *mqtt.Options {
	able := mqtt.NewDefaultServerCapabilities()
	able.MaximumClients = int64(c.MaxClients)
	able.MaximumMessageExpiryInterval = 0
	able.MaximumClientWritesPending = 128
	able.MaximumSessionExpiryInterval = uint32(c.SessionExpiry / time.Second)
	able.MaximumPacketSize = uint32(c.MaxPacket)
	able.MaximumInflight = 1024
	able.ReceiveMaximum = 64
	able.TopicAliasMaximum = 0
	able.SharedSubAvailable = 0
	able.MinimumProtocolVersion = 4
	able.MaximumQos = 1
	able.Compatibilities.ObscureNotAuthorized = true
	able.Compatibilities.NoInheritedPropertiesOnAck = true
	return &mqtt.Options{
		Capabilities:             able,
		ClientNetReadBufferSize:  2 << 10,
		ClientNetWriteBufferSize: 2 << 10,
		Logger:                   slog.New(slog.DiscardHandler), // it logs payloads; what matters is logged here
		SysTopicResendInterval:   int64((24 * time.Hour).Seconds()),
		InlineClient:             true,
	}
}

// Addr is where the broker listens.
func (b *Broker) Addr() string { return b.listener.Address() }

// Serve accepts devices until ctx ends, tells them to go, and returns when the last connection is closed. It can be called once.
func (b *Broker) Serve(ctx context.Context) error {
	if !b.served.CompareAndSwap(false, true) {
		return errEnded
	}
	b.hook.ctx.Store(&ctx)
	if err := b.server.Serve(); err != nil {
		return fmt.Errorf("serve MQTT: %w", err)
	}
	<-ctx.Done()
	b.ended.Store(true)
	if err := b.server.Close(); err != nil {
		return fmt.Errorf("close MQTT: %w", err)
	}
	return nil
}

// Publish sends a message to all who read the topic, without asking OnPublish. A subscriber whose queue is full may miss it, whatever
// the qos: what must arrive is retained or sent again until it is answered.
func (b *Broker) Publish(topic string, payload []byte, retain bool, qos byte) error {
	if b.ended.Load() {
		return fmt.Errorf("publish to %s: %w", topic, errEnded)
	}
	if err := b.server.Publish(topic, payload, retain, min(qos, 1)); err != nil {
		return fmt.Errorf("publish to %s: %w", topic, err)
	}
	return nil
}

// Regrant replaces the rights of a device that is signed in, from its next message on; open subscriptions the new rights do not cover
// fall silent. It reports in how many sessions the device is.
func (b *Broker) Regrant(g Grant) int { return b.hook.sessions.regrant(g) }

// Drop takes all rights from a device and hangs up on it. It can come back when Access lets it.
func (b *Broker) Drop(device string) int {
	clients := b.hook.sessions.drop(device)
	for _, cl := range clients {
		b.hook.hangUp(cl, packets.ErrAdministrativeAction)
	}
	return len(clients)
}
