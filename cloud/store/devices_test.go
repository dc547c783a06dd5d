package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// hand is a clock that a test sets.
type hand struct{ ahead atomic.Int64 }

func (h *hand) Now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h *hand) pass(d time.Duration) { h.ahead.Add(int64(d)) }

func TestWhoHasUsedACodeMayAskAgainForAnHourMore(t *testing.T) {
	t.Parallel()
	now := new(hand)
	s, err := store.Open(t.Context(), store.Config{URL: pgtest.New(t, store.Migrate, store.MigrationsHash()), Log: quiet, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.UpsertRestaurant(t.Context(), restaurant.Restaurant{ID: "r1", Name: "One", TimeZone: "UTC"}); err != nil {
		t.Fatal(err)
	}
	code, _, err := s.IssueCode(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	now.pass(store.CodeLife - time.Minute)
	told, err := s.Claim(t.Context(), code, "key-1")
	if err != nil {
		t.Fatal(err)
	}
	now.pass(store.CodeLife - time.Minute) // the code's own hour is long over
	if edge, err := s.Invited(t.Context(), code, "key-1"); err != nil || edge != "r1" {
		t.Errorf("invited to %q, %v", edge, err)
	}
	if again, err := s.Claim(t.Context(), code, "key-1"); err != nil || again != told {
		t.Errorf("told %+v, then %+v, %v", told, again, err)
	}
	if _, err := s.Claim(t.Context(), code, "key-2"); !problem.Is(err, problem.Refused) {
		t.Errorf("somebody else, with a used code: %v", err)
	}
	now.pass(2 * time.Minute)
	if _, err := s.Claim(t.Context(), code, "key-1"); problem.Of(err) == nil || problem.Of(err).Code != "bad_code" {
		t.Errorf("long after: %v", err)
	}
}

func TestADeviceThatWasCutOffIsNotBackByItsOldCode(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	code, _, err := c.IssueCode(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Claim(t.Context(), code, "key-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Revoke(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	if told, err := c.Claim(t.Context(), code, "key-1"); problem.Of(err) == nil || problem.Of(err).Code != "revoked" {
		t.Errorf("told %+v, %v", told, err)
	}
}

func TestOnlyADeviceThatFollowsAnotherLeavesOneToRefuse(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	for n, key := range []string{"key-1", "key-2", "key-3"} {
		code, _, err := c.IssueCode(t.Context(), "r1")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time because the answer was lost, and perhaps the core with it
			if e, err := c.Claim(t.Context(), code, key); err != nil || e.Replaces != (n > 0) {
				t.Errorf("%s: %+v, %v", key, e, err)
			}
		}
	}
	code, _, err := c.IssueCode(t.Context(), "r2")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := c.Claim(t.Context(), code, "key-4"); err != nil || e.Replaces {
		t.Errorf("the devices of another restaurant count: %+v, %v", e, err)
	}
}

func TestWhatABoxSawEndsWhenAnotherIsEnrolled(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	n := &node{edge: "r1", device: c.enrol(t, "r1", "key-1")}
	n.says(t, "", event.AlertRaised{Alert: "silent/oven-1", Device: "oven-1", What: "silent", Level: "critical", Since: time.Now()})
	n.says(t, order.ID(id.New()), event.OrderStepped{Order: order.ID(id.New()), Action: order.Queue}) // nobody knows it: the cloud says so
	c.apply(t, link.Apply, n.all())
	c.enrol(t, "r1", "key-2")
	open, err := c.OpenAlerts(t.Context(), "r1")
	if err != nil || len(open) != 1 || open[0].Device != "cloud" {
		t.Errorf("open are %+v, %v", open, err)
	}
}
