package downlink_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// What is left over is nats-server's: a hub that is stopped while one of its streams is being made forgets two of its goroutines.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(pgtest.Main(m),
		goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server.(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreAnyFunction("github.com/nats-io/nats-server/v2/server/ats.Register.func1"))
}

func TestAnOrderGoesDownAndItsStoryComesUp(t *testing.T) {
	t.Parallel()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			c := newChain(t, mode)
			eventually(t, "the link is up", func() bool { return c.presence.Up("r1", time.Now()) })
			r, _, err := c.ordering.Place(t.Context(), basket(), "")
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "the kitchen queues the order and the cloud knows", func() bool { return c.status(r.Order.ID) == order.StatusQueued })
			for n := 0; ; n++ {
				ticket, err := c.kitchen.Bump(t.Context(), r.Order.ID, kitchen.Tap{ID: fmt.Sprintf("tap-%d", n)})
				if err != nil {
					t.Fatalf("bump %d: %v", n, err)
				}
				if !ticket.Open() {
					break
				}
			}
			eventually(t, "the cloud follows to the end", func() bool { return c.status(r.Order.ID) == order.StatusDelivered })
			eventually(t, "the node knows that the cloud has all of it", func() bool { return c.line.State().Backlog == 0 })
		})
	}
}

func TestWhatHappenedWhileTheHubWasAwayArrivesOnce(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Leaf)
	eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	c.hub.Stop()
	eventually(t, "the node notices", func() bool { return c.line.State().Condition == link.Offline })
	if cause := c.line.State().Cause; cause != link.CauseInternet {
		t.Errorf("nobody can be dialled, and the cause is %q", cause)
	}
	var ids []order.ID
	for n := range 20 {
		ticket, _, err := c.kitchen.Place(t.Context(), counterOrder(fmt.Sprintf("counter-%d", n)))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, ticket.Order.ID)
	}
	c.startHub()
	eventually(t, "all of it is in the cloud", func() bool { return c.line.State().Backlog == 0 })
	for _, id := range ids {
		if c.status(id) != order.StatusQueued {
			t.Errorf("order %s is %q in the cloud", id, c.status(id))
		}
	}
}

func counterOrder(key string) kitchen.CounterOrder {
	return kitchen.CounterOrder{
		Key: key, Channel: order.Counter, Fulfilment: order.Carryout, Customer: order.Customer{Name: "Grace"},
		Lines: []order.Line{{Product: "cola", Quantity: 1}}, Payment: order.Payment{Method: "cash"},
	}
}

// A node's credential lets it speak for itself and for nobody else, whichever way it connects.
func TestANodeCanNeitherSpeakNorListenForAnother(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Client)
	house := restaurant.Restaurant{ID: "r2", Name: "Two", Latitude: 40.7, Longitude: -74, TimeZone: "America/New_York"}
	if err := house.Check(); err != nil {
		t.Fatal(err)
	}
	if err := c.store.UpsertRestaurant(t.Context(), house); err != nil {
		t.Fatal(err)
	}
	thief := c.enrol("r2")
	refused := make(chan string, 64)
	conn, err := nats.Connect("nats://"+c.hubAt.Clients, nats.UserJWTAndSeed(thief.JWT, thief.Seed), nats.CustomInboxPrefix("_INBOX.r2"),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err.Error() }))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, subject := range []string{link.UpSubject("r1"), link.TelemetrySubject("r1"), link.AckSubject("r1"), link.CommandSubject("r2"), "$JS.API.STREAM.LIST", "ap.v1.core.positions"} {
		if err := conn.Publish(subject, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		if word := next(t, conn, refused); !strings.Contains(word, "Permissions Violation for Publish to \""+subject) {
			t.Errorf("publishing to %s: %q", subject, word)
		}
	}
	for _, subject := range []string{"ap.v1.dn.r1.>", "ap.v1.up.>", "_INBOX.r1.>", ">", "$SYS.>"} {
		if _, err := conn.Subscribe(subject, func(*nats.Msg) {}); err != nil {
			t.Fatal(err)
		}
		if word := next(t, conn, refused); !strings.Contains(word, "Permissions Violation for Subscription to \""+subject) {
			t.Errorf("subscribing to %s: %q", subject, word)
		}
	}
	if _, err := nats.Connect("nats://" + c.hubAt.Clients); err == nil {
		t.Error("somebody without a credential is let in")
	}
	if c.presence.Up("r2", time.Now()) {
		t.Error("the thief was taken for a restaurant that is there")
	}
}

// next is the hub's next word of refusal.
func next(t *testing.T, conn *nats.Conn, refused <-chan string) string {
	t.Helper()
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	select {
	case word := <-refused:
		return word
	case <-time.After(10 * time.Second):
		return "not refused"
	}
}
