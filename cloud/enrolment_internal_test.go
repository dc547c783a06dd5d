package cloud

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/api"
	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/authority"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

func newEnrolment(t *testing.T) enrolment {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: pgtest.New(t, store.Migrate, store.MigrationsHash()), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	house := restaurant.Restaurant{ID: "r1", Name: "One", Latitude: 40.743, Longitude: -73.99, TimeZone: "America/New_York"}
	if err := house.Check(); err != nil {
		t.Fatal(err)
	}
	if err := db.UpsertRestaurant(t.Context(), house); err != nil {
		t.Fatal(err)
	}
	keys, err := downlink.LoadKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	chain, err := authority.Load(t.TempDir(), authorityName)
	if err != nil {
		t.Fatal(err)
	}
	is, err := chain.Identity(nil)
	if err != nil {
		t.Fatal(err)
	}
	return enrolment{is: is, lines: new(calls), log: slog.New(slog.DiscardHandler), cfg: Config{Listen: "127.0.0.1:5000", LeafListen: "127.0.0.1:7422", ClientListen: "127.0.0.1:4222"}, store: db, keys: keys}
}

func newKey(t *testing.T) string {
	t.Helper()
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return public
}

// calls are the links as enrolment uses them.
type calls struct {
	enforced atomic.Int32
	pages    []link.SnapshotReply
	err      error
	dies     string // the call in which the core dies
}

func (c *calls) Enforce(context.Context) error {
	c.enforced.Add(1)
	if c.dies == "Enforce" {
		panic(dead)
	}
	return c.err
}

func (c *calls) Snapshot(context.Context, string, string, int) ([]link.SnapshotReply, error) {
	if c.dies == "Snapshot" {
		panic(dead)
	}
	return c.pages, c.err
}

func (e enrolment) join(t *testing.T, restaurant string) (device string, told api.Enrolment) {
	t.Helper()
	made, err := e.Enroll(t.Context(), restaurant)
	if err != nil {
		t.Fatal(err)
	}
	device = newKey(t)
	if told, err = e.Claim(t.Context(), made.Code, device, ""); err != nil {
		t.Fatal(err)
	}
	return device, told
}

func TestTheHubHearsAtOnceOfWhomIsReplacedOrRevoked(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	hub := new(calls)
	e.lines = hub
	first, _ := e.join(t, "r1")
	if hub.enforced.Load() != 0 {
		t.Error("the hub is asked whom to refuse for a first device, which replaces nobody: that takes its time")
	}
	second, _ := e.join(t, "r1")
	if hub.enforced.Load() == 0 {
		t.Error("the hub does not hear that the first device is replaced")
	}
	refused := func(device, code string) {
		t.Helper()
		if _, err := e.Renew(t.Context(), "r1", device); problem.Of(err) == nil || problem.Of(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	refused(first, "fenced")
	if got, err := e.Renew(t.Context(), "r1", second); err != nil || got.JWT == "" || len(got.Leaves) != 1 || time.Until(got.Expires) < 80*24*time.Hour {
		t.Errorf("its own node: %+v, %v", got, err)
	}
	refused(newKey(t), "unknown_device")
	if _, err := e.Renew(t.Context(), "r2", second); !problem.Is(err, problem.NotFound) {
		t.Errorf("for another restaurant: %v", err)
	}
	hub.enforced.Store(0)
	hub.err = errors.New("the hub is away")
	if device, err := e.Revoke(t.Context(), "r1"); err != nil || device != second || hub.enforced.Load() == 0 {
		t.Errorf("revoked %q with the hub away: %v", device, err)
	}
	refused(second, "revoked")
	refused(first, "fenced")
	fact := link.Seal(link.Hash{}, 1, link.Event{ID: id.New(), Kind: "node.said.v1", At: time.Now(), Body: []byte(`{}`)})
	aside := quarantine{e.store, e}
	for device, code := range map[string]string{second: "revoked", newKey(t): "unknown_device"} {
		if err := aside.Salvage(t.Context(), "r1", device, 1, link.Hash{}, []link.Event{fact}); problem.Of(err) == nil || problem.Of(err).Code != code {
			t.Errorf("what a device that is %s hands over: %v", code, err)
		}
		if _, _, err := aside.Holds(t.Context(), "r1", device, nil); problem.Of(err) == nil || problem.Of(err).Code != code {
			t.Errorf("what a device that is %s is told: %v", code, err)
		}
	}
	if held, _, err := aside.Holds(t.Context(), "r1", first, []string{fact.ID}); err != nil || len(held) != 1 || held[0] {
		t.Errorf("what the replaced device is told: %v, %v", held, err)
	}
	if err := aside.Salvage(t.Context(), "r1", first, 1, link.Hash{}, []link.Event{fact}); err != nil {
		t.Errorf("what the replaced device hands over: %v", err)
	}
	if _, err := e.Revoke(t.Context(), "r1"); !problem.Is(err, problem.Conflict) {
		t.Errorf("nobody is there to revoke: %v", err)
	}
}

func TestANodeIsToldWhomToPinWhereThereIsTLS(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	mark := authority.Fingerprint(e.is.CA())
	for name, x := range map[string]struct {
		cfg            Config
		pinned, coded  bool
		leaves, clouds string
	}{
		"in the clear":    {Config{Listen: "127.0.0.1:5000"}, false, false, "nats-leaf://127.0.0.1:7422", "http://127.0.0.1:5000"},
		"HTTPS":           {Config{Listen: "127.0.0.1:5000", TLSListen: "127.0.0.1:5001"}, true, true, "nats-leaf://127.0.0.1:7422", "https://127.0.0.1:5001"},
		"hub and HTTPS":   {Config{Listen: "127.0.0.1:5000", TLSListen: "127.0.0.1:5001", HubTLS: true}, true, true, "tls://127.0.0.1:7422", "https://127.0.0.1:5001"},
		"a hub elsewhere": {Config{Listen: "127.0.0.1:5000", HubTLS: true, NatsURL: "tls://hub:4222", LeafURLs: []string{"tls://hub:7422"}}, true, false, "tls://hub:7422", "http://127.0.0.1:5000"},
	} {
		x.cfg.LeafListen, x.cfg.ClientListen = "127.0.0.1:7422", "127.0.0.1:4222"
		e.cfg = x.cfg
		made, err := e.Enroll(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(made.Code, "."+mark) != x.coded || made.Cloud != x.clouds {
			t.Errorf("%s: invited with %q to %q", name, made.Code, made.Cloud)
		}
		_, told := e.join(t, "r1")
		if told.Cloud != x.clouds || told.Leaves[0] != x.leaves || (told.CA == e.is.CA()) != x.pinned || !x.pinned && told.CA != "" {
			t.Errorf("%s: told %q, %q, authority %q", name, told.Cloud, told.Leaves, told.CA)
		}
	}
}
