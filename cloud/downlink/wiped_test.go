package downlink_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

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
