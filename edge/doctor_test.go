package edge_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge"
	"awesome.pizza/edge/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

// visit is what the doctor found, by check.
type visit struct {
	t       *testing.T
	Healthy bool `json:"healthy"`
	Checks  []struct{ Check, State, Says, Do string }
	err     error
}

// run runs a command of the program.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := edge.Command()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func (n *node) args(command string, more ...string) []string {
	return append([]string{
		command, "--data", n.cfg.Data, "--listen", n.cfg.Listen, "--mqtt-listen", n.cfg.MQTTListen, "--metrics-listen", n.cfg.MetricsListen,
		"--devices", n.cfg.Devices,
	}, more...)
}

func (n *node) doctor() visit {
	n.t.Helper()
	said, err := run(n.t, n.args("doctor", "--json")...)
	v := visit{t: n.t, err: err}
	if err := json.Unmarshal([]byte(said), &v); err != nil {
		n.t.Fatalf("%v in %s", err, said)
	}
	if v.Healthy != (v.err == nil) || v.err != nil && settings.Exit(v.err) != 1 {
		n.t.Errorf("healthy: %v, and the command says: %v", v.Healthy, v.err)
	}
	return v
}

// is checks what the doctor says of one thing; each of words is in what it says or in what to do.
func (v visit) is(check, state string, words ...string) {
	v.t.Helper()
	for _, c := range v.Checks {
		if c.Check != check {
			continue
		}
		if c.State != state {
			v.t.Errorf("%s is %q, want %q: %s", check, c.State, state, c.Says)
		}
		for _, w := range words {
			if !strings.Contains(c.Says+"\n"+c.Do, w) {
				v.t.Errorf("%s says nothing of %q: %s -> %s", check, w, c.Says, c.Do)
			}
		}
		if (state == "problem" || state == "warning") && c.Do == "" {
			v.t.Errorf("%s is %s, and nobody is told what to do", check, state)
		}
		return
	}
	v.t.Errorf("nobody looked at %s", check)
}

// enrol changes the node's enrolment.
func (n *node) enrol(change func(*uplink.Enrolment)) {
	n.t.Helper()
	e, err := uplink.LoadEnrolment(n.cfg.Data)
	if err != nil {
		n.t.Fatal(err)
	}
	change(&e)
	if err := e.Store(n.cfg.Data); err != nil {
		n.t.Fatal(err)
	}
}

// someHub takes calls and says a line.
func someHub(t *testing.T, says string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, says)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "nats-leaf://" + l.Addr().String()
}

// overTLS is a cloud that answers, with a certificate of its own.
func overTLS(t *testing.T) *httptest.Server {
	t.Helper()
	cloud := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	cloud.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	cloud.StartTLS()
	t.Cleanup(cloud.Close)
	return cloud
}

func TestTheDoctorFindsAHealthyNodeHealthy(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	cloud := overTLS(t)
	n.enrol(func(e *uplink.Enrolment) {
		e.Leaves, e.Cloud, e.Expires = []string{someHub(t, "INFO {}\r\n")}, cloud.URL, time.Now().Add(20*24*time.Hour)
		e.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cloud.Certificate().Raw}))
	})
	if err := os.Chmod(n.cfg.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	closed := n.open() // once, for the files
	n.awaitFile("edge.db.reserve")
	closed()
	v := n.doctor()
	v.is("node", "warning", "does not run", "edge serve")
	v.is("data", "ok", "alone")
	v.is("enrolment", "ok", "restaurant r1")
	v.is("credential", "ok", "19 days", "half of its life")
	v.is("disk", "ok", "used", "free")
	v.is("reserve", "ok", "4 MB")
	v.is("database", "ok", "sound")
	v.is("backlog", "ok", "heard everything")
	v.is("hub", "ok", "answers")
	v.is("cloud", "ok", "answers")
	v.is("certificate", "ok", "days more")
	v.is("ports", "ok", "free")
	v.is("ovens", "unknown", "1 configured")
	v.is("line", "unknown")
	if _, err := os.Stat(filepath.Join(n.cfg.Data, "edge.db-wal")); err == nil {
		t.Error("the doctor left something behind")
	}
}

func TestTheDoctorVisitsAKitchenThatWorks(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	n.enrol(func(e *uplink.Enrolment) { e.Expires = time.Now().Add(-3 * time.Hour) })
	defer n.open()()
	if status, body := n.ask(http.MethodPost, "/api/orders", `{"fulfilment":"carryout","channel":"counter","customer":{"name":"Grace"},
		"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	v := n.doctor()
	v.is("node", "ok", n.cfg.Listen)
	v.is("credential", "problem", "expired 3 hours ago", "the kitchen goes on")
	v.is("database", "ok", "1 open orders")
	v.is("backlog", "ok", "wait for the cloud")
	v.is("line", "warning", "down since", "The kitchen goes on")
	v.is("hub", "problem", "cannot be dialled", "ping")
	v.is("cloud", "warning", "names none")
	v.is("ports", "ok", "the node has them")
	v.is("ovens", "ok", "1 configured")
	said, err := run(t, n.args("doctor")...)
	if err == nil || !strings.Contains(said, "PROBLEM  credential") || !strings.Contains(said, "-> see the lines") || strings.Contains(said, "this node is well") {
		t.Errorf("%v\n%s", err, said)
	}
	if status, _ := n.ask(http.MethodGet, "/readyz", ""); status != http.StatusOK {
		t.Errorf("after the visit the node is not ready: %d", status)
	}
}

func TestTheDoctorNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, n *node)
		want  func(v visit)
	}{
		"no directory": {func(t *testing.T, n *node) { n.cfg.Data = filepath.Join(t.TempDir(), "none") }, func(v visit) {
			v.is("data", "problem", "is not there")
			v.is("enrolment", "problem", "cloud enroll")
			v.is("disk", "unknown")
		}},
		"half an enrolment": {func(t *testing.T, n *node) {
			put(t, filepath.Join(n.cfg.Data, "enrolment.json"), `{"restaurant":`)
		}, func(v visit) { v.is("enrolment", "problem", "not whole", "--replace") }},
		"a key that others can read": {func(t *testing.T, n *node) {
			if err := os.Chmod(n.cfg.Data, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(n.cfg.Data, "enrolment.json"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, func(v visit) { v.is("data", "warning", "chmod go-rwx") }},
		"a clock that was set back": {func(t *testing.T, n *node) {
			put(t, filepath.Join(n.cfg.Data, "clock.json"), fmt.Sprintf(`{"floor":%q}`, time.Now().Add(50*time.Hour).Format(time.RFC3339)))
		}, func(v visit) { v.is("clock", "problem", "2 days before", "timedatectl") }},
		"a clock.json of another century": {func(t *testing.T, n *node) {
			n.enrol(func(e *uplink.Enrolment) { e.Expires = time.Now().Add(80 * 24 * time.Hour) })
			put(t, filepath.Join(n.cfg.Data, "clock.json"), `{"floor":"2099-11-22T10:15:00Z"}`)
		}, func(v visit) { v.is("clock", "problem", "2099", "delete clock.json", "takes the cloud's time") }},
		"a credential that is not renewed": {func(_ *testing.T, n *node) {
			n.enrol(func(e *uplink.Enrolment) { e.Expires = time.Now().Add(30*time.Hour + time.Minute) })
		}, func(v visit) { v.is("credential", "warning", "30 hours more") }},
		"a database that is damaged": {func(t *testing.T, n *node) {
			put(t, filepath.Join(n.cfg.Data, "edge.db"), strings.Repeat("not a database. ", 1000))
		}, func(v visit) { v.is("database", "problem", "damaged", "restart the node"); v.is("backlog", "unknown") }},
		"a database that was damaged": {func(t *testing.T, n *node) {
			n.open()()
			put(t, filepath.Join(n.cfg.Data, "edge.db.damaged-20261122T101500Z"), "")
			put(t, filepath.Join(n.cfg.Data, "edge.db.damaged-20261122T101500Z-wal"), "")
		}, func(v visit) { v.is("database", "warning", "beside it lie 1", "keep them") }},
		"a find of the night": {func(t *testing.T, n *node) {
			n.open()()
			put(t, filepath.Join(n.cfg.Data, "edge.db.suspect"), "3 rows of tickets")
		}, func(v visit) { v.is("database", "problem", "3 rows of tickets") }},
		"a port that is taken": {func(t *testing.T, n *node) {
			l, err := net.Listen("tcp", n.cfg.MQTTListen)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		}, func(v visit) { v.is("ports", "problem", "taken by another program", "--mqtt-listen", "ss -ltnp") }},
		"a hub that is none": {func(t *testing.T, n *node) {
			n.enrol(func(e *uplink.Enrolment) { e.Leaves = []string{someHub(t, "SSH-2.0\r\n"), "nats-leaf://"} })
		}, func(v visit) { v.is("hub", "problem", "is no hub", "is no address") }},
		"a cloud of somebody else": {func(t *testing.T, n *node) {
			cloud := overTLS(t)
			n.enrol(func(e *uplink.Enrolment) { e.Cloud = cloud.URL })
		}, func(v visit) { v.is("cloud", "problem"); v.is("certificate", "problem", "sign-in page") }},
		"a cloud with another time": {func(t *testing.T, n *node) {
			cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
			}))
			t.Cleanup(cloud.Close)
			n.enrol(func(e *uplink.Enrolment) { e.Cloud = cloud.URL })
		}, func(v visit) { v.is("cloud", "warning", "60 minutes off"); v.is("certificate", "ok", "plain HTTP") }},
		"a device file with a mistake": {
			func(t *testing.T, n *node) { put(t, n.cfg.Devices, "[[oven]]\nidd = 1\n") },
			func(v visit) { v.is("ovens", "problem", "idd", "devices.toml") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNode(t)
			c.spoil(t, n)
			c.want(n.doctor())
		})
	}
}

// awaitFile waits until the open kitchen has made a file.
func (n *node) awaitFile(name string) {
	n.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		if _, err := os.Stat(filepath.Join(n.cfg.Data, name)); err == nil {
			return
		}
		if time.Now().After(deadline) {
			n.t.Fatalf("the kitchen makes no %s", name)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestABackupIsMadeWhileTheKitchenWorksAndRestoredWhenItDoesNot(t *testing.T) {
	t.Parallel()
	n := newNode(t)
	path := filepath.Join(t.TempDir(), "stick.db")
	if _, err := run(t, "backup", path, "--data", n.cfg.Data); err == nil {
		t.Error("a node that never ran was backed up")
	}
	closed := n.open()
	name := "Grace"
	place := func() {
		name += "."
		t.Helper()
		if status, body := n.ask(http.MethodPost, "/api/orders", `{"fulfilment":"carryout","channel":"counter","customer":{"name":"`+name+`"},
			"lines":[{"product":"margherita","size":"small","quantity":1}],"payment":{"method":"cash"}}`); status != http.StatusCreated {
			t.Fatalf("%d %s", status, body)
		}
	}
	place()
	said, err := run(t, "backup", path, "--data", n.cfg.Data)
	if err != nil || !strings.Contains(said, "1 open orders") || !strings.Contains(said, "the last of 20") {
		t.Fatalf("%s, %v", said, err)
	}
	if _, err := run(t, "restore", path, "--data", n.cfg.Data); err == nil || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("restored below a kitchen that works: %v", err)
	}
	closed()
	torn := filepath.Join(t.TempDir(), "torn.db")
	put(t, torn, strings.Repeat("not a backup. ", 1000))
	if _, err := run(t, "restore", torn, "--data", n.cfg.Data); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("restored what is no backup: %v", err)
	}
	said, err = run(t, "restore", path, "--data", n.cfg.Data)
	if err != nil || !strings.Contains(said, "restored: 1 open orders") || !strings.Contains(said, "edge.db.replaced-") || !strings.Contains(said, "keep it") ||
		!strings.Contains(said, "start the node") {
		t.Fatalf("%s, %v", said, err)
	}
	if aside, err := store.Damaged(filepath.Join(n.cfg.Data, "edge.db")); err != nil || len(aside) != 1 {
		t.Errorf("put aside: %v, %v", aside, err)
	}
	closed = n.open()
	if status, body := n.ask(http.MethodGet, "/api/board", ""); status != http.StatusOK || strings.Count(body, `"order_id"`) == 0 {
		t.Errorf("the board after it: %d %s", status, body)
	}
	place()
	closed()
	if err := os.WriteFile(filepath.Join(n.cfg.Data, "enrolment.json"), []byte(`{"restaurant":"r9","device":"x","seed":"y"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "restore", path, "--data", n.cfg.Data); err == nil || !strings.Contains(err.Error(), "the backup is of restaurant r1, and this node is r9") {
		t.Errorf("another restaurant's backup: %v", err)
	}
	if err := edge.Run(t.Context(), n.cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "holds the orders of restaurant r1") {
		t.Errorf("another restaurant's kitchen was opened: %v", err)
	}
	empty := newNode(t)
	if said, err := run(t, "restore", path, "--data", empty.cfg.Data); err != nil || strings.Contains(said, "replaced-") {
		t.Errorf("into an empty node: %s, %v", said, err)
	}
}

func TestEveryCommandTeaches(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"doctor", "backup", "restore"} {
		said, err := run(t, command, "--help")
		if err != nil || !strings.Contains(said, "Examples:") || !strings.Contains(said, "--data") || strings.Contains(said, "panic") {
			t.Errorf("%s: %v\n%s", command, err, said)
		}
	}
	for _, args := range [][]string{{"backup"}, {"restore"}, {"doctor", "now"}, {"doctor", "--uplink", "pigeon"}} {
		if _, err := run(t, args...); err == nil {
			t.Errorf("%v passes", args)
		}
	}
}
