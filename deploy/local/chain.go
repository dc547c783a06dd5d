package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"awesome.pizza/cloud/pgdev"
)

// Chain is everything that runs on this machine.
type Chain struct {
	cfg         Config
	logs        *Log
	log         *slog.Logger
	processes   []*Process // in the order in which they start; they end in the reverse
	restaurants []*restaurant
	doors       []*Line // in front of two cores
}

type restaurant struct {
	id       string
	n        int // from 0
	kitchen  string
	secret   string // of its oven
	internet *Line
}

func (r *restaurant) view(ctx context.Context) RestaurantView {
	weather := r.internet.Weather()
	return RestaurantView{ID: r.id, Internet: weather.Up, Weather: weather, Link: r.link(ctx), URL: r.kitchen}
}

// link is what the node says of its link.
func (r *restaurant) link(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.kitchen+"/api/link", nil)
	if err != nil {
		return "unknown"
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "unknown"
	}
	defer func() { _ = res.Body.Close() }()
	said := struct {
		State string `json:"state"`
	}{"unknown"}
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil {
		return "unknown"
	}
	return said.State
}

// NewChain lays out a chain; nothing runs yet.
func NewChain(ctx context.Context, cfg Config, logs *Log, log *slog.Logger) (*Chain, error) {
	c := &Chain{cfg: cfg, logs: logs, log: log}
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	for n := range cfg.Restaurants {
		id := "r" + strconv.Itoa(n+1)
		secret, err := c.secret(id)
		if err != nil {
			return nil, err
		}
		c.restaurants = append(c.restaurants, &restaurant{
			id: id, n: n, kitchen: cfg.url(kitchenPort + n), secret: secret,
			internet: NewLine(id, cfg.addr(linePort+n), c.hubs()...),
		})
	}
	c.addCloud()
	for _, r := range c.restaurants {
		c.add("edge-"+r.id, r.kitchen, c.edgeArgs(r)...)
	}
	for _, r := range c.restaurants {
		c.add("ovens-"+r.id, "", c.ovenArgs(r)...)
		c.add("printer-"+r.id, "", c.printerArgs(r)...)
		if cfg.Drivers > 0 {
			c.add("drivers-"+r.id, "", c.driverArgs(r)...)
		}
	}
	if cfg.Guests > 0 {
		c.add("guests", "", c.guestArgs()...)
	}
	return c, c.write(ctx)
}

// addCloud adds hub and cores, and the doors in front of two of them.
func (c *Chain) addCloud() {
	for n := range c.hubNodes() {
		name := numbered("hub", n, c.cfg.Hubs)
		c.add(name, c.cfg.url(hubPort+n), c.cfg.OwnHub, "--config", c.path(name+".conf"))
	}
	for n := range c.cfg.Cores {
		c.add(numbered("cloud", n, c.cfg.Cores), c.cfg.url(c.behind(cloudPort, n)), c.cloudArgs(n)...)
	}
	if c.cfg.Cores == 1 {
		return
	}
	for _, port := range []int{cloudPort, tlsPort, phonePort} {
		var behind []string
		for n := range c.cfg.Cores {
			behind = append(behind, c.cfg.addr(c.behind(port, n)))
		}
		c.doors = append(c.doors, NewLine("the cloud", c.cfg.addr(port), behind...))
	}
}

// hubNodes is how many processes are the hub; none when it is inside of the core.
func (c *Chain) hubNodes() int {
	if c.cfg.OwnHub == "" {
		return 0
	}
	return c.cfg.Hubs
}

// hubs are the addresses at which the restaurants' lines end.
func (c *Chain) hubs() (all []string) {
	port := leafPort
	if c.cfg.Uplink == "client" {
		port = clientPort
	}
	for n := range c.cfg.Hubs {
		all = append(all, c.cfg.addr(port+n))
	}
	return all
}

// behind is the port of one core: the usual one of the only core, one of those after it when there is a door.
func (c *Chain) behind(port, n int) int {
	switch {
	case c.cfg.Cores == 1:
		return port
	case port == cloudPort:
		return 5011 + n
	case port == tlsPort:
		return 5021 + n
	}
	return port + 1 + n
}

// numbered is the name of one of several, from 1; the only one needs no number.
func numbered(name string, n, of int) string {
	if of == 1 {
		return name
	}
	return name + "-" + strconv.Itoa(n+1)
}

func (c *Chain) path(parts ...string) string {
	return filepath.Join(append([]string{c.cfg.Data}, parts...)...)
}

// secret is a restaurant's oven's password: made once, kept with the data.
func (c *Chain) secret(id string) (string, error) {
	path := c.path(id + ".secret")
	if data, err := os.ReadFile(path); err == nil {
		return string(data), nil
	}
	secret := rand.Text()
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		return "", fmt.Errorf("keep the password of an oven: %w", err)
	}
	return secret, nil
}

func (c *Chain) add(name, url string, args ...string) {
	c.processes = append(c.processes, &Process{Name: name, URL: url, Args: args, Out: c.logs.Of(name)})
}

func (c *Chain) process(name string) *Process {
	for _, p := range c.processes {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Status is the chain as it is now.
func (c *Chain) Status(ctx context.Context) Status {
	var s Status
	for _, p := range c.processes {
		s.Processes = append(s.Processes, p.View())
	}
	for _, r := range c.restaurants {
		s.Restaurants = append(s.Restaurants, r.view(ctx))
	}
	return s
}

// Start starts everything, waiting for each part that another needs.
func (c *Chain) Start(ctx context.Context) error {
	for _, p := range c.processes { // nodes of a cluster are ready together or not at all
		if strings.HasPrefix(p.Name, "hub") {
			if err := p.Start(); err != nil {
				return err
			}
		}
	}
	for _, door := range c.doors {
		if err := door.Set(Weather{Up: true}); err != nil {
			return err
		}
	}
	for _, p := range c.processes {
		path := "/readyz"
		if strings.HasPrefix(p.Name, "hub") {
			path = "/healthz"
		} else if !serving(p) {
			continue
		}
		if err := c.startAndAwait(ctx, p, path); err != nil {
			return err
		}
	}
	for _, r := range c.restaurants {
		if err := r.internet.Set(Weather{Up: true}); err != nil {
			return err
		}
		if err := c.enrol(ctx, r); err != nil {
			return err
		}
		if err := c.startAndAwait(ctx, c.process("edge-"+r.id), "/readyz"); err != nil {
			return err
		}
	}
	for _, p := range c.processes {
		if p.View().State == Ended {
			if err := p.Start(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Chain) startAndAwait(ctx context.Context, p *Process, path string) error {
	if p.View().State == Ended {
		if err := p.Start(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if answers(ctx, p.URL+path) {
			return nil
		}
		if p.View().State == Ended {
			return fmt.Errorf("%s ended while it started (%s); its last lines say why", p.Name, cmp.Or(p.View().Error, "as it was told to"))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %s%s does not answer 200: %w", p.Name, p.URL, path, ctx.Err())
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// A chain ends in less than 5 s, whatever its programs do: those that serve the others are asked to end when the others have, or else after
// restWithin; who has not ended after killAfter is killed; and then there is time until stopWithin to end a Postgres that was left behind.
const (
	restWithin = 2 * time.Second
	killAfter  = 3 * time.Second
	stopWithin = 4500 * time.Millisecond
)

// serving reports whether a process is of the cloud: the others need it.
func serving(p *Process) bool {
	return strings.HasPrefix(p.Name, "hub") || strings.HasPrefix(p.Name, "cloud")
}

// Stop ends everything, those who need others first, and cuts every line. The private Postgres of a cloud that was killed is nobody's
// child: it is ended too. ctx only lends its values.
func (c *Chain) Stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	patience, cancel := context.WithTimeout(ctx, killAfter)
	defer cancel()
	var all sync.WaitGroup
	needed := 0
	for needed < len(c.processes) && serving(c.processes[needed]) {
		needed++
	}
	select {
	case <-c.stopAll(patience, &all, c.processes[needed:]):
	case <-time.After(restWithin):
	}
	c.stopAll(patience, &all, c.processes[:needed])
	all.Wait()
	for _, r := range c.restaurants {
		r.internet.Close()
	}
	for _, door := range c.doors {
		door.Close()
	}
	if c.cfg.Postgres != "" {
		return
	}
	if err := pgdev.End(ctx, c.path("cloud", "postgres")); err != nil {
		c.log.Warn("stop", "process", "postgres", "err", err)
	}
}

// stopAll asks all of them at once, so that ending takes as long as the slowest; all waits for them. done is closed when they have ended.
func (c *Chain) stopAll(patience context.Context, all *sync.WaitGroup, processes []*Process) (done <-chan struct{}) {
	ended, some := make(chan struct{}), new(sync.WaitGroup)
	for _, p := range processes {
		some.Go(func() {
			if err := p.Stop(patience); err != nil {
				c.log.Warn("stop", "process", p.Name, "err", err)
			}
		})
	}
	all.Go(func() {
		defer close(ended)
		some.Wait()
	})
	return ended
}

// Serve answers the control page until ctx ends.
func (c *Chain) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: c.control(), ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}
