package watch_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/shared/watch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOffTheTerminalLogsAreJSON(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	log, err := watch.Logger(f, "warn")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("not worth a line")
	log.Warn("oven fell silent", "oven", "oven-1")
	_ = f.Close()
	raw, _ := os.ReadFile(path)
	var line map[string]any
	if err := json.Unmarshal(raw, &line); err != nil || line["oven"] != "oven-1" {
		t.Errorf("log is %q: %v", raw, err)
	}
	if _, err := watch.Logger(f, "loud"); err == nil {
		t.Error("the level \"loud\" passes")
	}
}

func TestMetricsAreServedUntilTheProgramEnds(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watch.ServeMetrics(ctx, addr, watch.Metrics()) }()
	body := get(t, "http://"+addr+"/metrics")
	if !strings.Contains(body, "go_goroutines") {
		t.Errorf("no goroutines among the metrics: %.200s", body)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if watch.BuildVersion() == "" {
		t.Error("the program does not know its version")
	}
}

// get asks until the server is there.
func get(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		res, err := client.Get(url)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err == nil {
			return string(body)
		}
	}
	t.Fatal("nothing answers at " + url)
	return ""
}
