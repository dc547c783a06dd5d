package guest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"awesome.pizza/firmware-sim/call"
	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/guest"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// counter is a chain of one restaurant that takes orders and gives them away at once. Its answers get lost as often as the test says.
type counter struct {
	t    *testing.T
	menu *menu.Menu
	lose int // the first so many answers to each key

	mu     sync.Mutex
	keys   map[string]int // times posted
	orders map[string]string
	paths  []guest.Seen // what a stream shows, two events per connection
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/api/restaurants":
		fmt.Fprint(w, `{"restaurants":[{"id":"r1","name":"One","latitude":40.7,"longitude":-74},{"id":"r2","name":"Two","state":"closed","position":{"latitude":1,"longitude":2}}],"next":null}`)
	case r.URL.Path == "/api/restaurants/r1/menu":
		if err := json.NewEncoder(w).Encode(c.menu); err != nil {
			c.t.Error(err)
		}
	case r.URL.Path == "/api/orders":
		c.take(w, r)
	case r.URL.Query().Get("token") != "":
		c.stream(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (c *counter) take(w http.ResponseWriter, r *http.Request) {
	var o guest.Request
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil || o.Restaurant != "r1" || o.Channel != order.Web {
		c.t.Errorf("posted %+v, %v", o, err)
	}
	key := r.Header.Get("Idempotency-Key")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys[key]++; c.keys[key] <= c.lose {
		http.Error(w, "restarting", http.StatusServiceUnavailable)
		return
	}
	if c.orders[key] == "" {
		c.orders[key] = id.New()
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":%q,"status":"Created","version":1,"tracking_url":"/track/secret-%s","totals":{"total":{"minor":1299,"currency":"USD"}}}`, c.orders[key], key)
}

// stream shows two events and hangs up, so that whoever follows must come back.
func (c *counter) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	seen := 0
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		if _, err := fmt.Sscan(last, &seen); err != nil {
			c.t.Error(err)
		}
	}
	for _, s := range c.paths[seen:min(seen+2, len(c.paths))] {
		seen++
		fmt.Fprintf(w, "id: %d\nevent: order\ndata: {\"status\":%q,\"version\":%d}\n\nevent: driver\ndata: {}\n\n", seen, s.Status, s.Version)
	}
}

// visit lets guests come until enough of them have been, and gives the journal.
func visit(t *testing.T, c *counter, enough func(guest.Shown) bool) []guest.Entry {
	t.Helper()
	c.t, c.menu, c.keys, c.orders = t, pizzeria(t), map[string]int{}, map[string]string{}
	s := httptest.NewServer(c)
	defer s.Close()
	out := new(bytes.Buffer)
	crowd := &guest.Crowd{
		Cloud: &call.Client{Base: s.URL, HTTP: s.Client()}, Dice: dice.New(1, "guests"), Delivery: 0.5, Journal: guest.NewJournal(out), NewID: id.New,
		Arrivals: guest.Arrivals{PerMinute: 3000, Curve: guest.Flat, Dice: dice.New(1, "arrivals")},
		Log:      slog.New(slog.DiscardHandler), Most: 5,
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- crowd.Run(ctx) }()
	for deadline := time.Now().Add(20 * time.Second); !enough(crowd.Count()) && time.Now().Before(deadline); {
		<-time.After(5 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if !enough(crowd.Count()) {
		t.Fatalf("never enough: %+v", crowd.Count())
	}
	if err := crowd.Journal.Err(); err != nil {
		t.Error(err)
	}
	var entries []guest.Entry
	for d := json.NewDecoder(out); d.More(); {
		var e guest.Entry
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

func TestGuestsInsistWithOneKeyAndFollowTheirOrderToTheEnd(t *testing.T) {
	t.Parallel()
	c := &counter{lose: 1, paths: []guest.Seen{{"Created", 1}, {"Queued", 3}, {"Baking", 5}, {"ReadyForPickup", 7}, {"Delivered", 8}}}
	kinds := map[string]int{}
	placed := map[string]string{}
	for _, e := range visit(t, c, func(s guest.Shown) bool { return s.Ended >= 3 }) {
		kinds[e.Kind]++
		if e.Kind == guest.Placed {
			placed[e.Key] = e.Order
			if e.Token != "secret-"+e.Key || e.Total == nil || e.Total.Minor != 1299 {
				t.Errorf("journal says %+v", e)
			}
		}
	}
	if kinds[guest.Complaint] != 0 || kinds[guest.Ended] < 3 || kinds[guest.Stepped] < 9 {
		t.Errorf("journal has %v", kinds)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, o := range placed {
		if c.orders[key] != o || c.keys[key] < 2 {
			t.Errorf("order %s of key %s was posted %d times and is %s", o, key, c.keys[key], c.orders[key])
		}
	}
}

func TestGuestsComplainWhenAnOrderGoesBack(t *testing.T) {
	t.Parallel()
	c := &counter{paths: []guest.Seen{{"OutForDelivery", 8}, {"Queued", 9}, {"Cancelled", 10}}}
	for _, e := range visit(t, c, func(s guest.Shown) bool { return s.Complaints >= 1 && s.Ended >= 1 }) {
		if e.Kind == guest.Complaint {
			return
		}
	}
	t.Error("no complaint in the journal")
}
