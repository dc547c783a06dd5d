// Package e2e puts the whole together, as `make run` does: the real programs in processes of their own, real cables that are cut, real
// SIGKILL. What is tested here can be seen from outside only.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/deploy/powercut"
)

func TestMain(m *testing.M) {
	if powercut.Serve() {
		return
	}
	goleak.VerifyTestMain(m)
}

// chain is what bin/local runs for one test.
type chain struct {
	t       *testing.T
	base    int
	data    string
	control string
	cloud   string
	client  *http.Client
	gate    string // address through which nodes that the chain did not start reach the hub
	stray   int    // orders that a story placed beside its journals
	said    bytes.Buffer
	mu      sync.Mutex
}

// options of bin/local for a test.
type options struct {
	restaurants int
	guests      float64
	drivers     int
	speed       float64
	cook        bool
	ownHub      bool
	cores       int      // 0: one
	hubs        int      // 0: one; more want ownHub
	uplink      string   // leaf or client; empty: leaf
	base        int      // 0: a free range
	data        string   // where it lives; empty: a directory of its own
	env         []string // of all programs, beside our own
}

// ranges hands out port bases to the tests of this package, which run side by side.
var ranges = struct {
	sync.Mutex
	next int
}{next: 11000}

// portBase finds a base whose ports are free.
func portBase(t *testing.T) int {
	t.Helper()
	ranges.Lock()
	defer ranges.Unlock()
	for ranges.next < 20000 {
		base := ranges.next
		ranges.next += 211
		if free(base) {
			return base
		}
	}
	t.Fatal("no free range of ports")
	return 0
}

func free(base int) bool {
	for _, port := range []int{
		5000, 5001, 9110, 9111, 9112, 9113, 9114, 9140, 9141, 9142, 9143, 9144, 5002, 5011, 5012, 5021, 5022, 5099, 5100, 5101, 5102, 5103, 5104, 5115, 5116, 5117, 5118, 8080, 8081, 8082, 8083, 8084, 8443, 8444, 8445, 8446, 8447, 1883, 1884, 1885, 1891, 1892, 1893, 1894, 1895,
		4222, 4223, 4224, 6222, 6223, 6224, 7422, 7423, 7424, 8222, 8223, 8224, 9090, 9091, 9191, 9192, 9193, 9194, 9195,
	} {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+base-5000))
		if err != nil {
			return false
		}
		_ = l.Close()
	}
	return true
}

func bin(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not built: make build", name)
	}
	return path
}

// start runs bin/local until the end of the test.
func start(t *testing.T, o options) *chain {
	t.Helper()
	if o.base == 0 {
		o.base = portBase(t)
	}
	if o.data == "" {
		o.data = dataDir(t)
	}
	c := &chain{
		t: t, base: o.base, data: o.data, control: fmt.Sprintf("http://127.0.0.1:%d", o.base+99), cloud: fmt.Sprintf("http://127.0.0.1:%d", o.base),
		client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	args := []string{
		"--data", c.data, "--port-base", fmt.Sprint(o.base), "--restaurants", fmt.Sprint(max(1, o.restaurants)), "--guests", fmt.Sprint(o.guests),
		"--drivers", fmt.Sprint(o.drivers), "--speed", fmt.Sprint(max(1, o.speed)), fmt.Sprintf("--cook=%v", o.cook), "--log-level", "warn",
	}
	if o.ownHub {
		args = append(args, "--own-hub", bin(t, "nats-server"), "--cores", fmt.Sprint(max(1, o.cores)), "--hubs", fmt.Sprint(max(1, o.hubs)))
	}
	if o.uplink != "" {
		args = append(args, "--uplink", o.uplink)
	}
	cmd := exec.Command(bin(t, "local"), args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	cmd.Stderr, cmd.Env = c, append(os.Environ(), o.env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	open, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		said := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if !said && strings.Contains(lines.Text(), "The chain is open") {
				said = true
				close(open)
			}
		}
		_ = cmd.Wait()
	}()
	t.Cleanup(func() { c.end(cmd, ended) })
	select {
	case <-open:
	case <-ended:
		t.Fatalf("the chain did not open:\n%s", c.log())
	case <-time.After(2 * time.Minute):
		t.Fatalf("the chain did not open in two minutes:\n%s", c.log())
	}
	return c
}

// dataDir is a directory that Postgres, which does not run as root, can enter.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "awesome-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// end is Ctrl-C: within five seconds everything has to be gone, Postgres too.
func (c *chain) end(cmd *exec.Cmd, ended <-chan struct{}) {
	pids := c.pids()
	began := time.Now()
	_ = cmd.Process.Signal(os.Interrupt)
	select {
	case <-ended:
		if took := time.Since(began); took > 5*time.Second {
			c.t.Errorf("Ctrl-C took %s", took)
		}
		for name, pid := range pids {
			if !until(time.Second, func() bool { return !alive(pid) }) {
				c.t.Errorf("%s, process %d, is still there after Ctrl-C", name, pid)
			}
		}
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		<-ended
		c.t.Error("Ctrl-C did not end the chain")
	}
	if c.t.Failed() {
		c.t.Logf("what the programs said:\n%s", c.log())
	}
}

// alive reports whether a process still works; one that has ended and waits for its parent to notice does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(state, []byte("Z"))
}

// process is what the control page says of one.
type process struct {
	Name string `json:"name"`
	PID  int    `json:"pid"`
	URL  string `json:"url"`
}

func (c *chain) processes() []process {
	var s struct {
		Processes []process `json:"processes"`
	}
	if a := c.get(c.control + "/status"); a.err != nil || json.Unmarshal(a.body, &s) != nil {
		return nil
	}
	return s.Processes
}

// url is where a process serves; empty for one that is not there.
func (c *chain) url(name string) string {
	for _, p := range c.processes() {
		if p.Name == name {
			return p.URL
		}
	}
	return ""
}

// pids are the processes of the chain, and its private Postgres.
func (c *chain) pids() map[string]int {
	pids := map[string]int{}
	for _, p := range c.processes() {
		if p.PID > 0 {
			pids[p.Name] = p.PID
		}
	}
	if text, err := os.ReadFile(filepath.Join(c.data, "cloud", "postgres", "data", "postmaster.pid")); err == nil {
		first, _, _ := strings.Cut(string(text), "\n")
		if pid, err := strconv.Atoi(first); err == nil {
			pids["postgres"] = pid
		}
	}
	return pids
}

// Write keeps what the programs say, for a test that fails; a hub says much that is no trouble.
func (c *chain) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for line := range bytes.Lines(p) {
		if !bytes.Contains(line, []byte("[INF] ")) && !bytes.Contains(line, []byte(": store is closed")) {
			c.said.Write(line)
		}
	}
	return len(p), nil
}

func (c *chain) log() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := c.said.String()
	if len(text) > 20_000 {
		return "…" + text[len(text)-20_000:]
	}
	return text
}

// edge is a restaurant's address; restaurants count from 1.
func (c *chain) edge(n int) string { return fmt.Sprintf("http://127.0.0.1:%d", c.base-5000+8080+n-1) }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// into decodes the body; a body that is not JSON fails the test.
func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if a.err != nil {
		t.Fatal(a.err)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// do sends a request; body is JSON text or empty. headers come in pairs.
func (c *chain) do(method, url, body string, headers ...string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.client.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, raw, err}
}

func (c *chain) post(url, body string, headers ...string) answer {
	return c.do(http.MethodPost, url, body, headers...)
}
func (c *chain) get(url string) answer { return c.do(http.MethodGet, url, "") }

func (c *chain) internet(n int, up bool) {
	c.t.Helper()
	c.weather(n, fmt.Sprintf(`{"up":%v}`, up))
}

// weather makes the weather of a restaurant's line.
func (c *chain) weather(n int, w string) {
	c.t.Helper()
	if a := c.post(fmt.Sprintf("%s/restaurants/r%d/internet", c.control, n), w); a.status != 200 {
		c.t.Fatalf("weather %s at r%d: %d %s %v", w, n, a.status, a.body, a.err)
	}
}

func (c *chain) kill(process string) {
	c.t.Helper()
	if a := c.post(c.control+"/processes/"+process+"/kill", ""); a.status != 200 {
		c.t.Fatalf("kill %s: %d %s %v", process, a.status, a.body, a.err)
	}
}

func (c *chain) restart(process string) {
	c.t.Helper()
	if a := c.post(c.control+"/processes/"+process+"/start", ""); a.status != 200 {
		c.t.Fatalf("start %s: %d %s %v", process, a.status, a.body, a.err)
	}
}

// eventually asks until it is so, or fails after a while.
func (c *chain) eventually(within time.Duration, what string, so func() bool) {
	c.t.Helper()
	if !until(within, so) {
		c.t.Fatalf("not within %s: %s", within, what)
	}
}

func until(within time.Duration, so func() bool) bool {
	return untilEvery(50*time.Millisecond, within, so)
}

func untilEvery(pause, within time.Duration, so func() bool) bool {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); <-tick.C {
		if so() {
			return true
		}
	}
	return so()
}
