package kds

import (
	"net/http"

	"awesome.pizza/edge/kitchen"
)

// screenView is a screen that has told its name and station.
type screenView struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Station  string  `json:"station"`
	Here     bool    `json:"here"`                   // it hears of every change
	Seen     *moment `json:"last_seen,omitempty"`    // its last word
	Rendered uint64  `json:"rendered_seq,omitempty"` // the last change that it says it shows
}

func (s *Server) screen(k kitchen.Screen) screenView {
	sight, is := s.presence.sight(k.ID, s.Clock.Now())
	v := screenView{ID: k.ID, Name: k.Name, Station: k.Station, Here: sight.Here, Seen: at(k.Seen), Rendered: is.seq}
	if is.word.After(k.Seen) {
		v.Seen = at(is.word)
	}
	if is.streams == 0 && is.left.After(is.word) && !is.word.IsZero() {
		v.Seen = at(is.left)
	}
	return v
}

// screens answers GET /api/screens: the displays that have told their names, by id.
func (s *Server) screens(w http.ResponseWriter, r *http.Request) error {
	all, err := s.Kitchen.Screens(r.Context())
	if err != nil {
		return err
	}
	views := make([]screenView, len(all))
	for i, k := range all {
		views[i] = s.screen(k)
	}
	return respond(w, http.StatusOK, map[string]any{"screens": views})
}

// announce answers PUT /api/screens/{id}: a display tells its name and its station.
func (s *Server) announce(w http.ResponseWriter, r *http.Request) error {
	id, err := screenOf(r)
	if err != nil {
		return err
	}
	var body struct {
		Name    string `json:"name"`
		Station string `json:"station"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	k, err := s.Kitchen.Announce(r.Context(), kitchen.Screen{ID: id, Name: body.Name, Station: body.Station})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, s.screen(k))
}

// unplug answers DELETE /api/screens/{id}: the display is put away.
func (s *Server) unplug(w http.ResponseWriter, r *http.Request) error {
	id, err := screenOf(r)
	if err != nil {
		return err
	}
	ctx, err := s.vouchedOnly(w, r)
	if err != nil {
		return err
	}
	if err := s.Kitchen.Unplug(ctx, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
