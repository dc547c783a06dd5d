package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

// patience is how long an order of a restaurant that was never cut off may take to the cloud while others catch up, 99 times out of 100. A
// machine on which it takes long without a stampede as well is given strain times that.
const (
	patience = 2 * time.Second
	strain   = 8
)

// A region loses its internet and gets it back: many restaurants that sold all the while come online in one instant, each a real node in a
// process of its own, four of them with so much to tell that the governor paces them. All of it arrives, once; and restaurants that were never
// away hardly feel it.
func TestAStampedeAfterARegionWasCutOff(t *testing.T) {
	t.Parallel()
	c := start(t, options{speed: 1})
	herd := c.herd()
	var each sync.WaitGroup
	for n, b := range herd {
		each.Go(func() {
			for k := range soldBy(n) {
				if a := c.post(b.url+"/api/orders", counterBasket("carryout"), "Idempotency-Key", fmt.Sprint(k)); a.status != http.StatusCreated {
					t.Errorf("%s sells nothing: %d %s %v", b.id, a.status, a.body, a.err)
				}
			}
		})
	}
	each.Wait()
	if n := c.backlogAt(herd[0].url); n < link.CatchingUp {
		t.Fatalf("the busiest are behind by %d events, which nobody paces", n)
	}
	calm := c.healthyFor(3*time.Second, nil)
	t.Logf("before: an order of a healthy restaurant is in the cloud after %s (median), %s (99 of 100)", calm.median(), calm.p99())

	region := openGate(t, c.gate, fmt.Sprintf("127.0.0.1:%d", c.base-5000+7422))
	began := time.Now()
	done := make(chan struct{})
	var storm latencies
	each.Go(func() { storm = c.healthyFor(5*time.Minute, done) })
	late := slices.Clone(herd)
	all := until(2*time.Minute, func() bool {
		late = slices.DeleteFunc(late, func(b box) bool { return strings.Contains(string(c.get(b.url+"/api/link").body), `"backlog":0`) })
		return len(late) == 0
	})
	took := time.Since(began)
	close(done)
	each.Wait()
	if !all {
		t.Fatalf("%d of %d restaurants still have something to send", len(late), len(herd))
	}
	t.Logf("%d restaurants with %d orders or %d have told everything %s after the line was mended; their nodes use %d MiB each", len(herd), soldBy(0), soldBy(4),
		took.Round(time.Millisecond), resident(herd)>>20)
	t.Logf("meanwhile: each of %d orders of a healthy restaurant is in the cloud after %s (median), %s (99 of 100)", len(storm), storm.median(), storm.p99())
	if limit := max(patience, strain*calm.p99()); len(storm) < 5 || storm.p99() > limit {
		t.Errorf("P9: %d orders of a healthy restaurant were looked at; one took %s, %s is the most", len(storm), storm.p99(), limit)
	}
	for n, b := range herd {
		if known := c.cloudIDs(b.id); len(known) != soldBy(n) {
			t.Errorf("%s has sold %d orders, the cloud has %d", b.id, soldBy(n), len(known))
		}
		b.end()
	}
	region()
}

// soldBy is how many orders the nth restaurant of a region takes while it is cut off.
func soldBy(n int) int {
	if n < 4 {
		return 100
	}
	return 20
}

// box is a node that the chain did not start.
type box struct {
	id, url string
	pid     int
	end     func()
}

// herd adds restaurants to the chain, whose nodes are open and whose line to the hub is not there yet: a gate that is closed.
func (c *chain) herd() (all []box) {
	c.t.Helper()
	many := 16
	if *hurt > 0 {
		many = max(many, min(200, available()/2/(64<<20)))
	}
	path := filepath.Join(c.data, "restaurants.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	for n := range many {
		text = fmt.Appendf(text, "\n[[restaurant]]\nid = \"s%03d\"\nname = \"South %d\"\nlatitude = 40.7\nlongitude = -73.9\ntime_zone = \"UTC\"\n", n, n)
	}
	c.kill("cloud")
	write(c.t, path, string(text))
	c.restart("cloud")
	c.eventually(time.Minute, "the cloud knows the region", func() bool { return c.serves("cloud") })
	c.gate = fmt.Sprintf("127.0.0.1:%d", c.base+98) // a host that the hub has a certificate for
	for n := range many {
		b := box{id: fmt.Sprintf("s%03d", n)}
		data, listen := filepath.Join(c.data, b.id), fmt.Sprintf("127.78.%d.%d:%d", n/250, 1+n%250, c.base)
		b.url = "http://" + listen
		code := strings.TrimSpace(once(c.t, bin(c.t, "cloud"), "enroll", b.id, "--quiet", "--cloud", c.cloud))
		once(c.t, bin(c.t, "edge"), "enroll", code, "--cloud", c.cloud, "--data", data)
		b.pid, b.end = forever(c.t, bin(c.t, "edge"), "serve", "--data", data, "--listen", listen, "--mqtt-listen", "", "--metrics-listen", "",
			"--hub", "tls://"+c.gate, "--log-level", "error")
		all = append(all, b)
	}
	for _, b := range all {
		c.eventually(time.Minute, b.id+" is open", func() bool { return c.get(b.url+"/readyz").status == http.StatusOK })
	}
	return all
}

// openGate lets whoever dials at through to another address, until the end of the test or until it is closed.
func openGate(t *testing.T, at, to string) (shut func()) {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer func() { _ = near.Close() }()
				far, err := net.Dial("tcp", to)
				if err != nil {
					return
				}
				var back sync.WaitGroup
				back.Go(func() { _, _ = io.Copy(near, far); _ = near.Close() })
				_, _ = io.Copy(far, near)
				_ = far.Close()
				back.Wait()
			})
		}
	})
	shut = sync.OnceFunc(func() { _ = l.Close(); all.Wait() })
	t.Cleanup(shut)
	return shut
}

// latencies of something, in no order.
type latencies []time.Duration

func (l latencies) at(share float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	slices.Sort(l)
	return l[min(len(l)-1, int(share*float64(len(l))))].Round(time.Millisecond)
}

func (l latencies) median() time.Duration { return l.at(0.5) }
func (l latencies) p99() time.Duration    { return l.at(0.99) }

// healthyFor sells at a restaurant that is online, and measures how long it takes until the cloud has the order.
func (c *chain) healthyFor(most time.Duration, done <-chan struct{}) (all latencies) {
	for end := time.Now().Add(most); time.Now().Before(end); {
		select {
		case <-done:
			return all
		case <-time.After(25 * time.Millisecond):
		}
		var v view
		a := c.post(c.edge(1)+"/api/orders", counterBasket("carryout"))
		if a.status != http.StatusCreated {
			c.t.Errorf("the healthy restaurant sells nothing: %d %s %v", a.status, a.body, a.err)
			return all
		}
		a.into(c.t, &v)
		began := time.Now()
		if !untilEvery(10*time.Millisecond, time.Minute, func() bool { _, ok := c.order(v.ID + v.OrderID); return ok }) {
			c.t.Error("an order of a healthy restaurant does not reach the cloud")
			return all
		}
		all = append(all, time.Since(began))
	}
	return all
}

// available is the memory that this machine can spare, in bytes.
func available() int {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kb << 10
		}
	}
	return 0
}

// resident is the memory that one of some boxes uses on average, in bytes.
func resident(all []box) (bytes int) {
	for _, b := range all {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", b.pid))
		if err != nil {
			continue
		}
		if f := strings.Fields(string(text)); len(f) > 1 {
			pages, _ := strconv.Atoi(f[1])
			bytes += pages * os.Getpagesize()
		}
	}
	return bytes / max(1, len(all))
}
