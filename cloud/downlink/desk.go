package downlink

import (
	"context"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// Desk answers what a restaurant's counter asks about its deliveries. What it refuses it says in the reply; an error is an accident, and is not
// answered.
type Desk interface {
	AnswerDesk(ctx context.Context, edge string, q link.DeskRequest) (link.DeskReply, error)
}

// AnswerDesks has counters' questions answered. It is called before Run; without it nobody answers them.
func (d *Downlink) AnswerDesks(desk Desk) { d.desk = desk }

// answerDesk answers the restaurant's own node: the hub says which restaurant asks, and the committed row which of its boxes may.
func (d *Downlink) answerDesk(ctx context.Context, edge string, m *nats.Msg) error {
	q, err := link.Decode[link.DeskRequest](m.Data)
	if err != nil {
		return err
	}
	row, _, _, _, err := d.store.Meet(ctx, edge, 0)
	if err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	if err != nil || row.Device == "" || row.Device != q.Device {
		d.cfg.Log.Warn("a box that is not the restaurant's asks who brings what", "restaurant", edge, "device", q.Device)
		return respond(m, link.DeskReply{Refused: link.Refusal(problem.New(problem.Refused, "fenced",
			"another box is this restaurant's node by now: look at who brings what there"))})
	}
	reply, err := d.desk.AnswerDesk(ctx, edge, q)
	if err != nil {
		return err
	}
	return respond(m, reply)
}
