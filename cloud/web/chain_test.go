//go:build browser

package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// chain is a whole chain on this machine, as bin/local starts it: cloud, hub, database, two restaurants. Nobody cooks, drives or orders
// but the stories.
type chain struct {
	base int
	cmd  *exec.Cmd
	out  bytes.Buffer
}

const (
	spread   = 3200 // the ports of a chain: from its base to the second restaurant's kitchen
	getsUp   = 2 * time.Minute
	liesDown = 30 * time.Second
)

func startChain(t *testing.T) *chain {
	t.Helper()
	local, err := filepath.Abs("../../bin/local")
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{base: freeBase(t)}
	c.cmd = exec.Command(local, "--data", dataDir(t), "--port-base", strconv.Itoa(c.base), "--restaurants", "2",
		"--guests", "0", "--drivers", "0", "--cook=false", "--log-level", "warn")
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.out
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("start the chain (make build first): %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	t.Cleanup(func() { c.end(t, ended) })
	c.await(t, ended)
	return c
}

// dataDir is a folder that the account which serves the database can enter.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pizza-pages-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the chain's data: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// freeBase finds a base whose busiest ports nobody listens on.
func freeBase(t *testing.T) int {
	t.Helper()
	for base := 12_000; base < 45_000; base += spread + 7 {
		free := true
		for _, usual := range []int{5000, 5099, 5100, 5101, 4222, 7422, 8222, 9090, 9191, 9192, 8080, 8081, 1883, 1891, 1892} {
			l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", base-5000+usual))
			if err != nil {
				free = false
				break
			}
			_ = l.Close()
		}
		if free {
			return base
		}
	}
	t.Fatal("no free ports for a chain")
	return 0
}

// await returns when every page and kitchen answers.
func (c *chain) await(t *testing.T, ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), getsUp)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if c.answers(ctx, 5000, "/readyz") && c.answers(ctx, 8080, "/readyz") && c.answers(ctx, 8081, "/readyz") && c.answers(ctx, 5099, "/status") {
			return
		}
		select {
		case err := <-ended:
			t.Fatalf("the chain ended while it started: %v\n%s", err, c.out.Bytes())
		case <-ctx.Done():
			t.Fatalf("the chain is not ready: %v", ctx.Err())
		case <-tick.C:
		}
	}
}

func (c *chain) url(usual int) string { return fmt.Sprintf("http://127.0.0.1:%d", c.base-5000+usual) }

func (c *chain) answers(ctx context.Context, usual int, path string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url(usual)+path, nil)
	if err != nil {
		return false
	}
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (c *chain) env() []string {
	return []string{"CLOUD_URL=" + c.url(5000), "CONTROL_URL=" + c.url(5099), "EDGE_R1=" + c.url(8080), "EDGE_R2=" + c.url(8081)}
}

// end asks the chain to stop, and makes it if it does not.
func (c *chain) end(t *testing.T, ended <-chan error) {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("stop the chain: %v", err)
	}
	select {
	case <-ended:
	case <-time.After(liesDown):
		_ = c.cmd.Process.Kill()
		<-ended
		t.Errorf("the chain did not stop within %v", liesDown)
	}
	if t.Failed() {
		t.Logf("%s", c.out.Bytes())
	}
}
