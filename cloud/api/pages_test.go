package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"awesome.pizza/cloud/api"
	"awesome.pizza/shared/clock"
)

func fetch(t testing.TB, a *api.API, path string, head map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	r.Host = "localhost"
	for k, v := range head {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w
}

func TestPagesAreServedAndAssetsAreKept(t *testing.T) {
	t.Parallel()
	a := bare(t, pages)
	for path, title := range map[string]string{"/": "order", "/track/some-token": "track", "/driver": "driver", "/hq": "hq"} {
		w := fetch(t, a, path, nil)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "<title>"+title) || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v %s", path, w.Code, w.Header(), w.Body)
		}
		if again := fetch(t, a, path, map[string]string{"If-None-Match": w.Header().Get("ETag")}); again.Code != 304 {
			t.Errorf("%s is sent again: %d", path, again.Code)
		}
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"} {
			if w.Header().Get(name) == "" {
				t.Errorf("%s has no %s", path, name)
			}
		}
	}
	if w := fetch(t, a, "/assets/app-abc123.js", nil); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("%v", w.Header())
	}
	for _, path := range []string{"/assets/none.js", "/assets/..%2findex.html", "/assets/../index.html", "/assets/"} {
		if w := fetch(t, a, path, nil); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := fetch(t, a, "/favicon.ico", nil); w.Header().Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%v", w.Header())
	}
}

func TestABinaryWithoutPagesSaysSo(t *testing.T) {
	t.Parallel()
	if w := fetch(t, bare(t, nil), "/", nil); w.Code != 503 || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnswersAreCompressedAsTheBrowserLikes(t *testing.T) {
	t.Parallel()
	a := bare(t, pages)
	want := a.Document()
	for accept, open := range map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zstd": func(r io.Reader) (io.Reader, error) {
			return zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		},
	} {
		w := fetch(t, a, "/openapi.json", map[string]string{"Accept-Encoding": accept})
		if got := w.Header().Get("Content-Encoding"); got != accept {
			t.Errorf("asked for %s, got %q", accept, got)
			continue
		}
		r, err := open(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: another document: %v", accept, err)
		}
	}
}

func TestReadinessNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	down := false
	a, err := api.New(api.Deps{Pages: pages, Clock: clock.System{}, Checks: []api.Check{
		{Name: "database", Ping: func(context.Context) error { return nil }},
		{Name: "hub", Ping: func(context.Context) error {
			if down {
				return errors.New("dial tcp: refused")
			}
			return nil
		}},
	}}, api.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if w := fetch(t, a, "/readyz", nil); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	down = true
	if w := fetch(t, a, "/readyz", nil); w.Code != 503 || !strings.Contains(w.Body.String(), `"hub":"unavailable"`) || strings.Contains(w.Body.String(), "refused") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := fetch(t, a, "/healthz", nil); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
}

func TestAPanicIsAnsweredAndObserved(t *testing.T) {
	t.Parallel()
	type seen struct {
		route  string
		status int
	}
	var all []seen
	a, err := api.New(api.Deps{Pages: pages, Clock: clock.System{}}, api.Settings{
		Observe: func(route string, status int, _ time.Duration) { all = append(all, seen{route, status}) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if w := fetch(t, a, "/api/restaurants/r1", nil); w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"internal"`) { // nothing is behind it
		t.Errorf("%d %s", w.Code, w.Body)
	}
	fetch(t, a, "/nothing", nil)
	if len(all) != 2 || all[0] != (seen{"GET /api/restaurants/{restaurantId}", 500}) || all[1] != (seen{"none", 404}) {
		t.Errorf("%v", all)
	}
}

// An error while the database is away is the outage's, and is told to come back.
func TestAnOutageIsNotABug(t *testing.T) {
	t.Parallel()
	away := errors.New("connection refused")
	c := open(t, func(d *api.Deps, _ *api.Settings) {
		d.Checks = []api.Check{{Name: "database", Ping: func(context.Context) error { return away }}}
	})
	c.Store.Close()
	a := c.get(t, "/api/restaurants/r1")
	a.refused(t, http.StatusServiceUnavailable, "unavailable")
	if a.header.Get("Retry-After") == "" {
		t.Error("nobody is told when to come back")
	}
}
