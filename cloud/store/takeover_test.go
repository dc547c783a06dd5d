package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/store"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// pocket is where phones are not heard.
type pocket struct{}

func (pocket) Offer(string, wire.Offer) error { return nil }

// mortal is a lock of a process that stands still one day, as after kill -9: from then on it asks for nothing.
type mortal struct {
	*store.Lock
	dead atomic.Bool
}

func (m *mortal) Hold(ctx context.Context, zones []string) []string {
	if m.dead.Load() {
		return nil
	}
	return m.Lock.Hold(ctx, zones)
}

// TestADeadCoresZonesAreTakenOver: two cores on one database; the one that plans is killed, and the other one asks for the next order.
func TestADeadCoresZonesAreTakenOver(t *testing.T) {
	t.Parallel()
	c, ids := menuOf(t, 2, 2)
	now := time.Now()
	if err := c.SavePositions(t.Context(), []dispatch.Position{
		{Driver: "d1", Lat: 40.741, Lon: -73.99, At: now, Heard: now}, {Driver: "d2", Lat: 40.78, Lon: -73.99, At: now, Heard: now},
	}); err != nil {
		t.Fatal(err)
	}
	other := openChain(t, c.url)
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	defer wait.Wait()
	defer cancel()
	locks := []*mortal{{Lock: c.DispatchLock()}, {Lock: other.DispatchLock()}}
	for i, s := range []*chain{c, other} {
		d := dispatch.New(s.ForDispatch(), pocket{}, locks[i], clock.System{}, quiet)
		wait.Go(func() { _ = d.Run(ctx) })
	}
	asked := func(oid order.ID) func() bool { return func() bool { return len(c.offersOf(t, oid)) > 0 } }
	within(t, "the first orders to be offered", func() bool { return asked(ids[0])() && asked(ids[1])() })
	holder := c.sql(t, `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid <> 0
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	for _, l := range locks { // whoever holds the zone asks for nothing from now on, and the other one goes on
		l.dead.Store(len(l.Lock.Hold(t.Context(), []string{"r1"})) > 0)
	}
	if locks[0].dead.Load() == locks[1].dead.Load() {
		t.Fatal("the zone is not with one of the two")
	}
	c.sql(t, `SELECT pg_terminate_backend($1)`, holder)
	c.sql(t, `UPDATE offers SET state = 'revoked', answered = now() WHERE state = 'open'`)
	killed := time.Now()
	before := c.sql(t, `SELECT count(*) FROM offers`)
	within(t, "the other core to ask", func() bool { return c.sql(t, `SELECT count(*) FROM offers`) != before })
	t.Logf("taken over after %v", time.Since(killed).Round(time.Millisecond))
	c.sane(t, 0)
}
