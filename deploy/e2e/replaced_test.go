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

// A node dies in the middle of the evening. `cloud enroll r1`, `edge enroll CODE` on empty hardware, and the restaurant serves again in less
// than a minute, with its open orders; it is asked where their food is. The old box wakes up: it is fenced, changes nothing, and what it
// alone had sold is salvaged and counts once a person approves.
func TestADeadNodeIsReplaced(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	var open []string
	for n := range 3 {
		open = append(open, c.place(basket("r1", "carryout", "margherita"), fmt.Sprint("web-", n)), c.counterOrder(1, fmt.Sprint("till-", n)))
	}
	c.bumpOnce(1, open[0])
	for _, id := range open {
		c.eventually(time.Minute, "the cloud knows every order", func() bool { v, _ := c.order(id); return v.Kitchen.State == "queued" || v.Kitchen.State == "preparing" })
	}
	c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(1) })
	c.internet(1, false)
	tail := []string{c.counterOrder(1, "nobody knows 1"), c.counterOrder(1, "nobody knows 2")}
	c.kill("edge-r1")
	old := filepath.Join(c.data, "r1-old")
	if err := os.Rename(filepath.Join(c.data, "r1"), old); err != nil {
		t.Fatal(err)
	}
	c.internet(1, true)

	began := time.Now()
	code := strings.TrimSpace(once(t, bin(t, "cloud"), "enroll", "r1", "--quiet", "--cloud", c.cloud))
	once(t, bin(t, "edge"), "enroll", code, "--cloud", c.cloud, "--data", filepath.Join(c.data, "r1"))
	c.restart("edge-r1")
	c.eventually(time.Minute-time.Since(began), "the new node serves with all open orders", func() bool { return c.serves("edge-r1") && c.onBoard(1, open) })
	fresh := c.place(basket("r1", "carryout", "margherita"), "the first for the new box")
	c.eventually(time.Minute-time.Since(began), "a web order reaches the new node", func() bool { v, _ := c.order(fresh); return v.Status == "Queued" })
	t.Logf("the restaurant served again after %s", time.Since(began).Round(time.Millisecond))
	for _, id := range open {
		if a := c.get(c.edge(1) + "/api/board"); !strings.Contains(string(a.body), `"recovered":true`) {
			t.Fatalf("nobody is asked where the food of %s is: %s", id, a.body)
		}
		if a := c.post(c.edge(1)+"/api/tickets/"+id+"/confirm", fmt.Sprintf(`{"tap":"confirm-%s"}`, id)); a.status != http.StatusOK {
			t.Errorf("confirm %s: %d %s", id, a.status, a.body)
		}
		c.cook(1, id)
	}
	c.cook(1, fresh)
	all := append(slices.Clone(open), fresh)
	for _, id := range all {
		c.eventually(time.Minute, "cloud and new kitchen agree", func() bool { v, _ := c.order(id); return v.Status == "ReadyForPickup" })
	}
	c.agree(1, all)

	port := c.base - 5000 + 8089
	forever(t, bin(t, "edge"), "serve", "--data", old, "--devices", filepath.Join(c.data, "r1.toml"), "--listen", fmt.Sprintf("127.0.0.1:%d", port),
		"--mqtt-listen", "", "--metrics-listen", "", "--hub", c.hubFor(1), "--log-level", "warn")
	box := fmt.Sprintf("http://127.0.0.1:%d", port)
	c.eventually(30*time.Second, "the old box cooks as if nothing had happened", func() bool { return c.get(box+"/readyz").status == http.StatusOK })
	if a := c.post(box+"/api/orders", counterBasket("carryout"), "Idempotency-Key", "the old box sells"); a.status != http.StatusCreated {
		t.Errorf("the old box sells nothing: %d %s", a.status, a.body)
	}
	c.eventually(time.Minute, "the old box knows that it was replaced", func() bool {
		return strings.Contains(string(c.get(box+"/api/link").body), `"fenced"`)
	})
	var kept struct {
		Items []struct {
			Device string   `json:"device"`
			Events int      `json:"events"`
			Orders []string `json:"orders"`
		} `json:"items"`
	}
	c.eventually(2*time.Minute, "the cloud keeps what only the old box knows", func() bool {
		c.get(c.cloud+"/api/fleet/r1/quarantine").into(t, &kept)
		return len(kept.Items) == 1 && slices.Contains(kept.Items[0].Orders, tail[0]) && slices.Contains(kept.Items[0].Orders, tail[1])
	})
	for _, id := range tail {
		if _, known := c.order(id); known {
			t.Errorf("%s counts before anybody approved", id)
		}
	}
	c.agree(1, all) // nothing that the new node has was touched
	said := once(t, bin(t, "cloud"), "salvage", "r1", "--approve", kept.Items[0].Device, "--cloud", c.cloud)
	t.Logf("salvaged: %s", strings.TrimSpace(said))
	for _, id := range tail {
		c.eventually(time.Minute, "what was salvaged counts", func() bool { v, ok := c.order(id); return ok && v.Kitchen.State == "queued" })
	}
	c.eventually(time.Minute, "the new kitchen is asked where its food is", func() bool { return c.onBoard(1, tail) })
	c.agree(1, all)
	again := c.place(basket("r1", "carryout", "margherita"), "the old box is still there")
	c.eventually(time.Minute, "the new node goes on", func() bool { v, _ := c.order(again); return v.Status == "Queued" })
}

// bumpOnce takes an order one step on.
func (c *chain) bumpOnce(n int, id string) {
	c.t.Helper()
	c.eventually(time.Minute, "the kitchen has "+id, func() bool {
		return c.post(fmt.Sprintf("%s/api/tickets/%s/bump", c.edge(n), id), fmt.Sprintf(`{"tap":"once-%s"}`, id)).status == http.StatusOK
	})
}

// onBoard reports whether orders are on the board of a restaurant.
func (c *chain) onBoard(n int, ids []string) bool {
	board := string(c.get(c.edge(n) + "/api/board").body)
	return !slices.ContainsFunc(ids, func(id string) bool { return !strings.Contains(board, id) })
}
