package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// fifty orders wait before the cut, fifty are taken during it; the robot cooks all of them to the shelf.
func TestACutOffRestaurantCooksAndSellsAndNothingIsDoubled(t *testing.T) {
	t.Parallel()
	c := start(t, options{speed: 200})
	const each = 50
	var web, counter []string
	for n := range each {
		web = append(web, c.place(basket("r1", "carryout", "margherita"), fmt.Sprintf("before-%d", n)))
	}
	for _, id := range web {
		c.eventually(20*time.Second, "the kitchen has every web order", func() bool { v, _ := c.order(id); return v.Status == "Queued" })
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

// agree holds cloud and kitchen against each other: same orders, same state, each status once, numbers given once.
func (c *chain) agree(n int, ids []string) {
	c.t.Helper()
	numbers := map[int]string{}
	for _, id := range ids {
		cloud, ok := c.order(id)
		if !ok {
			c.t.Errorf("the cloud lost %s", id)
			continue
		}
		var edge struct {
			State  string `json:"state"`
			Number int    `json:"number"`
		}
		c.get(c.edge(n)+"/api/orders/"+id).into(c.t, &edge)
		if cloud.Number == nil || *cloud.Number != edge.Number || edge.Number == 0 {
			c.t.Errorf("%s is number %v in the cloud and %d in the kitchen", id, cloud.Number, edge.Number)
		}
		if other, taken := numbers[edge.Number]; taken {
			c.t.Errorf("%s and %s have both number %d", id, other, edge.Number)
		}
		numbers[edge.Number] = id
		if want := map[string]string{"queued": "Queued", "ready": "ReadyForPickup", "handed_over": "Delivered"}[edge.State]; want != "" && cloud.Status != want {
			c.t.Errorf("%s is %s in the kitchen and %s in the cloud", id, edge.State, cloud.Status)
		}
		seen := map[string]bool{}
		for _, step := range cloud.Timeline {
			if seen[step.Status] {
				c.t.Errorf("%s was %s twice: %v", id, step.Status, cloud.Timeline)
			}
			seen[step.Status] = true
		}
	}
}

// boardIDs are the orders on a restaurant's board.
func (c *chain) boardIDs(n int) map[string]bool {
	var board struct {
		Tickets []struct {
			OrderID string `json:"order_id"`
		} `json:"tickets"`
	}
	ids := map[string]bool{}
	a := c.get(c.edge(n) + "/api/board")
	if a.err != nil || json.Unmarshal(a.body, &board) != nil {
		return ids
	}
	for _, t := range board.Tickets {
		ids[t.OrderID] = true
	}
	return ids
}
