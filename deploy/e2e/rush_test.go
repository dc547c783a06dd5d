package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// rush is how much comes at once.
type rush struct {
	restaurants, phones, orders int
	speed                       int // of ovens, cooks and drivers: a minute of theirs lasts so many times less
}

// besides is how many more orders come while a core is down.
func (r rush) besides() int { return r.orders / 10 }

// glimpse is how long it may take from a phone that knows where it is to the guest who sees it, 99 times out of 100. A machine on which a core
// takes long to say that it is well is given strain times that.
const glimpse = 100 * time.Millisecond

// TestPhonesBringARushThoughACoreDies: every order is open before the first driver signs in, each is followed by its guest, and the core that
// plans is killed in the middle, while more orders come. Every order is brought, once; nothing was ever offered to two, nobody ever had two
// trips, no two histories came of it; and guests see their driver move as it happens.
func TestPhonesBringARushThoughACoreDies(t *testing.T) {
	t.Parallel()
	r := rush{restaurants: 2, phones: 12, orders: 120, speed: 400}
	if *hurt > 0 {
		r = rush{restaurants: 5, phones: 50, orders: 1000, speed: 200} // five kitchens share the two cores that are measured
	}
	c := start(t, options{ownHub: true, cores: 2, restaurants: r.restaurants, cook: true, speed: float64(r.speed)})
	c.keepMinutes()
	epochs := c.epochs()
	all := c.crowd()
	began := time.Now()
	all.order("rush", r.orders, r.restaurants)
	if open := c.openOrders(); open != r.orders || t.Failed() {
		t.Fatalf("%d orders are open, %d were placed", open, r.orders)
	}
	t.Logf("%d orders are open after %s", r.orders, time.Since(began).Round(time.Millisecond))

	began = time.Now()
	for n := range r.restaurants {
		c.startPhones(n, r.phones/r.restaurants, r.speed)
	}
	idle, stop := c.askHowItIs()
	defer stop()
	all.until(r.orders / 5)
	dead := c.planner()
	t.Logf("%s plans and is killed, %d orders are delivered", dead, all.delivered.Load())
	fell := time.Now()
	c.kill(dead)
	all.order("late", r.besides(), r.restaurants)
	all.until(r.orders / 2)
	c.restart(dead)
	c.eventually(time.Minute, dead+" serves again", func() bool { return c.serves(dead) })
	rose := time.Now()
	all.until(r.orders + r.besides())
	stop()
	t.Logf("%d orders by %d phones in %s", r.orders+r.besides(), r.phones, time.Since(began).Round(time.Millisecond))
	all.goHome()
	all.hold(r)
	c.holdMinutes()
	if after := c.epochs(); after != epochs {
		t.Errorf("no card was lost, and yet histories were healed: epochs were\n%sand are\n%s", epochs, after)
	}
	all.holdGlimpses(idle(), fell, rose)
}

// startPhones has drivers sign in near the nth restaurant, from 0, in a process of their own: over MQTT, through the door of both cores.
func (c *chain) startPhones(n, phones, speed int) {
	c.t.Helper()
	lat, lon := house(n)
	cmd := exec.Command(bin(c.t, "firmware-sim"), "drivers", "--count", strconv.Itoa(phones), "--near", fmt.Sprintf("%v,%v", lat, lon),
		"--seed", strconv.Itoa(n+1), "--speed", strconv.Itoa(speed), "--log-level", "error", "--cloud", c.cloud, "--broker", fmt.Sprintf("mqtt://127.0.0.1:%d", c.base-5000+1883),
		"--accept", "0.93", "--ignore", "0.01", "--give-up", "0", "--dead-zones", "0.05")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Stderr = c
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}

// house is where bin/local puts the nth restaurant, from 0.
func house(n int) (lat, lon float64) { return 40.7410 + 0.012*float64(n), -73.9890 }

// planner is the core that holds the zone.
func (c *chain) planner() (name string) {
	c.t.Helper()
	c.eventually(30*time.Second, "one of the cores plans", func() bool {
		for n := range 2 {
			for line := range strings.Lines(string(c.get(fmt.Sprintf("http://127.0.0.1:%d/metrics", c.base-5000+9090+n)).body)) {
				if value, is := strings.CutPrefix(line, "cloud_dispatch_zones "); is && strings.TrimSpace(value) != "0" {
					name = fmt.Sprintf("cloud-%d", n+1)
				}
			}
		}
		return name != ""
	})
	return name
}

// askHowItIs asks the cloud all the time whether it is well, through the door that guests use: what anything takes at least on this machine.
func (c *chain) askHowItIs() (took func() latencies, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all latencies
	var asking sync.WaitGroup
	asking.Go(func() {
		for ctx.Err() == nil {
			began := time.Now()
			if a := c.get(c.cloud + "/healthz"); a.err == nil && a.status == http.StatusOK {
				all = append(all, time.Since(began))
			}
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
	stop = func() { cancel(); asking.Wait() }
	return func() latencies { stop(); return all }, stop
}

// crowd is guests who order and follow what they ordered.
type crowd struct {
	c         *chain
	ctx       context.Context
	all       sync.WaitGroup
	delivered atomic.Int64

	mu   sync.Mutex
	eyes []*eye
	ids  map[string]int // of orders → number of the restaurant, from 1
}

func (c *chain) crowd() *crowd {
	ctx, cancel := context.WithCancel(context.Background())
	x := &crowd{c: c, ctx: ctx, ids: map[string]int{}}
	c.t.Cleanup(func() { cancel(); x.all.Wait() })
	return x
}

// goHome waits for the guests; each of them has an end.
func (x *crowd) goHome() { x.all.Wait() }

// order has so many orders placed, some at a time, at doors near the restaurants, and each followed from then on.
func (x *crowd) order(key string, orders, restaurants int) {
	var guests sync.WaitGroup
	const many = 6
	for g := range many {
		guests.Go(func() {
			dice := rand.New(rand.NewPCG(50, uint64(g)))
			for n := g; n < orders; n += many {
				house := n % restaurants
				id := x.place(house, fmt.Sprintf("%s-%d", key, n), dice)
				if id == "" {
					return
				}
				e := &eye{c: x.c, id: id}
				x.mu.Lock()
				if x.ids[id] != 0 {
					x.c.t.Errorf("two guests were told that %s is theirs", id)
				}
				x.eyes, x.ids[id] = append(x.eyes, e), house+1
				x.mu.Unlock()
				x.all.Go(func() {
					if e.follow(x.ctx) == "Delivered" {
						x.delivered.Add(1)
					}
				})
			}
		})
	}
	guests.Wait()
}

// place insists on an order, with its key, until it is acknowledged.
func (x *crowd) place(restaurant int, key string, dice *rand.Rand) (id string) {
	lat, lon := house(restaurant)
	body := fmt.Sprintf(`{"restaurant_id":"r%d","fulfilment":"delivery","channel":"web","customer":{"name":"Ada","phone":"+12025550123"},
		"address":{"street":"%d Main St","city":"Springfield","latitude":%.6f,"longitude":%.6f},
		"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`,
		restaurant+1, 1+dice.IntN(99), lat+0.002*(dice.Float64()-0.5), lon+0.002*(dice.Float64()-0.5))
	var a answer
	var v view
	if !untilEvery(200*time.Millisecond, 3*time.Minute, func() bool {
		a = x.c.post(x.c.cloud+"/api/orders", body, "Idempotency-Key", key)
		return x.ctx.Err() != nil || a.err == nil && a.status < 300 && json.Unmarshal(a.body, &v) == nil
	}) || v.ID == "" {
		x.c.t.Errorf("order %s is not taken: %d %s %v", key, a.status, a.body, a.err)
	}
	return v.ID
}

// until waits for so many orders to be delivered; it gives up when nothing was for a while.
func (x *crowd) until(n int) {
	x.c.t.Helper()
	for before := int64(-1); before < x.delivered.Load(); {
		before = x.delivered.Load()
		if until(2*time.Minute, func() bool { return x.delivered.Load() >= int64(n) || x.delivered.Load() >= before+10 }) && x.delivered.Load() >= int64(n) {
			return
		}
	}
	for _, e := range x.eyes {
		if a := x.c.get(x.c.cloud + "/api/orders/" + e.id); !strings.Contains(string(a.body), `"status":"Delivered"`) {
			x.c.t.Logf("%s: %d %s %v", e.id, a.status, a.body, a.err)
			break
		}
	}
	x.c.t.Fatalf("only %d of %d orders are delivered, and no more", x.delivered.Load(), n)
}

// hold says what each guest must have seen, and what is in the books of cloud and kitchens.
func (x *crowd) hold(r rush) {
	t, want := x.c.t, r.orders+r.besides()
	t.Helper()
	if len(x.ids) != want {
		t.Errorf("%d orders were acknowledged, not %d", len(x.ids), want)
	}
	known := 0
	for n := range r.restaurants {
		for id := range x.c.cloudIDs(fmt.Sprint("r", n+1)) {
			known++
			if x.ids[id] != n+1 {
				t.Errorf("order %s of r%d is nobody's", id, n+1)
			}
		}
	}
	if known != want {
		t.Errorf("the cloud has %d orders, %d were acknowledged", known, want)
	}
	tries := 0
	for _, e := range x.eyes {
		tries += e.tries
		e.hold()
		var v view
		if !until(time.Minute, func() bool {
			a := x.c.get(x.c.edge(x.ids[e.id]) + "/api/orders/" + e.id)
			return a.err == nil && json.Unmarshal(a.body, &v) == nil && v.Status == "Delivered"
		}) {
			t.Errorf("order %s is %q in its kitchen", e.id, v.Status)
		}
	}
	t.Logf("%d guests followed their order to its end, with %d reconnects", len(x.eyes), tries)
}

// holdGlimpses holds the figure, but for the time in which a core was down.
func (x *crowd) holdGlimpses(idle latencies, fell, rose time.Time) {
	t := x.c.t
	t.Helper()
	var calm, storm latencies
	for _, e := range x.eyes {
		for _, g := range e.glimpses {
			if g.at.Before(fell) || g.at.After(rose.Add(5*time.Second)) {
				calm = append(calm, g.late)
			} else {
				storm = append(storm, g.late)
			}
		}
	}
	t.Logf("a position is with the guest after %s (median), %s (99 of 100 of %d); while a core was down %s, %s (of %d); GET /healthz took %s, %s (of %d): %.1f times",
		calm.median(), calm.p99(), len(calm), storm.median(), storm.p99(), len(storm), idle.median(), idle.p99(), len(idle),
		float64(calm.p99())/float64(max(idle.p99(), time.Millisecond)))
	if limit := max(glimpse, strain*idle.p99()); len(calm) < len(x.eyes)/2 || calm.p99() > limit {
		t.Errorf("of %d positions 99 of 100 were with the guest within %s, %s is the most", len(calm), calm.p99(), limit)
	}
}
