package downlink_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// A box is replaced by an empty one while it still runs: the new one takes over, the old one is told and goes on cooking.
func TestANewBoxTakesOverAndTheOldOneGoesOnCooking(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Client)
	eventually(t, "the first box is the restaurant's", func() bool { return c.presence.Of("r1", time.Now()).Beat.Device == c.enrolled.Device })
	before, _, err := c.ordering.Place(t.Context(), basket(), "")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first box queues an order", func() bool { return c.status(before.Order.ID) == order.StatusQueued })

	as := c.enrol("r1")
	if as.Epoch != 2 {
		t.Fatalf("the second box is to begin in epoch %d", as.Epoch)
	}
	kit, line := c.open(as, uplink.Client, "second.db")
	eventually(t, "the second box is online", func() bool { return line.State().Condition == link.Online })
	eventually(t, "the second box is the restaurant's", func() bool { return c.presence.Of("r1", time.Now()).Beat.Device == as.Device })
	after, _, err := c.ordering.Place(t.Context(), basket(), "")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the second box queues the next order", func() bool { return c.status(after.Order.ID) == order.StatusQueued })
	for _, id := range []order.ID{before.Order.ID, after.Order.ID} { // what the first box had not finished is not lost
		if _, err := kit.Ticket(t.Context(), id); err != nil {
			t.Errorf("the second box has no ticket for %s: %v", id, err)
		}
	}

	ticket, _, err := c.kitchen.Place(t.Context(), counterOrder("fenced"))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the first box is told that it is fenced", func() bool {
		s := c.line.State()
		return s.Condition == link.Blocked && s.Cause == link.CauseFenced
	})
	if _, err := c.kitchen.Bump(t.Context(), ticket.Order.ID, kitchen.Tap{ID: "still-cooking"}); err != nil {
		t.Errorf("a fenced box no longer cooks: %v", err)
	}
	c.onlyTheSecondCounts(as)
}

// onlyTheSecondCounts lets both boxes say that they are there, the first one first, over one connection that keeps their order.
func (c *chain) onlyTheSecondCounts(second uplink.Enrolment) {
	t := c.t
	t.Helper()
	conn, err := nats.Connect("nats://"+c.hubAt.Clients, nats.UserJWTAndSeed(c.enrolled.JWT, c.enrolled.Seed), nats.CustomInboxPrefix("_INBOX.r1"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	is := c.presence.Of("r1", time.Now()).Beat
	said := func(device string, epoch uint64, version string) {
		data, err := link.Encode(link.Heartbeat{Device: device, Epoch: epoch, Boot: is.Boot, Version: version, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Publish(link.TelemetrySubject("r1"), data); err != nil {
			t.Fatal(err)
		}
	}
	c.beats = make(chan string, 64)
	c.listening.Store(true)
	defer c.listening.Store(false)
	said(c.enrolled.Device, 1, "old box")
	said(second.Device, 1, "old epoch")
	said(second.Device, 2, "new box")
	for {
		select {
		case version := <-c.beats:
			switch version {
			case "old box", "old epoch":
				t.Errorf("the %s counts as the restaurant", version)
			case "new box":
				return
			}
		case <-time.After(time.Minute):
			t.Fatal("the second box does not count")
		}
	}
}
