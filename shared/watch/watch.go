// Package watch is how a program of the house is watched: one logger and one set of metrics, made once by the composition root and handed
// down. What is worth a log line or a number is decided where it happens.
package watch

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Version is what this program was built from; the Makefile sets it.
var Version = ""

// BuildVersion is Version, or else what the Go toolchain recorded.
func BuildVersion() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// Logger writes for people on a terminal and JSON everywhere else. level is debug, info, warn or error.
func Logger(out *os.File, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	return slog.New(handler(out, terminal(out), &slog.HandlerOptions{Level: l})), nil
}

func handler(out io.Writer, human bool, o *slog.HandlerOptions) slog.Handler {
	if human {
		return slog.NewTextHandler(out, o)
	}
	return slog.NewJSONHandler(out, o)
}

func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Registry holds a program's metrics.
type Registry = prometheus.Registry

// Metrics is a program's registry, with what Go and the operating system say of the process.
func Metrics() *Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Gauge adds a number that is read whenever somebody looks.
func Gauge(r *Registry, name, help string, read func() float64) {
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Durations adds a histogram of seconds, from 1 ms to 8 s, and returns what observes into it. Values are those of labels, in order.
func Durations(r *Registry, name, help string, labels ...string) func(took time.Duration, values ...string) {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}, labels)
	r.MustRegister(h)
	return func(took time.Duration, values ...string) { h.WithLabelValues(values...).Observe(took.Seconds()) }
}

// Count adds a number that only grows, and returns what adds one to it. Values are those of labels, in order.
func Count(r *Registry, name, help string, labels ...string) func(values ...string) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	r.MustRegister(c)
	return func(values ...string) { c.WithLabelValues(values...).Inc() }
}

// ServeMetrics answers GET /metrics on addr until ctx ends, and whoever asks from this machine GET /debug/pprof/ too. An empty addr serves nothing.
func ServeMetrics(ctx context.Context, addr string, r *Registry) error {
	if addr == "" {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(r, promhttp.HandlerOpts{}))
	mux.Handle("GET /debug/pprof/", fromHere(profiles()))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Histogram adds counts that somebody else keeps and that are read whenever somebody looks: how many values lie up to each limit but not the
// one before, the last of them beyond all limits, and the sum of all.
func Histogram(r *Registry, name, help string, read func() (limits []float64, counts []uint64, sum float64)) {
	r.MustRegister(kept{prometheus.NewDesc(name, help, nil, nil), read})
}

// kept is a histogram of somebody else's.
type kept struct {
	desc *prometheus.Desc
	read func() (limits []float64, counts []uint64, sum float64)
}

// Describe is for prometheus.
func (k kept) Describe(to chan<- *prometheus.Desc) { to <- k.desc }

// Collect is for prometheus.
func (k kept) Collect(to chan<- prometheus.Metric) {
	limits, counts, sum := k.read()
	upTo, all := make(map[float64]uint64, len(limits)), uint64(0)
	for n, count := range counts {
		if all += count; n < len(limits) {
			upTo[limits[n]] = all
		}
	}
	to <- prometheus.MustNewConstHistogram(k.desc, all, sum, upTo)
}
