package downlink_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/shared/authority"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// blacklist is what the database would say.
type blacklist struct {
	mu  sync.Mutex
	all []string
}

func (b *blacklist) Revoked(context.Context) ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all), nil
}

func (b *blacklist) add(device string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, device)
}

// guarded is a hub with TLS, and a core on it.
type guarded struct {
	at      downlink.HubConfig
	hub     *downlink.Hub
	keys    *downlink.Keys
	is      *authority.Identity
	core    *downlink.Downlink
	refused *blacklist
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	g := &guarded{refused: new(blacklist)}
	dir := t.TempDir()
	var err error
	if g.keys, err = downlink.LoadKeys(dir + "/keys"); err != nil {
		t.Fatal(err)
	}
	if g.is, err = chainsOwn(t, dir+"/keys").Identity(nil); err != nil {
		t.Fatal(err)
	}
	g.at = downlink.HubConfig{Dir: dir, Clients: freeAddr(t), Leaves: freeAddr(t), TLS: g.is.Server()}
	g.start(t)
	t.Cleanup(func() { g.hub.Stop() })
	g.core = g.open(t)
	run(t, g.core.Run)
	return g
}

func (g *guarded) start(t *testing.T) {
	t.Helper()
	var err error
	if g.hub, err = downlink.StartHub(g.at, g.keys, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
}

func (g *guarded) open(t *testing.T) *downlink.Downlink {
	t.Helper()
	core, err := downlink.Connect(t.Context(), downlink.Config{
		URL: g.hub.ClientURL(), TLS: g.is.Client(), Log: slog.New(slog.DiscardHandler), Refusals: g.refused,
	}, g.keys, nobody{})
	if err != nil {
		t.Fatal(err)
	}
	return core
}

// device is a node's key and credential.
type device struct {
	restaurant, public, seed, jwt string
}

func (g *guarded) device(t *testing.T, restaurant string, made time.Time) device {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	d := device{restaurant: restaurant, public: public, seed: string(seed)}
	d.renew(t, g.keys, made)
	return d
}

func (d *device) renew(t *testing.T, keys *downlink.Keys, now time.Time) {
	t.Helper()
	c, err := keys.Issue(d.restaurant, d.public, now)
	if err != nil {
		t.Fatal(err)
	}
	d.jwt = c.JWT
}

func (g *guarded) client(d device, options ...nats.Option) (*nats.Conn, error) {
	return nats.Connect("tls://"+g.at.Clients, append(options, nats.UserJWTAndSeed(d.jwt, d.seed), nats.CustomInboxPrefix("_INBOX."+d.restaurant),
		nats.Secure(g.is.Client()), nats.NoReconnect())...)
}

// leaf is a nats-server of a restaurant that dials the hub for ever.
func (g *guarded) leaf(t *testing.T, d device, scheme string, trust *tls.Config) *server.Server {
	t.Helper()
	remote := &server.RemoteLeafOpts{
		URLs: []*url.URL{{Scheme: scheme, Host: g.at.Leaves}}, IgnoreDiscoveredServers: true, TLS: trust != nil, TLSConfig: trust,
		SignatureCB: func(nonce []byte) (string, []byte, error) {
			pair, err := nkeys.FromSeed([]byte(d.seed))
			if err != nil {
				return "", nil, err
			}
			sig, err := pair.Sign(nonce)
			return d.jwt, sig, err
		},
	}
	remote.Compression.Mode = server.CompressionOff
	o := &server.Options{ServerName: "node-" + d.public, DontListen: true, NoSigs: true, NoLog: true}
	o.LeafNode.Remotes, o.LeafNode.ReconnectInterval = []*server.RemoteLeafOpts{remote}, 50*time.Millisecond
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func TestTheHubSpeaksOnlyToThoseWhoPinItsAuthority(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	d := g.device(t, "r1", time.Now())
	conn, err := g.client(d)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	leaf := g.leaf(t, d, "tls", g.is.Client())
	eventually(t, "the leaf joins the hub", func() bool { return leaf.NumLeafNodes() == 1 })
	if conn, err := nats.Connect("nats://"+g.at.Clients, nats.UserJWTAndSeed(d.jwt, d.seed), nats.NoReconnect()); err == nil {
		conn.Close()
		t.Error("a client that believes its machine takes the hub for what it says it is")
	}
	stranger, err := chainsOwn(t, t.TempDir()).Identity(nil)
	if err != nil {
		t.Fatal(err)
	}
	if conn, err := nats.Connect("tls://"+g.at.Clients, nats.UserJWTAndSeed(d.jwt, d.seed), nats.NoReconnect(), nats.Secure(stranger.Client())); err == nil {
		conn.Close()
		t.Error("the hub passes for one of another chain")
	}
}

func TestARevokedNodeIsThrownOutAndStaysOut(t *testing.T) {
	t.Parallel()
	g := newGuarded(t)
	stolen, stolenLeaf, other := g.device(t, "r1", time.Now()), g.device(t, "r2", time.Now()), g.device(t, "r3", time.Now())
	thrown := make(chan struct{})
	conn, err := g.client(stolen, nats.ClosedHandler(func(*nats.Conn) { close(thrown) }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	bystander, err := g.client(other)
	if err != nil {
		t.Fatal(err)
	}
	defer bystander.Close()
	leaf := g.leaf(t, stolenLeaf, "tls", g.is.Client())
	eventually(t, "the leaf joins the hub", func() bool { return leaf.NumLeafNodes() == 1 })

	g.refused.add(stolen.public)
	g.refused.add(stolenLeaf.public)
	if err := g.core.Enforce(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-thrown:
	case <-time.After(time.Minute):
		t.Fatal("it is still connected")
	}
	eventually(t, "the leaf is thrown out", func() bool { return leaf.NumLeafNodes() == 0 })
	refused := func() {
		t.Helper()
		for _, d := range []device{stolen, stolenLeaf} {
			d.renew(t, g.keys, time.Now()) // whatever it gets hold of
			if again, err := g.client(d); err == nil {
				again.Close()
				t.Error("it is let in again")
			}
		}
		if leaf.NumLeafNodes() != 0 {
			t.Error("the leaf is let in again")
		}
	}
	refused()
	if err := bystander.Flush(); err != nil {
		t.Errorf("somebody else was thrown out: %v", err)
	}

	g.hub.Stop() // what it was told outlasts it, before any core has told it again
	g.start(t)
	refused()
	second := g.open(t)
	if err := second.Enforce(t.Context()); err != nil {
		t.Errorf("a second core: %v", err)
	}
	run(t, second.Run)
	refused()
}

// nobody is a database without restaurants.
type nobody struct{ downlink.Store }

func (nobody) Incarnation() string { return "one" }

func (nobody) Apply(context.Context, []link.Batch) ([]link.Decision, string, error) {
	return nil, "one", nil
}

func (nobody) Meet(context.Context, string, uint64) (link.LinkRow, uint64, string, string, error) {
	return link.LinkRow{}, 0, "", "one", problem.New(problem.NotFound, "no_such_restaurant", "there is none")
}

func (nobody) Commands(context.Context, string, uint64, uint64) ([]link.Command, string, error) {
	return nil, "one", nil
}

func chainsOwn(t *testing.T, dir string) *authority.Authority {
	t.Helper()
	a, err := authority.Load(dir, "Awesome Pizza chain")
	if err != nil {
		t.Fatal(err)
	}
	return a
}
