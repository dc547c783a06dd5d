package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is a table of figures with what bounds each.
type report struct{ rows [][4]string }

func newReport() *report { return &report{} }

// add writes one figure: what, how much, beside what, and what bounds it.
func (r *report) add(what, figure, beside, bound string) {
	r.rows = append(r.rows, [4]string{what, figure, beside, bound})
}

// String is the report as Markdown.
func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Measured on %s\n\n", time.Now().UTC().Format(time.DateOnly))
	fmt.Fprintf(&b, "%s, %d cores, %s/%s, %s; made by `make bench`. The machine is shared: compare ratios, not milliseconds.\n\n",
		cpu(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	b.WriteString("| what | figure | beside, in the same run | what bounds it |\n|---|---|---|---|\n")
	for _, row := range r.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row[:], " | "))
	}
	return b.String()
}

func cpu() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// sample is a set of durations.
type sample []time.Duration

// at is the quantile q of the sample, 0 to 1.
func (s sample) at(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func (s sample) String() string {
	return fmt.Sprintf("p50 %s, p99 %s, max %s (n=%d)", short(s.at(0.5)), short(s.at(0.99)), short(s.at(1)), len(s))
}

func short(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.0f ms", float64(d)/1e6)
}

// ratio is how many times a is b.
func ratio(a, b time.Duration) string {
	if b == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f×", float64(a)/float64(b))
}
