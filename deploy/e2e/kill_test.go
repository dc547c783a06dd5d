package e2e

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKillMinus9LosesNothing kills edge, cloud, hub and Postgres at random moments while guests and cashiers order and a robot cooks. A
// journal outside of the chain holds what was acknowledged.
func TestKillMinus9LosesNothing(t *testing.T) {
	t.Parallel()
	c := start(t, options{ownHub: true, cook: true, speed: 400})
	j := c.journal(1)
	stop := j.open(3, 400*time.Millisecond)
	dice := rand.New(rand.NewPCG(1, 2))
	slowest := time.Duration(0)
	rounds := 0
	for began := time.Now(); rounds < 20 || time.Since(began) < *hurt; rounds++ {
		victim := []string{"edge-r1", "cloud", "hub", "postgres"}[dice.IntN(4)]
		c.eventually(30*time.Second, "there is trade before the next blow", j.more(2+dice.IntN(6)))
		c.murder(victim)
		fell := time.Now()
		c.eventually(time.Minute, fmt.Sprintf("%s serves again in round %d", victim, rounds), func() bool { return c.serves(victim) })
		slowest = max(slowest, time.Since(fell))
	}
	stop()
	t.Logf("%d rounds, slowest start %s", rounds, slowest.Round(time.Millisecond))
	j.settle()
}

// murder kills a process with SIGKILL and starts it again, unless somebody else does: a private Postgres is its core's to mind.
func (c *chain) murder(victim string) {
	c.t.Helper()
	if victim != "postgres" {
		c.kill(victim)
		c.restart(victim)
		return
	}
	if pid := c.pids()["postgres"]; pid != 0 {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// serves reports whether a process answers that it is ready; a Postgres is ready when the cloud is.
func (c *chain) serves(process string) bool {
	path := "/readyz"
	switch {
	case strings.HasPrefix(process, "hub"):
		path = "/healthz"
	case process == "postgres":
		process = "cloud"
	}
	a := c.get(c.url(process) + path)
	return a.err == nil && a.status == http.StatusOK
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
		c.eventually(time.Minute, "order "+order+" is in the kitchen", func() bool { v, _ := c.order(order); return v.Status == "Queued" })
	}
	c.agree(1, []string{before, id})
}
