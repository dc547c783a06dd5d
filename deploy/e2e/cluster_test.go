package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Three hub nodes and two cores: any one of each is killed and started again in a loop, while guests order through one door and follow
// their orders. Nobody sees an error but that one has to try again, nothing is lost and nothing is there twice.
func TestAnyHubNodeAndAnyCoreMayDie(t *testing.T) {
	t.Parallel()
	c := start(t, options{ownHub: true, hubs: 3, cores: 2, restaurants: 2, cook: true, speed: 400})
	for n := range 2 {
		c.eventually(30*time.Second, "both cores know both restaurants", func() bool { return c.known(n+1, "cloud-1") && c.known(n+1, "cloud-2") })
	}
	all, closeShop := c.journals(2, 2, 1200*time.Millisecond)
	for _, j := range all {
		j.strict = true
	}
	followed := c.follow(all[0])
	var loops sync.WaitGroup
	end := time.Now().Add(hurting(40 * time.Second))
	loops.Go(func() { c.dieInTurn("hub", 3, end, all[0]) })
	loops.Go(func() { c.dieInTurn("cloud", 2, end, all[1]) })
	loops.Wait()
	closeShop()
	for _, j := range all {
		j.settle()
	}
	followed(10)
}

// dieInTurn kills one of several by lot, sees that the others go on, and starts it again, until it is time to end.
func (c *chain) dieInTurn(kind string, of int, end time.Time, j *journal) {
	dice := rand.New(rand.NewPCG(3, uint64(of)))
	rounds, slowest := 0, time.Duration(0)
	for ; time.Now().Before(end); rounds++ {
		victim := fmt.Sprintf("%s-%d", kind, 1+dice.IntN(of))
		enough := j.more(2 + dice.IntN(8))
		for _, what := range []string{"kill", "start"} {
			if a := c.post(c.control+"/processes/"+victim+"/"+what, ""); a.status != http.StatusOK {
				c.t.Errorf("%s %s: %d %s %v", what, victim, a.status, a.body, a.err)
				return
			}
			if what == "kill" && !until(time.Minute, enough) {
				c.t.Errorf("there is no trade without %s in round %d", victim, rounds)
			}
		}
		fell := time.Now()
		if !until(2*time.Minute, func() bool { return c.serves(victim) }) {
			c.t.Errorf("%s does not serve again in round %d", victim, rounds)
			return
		}
		slowest = max(slowest, time.Since(fell))
	}
	c.t.Logf("one %s of %d killed %d times, slowest start %s", kind, of, rounds, slowest.Round(time.Millisecond))
}

// known reports whether a core has heard of a restaurant's node.
func (c *chain) known(n int, core string) bool {
	return strings.Contains(string(c.get(fmt.Sprintf("%s/api/restaurants/r%d", c.url(core), n)).body), `"link":{"state":"up"`)
}

// follow lets guests follow orders of a journal by their streams, one after the other, reconnecting with Last-Event-ID when a stream ends.
// The returned function waits for them and wants at least some to have seen a whole life, each step once and in order.
func (c *chain) follow(j *journal) (finish func(atLeast int)) {
	closing := make(chan struct{})
	var guests sync.WaitGroup
	var mu sync.Mutex
	whole, reconnects := 0, 0
	taken := map[string]bool{}
	next := func() (id string) {
		j.note(func() {
			for key, order := range j.told {
				if !taken[order] && strings.Contains(key, "-web-") {
					id = order
				}
			}
			taken[id] = true
		})
		return id
	}
	for range 4 {
		guests.Go(func() {
			for {
				select {
				case <-closing:
					return
				case <-time.After(20 * time.Millisecond):
				}
				id := next()
				if id == "" {
					continue
				}
				seen, tries := c.trackToTheEnd(id)
				mu.Lock()
				whole, reconnects = whole+1, reconnects+tries
				mu.Unlock()
				if !slices.Equal(seen, wholeLife) {
					c.t.Errorf("the guest of %s saw %v", id, seen)
				}
			}
		})
	}
	stop := sync.OnceFunc(func() { close(closing); guests.Wait() })
	c.t.Cleanup(stop)
	return func(atLeast int) {
		stop()
		c.t.Logf("%d orders were followed to their end, with %d reconnects", whole, reconnects)
		if whole < atLeast {
			c.t.Errorf("only %d orders were followed", whole)
		}
	}
}

var wholeLife = []string{"Created", "Validated", "Queued", "Preparing", "Baking", "QualityCheck", "ReadyForPickup", "Delivered"}

// trackToTheEnd follows an order as a browser does, and returns the statuses it was shown.
func (c *chain) trackToTheEnd(id string) (seen []string, reconnects int) {
	last := ""
	for deadline := time.Now().Add(3*time.Minute + *hurt); time.Now().Before(deadline); reconnects++ {
		for _, h := range c.track(id, last, time.Minute) {
			if h.id != "" {
				last = h.id
			}
			if h.event == "order" {
				seen = append(seen, h.data.Status)
			}
		}
		if len(seen) > 0 && seen[len(seen)-1] == "Delivered" {
			return seen, reconnects
		}
		<-time.After(100 * time.Millisecond)
	}
	return seen, reconnects
}
