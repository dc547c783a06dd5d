package kds

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// quoteView is what a basket would cost, and when it would be ready or at the door.
type quoteView struct {
	Lines   []order.Line `json:"lines"`
	Totals  order.Totals `json:"totals"`
	Promise promiseView  `json:"promise"`
	Large   bool         `json:"large"` // the guest has to agree to the promise: send the order with confirmed
}

// quote answers POST /api/quote: the body is that of an order, of which only fulfilment and lines are needed.
func (s *Server) quote(w http.ResponseWriter, r *http.Request) error {
	var body orderBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	return s.quoted(w, r, body.order(""))
}

// ask answers GET /api/quote?fulfilment=carryout&line=margherita:large:2: the same for baskets that fit into an address.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c := kitchen.CounterOrder{Channel: order.Channel(q.Get("channel")), Fulfilment: order.Fulfilment(q.Get("fulfilment"))}
	if c.Fulfilment == "" {
		c.Fulfilment = order.Carryout
	}
	lines := q["line"]
	if len(lines) == 0 || len(lines) > menu.MaxLines {
		return invalid("line", "a basket has 1 to %d lines: line=product:size:quantity, once for each", menu.MaxLines)
	}
	for _, text := range lines {
		l := order.Line{Quantity: 1}
		product, rest, _ := strings.Cut(text, ":")
		size, quantity, counted := strings.Cut(rest, ":")
		if l.Product, l.Size = product, size; counted {
			n, err := strconv.Atoi(quantity)
			if err != nil {
				return invalid("line", "a line is written product:size:quantity, not %q", clip(text))
			}
			l.Quantity = n
		}
		c.Lines = append(c.Lines, l)
	}
	return s.quoted(w, r, c)
}

func (s *Server) quoted(w http.ResponseWriter, r *http.Request, c kitchen.CounterOrder) error {
	q, err := s.Kitchen.Quote(r.Context(), c)
	if err != nil {
		return err
	}
	p := q.Promise
	return respond(w, http.StatusOK, quoteView{
		Lines: listed(q.Lines), Totals: q.Totals, Promise: promiseView{From: at(p.From), To: at(p.To), Because: p.Because}, Large: q.Large,
	})
}

// intakeView is whether web orders are taken.
type intakeView struct {
	Paused      bool    `json:"paused"`
	By          string  `json:"by,omitempty"` // rule, or a person
	Reason      string  `json:"reason,omitempty"`
	Since       *moment `json:"since,omitempty"`
	Until       *moment `json:"until,omitempty"` // then it ends by itself, or is judged again
	WaitSeconds *int    `json:"wait_s,omitempty"`

	Closed map[order.Channel]order.Shut `json:"closed,omitempty"` // channels that there is no room for, by their own rule
}

func intakeOf(i kitchen.Intake) intakeView {
	return intakeView{Paused: i.Paused, By: i.By, Reason: i.Reason, Since: at(i.Since), Until: at(i.Until)}
}

// intake answers GET /api/intake: whether web orders are taken, and how long a new one would wait for hands and ovens.
func (s *Server) intake(w http.ResponseWriter, r *http.Request) error {
	i, wait, err := s.Kitchen.Intake(r.Context())
	if err != nil {
		return err
	}
	v, n := intakeOf(i), int(wait/time.Second)
	v.WaitSeconds = &n
	v.Closed = s.Kitchen.Closed(r.Context())
	return respond(w, http.StatusOK, v)
}

type pauseBody struct {
	overridable
	Minutes int    `json:"minutes"`
	Reason  string `json:"reason"`
	Who     string `json:"who"`
}

// pauseIntake answers POST /api/intake/pause. Pausing again says anew how long and why.
func (s *Server) pauseIntake(w http.ResponseWriter, r *http.Request) error {
	var body pauseBody
	if err := read(w, r, &body); err != nil {
		return err
	}
	if body.Minutes < 0 || body.Minutes > 24*60 {
		return invalid("minutes", "web orders can be paused for 1 minute to 24 hours")
	}
	if !order.Plain(body.Reason) || !order.Plain(body.Who) {
		return problem.New(problem.Invalid, "bad_text", "there are control characters in it").With("path", "reason")
	}
	ctx, err := s.vouched(r, body.overridable)
	if err != nil {
		return err
	}
	i, err := s.Kitchen.PauseIntake(ctx, body.Who, body.Reason, time.Duration(body.Minutes)*time.Minute)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, intakeOf(i))
}

// resumeIntake answers POST /api/intake/resume. Resuming what is not paused does nothing.
func (s *Server) resumeIntake(w http.ResponseWriter, r *http.Request) error {
	ctx, err := s.vouchedOnly(w, r)
	if err != nil {
		return err
	}
	i, err := s.Kitchen.ResumeIntake(ctx)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, intakeOf(i))
}
