package kds_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"awesome.pizza/edge/kds"
)

func TestPagesAreKeptButAskedAboutAndAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	n := open(t)
	for path, title := range map[string]string{"/": "Kitchen", "/counter": "Counter", "/board": "Your order", "/health": "Node"} {
		r := n.get(path)
		if r.status != 200 || !strings.Contains(string(r.body), title) || r.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v %s", path, r.status, r.header, r.body)
		}
		if again := n.get(path, "If-None-Match", r.header.Get("ETag")); again.status != http.StatusNotModified {
			t.Errorf("%s again: %d", path, again.status)
		}
	}
	asset := n.get("/assets/index-1a.js")
	if asset.status != 200 || !strings.Contains(asset.header.Get("Cache-Control"), "immutable") || !strings.Contains(asset.header.Get("Content-Type"), "javascript") {
		t.Errorf("%d %v", asset.status, asset.header)
	}
	for _, path := range []string{"/assets/other.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/"} {
		if r := n.get(path); r.status != http.StatusNotFound && r.status != http.StatusMovedPermanently {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := n.get("/favicon.ico"); r.status != 200 || r.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("%d %v", r.status, r.header)
	}
	if r := n.send(http.MethodHead, "/", nil); r.status != 200 || len(r.body) != 0 {
		t.Errorf("HEAD: %d %d bytes", r.status, len(r.body))
	}
}

func TestTheServiceWorkerIsAskedForAnewAndMayNotBeMissed(t *testing.T) {
	t.Parallel()
	n := open(t)
	r := n.get("/sw.js")
	if r.status != 200 || r.header.Get("Cache-Control") != "no-cache" || !strings.Contains(r.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("%d %v", r.status, r.header)
	}
	without := open(t, func(d *kds.Deps, _ *kds.Settings) { d.Pages = fstest.MapFS{".keep": {}} })
	if r := without.get("/sw.js"); r.status != http.StatusNotFound || r.text("code") != "no_such_path" {
		t.Errorf("without pages: %d %s", r.status, r.body)
	}
}

func TestEveryAnswerCarriesTheHeadersThatKeepABrowserSafe(t *testing.T) {
	t.Parallel()
	n := open(t)
	for _, path := range []string{"/", "/api/board", "/api/nothing"} {
		h := n.get(path).header
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'self'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestTextIsCompressedForThoseWhoTakeIt(t *testing.T) {
	t.Parallel()
	n := open(t)
	for _, path := range []string{"/api/menu", "/assets/index-1a.js"} {
		plain := n.get(path, "Accept-Encoding", "identity")
		packed := n.get(path, "Accept-Encoding", "gzip")
		if plain.header.Get("Content-Encoding") != "" || packed.header.Get("Content-Encoding") != "gzip" || len(packed.body)*2 > len(plain.body) {
			t.Errorf("%s: %d plain, %d packed as %q", path, len(plain.body), len(packed.body), packed.header.Get("Content-Encoding"))
			continue
		}
		unpacked, err := gzip.NewReader(strings.NewReader(string(packed.body)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(unpacked); err != nil || string(text) != string(plain.body) {
			t.Errorf("%s: not the same (%v)", path, err)
		}
	}
}

func TestABinaryWithoutPagesSaysSo(t *testing.T) {
	t.Parallel()
	n := open(t, func(d *kds.Deps, _ *kds.Settings) { d.Pages = fstest.MapFS{".keep": {}} })
	if r := n.get("/"); r.status != http.StatusServiceUnavailable || !strings.Contains(string(r.body), "make build") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/api/board"); r.status != 200 {
		t.Errorf("the interface does not work without pages: %d", r.status)
	}
}

func TestReadyIsWhatTheNodeSaysAndAliveIsAlways(t *testing.T) {
	t.Parallel()
	if r := open(t).get("/readyz"); r.status != 200 || r.text("status") != "ready" {
		t.Errorf("%d %s", r.status, r.body)
	}
	n := open(t, func(_ *kds.Deps, s *kds.Settings) {
		s.Ready = func(context.Context) error { return errors.New("disk full") }
	})
	if r := n.get("/readyz"); r.status != http.StatusServiceUnavailable || r.text("code") != "not_ready" || r.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := n.get("/healthz"); r.status != 200 {
		t.Errorf("%d", r.status)
	}
}

// broken is a kitchen whose disk is gone, and that trips over its own feet.
type broken struct{ kds.Kitchen }

func (broken) SignInWith(context.Context, string, string) error {
	return errors.New("write /var/lib/edge.db: input/output error")
}
func (broken) SignOutWith(context.Context, string, string) error { panic("trip") }

func TestWhatGoesWrongInsideStaysInside(t *testing.T) {
	t.Parallel()
	n := open(t, func(d *kds.Deps, _ *kds.Settings) { d.Kitchen = broken{d.Kitchen} })
	for _, path := range []string{"/api/cooks/ada/sign-in", "/api/cooks/ada/sign-out"} {
		r := n.post(path, nil)
		if r.status != http.StatusInternalServerError || r.text("code") != "internal" || strings.Contains(string(r.body), "edge.db") {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
	if r := n.get("/api/board"); r.status != 200 {
		t.Errorf("one bad request ended the node: %d", r.status)
	}
}
