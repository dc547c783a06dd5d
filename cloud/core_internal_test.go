package cloud

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"awesome.pizza/cloud/pgdev/pgtest"
	"awesome.pizza/cloud/store"
)

// paper is a log that is read while it is written.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// A core opens with nothing set but where it may listen, serves its own machine alone, and ends while a stream is open.
func TestACoreOpensServesItsMachineAndEndsSoon(t *testing.T) {
	t.Parallel()
	const free = "127.0.0.1:0"
	log, done := new(paper), make(chan error, 1)
	ctx, closed := context.WithCancel(context.WithoutCancel(t.Context()))
	defer closed()
	c := Config{
		Data: filepath.Join(t.TempDir(), "cloud"), DatabaseURL: pgtest.New(t, store.Migrate, store.MigrationsHash()),
		Listen: free, TLSListen: free, MQTTListen: free, LeafListen: free, ClientListen: free, HubTLS: true,
	}
	go func() { done <- Run(ctx, c, slog.New(slog.NewTextHandler(log, nil))) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	site := regexp.MustCompile(`the chain is open" site=(\S+)`)
	for deadline := time.Now().Add(30 * time.Second); !site.MatchString(log.String()); <-tick.C {
		if len(done) > 0 || time.Now().After(deadline) {
			t.Fatalf("it does not open:\n%s", log)
		}
	}
	url := site.FindStringSubmatch(log.String())[1]
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	get := func(path, host string) (status int) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() }) // a stream stays open until then
		return res.StatusCode
	}
	if status := get("/readyz", ""); status != http.StatusOK {
		t.Errorf("it is open and not ready: %d", status)
	}
	if status := get("/api/fleet", "evil.example"); status != http.StatusMisdirectedRequest {
		t.Errorf("another host is answered %d", status)
	}
	if status := get("/api/dashboard/stream", ""); status != http.StatusOK {
		t.Errorf("head office is answered %d", status)
	}
	began := time.Now()
	closed()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %s to end", took)
	}
}
