package api

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
)

// pages are the built pages. Their version is what changes when any of them does: each names its assets by their content.
type pages struct {
	files   fs.FS
	version string
}

// entries are the pages by their path.
var entries = []struct{ path, file string }{
	{"/", "index.html"},
	{"/track/{token}", "track.html"},
	{"/driver", "driver.html"},
	{"/hq", "hq.html"},
}

func readPages(files fs.FS) (pages, error) {
	sum := sha256.New()
	for _, e := range entries {
		text, err := fs.ReadFile(files, e.file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return pages{}, err
		}
		sum.Write(text)
	}
	return pages{files, hex.EncodeToString(sum.Sum(nil)[:6])}, nil
}

// addPages puts what is not the API on the router: pages, their assets, the document, and the explanation of problems.
func (a *API) addPages(mux *chi.Mux, compress func(http.Handler) http.HandlerFunc) {
	for _, e := range entries {
		mux.Get(e.path, compress(a.page(e.file)))
	}
	if a.Sockets != nil {
		mux.Get("/mqtt", a.Sockets.ServeHTTP)
	}
	mux.Get("/assets/*", compress(http.HandlerFunc(a.asset)))
	for _, name := range []string{"/favicon.svg", "/favicon.ico"} {
		mux.Get(name, compress(http.HandlerFunc(a.favicon)))
	}
	for _, name := range []string{"driver-sw.js", "driver.webmanifest", "driver-192.png", "driver-512.png"} { // what makes /driver an app on a phone
		mux.Get("/"+name, compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.file(w, r, name, "no-cache") })))
	}
	document := a.document()
	a.docs = a.docsPage()
	mux.Get("/openapi.json", compress(text("application/openapi+json", document)))
	mux.Get("/docs", compress(a.docsHandler()))
	mux.Get("/problems/{code}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/docs#"+strings.ReplaceAll(path.Base(r.URL.Path), "-", "_"), http.StatusSeeOther)
	})
}

// text answers what was written when the process started.
func text(kind string, body []byte) http.Handler {
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:6]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	})
}

// page answers one of the pages, which a browser keeps but asks about every time.
func (a *API) page(file string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := fs.ReadFile(a.pages.files, file)
		h := w.Header()
		if err != nil {
			h.Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("The pages are not in this binary. Run \"make build\", which builds them first. The interface under /api works.\n"))
			return
		}
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", `"`+a.pages.version+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	})
}

// asset answers a file whose name carries its content's hash: it is the same for ever.
func (a *API) asset(w http.ResponseWriter, r *http.Request) {
	a.file(w, r, path.Join("assets", path.Clean("/"+chi.URLParam(r, "*"))), "public, max-age=31536000, immutable")
}

// favicon answers the icon that browsers ask for by themselves.
func (a *API) favicon(w http.ResponseWriter, r *http.Request) {
	a.file(w, r, "favicon.svg", "public, max-age=86400")
}

func (a *API) file(w http.ResponseWriter, r *http.Request, name, cache string) {
	text, err := fs.ReadFile(a.pages.files, name)
	if err != nil {
		writeProblem(w, refuse(http.StatusNotFound, "no_such_path", "there is nothing at %s", r.URL.Path))
		return
	}
	h := w.Header()
	if kind := kindOf(name); kind != "" {
		h.Set("Content-Type", kind)
	}
	h.Set("Cache-Control", cache)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
}

// kindOf is the media type of a file. What a machine's own tables may lack is named.
func kindOf(name string) string {
	if path.Ext(name) == ".webmanifest" {
		return "application/manifest+json"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// compressible: texts, but not streams, which a compressor would hold back.
func compressible(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	switch strings.TrimSpace(kind) {
	case "text/html", "text/css", "text/javascript", "text/plain", "application/json", "application/problem+json", "application/openapi+json", "image/svg+xml":
		return true
	}
	return false
}
