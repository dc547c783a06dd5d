// Package downlink is the cloud's end of the links to the restaurants: the hub (embedded, or a cluster of one's own), the streams that
// take batches, one applier for each of their partitions, the answers to SYNC, and the commands on their way down. It moves what
// shared/link decides about and cloud/store keeps; nothing is decided or kept in here.
package downlink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"awesome.pizza/shared/link"
)

// Store is what the database does for the links. All of it is committed when a call returns.
type Store interface {
	// Apply carries out link.Decide for each batch, all in one transaction.
	Apply(ctx context.Context, batches []link.Batch) ([]link.Decision, error)
	// Link is an edge's committed row and its highest command. It reports problem.NotFound for a restaurant nobody enrolled.
	Link(ctx context.Context, edge string) (row link.LinkRow, high uint64, err error)
	// Commands are an edge's commands from one seq to another, both included, in order.
	Commands(ctx context.Context, edge string, from, to uint64) ([]link.Command, error)
	// Incarnation names this history of the database: it changes when an older one is restored.
	Incarnation() string
}

// Config is what a Downlink needs besides its hub.
type Config struct {
	URL     string // of the hub
	Stream  StreamLimits
	Log     *slog.Logger
	OnHeard func(edge string, h link.Heartbeat, at time.Time) // called for each heartbeat of a link's own node; it must not block
}

// Downlink is a core's connection to the hub.
type Downlink struct {
	cfg      Config
	store    Store
	conn     *nats.Conn
	js       jetstream.JetStream
	acks     *acker
	standing *standing
	errand   chan errand
}

// Connect reaches the hub, waiting for it as long as ctx allows.
func Connect(ctx context.Context, cfg Config, keys *Keys, store Store) (*Downlink, error) {
	if cfg.URL == "" {
		return nil, errNoHub
	}
	token, seed, err := keys.core()
	if err != nil {
		return nil, err
	}
	conn, err := nats.Connect(cfg.URL, nats.Name("core"), nats.UserJWTAndSeed(token, seed),
		nats.MaxReconnects(-1), nats.ReconnectWait(500*time.Millisecond), nats.ReconnectBufSize(-1), nats.RetryOnFailedConnect(true),
		nats.PingInterval(5*time.Second), nats.MaxPingsOutstanding(2), nats.IgnoreDiscoveredServers(), nats.IgnoreAuthErrorAbort(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { cfg.Log.Warn("hub connection", "err", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { cfg.Log.Warn("hub connection lost", "err", err) }),
		nats.ReconnectHandler(func(*nats.Conn) { cfg.Log.Info("hub connection is back") }))
	if err != nil {
		return nil, fmt.Errorf("connect to the hub at %s: %w", cfg.URL, err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("use the hub's streams: %w", err)
	}
	d := &Downlink{cfg: cfg, store: store, conn: conn, js: js, standing: newStanding(), errand: make(chan errand, 1024)}
	d.acks = &acker{publish: d.publish, last: map[string]time.Time{}, waiting: map[string]link.Ack{}}
	if err := d.awaitHub(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return d, nil
}

// awaitHub makes the streams as soon as the hub answers.
func (d *Downlink) awaitHub(ctx context.Context) error {
	return retry(ctx, func() error { return d.ensureStreams(ctx) }, func(err error, wait time.Duration) {
		d.cfg.Log.Warn("the hub is not there yet", "err", err, "again_in", wait)
	})
}

// Run works until ctx ends: appliers, SYNC, heartbeats, commands.
func (d *Downlink) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for pp := range link.Partitions {
		g.Go(func() error { return d.apply(ctx, pp) })
	}
	g.Go(func() error { return d.answerSyncs(ctx) })
	g.Go(func() error { return d.learn(ctx) })
	g.Go(func() error { return d.hear(ctx) })
	g.Go(func() error { return d.courier(ctx) })
	g.Go(func() error { return d.acks.run(ctx) })
	err := g.Wait()
	d.conn.Close()
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
