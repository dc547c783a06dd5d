package e2e

import (
	"syscall"
	"testing"
	"time"
)

// A machine that stands still for a minute (a laptop's lid, an overloaded host) believes that no time has passed. Whoever it was, the others
// go on, and when it wakes up everything is caught up.
func TestWhoeverStandsStillCatchesUp(t *testing.T) {
	t.Parallel()
	c := start(t, options{restaurants: 2, ownHub: true, cook: true, speed: 200})
	all, closeShop := c.journals(2, 1, 300*time.Millisecond)
	still := 5 * time.Second
	if *hurt > 0 {
		still = time.Minute
	}
	for _, sleeper := range []string{"edge-r1", "hub", "cloud", "postgres"} {
		for _, j := range all {
			c.eventually(time.Minute, "there is trade before "+sleeper+" stands still", j.more(2))
		}
		pid := c.pids()[sleeper]
		if pid == 0 {
			t.Fatalf("%s does not run", sleeper)
		}
		c.signal(pid, syscall.SIGSTOP)
		pass(still)
		c.signal(pid, syscall.SIGCONT)
		c.eventually(time.Minute, sleeper+" serves again", func() bool { return c.serves(sleeper) })
	}
	closeShop()
	c.settleAll(all)
}

// signal reaches a process of the chain; one that stands still at the end of a test is woken.
func (c *chain) signal(pid int, s syscall.Signal) {
	c.t.Helper()
	if s == syscall.SIGSTOP {
		c.t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGCONT) })
	}
	if err := syscall.Kill(pid, s); err != nil {
		c.t.Fatal(err)
	}
}
