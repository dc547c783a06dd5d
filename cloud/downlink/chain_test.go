package downlink_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	cloudstore "awesome.pizza/cloud/store"
	"awesome.pizza/edge/kitchen"
	edgestore "awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// chain is a core and one restaurant with everything real in between: Postgres, a hub, SQLite.
type chain struct {
	t        *testing.T
	dir      string
	keys     *downlink.Keys
	hub      *downlink.Hub
	hubAt    downlink.HubConfig
	hubURL   string // for plain clients
	database string // its URL
	store    *cloudstore.Store
	presence *restaurant.Presence
	ordering *ordering.Service
	down     *downlink.Downlink
	stopCore func()
	replicas int                                 // of the hub's streams
	between  func(downlink.Store) downlink.Store // what stands between a core and its database; nil: nothing
	desk     downlink.Desk                       // answers counters; nil: nobody does
	enrolled uplink.Enrolment
	patience time.Duration // of its node with a hub that answers nothing; 0: the usual
	kitchen  *kitchen.Kitchen
	line     *uplink.Uplink

	silent    atomic.Bool // the core is not told of commands
	listening atomic.Bool
	beats     chan string // versions in the heartbeats that count, while listening
}

func newChain(t *testing.T, mode uplink.Mode) *chain {
	t.Helper()
	c := newCloud(t)
	c.openKitchen(mode)
	return c
}

// newCloud is a chain whose restaurant has no node yet.
func newCloud(t *testing.T) *chain {
	t.Helper()
	c := &chain{t: t, dir: t.TempDir()}
	c.openHub()
	c.openCloud()
	return c
}

func (c *chain) openHub() {
	c.t.Helper()
	c.begin()
	c.hubAt = downlink.HubConfig{Dir: c.dir, Clients: freeAddr(c.t), Leaves: freeAddr(c.t)}
	c.hubURL = "nats://" + c.hubAt.Clients
	c.startHub()
	c.t.Cleanup(func() { c.hub.Stop() })
}

// begin makes what there is before a hub.
func (c *chain) begin() {
	c.t.Helper()
	c.presence = new(restaurant.Presence)
	var err error
	if c.keys, err = downlink.LoadKeys(filepath.Join(c.dir, "keys")); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chain) startHub() {
	c.t.Helper()
	var err error
	if c.hub, err = downlink.StartHub(c.hubAt, c.keys, slog.New(slog.DiscardHandler)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chain) openCloud() {
	t := c.t
	t.Helper()
	c.database = pgtest.New(t, cloudstore.Migrate, cloudstore.MigrationsHash())
	quiet := slog.New(slog.DiscardHandler)
	var err error
	if c.store, err = cloudstore.Open(t.Context(), cloudstore.Config{URL: c.database, Log: quiet}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.store.Close)
	house := restaurant.Restaurant{ID: "r1", Name: "One", Latitude: 40.743, Longitude: -73.99, TimeZone: "America/New_York"}
	if err := house.Check(); err != nil {
		t.Fatal(err)
	}
	if err := c.store.UpsertRestaurant(t.Context(), house); err != nil {
		t.Fatal(err)
	}
	c.ordering = ordering.New(c.store, cloudstore.Houses{Store: c.store, Presence: c.presence}, c.presence, clock.System{}, quiet)
	c.down, c.stopCore = c.core(c.hubURL, c.store)
	within(t, 2*time.Minute, "the hub has all its streams", func() bool { return c.streams() == link.Partitions })
	run(t, c.ordering.Run)
}

// core connects a core to the hub, and keeps it at work until it is stopped, or the test ends.
func (c *chain) core(hub string, db *cloudstore.Store) (down *downlink.Downlink, stop func()) {
	t := c.t
	t.Helper()
	kept := downlink.Store(db)
	if c.between != nil {
		kept = c.between(db)
	}
	down, err := downlink.Connect(t.Context(), downlink.Config{
		URL: hub, Log: slog.New(slog.DiscardHandler), Stream: downlink.StreamLimits{Replicas: c.replicas},
		OnHeard: func(edge string, h link.Heartbeat, at time.Time) {
			c.presence.Heard(edge, restaurant.Beat{Device: h.Device, Version: h.Version, Epoch: h.Epoch, Boot: h.Boot, CmdSeq: h.CmdSeq, At: h.At}, at)
			if c.listening.Load() {
				c.beats <- h.Version
			}
		},
	}, c.keys, kept)
	if err != nil {
		t.Fatal(err)
	}
	down.AnswerDesks(c.desk)
	live := func(ctx context.Context) error {
		if err := down.Run(ctx); !errors.Is(err, nats.ErrConnectionClosed) { // by a test that lets the core die
			return err
		}
		return nil
	}
	stops := []func(){run(t, live), run(t, func(ctx context.Context) error { return c.passOn(ctx, db, down) })}
	return down, func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// passOn is what the core does: every commit of commands is told to the downlink.
func (c *chain) passOn(ctx context.Context, s *cloudstore.Store, down *downlink.Downlink) error {
	edges, stop := s.WatchCommands()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case edge, ok := <-edges:
			if !ok {
				return nil
			}
			if _, high, err := s.Link(ctx, edge); err == nil && !c.silent.Load() {
				down.Committed(ctx, edge, high)
			}
		}
	}
}

func (c *chain) openKitchen(mode uplink.Mode) {
	c.t.Helper()
	c.enrolled = c.enrol("r1")
	c.kitchen, c.line = c.open(c.enrolled, mode, "edge.db")
}

// open runs a node of r1 with a database of its own.
func (c *chain) open(as uplink.Enrolment, mode uplink.Mode, file string) (*kitchen.Kitchen, *uplink.Uplink) {
	t := c.t
	t.Helper()
	db, err := edgestore.Open(t.Context(), filepath.Join(c.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.BeginEpoch(t.Context(), as.Epoch, as.Commands); err != nil {
		t.Fatal(err)
	}
	dishes, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	screens := live.New[kitchen.Change](64)
	kit, err := kitchen.New(t.Context(), db, dishes, clock.System{}, screens, kitchen.Settings{Restaurant: "r1"})
	if err != nil {
		t.Fatal(err)
	}
	line := uplink.New(uplink.Config{Enrolment: as, Mode: mode, Patience: c.patience, Log: slog.New(slog.DiscardHandler)}, db, obedient{kit})
	run(t, line.Run)
	run(t, func(ctx context.Context) error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-db.Appended():
				line.Appended()
			}
		}
	})
	return kit, line
}

type obedient struct{ *kitchen.Kitchen }

func (o obedient) Obey(ctx context.Context, c link.Command) error {
	return o.Kitchen.Obey(ctx, kitchen.Command(c))
}

func (o obedient) Begin(ctx context.Context, b link.Beginning) error {
	k := kitchen.Beginning{
		Epoch: b.Epoch, Commands: b.Commands, CommandID: b.CommandID, Through: kitchen.Place(b.Through), Orders: b.Orders, Numbers: b.Numbers,
	}
	for _, p := range b.Unknown {
		k.Unknown = append(k.Unknown, kitchen.Place(p))
	}
	return o.Kitchen.Begin(ctx, k)
}

// enrol binds a new device to a restaurant, as edge enroll and the API do.
func (c *chain) enrol(id string) uplink.Enrolment {
	c.t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		c.t.Fatal(err)
	}
	device, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	code, _, err := c.store.IssueCode(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	row, err := c.store.Claim(c.t.Context(), code, device)
	if err != nil {
		c.t.Fatal(err)
	}
	credential, err := c.keys.Issue(id, device, time.Now())
	if err != nil {
		c.t.Fatal(err)
	}
	chain, err := c.keys.Chain()
	if err != nil {
		c.t.Fatal(err)
	}
	return uplink.Enrolment{
		Chain: chain, Restaurant: id, Device: device, Seed: string(seed), JWT: credential.JWT,
		Leaves: []string{"nats-leaf://" + c.hubAt.Leaves}, Clients: strings.Split(c.hubURL, ","),
		Epoch: row.Epoch, Commands: row.Commands,
	}
}

// run lets work live until it is stopped, or the test ends, and waits for it there.
func run(t *testing.T, work func(context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- work(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// eventually asks until it is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	within(t, 2*time.Minute, what, so) // it guards against hanging; what has to be quick says so itself
}

// within asks for so long.
func within(t *testing.T, long time.Duration, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(long); time.Now().Before(deadline); <-tick.C {
		if so() {
			return
		}
	}
	t.Fatalf("not within %v: %s", long, what)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func basket() ordering.Basket {
	return ordering.Basket{
		Restaurant: "r1", Fulfilment: order.Carryout, Channel: order.Web, Customer: order.Customer{Name: "Ada", Phone: "+12025550123"},
		Lines: []order.Line{{Product: "margherita", Size: "small", Quantity: 1}}, Payment: order.Payment{Method: "cash"},
	}
}

func (c *chain) status(id order.ID) order.StatusName {
	r, err := c.store.Order(c.t.Context(), id)
	if err != nil {
		return ""
	}
	return r.Status()
}
