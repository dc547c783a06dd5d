package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"awesome.pizza/shared/settings"
)

// policy lets a page load only what the chain itself serves.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// secure sets the headers that hold for everything.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(self), payment=()")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.TLS != nil && !strings.Contains(r.Host, ":") { // it is for all ports of a name, and on others we speak HTTP too
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// knowsHost lets only requests that name this machine through as long as everybody is staff: loopback is the only guard then, and a page of
// another site whose name was made to point here (DNS rebinding) would pass it.
func (a *API) knowsHost(next http.Handler) http.Handler {
	if a.settings.StaffToken != "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !settings.AskedHere(r) {
			writeProblem(w, refuse(http.StatusMisdirectedRequest, "wrong_host", "without a staff token this core serves only its own machine, as 127.0.0.1 or localhost"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what another site makes a browser send in a guest's name.
func sameOrigin(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, refuse(http.StatusForbidden, "cross_origin", "only pages of this chain may change something here"))
	}))
	return cross.Handler(next)
}

// limits finds out who each client is, and counts the requests of each in a sliding minute.
func (a *API) limits() []func(http.Handler) http.Handler {
	address := middleware.ClientIPFromRemoteAddr
	if len(a.settings.Proxies) > 0 {
		address = middleware.ClientIPFromXFF(a.settings.Proxies...)
	}
	all := []func(http.Handler) http.Handler{address}
	if a.settings.PerMinute > 0 {
		all = append(all, limit(a.settings.PerMinute))
	}
	return all
}

// limit answers each client so many requests in a sliding minute.
func limit(perMinute int) func(http.Handler) http.Handler {
	client := func(r *http.Request) (string, error) { return clientOf(r), nil }
	return httprate.LimitBy(perMinute, time.Minute, client, httprate.WithLimitHandler(func(w http.ResponseWriter, _ *http.Request) { tooMany(w, perMinute) }))
}

// clientOf is who asks. An IPv6 client is its whole /64: the next address costs it nothing.
func clientOf(r *http.Request) string { return clientIn(r.Context()) }

func clientIn(ctx context.Context) string {
	return httprate.CanonicalizeIP(middleware.GetClientIP(ctx))
}

func tooMany(w http.ResponseWriter, perMinute int) {
	writeProblem(w, refuse(http.StatusTooManyRequests, "too_many_requests", "more than %d requests in a minute; wait", perMinute))
}

// observes tells Settings.Observe of every answer, and keeps one bad request from ending the process.
func (a *API) observes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer a.observed(ww, r, time.Now())
		next.ServeHTTP(ww, r)
	})
}

// observed is deferred.
func (a *API) observed(w middleware.WrapResponseWriter, r *http.Request, began time.Time) {
	cause := recover()
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	if cause != nil {
		a.settings.Log.Error("panic", "route", r.Method+" "+r.URL.Path, "err", fmt.Sprint(cause), "stack", string(debug.Stack()))
		if w.Status() == 0 {
			writeProblem(w, refuse(http.StatusInternalServerError, "internal", "this could not be done; it is in the log"))
		}
	}
	route := "none"
	if c := chi.RouteContext(r.Context()); c != nil && c.RoutePattern() != "" {
		route = r.Method + " " + c.RoutePattern()
	}
	a.settings.Observe(route, w.Status(), time.Since(began))
}
