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
	metrics := watch.Metrics()
	watch.Gauge(metrics, "edge_open_tickets", "Orders on the board.", func() float64 { return 42 })
	watch.Durations(metrics, "cloud_http_request_seconds", "How long requests took.", "route")(30*time.Millisecond, "GET /")
	watch.Histogram(metrics, "edge_forecast_error_seconds", "How far off.", func() ([]float64, []uint64, float64) { return []float64{-60, 60}, []uint64{1, 2, 3}, 42 })
	go func() { done <- watch.ServeMetrics(ctx, addr, metrics) }()
	body := get(t, "http://"+addr+"/metrics")
	for _, want := range []string{
		"go_goroutines", "edge_open_tickets 42", `cloud_http_request_seconds_bucket{route="GET /",le="0.032"} 1`,
		`edge_forecast_error_seconds_bucket{le="60"} 3`, `edge_forecast_error_seconds_count 6`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s among the metrics: %.200s", want, body)
		}
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
