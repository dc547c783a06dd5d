package e2e

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

// Five restaurants in five kinds of weather, under load: lines that are reset, that fall silent, that lose one end, that hear one way only,
// each coming and going; and one on 2G. When the weather is fair again each of them agrees with the cloud, by itself.
func TestWhateverTheWeatherNothingIsLost(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 5, cook: true, speed: 200})
	storms := []string{
		`{"how":"rst","flap_ms":[1000,30000]}`, `{"how":"blackhole","flap_ms":[1000,30000]}`, `{"how":"halfopen","flap_ms":[1000,30000]}`,
		`{"how":"oneway","flap_ms":[1000,30000]}`, `{"latency_ms":500,"kbps":20,"slice":64}`,
	}
	if *hurt == 0 { // the same, in the short time there is
		for i := range storms {
			storms[i] = strings.Replace(storms[i], "30000", "8000", 1)
		}
	}
	c.through(storms)
}

// The same over plain connections instead of leaves.
func TestWhateverTheWeatherPlainClientsLoseNothing(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 3, cook: true, speed: 200, uplink: "client"})
	c.through([]string{`{"how":"rst","flap_ms":[1000,8000]}`, `{"how":"blackhole","flap_ms":[1000,8000]}`, `{"how":"halfopen","flap_ms":[1000,8000]}`})
}

// through leads restaurants, each through its storm, while guests and cashiers order.
func (c *chain) through(storms []string) {
	c.t.Helper()
	all, closeShop := c.journals(len(storms), 1, 500*time.Millisecond)
	for _, j := range all {
		c.eventually(30*time.Second, "there is trade before the storm", j.more(2))
	}
	for n, storm := range storms {
		c.weather(n+1, storm)
	}
	pass(hurting(25 * time.Second))
	c.t.Log("the weather is fair again")
	for n := range storms {
		c.weather(n+1, `{"up":true}`)
	}
	closeShop()
	c.settleAll(all)
	for n := range storms {
		c.eventually(time.Minute, "the line is up and nothing is left to send", func() bool { return c.caughtUp(n + 1) })
	}
}

// settleAll settles journals side by side: each waits for its own kitchen.
func (c *chain) settleAll(all []*journal) {
	var each sync.WaitGroup
	for _, j := range all {
		each.Go(func() { j.wait() })
	}
	each.Wait()
	for _, j := range all {
		j.settle()
	}
}

// caughtUp reports whether a restaurant's node says that its line is up and that the cloud has everything.
func (c *chain) caughtUp(n int) bool {
	var said struct {
		State   string `json:"state"`
		Backlog int    `json:"backlog"`
	}
	a := c.get(c.edge(n) + "/api/link")
	if a.err != nil || a.status != 200 {
		return false
	}
	a.into(c.t, &said)
	return said.State == "up" && said.Backlog == 0
}

// pass lets the time of a story pass, in which others act.
func pass(d time.Duration) { <-time.After(d) }

// A line that is cut, mended and cut again by hand, at random moments of less than a second: too fast for any timer to be right.
func TestALineThatTrembles(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 1, cook: true, speed: 200})
	all, closeShop := c.journals(1, 2, 200*time.Millisecond)
	dice := rand.New(rand.NewPCG(5, 6))
	c.eventually(30*time.Second, "there is trade before the storm", all[0].more(2))
	for end := time.Now().Add(hurting(15 * time.Second)); time.Now().Before(end); {
		c.weather(1, []string{`{"up":false}`, `{"up":false,"how":"halfopen"}`, `{"up":false,"how":"blackhole"}`, `{"up":true}`, `{"up":true}`}[dice.IntN(5)])
		pass(time.Duration(20+dice.IntN(700)) * time.Millisecond)
	}
	c.weather(1, `{"up":true}`)
	closeShop()
	c.settleAll(all)
}

// On 2G a restaurant is slow and nothing else: orders come down, and what becomes of them goes up, without a fair hour in between. With two
// seconds there and back it takes a plain connection: nats-server gives a leaf's greeting two seconds and no more.
func TestARestaurantOn2GServesItsGuests(t *testing.T) {
	t.Parallel()
	for uplink, weather := range map[string]string{
		"client": `{"latency_ms":1000,"kbps":20,"slice":64}`, "leaf": `{"latency_ms":500,"kbps":20,"slice":64}`,
	} {
		t.Run(uplink, func(t *testing.T) {
			t.Parallel()
			c := start(t, options{cook: true, speed: 60, uplink: uplink})
			j := c.journal(1)
			c.weather(1, weather)
			closeShop := j.open(1, 4*time.Second)
			c.eventually(hurting(time.Minute)+time.Minute, "there is trade on 2G", j.more(max(4, int(hurting(0)/(8*time.Second)))))
			closeShop()
			c.settleAll([]*journal{j})
			c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(1) })
		})
	}
}
