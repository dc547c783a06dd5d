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

// A pizzeria opens on its own, without chain, cloud or internet, and joins a chain after its first evening: what it sold then and what lies on its
// shelves is in the cloud once, and it goes on with the numbers and the orders it has.
func TestARestaurantThatWasAloneJoinsAChainWithAllItHas(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2})
	c.kill("edge-r2")
	data := filepath.Join(c.data, "r2")
	if err := os.Rename(data, data+"-before"); err != nil {
		t.Fatal(err)
	}
	once(t, bin(t, "edge"), "init", "--restaurant", "r2", "--time-zone", "Europe/Rome", "--data", data)
	c.restart("edge-r2")
	c.eventually(time.Minute, "it opens by itself", func() bool { return c.serves("edge-r2") })
	counted := `{"request":"first count","ingredient":"mozzarella","quantity":5000}`
	if a := c.post(c.edge(2)+"/api/stock/counts", counted); a.status/100 != 2 {
		t.Fatalf("nothing can be counted: %d %s", a.status, a.body)
	}
	var all []string
	for n := range 6 {
		all = append(all, c.counterOrder(2, fmt.Sprint("alone-", n)))
	}
	c.cook(2, all[0])
	c.cook(2, all[1])
	if a := c.post(c.edge(2)+"/api/tickets/"+all[0]+"/hand-over", `{"tap":"they have it","reason":"pays later"}`); a.status != http.StatusOK {
		t.Fatalf("hand over: %d %s", a.status, a.body)
	}
	before := c.shelf(2, "mozzarella")

	code := strings.TrimSpace(once(t, bin(t, "cloud"), "enroll", "r2", "--quiet", "--cloud", c.cloud))
	once(t, bin(t, "edge"), "enroll", code, "--cloud", c.cloud, "--data", data)
	c.kill("edge-r2")
	c.restart("edge-r2")
	c.eventually(2*time.Minute, "all it had is in the cloud", func() bool {
		known := c.cloudIDs("r2")
		return c.caughtUp(2) && !slices.ContainsFunc(all, func(id string) bool { return !known[id] })
	})
	all = append(all, c.counterOrder(2, "as part of the chain"))
	c.eventually(time.Minute, "it goes on as part of the chain", func() bool { _, ok := c.order(all[6]); return ok && c.caughtUp(2) })
	c.agree(2, all)
	if got := len(c.cloudIDs("r2")); got != len(all) {
		t.Errorf("the cloud has %d orders of it, it took %d", got, len(all))
	}
	if after := c.shelf(2, "mozzarella"); before.OnHand != after.OnHand || before.OnHand == 0 {
		t.Errorf("on the shelf were %+v and are %+v", before, after)
	}
	if a := c.get(c.cloud + "/api/fleet"); a.status != http.StatusOK || strings.Contains(string(a.body), "unprojectable") {
		t.Errorf("the cloud could not follow all of it: %d %s", a.status, a.body)
	}
}
