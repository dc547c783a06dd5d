package kds

import (
	"cmp"
	"fmt"
	"net/http"

	"awesome.pizza/edge/stock"
)

// levelView is how an ingredient stands. What nobody has counted or received has no quantities: it sells without limit.
type levelView struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Unit      string  `json:"unit"` // "g" or "piece": of all quantities here
	Tracked   bool    `json:"tracked"`
	OnHand    *int64  `json:"on_hand"`
	Reserved  int64   `json:"reserved"`  // by orders that are open and not started
	Lent      int64   `json:"lent"`      // what the cloud may sell
	Available *int64  `json:"available"` // to be sold here
	Threshold int64   `json:"threshold"`
	Par       int64   `json:"par"`
	Pack      int64   `json:"pack"`
	OnOrder   int64   `json:"on_order"`
	Low       bool    `json:"low"`
	PerHour   int64   `json:"per_hour"`
	RunsOut   *moment `json:"runs_out_at,omitempty"`
	SoldOut   bool    `json:"sold_out,omitempty"`
}

func levelOf(l stock.Level) levelView {
	v := levelView{
		ID: l.Ingredient.ID, Name: l.Ingredient.Name, Unit: l.Ingredient.Unit, Tracked: l.Shelf.Tracked, Reserved: l.Shelf.Reserved, Lent: l.Lent,
		Threshold: l.Threshold, Par: l.Par, Pack: l.Ingredient.Pack, OnOrder: l.Shelf.OnOrder, Low: l.Low, PerHour: l.PerHour,
		RunsOut: atMaybe(l.RunsOut), SoldOut: l.Off != nil,
	}
	if l.Shelf.Tracked {
		v.OnHand, v.Available = &l.Shelf.OnHand, new(max(0, l.Sellable))
	}
	return v
}

// stock answers GET /api/stock.
func (s *Server) stock(w http.ResponseWriter, r *http.Request) error {
	return s.levels(w, r, http.StatusOK)
}

func (s *Server) levels(w http.ResponseWriter, r *http.Request, status int) error {
	levels, err := s.Kitchen.Stock(r.Context())
	if err != nil {
		return err
	}
	views := make([]levelView, len(levels))
	for n, l := range levels {
		views[n] = levelOf(l)
	}
	return respond(w, status, map[string]any{"restaurant_id": s.settings.Restaurant, "as_of": at(s.Clock.Now()), "ingredients": views})
}

// slipBody is what somebody writes down about the shelves: one ingredient, or lines.
type slipBody struct {
	overridable
	Request    string         `json:"request"` // an id of the screen's making, if not in Idempotency-Key
	Ingredient string         `json:"ingredient"`
	Quantity   *int64         `json:"quantity"`
	Lines      []slipLineBody `json:"lines"`
	Reason     string         `json:"reason"`
	Who        string         `json:"who"`
	Restaurant string         `json:"restaurant"` // of a transfer: the other one
	Direction  string         `json:"direction"`  // of a transfer: "in" or "out"
}

type slipLineBody struct {
	Ingredient string `json:"ingredient"`
	Quantity   *int64 `json:"quantity"`
}

// lines are the lines of a slip, whichever way they are written.
func (b slipBody) lines() ([]stock.SlipLine, error) {
	all := b.Lines
	if b.Ingredient != "" || b.Quantity != nil {
		if len(all) > 0 {
			return nil, invalid("lines", "write one ingredient, or lines, not both")
		}
		all = []slipLineBody{{b.Ingredient, b.Quantity}}
	}
	lines := make([]stock.SlipLine, len(all))
	for n, l := range all {
		if l.Quantity == nil {
			return nil, invalid(fmt.Sprintf("lines[%d].quantity", n), "say how much: grams or pieces")
		}
		lines[n] = stock.SlipLine{Ingredient: l.Ingredient, Quantity: *l.Quantity}
	}
	return lines, nil
}

// slip answers what somebody writes down: with all levels as they are after it.
func (s *Server) slip(kind stock.Kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		var body slipBody
		if err := read(w, r, &body); err != nil {
			return err
		}
		if body.Restaurant != "" || body.Direction != "" {
			return invalid("restaurant", "only a transfer has another restaurant and a direction")
		}
		return s.book(w, r, body, stock.Slip{Kind: kind, Reason: body.Reason, Who: body.Who})
	}
}

// transfer answers POST /api/stock/transfers.
func (s *Server) transfer(w http.ResponseWriter, r *http.Request) error {
	var body slipBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	kinds := map[string]stock.Kind{"in": stock.Incoming, "out": stock.Outgoing}
	kind, known := kinds[body.Direction]
	switch {
	case !known:
		return invalid("direction", "direction is %q; it can be in or out", clip(body.Direction))
	case body.Reason != "":
		return invalid("reason", "a transfer has a restaurant and no reason")
	case body.Restaurant == s.settings.Restaurant:
		return invalid("restaurant", "that is this restaurant: name the other one")
	}
	return s.book(w, r, body, stock.Slip{Kind: kind, Reason: body.Restaurant, Who: body.Who})
}

func (s *Server) book(w http.ResponseWriter, r *http.Request, body slipBody, slip stock.Slip) (err error) {
	if slip.Lines, err = body.lines(); err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	replayed, err := s.Kitchen.WriteSlip(ctx, requestOf(r, body.Request), slip)
	if err != nil {
		return err
	}
	return s.levels(w, r, written(w, replayed))
}

// requestOf is the id of a request: the same again does nothing more.
func requestOf(r *http.Request, named string) string {
	return cmp.Or(r.Header.Get("Idempotency-Key"), named)
}

func written(w http.ResponseWriter, replayed bool) int {
	if replayed {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	return http.StatusCreated
}

// mindBody sets thresholds and pars: of one ingredient, or of lines.
type mindBody struct {
	overridable
	Request    string         `json:"request"`
	Ingredient string         `json:"ingredient"`
	Threshold  *int64         `json:"threshold"`
	Par        *int64         `json:"par"`
	Lines      []mindLineBody `json:"lines"`
}

type mindLineBody struct {
	Ingredient string `json:"ingredient"`
	Threshold  *int64 `json:"threshold"`
	Par        *int64 `json:"par"`
}

// mind answers PUT /api/stock/thresholds.
func (s *Server) mind(w http.ResponseWriter, r *http.Request) error {
	var body mindBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	lines := body.Lines
	if body.Ingredient != "" {
		lines = append(lines, mindLineBody{body.Ingredient, body.Threshold, body.Par})
	}
	wishes := make([]stock.Wish, len(lines))
	for n, l := range lines {
		if l.Threshold == nil && l.Par == nil {
			return invalid(fmt.Sprintf("lines[%d]", n), "set a threshold, a par, or both")
		}
		wishes[n] = stock.Wish(l)
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	if _, err := s.Kitchen.MindStock(ctx, requestOf(r, body.Request), wishes); err != nil {
		return err
	}
	return s.thresholds(w, r)
}

// thresholds answers GET /api/stock/thresholds.
func (s *Server) thresholds(w http.ResponseWriter, r *http.Request) error {
	levels, err := s.Kitchen.Stock(r.Context())
	if err != nil {
		return err
	}
	views := make([]map[string]any, len(levels))
	for n, l := range levels {
		views[n] = map[string]any{
			"ingredient": l.Ingredient.ID, "name": l.Ingredient.Name, "unit": l.Ingredient.Unit, "threshold": l.Threshold, "par": l.Par,
		}
	}
	return respond(w, http.StatusOK, map[string]any{"thresholds": views})
}
