package kds

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// changeBody is what a guest wants otherwise. Lines are named by their place in the order, from 0.
type changeBody struct {
	overridable
	Tap    string     `json:"tap"`
	Who    string     `json:"who"`
	Reason string     `json:"reason"`
	Add    []lineBody `json:"add"`
	Set    []setBody  `json:"set"`
	Remove []int      `json:"remove"`
}

// setBody is a line as it is to be.
type setBody struct {
	Line int `json:"line"`
	lineBody
}

// changedView is the order after a change, and what the guest pays more, or less.
type changedView struct {
	orderView
	Difference *money.Amount `json:"difference"`
}

// rewrite answers POST /api/orders/{id}/change. It needs the version that the change was made for: lines are named by their place.
func (s *Server) rewrite(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("If-Match") == "" {
		return refuse(http.StatusPreconditionRequired, "precondition_required", "send the order's ETag as If-Match: lines are named by their place in it")
	}
	var body changeBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	tap := tapBody{Tap: body.Tap, Who: body.Who, Reason: body.Reason}
	if err := tap.check(); err != nil {
		return err
	}
	change, err := body.change()
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	t, err := s.Kitchen.Change(ctx, order.ID(chi.URLParam(r, "id")), kitchen.Tap{ID: body.Tap, Who: body.Who, Reason: body.Reason, Version: version}, change)
	if err != nil {
		return err
	}
	view := changedView{orderView: s.viewer().order(t)}
	for _, n := range t.Notices {
		if n.Kind == kitchen.WasChanged {
			view.Difference = n.Difference
		}
	}
	w.Header().Set("ETag", etag(t.Version))
	return respond(w, http.StatusOK, view)
}

func (b changeBody) change() (kitchen.OrderChange, error) {
	c := kitchen.OrderChange{Remove: b.Remove, Set: map[int]order.Line{}}
	for _, l := range b.Add {
		c.Add = append(c.Add, l.line())
	}
	for n, l := range b.Set {
		if _, twice := c.Set[l.Line]; twice {
			return c, invalid(fmt.Sprintf("set[%d].line", n), "line %d is set twice", l.Line)
		}
		c.Set[l.Line] = l.line()
	}
	return c, nil
}
