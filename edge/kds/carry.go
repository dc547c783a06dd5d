package kds

import (
	"cmp"
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// OwnDrivers take deliveries that the cloud has no driver for.
type OwnDrivers interface {
	Carry(ctx context.Context, id order.ID, tap kitchen.Tap, driver string) (kitchen.Ticket, error)
	Return(ctx context.Context, id order.ID, tap kitchen.Tap, back kitchen.Return) (kitchen.Ticket, error)
	Runs(ctx context.Context) []kitchen.Run
}

// runs answers GET /api/runs: what is out with own drivers.
func (s *Server) runs(w http.ResponseWriter, r *http.Request) error {
	return respond(w, http.StatusOK, map[string]any{"runs": s.viewer().runs(s.Kitchen.Runs(r.Context()))})
}

// carry answers POST /api/orders/{id}/carry {"tap","driver"}.
func (s *Server) carry(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		Tap    string `json:"tap"`
		Driver string `json:"driver"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	t, err := s.Kitchen.Carry(ctx, order.ID(chi.URLParam(r, "id")), kitchen.Tap{ID: cmp.Or(keyOf(r, body.Tap), id.New())}, body.Driver)
	return s.moved(w, t, err)
}

// returned answers POST /api/orders/{id}/returned {"tap","outcome":"delivered|failed","cash","reason"}.
func (s *Server) returned(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		overridable
		Tap     string `json:"tap"`
		Outcome string `json:"outcome"`
		Cash    *int64 `json:"cash"`
		Reason  string `json:"reason"`
	}
	if err := read(w, r, &body); err != nil {
		return err
	}
	switch {
	case body.Outcome != "delivered" && body.Outcome != "failed":
		return invalid("outcome", "outcome is %q; it can be delivered or failed", clip(body.Outcome))
	case body.Outcome == "failed" && body.Cash != nil:
		return invalid("cash", "who did not get it did not pay for it")
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	back := kitchen.Return{Delivered: body.Outcome == "delivered", Reason: body.Reason, Cash: body.Cash}
	t, err := s.Kitchen.Return(ctx, order.ID(chi.URLParam(r, "id")), kitchen.Tap{ID: cmp.Or(keyOf(r, body.Tap), id.New())}, back)
	return s.moved(w, t, err)
}

func (s *Server) moved(w http.ResponseWriter, t kitchen.Ticket, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(t.Version))
	return respond(w, http.StatusOK, s.viewer().order(t))
}
