package uplink_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

func TestAHeartbeatSaysWhatTheKitchenWouldPromiseAndGoesOutWhenItCannot(t *testing.T) {
	t.Parallel()
	h := hub{freePort(t), freePort(t)}
	s := h.start(t, "")
	t.Cleanup(func() { stop(s) })
	c := newCore(t, s)
	beats := make(chan link.Heartbeat, 64)
	if _, err := c.conn.Subscribe(link.TelemetryWildcard, func(m *nats.Msg) {
		if b, err := link.Decode[link.Heartbeat](m.Data); err == nil {
			select {
			case beats <- b:
			default:
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	n := newHouse(t, h, uplink.Client, "")
	var silent atomic.Bool
	n.cfg.Outlook = func(ctx context.Context) *order.Outlook {
		if silent.Load() {
			return nil
		}
		return n.kit.Outlook(ctx)
	}
	n.connect()
	defer func() { n.closed() }()
	said := func(what string, ok func(link.Heartbeat) bool) {
		t.Helper()
		late := time.After(2 * time.Minute)
		for {
			select {
			case b := <-beats:
				if ok(b) {
					return
				}
			case <-late:
				t.Fatalf("no heartbeat %s", what)
			}
		}
	}
	said("says what the kitchen would promise", func(b link.Heartbeat) bool {
		return b.Outlook != nil && b.Outlook.Sound() == nil && b.Outlook.Ahead == 0
	})
	n.order()
	said("says that an order is ahead", func(b link.Heartbeat) bool { return b.Outlook != nil && b.Outlook.Ahead == 1 })
	silent.Store(true)
	said("goes out without it", func(b link.Heartbeat) bool { return b.Outlook == nil && b.Open == 1 })
}
