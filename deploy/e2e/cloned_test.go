package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A card is restored from an image that is some orders old: the node remembers less than the cloud, and goes on where the image ends. Both
// notice that their histories part, begin a new one together, and the kitchen gets its open orders back.
func TestARestoredImageIsAForkAndHealsByItself(t *testing.T) {
	t.Parallel()
	c := start(t, options{cook: true, speed: 200})
	j := c.journal(1)
	for round, began := 0, time.Now(); round < 2 || time.Since(began) < *hurt; round++ {
		_, closeShop := c.tomorrow([]*journal{j})
		c.eventually(time.Minute, "there is trade before the image is made", j.more(6))
		image := c.image(1, round)
		c.eventually(time.Minute, "there is trade after the image was made", j.more(10))
		closeShop()
		j.wait()
		c.kill("ovens-r1") // from here on nobody cooks
		var open []string
		for n := range 2 {
			open = append(open, c.place(basket("r1", "carryout", "margherita"), fmt.Sprintf("open-web-%d-%d", round, n)), c.counterOrder(1, fmt.Sprintf("open-till-%d-%d", round, n)))
		}
		c.eventually(time.Minute, "the cloud has everything", func() bool { return c.caughtUp(1) && c.allQueued(open) })
		c.kill("edge-r1")
		c.putBack(1, image)
		c.restart("edge-r1")
		restored := time.Now()
		c.eventually(time.Minute, "the kitchen has its open orders again", func() bool { return c.serves("edge-r1") && c.onBoard(1, open) })
		c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(1) })
		t.Logf("healed after %s", time.Since(restored).Round(time.Millisecond))
		for _, id := range open {
			if a := c.post(c.edge(1)+"/api/tickets/"+id+"/confirm", fmt.Sprintf(`{"tap":"confirm-%s"}`, id)); a.status != http.StatusOK {
				t.Errorf("confirm %s: %d %s", id, a.status, a.body)
			}
		}
		c.agree(1, open)
		c.restart("ovens-r1")
		for _, id := range open {
			c.eventually(time.Minute, "recovered orders are cooked and handed over", func() bool { v, _ := c.order(id); return v.Status == "Delivered" })
		}
		c.stray += len(open)
		j.forget() // the till's keys are as old as the image
	}
	_, closeShop := c.tomorrow([]*journal{j})
	c.eventually(time.Minute, "there is trade after all", j.more(4))
	closeShop()
	j.wait()
	j.count()
	c.numbersAreUnique("r1")
}

// Two boxes from one card, both alive: each begins a new history after the other, for as long as nobody acts. Head office is told; nothing
// that either has sold is lost.
func TestTwoBoxesFromOneCard(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	first := c.counterOrder(1, "before")
	c.eventually(time.Minute, "the cloud has it", func() bool { _, ok := c.order(first); return ok && c.caughtUp(1) })
	clone := c.image(1, 0)
	port := c.base - 5000 + 8089
	_, end := forever(t, bin(t, "edge"), "serve", "--data", clone, "--devices", filepath.Join(c.data, "r1.toml"), "--listen", fmt.Sprintf("127.0.0.1:%d", port),
		"--mqtt-listen", "", "--metrics-listen", "", "--hub", c.hubFor(1), "--log-level", "error")
	box := fmt.Sprintf("http://127.0.0.1:%d", port)
	c.eventually(30*time.Second, "the clone sells", func() bool { return c.get(box+"/readyz").status == http.StatusOK })
	sold := []string{first}
	for n, began := 0, time.Now(); n < 10 || time.Since(began) < hurting(20*time.Second); n++ {
		for name, at := range map[string]string{"original": c.edge(1), "clone": box} {
			var v view
			a := c.post(at+"/api/orders", counterBasket("carryout"), "Idempotency-Key", fmt.Sprint(name, n))
			if a.into(t, &v); a.status != http.StatusCreated {
				t.Errorf("the %s sells nothing: %d %s", name, a.status, a.body)
			}
			sold = append(sold, v.ID+v.OrderID)
		}
		pass(time.Second)
	}
	c.eventually(time.Minute, "head office is told of two nodes", func() bool { return strings.Contains(string(c.get(c.cloud+"/api/fleet").body), `"two_nodes"`) })
	waiting := slices.Clone(sold)
	c.eventually(3*time.Minute, "the cloud has what either has sold", func() bool {
		waiting = slices.DeleteFunc(waiting, func(id string) bool { _, ok := c.order(id); return ok })
		return len(waiting) == 0
	})
	end()
	c.eventually(2*time.Minute, "the one that is left goes on alone", func() bool { return c.caughtUp(1) })
	web := c.place(basket("r1", "carryout", "margherita"), "one again")
	c.eventually(time.Minute, "web orders reach it", func() bool { v, _ := c.order(web); return v.Status == "Queued" })
	if known := c.cloudIDs("r1"); len(known) != len(sold)+1 {
		t.Errorf("%d orders were sold, the cloud has %d", len(sold)+1, len(known))
	}
}

// image copies a node's card while the node stands still, and lets the node go on.
func (c *chain) image(n, number int) (dir string) {
	c.t.Helper()
	process := fmt.Sprint("edge-r", n)
	dir = filepath.Join(c.data, fmt.Sprintf("r%d-image-%d", n, number))
	c.kill(process)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(c.data, fmt.Sprint("r", n)))); err != nil {
		c.t.Fatal(err)
	}
	c.restart(process)
	c.eventually(time.Minute, process+" serves again", func() bool { return c.serves(process) })
	return dir
}

// putBack gives a node the card of an image.
func (c *chain) putBack(n int, image string) {
	c.t.Helper()
	dir := filepath.Join(c.data, fmt.Sprint("r", n))
	if err := os.RemoveAll(dir); err != nil {
		c.t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(image)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chain) allQueued(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { v, ok := c.order(id); return !ok || v.Kitchen.State != "queued" })
}

// hubFor is where a node that the chain did not start dials: its restaurant's line.
func (c *chain) hubFor(n int) string {
	return fmt.Sprintf("tls://127.0.0.1:%d", c.base-5000+5100+n-1)
}

// numbersAreUnique holds the short numbers of a restaurant's orders against each other: on one day each is given once.
func (c *chain) numbersAreUnique(restaurant string) {
	c.t.Helper()
	given := map[int]string{}
	for id := range c.cloudIDs(restaurant) {
		v, ok := c.order(id)
		if !ok || v.Number == nil {
			continue
		}
		if other, taken := given[*v.Number]; taken {
			c.t.Errorf("%s and %s have both number %d", id, other, *v.Number)
		}
		given[*v.Number] = id
	}
}
