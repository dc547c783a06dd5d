package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/menu"
)

const (
	fleetWatched = 8 * time.Second // for idle and for trade, each
	fleetBacklog = 20              // orders of each node, sold while it was cut off
	busyHour     = 150             // orders of a restaurant
)

// fleet measures what nodes cost a core: light ones, each with its own restaurant, credential and connection over TLS, first idle, then in
// trade, then all with a backlog at once. The hub is inside of the core; its Postgres is counted.
func (m *Machine) fleet(ctx context.Context, _ *chain, r *report) error {
	f, err := m.openFleet(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	return m.watch(ctx, f, r)
}

// watch measures a fleet that has not joined yet.
func (m *Machine) watch(ctx context.Context, f *fleet, r *report) error {
	alone, err := f.spent(ctx, fleetWatched/2, nil)
	if err != nil {
		return err
	}
	empty, err := rss(f.core.Process.Pid)
	if err != nil {
		return err
	}
	if err := f.join(ctx); err != nil {
		return err
	}
	idle, err := f.spent(ctx, fleetWatched, nil)
	if err != nil {
		return err
	}
	full, err := rss(f.core.Process.Pid)
	if err != nil {
		return err
	}
	busy, err := f.spent(ctx, fleetWatched, f.trade)
	if err != nil {
		return err
	}
	one := float64(m.Edges)
	r.add("cloud: nodes enrolled, three at a time", fmt.Sprintf("%.0f/s; %s of processor time for each in the core, %s in Postgres", one/f.enrolling.seconds,
		micros(f.enrolling.core/one), micros(f.enrolling.postgres/one)), "the nodes' own work is not counted",
		"for each a code, a TLS handshake, three commits, and two synced files on the node")
	r.add(fmt.Sprintf("cloud: nodes that one core of this machine carries (%d connected, hub and Postgres counted)", m.Edges),
		fmt.Sprintf("idle %.0f (%s of processor time per node and second), at %d orders/h %.0f (%s)", idle.carried(alone), micros(idle.perNode(alone)), busyHour,
			busy.carried(alone), micros(busy.perNode(alone))),
		fmt.Sprintf("with nobody connected %s per second in all: %s in the core, %s in Postgres; in trade %.0f %% of it is Postgres", micros(alone.total()/alone.seconds),
			micros(alone.core/alone.seconds), micros(alone.postgres/alone.seconds), 100*busy.postgres/busy.total()),
		"a heartbeat every 5 s with its answer; in trade a batch of one event each, with its commit and its projection")
	r.add("cloud: memory per connected node (RSS)", fmt.Sprintf("%.0f kB", (full-empty)*1e3/float64(m.Edges)),
		fmt.Sprintf("%.1f MB before the first", empty), "the hub's and TLS's buffers")
	return f.stampede(ctx, r)
}

// stampede lets every node come with a backlog in one instant.
func (f *fleet) stampede(ctx context.Context, r *report) error {
	for range fleetBacklog * eventsPerOrder {
		for i, n := range f.nodes {
			if err := n.happens(f.dishes, restaurantID(i)); err != nil {
				return err
			}
		}
	}
	events := len(f.nodes) * fleetBacklog * eventsPerOrder
	b, err := f.spent(ctx, 0, func(ctx context.Context) error {
		for _, n := range f.nodes {
			n.line.Appended()
		}
		return f.await(ctx, (*light).told)
	})
	if err != nil {
		return err
	}
	raw, err := publishRaw(ctx, events)
	if err != nil {
		return err
	}
	r.add(fmt.Sprintf("cloud: %d nodes with %d events each, at once", len(f.nodes), fleetBacklog*eventsPerOrder),
		fmt.Sprintf("%.0f events/s applied; %.0f for each second of one core (%.0f of the core itself, without Postgres)", float64(events)/b.seconds,
			float64(events)/b.total(), float64(events)/b.core),
		fmt.Sprintf("the same events published raw to JetStream, synced, %.0f/s; %.1f×", float64(events)/raw.Seconds(), b.seconds/raw.Seconds()),
		"each batch is stored, hashed and projected in a transaction; nodes, core and Postgres share this machine's cores")
	return nil
}

// fleet is a core of its own and nodes that belong to it.
type fleet struct {
	core      *exec.Cmd
	said      bytes.Buffer
	dir, http string
	tls       string
	dishes    *menu.Menu
	enrolled  []uplink.Enrolment
	enrolling effort // for all of them
	nodes     []*light
	leave     context.CancelFunc
	all       sync.WaitGroup
}

func (m *Machine) openFleet(ctx context.Context) (f *fleet, err error) {
	dir, err := os.MkdirTemp("", "awesome-fleet-")
	if err != nil {
		return nil, fmt.Errorf("make a place for a core: %w", err)
	}
	at := func(n int) string { return fmt.Sprintf("127.0.0.1:%d", m.PortBase+200+n) }
	f = &fleet{dir: dir, enrolled: make([]uplink.Enrolment, m.Edges), http: "http://" + at(0), tls: "https://" + at(1)}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	if f.dishes, err = menu.Pizzeria(); err != nil {
		return f, err
	}
	if err := errors.Join(os.Chmod(dir, 0o711), os.WriteFile(filepath.Join(dir, "restaurants.toml"), []byte(restaurants(m.Edges)), 0o600)); err != nil {
		return f, fmt.Errorf("write the restaurants of a fleet: %w", err)
	}
	f.core = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(m.Bin, "cloud"), "serve", "--data", filepath.Join(dir, "cloud"),
		"--restaurants", filepath.Join(dir, "restaurants.toml"), "--listen", at(0), "--tls-listen", at(1), "--public-url", f.tls, "--mqtt-listen", at(2),
		"--metrics-listen", "", "--monitor-listen", "", "--leaf-listen", at(3), "--client-listen", at(4), "--client-url", "tls://"+at(4),
		"--leaf-url", "tls://"+at(3), "--log-level", "error")
	f.core.Stderr = &f.said
	if err := f.core.Start(); err != nil {
		return f, fmt.Errorf("start a core (make build first): %w", err)
	}
	if err := f.opened(ctx); err != nil {
		return f, err
	}
	f.enrolling, err = f.spent(ctx, 0, f.enrol)
	return f, err
}

func restaurants(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[[restaurant]]\nid = %q\nname = \"Pizzeria %d\"\nlatitude = 40.741\nlongitude = -73.989\ntime_zone = \"America/New_York\"\n\n", restaurantID(i), i+1)
	}
	return b.String()
}

func restaurantID(i int) string { return fmt.Sprint("r", i+1) }

// opened waits until the core answers.
func (f *fleet) opened(ctx context.Context) error {
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit) && ctx.Err() == nil; {
		if f.post(ctx, "/api/fleet/r1/enroll", nil) == nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.Join(ctx.Err(), fmt.Errorf("the core does not answer: %s", f.said.String()))
}

func (f *fleet) post(ctx context.Context, path string, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.http+path, strings.NewReader("{}"))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		return fmt.Errorf("post %s: %s", path, res.Status)
	}
	if answer == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(answer)
}

// enrol gives every restaurant a node, three at a time.
func (f *fleet) enrol(ctx context.Context) error {
	errs := make([]error, 3)
	var crew sync.WaitGroup
	for w := range errs {
		crew.Go(func() {
			for i := w; i < len(f.enrolled) && errs[w] == nil; i += len(errs) {
				f.enrolled[i], errs[w] = f.enrolOne(ctx, restaurantID(i))
			}
		})
	}
	crew.Wait()
	http.DefaultClient.CloseIdleConnections()
	return errors.Join(errs...)
}

func (f *fleet) enrolOne(ctx context.Context, restaurant string) (uplink.Enrolment, error) {
	var made struct {
		Code string `json:"code"`
	}
	if err := f.post(ctx, "/api/fleet/"+restaurant+"/enroll", &made); err != nil {
		return uplink.Enrolment{}, err
	}
	dir := filepath.Join(f.dir, restaurant)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return uplink.Enrolment{}, fmt.Errorf("make a place for a node: %w", err)
	}
	return uplink.Enrol(ctx, dir, f.tls, made.Code, func() []time.Time { return []time.Time{time.Now()} }, func(error) {})
}

// join connects all nodes and waits until each has held SYNC.
func (f *fleet) join(ctx context.Context) error {
	living, leave := context.WithCancel(context.WithoutCancel(ctx))
	f.leave = leave
	for _, e := range f.enrolled {
		n := lightNode(e)
		f.nodes = append(f.nodes, n)
		f.all.Go(func() { _ = n.line.Run(living) }) // a node that gave up is one that is never told
	}
	return f.await(ctx, (*light).told)
}

// await waits until it is so of every node.
func (f *fleet) await(ctx context.Context, so func(*light) bool) error {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	limit := time.Now().Add(2 * time.Minute)
	for _, n := range f.nodes {
		for !so(n) {
			if time.Now().After(limit) {
				return fmt.Errorf("a node has not been told after two minutes: %+v: %s", n.line.State(), f.said.String())
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-look.C:
			}
		}
	}
	return nil
}

// trade lets every restaurant sell at its busy hour's rate, one event after the other over the whole fleet, until ctx ends.
func (f *fleet) trade(ctx context.Context) error {
	next := time.NewTicker(time.Hour / (busyHour * eventsPerOrder * time.Duration(len(f.nodes))))
	defer next.Stop()
	for i := 0; ; i = (i + 1) % len(f.nodes) {
		select {
		case <-ctx.Done():
			return nil
		case <-next.C:
		}
		if err := f.nodes[i].happens(f.dishes, restaurantID(i)); err != nil {
			return err
		}
		f.nodes[i].line.Appended()
	}
}

// effort is processor time in seconds, over a while.
type effort struct{ core, postgres, seconds, nodes float64 }

func (e effort) total() float64 { return e.core + e.postgres }
func (e effort) rate() float64  { return e.total() / e.seconds }

// perNode is what each node costs, in seconds for each second, besides what is spent when there is none.
func (e effort) perNode(alone effort) float64 { return (e.rate() - alone.rate()) / e.nodes }

// carried is how many nodes one core has time for.
func (e effort) carried(alone effort) float64 {
	return (1 - alone.rate()) / max(e.perNode(alone), 1e-6)
}

// micros writes processor time.
func micros(seconds float64) string { return fmt.Sprintf("%.0f µs", seconds*1e6) }

// spent is what core and Postgres spend while do is done: for as long as it takes, or for so long.
func (f *fleet) spent(ctx context.Context, long time.Duration, do func(context.Context) error) (e effort, err error) {
	core, postgres, err := f.busy()
	if err != nil {
		return e, err
	}
	began := time.Now()
	while, done := ctx, context.CancelFunc(func() {})
	if long > 0 {
		while, done = context.WithTimeout(ctx, long)
	}
	defer done()
	if do == nil {
		<-while.Done()
	} else if err := do(while); err != nil {
		return e, err
	}
	if ctx.Err() != nil {
		return e, ctx.Err()
	}
	e.core, e.postgres, err = f.busy()
	return effort{e.core - core, e.postgres - postgres, time.Since(began).Seconds(), float64(len(f.nodes))}, err
}

// busy is the processor time of the core and of its Postgres, up to now.
func (f *fleet) busy() (core, postgres float64, err error) {
	core, err = cpuSeconds(f.core.Process.Pid)
	if err != nil {
		return 0, 0, err
	}
	text, err := os.ReadFile(filepath.Join(f.dir, "cloud", "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0, 0, fmt.Errorf("find the core's Postgres: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	master, err := strconv.Atoi(first)
	if err != nil {
		return 0, 0, fmt.Errorf("find the core's Postgres: %w", err)
	}
	postgres, err = familySeconds(master)
	return core, postgres, err
}

// close ends the nodes and the core.
func (f *fleet) close() {
	if f.leave != nil {
		f.leave()
		f.all.Wait()
	}
	if f.core != nil && f.core.Process != nil {
		_ = f.core.Process.Signal(os.Interrupt)
		_ = f.core.Wait()
	}
	_ = os.RemoveAll(f.dir)
}
