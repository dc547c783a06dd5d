package kds

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"
)

// cooks answers GET /api/cooks.
func (s *Server) cooks(w http.ResponseWriter, r *http.Request) error {
	snap, err := s.Kitchen.Snapshot(r.Context())
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"cooks": s.viewer().cooks(snap.Cooks)})
}

// sign answers a sign-in or sign-out with all cooks as they are after it.
func (s *Server) sign(act func(Roster, context.Context, string) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !emptyBody(r) {
			if err := read(w, r, &struct{}{}); err != nil {
				return err
			}
		}
		if err := act(s.Kitchen, r.Context(), chi.URLParam(r, "id")); err != nil {
			return err
		}
		return s.cooks(w, r)
	}
}
