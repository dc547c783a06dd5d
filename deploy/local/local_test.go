package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/shared/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// paper keeps what is written and says when there is more.
type paper struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := p.text.Write(b)
	select {
	case p.wrote <- struct{}{}:
	default:
	}
	return n, err
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func TestLinesOfTheLogNeverMix(t *testing.T) {
	t.Parallel()
	out := &paper{wrote: make(chan struct{}, 1)}
	log := &Log{out: out, width: 5}
	a, b := log.Of("cloud"), log.Of("edge")
	_, _ = io.WriteString(a, "one ")
	_, _ = io.WriteString(b, "two\nthree")
	_, _ = io.WriteString(a, "line\n")
	_, _ = io.WriteString(b, "\n")
	if got, want := out.String(), "edge  | two\ncloud | one line\nedge  | three\n"; got != want {
		t.Errorf("the log reads\n%s", got)
	}
}

func TestAProcessIsKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	out := &paper{wrote: make(chan struct{}, 1)}
	p := &Process{Name: "sleeper", Args: []string{"/bin/sh", "-c", "echo up; exec sleep 60"}, Out: out}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	<-out.wrote
	first := p.View()
	if first.State != Running || first.PID == 0 {
		t.Errorf("started, and it is %+v", first)
	}
	if err := p.Start(); err == nil || !strings.Contains(err.Error(), "running already") {
		t.Errorf("started twice: %v", err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if v := p.View(); v.State != Ended || v.PID != 0 {
		t.Errorf("killed, and it is %+v", v)
	}
	if err := p.Kill(); err != nil {
		t.Errorf("killing the dead: %v", err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	<-out.wrote
	if again := p.View(); again.PID == first.PID || again.State != Running {
		t.Errorf("started again, and it is %+v", again)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if err := (&Process{Name: "ghost", Args: []string{"/no/such/program"}}).Start(); err == nil {
		t.Error("a program that is not there was started")
	}
}

func TestAProcessThatEndsByItselfSaysHow(t *testing.T) {
	t.Parallel()
	p := &Process{Name: "cook", Args: []string{"/bin/sh", "-c", "exit 2"}, Out: io.Discard}
	chain := &Chain{processes: []*Process{p}}
	for range 2 { // a restart says it anew
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		<-p.ended
		if v := chain.Status(t.Context()).Processes[0]; v.State != Ended || v.Error != "exit status 2" {
			t.Errorf("%+v", v)
		}
	}
	for how, end := range map[string]func(*Process) error{
		"killed": (*Process).Kill, "asked": func(p *Process) error { return p.Stop(t.Context()) },
	} {
		p := &Process{Name: "sleeper", Args: []string{"/bin/sleep", "60"}, Out: io.Discard}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		if err := end(p); err != nil {
			t.Fatal(err)
		}
		if v := p.View(); v.State != Ended || v.Error != "" {
			t.Errorf("%s, as it was told to, and it is %+v", how, v)
		}
	}
	ghost := &Process{Name: "ghost", Args: []string{"/no/such/program"}}
	if err := ghost.Start(); err == nil || !strings.Contains(ghost.View().Error, "no such file") {
		t.Errorf("%v, %+v", err, ghost.View())
	}
}

// deaf is a program that does not listen to SIGTERM, and neither does what it has started.
func deaf(name string) (*Process, *paper) {
	out := &paper{wrote: make(chan struct{}, 1)}
	return &Process{Name: name, Args: []string{"/bin/sh", "-c", `trap "" TERM; echo up; while :; do sleep 60; done`}, Out: out}, out
}

func TestAChainOfTheDeafEndsInLessThanFiveSeconds(t *testing.T) {
	t.Parallel()
	c := &Chain{cfg: Config{Data: t.TempDir()}, log: slog.New(slog.DiscardHandler)}
	for _, name := range []string{"hub", "cloud", "edge-r1", "guests"} {
		p, out := deaf(name)
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		<-out.wrote
		c.processes = append(c.processes, p)
	}
	var groups []int
	for _, v := range c.Status(t.Context()).Processes {
		groups = append(groups, v.PID)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // as after Ctrl-C
	began := time.Now()
	c.Stop(ctx)
	if took := time.Since(began); took > 4800*time.Millisecond {
		t.Errorf("it took %s", took)
	}
	for i, v := range c.Status(t.Context()).Processes {
		if v.State != Ended {
			t.Errorf("%s is left behind", v.Name)
		}
		if !gone(t, groups[i]) {
			t.Errorf("what %s had started is left behind", v.Name)
		}
	}
}

// gone reports whether a process group has ended or does so soon. Who waits to be buried by a reaper that is not ours has ended.
func gone(t *testing.T, group int) bool {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(5 * time.Second); ; <-tick.C {
		alive := false
		stats, err := filepath.Glob("/proc/[0-9]*/stat")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range stats {
			text, err := os.ReadFile(path)
			if err != nil {
				continue
			}
			_, rest, _ := strings.Cut(string(text), ") ")
			if f := strings.Fields(rest); len(f) > 2 && f[2] == strconv.Itoa(group) && f[0] != "Z" { // state, parent, group
				alive = true
			}
		}
		if !alive || time.Now().After(deadline) {
			return !alive
		}
	}
}

// Those who serve the others end after them, and nobody waits for the clock when all listen.
func TestAChainEndsInOrderAndAtOnce(t *testing.T) {
	t.Parallel()
	var order paper
	order.wrote = make(chan struct{}, 1)
	c := &Chain{cfg: Config{Data: t.TempDir()}, log: slog.New(slog.DiscardHandler)}
	for _, name := range []string{"hub", "cloud", "edge-r1", "ovens-r1"} {
		up := &paper{wrote: make(chan struct{}, 1)}
		last := "last"
		if name == "edge-r1" || name == "ovens-r1" {
			last = "first"
		}
		p := &Process{Name: name, Args: []string{"/bin/sh", "-c", `trap "echo ` + last + `; exit 0" TERM; echo up >&2; while :; do sleep 0.05; done`}, Out: io.MultiWriter(up, &order)}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		<-up.wrote
		c.processes = append(c.processes, p)
	}
	began := time.Now()
	c.Stop(t.Context())
	if took := time.Since(began); took > restWithin {
		t.Errorf("it took %s", took)
	}
	if said := strings.ReplaceAll(order.String(), "up\n", ""); said != "first\nfirst\nlast\nlast\n" {
		t.Errorf("they ended in the order\n%s", said)
	}
}

func TestTheControlPageSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	c := &Chain{processes: []*Process{{Name: "ghost", Args: []string{"/no/such/program"}}}}
	s := httptest.NewServer(c.control())
	defer s.Close()
	for path, c := range map[string]struct {
		body   string
		status int
	}{
		"/restaurants/r9/internet":      {`{"up":false}`, http.StatusNotFound},
		"/restaurants/r1/internet":      {`{"upp":false}`, http.StatusUnprocessableEntity},
		"/processes/nobody/kill":        {"", http.StatusNotFound},
		"/processes/ghost/start":        {"", http.StatusConflict},
		"/restaurants/r1/internet?":     {`{}`, http.StatusUnprocessableEntity},
		"/restaurants/r1/internet?how":  {`{"up":false,"how":"gently"}`, http.StatusUnprocessableEntity},
		"/restaurants/r1/internet?up":   {`{"up":true,"how":"blackhole"}`, http.StatusUnprocessableEntity},
		"/restaurants/r1/internet?late": {`{"latency_ms":-1}`, http.StatusUnprocessableEntity},
		"/restaurants/r1/internet?flap": {`{"flap_ms":[30,20]}`, http.StatusUnprocessableEntity},
	} {
		res, err := s.Client().Post(s.URL+path, "application/json", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		word, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != c.status || !strings.Contains(string(word), `"detail":"`) {
			t.Errorf("%s: %s %s", path, res.Status, word)
		}
	}
	s.Client().CloseIdleConnections()
}

func TestPagesOfOtherSitesControlNothing(t *testing.T) {
	t.Parallel()
	c := &Chain{processes: []*Process{{Name: "ghost", Args: []string{"/no/such/program"}}}}
	for name, x := range map[string]struct {
		method, host, site, origin string
		status                     int
	}{
		"curl":                       {"POST", "localhost:5099", "", "", http.StatusOK},
		"our own page":               {"POST", "127.0.0.1:5099", "same-origin", "http://127.0.0.1:5099", http.StatusOK},
		"another site":               {"POST", "127.0.0.1:5099", "cross-site", "http://evil.example", http.StatusForbidden},
		"another port":               {"POST", "localhost:5099", "same-site", "http://localhost:8000", http.StatusForbidden},
		"an old browser":             {"POST", "127.0.0.1:5099", "", "http://evil.example", http.StatusForbidden},
		"a name that points here":    {"POST", "evil.example:5099", "same-origin", "http://evil.example:5099", http.StatusMisdirectedRequest},
		"reading under such a name":  {"GET", "evil.example:5099", "same-origin", "", http.StatusMisdirectedRequest},
		"the machine's name outside": {"POST", "192.168.1.7:5099", "", "", http.StatusMisdirectedRequest},
	} {
		path := "/processes/ghost/kill"
		if x.method == "GET" {
			path = "/status"
		}
		r := httptest.NewRequest(x.method, path, http.NoBody)
		r.Host = x.host
		for header, value := range map[string]string{"Sec-Fetch-Site": x.site, "Origin": x.origin} {
			if value != "" {
				r.Header.Set(header, value)
			}
		}
		w := httptest.NewRecorder()
		c.control().ServeHTTP(w, r)
		if w.Code != x.status {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestUnusableArgumentsSayWhatToWrite(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no restaurants": {"--restaurants", "0"}, "a low port": {"--port-base", "80"}, "no speed": {"--speed", "0"}, "a storm": {"--guests", "1e9"},
		"three cores": {"--cores", "3", "--own-hub", "x"}, "two hubs": {"--hubs", "2", "--own-hub", "x"}, "no hub for two cores": {"--cores", "2"}, "a pigeon": {"--uplink", "pigeon"},
	} {
		cmd := command()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(args)
		if err := cmd.ExecuteContext(t.Context()); !errors.Is(err, settings.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
