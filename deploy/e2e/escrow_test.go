package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shelf is how an ingredient stands, as the display of a restaurant says it.
type shelf struct {
	ID                        string
	Reserved, Lent, Available int64
	OnHand                    int64 `json:"on_hand"`
}

func (c *chain) shelf(n int, ingredient string) shelf {
	c.t.Helper()
	var s struct{ Ingredients []shelf }
	c.get(c.edge(n)+"/api/stock").into(c.t, &s)
	for _, one := range s.Ingredients {
		if one.ID == ingredient {
			return one
		}
	}
	c.t.Fatalf("there is no shelf of %s", ingredient)
	return shelf{}
}

// sellOut places orders until one is sold out, and returns those that were not.
func (c *chain) sellOut(url, body, keys string) (sold []string) {
	c.t.Helper()
	for n := range 100 {
		a := c.post(url, body, "Idempotency-Key", fmt.Sprint(keys, n))
		var v view
		switch {
		case a.status == http.StatusCreated && json.Unmarshal(a.body, &v) == nil:
			sold = append(sold, v.ID+v.OrderID)
		case a.status == http.StatusConflict && a.complaint(c.t).Code == "sold_out":
			return sold
		default:
			c.t.Fatalf("%s: %d %s %v", url, a.status, a.body, a.err)
		}
	}
	c.t.Fatal("it never sells out")
	return nil
}

// The line is cut, and both sides sell until they have nothing left: together exactly what was there.
func TestACutOffRestaurantAndTheWebSellExactlyWhatThereIs(t *testing.T) {
	t.Parallel()
	c := start(t, options{speed: 10})
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
	const there = 21
	web := basket("r1", "carryout", "margherita")
	first := c.place(web, "before anybody has counted")
	c.eventually(time.Minute, "the kitchen has it", func() bool { v, _ := c.order(first); return v.Status == "Queued" })
	count := c.post(c.edge(1)+"/api/stock/counts", fmt.Sprintf(`{"request":"c-1","ingredient":"dough_small","quantity":%d}`, there+2))
	if count.status >= 300 {
		t.Fatalf("count: %d %s", count.status, count.body)
	}
	c.eventually(2*time.Minute, "the web is lent its part", func() bool { return c.shelf(1, "dough_small").Lent > 0 })
	if s := c.shelf(1, "dough_small"); s.Available != there+1 || s.Reserved != 1 || s.Lent != 11 {
		t.Errorf("with the line up the shelf is %+v", s)
	}
	c.eventually(time.Minute, "the cloud has heard of it", func() bool { return c.backlog(1) == 0 })
	old := c.pids()["postgres"]
	c.murder("postgres") // who knows what it has forgotten: it sells again once the restaurant has asked twice
	c.eventually(time.Minute, "another Postgres runs", func() bool { now := c.pids()["postgres"]; return now != 0 && now != old })
	var second view
	c.eventually(40*time.Second, "the web sells from its share again", func() bool {
		a := c.post(c.cloud+"/api/orders", web, "Idempotency-Key", "after the murder")
		return a.status == http.StatusCreated && json.Unmarshal(a.body, &second) == nil
	})
	c.eventually(time.Minute, "the kitchen has that too", func() bool { v, _ := c.order(second.ID); return v.Status == "Queued" })
	c.eventually(time.Minute, "the cloud has heard of it", func() bool { return c.backlog(1) == 0 })
	c.cutWhileTheWebMaySell(web)
	guests := c.sellOut(c.cloud+"/api/orders", web, "guest-")
	till := c.sellOut(c.edge(1)+"/api/orders", counterBasket("carryout"), "till-")
	if len(guests) < 10 || len(till) < 10 || len(guests)+len(till) != there {
		t.Errorf("of %d the web has sold %d and the counter %d", there, len(guests), len(till))
	}
	c.internet(1, true)
	for _, id := range append(guests, till...) {
		c.eventually(30*time.Second, "cloud and kitchen have every order", func() bool { v, _ := c.order(id); return v.Status == "Queued" })
	}
	c.agree(1, append(guests, till...))
	c.eventually(time.Minute, "all adds up", func() bool {
		s := c.shelf(1, "dough_small")
		return s.OnHand == there+2 && s.Reserved == there+2 && s.Lent == 0 && s.Available == 0
	})
	if more := len(c.sellOut(c.cloud+"/api/orders", web, "late-")) + len(c.sellOut(c.edge(1)+"/api/orders", counterBasket("carryout"), "late-")); more > 0 {
		t.Errorf("%d more were sold", more)
	}
}

// cutWhileTheWebMaySell cuts the line at a moment when nobody doubts what the web may sell: with the line cut that would not be settled. A basket
// that is larger than the share tells, and sells nothing: it is refused as sold out only by a database that the restaurant has confirmed.
func (c *chain) cutWhileTheWebMaySell(web string) {
	c.t.Helper()
	many := strings.Replace(web, `"quantity":1`, `"quantity":50`, 1)
	sure := func() bool { return c.post(c.cloud+"/api/orders", many).status == http.StatusConflict }
	for range 5 {
		c.eventually(time.Minute, "the cloud knows what it may sell", sure)
		c.internet(1, false)
		c.eventually(time.Minute, "the cloud counts the line as cut", func() bool {
			return strings.Contains(string(c.get(c.cloud+"/api/restaurants/r1").body), `"link":{"state":"down"`)
		})
		if sure() {
			return
		}
		c.internet(1, true)
	}
	c.t.Fatal("whenever the line is cut the cloud does not know what it may sell")
}
