package downlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// snapshotPage is how many orders are read for a page of a snapshot; as many of them go as fit.
const snapshotPage = 512

// Signer signs what nodes believe because the chain has signed it.
type Signer interface {
	Sign(doc []byte) ([]byte, error)
}

// answerHeal says which events of a node the cloud has, and with the last of them begins a new epoch.
func (d *Downlink) answerHeal(ctx context.Context, edge string, m *nats.Msg) error {
	req, err := link.Decode[link.HealRequest](m.Data)
	if err != nil {
		return err
	}
	reply, err := d.heal(ctx, edge, req)
	if err != nil {
		return err
	}
	if err := respond(m, reply); err != nil {
		return err
	}
	if reply.Epoch != 0 {
		d.cfg.Log.Info("a restaurant begins a new epoch", "restaurant", edge, "epoch", reply.Epoch, "commands", reply.Commands)
	}
	return nil
}

func (d *Downlink) heal(ctx context.Context, edge string, req link.HealRequest) (link.HealReply, error) {
	row, head, _, inc, err := d.store.Meet(ctx, edge, 0)
	if problem.Is(err, problem.NotFound) {
		return link.HealReply{N: req.N, Kind: link.Fenced, Inc: inc, Time: time.Now().UTC(), Reason: "nobody has enrolled this restaurant"}, nil
	}
	if err != nil {
		return link.HealReply{}, err
	}
	known := []bool(nil)
	reply := link.AnswerHeal(row, req, nil, inc, time.Now())
	if reply.Kind != link.Forked {
		return reply, nil
	}
	if why := link.OutOfReach(row, head, req.Epoch, req.CmdSeq); why != "" {
		d.cfg.Log.Warn("a node that heals names numbers that no node can have", "restaurant", edge, "device", req.Device, "reason", why)
		return reply.Refused(link.FarAhead, why), d.store.FarAhead(ctx, edge, why)
	}
	if len(req.IDs) > 0 {
		if known, inc, err = d.store.Known(ctx, edge, req.Boot, req.IDs); err != nil {
			return reply, err
		}
	}
	reply = link.AnswerHeal(row, req, known, inc, time.Now())
	if !req.Renew {
		return reply, nil
	}
	row, commands, id, by, err := d.store.Renew(ctx, edge, req.Device, req.Boot, req.Epoch, req.CmdSeq)
	switch {
	case problem.Is(err, problem.Refused):
		return reply.Refused(link.Fenced, problem.Of(err).Detail), nil
	case err != nil:
		return reply, err
	case by != inc:
		return reply, fmt.Errorf("the database was replaced while %s healed", edge)
	}
	return reply.Renew(row, commands, id), nil
}

// answerSnapshot sends a page of a restaurant's orders, signed.
func (d *Downlink) answerSnapshot(ctx context.Context, edge string, m *nats.Msg) error {
	req, err := link.Decode[link.SnapshotRequest](m.Data)
	if err != nil {
		return err
	}
	reply := link.SnapshotReply{N: req.N}
	page, err := d.snapshot(ctx, edge, req.Device, req.After, req.Most)
	if err == nil {
		reply.Doc, reply.Sig, err = d.sign(page)
	}
	if err != nil {
		d.cfg.Log.Warn("a snapshot is not made", "restaurant", edge, "err", err)
		reply.Fail = "the cloud cannot make a snapshot now"
	}
	return respond(m, reply)
}

// ErrLong says that a snapshot is longer than was asked for.
var ErrLong = errors.New("there are more open orders than fit into one answer")

// Snapshot is a restaurant's open orders for its device, page by page, each signed, in documents of at most so many bytes in all: a node that is
// new begins with them. It reports ErrLong.
func (d *Downlink) Snapshot(ctx context.Context, edge, device string, most int) (pages []link.SnapshotReply, err error) {
	for after, more := "", true; more; {
		page, err := d.snapshot(ctx, edge, device, after, 0)
		if err != nil {
			return nil, err
		}
		doc, sig, err := d.sign(page)
		if err != nil {
			return nil, err
		}
		if most -= len(doc); most < 0 {
			return nil, ErrLong
		}
		pages = append(pages, link.SnapshotReply{Doc: doc, Sig: sig})
		if more = page.More; more {
			after = string(page.Orders[len(page.Orders)-1].Order.ID)
		}
	}
	return pages, nil
}

// snapshot is one page. The epoch is read before and after the orders: nobody has begun another one in between.
func (d *Downlink) snapshot(ctx context.Context, edge, device, after string, most int) (link.Snapshot, error) {
	row, _, _, inc, err := d.store.Meet(ctx, edge, 0)
	if err != nil {
		return link.Snapshot{}, err
	}
	if row.Device != "" && row.Device != device {
		return link.Snapshot{}, problem.New(problem.Refused, "fenced", "another device is enrolled for %s", edge)
	}
	if most <= 0 || most > snapshotPage {
		most = snapshotPage
	}
	s := link.Snapshot{Restaurant: edge, Device: device, Epoch: row.Epoch, Inc: inc, Made: time.Now().UTC().Truncate(time.Millisecond)}
	if s.Orders, s.Numbers, s.More, err = d.store.Standings(ctx, edge, after, most); err != nil {
		return s, err
	}
	fit, err := link.FitStandings(s.Orders)
	if err != nil {
		return s, err
	}
	s.Orders, s.More = s.Orders[:fit], s.More || fit < len(s.Orders)
	again, _, _, incAgain, err := d.store.Meet(ctx, edge, 0)
	if err == nil && (again.Epoch != row.Epoch || incAgain != inc) {
		err = fmt.Errorf("%s began another epoch while its orders were read", edge)
	}
	return s, err
}

func (d *Downlink) sign(s link.Snapshot) (doc, sig []byte, err error) {
	if doc, err = link.Encode(s); err != nil {
		return nil, nil, err
	}
	if sig, err = d.cfg.Signer.Sign(doc); err != nil {
		return nil, nil, fmt.Errorf("sign a snapshot of %s: %w", s.Restaurant, err)
	}
	return doc, sig, nil
}
