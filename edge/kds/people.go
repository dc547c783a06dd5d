package kds

import (
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

// signIn answers with all cooks as they are after it.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		PIN string `json:"pin"`
	}
	if err := readIfAny(w, r, &body); err != nil {
		return err
	}
	if err := s.Kitchen.SignInWith(r.Context(), chi.URLParam(r, "id"), body.PIN); err != nil {
		return err
	}
	return s.cooks(w, r)
}

// signOut answers with all cooks as they are after it.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		PIN string `json:"pin"`
	}
	if err := readIfAny(w, r, &body); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	if err := s.Kitchen.SignOutWith(ctx, chi.URLParam(r, "id"), body.PIN); err != nil {
		return err
	}
	return s.cooks(w, r)
}
