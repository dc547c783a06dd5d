package downlink_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/cloud/downlink"
	cloudstore "awesome.pizza/cloud/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// takeover is how long a restaurant may wait for another core when the one it had is gone.
const takeover = 5 * time.Second

// twin is one of two cores on one database and one hub.
type twin struct {
	downlink.Store
	down    *downlink.Downlink
	stop    func()
	applied atomic.Int64                                // batches
	instead atomic.Pointer[func(context.Context) error] // of applying
}

func (w *twin) Apply(ctx context.Context, batches []link.Batch) ([]link.Decision, string, error) {
	if instead := w.instead.Load(); instead != nil {
		return nil, "", (*instead)(ctx)
	}
	decisions, inc, err := w.Store.Apply(ctx, batches)
	if err == nil {
		w.applied.Add(int64(len(batches)))
	}
	return decisions, inc, err
}

// newTwins are two cores, and a restaurant that is open.
func newTwins(t *testing.T) (c *chain, twins [2]*twin) {
	t.Helper()
	c = &chain{t: t, dir: t.TempDir()}
	made := 0
	c.between = func(db downlink.Store) downlink.Store {
		w := &twin{Store: db}
		twins[made] = w
		made++
		return w
	}
	c.openHub()
	c.openCloud()
	twins[0].down, twins[0].stop = c.down, c.stopCore
	db, err := cloudstore.Open(t.Context(), cloudstore.Config{URL: c.database, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	twins[1].down, twins[1].stop = c.core(c.hubURL, db)
	c.openKitchen(uplink.Client)
	eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	return c, twins
}

// takeOrders takes orders at the counter, one after the other.
func (c *chain) takeOrders(n int, name string) (all []order.ID) {
	c.t.Helper()
	for i := range n {
		ticket, _, err := c.kitchen.Place(c.t.Context(), counterOrder(fmt.Sprint(name, i)))
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, ticket.Order.ID)
	}
	return all
}

// arrive waits until orders are in the cloud.
func (c *chain) arrive(long time.Duration, what string, orders []order.ID) {
	c.t.Helper()
	within(c.t, long, what, func() bool {
		return !slices.ContainsFunc(orders, func(id order.ID) bool { return c.status(id) != order.StatusQueued })
	})
}

// served is the twin that the hub serves the restaurant's batches to, and the one that waits.
func served(c *chain, twins [2]*twin) (first, second *twin) {
	c.t.Helper()
	was := [2]int64{twins[0].applied.Load(), twins[1].applied.Load()}
	c.arrive(30*time.Second, "an order arrives while all is well", c.takeOrders(1, "well-"))
	if twins[0].applied.Load() > was[0] {
		return twins[0], twins[1]
	}
	return twins[1], twins[0]
}

// traffic is what is heard of a restaurant's line.
type traffic struct {
	events  atomic.Int64 // in batches on their way up
	rewinds atomic.Int64
}

func overhear(t *testing.T, conn *nats.Conn, edge string) *traffic {
	t.Helper()
	h := new(traffic)
	for subject, hear := range map[string]nats.MsgHandler{
		link.UpSubject(edge): func(m *nats.Msg) {
			header := map[string]string{}
			for name := range m.Header {
				header[name] = m.Header.Get(name)
			}
			if b, err := link.DecodeBatch(edge, m.Data, header); err == nil {
				h.events.Add(int64(len(b.Events)))
			}
		},
		link.ControlSubject(edge): func(m *nats.Msg) {
			if c, err := link.Decode[link.Control](m.Data); err == nil && c.Kind == link.Rewind {
				h.rewinds.Add(1)
			}
		},
	} {
		if _, err := conn.Subscribe(subject, hear); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return h
}

// farAway makes the commits of batches take their time.
func (c *chain) farAway() {
	c.t.Helper()
	c.sql(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `
			CREATE FUNCTION far_away() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
			CREATE TRIGGER far_away BEFORE UPDATE ON edge_link FOR EACH ROW EXECUTE FUNCTION far_away()`)
		return err
	})
}

func TestTwoCoresDoNotOvertakeEachOther(t *testing.T) {
	t.Parallel()
	c, twins := newTwins(t)
	c.farAway()
	line := overhear(t, twins[0].down.Conn(), "r1")
	before, _, err := c.store.Link(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	c.arrive(time.Minute, "all orders are in the cloud", c.takeOrders(200, "rush-"))
	after, _, err := c.store.Link(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	// A machine that stands still may make a core lose its turn, and the node send once more what was on its way.
	events := int64(after.Seq - before.Seq)
	if sent := line.events.Load(); sent > events*5/4 {
		t.Errorf("%d events were sent %d times, after %d rewinds", events, sent, line.rewinds.Load())
	}
}

func TestACoreThatDiesIsFollowedByTheOther(t *testing.T) {
	t.Parallel()
	c, twins := newTwins(t)
	first, _ := served(c, twins)
	first.down.Conn().Close() // as the hub sees a kill -9: it says nothing more
	c.arrive(takeover, "an order arrives without the core that died", c.takeOrders(1, "orphan-"))
}

func TestACoreThatHangsIsFollowedByTheOther(t *testing.T) {
	t.Parallel()
	c, twins := newTwins(t)
	first, _ := served(c, twins)
	hang := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	first.instead.Store(&hang)
	waiting := c.takeOrders(1, "waiting-")[0]
	within(t, takeover, "an order arrives past the core that hangs, while others follow it", func() bool {
		c.takeOrders(1, fmt.Sprint("behind-", id.New(), "-"))
		return c.status(waiting) == order.StatusQueued
	})
}

func TestACoreThatCannotApplyIsFollowedByTheOther(t *testing.T) {
	t.Parallel()
	c, twins := newTwins(t)
	first, _ := served(c, twins)
	fail := func(context.Context) error { return errors.New("no line to the database") }
	first.instead.Store(&fail)
	c.arrive(takeover, "an order arrives past the core without a database", c.takeOrders(1, "refused-"))
}

func TestACoreThatEndsGivesUpItsTurn(t *testing.T) {
	t.Parallel()
	c, twins := newTwins(t)
	first, second := served(c, twins)
	consumer, before := applier(t, second.down, "r1"), second.applied.Load()
	had := whose(t, consumer)
	first.stop()
	if still := whose(t, consumer) == had; had != "" && still && second.applied.Load() == before { // else the turn was the other's by then
		t.Error("the hub still waits for a core that has ended")
	}
	c.arrive(takeover, "an order arrives after the core has ended", c.takeOrders(1, "later-"))
}

func TestAConsumerThatServesAllCoresIsMadeOneThatServesOne(t *testing.T) {
	t.Parallel()
	c, twins := newTwins(t)
	consumer := applier(t, twins[0].down, "r1")
	shared := consumer.CachedInfo().Config
	shared.PriorityPolicy, shared.PriorityGroups, shared.PinnedTTL = jetstream.PriorityPolicyNone, nil, 0
	js, err := jetstream.New(twins[0].down.Conn())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.UpdateConsumer(t.Context(), consumer.CachedInfo().Stream, shared); err != nil { // as a core of an earlier version does
		t.Fatal(err)
	}
	eventually(t, "the hub serves one core", func() bool {
		is, err := consumer.Info(t.Context())
		return err == nil && is.Config.PriorityPolicy == jetstream.PriorityPolicyPinned
	})
	c.arrive(30*time.Second, "an order arrives", c.takeOrders(1, "after-"))
}

// applier is the consumer of a restaurant's partition.
func applier(t *testing.T, down *downlink.Downlink, edge string) jetstream.Consumer {
	t.Helper()
	js, err := jetstream.New(down.Conn())
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := js.Consumer(t.Context(), link.StreamName(link.Partition(edge)), "applier")
	if err != nil {
		t.Fatal(err)
	}
	return consumer
}

// whose is the hub's name for the turn at a partition.
func whose(t *testing.T, consumer jetstream.Consumer) string {
	t.Helper()
	is, err := consumer.Info(t.Context())
	if err != nil || len(is.PriorityGroups) != 1 {
		t.Fatalf("%+v: %v", is, err)
	}
	return is.PriorityGroups[0].PinnedClientID
}
