package downlink_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"awesome.pizza/cloud/downlink"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// mended is how long a chain may take to be whole again once its hub is there, with all that the hub had lost.
const mended = 12 * time.Second

func TestAHubThatLosesItsStoreLosesNoOrder(t *testing.T) {
	t.Parallel()
	for what, wipe := range map[string]func(t *testing.T, c *chain){
		"the streams are deleted": func(t *testing.T, c *chain) {
			js, err := jetstream.New(c.down.Conn())
			if err != nil {
				t.Fatal(err)
			}
			for pp := range link.Partitions {
				if err := js.DeleteStream(t.Context(), link.StreamName(pp)); err != nil {
					t.Fatal(err)
				}
			}
		},
		"the directory is gone": func(t *testing.T, c *chain) {
			c.hub.Stop()
			if err := os.RemoveAll(filepath.Join(c.dir, "hub", "jetstream")); err != nil {
				t.Fatal(err)
			}
			c.startHub()
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c := newChain(t, uplink.Client)
			eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
			var sold []order.ID
			sell := func(n int) {
				for range n {
					ticket, _, err := c.kitchen.Place(t.Context(), counterOrder(fmt.Sprint("sold-", len(sold))))
					if err != nil {
						t.Fatal(err)
					}
					sold = append(sold, ticket.Order.ID)
				}
			}
			for round := range 3 {
				sell(10)
				eventually(t, "the hub has all its streams", func() bool { return c.streams() == link.Partitions })
				wipe(t, c)
				start := time.Now()
				sell(5)
				eventually(t, "all of it is in the cloud", func() bool { return c.line.State().Backlog == 0 && c.status(sold[len(sold)-1]) == order.StatusQueued })
				t.Logf("round %d: whole again after %v", round, time.Since(start))
				if took := time.Since(start); took > mended {
					t.Errorf("round %d: whole again after %v", round, took)
				}
			}
			for _, id := range sold {
				if c.status(id) != order.StatusQueued {
					t.Errorf("order %s is %q", id, c.status(id))
				}
			}
		})
	}
}

// streams is how many streams the hub has from which somebody applies.
func (c *chain) streams() (n int) {
	js, err := jetstream.New(c.down.Conn())
	if err != nil {
		c.t.Fatal(err)
	}
	all := js.ListStreams(c.t.Context())
	for s := range all.Info() {
		if s.State.Consumers > 0 {
			n++
		}
	}
	return n
}

// What the hub acknowledged and then lost is asked for, though its node says nothing more and its line was never cut.
func TestALostTailIsAskedForWithoutALaterEvent(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	h := c.byHand(c.enrol("r1"))
	asked := make(chan *nats.Msg, 64)
	if _, err := h.conn.ChanSubscribe(link.ControlSubject("r1"), asked); err != nil {
		t.Fatal(err)
	}
	c.stopCore()
	sold := counterTaken(t)
	h.says(sold.Order.ID, sold)
	h.send(1)
	idle, err := downlink.Connect(t.Context(), downlink.Config{URL: c.hubURL, Log: slog.New(slog.DiscardHandler)}, c.keys, c.store)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(idle.Conn())
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), link.StreamName(link.Partition("r1"))); err != nil {
		t.Fatal(err)
	}
	run(t, idle.Run)
	probe, err := link.Encode(link.SyncRequest{N: 1, Device: h.as.Device, Boot: "probe", Schema: link.Schema, Epoch: h.epoch})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "somebody answers", func() bool {
		_, err := h.conn.Request(link.SyncSubject("r1"), probe, time.Second)
		return err == nil
	})
	if r := h.sync(nil); r.Kind != link.Resume || r.Seq != 0 {
		t.Fatalf("%+v", r)
	}
	beat, err := link.Encode(link.Heartbeat{Device: h.as.Device, Epoch: h.epoch, Boot: "by-hand", Last: 1, Backlog: 1, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	limit := time.After(20 * time.Second)
	for every := time.NewTicker(time.Second); ; {
		select {
		case <-every.C:
			if err := h.conn.Publish(link.TelemetrySubject("r1"), beat); err != nil {
				t.Fatal(err)
			}
			continue
		case m := <-asked:
			if is, err := link.Decode[link.Control](m.Data); err != nil || is.Kind != link.Rewind {
				continue
			} else if is.Seq != 1 || is.Epoch != h.epoch {
				t.Errorf("%+v", is)
			}
		case <-limit:
			t.Error("nobody asks for what was lost")
		}
		every.Stop()
		break
	}
	h.send(1)
	eventually(t, "the cloud has it", func() bool { return c.status(sold.Order.ID) == order.StatusCreated })
}
