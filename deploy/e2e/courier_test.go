package e2e

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// company is a simulated delivery company in a process of its own.
type company struct {
	c             *chain
	name, control string
}

// couriers' ports, as for a port base of 5000, behind those of the restaurants' lines.
const courierPort = 5115

func startCompany(t *testing.T, base, n int, name, secret string, args ...string) *company {
	t.Helper()
	port := func(usual int) string { return "127.0.0.1:" + strconv.Itoa(usual+base-5000) }
	it := &company{name: name, control: "http://" + port(courierPort+2+n)}
	cmd := exec.Command(bin(t, "firmware-sim"), append([]string{
		"courier", "--name", name, "--title", name + " & Co", "--listen", port(courierPort + n), "--control", port(courierPort + 2 + n),
		"--cloud", "http://" + port(5000), "--secret", secret, "--log-level", "warn", "--quote-good", "10m",
	}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return it
}

// says is what the company knows.
func (x *company) says() (v struct {
	Counts     map[string]int
	Deliveries []struct{ ID, State string }
},
) {
	if a := x.c.get(x.control + "/devices/" + x.name); a.err != nil || a.status != 200 || json.Unmarshal(a.body, &v) != nil {
		x.c.t.Errorf("ask %s: %v %d %s", x.name, a.err, a.status, a.body)
	}
	return v
}

// count says how many riders of both have brought something, and how many are under way.
func (x *company) count(y *company) (brought, riding int) {
	for _, d := range append(x.says().Deliveries, y.says().Deliveries...) {
		switch d.State {
		case "delivered":
			brought++
		case "cancelled":
		default:
			riding++
		}
	}
	return brought, riding
}

func (c *chain) allDelivered(ids []string) bool {
	for _, id := range ids {
		if v, ok := c.order(id); !ok || v.Status != "Delivered" {
			return false
		}
	}
	return true
}

// TestCouriersBringWhatNobodyElseCan: no driver is on shift. One company is cheap and unreliable in every way, the other is dear and steady, and the
// cloud is killed while couriers are on their way. Each order is brought, once.
func TestCouriersBringWhatNobodyElseCan(t *testing.T) {
	t.Parallel()
	base := portBase(t)
	cheap := startCompany(t, base, 0, "cheap", "cheap-and-secret-1", "--speed", "40", "--fails", "0.2", "--hangs", "0.1", "--repeats", "0.5", "--strays", "0.5",
		"--late", "3m", "--cancel", "0.25")
	steady := startCompany(t, base, 1, "steady", "steady-and-secret-1", "--speed", "40", "--fee", "1000")
	c := start(t, options{base: base, cook: true, speed: 100, env: []string{
		fmt.Sprintf("CLOUD_COURIER=cheap=http://127.0.0.1:%d,steady=http://127.0.0.1:%d", courierPort+base-5000, courierPort+1+base-5000),
		"CLOUD_COURIER_SECRET=cheap=cheap-and-secret-1,steady=steady-and-secret-1",
	}})
	cheap.c, steady.c = c, c
	var ids []string
	for i := range 8 {
		var v view
		c.eventually(time.Minute, "the restaurant takes orders", func() bool {
			a := c.post(c.cloud+"/api/orders", basket("r1", "delivery", "margherita"), "Idempotency-Key", "courier-"+strconv.Itoa(i))
			return a.err == nil && (a.status == 201 || a.status == 200) && json.Unmarshal(a.body, &v) == nil
		})
		ids = append(ids, v.ID)
	}
	c.eventually(2*time.Minute, "couriers are sent", func() bool { return len(cheap.says().Deliveries)+len(steady.says().Deliveries) >= 3 })
	c.kill("cloud")
	c.restart("cloud")
	if !until(4*time.Minute, func() bool { return c.allDelivered(ids) }) {
		for _, id := range ids {
			a := c.get(c.cloud + "/api/orders/" + id)
			t.Logf("%s", a.body)
		}
		t.Fatalf("not every order is brought: %+v, %+v", cheap.says(), steady.says())
	}
	for _, id := range ids {
		v, _ := c.order(id)
		last := v.Timeline[len(v.Timeline)-1]
		if last.By != "courier:cheap" && last.By != "courier:steady" {
			t.Errorf("order %s was brought by %s: %q", id, last.By, v.steps())
		}
	}
	brought := 0
	c.eventually(2*time.Minute, "no rider is under way any more", func() bool {
		var riding int
		brought, riding = cheap.count(steady)
		return riding == 0
	})
	if brought != len(ids) {
		t.Errorf("%d riders brought %d orders", brought, len(ids))
	}
	if n := cheap.says().Counts["bad_signature"] + cheap.says().Counts["refused_403"] + steady.says().Counts["refused_403"]; n > 0 {
		t.Errorf("%d signatures were not believed", n)
	}
}
