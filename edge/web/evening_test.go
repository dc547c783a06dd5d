//go:build browser

package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/uplink"
	"awesome.pizza/firmware-sim/fault"
	sim "awesome.pizza/firmware-sim/printer"
)

// Each file under browser/evening is an evening of somebody who works in a restaurant, told to the real program: its hub is nowhere, so the
// internet is cut from the first second, and it is killed in the middle.
func TestEveningsAtTheRealProgramHoldInARealBrowser(t *testing.T) {
	t.Parallel()
	stories, err := filepath.Glob("browser/evening/*.test.mjs")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no evenings: %v", err)
	}
	exe := filepath.Join(t.TempDir(), "edge")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "awesome.pizza/edge/cmd/edge").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	for _, story := range stories {
		t.Run(strings.TrimSuffix(filepath.Base(story), ".test.mjs"), func(t *testing.T) {
			p := newProgram(t, exe, dirFor(t, story))
			run(t, story, p.url, p.control(t).URL)
		})
	}
}

// program is a restaurant's node as a process of its own, with a printer beside it.
type program struct {
	exe, dir, url, figures string
	printer                *sim.Printer

	mu  sync.Mutex
	cmd *exec.Cmd
	end chan error // what became of it
}

const staffed = `
[[cook]]
id = "ada"
name = "Ada"
pin = "1111"
[[cook]]
id = "bruno"
name = "Bruno"
[[cook]]
id = "clara"
name = "Clara"
role = "counter"
pin = "3333"
[[cook]]
id = "dora"
name = "Dora"
role = "shift_manager"
pin = "4444"
[[printer]]
id = "kitchen"
name = "Kitchen printer"
address = %q
width = 42
jobs = ["ticket", "label"]
`

func newProgram(t *testing.T, exe, dir string) *program {
	t.Helper()
	p := &program{exe: exe, dir: dir, figures: free(t)}
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	device, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	enrolment, err := json.Marshal(uplink.Enrolment{
		Restaurant: "r1", Device: device, Seed: string(seed), JWT: "none", TimeZone: "Europe/Rome", Leaves: []string{"nats-leaf://" + free(t)},
	})
	if err != nil {
		t.Fatal(err)
	}
	house := fmt.Sprintf(staffed, p.plugIn(t))
	for name, text := range map[string][]byte{"enrolment.json": enrolment, "devices.toml": []byte(house)} {
		if err := os.WriteFile(filepath.Join(p.dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.url = "http://" + free(t)
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.kill() })
	return p
}

func free(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func (p *program) plugIn(t *testing.T) (address string) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.printer = sim.New(sim.Setting{Label: "kitchen", Columns: 42, Script: fault.NewScript("kitchen", nil), Log: slog.New(slog.DiscardHandler)})
	ctx, off := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.printer.Serve(ctx, l) }()
	t.Cleanup(func() {
		off()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// start runs the program until it is killed, and returns when it answers.
func (p *program) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		return nil
	}
	cmd := exec.Command(p.exe, "serve", "--data", p.dir, "--devices", filepath.Join(p.dir, "devices.toml"), "--listen", strings.TrimPrefix(p.url, "http://"),
		"--mqtt-listen", "", "--metrics-listen", p.figures, "--log-level", "error")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.end = cmd, make(chan error, 1)
	go func() { p.end <- cmd.Wait() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		select {
		case err := <-p.end:
			p.cmd = nil
			return fmt.Errorf("the program ended: %w", err)
		case <-tick.C:
		}
		if res, err := http.Get(p.url + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	return fmt.Errorf("the program does not get ready")
}

// kill ends it at once, as a power cut does.
func (p *program) kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	err := p.cmd.Process.Kill()
	<-p.end // that it was killed
	p.cmd = nil
	return err
}

// signal stops it as a box does that hangs, or lets it go on: its sockets stay open, and nobody answers.
func (p *program) signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return errors.New("it does not run")
	}
	return p.cmd.Process.Signal(s)
}

func (p *program) control(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /start", answer(func(json.RawMessage) (any, error) { return nil, p.start() }))
	mux.HandleFunc("POST /kill", answer(func(json.RawMessage) (any, error) { return nil, p.kill() }))
	mux.HandleFunc("POST /freeze", answer(func(json.RawMessage) (any, error) { return nil, p.signal(syscall.SIGSTOP) }))
	mux.HandleFunc("POST /thaw", answer(func(json.RawMessage) (any, error) { return nil, p.signal(syscall.SIGCONT) }))
	mux.HandleFunc("POST /printer", answer(func(raw json.RawMessage) (any, error) {
		var body struct {
			Fault fault.Kind `json:"fault"`
		}
		if err := json.Unmarshal(raw, &body); err != nil {
			return nil, err
		}
		if p.printer.Mend(); body.Fault == "" {
			return nil, nil
		}
		return nil, p.printer.Break(t.Context(), fault.Fault{Device: "kitchen", Kind: body.Fault})
	}))
	mux.HandleFunc("POST /fill", answer(func(json.RawMessage) (any, error) { return nil, p.fill() }))
	mux.HandleFunc("POST /room", answer(func(json.RawMessage) (any, error) { return nil, os.Remove(p.film()) }))
	mux.HandleFunc("POST /footprint", answer(func(json.RawMessage) (any, error) { return p.footprint() }))
	mux.HandleFunc("POST /papers", answer(func(json.RawMessage) (any, error) { return len(p.printer.Papers()), nil }))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}
