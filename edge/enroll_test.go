package edge_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"awesome.pizza/edge"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/settings"
)

const (
	codeOne = "7KQ2M4XDR5TBYHNWPCGJVLSE3A"
	codeTwo = "A3ESLVJGCPWNHYBT5RDX4M2QK7"
)

func enroll(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	cmd := edge.Command()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(append([]string{"enroll"}, args...))
	err = cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestANodeIsEnrolledTwiceOnlyOnPurpose(t *testing.T) {
	t.Parallel()
	asked := 0
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Connection", "close")
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","epoch":2}`))
	}))
	t.Cleanup(cloud.Close)
	dir := t.TempDir()
	if said, err := enroll(t, codeOne, "--cloud", cloud.URL, "--data", dir); err != nil || !strings.Contains(said, "this node is now restaurant r1") {
		t.Fatalf("%q, %v", said, err)
	}
	first, err := uplink.LoadEnrolment(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = enroll(t, codeTwo, "--cloud", cloud.URL, "--data", dir)
	if err == nil || !strings.Contains(err.Error(), "restaurant r1 already") || !strings.Contains(err.Error(), "--replace") || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	if still, err := uplink.LoadEnrolment(dir); err != nil || still.Seed != first.Seed {
		t.Errorf("the enrolment was touched: %v", err)
	}
	if _, err := enroll(t, codeTwo, "--cloud", cloud.URL, "--data", dir, "--replace"); err != nil {
		t.Fatal(err)
	}
	if now, err := uplink.LoadEnrolment(dir); err != nil || now.Seed == first.Seed || now.Epoch != 2 {
		t.Errorf("not replaced: epoch %d, %v", now.Epoch, err)
	}
}

func TestANodeThatRunsIsToBeRestartedOnceItIsEnrolledAnew(t *testing.T) {
	t.Parallel()
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","epoch":2}`))
	}))
	t.Cleanup(cloud.Close)
	n := newNode(t)
	closed := n.open()
	said, err := enroll(t, codeOne, "--cloud", cloud.URL, "--data", n.cfg.Data, "--replace")
	if err != nil || !strings.Contains(said, "systemctl restart edge") {
		t.Errorf("beside a node that runs: %q, %v", said, err)
	}
	n.doctor().is("line", "problem", "enrolled anew while it ran", "systemctl restart edge")
	closed()
	said, err = enroll(t, codeTwo, "--cloud", cloud.URL, "--data", n.cfg.Data, "--replace")
	if err != nil || strings.Contains(said, "restart") {
		t.Errorf("with the node closed: %q, %v", said, err)
	}
}

func TestAnEnrolmentSetsNoClock(t *testing.T) {
	t.Parallel()
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		if body, _ := io.ReadAll(r.Body); strings.Contains(string(body), codeTwo) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"code":"bad_code"}`))
			return
		}
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","epoch":2}`))
	}))
	t.Cleanup(cloud.Close)
	const kept = `{"floor":"2026-05-01T00:00:00Z"}`
	for code, ok := range map[string]bool{codeOne: true, codeTwo: false} {
		fresh, run := t.TempDir(), t.TempDir()
		put(t, filepath.Join(run, "clock.json"), kept)
		for _, dir := range []string{fresh, run} {
			if _, err := enroll(t, code, "--cloud", cloud.URL, "--data", dir); (err == nil) != ok {
				t.Fatalf("%s: %v", code, err)
			}
		}
		if _, err := os.Stat(filepath.Join(fresh, "clock.json")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a floor was written from this machine's clock: %v", code, err)
		}
		if now, err := os.ReadFile(filepath.Join(run, "clock.json")); err != nil || string(now) != kept {
			t.Errorf("%s: the node's clock was overwritten with %s, %v", code, now, err)
		}
	}
}

func TestWhatIsNoCodeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	const mark = ".5f1c09d2e8a7b364"
	for _, wrong := range []string{"", "abc", ".", codeOne + ".", codeOne + "A", codeOne[1:], codeOne[1:] + "1", codeOne + mark[:9], codeOne + mark[:16] + "x", "." + mark} {
		dir := filepath.Join(t.TempDir(), "data")
		if _, err := enroll(t, wrong, "--cloud", nobody.URL, "--data", dir); settings.Exit(err) != 2 || !strings.Contains(err.Error(), "is no code") {
			t.Errorf("%q: %v", wrong, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: a key is made for nobody", wrong)
		}
	}
}

func TestACodeMayBeTypedInSmallLetters(t *testing.T) {
	t.Parallel()
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		if body, _ := io.ReadAll(r.Body); !strings.Contains(string(body), codeOne) {
			t.Errorf("asked with %s", body)
		}
		_, _ = w.Write([]byte(`{"restaurant":"r1","jwt":"token","epoch":2}`))
	}))
	t.Cleanup(cloud.Close)
	if _, err := enroll(t, " "+strings.ToLower(codeOne)+" ", "--cloud", cloud.URL, "--data", t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestACloudThatIsNotThereIsNotWaitedForInSilence(t *testing.T) {
	t.Parallel()
	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	_, err := enroll(t, codeOne, "--cloud", nobody.URL, "--data", t.TempDir(), "--wait", "50ms")
	if err == nil || !strings.Contains(err.Error(), "nothing listens there") || !strings.Contains(err.Error(), nobody.URL) || settings.Exit(err) != 1 {
		t.Errorf("%v", err)
	}
	for _, wrong := range [][]string{{"--cloud", "pizza.example"}, {"--cloud", nobody.URL, "--wait", "-1s"}} {
		if _, err := enroll(t, append(wrong, codeOne, "--data", t.TempDir())...); settings.Exit(err) != 2 || !strings.Contains(err.Error(), "write ") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if help, err := enroll(t, "--help"); err != nil || !strings.Contains(help, "Ctrl-C") || !strings.Contains(help, "--wait long") || !strings.Contains(help, "1h0m0s") {
		t.Errorf("%v:\n%s", err, help)
	}
}
