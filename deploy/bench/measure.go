package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// screens measures from a tap to the change on the first of ten tablets, and on the last.
func (m *Machine) screens(ctx context.Context, c *chain, r *report) error {
	var tablets []*screen
	defer func() {
		for _, s := range tablets {
			s.stop()
		}
	}()
	for range tabletsMost {
		s, err := c.watch(ctx)
		if err != nil {
			return err
		}
		tablets = append(tablets, s)
	}
	var one, all, plain sample
	for n := range m.Taps {
		began := time.Now()
		if err := c.get(ctx, c.edge+"/healthz"); err != nil {
			return err
		}
		plain = append(plain, time.Since(began))
		first, last, err := c.tap(ctx, tablets, n)
		if err != nil {
			return err
		}
		one, all = append(one, first), append(all, last)
	}
	r.add("edge: tap → another screen", one.String(), "GET /healthz "+plain.String()+"; "+ratio(one.at(0.99), plain.at(0.99))+" at p99",
		"one SQLite commit with fsync, then the stream")
	r.add(fmt.Sprintf("edge: tap → the last of %d tablets", tabletsMost), all.String(), "the first of them "+one.String()+"; "+ratio(all.at(0.99), one.at(0.99))+" at p99",
		"the same change is encoded once and written to each")
	return nil
}

// tabletsMost is how many tablets a large kitchen has.
const tabletsMost = 10

// tap takes an order, starts it, and says how long that took to the first tablet and to the last.
func (c *chain) tap(ctx context.Context, tablets []*screen, n int) (first, last time.Duration, err error) {
	var id string
	body := `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`
	if err := c.post(ctx, c.edge+"/api/orders", body, fmt.Sprintf("tap-%d", n), &id); err != nil {
		return 0, 0, err
	}
	for _, s := range tablets {
		if _, err := s.await(ctx, id, 1); err != nil {
			return 0, 0, err
		}
	}
	began := time.Now()
	if err := c.post(ctx, c.edge+"/api/tickets/"+id+"/start", fmt.Sprintf(`{"tap":%q}`, id), "", nil); err != nil {
		return 0, 0, err
	}
	for _, s := range tablets {
		at, err := s.await(ctx, id, 4) // created, validated, queued, started
		if err != nil {
			return 0, 0, err
		}
		took := at.Sub(began)
		if last = max(last, took); first == 0 || took < first {
			first = took
		}
	}
	if err := c.post(ctx, c.edge+"/api/tickets/"+id+"/void", fmt.Sprintf(`{"tap":%q,"reason":"measured"}`, id+"-v"), "", nil); err != nil {
		return 0, 0, err
	}
	return first, last, c.post(ctx, c.edge+"/api/tickets/"+id+"/acknowledge", fmt.Sprintf(`{"tap":%q}`, id+"-a"), "", nil) // or it stays on the board
}

// orders measures from the guest's click to the kitchen's glass.
func (m *Machine) orders(ctx context.Context, c *chain, r *report) error {
	s, err := c.watch(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	var whole, answer sample
	for n := range m.Taps {
		began := time.Now()
		var id string
		if err := c.post(ctx, c.cloud+"/api/orders", basket, fmt.Sprintf("glass-%d", n), &id); err != nil {
			return err
		}
		answer = append(answer, time.Since(began))
		at, err := s.await(ctx, id, 1)
		if err != nil {
			return err
		}
		whole = append(whole, at.Sub(began))
		if err := c.post(ctx, c.edge+"/api/tickets/"+id+"/void", fmt.Sprintf(`{"tap":%q,"reason":"measured"}`, id+"-v"), "", nil); err != nil {
			return err
		}
	}
	r.add("cloud: order placed → kitchen display", whole.String(), "the 201 itself "+answer.String()+"; "+ratio(whole.at(0.5), answer.at(0.5))+" at p50",
		"two commits in Postgres (placed, handed over), one in SQLite, the hub between them")
	return nil
}

// memory measures the node idle and with a full board.
func (m *Machine) memory(ctx context.Context, c *chain, r *report) error {
	pid, err := c.pid(ctx, "edge-r1")
	if err != nil {
		return err
	}
	idle, err := rss(pid)
	if err != nil {
		return err
	}
	s, err := c.watch(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	for n := range 100 {
		id, err := c.place(ctx, fmt.Sprintf("full-%d", n))
		if err != nil {
			return err
		}
		if _, err := s.await(ctx, id, 1); err != nil {
			return err
		}
	}
	full, err := rss(pid)
	if err != nil {
		return err
	}
	cloud, err := c.pid(ctx, "cloud")
	if err != nil {
		return err
	}
	core, err := rss(cloud)
	if err != nil {
		return err
	}
	r.add("edge: memory (RSS)", fmt.Sprintf("%.1f MB idle, %.1f MB with 100 open tickets on the board and a screen", idle, full),
		fmt.Sprintf("the cloud core with its embedded hub: %.1f MB", core), "Go's heap between two collections; the leaf's and SQLite's buffers")
	return nil
}

// load places orders as fast as they are taken, beside a handler that reads the same body and does nothing.
func (m *Machine) load(ctx context.Context, c *chain, r *report) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open the null handler: %w", err)
	}
	null := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"x"}`)
	})}
	go func() { _ = null.Serve(l) }()
	defer func() { _ = null.Close() }()
	nothing, err := m.storm(ctx, c, "http://"+l.Addr().String(), "null")
	if err != nil {
		return err
	}
	orders, err := m.storm(ctx, c, c.cloud+"/api/orders", "storm")
	if err != nil {
		return err
	}
	perSecond := func(s sample) float64 { return float64(len(s)) / m.Load.Seconds() }
	r.add(fmt.Sprintf("cloud: orders placed, durable, %d guests", m.Guests), fmt.Sprintf("%.0f/s, %s", perSecond(orders), orders),
		fmt.Sprintf("a null handler %.0f/s, %s; 1 : %.1f", perSecond(nothing), nothing, perSecond(nothing)/perSecond(orders)),
		"this machine's cores: load, core, Postgres, hub and the restaurant's node share them")
	return nil
}

func (m *Machine) storm(ctx context.Context, c *chain, url, name string) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, m.Load)
	defer cancel()
	var mu sync.Mutex
	var all sample
	var failed error
	var guests sync.WaitGroup
	for g := range m.Guests {
		guests.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				began := time.Now()
				err := c.post(ctx, url, basket, fmt.Sprintf("%s-%d-%d", name, g, n), nil)
				took := time.Since(began)
				mu.Lock()
				switch {
				case err == nil:
					all = append(all, took)
				case ctx.Err() == nil:
					failed = errors.Join(failed, err)
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	guests.Wait()
	return all, failed
}

// starts measures from spawning the node to the first answer of /readyz, on a database with open tickets.
func (m *Machine) starts(ctx context.Context, c *chain, r *report) error {
	var ready, spawn sample
	for range m.Starts {
		if err := c.post(ctx, c.control+"/processes/edge-r1/kill", "", "", nil); err != nil {
			return err
		}
		began := time.Now()
		if err := exec.CommandContext(ctx, filepath.Join(m.Bin, "edge"), "--version").Run(); err != nil {
			return fmt.Errorf("start edge --version: %w", err)
		}
		spawn = append(spawn, time.Since(began))
		began = time.Now()
		if err := c.post(ctx, c.control+"/processes/edge-r1/start", "", "", nil); err != nil {
			return err
		}
		for c.get(ctx, c.edge+"/readyz") != nil {
			if time.Since(began) > 20*time.Second {
				return errors.New("the node is not ready after 20 s")
			}
		}
		ready = append(ready, time.Since(began))
	}
	r.add("edge: kill -9, start → ready, 100 open tickets", fmt.Sprintf("min %s, %s", short(ready.at(0)), ready),
		fmt.Sprintf("edge --version min %s; %s", short(spawn.at(0)), ratio(ready.at(0), spawn.at(0))), "loading the program, quick_check and 100 open tickets")
	return nil
}

// sizes are what is shipped.
func (m *Machine) sizes(_ context.Context, _ *chain, r *report) error {
	var programs []string
	for _, name := range []string{"edge", "cloud", "firmware-sim", "local"} {
		info, err := os.Stat(filepath.Join(m.Bin, name))
		if err != nil {
			return fmt.Errorf("look at the programs: %w", err)
		}
		programs = append(programs, fmt.Sprintf("%s %.1f MB", name, float64(info.Size())/1e6))
	}
	r.add("programs, static and stripped", strings.Join(programs, ", "), "–", "nats-server (9 MB), SQLite (6 MB), the pages")
	for _, dist := range []string{"edge/web/dist", "cloud/web/dist"} {
		size, err := compressed(dist)
		if err != nil {
			return err
		}
		r.add(dist+", all pages, gzip", fmt.Sprintf("%.1f kB", float64(size)/1e3), "–", "Svelte's runtime and our components")
	}
	return nil
}

// compressed is the size of all scripts, styles and pages of a folder when each is compressed.
func compressed(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		ext := filepath.Ext(path)
		if err != nil || d.IsDir() || ext != ".js" && ext != ".css" && ext != ".html" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var n counter
		z := gzip.NewWriter(&n)
		if _, err := z.Write(data); err != nil {
			return err
		}
		err = z.Close()
		total += int64(n)
		return err
	})
	return total, err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func (c *chain) get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", url, res.Status)
	}
	return nil
}

// rss is the resident memory of a process in MB.
func rss(pid int) (float64, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, fmt.Errorf("read the memory of process %d: %w", pid, err)
	}
	fields := strings.Fields(string(data))
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return float64(pages*int64(os.Getpagesize())) / 1e6, err
}
