package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// chain is bin/local with one restaurant and nobody in it.
type chain struct {
	dir, cloud, edge, control string
	client                    *http.Client
	cmd                       *exec.Cmd
	log                       bytes.Buffer
}

func (m *Machine) open(ctx context.Context, dir string) (*chain, error) {
	c := &chain{
		dir: dir, cloud: fmt.Sprintf("http://127.0.0.1:%d", m.PortBase), edge: fmt.Sprintf("http://127.0.0.1:%d", m.PortBase+3080),
		control: fmt.Sprintf("http://127.0.0.1:%d", m.PortBase+99),
		client:  &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}},
	}
	c.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(m.Bin, "local"), "--data", dir, "--port-base", fmt.Sprint(m.PortBase), "--restaurants", "1", "--guests", "0",
		"--drivers", "0", "--cook=false", "--log-level", "warn")
	c.cmd.Stderr = &c.log
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the chain: %w", err)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the chain (make build first): %w", err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "The chain is open") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return c, c.connected(ctx)
		}
	}
	_ = c.cmd.Wait()
	return nil, fmt.Errorf("the chain did not open: %s", c.log.String())
}

// connected waits until the restaurant takes web orders.
func (c *chain) connected(ctx context.Context) error {
	for n := 0; n < 300; n++ {
		if _, err := c.place(ctx, fmt.Sprintf("warm-%d", n)); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("the restaurant does not connect")
}

func (c *chain) close() {
	_ = c.cmd.Process.Signal(os.Interrupt)
	_ = c.cmd.Wait()
	c.client.CloseIdleConnections()
}

const basket = `{"restaurant_id":"r1","fulfilment":"carryout","channel":"web","customer":{"name":"Ada","phone":"+12025550123"},
	"lines":[{"product":"margherita","size":"large","quantity":1,"toppings":[{"topping":"mushrooms","placement":"left","amount":"extra"}]}],
	"payment":{"method":"cash"}}`

// place orders one pizza in the cloud.
func (c *chain) place(ctx context.Context, key string) (id string, err error) {
	err = c.post(ctx, c.cloud+"/api/orders", basket, key, &id)
	return id, err
}

// post sends JSON and takes the id out of the answer.
func (c *chain) post(ctx context.Context, url, body, key string, id *string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return fmt.Errorf("post %s: %w", url, err)
	}
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("post %s: %s: %s", url, res.Status, answer)
	}
	if id == nil {
		return nil
	}
	var v struct {
		ID string `json:"id"`
	}
	err = json.Unmarshal(answer, &v)
	*id = v.ID
	return err
}

// pid is the process of a program of the chain.
func (c *chain) pid(ctx context.Context, name string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.control+"/status", nil)
	if err != nil {
		return 0, err
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("ask for the processes: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var s struct {
		Processes []struct {
			Name string `json:"name"`
			PID  int    `json:"pid"`
		} `json:"processes"`
	}
	if err := json.NewDecoder(res.Body).Decode(&s); err != nil {
		return 0, fmt.Errorf("ask for the processes: %w", err)
	}
	for _, p := range s.Processes {
		if p.Name == name {
			return p.PID, nil
		}
	}
	return 0, fmt.Errorf("there is no process %s", name)
}

// screen listens to the kitchen's board and says when an order was on it at a version.
type screen struct {
	seen chan sighting
	stop func()
}

type sighting struct {
	order   string
	version int
	at      time.Time
}

func (c *chain) watch(ctx context.Context) (*screen, error) {
	ctx, cancel := context.WithCancel(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.edge+"/api/board/stream", nil)
	if err != nil {
		cancel()
		return nil, err
	}
	s := &screen{seen: make(chan sighting, 4096), stop: cancel}
	listening := make(chan error, 1)
	go func() {
		defer close(s.seen)
		res, err := (&http.Client{}).Do(req)
		listening <- err
		if err != nil {
			return
		}
		defer func() { _ = res.Body.Close() }()
		s.read(bufio.NewReaderSize(res.Body, 1<<20))
	}()
	if err := <-listening; err != nil {
		cancel()
		return nil, fmt.Errorf("watch the board: %w", err)
	}
	return s, nil
}

// read notes every ticket on the stream until it ends.
func (s *screen) read(lines *bufio.Reader) {
	for {
		line, err := lines.ReadBytes('\n')
		at := time.Now()
		if err != nil {
			return
		}
		data, ok := bytes.CutPrefix(line, []byte("data: "))
		var change struct {
			Tickets []struct {
				OrderID string `json:"order_id"`
				Version int    `json:"version"`
			} `json:"tickets"`
		}
		if !ok || json.Unmarshal(data, &change) != nil {
			continue
		}
		for _, t := range change.Tickets {
			s.seen <- sighting{t.OrderID, t.Version, at}
		}
	}
}

// await is when an order was first on the screen at a version or a later one.
func (s *screen) await(ctx context.Context, order string, version int) (time.Time, error) {
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	for {
		select {
		case seen, open := <-s.seen:
			if !open {
				return time.Time{}, errors.New("the board's stream has ended")
			}
			if seen.order == order && seen.version >= version {
				return seen.at, nil
			}
		case <-limit.C:
			return time.Time{}, fmt.Errorf("order %s is not on the screen after 10 s", order)
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}
