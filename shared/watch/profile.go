package watch

import (
	"net/http"
	"net/http/pprof"
	"net/netip"
)

// profiles answers where the process's time and memory go, as `go tool pprof` reads it.
func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index) // heap, goroutine, mutex and the like, by name
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// fromHere lets only callers of this machine through: a profile costs time while it is taken, and a heap tells what orders say.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err != nil || !from.Addr().Unmap().IsLoopback() {
			http.Error(w, "profiles are for callers of this machine: log in to it, or tunnel with ssh -L", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
