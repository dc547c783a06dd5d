package kds

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/stock"
)

// offBody takes something off the menu: 86.
type offBody struct {
	overridable
	Request string     `json:"request"`
	Kind    string     `json:"kind"` // product, topping or ingredient
	ID      string     `json:"id"`
	Reason  string     `json:"reason"`
	Owner   string     `json:"owner"`   // who says so
	Until   *time.Time `json:"until"`   // when it comes back by itself; neither: when somebody lifts it
	Minutes *int       `json:"minutes"` // or how long it stays off
}

// offView is something that is off the menu.
type offView struct {
	Kind   string  `json:"kind"`
	ID     string  `json:"id"`
	Reason string  `json:"reason,omitempty"`
	Owner  string  `json:"owner,omitempty"`
	Auto   bool    `json:"auto"` // it has run out
	Since  *moment `json:"since"`
	Until  *moment `json:"until,omitempty"`
}

// off answers GET /api/86: what is off, and what of the menu cannot be had for it.
func (s *Server) off(w http.ResponseWriter, r *http.Request) error {
	return s.offs(w, r, http.StatusOK)
}

func (s *Server) offs(w http.ResponseWriter, r *http.Request, status int) error {
	all, gone, err := s.Kitchen.Off(r.Context())
	if err != nil {
		return err
	}
	views := make([]offView, len(all))
	for n, o := range all {
		views[n] = offView{o.Kind, o.ID, o.Reason, o.Owner, o.Auto, at(o.Since), at(o.Until)}
	}
	return respond(w, status, map[string]any{"off": views, "sold_out": gone})
}

// sellOut answers POST /api/86.
func (s *Server) sellOut(w http.ResponseWriter, r *http.Request) error {
	var body offBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	o := stock.Off{OffKey: stock.OffKey{Kind: body.Kind, ID: body.ID}, Owner: body.Owner, Reason: body.Reason}
	lasts := time.Duration(0)
	switch {
	case body.Until != nil && body.Minutes != nil:
		return invalid("minutes", "write until or minutes, not both")
	case body.Until != nil && body.Until.IsZero():
		return invalid("until", "the end lies in the past: name a later one, or none")
	case body.Until != nil:
		o.Until = *body.Until
	case body.Minutes != nil && (*body.Minutes < 1 || *body.Minutes > 366*24*60):
		return invalid("minutes", "minutes is %d; it can be 1 to %d", *body.Minutes, 366*24*60)
	case body.Minutes != nil:
		lasts = time.Duration(*body.Minutes) * time.Minute
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	replayed, err := s.Kitchen.SellOut(ctx, requestOf(r, body.Request), o, lasts)
	if err != nil {
		return err
	}
	return s.offs(w, r, written(w, replayed))
}

// lift answers DELETE /api/86/{kind}/{id}.
func (s *Server) lift(w http.ResponseWriter, r *http.Request) error {
	ctx, err := s.vouchedOnly(w, r)
	if err != nil {
		return err
	}
	if err := s.Kitchen.Lift(ctx, stock.OffKey{Kind: chi.URLParam(r, "kind"), ID: chi.URLParam(r, "id")}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
