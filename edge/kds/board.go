package kds

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/menu"
)

// board answers GET /api/board: everything a display needs, as one commit left it.
func (s *Server) board(w http.ResponseWriter, r *http.Request) error {
	view, err := s.snapshot(r.Context())
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, view)
}

func (s *Server) snapshot(ctx context.Context) (boardView, error) {
	snap, err := s.Kitchen.Snapshot(ctx)
	if err != nil {
		return boardView{}, err
	}
	v := s.viewer()
	return boardView{
		Seq: snap.Seq, Now: at(v.now), Restaurant: s.settings.Restaurant, UI: s.ui(), Clock: s.settings.ClockState(),
		Link: s.Link.LinkState(), Ovens: listed(s.Ovens.Ovens()), Printers: listed(s.Printers.Printers()), Sensors: listed(s.Sensors.Sensors()),
		Tickets: v.tickets(snap.Tickets), Cooks: v.cooks(snap.Cooks), Alerts: v.alerts(snap.Alerts),
		Intake:  intakeOf(snap.Intake),
		SoldOut: snap.SoldOut,
	}, nil
}

func (s *Server) change(c kitchen.Change) changeView {
	v := s.viewer()
	var intake *intakeView
	if c.Intake != nil {
		i := intakeOf(*c.Intake)
		intake = &i
	}
	return changeView{
		Seq: c.Seq, Now: at(v.now), Tickets: v.tickets(c.Tickets), Gone: listed(c.Gone),
		Cooks: v.cooks(c.Cooks), Alerts: v.alerts(c.Alerts), Cleared: listed(c.Cleared), Intake: intake, SoldOut: c.SoldOut,
	}
}

func (s *Server) viewer() viewer { return viewer{menu: s.dishes(), now: s.Clock.Now()} }

// viewerFor is discreet to who has not signed in, in a house whose people have PINs: there guests' numbers and addresses are for those who work there.
func (s *Server) viewerFor(r *http.Request) viewer {
	v := s.viewer()
	_, in := s.Kitchen.Session(r.Context())
	v.discreet = !in && s.Kitchen.PINsNeeded()
	return v
}

// dishes is the menu as it is now.
func (s *Server) dishes() *menu.Menu {
	if s.Card != nil {
		return s.Card()
	}
	return s.Menu
}

// ui changes when the pages do, or what is sold: an open page loads itself anew.
func (s *Server) ui() string {
	if now := s.dishes(); now.Version != s.Menu.Version {
		return s.pages.version + "-" + strconv.Itoa(now.Version)
	}
	return s.pages.version
}

// recent answers GET /api/recent: what left the board on this business day, last first; with ?number= the one order that has it, wherever it is.
func (s *Server) recent(w http.ResponseWriter, r *http.Request) error {
	if asked := r.URL.Query().Get("number"); asked != "" {
		return s.numbered(w, r, asked)
	}
	tickets, err := s.Kitchen.Recent(r.Context())
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"tickets": s.viewer().tickets(tickets)})
}

func (s *Server) numbered(w http.ResponseWriter, r *http.Request, asked string) error {
	number, err := strconv.Atoi(asked)
	if err != nil || number < 1 {
		return invalid("number", "number is %q; write the number on the ticket, like 42", clip(asked))
	}
	t, err := s.Kitchen.Numbered(r.Context(), number)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"tickets": s.viewer().tickets([]kitchen.Ticket{t})})
}

// menuView is the menu with what of it cannot be had now.
type menuView struct {
	menu.Menu
	Products []productView `json:"products"`
	Toppings []offerView   `json:"toppings"`
	SoldOut  stock.SoldOut `json:"sold_out"`
}

type productView struct {
	menu.Product
	SoldOut bool     `json:"sold_out,omitempty"`
	Without []string `json:"without,omitempty"` // sold out, but to be had without these
}

type offerView struct {
	menu.Topping
	SoldOut bool `json:"sold_out,omitempty"`
}

// menu answers GET /api/menu: what can be ordered, with its prices, and what is off.
func (s *Server) menu(w http.ResponseWriter, r *http.Request) error {
	_, gone, err := s.Kitchen.Off(r.Context())
	if err != nil {
		return err
	}
	dishes := s.dishes()
	view := menuView{Menu: *dishes, SoldOut: gone}
	for _, p := range dishes.Products {
		v := productView{Product: p}
		if n := slices.IndexFunc(gone.Products, func(m stock.Missing) bool { return m.ID == p.ID }); n >= 0 {
			v.SoldOut, v.Without = true, gone.Products[n].Without
		}
		view.Products = append(view.Products, v)
	}
	for _, t := range dishes.Toppings {
		off := slices.ContainsFunc(gone.Toppings, func(m stock.Missing) bool { return m.ID == t.ID })
		view.Toppings = append(view.Toppings, offerView{t, off})
	}
	return respond(w, http.StatusOK, view)
}

// link answers GET /api/link.
func (s *Server) link(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, s.Link.LinkState())
}
