package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// backlog measures how fast a restaurant that was cut off catches up: m.Backlog orders from counter to hand-over with the internet cut,
// then the line is mended. Eight hours at 150 orders an hour are 1,200 orders.
func (m *Machine) backlog(ctx context.Context, c *chain, r *report) error {
	if err := c.post(ctx, c.control+"/restaurants/r1/internet", `{"up":false}`, "", nil); err != nil {
		return err
	}
	began := time.Now()
	if err := m.trade(ctx, c); err != nil {
		return err
	}
	trading := time.Since(began)
	events, err := c.unsent(ctx)
	if err != nil {
		return err
	}
	if err := c.post(ctx, c.control+"/restaurants/r1/internet", `{"up":true}`, "", nil); err != nil {
		return err
	}
	mended := time.Now()
	flowing, err := c.awaitBacklog(ctx, func(left int) bool { return left < events })
	if err != nil {
		return err
	}
	done, err := c.awaitBacklog(ctx, func(left int) bool { return left == 0 })
	if err != nil {
		return err
	}
	raw, err := publishRaw(ctx, events)
	if err != nil {
		return err
	}
	caught := done.Sub(mended)
	r.add(fmt.Sprintf("link: %d orders (8 h) with the internet cut, then mended", m.Backlog),
		fmt.Sprintf("%d events in the cloud %s after mending, %s of it to reconnect; %.0f events/s from then on", events, short(caught),
			short(flowing.Sub(mended)), float64(events)/done.Sub(flowing).Seconds()),
		fmt.Sprintf("the same events published raw to JetStream, synced, %s (%.0f/s); %s. They were made in %s", short(raw),
			float64(events)/raw.Seconds(), ratio(done.Sub(flowing), raw), short(trading)),
		"one restaurant has one sequence: each batch is a commit in Postgres with its projection")
	return nil
}

// trade takes orders at the counter and cooks them, eight at a time.
func (m *Machine) trade(ctx context.Context, c *chain) error {
	var next atomic.Int64
	var crew sync.WaitGroup
	errs := make([]error, 8)
	for w := range errs {
		crew.Go(func() {
			for n := next.Add(1); n <= int64(m.Backlog) && errs[w] == nil; n = next.Add(1) {
				errs[w] = c.sell(ctx, fmt.Sprintf("backlog-%d", n))
			}
		})
	}
	crew.Wait()
	return errors.Join(errs...)
}

// sell takes one order at the counter, cooks it and hands it over.
func (c *chain) sell(ctx context.Context, key string) error {
	var id string
	body := `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`
	if err := c.post(ctx, c.edge+"/api/orders", body, key, &id); err != nil {
		return err
	}
	for n := range 4 { // made, in the oven, out of it, cut
		if err := c.post(ctx, c.edge+"/api/tickets/"+id+"/bump", fmt.Sprintf(`{"tap":"%s-%d"}`, id, n), "", nil); err != nil {
			return err
		}
	}
	return c.post(ctx, c.edge+"/api/tickets/"+id+"/hand-over", fmt.Sprintf(`{"tap":"%s-h"}`, id), "", nil)
}

// unsent is how many events the cloud is not known to have.
func (c *chain) unsent(ctx context.Context) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.edge+"/api/link", nil)
	if err != nil {
		return 0, err
	}
	res, err := c.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("ask for the link: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var v struct {
		Backlog int `json:"backlog"`
	}
	err = json.NewDecoder(res.Body).Decode(&v)
	return v.Backlog, err
}

// awaitBacklog is when what is unsent was first as wanted.
func (c *chain) awaitBacklog(ctx context.Context, so func(left int) bool) (time.Time, error) {
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); {
		left, err := c.unsent(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if so(left) {
			return time.Now(), nil
		}
		select {
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		case <-look.C:
		}
	}
	return time.Time{}, errors.New("the backlog does not go down in two minutes")
}

const (
	rawBatch = 64  // events in a batch, as on the link
	rawEvent = 450 // bytes of one, about
	rawAhead = 8   // batches on their way
)

// publishRaw is how long JetStream alone takes for so many events in batches of the link's size: one stream, every message synced to disk.
func publishRaw(ctx context.Context, events int) (took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "awesome-raw-")
	if err != nil {
		return 0, fmt.Errorf("make a place for a raw stream: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	hub, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, JetStream: true, StoreDir: dir, SyncAlways: true})
	if err != nil {
		return 0, fmt.Errorf("make a raw hub: %w", err)
	}
	hub.Start()
	defer func() { hub.Shutdown(); hub.WaitForShutdown() }()
	if !hub.ReadyForConnections(10 * time.Second) {
		return 0, errors.New("the raw hub does not start")
	}
	conn, err := nats.Connect(hub.ClientURL())
	if err != nil {
		return 0, fmt.Errorf("connect to the raw hub: %w", err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn, jetstream.WithPublishAsyncMaxPending(rawAhead))
	if err != nil {
		return 0, err
	}
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "RAW", Subjects: []string{"raw"}, Storage: jetstream.FileStorage}); err != nil {
		return 0, fmt.Errorf("make a raw stream: %w", err)
	}
	payload, began := make([]byte, rawBatch*rawEvent), time.Now()
	for sent := 0; sent < events; sent += rawBatch {
		if _, err := js.PublishAsync("raw", payload, jetstream.WithStallWait(time.Minute)); err != nil {
			return 0, fmt.Errorf("publish raw: %w", err)
		}
	}
	select {
	case <-js.PublishAsyncComplete():
		return time.Since(began), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
