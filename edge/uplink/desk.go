package uplink

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// AskDesk asks the cloud who brings what, or to have it otherwise. Nobody is asked while the line is cut, and nothing is asked again later: it
// reports Unavailable "cut_off", "cloud_silent" when no answer came to a look, and "unknown_outcome" when none came to what changes something.
func (u *Uplink) AskDesk(ctx context.Context, q link.DeskRequest) (link.DeskReply, error) {
	conn := u.asking.Load()
	if conn == nil || u.State().Condition != link.Online {
		return link.DeskReply{}, problem.New(problem.Unavailable, "cut_off", "the line to the cloud is cut, and only the cloud can say who of its drivers brings what")
	}
	q.Device = u.cfg.Enrolment.Device
	data, err := link.Encode(q)
	if err != nil {
		return link.DeskReply{}, problem.New(problem.Invalid, "invalid_request", "that cannot be asked: name an order and a driver by their ids")
	}
	ctx, cancel := context.WithTimeout(ctx, link.DeskTimeout)
	defer cancel()
	m, err := conn.RequestWithContext(ctx, link.DeskSubject(u.edge()), data)
	if err == nil {
		var reply link.DeskReply
		if reply, err = link.Decode[link.DeskReply](m.Data); err == nil {
			return reply, nil
		}
	}
	u.cfg.Log.Debug("the desk is not answered", "ask", q.Ask, "err", err)
	unheard := errors.Is(err, nats.ErrNoResponders) // it did not reach anybody
	if !unheard && (q.Ask == link.DeskAssign || q.Ask == link.DeskUnassign) {
		return link.DeskReply{}, problem.New(problem.Unavailable, "unknown_outcome", "the cloud did not answer: look who has the order before you say it again")
	}
	return link.DeskReply{}, problem.New(problem.Unavailable, "cloud_silent", "the cloud does not say who brings what: try again in a moment")
}
