package cloud

import (
	"log/slog"
	"testing"

	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
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
	authority, err := downlink.LoadAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	is, err := authority.Identity(nil)
	if err != nil {
		t.Fatal(err)
	}
	return enrolment{is: is, cfg: Config{Listen: "127.0.0.1:5000", LeafListen: "127.0.0.1:7422", ClientListen: "127.0.0.1:4222"}, store: db, keys: keys}
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

func TestAClaimThatFailsUsesNothingUpAndFencesNobody(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	working, key := newKey(t), newKey(t)
	made, err := e.Enroll(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Claim(t.Context(), made.Code, working); err != nil {
		t.Fatal(err)
	}
	if made, err = e.Enroll(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Claim(t.Context(), made.Code, "UNODE"); problem.Of(err) == nil || problem.Of(err).Code != "bad_key" || !problem.Is(err, problem.Invalid) {
		t.Errorf("a key that is none: %v", err)
	}
	broken := e
	broken.cfg.LeafListen = "nowhere"
	if _, err := broken.Claim(t.Context(), made.Code, key); err == nil {
		t.Error("a node is enrolled with a hub that has no address")
	}
	if row, _, err := e.store.Link(t.Context(), "r1"); err != nil || row.Device != working || row.Epoch != 1 {
		t.Errorf("the working node was fenced by claims that failed: %+v, %v", row, err)
	}
	if told, err := e.Claim(t.Context(), made.Code, key); err != nil || told.Epoch != 2 || told.JWT == "" || told.Restaurant != "r1" {
		t.Errorf("the code no longer works: %+v, %v", told, err)
	}
}

func TestANodeThatAsksAgainIsToldTheSame(t *testing.T) {
	t.Parallel()
	e := newEnrolment(t)
	key := newKey(t)
	made, err := e.Enroll(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if told, err := e.Claim(t.Context(), made.Code, key); err != nil || told.Epoch != 1 || told.Commands != 0 || len(told.Leaves) != 1 {
			t.Errorf("told %+v, %v", told, err)
		}
	}
	if _, err := e.Claim(t.Context(), made.Code, newKey(t)); !problem.Is(err, problem.Refused) {
		t.Errorf("another node with the same code: %v", err)
	}
}
