// Package rig puts devices together and on the network: their MQTT connections, and an HTTP interface by which people and tests look
// at them and break them. What a device is lies in the packages beside it.
package rig

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"

	"awesome.pizza/firmware-sim/fault"
)

// Account is how a device signs in: MQTT 5, with its name as client id and user name.
type Account struct {
	Broker *url.URL // mqtt://host:1883 or mqtts://host:8883
	Name   string
	Secret string
}

// Line is the connection of one device. It connects again for ever.
type Line struct {
	Account Account
	Read    []string // topics
	Mail    *Mail
	Hear    func(ctx context.Context, topic string, payload []byte) // called one at a time; may block
	Log     *slog.Logger

	up atomic.Bool
}

// Up reports whether the device is connected.
func (l *Line) Up() bool { return l.up.Load() }

// How the line behaves, by the wall clock.
const (
	keepAlive  = 20                     // seconds
	session    = 300                    // seconds the broker keeps what the device missed
	ackWait    = 10 * time.Second       // for PUBACK and SUBACK
	firstRetry = 250 * time.Millisecond // doubles
	mostRetry  = 8 * time.Second
	goodbye    = 2 * time.Second
)

// Run holds the connection until ctx ends.
func (l *Line) Run(ctx context.Context) error {
	var subscribing sync.WaitGroup
	defer subscribing.Wait()
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{l.Account.Broker}, KeepAlive: keepAlive, SessionExpiryInterval: session,
		ConnectUsername: l.Account.Name, ConnectPassword: []byte(l.Account.Secret), ConnectTimeout: 5 * time.Second,
		ReconnectBackoff: backoff,
		OnConnectionUp: func(m *autopaho.ConnectionManager, _ *paho.Connack) {
			l.up.Store(true)
			subscribing.Go(func() { l.subscribe(ctx, m) })
		},
		OnConnectionDown: func() bool { l.up.Store(false); return true },
		OnConnectError: func(err error) {
			if ctx.Err() == nil {
				l.Log.Debug("not connected", "device", l.Account.Name, "err", err)
			}
		},
		ClientConfig: paho.ClientConfig{
			ClientID: l.Account.Name, PacketTimeout: ackWait,
			OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
				l.Hear(ctx, p.Packet.Topic, p.Packet.Payload)
				return true, nil
			}},
		},
	}
	// The manager gets a context of its own, so that the last words can be said after ctx has ended.
	manager, err := autopaho.NewConnection(context.WithoutCancel(ctx), config)
	if err != nil {
		return err
	}
	l.send(ctx, manager)
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	l.lastWords(leave, manager)
	l.up.Store(false)
	return manager.Disconnect(leave)
}

// backoff doubles and is spread, so that a kitchen full of devices does not come back in one instant.
func backoff(attempt int) time.Duration {
	d := min(firstRetry<<min(max(attempt-1, 0), 6), mostRetry)
	return d/2 + rand.N(d/2)
}

func (l *Line) subscribe(ctx context.Context, m *autopaho.ConnectionManager) {
	if len(l.Read) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ackWait)
	defer cancel()
	wish := &paho.Subscribe{}
	for _, topic := range l.Read {
		wish.Subscriptions = append(wish.Subscriptions, paho.SubscribeOptions{Topic: topic, QoS: 1})
	}
	if _, err := m.Subscribe(ctx, wish); err != nil && ctx.Err() == nil {
		l.Log.Warn("may not listen", "device", l.Account.Name, "err", err)
	}
}

// send empties the bag in order. What needs no acknowledgement is lost when nobody listens; the rest is tried until it is taken or
// refused for good.
func (l *Line) send(ctx context.Context, m *autopaho.ConnectionManager) {
	for {
		p, ok := l.Mail.next(ctx)
		if !ok {
			return
		}
		for attempt := 1; ctx.Err() == nil; attempt++ {
			f, tried := l.try(ctx, m, p)
			if tried {
				l.Mail.done(f)
				break
			}
			pause(ctx, backoff(attempt))
		}
	}
}

// lastWords sends what is left, as far as time and the broker allow.
func (l *Line) lastWords(ctx context.Context, m *autopaho.ConnectionManager) {
	for l.up.Load() && l.Mail.Count().Waiting > 0 && ctx.Err() == nil {
		p, ok := l.Mail.next(ctx)
		if !ok {
			return
		}
		f, tried := l.try(ctx, m, p)
		if !tried {
			return
		}
		l.Mail.done(f)
	}
}

// try sends once; done is false when it should be tried again.
func (l *Line) try(ctx context.Context, m *autopaho.ConnectionManager, p fault.Packet) (f fate, done bool) {
	if p.QoS > 0 && m.AwaitConnection(ctx) != nil {
		return lost, false
	}
	ctx, cancel := context.WithTimeout(ctx, ackWait)
	defer cancel()
	answer, err := m.Publish(ctx, &paho.Publish{Topic: p.Topic, QoS: p.QoS, Payload: p.Payload})
	switch {
	case err == nil:
		return sent, true
	case answer != nil && answer.ReasonCode >= 0x80:
		l.Log.Warn("message refused", "device", l.Account.Name, "topic", p.Topic, "err", err)
		return refused, true
	case p.QoS == 0:
		return lost, true
	}
	return lost, false
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
