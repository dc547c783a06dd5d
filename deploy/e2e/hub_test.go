package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The hub's storage is gone in the middle of the day, again and again: what it had acknowledged comes again from the restaurants, which
// trust the cloud's commit and nothing else.
func TestTheHubsStorageIsWipedWhileThereIsTrade(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2, ownHub: true, cook: true, speed: 200})
	all, closeShop := c.journals(2, 2, 200*time.Millisecond)
	for round, began := 0, time.Now(); round < 3 || time.Since(began) < *hurt; round++ {
		for _, j := range all {
			c.eventually(time.Minute, "there is trade before the next blow", j.more(3))
		}
		if round%2 == 1 { // what is wiped holds something: the core that would have emptied it is dead
			c.kill("cloud")
			c.tillTrade(all)
		}
		c.kill("hub")
		c.wipe("hub")
		c.restart("hub")
		if round%2 == 1 {
			c.restart("cloud")
		}
		c.eventually(time.Minute, "hub and core serve again", func() bool { return c.serves("hub") && c.serves("cloud") })
	}
	closeShop()
	c.settleAll(all)
}

// A cluster that loses the storage of one node fills it again; one that loses all of it begins anew, and nothing is lost either.
func TestAClustersStorageIsWiped(t *testing.T) {
	t.Parallel()
	c := start(t, options{ownHub: true, hubs: 3, cook: true, speed: 200})
	all, closeShop := c.journals(1, 2, 300*time.Millisecond)
	nodes := []string{"hub-1", "hub-2", "hub-3"}
	for round, began := 0, time.Now(); round < 1 || time.Since(began) < *hurt; round++ {
		c.eventually(time.Minute, "there is trade before the next blow", all[0].more(3))
		c.kill(nodes[round%3])
		c.wipe(nodes[round%3])
		c.restart(nodes[round%3])
		c.eventually(time.Minute, "the wiped node serves again", func() bool { return c.serves(nodes[round%3]) })
		c.eventually(time.Minute, "there is trade before the next blow", all[0].more(3))
		for _, n := range nodes {
			c.kill(n)
		}
		for _, n := range nodes {
			c.wipe(n)
		}
		for _, n := range nodes {
			c.restart(n)
		}
		c.eventually(time.Minute, "the new cluster serves", func() bool { return c.serves(nodes[0]) && c.serves(nodes[1]) && c.serves(nodes[2]) })
	}
	closeShop()
	c.settleAll(all)
}

// wipe empties the storage of a hub that is down.
func (c *chain) wipe(hub string) {
	c.t.Helper()
	dir := filepath.Join(c.data, hub)
	if _, err := os.Stat(filepath.Join(dir, "jetstream")); err != nil {
		c.t.Fatalf("there is nothing to wipe: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		c.t.Fatal(err)
	}
}

// tillTrade waits until more was sold at the tills, whatever happens elsewhere.
func (c *chain) tillTrade(all []*journal) {
	c.t.Helper()
	for _, j := range all {
		before := c.backlog(j.restaurant)
		c.eventually(30*time.Second, "the restaurant has something that the cloud has not", func() bool { return c.backlog(j.restaurant) > before })
	}
}

// backlog is what a restaurant's node has to send.
func (c *chain) backlog(n int) int { return c.backlogAt(c.edge(n)) }

func (c *chain) backlogAt(node string) int {
	var said struct {
		Backlog int `json:"backlog"`
	}
	c.get(node+"/api/link").into(c.t, &said)
	return said.Backlog
}
