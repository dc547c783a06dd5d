package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// hurt is how long each story goes on hurting. The default is enough to see that nothing is broken; `make hurt HURT=5m` looks harder.
var hurt = flag.Duration("hurt", 0, "how long each story of the chain goes on hurting it; 0 is each story's own short time")

// hurting is how long a story hurts when nobody says otherwise.
func hurting(short time.Duration) time.Duration {
	if *hurt > 0 {
		return *hurt
	}
	return short
}

// journal is what guests and cashiers of one restaurant were told, written down outside of the chain.
type journal struct {
	chain      *chain
	restaurant int
	strict     bool // a guest may be asked to try again, and nothing else
	day        int  // keys of another day are others

	mu        sync.Mutex
	told      map[string]string // key of an order → its id, once acknowledged
	doubtful  map[string]bool   // keys that never got an answer
	doors     map[string]door   // of each key
	retries   int
	insisted  int           // keys that were acknowledged, and not at the first try
	doubled   int           // orders at most that a guest has twice, because the cloud forgot the first before it answered
	forgetful bool          // the cloud may have lost keys
	slowest   time.Duration // from the first try to the answer
}

// door is where and how an order is placed.
type door struct{ url, body string }

func (c *chain) journal(restaurant int) *journal {
	return &journal{chain: c, restaurant: restaurant, told: map[string]string{}, doubtful: map[string]bool{}, doors: map[string]door{}}
}

// open lets traders trade at both doors, each an order per pace, until stop, which returns when they have gone home.
func (j *journal) open(traders int, pace time.Duration) (stop func()) {
	closing := make(chan struct{})
	var all sync.WaitGroup
	for n := range traders {
		all.Go(func() { j.trade(closing, fmt.Sprintf("r%d-day-%d-trader-%d", j.restaurant, j.day, n), pace) })
	}
	var once sync.Once
	stop = func() {
		once.Do(func() { close(closing) })
		all.Wait()
	}
	j.chain.t.Cleanup(stop) // before the chain ends: a story that fails leaves nobody behind
	return stop
}

// trade places orders at both doors. An order without an answer is placed again with the same key, as guests and tills do.
func (j *journal) trade(closing <-chan struct{}, name string, pace time.Duration) {
	web := door{j.chain.cloud + "/api/orders", basket(fmt.Sprint("r", j.restaurant), "carryout", "margherita")}
	till := door{j.chain.edge(j.restaurant) + "/api/orders", counterBasket("carryout")}
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for n := 0; ; n++ {
		for kind, d := range map[string]door{"web": web, "till": till} {
			if !j.insist(closing, d, fmt.Sprintf("%s-%s-%d", name, kind, n), tick.C) {
				return
			}
		}
	}
}

// insist places one order until it is acknowledged; false when it is refused, or time to go home.
func (j *journal) insist(closing <-chan struct{}, d door, key string, tick <-chan time.Time) bool {
	began := time.Now()
	for tries := 0; ; tries++ {
		select {
		case <-closing:
			if tries > 0 {
				j.note(func() { j.doubtful[key] = true; j.doors[key] = d })
			}
			return false
		case <-tick:
		}
		if tries == 0 {
			began = time.Now()
		}
		a := j.chain.post(d.url, d.body, "Idempotency-Key", key)
		if again, complaint := j.mayTryAgain(strings.HasPrefix(d.url, j.chain.cloud), a); complaint != "" {
			j.chain.t.Errorf("order %s: %s: %d %s", key, complaint, a.status, a.body)
			return false
		} else if again {
			j.note(func() { j.retries++ })
			continue
		}
		var v view
		if json.Unmarshal(a.body, &v) != nil || v.ID+v.OrderID == "" {
			j.chain.t.Errorf("order %s: %d %s", key, a.status, a.body)
			return false
		}
		j.note(func() {
			j.told[key], j.doors[key] = v.ID+v.OrderID, d
			if tries > 0 {
				j.insisted++
			}
			j.slowest = max(j.slowest, time.Since(began))
		})
		return true
	}
}

// mayTryAgain reports whether an answer asks for another try, or what is wrong with it.
func (j *journal) mayTryAgain(web bool, a answer) (again bool, complaint string) {
	switch {
	case a.err != nil:
		return true, ""
	case a.status == http.StatusCreated || a.status == http.StatusOK:
		return false, ""
	case a.status == http.StatusServiceUnavailable && web && a.header.Get("Retry-After") == "":
		return false, "unavailable, and it does not say for how long"
	case a.status == http.StatusServiceUnavailable, a.status >= 500 && !web && !j.strict: // a till whose node is dying
		return true, ""
	case a.status == http.StatusConflict && !j.strict:
		return true, "" // the restaurant cannot be reached
	}
	return false, "a guest would see this"
}

func (j *journal) note(what func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	what()
}

// more reports whether n more orders were acknowledged since now.
func (j *journal) more(n int) func() bool {
	var want int
	j.note(func() { want = len(j.told) + n })
	return func() (enough bool) {
		j.note(func() { enough = len(j.told) >= want })
		return enough
	}
}

// settle waits until every acknowledged order is in its guest's hands, and holds cloud, kitchen and journal against each other: nothing is
// lost, nothing is there twice. It returns the orders.
func (j *journal) settle() []string {
	c := j.chain
	c.t.Helper()
	ids := j.ids()
	c.t.Logf("r%d: %d orders acknowledged, %d unanswered, %d retries, slowest answer %s",
		j.restaurant, len(ids), len(j.doubtful), j.retries, j.slowest.Round(time.Millisecond))
	if len(ids) == 0 {
		c.t.Errorf("r%d: nothing was acknowledged", j.restaurant)
	}
	j.wait()
	c.agree(j.restaurant, ids)
	j.askAgain()
	j.count()
	return ids
}

// wait returns when every acknowledged order is in its guest's hands, or fails the test when nothing has moved for a while: a kitchen that has
// many hundred orders on its board takes its time.
func (j *journal) wait() {
	c := j.chain
	waiting, began := j.ids(), time.Now()
	for stalled := false; len(waiting) > 0 && !stalled; {
		before := len(waiting)
		stalled = !until(3*time.Minute, func() bool {
			waiting = slices.DeleteFunc(waiting, func(id string) bool {
				v, ok := c.order(id)
				return ok && v.Status == "Delivered"
			})
			return len(waiting) == 0 || len(waiting) < before
		})
	}
	if len(waiting) == 0 {
		c.t.Logf("r%d: all are delivered after %s", j.restaurant, time.Since(began).Round(time.Millisecond))
		return
	}
	v, _ := c.order(waiting[0])
	c.t.Errorf("%d orders of r%d do not get into their guests' hands; the first, %s, is %q in the cloud", len(waiting), j.restaurant, waiting[0], v.Status)
}

// ids are the acknowledged orders; two keys that got the same order fail the test.
func (j *journal) ids() []string {
	j.chain.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	ids := slices.Sorted(maps.Values(j.told))
	if len(slices.Compact(slices.Clone(ids))) != len(ids) {
		j.chain.t.Error("two orders were acknowledged as one")
	}
	return ids
}

// forget lets no key be asked for again: the cloud may have lost it, and would take another order.
func (j *journal) forget() { j.note(func() { j.forgetful = true }) }

// count holds the cloud's list against the journal: every acknowledged order is there, and no other but those that got no answer.
func (j *journal) count() {
	c := j.chain
	c.t.Helper()
	known, ids := c.cloudIDs(fmt.Sprint("r", j.restaurant)), j.ids()
	for _, id := range ids {
		if !known[id] {
			c.t.Errorf("order %s was acknowledged and the cloud does not list it", id)
		}
	}
	if len(known) > len(ids)+len(j.doubtful)+c.stray+j.doubled {
		c.t.Errorf("the cloud has %d orders, %d were acknowledged and %d got no answer", len(known), len(ids), len(j.doubtful))
	}
}

// askAgain places some orders once more with their keys: each is the same order as before.
func (j *journal) askAgain() {
	c := j.chain
	c.t.Helper()
	asked := 0
	for key, id := range j.told {
		if j.forgetful || asked == 20 {
			return
		}
		asked++
		var v view
		var a answer
		if !until(20*time.Second, func() bool {
			a = c.post(j.doors[key].url, j.doors[key].body, "Idempotency-Key", key)
			return a.err == nil && a.status < 300 && json.Unmarshal(a.body, &v) == nil
		}) {
			c.t.Errorf("order %s, asked for again: %d %s %v", key, a.status, a.body, a.err)
		} else if v.ID+v.OrderID != id {
			c.t.Errorf("order %s was %s and is %s now", key, id, v.ID+v.OrderID)
		}
	}
}

// journals opens one for each restaurant, with traders in it.
func (c *chain) journals(restaurants, traders int, pace time.Duration) (all []*journal, stop func()) {
	var stops []func()
	for n := range restaurants {
		j := c.journal(n + 1)
		all, stops = append(all, j), append(stops, j.open(traders, pace))
	}
	return all, func() {
		for _, s := range stops {
			s()
		}
	}
}
