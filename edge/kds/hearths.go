package kds

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// ovenWorks answers POST /api/ovens/{id}/works, a person's word that an oven is in order again, with all ovens as they are after it.
func (s *Server) ovenWorks(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		Reason string `json:"reason"`
	}
	if err := readIfAny(w, r, &body); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	if err := s.Kitchen.OvenWorks(ctx, chi.URLParam(r, "id"), body.Reason); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"ovens": listed(s.Ovens.Ovens())})
}
