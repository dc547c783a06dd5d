package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

const rounds = 20

// TestKillMinus9LosesNothing kills edge, cloud and hub at random moments while guests and cashiers order and a robot cooks. A journal outside
// of the chain holds what was acknowledged.
func TestKillMinus9LosesNothing(t *testing.T) {
	t.Parallel()
	c := start(t, options{ownHub: true, cook: true, speed: 60})
	j := &journal{chain: c, acknowledged: map[string]bool{}}
	stop := make(chan struct{})
	var traders sync.WaitGroup
	for n := range 3 {
		traders.Go(func() { j.trade(stop, fmt.Sprint("trader-", n)) })
	}
	dice := rand.New(rand.NewPCG(1, 2))
	slowest := time.Duration(0)
	for round := range rounds {
		victim := []string{"edge-r1", "cloud", "hub"}[dice.IntN(3)]
		c.eventually(30*time.Second, "there is trade before the next blow", j.more(2+dice.IntN(6)))
		c.kill(victim)
		c.restart(victim)
		began := time.Now()
		c.eventually(5*time.Second, fmt.Sprintf("%s serves again in round %d", victim, round), func() bool { return c.serves(victim) })
		slowest = max(slowest, time.Since(began))
	}
	close(stop)
	traders.Wait()
	all := slices.Sorted(maps.Keys(j.acknowledged))
	t.Logf("%d orders acknowledged, %d unanswered, %d rounds, slowest start %s", len(all), len(j.doubtful), rounds, slowest.Round(time.Millisecond))
	for _, id := range all {
		c.eventually(4*time.Minute, "order "+id+" is in the guest's hands and the cloud knows", func() bool {
			v, ok := c.order(id)
			return ok && v.Status == "Delivered"
		})
	}
	c.agree(1, all)
	known := c.cloudIDs("r1")
	for _, id := range all {
		if !known[id] {
			t.Errorf("order %s was acknowledged and the cloud does not list it", id)
		}
	}
	if len(known) > len(all)+len(j.doubtful) {
		t.Errorf("the cloud has %d orders, %d were acknowledged and %d got no answer", len(known), len(all), len(j.doubtful))
	}
}

func (c *chain) serves(process string) bool {
	url := map[string]string{
		"edge-r1": c.edge(1) + "/readyz", "cloud": c.cloud + "/readyz", "hub": fmt.Sprintf("http://127.0.0.1:%d/healthz", c.base-5000+8222),
	}[process]
	a := c.get(url)
	return a.err == nil && a.status == http.StatusOK
}

// journal is a guest and a cashier who write down what they were told.
type journal struct {
	chain *chain

	mu           sync.Mutex
	acknowledged map[string]bool
	doubtful     []string // keys that never got an answer
	n            int
}

// trade places orders at both doors until stop is closed. An order without an answer is placed again with the same key, as guests and tills do.
func (j *journal) trade(stop <-chan struct{}, name string) {
	for n := 0; ; n++ {
		for _, door := range []struct{ url, body, key string }{
			{j.chain.cloud + "/api/orders", basket("r1", "carryout", "margherita"), fmt.Sprintf("%s-web-%d", name, n)},
			{j.chain.edge(1) + "/api/orders", counterBasket("carryout"), fmt.Sprintf("%s-till-%d", name, n)},
		} {
			if !j.insist(stop, door.url, door.body, door.key) {
				return
			}
		}
	}
}

// insist places one order until it is acknowledged or refused; false when it is time to go home.
func (j *journal) insist(stop <-chan struct{}, url, body, key string) bool {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			j.mu.Lock()
			j.doubtful = append(j.doubtful, key)
			j.mu.Unlock()
			return false
		case <-tick.C:
		}
		a := j.chain.post(url, body, "Idempotency-Key", key)
		var v view
		switch {
		case a.err != nil || a.status >= 500 || a.status == http.StatusConflict:
			continue // away, or the restaurant cannot be reached
		case a.status != http.StatusCreated && a.status != http.StatusOK || json.Unmarshal(a.body, &v) != nil:
			j.chain.t.Errorf("order %s: %d %s", key, a.status, a.body)
			return false
		}
		j.mu.Lock()
		j.acknowledged[v.ID+v.OrderID] = true
		j.n++
		j.mu.Unlock()
		return true
	}
}

// more reports whether n more orders were acknowledged since now.
func (j *journal) more(n int) func() bool {
	j.mu.Lock()
	want := j.n + n
	j.mu.Unlock()
	return func() bool {
		j.mu.Lock()
		defer j.mu.Unlock()
		return j.n >= want
	}
}

// A private Postgres that is killed is started again by its core; meanwhile orders are refused with a word about when to come back.
func TestADatabaseThatDiesIsStartedAgain(t *testing.T) {
	t.Parallel()
	c := start(t, options{})
	before := c.place(basket("r1", "carryout", "margherita"), "before the murder")
	pid := c.pids()["postgres"]
	if pid == 0 {
		t.Fatal("the chain has no Postgres of its own")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	var id string
	c.eventually(15*time.Second, "orders are taken again", func() bool {
		a := c.post(c.cloud+"/api/orders", basket("r1", "carryout", "margherita"), "Idempotency-Key", "after the murder")
		if a.status >= 500 && (a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "") {
			t.Errorf("while the database is away: %d %s", a.status, a.body)
		}
		var v view
		ok := a.status == http.StatusCreated && json.Unmarshal(a.body, &v) == nil
		id = v.ID
		return ok
	})
	c.eventually(15*time.Second, "another Postgres serves", func() bool {
		again := c.pids()["postgres"]
		return again != pid && again != 0 && alive(again) && c.serves("cloud")
	})
	for _, order := range []string{before, id} {
		c.eventually(20*time.Second, "order "+order+" is in the kitchen", func() bool { v, _ := c.order(order); return v.Status == "Queued" })
	}
	c.agree(1, []string{before, id})
}
