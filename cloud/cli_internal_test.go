package cloud

import (
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"awesome.pizza/shared/settings"
)

// The command asks a core for a code and prints what to type, or says why there is none.
func TestACodeIsAskedForAndPrinted(t *testing.T) {
	t.Parallel()
	core := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "Bearer the-staffs-token":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"detail":"this wants a token"}`))
		case r.Method != http.MethodPost || r.URL.Path != "/api/fleet/r1/enroll":
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`not JSON`))
		default:
			_, _ = w.Write([]byte(`{"code":"7KQ2-M4XD.0123456789abcdef","expires":"2026-07-03T19:30:00Z","cloud":"https://pizza.example"}`))
		}
	}))
	t.Cleanup(func() {
		core.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	run := func(args ...string) (string, error) {
		cmd := Command()
		var out strings.Builder
		cmd.SetOut(&out)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append([]string{"enroll", "--cloud", core.URL}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := run("r1", "--staff-token", "the-staffs-token", "--quiet"); err != nil || out != "7KQ2-M4XD.0123456789abcdef\n" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := run("r1", "--staff-token", "the-staffs-token"); err != nil || !strings.Contains(out, "edge enroll 7KQ2-M4XD.0123456789abcdef --cloud https://pizza.example\n") {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := run("r1"); err == nil || !strings.Contains(err.Error(), "this wants a token") {
		t.Errorf("without a token: %v", err)
	}
	if _, err := run("r9", "--staff-token", "the-staffs-token"); err == nil || !strings.Contains(err.Error(), "no code for r9: 404") {
		t.Errorf("another restaurant: %v", err)
	}
	if _, err := run("", "--staff-token", "the-staffs-token"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("no restaurant: %v", err)
	}
	if _, err := run("r1", "--cloud", "::"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("a cloud that is no address: %v", err)
	}
}

// What a person does about a restaurant's node, asked of a core and told in words.
func TestAPersonRevokesAndSalvagesByCommand(t *testing.T) {
	t.Parallel()
	core := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "POST /api/fleet/r1/revoke":
			_, _ = w.Write([]byte(`{"restaurant":"r1","device":"UOLD"}`))
		case "POST /api/fleet/r1/devices/UGONE/revoke":
			_, _ = w.Write([]byte(`{"restaurant":"r1","device":"UGONE"}`))
		case "GET /api/fleet/r1/quarantine":
			_, _ = w.Write([]byte(`{"items":[{"device":"UOLD","reason":"replaced","received":"2026-07-03T19:30:00Z","events":12,"orders":["o1","o2"]}],
				"devices":[{"device":"UOLD","all_here_since":"2026-07-03T19:31:00Z","waiting":[]},{"device":"UDEAD","all_here_since":null,"waiting":["o3"]}]}`))
		case "GET /api/fleet/r2/quarantine":
			_, _ = w.Write([]byte(`{"items":[],"devices":[]}`))
		case "POST /api/fleet/r1/quarantine/UOLD/approve":
			_, _ = w.Write([]byte(`{"projected":10,"repeated":2,"unprojectable":0,"brought":1,"waiting":0}`))
		case "POST /api/fleet/r1/quarantine/UDEAD/approve":
			if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), "true") {
				_, _ = w.Write([]byte(`{"projected":1,"waiting":1}`))
				return
			}
			_, _ = w.Write([]byte(`{"projected":0,"brought":7}`))
		case "POST /api/fleet/r1/quarantine/UOLD/discard":
			w.WriteHeader(http.StatusNoContent)
		case "POST /api/fleet/r1/quarantine/UNONE/approve", "POST /api/fleet/r1/quarantine/UNONE/discard":
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"detail":"nothing of this device is kept aside for r1"}`))
		default:
			w.WriteHeader(http.StatusConflict)
			_, _ = w.Write([]byte(`{"detail":"no device is enrolled for r2"}`))
		}
	}))
	t.Cleanup(core.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: core.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, error) {
		cmd := Command()
		var out strings.Builder
		cmd.SetOut(&out)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append(args, "--cloud", core.URL, "--tls-ca", ca))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	for _, x := range []struct {
		args string
		want string
	}{
		{"revoke r1", "UOLD is cut off from r1"},
		{"revoke r1 --device UGONE", "UGONE is cut off\n"},
		{"salvage r1", "UOLD  12 events"},
		{"salvage r1", "orders o1 o2"},
		{"salvage r1", "UOLD  all here since 2026-07-03"},
		{"salvage r1", "UDEAD  still coming"},
		{"salvage r1", "wait for the rest: o3"},
		{"salvage r2", "nothing is kept aside for r2"},
		{"salvage r1 --approve UOLD", "10 facts count now, 2 did already"},
		{"salvage r1 --approve UOLD", "present node: 1"},
		{"salvage r1 --approve UDEAD", "cloud salvage r1 --approve UDEAD --anyway"},
		{"salvage r1 --approve UDEAD --anyway", "present node: 7"},
		{"salvage r1 --discard UOLD", "what UOLD sent is out"},
	} {
		if out, err := run(strings.Fields(x.args)...); err != nil || !strings.Contains(out, x.want) {
			t.Errorf("%s: %q, %v", x.args, out, err)
		}
	}
	if _, err := run("revoke", "r2"); err == nil || !strings.Contains(err.Error(), "r2 keeps its node: 409 Conflict: no device is enrolled") {
		t.Errorf("nobody to revoke: %v", err)
	}
	if _, err := run("salvage", "r1", "--approve", "U1", "--discard", "U2"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("two wishes at once: %v", err)
	}
	for _, flag := range []string{"--approve", "--discard"} {
		if out, err := run("salvage", "r1", flag, "UNONE"); err == nil || errors.Is(err, settings.ErrUsage) || out != "" || !strings.Contains(err.Error(), "nothing of this device is kept aside for r1") {
			t.Errorf("%s of a device of which there is nothing: %q, %v", flag, out, err)
		}
		if out, err := run("salvage", "r1", flag, ""); !errors.Is(err, settings.ErrUsage) {
			t.Errorf("%s of no device: %q, %v", flag, out, err)
		}
	}
	if out, err := run("revoke", "r1", "--device", ""); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("no device to revoke: %q, %v", out, err)
	}
	if _, err := run("salvage", "r1", "--anyway"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("anyway, without a device: %v", err)
	}
	ca = "/no/such/file"
	if _, err := run("revoke", "r1"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("an authority that is not there: %v", err)
	}
}

// A hub of one's own is given all it needs by one command, and a new signing key by the same.
func TestTrustIsWrittenForAHubOfOnesOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(args ...string) (string, error) {
		cmd := Command()
		var out strings.Builder
		cmd.SetOut(&out)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append([]string{"trust", "--data", filepath.Join(dir, "core")}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if printed, err := run(); !errors.Is(err, settings.ErrUsage) || printed != "" {
		t.Errorf("a directory without keys, perhaps a wrong one, is answered %q, %v", printed, err)
	}
	out := filepath.Join(dir, "trust", "trust.conf")
	if _, err := run("--out", out, "--host", "hub.example"); err != nil {
		t.Fatal(err)
	}
	read := func() string {
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := read()
	printed, err := run()
	if err != nil || !strings.Contains(printed, "operator: ") || !strings.Contains(printed, "type: full") {
		t.Errorf("printed %q, %v", printed, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "tls.conf")); !errors.Is(err, os.ErrNotExist) {
		t.Error("it writes where nobody told it to")
	}
	for _, name := range []string{"tls.conf", "ca.pem", "hub.pem", "hub.key"} {
		if _, err := os.Stat(filepath.Join(dir, "trust", name)); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(before, strconv.Quote(filepath.Join(dir, "trust", "accounts"))) {
		t.Errorf("the hub is to keep accounts elsewhere: %s", before)
	}
	if _, err := run("--drop-old"); !errors.Is(err, settings.ErrUsage) {
		t.Errorf("dropping without rotating: %v", err)
	}
	if _, err := run("--out", out, "--rotate", "--accounts", "/data/accounts"); err != nil {
		t.Fatal(err)
	}
	if after := read(); after == before || !strings.Contains(after, `"/data/accounts"`) {
		t.Error("the new key is not written")
	}
}
