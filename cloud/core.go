// Package cloud is the chain's core, put together: core.go reads as the story of the chain, from the database to the doors. Nothing is
// decided and no technology is used in here; the rooms below do that, and do not know of each other.
package cloud

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/cloud/acts"
	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/phones"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/cloud/web"
	"awesome.pizza/shared/authority"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/watch"
)

// Run opens the core and keeps it open until ctx ends.
func Run(ctx context.Context, c Config, log *slog.Logger) (err error) {
	opened := time.Now()
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return err
	}
	k := rooms{Config: c, log: log, presence: new(restaurant.Presence), metrics: watch.Metrics()}

	// Where the truth is kept: a database of ours or of yours, and the restaurants in it.
	if k.base, k.db, err = openBooks(ctx, c, log); err != nil {
		return err
	}
	defer func() { k.db.Close(); err = errors.Join(err, k.base.stop()) }()

	// The lines to the restaurants: keys, a hub, and who is connected.
	if k.is, err = c.identity(); err != nil {
		return err
	}
	keys, hubURL, stopHub, err := openHub(c, k.is, log)
	if err != nil {
		return err
	}
	defer stopHub()
	k.keys = keys
	if k.lines, err = openLines(ctx, c, k.is, hubURL, keys, k.db, k.presence, log); err != nil {
		return err
	}

	// Who takes orders, and who sends drivers, or couriers; all of them by the same roads.
	if err := k.openTrade(); err != nil {
		return err
	}
	defer k.helpers.close()

	// The doors: guests, staff, drivers and operators over HTTP; drivers' phones over MQTT.
	doors, err := openDoors(ctx, c, k.is)
	if err != nil {
		return err
	}
	defer closeDoors(doors)
	site, err := k.openSite()
	if err != nil {
		return err
	}

	// Everybody at work, until the chain closes.
	return k.work(ctx, site, doors, opened)
}

// rooms are what Run has opened.
type rooms struct {
	Config
	log *slog.Logger

	base     *database
	db       *store.Store
	is       *authority.Identity
	keys     *downlink.Keys
	lines    *downlink.Downlink
	presence *restaurant.Presence
	metrics  *watch.Registry

	ways       *dispatch.Learned
	askRoads   func(context.Context) error
	orders     *ordering.Service
	fleet      *phones.Phones
	dismissed  dismissals
	dispatcher *dispatch.Dispatcher
	helpers    couriers
}

// openTrade is who takes orders, and who brings them.
func (k *rooms) openTrade() (err error) {
	k.ways, k.askRoads = openRoads(k.Config, k.log)
	k.orders = openOrders(k.Config, k.db, k.ways, k.presence, k.log)
	if k.fleet, err = openPhones(k.Config, k.db, k.ways, k.lines, refusals(k.metrics), k.log); err != nil {
		return err
	}
	k.dismissed = newDismissals(k.fleet, k.lines)
	k.dispatcher = openDispatch(k.Config, k.db, k.ways, k.fleet, k.presence, k.log)
	k.helpers = openCouriers(k.Config, k.db, k.presence, k.dispatcher, k.metrics, k.log)
	countPhones(k.metrics, k.fleet.Stats)
	countDispatch(k.metrics, k.dispatcher)
	return nil
}

// openSite is everything that is answered over HTTP.
func (k *rooms) openSite() (*api.API, error) {
	nodes := enrolment{cfg: k.Config, store: k.db, keys: k.keys, is: k.is, lines: k.lines, log: k.log}
	return api.New(api.Deps{
		Ordering: k.orders, Orders: k.db, Pager: pager{k.db}, Changes: k.db, Restaurants: k.db, Inventory: k.db, Links: k.presence,
		Drivers: drivers{k.db, k.dismissed.dismiss}, Offers: k.dispatcher, OpenOffers: k.db, Dispatch: openDesk(k.db, k.dispatcher, k.orders, k.lines),
		Positions: k.fleet, Bags: k.db, Proofs: k.db, Acts: k.db, Sockets: k.fleet.Sockets(), Fleet: nodes, Quarantine: quarantine{k.db, nodes}, Troubles: k.db,
		Couriers: k.helpers.ears(), Checks: []api.Check{{Name: "database", Ping: k.db.Ping}, {Name: "hub", Ping: k.lines.Ping}},
		Pages: web.FS(), Clock: clock.System{}, Travel: k.ways,
	}, k.site(k.metrics, k.log))
}

// work has everybody at work until ctx ends.
func (k *rooms) work(ctx context.Context, site *api.API, doors []net.Listener, opened time.Time) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, work := range []func(context.Context) error{k.lines.Run, k.orders.Run, k.askRoads, k.dispatcher.Run, k.helpers.work, k.dismissed.listen} {
		g.Go(func() error { return work(ctx) })
	}
	g.Go(func() error { return k.base.keep(ctx, k.db.Ping) })
	g.Go(func() error { return sendCommands(ctx, k.db, k.lines, k.log) })
	g.Go(func() error { return remind(ctx, k.db, k.lines, k.log) })
	g.Go(func() error { return k.fleet.Run(ctx, k.dispatcher) })
	g.Go(func() error { return tellDrivers(ctx, k.db, k.fleet, k.dispatcher) })
	g.Go(func() error { return learnPositions(ctx, k.lines, k.fleet) })
	g.Go(func() error { return watch.ServeMetrics(ctx, k.MetricsListen, k.metrics) })
	g.Go(func() error { return site.Serve(ctx, doors...) })
	k.log.Info("the chain is open", "site", "http://"+doors[0].Addr().String(), "took", time.Since(opened).Round(time.Millisecond).String())
	return g.Wait()
}

// openLines connects to the hub, and tells presence who is heard there.
func openLines(ctx context.Context, c Config, is *authority.Identity, hubURL string, keys *downlink.Keys, db *store.Store, presence *restaurant.Presence, log *slog.Logger) (*downlink.Downlink, error) {
	lines, err := downlink.Connect(ctx, downlink.Config{
		URL: hubURL, TLS: is.Client(), Refusals: db, Stream: downlink.StreamLimits{Replicas: c.HubReplicas}, Log: log,
		OnHeard: func(edge string, h link.Heartbeat, at time.Time) { presence.Heard(edge, beat(h), at) },
		OnSynced: func(edge string, open []link.OpenOrder, last uint64, at time.Time) {
			presence.Told(edge, said(open), last, at)
		},
	}, keys, db)
	if err != nil {
		return nil, err
	}
	return lines, expectNodes(ctx, db, presence)
}

// expectNodes counts every restaurant that has a node as connected, until it has been silent for as long as any other may be. It is called when
// the hub is there: while this process waited for that, it could hear nobody.
func expectNodes(ctx context.Context, db *store.Store, presence *restaurant.Presence) error {
	now := time.Now()
	houses, err := db.Restaurants(ctx)
	if err != nil {
		return err
	}
	for _, h := range houses {
		if row, _, err := db.Link(ctx, h.ID); err == nil && row.Device != "" {
			presence.Expect(h.ID, now)
		}
	}
	return nil
}

// openBooks opens a store on the database, with the restaurants of the configuration in it.
func openBooks(ctx context.Context, c Config, log *slog.Logger) (base *database, db *store.Store, err error) {
	houses, err := c.restaurants()
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(c.Data, 0o711); err != nil { // a private Postgres runs as another user, who must get through
		return nil, nil, fmt.Errorf("make the data directory: %w", err)
	}
	if base, err = openDatabase(ctx, c, log); err != nil {
		return nil, nil, err
	}
	if db, err = openStore(ctx, base.url, houses, log); err != nil {
		return nil, nil, errors.Join(err, base.stop())
	}
	return base, db, nil
}

// openStore opens the books and enters the restaurants that are new or have changed.
func openStore(ctx context.Context, url string, houses []restaurant.Restaurant, log *slog.Logger) (*store.Store, error) {
	db, err := store.Open(ctx, store.Config{URL: url, Log: log})
	if err != nil {
		return nil, err
	}
	for _, h := range houses {
		ctx, _ := acts.Begin(ctx, acts.Who{Role: acts.Settings}, "set_restaurant", "", acts.Subject{})
		if err := db.UpsertRestaurant(ctx, h); err != nil {
			db.Close()
			return nil, err
		}
	}
	return db, nil
}

func openOrders(c Config, db *store.Store, ways dispatch.Travel, presence *restaurant.Presence, log *slog.Logger) *ordering.Service {
	s := ordering.New(db, store.Houses{Store: db, Presence: presence, Travel: ways}, presence, clock.System{}, log)
	s.AcceptWithin = c.AcceptWithin
	return s
}

// openHub reads the chain's keys, and is the hub that was named, or one in this process.
func openHub(c Config, is *authority.Identity, log *slog.Logger) (keys *downlink.Keys, url string, stop func(), err error) {
	if keys, err = downlink.LoadKeys(c.keysDir()); err != nil {
		return nil, "", nil, err
	}
	if c.NatsURL != "" {
		return keys, c.NatsURL, func() {}, nil
	}
	at := downlink.HubConfig{Dir: c.Data, Clients: c.ClientListen, Leaves: c.LeafListen, Monitor: c.MonitorListen}
	if c.HubTLS {
		at.TLS = is.Server()
	}
	hub, err := downlink.StartHub(at, keys, log)
	if err != nil {
		return nil, "", nil, err
	}
	return keys, hub.ClientURL(), hub.Stop, nil
}

// openDoors listens for guests, staff and nodes: in the clear first, then over TLS.
func openDoors(ctx context.Context, c Config, is *authority.Identity) (doors []net.Listener, err error) {
	for _, at := range []string{c.Listen, c.TLSListen} {
		if at == "" {
			continue
		}
		door, err := new(net.ListenConfig).Listen(ctx, "tcp", at)
		if err != nil {
			closeDoors(doors)
			return nil, fmt.Errorf("open the door for guests: %w", err)
		}
		if len(doors) == 1 {
			secure := is.Server()
			secure.NextProtos = []string{"h2", "http/1.1"}
			door = tls.NewListener(door, secure)
		}
		doors = append(doors, door)
	}
	return doors, nil
}

func closeDoors(doors []net.Listener) {
	for _, d := range doors {
		_ = d.Close()
	}
}

func openPhones(c Config, db *store.Store, ways dispatch.Travel, lines *downlink.Downlink, refused func(code string), log *slog.Logger) (*phones.Phones, error) {
	p, err := phones.New(phones.Config{
		Broker: broker.Config{Addr: c.MQTTListen, MaxClients: c.Streams.Phones}, Store: db, Travel: ways, Share: sharePositions(lines), Refused: refused, Clock: clock.System{}, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("open the phones' broker: %w", err)
	}
	return p, nil
}

func said(open []link.OpenOrder) (all []restaurant.Said) {
	for _, o := range open {
		all = append(all, restaurant.Said(o))
	}
	return all
}

func beat(h link.Heartbeat) restaurant.Beat {
	if h.Outlook != nil && h.Outlook.Sound() != nil {
		h.Outlook = nil // what nobody can use is as good as not said
	}
	return restaurant.Beat{
		Device: h.Device, Boot: h.Boot, Version: h.Version, Epoch: h.Epoch, Last: h.Last, Acked: h.Acked, CmdSeq: h.CmdSeq,
		At: h.At, Backlog: h.Backlog, OldestUnsent: h.OldestUnsent, Open: h.Open,
		Outlook: h.Outlook,
	}
}
