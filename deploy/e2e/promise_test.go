package e2e

import (
	"encoding/json"
	"slices"
	"testing"
	"time"
)

// quoted is what either side says of a basket.
type quoted struct {
	Promise struct {
		From    time.Time `json:"from"`
		To      time.Time `json:"to"`
		Because []string  `json:"because"`
	} `json:"promise"`
	Basis struct {
		By    string `json:"by"`
		Ahead int    `json:"orders_ahead"`
	} `json:"basis"`
}

// A guest at home and a guest at the counter are promised the same: what the kitchen says of itself reaches the page with each heartbeat.
func TestTheBasketOnTheWebIsPromisedWhatTheCounterPromises(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 1})
	const orders = 12 // that nobody makes
	for range orders {
		if a := c.post(c.edge(1)+"/api/orders", counterBasket("carryout")); a.status != 201 {
			t.Fatalf("%d %s, %v", a.status, a.body, a.err)
		}
	}
	ask := func(url string, q *quoted) bool { // the web is refused until the restaurant has been heard of
		*q = quoted{}
		a := c.get(url)
		return a.status == 200 && json.Unmarshal(a.body, q) == nil
	}
	const lines = "/quote?fulfilment=carryout&line=margherita:large:1"
	counter, page := c.edge(1)+"/api"+lines, c.cloud+"/api/restaurants/r1"+lines
	var before, web, after quoted
	c.eventually(2*time.Minute, "the page promises what the counter does", func() bool {
		if !ask(counter, &before) || !ask(page, &web) || !ask(counter, &after) {
			return false
		}
		const rounding = 2 * time.Second
		return web.Basis.By == "kitchen" && web.Basis.Ahead == orders && slices.Equal(web.Promise.Because, before.Promise.Because) &&
			!web.Promise.From.Before(before.Promise.From.Add(-rounding)) && !web.Promise.From.After(after.Promise.From.Add(rounding)) &&
			web.Promise.To.Sub(web.Promise.From) == before.Promise.To.Sub(before.Promise.From)
	})
	t.Logf("the counter says %+v, the web %+v", before.Promise, web.Promise)
}
