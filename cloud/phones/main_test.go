package phones_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
	"go.uber.org/goleak"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const patience = 20 * time.Second // for what another goroutine does

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// core is as much of a cloud core as phones meet: real database, real broker, real dispatcher.
type core struct {
	*store.Store
	service    *ordering.Service
	phones     *phones.Phones
	dispatcher *dispatch.Dispatcher
	secrets    map[string]string

	mu     sync.Mutex
	shared []dispatch.Position
	stop   func()
}

func open(t *testing.T, change func(*phones.Config)) *core {
	t.Helper()
	c := &core{secrets: map[string]string{}}
	var err error
	url := pgtest.New(t, store.Migrate, store.MigrationsHash())
	if c.Store, err = store.Open(t.Context(), store.Config{URL: url, Log: quiet, Committers: 1, Conns: 6}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	err = c.UpsertRestaurant(t.Context(), restaurant.Restaurant{ID: "r1", Name: "Pizzeria", Latitude: 40.74, Longitude: -73.99, TimeZone: "America/New_York"})
	if err != nil {
		t.Fatal(err)
	}
	presence := &restaurant.Presence{}
	presence.Heard("r1", restaurant.Beat{}, time.Now())
	c.service = ordering.New(c.Store, store.Houses{Store: c.Store, Presence: presence}, presence, clock.System{}, quiet)
	cfg := phones.Config{Broker: broker.Config{Addr: "127.0.0.1:0"}, Store: c.Store, Share: c.share, Log: quiet}
	if change != nil {
		change(&cfg)
	}
	if c.phones, err = phones.New(cfg); err != nil {
		t.Fatal(err)
	}
	c.dispatcher = dispatch.New(c.ForDispatch(), c.phones, c.DispatchLock(), clock.System{}, quiet)
	c.start(t)
	return c
}

// start runs phones, dispatch, and what core.go has them hear of orders.
func (c *core) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	changes, leave := c.WatchOrders()
	var wait sync.WaitGroup
	wait.Go(func() { _ = c.dispatcher.Run(ctx) })
	wait.Go(func() {
		for r := range changes {
			c.phones.Changed(r)
			c.dispatcher.Kick()
		}
	})
	wait.Go(func() {
		if err := c.phones.Run(ctx, c.dispatcher); err != nil {
			t.Error(err)
		}
	})
	c.stop = sync.OnceFunc(func() { cancel(); leave(); wait.Wait() })
	t.Cleanup(c.stop)
}

func (c *core) share(p dispatch.Position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shared = append(c.shared, p)
}

func (c *core) hire(t *testing.T, driver string) {
	t.Helper()
	_, secret, err := c.RegisterDriver(t.Context(), dispatch.Driver{ID: driver, Name: "Grace", Home: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	c.secrets[driver] = secret
}

// shelve places a delivery and has the kitchen put it on its shelf.
func (c *core) shelve(t *testing.T) order.ID {
	t.Helper()
	r, _, err := c.service.Place(t.Context(), ordering.Basket{
		Restaurant: "r1", Fulfilment: order.ByDelivery, Customer: order.Customer{Name: "Ada"}, Payment: order.Payment{Method: "cash"},
		Address: &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 40.7431, Longitude: -73.9899},
		Lines:   []order.Line{{Product: "cola", Quantity: 1}},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.service.SetStatus(t.Context(), r.Order.ID, 0, order.StatusValidated, ordering.Deed{By: ordering.ByCloud}); err != nil {
		t.Fatal(err)
	}
	b := link.Batch{Edge: "r1", Epoch: 1, First: 1, Gen: "g", Schema: link.Schema}
	tip := link.Hash{}
	for _, a := range []order.Action{order.Queue, order.Start, order.Finish} {
		s := event.OrderStepped{Order: r.Order.ID, Action: a, Cause: event.ByTap}
		if a == order.Queue {
			s.Number = 7
		} else {
			s.Items = []string{"1"}
		}
		raw, err := event.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		b.Last++
		b.Events = append(b.Events, link.Seal(tip, b.Last, link.Event{ID: id.New(), Order: string(r.Order.ID), Kind: s.Kind(), At: time.Now(), Body: raw}))
		tip = b.Events[len(b.Events)-1].Hash
	}
	d, _, err := c.Apply(t.Context(), []link.Batch{b})
	if err != nil || d[0].Verdict != link.Apply {
		t.Fatalf("%+v, %v", d, err)
	}
	return r.Order.ID
}

// phone is a driver's phone.
type phone struct {
	t      *testing.T
	driver string
	*paho.Client
	mu   sync.Mutex
	mail []*paho.Publish
}

// dial connects; code is the CONNACK's reason.
func (c *core) dial(t *testing.T, driver, secret string) (p *phone, code byte) {
	t.Helper()
	conn, err := net.Dial("tcp", c.phones.Addr())
	if err != nil {
		t.Fatal(err)
	}
	p = &phone{t: t, driver: driver}
	p.Client = paho.NewClient(paho.ClientConfig{Conn: conn, OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(r paho.PublishReceived) (bool, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.mail = append(p.mail, r.Packet)
		return true, nil
	}}})
	ack, err := p.Connect(t.Context(), &paho.Connect{
		ClientID: driver, CleanStart: true, KeepAlive: 30, Username: driver, UsernameFlag: true, Password: []byte(secret), PasswordFlag: true,
	})
	if ack == nil {
		t.Fatal(err)
	}
	if err == nil {
		t.Cleanup(func() { _ = p.Disconnect(&paho.Disconnect{}); <-p.Done() })
	} else {
		_ = conn.Close()
	}
	return p, ack.ReasonCode
}

// signIn connects and reads offers.
func (c *core) signIn(t *testing.T, driver string) *phone {
	t.Helper()
	p, code := c.dial(t, driver, c.secrets[driver])
	if code != 0 {
		t.Fatalf("%s was not let in: %#x", driver, code)
	}
	if code := p.reads(wire.OfferTopic(driver)); code != 1 {
		t.Fatalf("offers: %#x", code)
	}
	return p
}

func (p *phone) reads(topic string) byte {
	p.t.Helper()
	ack, err := p.Subscribe(p.t.Context(), &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: topic, QoS: 1}}})
	if ack == nil {
		p.t.Fatal(err)
	}
	return ack.Reasons[0]
}

// says publishes with QoS 1 and returns the reason of the acknowledgement.
func (p *phone) says(topic string, payload []byte) byte {
	p.t.Helper()
	ack, err := p.Publish(p.t.Context(), &paho.Publish{Topic: topic, QoS: 1, Payload: payload})
	if ack == nil {
		p.t.Fatal(err)
	}
	return ack.ReasonCode
}

func (p *phone) is(lat, lon float64, at time.Time) byte {
	p.t.Helper()
	raw, err := wire.Encode(wire.DriverLocation{Position: wire.Position{Latitude: lat, Longitude: lon}, Timestamp: wire.At(at)})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.says(wire.DriverLocationTopic(p.driver), raw)
}

func (p *phone) status(s wire.DriverState) byte {
	p.t.Helper()
	raw, err := wire.Encode(wire.DriverStatus{Status: s, Timestamp: wire.At(time.Now())})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.says(wire.DriverStatusTopic(p.driver), raw)
}

// got is what came on a topic.
func got[T wire.Payload](p *phone, topic string) (all []T) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.mail {
		if m.Topic != topic {
			continue
		}
		v, err := wire.Decode[T](m.Payload, time.Now())
		if err != nil {
			p.t.Fatalf("%s: %v", m.Payload, err)
		}
		all = append(all, v)
	}
	return all
}

func within(t *testing.T, what string, cond func() bool) {
	t.Helper()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	limit := time.After(patience)
	for !cond() {
		select {
		case <-poll.C:
		case <-limit:
			t.Fatalf("waited %v for this: %s", patience, what)
		}
	}
}

func (c *core) letters(t *testing.T) (codes []string) {
	t.Helper()
	all, err := c.DeadLetters(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		codes = append(codes, l.Code)
	}
	slices.Sort(codes)
	return codes
}
