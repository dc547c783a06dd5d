package kds

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"awesome.pizza/shared/problem"
)

// policy lets a page load only what the node itself serves.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// secure sets the headers that hold for everything.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what another site makes a browser send: most taps need no sign-in that could protect them.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(s.answer(func(http.ResponseWriter, *http.Request) error {
		return problem.New(problem.Refused, "cross_origin", "only pages of this node may change something here")
	}))
	return cross.Handler(next)
}

// knownHost refuses names that anybody can point at a private address (DNS rebinding): such a page would count as same-origin.
func (s *Server) knownHost(next http.Handler) http.Handler {
	stranger := s.answer(func(_ http.ResponseWriter, r *http.Request) error {
		return refuse(http.StatusMisdirectedRequest, "unknown_host", "this node does not answer to the name %q", r.Host)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r.Host) && !slices.Contains(s.settings.Hosts, hostOnly(r.Host)) {
			stranger(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// localDomains are never delegated on the internet: RFC 6761, 6762, 8375, and ICANN's .internal of 2024; .lan by custom.
var localDomains = []string{".localhost", ".local", ".lan", ".home.arpa", ".internal"}

// local: an address, a name without dots, or a name in a domain that exists only on a LAN.
func local(hostport string) bool {
	host := hostOnly(hostport)
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return !strings.Contains(host, ".") || slices.ContainsFunc(localDomains, func(d string) bool { return strings.HasSuffix(host, d) })
}

func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		hostport = host
	}
	return strings.ToLower(strings.TrimSuffix(hostport, "."))
}

// recovers keeps one bad request from ending a restaurant.
func (s *Server) recovers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler)
			}
			s.settings.Log.Error("panic", "method", r.Method, "path", r.URL.Path, "err", cause, "stack", string(debug.Stack()))
			s.writeProblem(w, http.StatusInternalServerError,
				problem.New(problem.Unavailable, "internal", "the node could not do this; it is in its log"))
		}()
		next.ServeHTTP(w, r)
	})
}
