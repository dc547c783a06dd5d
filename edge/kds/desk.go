package kds

import (
	"context"
	"errors"
	"sync"
	"time"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Desk asks the cloud, which has the plan and the phones, who brings what.
type Desk interface {
	// AskDesk reports problem.Unavailable when the line is cut or nobody answers within link.DeskTimeout.
	AskDesk(ctx context.Context, q link.DeskRequest) (link.DeskReply, error)
}

// noDesk is the desk of a restaurant that nobody can be asked from.
type noDesk struct{}

func (noDesk) AskDesk(context.Context, link.DeskRequest) (link.DeskReply, error) {
	return link.DeskReply{}, problem.New(problem.Unavailable, "cut_off", "this node has no line to a cloud that could say who brings what")
}

const (
	lookedFor = 2 * time.Second  // for how long a board is good for the next who looks
	lookAfter = 10 * time.Second // after how long without an answer a board is no longer called current
)

// desk holds the board as the cloud told it last. However many screens look, the cloud is asked once.
type desk struct {
	server *Server
	asking chan struct{} // held while the cloud is asked

	mu    sync.Mutex
	board *link.DeskBoard
	heard time.Time // when board came, by the node's clock
	tried time.Time // when it was asked for last
	why   *problem.Problem
	turns int // how often something was changed from here
}

func newDesk(s *Server) *desk {
	if s.Desk == nil {
		s.Desk = noDesk{}
	}
	return &desk{server: s, asking: make(chan struct{}, 1)}
}

// dispatchView is who brings what, as far as this node knows.
type dispatchView struct {
	Line    LinkView        `json:"line"`
	Current bool            `json:"current"`            // the cloud has said so lately; without that, board is what was, and nothing of it can be changed
	Heard   *moment         `json:"heard_at,omitempty"` // when board came; none: it never did since this node started
	Age     int             `json:"age_s"`              // since then
	Refused *deskRefusal    `json:"refused,omitempty"`  // why there is nothing newer
	Board   *link.DeskBoard `json:"board"`              // null: nobody has said yet
}

type deskRefusal struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// look asks the cloud, unless it was asked just now. Whoever comes while somebody asks waits for that answer, or for its own ctx.
func (d *desk) look(ctx context.Context) dispatchView {
	select {
	case d.asking <- struct{}{}:
		if d.due() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), link.DeskTimeout+time.Second)
			reply, err := d.server.Desk.AskDesk(ctx, link.DeskRequest{Ask: link.DeskLook})
			cancel()
			d.take(reply, err)
		}
		<-d.asking
	case <-ctx.Done():
	}
	return d.view()
}

// due reports whether it is time to ask again. A line that is cut is seen without asking, and one that came back is asked at once.
func (d *desk) due() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	since := d.server.Clock.Now().Sub(d.tried)
	return d.tried.IsZero() || since < 0 || since >= lookedFor || d.why != nil && d.why.Code == "cut_off" && d.server.Link.LinkState().State == "up"
}

// take keeps an answer. One that is older than what is there is not news: another core may have looked earlier. How old it is says the database that
// all cores share, and none of their clocks.
func (d *desk) take(reply link.DeskReply, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tried, d.why = d.server.Clock.Now(), problem.Of(err)
	switch {
	case err != nil && d.why == nil:
		d.why = problem.New(problem.Unavailable, "cloud_silent", "the cloud does not say who brings what: try again in a moment")
	case reply.Refused != nil:
		d.why = reply.Refused.Problem()
	case reply.Board != nil:
		if d.board == nil || !reply.Board.Older(d.board) {
			d.board = reply.Board
		}
		d.heard = d.tried
	}
}

// turned notes that something was changed from here: every screen that looks is told to look again.
func (d *desk) turned() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns++
}

// turnsView is what the stream says of the desk: no more than that there is something new, for everybody hears it.
type turnsView struct {
	Turns int `json:"turns"`
}

func (d *desk) news() turnsView {
	d.mu.Lock()
	defer d.mu.Unlock()
	return turnsView{d.turns}
}

func (d *desk) view() dispatchView {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := dispatchView{Line: d.server.Link.LinkState(), Board: d.board}
	if d.board != nil {
		age := d.server.Clock.Now().Sub(d.heard)
		v.Heard, v.Age = at(d.heard), max(0, int(age/time.Second))
		v.Current = d.why == nil && v.Line.State == "up" && age < lookAfter
	}
	if d.why != nil {
		v.Refused = &deskRefusal{d.why.Code, d.why.Detail}
	}
	return v
}

// ask asks for something to be changed, or what would be. What the cloud refuses is an error like any other.
func (d *desk) ask(ctx context.Context, q link.DeskRequest) (link.DeskReply, error) {
	if q.Ask != link.DeskWhatIf { // a page that leaves does not make an outcome unknown; AskDesk has a deadline of its own
		ctx = context.WithoutCancel(ctx)
	}
	reply, err := d.server.Desk.AskDesk(ctx, q)
	if err != nil {
		return reply, err
	}
	if reply.Refused != nil {
		return reply, reply.Refused.Problem()
	}
	if reply.Board != nil {
		d.take(reply, nil)
		d.turned()
	}
	if (q.Ask == link.DeskWhatIf) != (reply.WhatIf != nil) {
		return reply, errors.New("the cloud answers something else than was asked")
	}
	return reply, nil
}
