package link

import (
	"fmt"
	"time"
)

// SyncRequest is how an edge introduces itself and asks where the cloud stands. The Sender fills it but for the fields below the line,
// which the shell adds when it sends.
type SyncRequest struct {
	N        uint64 `json:"n"` // number of the attempt since boot; the reply repeats it, so that late replies are known
	Device   string `json:"device"`
	Boot     string `json:"boot"` // random per start of the node
	Epoch    uint64 `json:"epoch"`
	Last     uint64 `json:"last"` // tip of the outbox
	LastHash Hash   `json:"last_hash"`
	Acked    uint64 `json:"acked"`
	Schema   int    `json:"schema"` // the newest version it can write
	// The oldest version it can write; 0: none but Schema.
	SchemaMin int    `json:"schema_min,omitempty"`
	Inc       string `json:"inc,omitempty"` // incarnation of the cloud's database as last learned

	CmdSeq  uint64    `json:"cmd_seq"`          // highest command applied
	CmdID   string    `json:"cmd_id,omitempty"` // its id
	Clock   time.Time `json:"clock"`            // the edge's wall clock
	Trusted bool      `json:"trusted"`          // whether the edge trusts it
	Open    int       `json:"open"`             // open orders at the edge: dashboards are fresh before the backlog is in
	// Where they stand, as Digest has chosen them.
	Digest []OpenOrder `json:"digest,omitempty"`
	// That the chain enrolled the device, for a cloud that has forgotten it; nil: the edge was not given any.
	Proof *SignedProof `json:"proof,omitempty"`
}

// SyncKind is what a SYNC tells the edge to do.
type SyncKind string

const (
	Resume  SyncKind = "resume"   // go on after Seq
	Forked  SyncKind = "fork"     // edge and cloud hold different histories: a restored card, a clone
	Fenced  SyncKind = "fenced"   // another device is enrolled for this restaurant
	Emptied SyncKind = "snapshot" // the edge is empty and the cloud is not: new or replaced hardware

	Incompatible SyncKind = "incompatible" // there is no schema that both sides know: one of them needs a newer program
	FarAhead     SyncKind = "far_ahead"    // the edge names numbers that no honest one can have: nothing is taken over from it
)

// SyncReply is the cloud's answer. It is made from committed state only.
type SyncReply struct {
	N       uint64    `json:"n"`
	Kind    SyncKind  `json:"kind"`
	Inc     string    `json:"inc"` // incarnation of the cloud's database; changes when it is restored to an older point
	Epoch   uint64    `json:"epoch"`
	Seq     uint64    `json:"seq"` // the cloud's watermark
	Hash    Hash      `json:"hash"`
	CmdFrom uint64    `json:"cmd_from"`           // commands follow from here
	CmdHigh uint64    `json:"cmd_high"`           // highest committed command: web orders wait until the edge has applied it
	MaxRate int       `json:"max_rate,omitempty"` // events per second while the edge catches up; 0: as fast as it can
	Schema  int       `json:"schema,omitempty"`   // the version to write; 0: 1
	Time    time.Time `json:"time"`               // the cloud's clock
	Reason  string    `json:"reason,omitempty"`
}

// Ack is the cloud's watermark, sent after the commit.
type Ack struct {
	Inc   string `json:"inc"`
	Epoch uint64 `json:"epoch"`
	Seq   uint64 `json:"seq"`
	Hash  Hash   `json:"hash"`
}

// ControlKind is what a Control asks for.
type ControlKind string

const (
	Rewind   ControlKind = "rewind" // send again from Seq
	CallSync ControlKind = "sync"   // SYNC now
	Renew    ControlKind = "renew"  // for the shell: renew the device's credentials now
)

// Control is the cloud's request to an edge's Sender.
type Control struct {
	Kind   ControlKind `json:"kind"`
	Epoch  uint64      `json:"epoch,omitempty"`
	Seq    uint64      `json:"seq,omitempty"`
	Gen    string      `json:"gen,omitempty"` // generation of the batch that made the cloud ask; one that is history asks for nothing
	Reason string      `json:"reason,omitempty"`
}

// LinkRow is what the cloud has committed of one edge: its row of edge_link.
type LinkRow struct {
	Edge   string
	Device string // the enrolled device; empty until the first device is bound
	Epoch  uint64
	Seq    uint64
	Hash   Hash
}

// Ack is the acknowledgement of what row holds.
func (row LinkRow) Ack(inc string) Ack {
	return Ack{Inc: inc, Epoch: row.Epoch, Seq: row.Seq, Hash: row.Hash}
}

const anotherDevice = "another device is enrolled for this restaurant"

// Cloud is what the cloud knows beside an edge's row when it answers SYNC, all of it committed.
type Cloud struct {
	Inc     string // incarnation of its database
	CmdHigh uint64 // the edge's highest committed command
	CmdID   string // the id of its command with the request's CmdSeq; empty when there is none
	Reads   Range  // the versions of the messages it reads
	MaxRate int    // events per second if the edge has to catch up; 0: as fast as it can
}

// AnswerSync answers a SYNC. Binding a device to a row is enrolment's business, before the hub lets the device in; a row that has none is
// answered as if it were the asker's.
//
// An edge that has obeyed a command that the cloud does not have, or has another one under its number, is answered with a fork: the
// cloud's commands were restored to an older point, and their numbers must not be used again for others. So the cloud keeps the command
// that an edge stands at for as long as it stands there.
func AnswerSync(row LinkRow, req SyncRequest, cloud Cloud, now time.Time) SyncReply {
	r := SyncReply{
		N: req.N, Kind: Resume, Inc: cloud.Inc, Epoch: row.Epoch, Seq: row.Seq, Hash: row.Hash,
		CmdFrom: req.CmdSeq + 1, CmdHigh: cloud.CmdHigh, Time: now.UTC().Truncate(time.Millisecond),
	}
	schema, meet := cloud.Reads.Meet(req.schemas())
	switch {
	case row.Device != "" && req.Device != row.Device:
		r.Kind, r.Reason = Fenced, anotherDevice
	case req.outOfReach(row, cloud.CmdHigh) != "":
		r.Kind, r.Reason = FarAhead, req.outOfReach(row, cloud.CmdHigh)
	case !meet:
		r.Kind, r.Reason = Incompatible, fmt.Sprintf("the edge writes %v, the cloud reads %v", req.schemas(), cloud.Reads)
	case req.Last == 0 && row.Seq > 0:
		r.Kind, r.Reason = Emptied, fmt.Sprintf("the edge is empty, the cloud holds %d events", row.Seq)
	default:
		r.Kind, r.Reason = forked(row, req, cloud)
	}
	if meet {
		r.Schema = schema
	}
	if r.Kind == Resume {
		r.MaxRate = cloud.MaxRate
	}
	return r
}

// forked compares the two histories.
func forked(row LinkRow, req SyncRequest, cloud Cloud) (SyncKind, string) {
	switch {
	case req.Epoch != row.Epoch:
		return Forked, fmt.Sprintf("the edge is in epoch %d, the cloud in %d", req.Epoch, row.Epoch)
	case req.Last < row.Seq:
		return Forked, fmt.Sprintf("the edge ends at %d, the cloud holds %d", req.Last, row.Seq)
	case req.Last == row.Seq && req.LastHash != row.Hash:
		return Forked, fmt.Sprintf("event %d is another one here and there", row.Seq)
	case req.CmdSeq > cloud.CmdHigh:
		return Forked, fmt.Sprintf("the edge has obeyed command %d, the cloud knows %d", req.CmdSeq, cloud.CmdHigh)
	case req.CmdSeq > 0 && req.CmdID != "" && req.CmdID != cloud.CmdID:
		return Forked, fmt.Sprintf("command %d is another one here and there", req.CmdSeq)
	}
	return Resume, ""
}

// Contradiction says in what a restaurant's own node knows more than the incarnation that it last spoke with; empty when in nothing, and
// when it is more than a node can know: that proves nothing about the database.
func Contradiction(row LinkRow, req SyncRequest, cloud Cloud) string {
	switch {
	case row.Device == "" || req.Device != row.Device || req.outOfReach(row, cloud.CmdHigh) != "":
		return ""
	case req.Epoch > row.Epoch:
		return fmt.Sprintf("the node is in epoch %d, which was never begun: the cloud is in %d", req.Epoch, row.Epoch)
	case req.Epoch == row.Epoch && req.Acked > row.Seq:
		return fmt.Sprintf("event %d was acknowledged, the cloud ends at %d", req.Acked, row.Seq)
	case req.CmdSeq > cloud.CmdHigh:
		return fmt.Sprintf("command %d was given, the cloud ends at %d", req.CmdSeq, cloud.CmdHigh)
	case req.CmdID != "" && cloud.CmdID != "" && req.CmdID != cloud.CmdID:
		return fmt.Sprintf("command %d was another one when it was given", req.CmdSeq)
	}
	return ""
}
