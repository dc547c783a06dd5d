package kds

import (
	"net/http"
	"regexp"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/shared/order"
)

var screenName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func screenOf(r *http.Request) (string, error) {
	screen := chi.URLParam(r, "id")
	if !screenName.MatchString(screen) {
		return "", invalid("id", "a screen's name is 1 to 64 letters, digits, dots, dashes or underscores")
	}
	return screen, nil
}

// rendered answers POST /api/screens/{id}/rendered: these tickets are on the glass, as of a change of the board. Orders the kitchen does not know
// are refused: a screen cannot have seen them. A screen that shows nothing new says so with the number of the last change alone: it lives.
func (s *Server) rendered(w http.ResponseWriter, r *http.Request) error {
	screen, err := screenOf(r)
	if err != nil {
		return err
	}
	var body struct {
		Tickets []order.ID `json:"tickets"`
		Seq     int64      `json:"seq"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	if body.Seq < 0 {
		return invalid("seq", "seq is the number of a change of the board; %d is none", body.Seq)
	}
	if len(body.Tickets) == 0 && body.Seq == 0 || len(body.Tickets) > 500 {
		return invalid("tickets", "tickets must list 1 to 500 orders, or seq say which change was the last")
	}
	for _, id := range body.Tickets {
		if _, err := s.Kitchen.Ticket(r.Context(), id); err != nil {
			return err
		}
	}
	if err := s.Kitchen.Rendered(r.Context(), screen, body.Tickets...); err != nil {
		return err
	}
	s.presence.drew(screen, uint64(body.Seq), s.Clock.Now())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
