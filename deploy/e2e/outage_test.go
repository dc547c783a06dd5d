package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Fifty orders wait before the cut, fifty are taken during it; a person at the display bumps all of them to the shelf.
func TestACutOffRestaurantCooksAndSellsAndNothingIsDoubled(t *testing.T) {
	t.Parallel()
	c := start(t, options{speed: 200})
	const each = 50
	var web, counter []string
	for n := range each {
		web = append(web, c.place(basket("r1", "carryout", "margherita"), fmt.Sprintf("before-%d", n)))
	}
	for _, id := range web {
		c.eventually(time.Minute, "the kitchen has every web order", func() bool { v, _ := c.order(id); return v.Status == "Queued" })
	}
	c.internet(1, false)
	c.eventually(15*time.Second, "the display says so", func() bool { return strings.Contains(string(c.get(c.edge(1)+"/api/link").body), `"down"`) })
	for n := range each {
		counter = append(counter, c.counterOrder(1, fmt.Sprintf("during-%d", n)))
	}
	all := slices.Concat(web, counter)
	for _, id := range all {
		c.cook(1, id)
	}
	for _, id := range counter {
		if _, known := c.order(id); known {
			t.Fatalf("the cloud knows %s while the line is cut: it is not", id)
		}
	}
	c.eventually(30*time.Second, "the cloud counts the line as cut", func() bool {
		return strings.Contains(string(c.get(c.cloud+"/api/restaurants/r1").body), `"link":{"state":"down"`)
	})
	refused := c.post(c.cloud+"/api/orders", basket("r1", "carryout", "margherita"), "Idempotency-Key", "during-web")
	if p := refused.complaint(t); refused.status != http.StatusConflict || p.Code != "restaurant_paused" {
		t.Errorf("a web order for a restaurant that cannot be reached: %d %s", refused.status, refused.body)
	}
	c.internet(1, true)
	mended := time.Now()
	for _, id := range all {
		c.eventually(10*time.Second-time.Since(mended), "cloud and kitchen agree on every order", func() bool {
			v, ok := c.order(id)
			return ok && v.Status == "ReadyForPickup"
		})
	}
	t.Logf("100 orders agreed %s after the line was mended", time.Since(mended).Round(time.Millisecond))
	c.agree(1, all)
	for _, id := range all {
		v, _ := c.order(id)
		if got := v.steps(); !slices.Equal(got, []string{"Created", "Validated", "Queued", "Preparing", "Baking", "QualityCheck", "ReadyForPickup"}) {
			t.Errorf("order %s went %v", id, got)
		}
	}
	if known := c.cloudIDs("r1"); len(known) != len(all) {
		t.Errorf("%d orders were placed, the cloud has %d", len(all), len(known))
	}
}

// A restaurant with the other policy takes web orders while its line is cut, and cooks them when it is back.
func TestARestaurantThatQueuesGetsItsWebOrdersAfterTheCut(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	path := filepath.Join(c.data, "restaurants.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c.kill("cloud")
	if err := os.WriteFile(path, append(text, []byte("offline_policy = \"queue\"\n")...), 0o600); err != nil {
		t.Fatal(err)
	}
	c.restart("cloud")
	c.eventually(time.Minute, "the line is up", func() bool {
		return strings.Contains(string(c.get(c.cloud+"/api/restaurants/r1").body), `"link":{"state":"up"`)
	})
	c.internet(1, false)
	c.eventually(30*time.Second, "the cloud counts the line as cut", func() bool {
		return strings.Contains(string(c.get(c.cloud+"/api/restaurants/r1").body), `"link":{"state":"down"`)
	})
	id := c.place(basket("r1", "carryout", "margherita"), "patient")
	c.eventually(10*time.Second, "it waits for the restaurant", func() bool { v, _ := c.order(id); return v.Status == "Validated" })
	c.internet(1, true)
	c.eventually(time.Minute, "the kitchen has it", func() bool { v, _ := c.order(id); return v.Status == "Queued" })
	c.agree(1, []string{id})
}

func (c *chain) counterOrder(n int, key string) string {
	c.t.Helper()
	a := c.post(c.edge(n)+"/api/orders", counterBasket("carryout"), "Idempotency-Key", key)
	if a.status != http.StatusCreated {
		c.t.Fatalf("counter order: %d %s %v", a.status, a.body, a.err)
	}
	var v view
	a.into(c.t, &v)
	return v.ID + v.OrderID
}

// cook bumps an order from the queue to its shelf, as a person at the display would.
func (c *chain) cook(n int, id string) {
	c.t.Helper()
	for tap := 0; tap < 10; tap++ {
		a := c.post(fmt.Sprintf("%s/api/tickets/%s/bump", c.edge(n), id), fmt.Sprintf(`{"tap":"%s-%d"}`, id, tap))
		var v struct {
			State string `json:"state"`
		}
		if a.status != http.StatusOK {
			c.t.Fatalf("bump %s: %d %s %v", id, a.status, a.body, a.err)
		}
		a.into(c.t, &v)
		if v.State == "ready" {
			return
		}
	}
	c.t.Fatalf("order %s is not ready after ten bumps", id)
}

// agree holds cloud and kitchen against each other: the same orders, numbers, items and statuses; each number given once, and no status
// reached twice.
func (c *chain) agree(n int, ids []string) {
	c.t.Helper()
	numbers := map[int]string{}
	for _, id := range ids {
		cloud, ok := c.order(id)
		if !ok {
			c.t.Errorf("the cloud lost %s", id)
			continue
		}
		var edge view
		c.get(c.edge(n)+"/api/orders/"+id).into(c.t, &edge)
		if cloud.Number == nil || edge.Number == nil || *cloud.Number != *edge.Number {
			c.t.Errorf("%s is number %v in the cloud and %v in the kitchen", id, cloud.Number, edge.Number)
			continue
		}
		if other, taken := numbers[*edge.Number]; taken {
			c.t.Errorf("%s and %s have both number %d", id, other, *edge.Number)
		}
		numbers[*edge.Number] = id
		if edge.Status == "" || edge.Kitchen.State == "" || cloud.Status != edge.Status || cloud.Kitchen.State != edge.Kitchen.State {
			c.t.Errorf("%s is %s, %s in the kitchen and %s, %s in the cloud", id, edge.Status, edge.Kitchen.State, cloud.Status, cloud.Kitchen.State)
		}
		if len(edge.Items) == 0 || !slices.Equal(cloud.Items, edge.Items) {
			c.t.Errorf("the items of %s are %v in the kitchen and %v in the cloud", id, edge.Items, cloud.Items)
		}
		if steps := cloud.steps(); len(steps) != len(slices.Compact(slices.Sorted(slices.Values(steps)))) {
			c.t.Errorf("%s was somewhere twice: %v", id, steps)
		}
	}
}

// cloudIDs are all orders of a restaurant that the cloud has, page by page; one that is listed twice fails the test.
func (c *chain) cloudIDs(restaurant string) map[string]bool {
	c.t.Helper()
	all := map[string]bool{}
	for cursor := ""; ; {
		var page struct {
			Orders []view `json:"orders"`
			Next   string `json:"next"`
		}
		c.get(c.cloud+"/api/restaurants/"+restaurant+"/orders?limit=100&cursor="+url.QueryEscape(cursor)).into(c.t, &page)
		for _, o := range page.Orders {
			if all[o.ID] {
				c.t.Errorf("order %s is listed twice", o.ID)
			}
			all[o.ID] = true
		}
		if page.Next == "" {
			return all
		}
		cursor = page.Next
	}
}
