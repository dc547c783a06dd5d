// Package downlink is the cloud's end of the links to the restaurants: the hub (embedded, or a cluster of one's own), the streams that
// take batches, one applier for each of their partitions, the answers to SYNC, and the commands on their way down. It moves what
// shared/link decides about and cloud/store keeps; nothing is decided or kept in here.
package downlink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
)

// Store is what the database does for the links. All of it is committed when a call returns; inc is the incarnation of the database for
// which an answer holds: it changes when an older one is restored.
type Store interface {
	// Apply carries out link.Decide for each batch, all in one transaction.
	Apply(ctx context.Context, batches []link.Batch) (decisions []link.Decision, inc string, err error)
	// Commands are an edge's commands from one seq to another, both included, in order; where an epoch began, some may be missing.
	Commands(ctx context.Context, edge string, from, to uint64) (commands []link.Command, inc string, err error)
	// Meet is an edge's committed row, its highest command, and the id of the one with the number cmdSeq. It reports problem.NotFound
	// for a restaurant nobody enrolled.
	Meet(ctx context.Context, edge string, cmdSeq uint64) (row link.LinkRow, high uint64, cmdID, inc string, err error)
	// Incarnation is the one of a moment ago.
	Incarnation() string
	// Doubt makes another incarnation of inc, because a node contradicts it, and returns the one there is now.
	Doubt(ctx context.Context, edge, inc, why string) (now string, err error)
	// Confirm says that a node was told to resume which knew this incarnation already when it asked: the shares it lent are good.
	Confirm(ctx context.Context, edge, inc string) error
	// Unconfirmed reports whether a restaurant lends shares from which this incarnation sells nothing yet.
	Unconfirmed(ctx context.Context, edge, inc string) (bool, error)
	// Known says which events of a node the cloud has stored.
	Known(ctx context.Context, edge, boot string, ids []string) (known []bool, inc string, err error)
	// Renew begins a new epoch. It reports problem.Refused for a device that is not the restaurant's.
	Renew(ctx context.Context, edge, device, boot string, epoch, cmdSeq uint64) (row link.LinkRow, commands uint64, commandID, inc string, err error)
	// Adopt takes a device at its proof when the database has forgotten its enrolment: see link.Adopts. said is the epoch the device is in.
	Adopt(ctx context.Context, p link.Proof, said uint64) (adopted bool, err error)
	// FarAhead tells head office that somebody names numbers for a restaurant that no honest node can have.
	FarAhead(ctx context.Context, edge, why string) error
	// Standings are how a restaurant's orders stand, by id after a given one.
	Standings(ctx context.Context, edge, after string, limit int) (orders []event.OrderStanding, numbers map[string]int, more bool, err error)
}

// Config is what a Downlink needs besides its hub.
type Config struct {
	URL      string      // of the hub
	TLS      *tls.Config // for a hub that wants it; nil: as this machine believes
	Stream   StreamLimits
	Log      *slog.Logger
	Refusals Refusals // whom the hub must refuse; nil: it is not told
	Signer   Signer   // of snapshots; nil: the keys given to Connect
	CatchUp  int      // events per second that this core takes from all nodes together that have to catch up; 0: DefaultCatchUp

	// Called for each heartbeat of a link's own node, and for each of its SYNCs, whichever core answers it: with where its open orders stand
	// and its last event. They must not block.
	OnHeard  func(edge string, h link.Heartbeat, at time.Time)
	OnSynced func(edge string, open []link.OpenOrder, last uint64, at time.Time)
}

// DefaultCatchUp is how many events per second a core takes from nodes that have to catch up.
const DefaultCatchUp = 8000

// Downlink is a core's connection to the hub.
type Downlink struct {
	cfg      Config
	keys     *Keys
	store    Store
	conn     *nats.Conn
	warden   *nats.Conn // of the hub's system account
	js       jetstream.JetStream
	acks     *acker
	standing *standing
	errand   chan errand
	desk     Desk // answers counters who ask who brings what; nil: nobody does
	words    chan word
	losses   [link.Partitions]atomic.Pointer[time.Time] // when the hub last lost the stream
	ended    atomic.Pointer[time.Time]                  // when batches were last applied, of whichever partition

	undialled atomic.Pointer[error] // why the hub could not be dialled, last

	governing sync.Mutex
	governor  link.Governor

	enforcing *rounds // in which the hub is told whom to refuse
	left      left    // with the hub, because there is no room for it
}

// Connect reaches the hub, waiting for it as long as ctx allows. It waits for nothing else: Run makes the streams, each by itself, while a
// core that is open already answers and sells.
func Connect(ctx context.Context, cfg Config, keys *Keys, store Store) (*Downlink, error) {
	if cfg.URL == "" {
		return nil, errNoHub
	}
	if cfg.Signer == nil {
		cfg.Signer = keys
	}
	if cfg.CatchUp == 0 {
		cfg.CatchUp = DefaultCatchUp
	}
	d := &Downlink{cfg: cfg, keys: keys, store: store, standing: newStanding(), errand: make(chan errand, 1024), words: make(chan word, 1024), enforcing: newRounds()}
	d.governor.Budget = cfg.CatchUp
	d.acks = &acker{publish: d.publish, last: map[string]time.Time{}, waiting: map[string]link.Ack{}}
	var err error
	if d.conn, err = d.dial("core", keys.core); err != nil {
		return nil, err
	}
	if d.warden, err = d.dial("warden", keys.warden); err == nil {
		d.js, err = jetstream.New(d.conn)
	}
	if err == nil {
		err = d.awaitHub(ctx)
	}
	if err != nil {
		d.close()
		return nil, fmt.Errorf("use the hub at %s: %w", cfg.URL, err)
	}
	d.awaitWarden(ctx)
	return d, nil
}

// dial makes a connection that comes back by itself, for ever, even from a hub that refuses it.
func (d *Downlink) dial(as string, credential func() (token, seed string, err error)) (*nats.Conn, error) {
	token, seed, err := credential()
	if err != nil {
		return nil, err
	}
	options := []nats.Option{
		nats.Name(as), nats.UserJWTAndSeed(token, seed),
		nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond), nats.ReconnectBufSize(-1), nats.RetryOnFailedConnect(true),
		nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2), nats.IgnoreDiscoveredServers(), nats.IgnoreAuthErrorAbort(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			d.cfg.Log.Warn("hub connection", "as", as, "err", err)
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { d.cfg.Log.Warn("hub connection lost", "as", as, "err", err) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { d.undialled.Store(&err) }),
		nats.ReconnectHandler(func(*nats.Conn) { d.cfg.Log.Info("hub connection is back", "as", as) }),
	}
	if d.cfg.TLS != nil { // without insisting: who may not speak in the clear says tls://
		options = append(options, func(o *nats.Options) error { o.TLSConfig = d.cfg.TLS; return nil })
	}
	conn, err := nats.Connect(d.cfg.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("connect to the hub at %s: %w", d.cfg.URL, err)
	}
	return conn, nil
}

func (d *Downlink) close() {
	d.conn.Close()
	if d.warden != nil {
		d.warden.Close()
	}
}

// Run works until ctx ends: appliers, SYNC, heartbeats, commands.
func (d *Downlink) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for pp := range link.Partitions {
		g.Go(func() error { return d.apply(ctx, pp) })
	}
	for _, q := range d.questions() {
		g.Go(func() error { return d.answerAll(ctx, q) })
	}
	g.Go(func() error { return d.learn(ctx) })
	g.Go(func() error { return d.hear(ctx) })
	g.Go(func() error { return d.courier(ctx) })
	g.Go(func() error { return d.unstick(ctx) })
	g.Go(func() error { return d.watchHistory(ctx) })
	g.Go(func() error { return d.acks.run(ctx) })
	g.Go(func() error { return d.enforce(ctx) })
	err := g.Wait()
	d.close()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Tell gives data to every core that Listens to the same topic, this one included. It may be lost.
func (d *Downlink) Tell(topic string, data []byte) {
	if err := d.publish("ap.v1.core."+topic, data); err != nil {
		d.cfg.Log.Debug("tell other cores", "topic", topic, "err", err)
	}
}

// Listen calls hear, in order, for what cores Tell on a topic, until cancel.
func (d *Downlink) Listen(topic string, hear func(data []byte)) (cancel func(), err error) {
	sub, err := d.conn.Subscribe("ap.v1.core."+topic, func(m *nats.Msg) { hear(m.Data) })
	if err != nil {
		return nil, fmt.Errorf("listen to other cores on %s: %w", topic, err)
	}
	return func() { _ = sub.Unsubscribe() }, nil
}

func (d *Downlink) publish(subject string, data []byte) error { return d.conn.Publish(subject, data) }

// Ping asks the hub for a sign of life.
func (d *Downlink) Ping(ctx context.Context) error {
	if err := d.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("ping the hub: %w", err)
	}
	return nil
}
