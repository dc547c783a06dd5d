package uplink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// bus is the restaurant's connection to the hub: a client of its own embedded leaf node, or of the hub itself.
type bus struct {
	conn *nats.Conn
	leaf *server.Server // nil in Client mode
	hubs []*url.URL
}

func openBus(ctx context.Context, cfg Config) (*bus, error) {
	named := cfg.Enrolment.Leaves
	if cfg.Mode == Client {
		named = cfg.Enrolment.Clients
	}
	if len(cfg.Hubs) > 0 {
		named = cfg.Hubs
	}
	hubs, err := parseHubs(named)
	if err != nil {
		return nil, err
	}
	options := []nats.Option{
		nats.Name("node " + cfg.Enrolment.Restaurant), nats.CustomInboxPrefix("_INBOX." + cfg.Enrolment.Restaurant),
		nats.MaxReconnects(-1), nats.ReconnectBufSize(-1), nats.RetryOnFailedConnect(true), nats.IgnoreDiscoveredServers(),
		nats.IgnoreAuthErrorAbort(), // a hub that refuses us today may know us tomorrow
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { cfg.Log.Debug("bus", "err", err) }),
	}
	if cfg.Mode == Client {
		return openClient(cfg, hubs, options)
	}
	return openLeaf(ctx, cfg, hubs, options)
}

func parseHubs(named []string) (hubs []*url.URL, err error) {
	for _, n := range named {
		u, err := url.Parse(n)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("hub %q: write it like nats-leaf://hub.example:7422", n)
		}
		hubs = append(hubs, u)
	}
	if len(hubs) == 0 {
		return nil, errors.New("the node knows no hub: enrol it again, or name one with --hub")
	}
	return hubs, nil
}

// openClient connects to the hub; being refused at first is no reason to give up.
func openClient(cfg Config, hubs []*url.URL, options []nats.Option) (*bus, error) {
	addresses := ""
	for i, h := range hubs {
		if i > 0 {
			addresses += ","
		}
		addresses += "nats://" + h.Host
	}
	conn, err := nats.Connect(addresses, append(options,
		nats.UserJWTAndSeed(cfg.Enrolment.JWT, cfg.Enrolment.Seed), nats.ReconnectWait(500*time.Millisecond), nats.ReconnectJitter(500*time.Millisecond, time.Second),
		nats.PingInterval(5*time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(5*time.Second))...)
	if err != nil {
		return nil, fmt.Errorf("connect to the hub: %w", err)
	}
	return &bus{conn: conn, hubs: hubs}, nil
}

// openLeaf starts a nats-server without JetStream and without a listener, which joins the hub by itself and for ever.
func openLeaf(ctx context.Context, cfg Config, hubs []*url.URL, options []nats.Option) (*bus, error) {
	leaf, err := server.NewServer(leafOptions(cfg, hubs))
	if err != nil {
		return nil, fmt.Errorf("make the leaf node: %w", err)
	}
	leaf.SetLoggerV2(busLog{cfg.Log.With("part", "leaf")}, false, false, false)
	leaf.Start()
	if !leaf.ReadyForConnections(30*time.Second) || ctx.Err() != nil {
		leaf.Shutdown()
		return nil, errors.New("the leaf node does not start")
	}
	conn, err := nats.Connect("", append(options, nats.InProcessServer(leaf))...)
	if err != nil {
		leaf.Shutdown()
		return nil, fmt.Errorf("join the restaurant's bus: %w", err)
	}
	return &bus{conn: conn, leaf: leaf, hubs: hubs}, nil
}

func leafOptions(cfg Config, hubs []*url.URL) *server.Options {
	remote := &server.RemoteLeafOpts{
		URLs: hubs, DialTimeout: 5 * time.Second, FirstInfoTimeout: 5 * time.Second, IgnoreDiscoveredServers: true,
		SignatureCB: func(nonce []byte) (string, []byte, error) { return sign(cfg.Enrolment, nonce) },
	}
	remote.Compression.Mode = server.CompressionOff
	o := &server.Options{
		ServerName: "node-" + cfg.Enrolment.Restaurant, DontListen: true, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		MaxPayload: 1 << 20, PingInterval: 5 * time.Second, MaxPingsOut: 2,
	}
	o.LeafNode.Remotes = []*server.RemoteLeafOpts{remote}
	o.LeafNode.ReconnectInterval = time.Second
	return o
}

// sign proves to the hub that this node holds the key which its credential names.
func sign(e Enrolment, nonce []byte) (string, []byte, error) {
	pair, err := nkeys.FromSeed([]byte(e.Seed))
	if err != nil {
		return "", nil, fmt.Errorf("read this node's key: %w", err)
	}
	signature, err := pair.Sign(nonce)
	return e.JWT, signature, err
}

// connected reports whether the hub can be reached at this moment.
func (b *bus) connected() bool {
	if b.leaf != nil && b.leaf.NumLeafNodes() == 0 {
		return false
	}
	return b.conn.IsConnected()
}

func (b *bus) close() {
	b.conn.Close()
	if b.leaf != nil {
		b.leaf.Shutdown()
		b.leaf.WaitForShutdown()
	}
}

// busLog passes the leaf's words on to ours. While the internet is cut it repeats itself every second, so only debugging hears it.
type busLog struct{ log *slog.Logger }

func (l busLog) Noticef(format string, v ...any) { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l busLog) Warnf(format string, v ...any)   { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l busLog) Errorf(format string, v ...any)  { l.log.Debug(fmt.Sprintf(format, v...)) }
func (l busLog) Fatalf(format string, v ...any)  { l.log.Error(fmt.Sprintf(format, v...)) }
func (l busLog) Debugf(string, ...any)           {}
func (l busLog) Tracef(string, ...any)           {}
