package edge_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"awesome.pizza/edge"
	"awesome.pizza/edge/uplink"
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
	if said, err := enroll(t, "ONE", "--cloud", cloud.URL, "--data", dir); err != nil || !strings.Contains(said, "this node is now restaurant r1") {
		t.Fatalf("%q, %v", said, err)
	}
	first, err := uplink.LoadEnrolment(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = enroll(t, "TWO", "--cloud", cloud.URL, "--data", dir)
	if err == nil || !strings.Contains(err.Error(), "restaurant r1 already") || !strings.Contains(err.Error(), "--replace") || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	if still, err := uplink.LoadEnrolment(dir); err != nil || still.Seed != first.Seed {
		t.Errorf("the enrolment was touched: %v", err)
	}
	if _, err := enroll(t, "TWO", "--cloud", cloud.URL, "--data", dir, "--replace"); err != nil {
		t.Fatal(err)
	}
	if now, err := uplink.LoadEnrolment(dir); err != nil || now.Seed == first.Seed || now.Epoch != 2 {
		t.Errorf("not replaced: epoch %d, %v", now.Epoch, err)
	}
}
