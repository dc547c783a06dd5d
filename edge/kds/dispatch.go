package kds

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"awesome.pizza/edge/staff"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// dispatch answers GET /api/dispatch: who brings what. With the line cut it is the last that was known, and says so.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) error {
	if err := s.Kitchen.May(r.Context(), staff.SeeDispatch); err != nil {
		return err
	}
	return respond(w, http.StatusOK, s.desk.look(r.Context()))
}

// assignBody names a driver of the chain's.
type assignBody struct {
	overridable
	Driver  string `json:"driver_id"`
	Instead string `json:"instead_of"` // assign: who has it
	Reason  string `json:"reason"`     // assign: why this one all the same, where somebody has asked
}

// deskID is what the chain calls orders and drivers by.
var deskID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// assign answers POST /api/dispatch/orders/{id}/assign {"driver_id","instead_of"}.
func (s *Server) assign(w http.ResponseWriter, r *http.Request) error {
	return s.turn(w, r, link.DeskAssign)
}

// unassign answers POST /api/dispatch/orders/{id}/unassign {"driver_id"}: who brings it is for the plan to say again.
func (s *Server) unassign(w http.ResponseWriter, r *http.Request) error {
	return s.turn(w, r, link.DeskUnassign)
}

// turn asks the cloud to have an order with another driver. The log has a line before anybody is asked, and another one when nothing came of it, or nobody knows.
func (s *Server) turn(w http.ResponseWriter, r *http.Request, ask string) error {
	var body assignBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	switch {
	case !deskID.MatchString(id):
		return invalid("id", "an order is named by its id")
	case !deskID.MatchString(body.Driver):
		return invalid("driver_id", "say which driver: the id as the board has it")
	case body.Instead != "" && (ask != link.DeskAssign || !deskID.MatchString(body.Instead)):
		return invalid("instead_of", "instead_of is the driver from whom an order is taken to be given to another")
	case body.Reason != "" && (ask != link.DeskAssign || !printable(body.Reason, link.DeskReasonMost)):
		return invalid("reason", "a reason why this driver gets it has up to %d printable characters", link.DeskReasonMost)
	}
	if line := s.Link.LinkState(); line.State != "up" { // it takes no PIN to hear that it cannot be done
		return cutOff(line)
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	detail := ask + " " + body.Driver
	if body.Instead != "" {
		detail += " instead of " + body.Instead
	}
	if body.Reason != "" {
		detail += ": " + body.Reason
	}
	if err := s.Kitchen.Guard(ctx, staff.AssignDriver, id, detail); err != nil {
		return err
	}
	_, err = s.desk.ask(ctx, link.DeskRequest{
		Ask: ask, Order: order.ID(id), Driver: body.Driver, Instead: body.Instead, Reason: body.Reason, By: s.sayer(ctx),
	})
	if err != nil {
		if logged := s.Kitchen.Guard(context.WithoutCancel(ctx), staff.AssignDriver, id, outcome(err)); logged != nil {
			s.settings.Log.Warn("the log does not say what came of it", "order", id, "err", logged)
		}
		return err
	}
	return respond(w, http.StatusOK, s.desk.view())
}

// sayer is who says it, for the cloud's own log: whoever is signed in, or the shift manager whose word it took. One person's name is as long as it may be.
func (s *Server) sayer(ctx context.Context) string {
	if c := staff.CallerOf(ctx); c.Manager != "" {
		return c.Manager
	}
	in, _ := s.Kitchen.Session(ctx)
	return in.Person.ID
}

// outcome is what the log says of an ask that was not answered with a board: an answer that did not come is no no.
func outcome(err error) string {
	code := "internal"
	if p := problem.Of(err); p != nil {
		code = p.Code
	}
	if code == "unknown_outcome" {
		return "no answer, look: " + code
	}
	return "not done: " + code
}

func cutOff(line LinkView) error {
	p := problem.New(problem.Unavailable, "cut_off", "the line to the cloud is cut: its drivers cannot be told. A driver of your own can take the order")
	if line.Since != nil {
		p = p.With("since", line.Since)
	}
	return p.With("cause", line.Cause)
}

// whatIfView compares what the plan comes to with what it would.
type whatIfView struct {
	link.DeskCompare
	LateMin     float64 `json:"late_min"` // change: below 0 is better
	ClickToDoor float64 `json:"click_to_door_min"`
}

// whatIf answers GET /api/dispatch/what-if?extra_drivers=1: nothing comes of it.
func (s *Server) whatIf(w http.ResponseWriter, r *http.Request) error {
	if err := s.Kitchen.May(r.Context(), staff.SeeDispatch); err != nil {
		return err
	}
	extra, err := strconv.Atoi(cmp.Or(r.URL.Query().Get("extra_drivers"), "1"))
	if err != nil || extra < 1 || extra > link.DeskExtra {
		return invalid("extra_drivers", "ask for 1 to %d drivers more", link.DeskExtra)
	}
	if line := s.Link.LinkState(); line.State != "up" {
		return cutOff(line)
	}
	reply, err := s.desk.ask(r.Context(), link.DeskRequest{Ask: link.DeskWhatIf, Extra: extra})
	if err != nil {
		return err
	}
	c := *reply.WhatIf
	return respond(w, http.StatusOK, whatIfView{c, c.Then.LateMin - c.Now.LateMin, c.Then.ClickToDoor - c.Now.ClickToDoor})
}

// printable reports whether a text is a line that people can read, of so many characters at most.
func printable(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && strings.TrimSpace(s) != "" && strings.IndexFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }) < 0
}
