package kds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"awesome.pizza/edge/kds"
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/store"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/menu"
)

// node is a restaurant's node as the LAN sees it: a real kitchen on a real SQLite file behind a real listener. Ovens and line are what
// the test says they are.
type node struct {
	t       *testing.T
	url     string
	kitchen *kitchen.Kitchen
	hub     *live.Hub[kitchen.Change]
	client  *http.Client
	stop    func()
	handler http.Handler

	mu    sync.Mutex
	ovens []kds.OvenView
	line  kds.LinkView
	ahead time.Duration
}

// Now is the restaurant's time, which a test can move on.
func (n *node) Now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Now().Add(n.ahead)
}

func (n *node) Ovens() []kds.OvenView {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ovens
}

func (n *node) LinkState() kds.LinkView {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.line
}

func (n *node) set(change func(*node)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change(n)
}

var pages = fstest.MapFS{
	"index.html":         {Data: []byte("<!doctype html><title>Kitchen</title>")},
	"counter.html":       {Data: []byte("<!doctype html><title>Counter</title>")},
	"board.html":         {Data: []byte("<!doctype html><title>Your order</title>")},
	"sw.js":              {Data: []byte("self.addEventListener('fetch', () => {});")},
	"health.html":        {Data: []byte("<!doctype html><title>Node</title>")},
	"favicon.svg":        {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")},
	"assets/index-1a.js": {Data: []byte(strings.Repeat("console.info('pizza');", 200))},
}

// open starts a node; change may alter what it is made of.
func open(t *testing.T, change ...func(*kds.Deps, *kds.Settings)) *node {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "edge.db"))
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, hub: live.New[kitchen.Change](256), client: &http.Client{Transport: &http.Transport{}}}
	n.line = kds.LinkView{State: "up", Since: kds.At(time.Now())}
	roster := []kitchen.Cook{{ID: "ada", Name: "Ada"}}
	n.kitchen, err = kitchen.New(t.Context(), s, m, n, n.hub, kitchen.Settings{Restaurant: "r1", Roster: roster})
	if err != nil {
		t.Fatal(err)
	}
	deps := kds.Deps{Kitchen: n.kitchen, Changes: n.hub, Menu: m, Ovens: n, Link: n, Pages: pages, Clock: n}
	settings := kds.Settings{Restaurant: "r1", Pace: 5 * time.Millisecond, Heartbeat: 20 * time.Millisecond}
	for _, c := range change {
		c(&deps, &settings)
	}
	n.serve(deps, settings)
	t.Cleanup(func() {
		n.stop()
		n.hub.Close()
		n.client.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return n
}

func (n *node) serve(d kds.Deps, s kds.Settings) {
	n.t.Helper()
	server, err := kds.New(d, s)
	if err != nil {
		n.t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(n.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		n.t.Fatal(err)
	}
	n.url, n.handler = "http://"+l.Addr().String(), server.Handler()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	n.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			n.t.Errorf("serve: %v", err)
		}
	})
}

// reply is an answer, read.
type reply struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any
}

func (r reply) text(key string) string {
	s, _ := r.json[key].(string)
	return s
}

// send makes a request; headers come in pairs. A body that is a string goes out as it is, anything else as JSON.
func (n *node) send(method, path string, body any, headers ...string) reply {
	n.t.Helper()
	var raw io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		raw = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			n.t.Fatal(err)
		}
		raw = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, raw)
	if err != nil {
		n.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := n.client.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	r := reply{status: res.StatusCode, header: res.Header, body: text}
	_ = json.Unmarshal(text, &r.json) // not every answer is an object
	return r
}

func (n *node) get(path string, headers ...string) reply {
	n.t.Helper()
	return n.send(http.MethodGet, path, nil, headers...)
}

func (n *node) post(path string, body any, headers ...string) reply {
	n.t.Helper()
	return n.send(http.MethodPost, path, body, headers...)
}

type object = map[string]any

// tap posts a tap under an id of its own.
func (n *node) tap(path string, body object) reply {
	n.t.Helper()
	body = maps.Clone(body)
	body["tap"] = id.New()
	return n.post(path, body)
}

// basket is an order of one product for the counter.
func basket(product, size string) object {
	return object{
		"channel": "counter", "fulfilment": "carryout", "customer": object{"name": "Ada"}, "payment": object{"method": "cash"},
		"lines": []object{{"product": product, "size": size, "quantity": 1}},
	}
}

// place orders a pizza and returns the order's id.
func (n *node) place() string {
	n.t.Helper()
	r := n.post("/api/orders", basket("margherita", "large"))
	if r.status != http.StatusCreated {
		n.t.Fatalf("place: %d %s", r.status, r.body)
	}
	return r.text("id")
}

// seq is the number of the last commit.
func (n *node) seq() uint64 {
	n.t.Helper()
	s, err := n.kitchen.Snapshot(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return s.Seq
}
