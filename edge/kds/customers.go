package kds

import (
	"context"
	"net/http"
	"strings"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/order"
)

// Customers are who orders by phone.
type Customers interface {
	Guest(ctx context.Context, phone string) (kitchen.Guest, error)
	Forget(ctx context.Context, phone string) error
}

type guestView struct {
	Phone     string          `json:"phone"`
	Name      string          `json:"name"`
	Addresses []order.Address `json:"addresses"`
	Orders    []pastView      `json:"orders"`
	Seen      *moment         `json:"last_order_at"`
}

// pastView is an order whose lines can be ordered again as they are.
type pastView struct {
	Order      order.ID         `json:"order"`
	At         *moment          `json:"at"`
	Fulfilment order.Fulfilment `json:"fulfilment"`
	Lines      []order.Line     `json:"lines"`
	Total      any              `json:"total"`
}

// customer answers GET /api/customers?phone=.
func (s *Server) customer(w http.ResponseWriter, r *http.Request) error {
	g, err := s.Kitchen.Guest(r.Context(), phoneOf(r))
	if err != nil {
		return err
	}
	view := guestView{Phone: g.Phone, Name: g.Name, Addresses: listed(g.Addresses), Seen: at(g.Seen), Orders: make([]pastView, len(g.Orders))}
	for n, o := range g.Orders {
		view.Orders[n] = pastView{o.Order, at(o.At), o.Fulfilment, o.Lines, o.Total}
	}
	return respond(w, http.StatusOK, view)
}

// forgetCustomer answers DELETE /api/customers?phone=.
func (s *Server) forgetCustomer(w http.ResponseWriter, r *http.Request) error {
	ctx, err := s.vouchedOnly(w, r)
	if err != nil {
		return err
	}
	if err := s.Kitchen.Forget(ctx, phoneOf(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// phoneOf lets a plus stand for itself, as people write it, and not for a space.
func phoneOf(r *http.Request) string { return strings.TrimSpace(r.URL.Query().Get("phone")) }
