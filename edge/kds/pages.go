package kds

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/shared/problem"
)

// pages are the built pages. Their version is what changes when any of them does: each names its assets by their content.
type pages struct {
	files   fs.FS
	version string
}

var entries = []string{"index.html", "counter.html", "board.html", "health.html", "pair.html"}

func readPages(files fs.FS) (pages, error) {
	sum := sha256.New()
	for _, name := range entries {
		text, err := fs.ReadFile(files, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return pages{}, err
		}
		sum.Write(text)
	}
	return pages{files, hex.EncodeToString(sum.Sum(nil)[:6])}, nil
}

// page answers one of the pages, which a browser keeps but asks about every time.
func (s *Server) page(name string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		text, err := fs.ReadFile(s.pages.files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return unbuilt(w)
		}
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", `"`+s.pages.version+`"`)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
		return nil
	}
}

// unbuilt says what is missing in a binary that was built without its pages.
func unbuilt(w http.ResponseWriter) error {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, err := w.Write([]byte("The pages are not in this binary. Run \"make build\", which builds them first. The interface under /api works.\n"))
	return err
}

// asset answers a file whose name carries its content's hash: it is the same for ever.
func (s *Server) asset(w http.ResponseWriter, r *http.Request) error {
	name := chi.URLParam(r, "*")
	text, err := fs.ReadFile(s.pages.files, path.Join("assets", path.Clean("/"+name)))
	if err != nil {
		return problem.New(problem.NotFound, "no_such_path", "there is nothing at %s", r.URL.Path)
	}
	h := w.Header()
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		h.Set("Content-Type", kind)
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
	return nil
}

// worker answers the service worker that keeps the pages for when the node is away. A browser asks for it anew with every visit.
func (s *Server) worker(w http.ResponseWriter, r *http.Request) error {
	text, err := fs.ReadFile(s.pages.files, "sw.js")
	if err != nil {
		return problem.New(problem.NotFound, "no_such_path", "the pages have no service worker")
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, "sw.js", time.Time{}, bytes.NewReader(text))
	return nil
}

// favicon answers the icon that browsers ask for by themselves.
func (s *Server) favicon(w http.ResponseWriter, r *http.Request) error {
	text, err := fs.ReadFile(s.pages.files, "favicon.svg")
	if err != nil {
		return problem.New(problem.NotFound, "no_such_path", "the pages have no icon")
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.ServeContent(w, r, "favicon.svg", time.Time{}, bytes.NewReader(text))
	return nil
}

// compressible: texts, but not streams, which a compressor would hold back.
func compressible(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(kind) {
	case "text/html", "text/css", "text/javascript", "text/plain", "application/json", "application/problem+json", "image/svg+xml":
		return true
	}
	return false
}
