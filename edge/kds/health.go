package kds

import (
	"context"
	"net/http"
	"time"

	"awesome.pizza/shared/problem"
)

// healthz answers that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz answers whether the node can do its work. The line to the cloud has no part in it: a kitchen cooks without.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.settings.Ready(ctx); err != nil {
		s.settings.Log.Warn("not ready", "err", err)
		return problem.New(problem.Unavailable, "not_ready", "the node is not ready: %v", err)
	}
	answer := map[string]any{"status": "ready"}
	if s.settings.Letters != nil {
		if all, kept, err := s.settings.Letters(ctx); err == nil {
			answer["dead_letters"] = map[string]int{"all": all, "kept": kept}
		}
	}
	return respond(w, http.StatusOK, answer)
}
