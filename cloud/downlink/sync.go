package downlink

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

// unnamed is how nodes of the first schema call the command after which they began: nobody had told them its id.
const unnamed = "enrolment"

// answerSync answers from committed state.
func (d *Downlink) answerSync(ctx context.Context, edge string, m *nats.Msg) error {
	req, err := link.Decode[link.SyncRequest](m.Data)
	if err != nil {
		return err
	}
	if req.CmdID == unnamed {
		req.CmdID = ""
	}
	now := time.Now()
	row, cloud, err := d.meet(ctx, edge, req)
	if err == nil && d.adopts(ctx, row, req) {
		row, cloud, err = d.meet(ctx, edge, req)
	}
	reply := link.AnswerSync(row, req, cloud, now)
	if problem.Is(err, problem.NotFound) {
		reply = link.SyncReply{N: req.N, Kind: link.Fenced, Inc: cloud.Inc, Time: now.UTC(), Reason: "nobody has enrolled this restaurant"}
	} else if err != nil {
		return err
	}
	if reply.Kind == link.Resume {
		reply.MaxRate = d.pace(edge, req, row, now)
	}
	d.declare(answered{
		Edge: edge, Node: node{req.Device, req.Epoch, req.Boot}, Resumes: reply.Kind == link.Resume, Open: req.Digest, Last: req.Last,
	}, now)
	if err := respond(m, reply); err != nil {
		return err
	}
	if reply.Kind == link.Resume {
		d.confirm(ctx, edge, req.Inc == reply.Inc, reply.Inc)
		d.even(now)
		d.says(word{edge, row.Epoch, row.Seq, req.Last, now})
		d.send(ctx, errand{edge: edge, kind: synced, seq: req.CmdSeq})
		d.send(ctx, errand{edge: edge, kind: committed, seq: cloud.CmdHigh})
		return nil
	}
	d.cfg.Log.Warn("a restaurant cannot resume", "restaurant", edge, "kind", string(reply.Kind), "reason", reply.Reason)
	if reply.Kind == link.FarAhead {
		return d.store.FarAhead(ctx, edge, reply.Reason)
	}
	return nil
}

// confirm lets the cloud sell from a restaurant's shares again once its node has asked in the knowledge of this incarnation (knew). Until then, a
// node that lends some is called to ask again.
func (d *Downlink) confirm(ctx context.Context, edge string, knew bool, inc string) {
	if knew {
		if err := d.store.Confirm(ctx, edge, inc); err != nil {
			d.cfg.Log.Warn("the shares of a restaurant are not confirmed; it asks again", "restaurant", edge, "err", err)
		}
		return
	}
	waits, err := d.store.Unconfirmed(ctx, edge, inc)
	if err != nil {
		d.cfg.Log.Warn("look for shares that are not confirmed", "restaurant", edge, "err", err)
	}
	if waits {
		d.control(edge, link.Control{Kind: link.CallSync, Reason: "nothing is sold from its shares before it has asked again"})
	}
}

// adopts takes a device that the row does not name at the chain's proof, if it shows one: the database may have been restored to before its
// enrolment. Nothing is taken over from one whose numbers no node can have. The hub hears within enforceEvery whom to refuse instead.
func (d *Downlink) adopts(ctx context.Context, row link.LinkRow, req link.SyncRequest) bool {
	if req.Proof == nil || req.Device == row.Device || !d.keys.Signed(req.Proof.Doc, req.Proof.Sig) {
		return false
	}
	p, err := link.Decode[link.Proof](req.Proof.Doc)
	if err != nil || p.Restaurant != row.Edge || p.Device != req.Device || link.OutOfReach(link.Adopted(row, p, 0), 0, req.Epoch, 0) != "" {
		return false
	}
	adopted, err := d.store.Adopt(ctx, p, req.Epoch)
	if err != nil {
		d.cfg.Log.Warn("a device is not taken at its proof; it shows it again", "restaurant", row.Edge, "err", err)
	}
	if adopted {
		d.cfg.Log.Warn("the database had forgotten a node: it is the restaurant's again", "restaurant", row.Edge, "device", p.Device, "enrolled", p.At)
		d.control(row.Edge, link.Control{Kind: renewCredential, Reason: "the cloud had forgotten this node"})
	}
	return adopted
}

// meet reads what SYNC is answered from. When the restaurant's own node knows what this incarnation of the database should know and does
// not, the database has gone back, and becomes another incarnation before anybody is answered.
func (d *Downlink) meet(ctx context.Context, edge string, req link.SyncRequest) (row link.LinkRow, cloud link.Cloud, err error) {
	for {
		row, cloud.CmdHigh, cloud.CmdID, cloud.Inc, err = d.store.Meet(ctx, edge, req.CmdSeq)
		if err != nil || req.Inc != cloud.Inc {
			return row, cloud, err
		}
		why := link.Contradiction(row, req, cloud)
		if why == "" {
			return row, cloud, nil
		}
		inc, err := d.store.Doubt(ctx, edge, cloud.Inc, why)
		if err != nil || inc == cloud.Inc {
			return row, cloud, err // or it was heard too often to be believed: it is a fork, no more
		}
	}
}

// pace is how fast a node may send that has to catch up.
func (d *Downlink) pace(edge string, req link.SyncRequest, row link.LinkRow, now time.Time) int {
	d.governing.Lock()
	defer d.governing.Unlock()
	return d.governor.Rate(now, edge, req.Last-min(req.Last, row.Seq))
}

// even calls those who catch up with too large or too small a part of what this core takes.
func (d *Downlink) even(now time.Time) {
	d.governing.Lock()
	call := d.governor.Uneven(now)
	d.governing.Unlock()
	for _, edge := range call {
		d.control(edge, link.Control{Kind: link.CallSync, Reason: "others catch up as well: the pace is another one"})
	}
}
