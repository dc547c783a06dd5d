package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestQuantilesAreMembersOfTheSample(t *testing.T) {
	t.Parallel()
	var hundred sample
	for n := range 100 {
		hundred = append(hundred, time.Duration(100-n)*time.Millisecond) // 100 to 1: nobody sorted it
	}
	for name, x := range map[string]struct {
		s    sample
		q    float64
		want time.Duration
	}{
		"nothing":              {nil, 0.5, 0},
		"one is everything":    {sample{7}, 0.99, 7},
		"the least":            {hundred, 0, time.Millisecond},
		"the middle":           {hundred, 0.5, 51 * time.Millisecond},
		"all but one":          {hundred, 0.99, 100 * time.Millisecond},
		"the greatest":         {hundred, 1, 100 * time.Millisecond},
		"the upper one of two": {sample{9, 1}, 0.5, 9},
	} {
		if got := x.s.at(x.q); got != x.want {
			t.Errorf("%s: %s, not %s", name, got, x.want)
		}
	}
	if hundred[0] != 100*time.Millisecond {
		t.Error("looking at a sample has sorted it")
	}
	if got, want := hundred.String(), "p50 51 ms, p99 100 ms, max 100 ms (n=100)"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestFiguresAreShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0.00 ms", 340 * time.Microsecond: "0.34 ms", 9990 * time.Microsecond: "9.99 ms", 10 * time.Millisecond: "10 ms", 1500 * time.Millisecond: "1500 ms",
	} {
		if got := short(d); got != want {
			t.Errorf("%d is written %s, not %s", d, got, want)
		}
	}
	for want, x := range map[string][2]time.Duration{"2.5×": {5, 2}, "0.5×": {1, 2}, "–": {5, 0}} {
		if got := ratio(x[0], x[1]); got != want {
			t.Errorf("%d to %d is %s, not %s", x[0], x[1], got, want)
		}
	}
}

func TestAReportIsATableWithARowForEachFigure(t *testing.T) {
	t.Parallel()
	r := newReport()
	r.add("tap", "1 ms", "healthz 0.5 ms", "fsync")
	r.add("load", "900/s", "null 9000/s", "cores")
	var rows []string
	for line := range strings.Lines(r.String()) {
		if strings.HasPrefix(line, "|") {
			rows = append(rows, strings.TrimSpace(line))
		}
	}
	if len(rows) != 4 || rows[2] != "| tap | 1 ms | healthz 0.5 ms | fsync |" || rows[3] != "| load | 900/s | null 9000/s | cores |" {
		t.Errorf("%q", rows)
	}
	for _, row := range rows {
		if strings.Count(row, "|") != 5 {
			t.Errorf("not four columns: %s", row)
		}
	}
	if !strings.Contains(r.String(), time.Now().UTC().Format(time.DateOnly)) {
		t.Error("nobody can tell when it was measured")
	}
}

func TestPagesAreWeighedCompressed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := bytes.Repeat([]byte("const pizza = 1;\n"), 1000)
	if err := os.Mkdir(filepath.Join(dir, "assets"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"assets/app.js": script, "index.html": []byte("<!doctype html>"), "photo.png": script} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var want int
	for _, data := range [][]byte{script, []byte("<!doctype html>")} {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		want += b.Len()
	}
	if got, err := compressed(dir); err != nil || got != int64(want) {
		t.Errorf("%d, %v, not %d", got, err, want)
	}
	if _, err := compressed(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there weighs something")
	}
}

func TestAProcessHasMemory(t *testing.T) {
	t.Parallel()
	if mb, err := rss(os.Getpid()); err != nil || mb < 1 || mb > 10_000 {
		t.Errorf("%v MB, %v", mb, err)
	}
	if _, err := rss(-1); err == nil {
		t.Error("nobody has memory")
	}
}
