package uplink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// bus is the restaurant's connection to the hub: a client of its own embedded leaf node, or of the hub itself.
type bus struct {
	conn *nats.Conn
	leaf *server.Server // nil in Client mode
	hubs []*url.URL
	slow bool // it hardly dials

	joined   atomic.Bool               // it was connected at least once
	refusing atomic.Pointer[time.Time] // since when the hub can be dialled, but does not take it
}

// openBus opens a bus as cfg.Mode says.
func openBus(ctx context.Context, cfg Config, p *papers) (*bus, error) {
	e := p.read()
	named := e.Leaves
	if cfg.Mode == Client {
		named = e.Clients
	}
	if len(cfg.Hubs) > 0 {
		named = cfg.Hubs
	}
	hubs, err := parseHubs(named)
	if err != nil {
		return nil, err
	}
	t := &trust{authority: e.CA, either: cfg.Clock.Either}
	for _, h := range hubs {
		t.hosts = append(t.hosts, h.Hostname())
	}
	options := []nats.Option{
		nats.Name("node " + e.Restaurant), nats.CustomInboxPrefix("_INBOX." + e.Restaurant),
		nats.MaxReconnects(-1), nats.ReconnectBufSize(-1), nats.RetryOnFailedConnect(true), nats.IgnoreDiscoveredServers(),
		nats.IgnoreAuthErrorAbort(), // a hub that refuses us today may know us tomorrow
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { cfg.Log.Debug("bus", "err", err) }),
	}
	if cfg.Mode == Client {
		return openClient(cfg.pace, p, hubs, t, options)
	}
	return openLeaf(ctx, cfg, p, hubs, t, options)
}

// secure reports whether a hub is reached over TLS.
func secure(hub *url.URL) bool { return hub.Scheme == "tls" }

// IsHub reports whether a hub can be named like this: nats-leaf, nats or tls, and a host.
func IsHub(named string) bool {
	u, err := url.Parse(named)
	return err == nil && u.Hostname() != "" && slices.Contains([]string{"nats-leaf", "nats", "tls"}, u.Scheme)
}

func parseHubs(named []string) (hubs []*url.URL, err error) {
	for _, n := range named {
		u, err := url.Parse(n)
		if err != nil || !IsHub(n) {
			return nil, fmt.Errorf("hub %q: write it like nats-leaf://hub.example:7422", n)
		}
		hubs = append(hubs, u)
	}
	if len(hubs) == 0 {
		return nil, errors.New("the node knows no hub: enrol it again, or name one with --hub")
	}
	return hubs, nil
}

// joinWithin bounds a client's way through one hub's door. Over 2G that is four times 2 s there and back.
const joinWithin = 10 * time.Second

// openClient connects to the hub; being refused at first is no reason to give up.
func openClient(pace time.Duration, p *papers, hubs []*url.URL, t *trust, options []nats.Option) (*bus, error) {
	addresses := make([]string, len(hubs))
	for i, h := range hubs {
		addresses[i] = "nats://" + h.Host
		if secure(h) {
			addresses[i] = "tls://" + h.Host
		}
	}
	if slices.ContainsFunc(hubs, secure) {
		options = append(options, nats.Secure(t.config()))
	}
	conn, err := nats.Connect(strings.Join(addresses, ","), append(options,
		nats.UserJWT(p.token, p.sign), nats.ReconnectWait(cmp.Or(pace, 500*time.Millisecond)), nats.ReconnectJitter(500*time.Millisecond, time.Second),
		nats.PingInterval(5*time.Second), nats.MaxPingsOutstanding(2), nats.Timeout(joinWithin))...)
	if err != nil {
		return nil, fmt.Errorf("connect to the hub: %w", err)
	}
	return &bus{conn: conn, hubs: hubs, slow: pace > 0}, nil
}

// openLeaf starts a nats-server without JetStream and without a listener, which joins the hub by itself and for ever.
func openLeaf(ctx context.Context, cfg Config, p *papers, hubs []*url.URL, t *trust, options []nats.Option) (*bus, error) {
	leaf, err := server.NewServer(leafOptions(cfg.pace, p, hubs, t))
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
	return &bus{conn: conn, leaf: leaf, hubs: hubs, slow: cfg.pace > 0}, nil
}

func leafOptions(pace time.Duration, p *papers, hubs []*url.URL, t *trust) *server.Options {
	remote := &server.RemoteLeafOpts{
		URLs: hubs, DialTimeout: 5 * time.Second, FirstInfoTimeout: 5 * time.Second, IgnoreDiscoveredServers: true,
		SignatureCB: func(nonce []byte) (string, []byte, error) {
			signature, err := p.sign(nonce)
			return p.read().JWT, signature, err
		},
	}
	if slices.ContainsFunc(hubs, secure) {
		remote.TLS, remote.TLSConfig, remote.TLSTimeout = true, t.config(), 10
	}
	remote.Compression.Mode = server.CompressionOff
	o := &server.Options{
		ServerName: "node-" + p.read().Restaurant, DontListen: true, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
		MaxPayload: 1 << 20, PingInterval: 5 * time.Second, MaxPingsOut: 2,
	}
	o.LeafNode.Remotes = []*server.RemoteLeafOpts{remote}
	o.LeafNode.ReconnectInterval = cmp.Or(pace, time.Second)
	return o
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
