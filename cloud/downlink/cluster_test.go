package downlink_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"awesome.pizza/cloud/downlink"
	cloudstore "awesome.pizza/cloud/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// cluster is a hub of three nodes of its own.
type cluster struct {
	t       *testing.T
	confs   [3]string
	clients [3]string
	leaves  [3]string
	nodes   [3]*server.Server
}

func newCluster(t *testing.T, keys *downlink.Keys) *cluster {
	t.Helper()
	h, dir := &cluster{t: t}, t.TempDir()
	var routes [3]string
	for i := range h.nodes {
		h.clients[i], h.leaves[i], routes[i] = freeAddr(t), freeAddr(t), freeAddr(t)
	}
	for i := range h.nodes {
		home := filepath.Join(dir, fmt.Sprint("n", i))
		trust, err := keys.TrustConfig(filepath.Join(home, "accounts"), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		h.confs[i] = filepath.Join(dir, fmt.Sprintf("n%d.conf", i))
		conf := fmt.Sprintf("%s\nserver_name: n%d\nlisten: %q\nleafnodes { listen: %q, no_advertise: true, compression: off }\nno_sys_acc: false\njetstream { store_dir: %q, domain: hub }\ncluster { name: hub, listen: %q, no_advertise: true, routes: [%s] }\n",
			trust, i, h.clients[i], h.leaves[i], home, routes[i], `"nats-route://`+strings.Join(routes[:], `", "nats-route://`)+`"`)
		if err := os.WriteFile(h.confs[i], []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		h.start(i)
	}
	t.Cleanup(func() {
		for i := range h.nodes {
			h.stop(i)
		}
	})
	return h
}

func (h *cluster) start(i int) {
	h.t.Helper()
	opts, err := server.ProcessConfigFile(h.confs[i])
	if err != nil {
		h.t.Fatal(err)
	}
	opts.NoSigs, opts.NoLog = true, true
	if h.nodes[i], err = server.NewServer(opts); err != nil {
		h.t.Fatal(err)
	}
	h.nodes[i].Start()
}

// stop ends a node without asking the others, as a power cut would, but for its files.
func (h *cluster) stop(i int) {
	h.nodes[i].Shutdown()
	h.nodes[i].WaitForShutdown()
}

func (h *cluster) urls() (all []string) {
	for _, addr := range h.clients {
		all = append(all, "nats://"+addr)
	}
	return all
}

// whole waits until every node of the hub has caught up with the others.
func (h *cluster) whole() {
	h.t.Helper()
	eventually(h.t, "the hub is whole", func() bool {
		for _, n := range h.nodes {
			if !n.JetStreamIsCurrent() {
				return false
			}
		}
		return true
	})
}

func TestAnyOneNodeOfTheHubAndAnyOneCoreMayDie(t *testing.T) {
	t.Parallel()
	c := &chain{t: t, dir: t.TempDir(), replicas: 3}
	c.begin()
	hub := newCluster(t, c.keys)
	hub.whole()
	c.hubURL = strings.Join(hub.urls(), ",")
	c.openCloud()
	other, err := cloudstore.Open(t.Context(), cloudstore.Config{URL: c.database, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	_, stopOther := c.core(c.hubURL, other)
	c.openKitchen(uplink.Client)
	eventually(t, "the link is up", func() bool { return c.line.State().Condition == link.Online })
	var all []order.ID
	trade := func() {
		t.Helper()
		for _, r := range c.placed(2) {
			all = append(all, r.Order.ID)
		}
		ticket, _, err := c.kitchen.Place(t.Context(), counterOrder(fmt.Sprint("sold-", len(all))))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ticket.Order.ID)
	}
	arrived := func(when string) {
		t.Helper()
		for _, id := range all {
			eventually(t, when+" an order goes down and up", func() bool { return c.status(id) == order.StatusQueued })
		}
	}
	trade()
	arrived("with all there")
	for i := range hub.nodes {
		hub.stop(i)
		trade()
		arrived(fmt.Sprintf("without node %d", i))
		hub.start(i)
		hub.whole()
	}
	c.stopCore()
	trade()
	arrived("without the first core")
	c.down, c.stopCore = c.core(c.hubURL, c.store)
	stopOther()
	trade()
	arrived("without the second core")
	eventually(t, "the node knows that the cloud has all of it", func() bool { return c.line.State().Backlog == 0 })
}
