package link

import (
	"time"

	"awesome.pizza/shared/event"
)

// When edge and cloud hold different histories (a restored card, a clone, a database restored to an older point, an empty disk), no event
// is thrown away and none is believed twice: the edge names every event it still has, the cloud says which of them it knows and begins a
// new epoch, and the edge gives those that are unknown new numbers in that epoch. HealRequest and HealReply are that exchange; it can be
// repeated from the start whatever was lost on the way.

// HealPage is the largest number of event ids in a HealRequest.
const HealPage = 4096

// HealRequest names some of the events an edge has, oldest first, and asks which of them the cloud knows.
type HealRequest struct {
	N      uint64   `json:"n"` // number of the question since boot; the reply repeats it
	Device string   `json:"device"`
	Boot   string   `json:"boot"`
	Epoch  uint64   `json:"epoch"`   // of the edge's outbox
	CmdSeq uint64   `json:"cmd_seq"` // highest command applied
	IDs    []string `json:"ids,omitempty"`
	Renew  bool     `json:"renew,omitempty"` // these are the last: begin a new epoch
}

// HealReply answers a HealRequest.
type HealReply struct {
	N     uint64   `json:"n"`
	Kind  SyncKind `json:"kind"`            // Forked: go on as asked; Fenced; anything else: hold SYNC again
	Inc   string   `json:"inc"`             // all replies of one healing come from one incarnation, or it begins again
	Known []byte   `json:"known,omitempty"` // bit i (lowest first) is set when the cloud has IDs[i]

	Epoch     uint64    `json:"epoch,omitempty"`      // with Renew: the new epoch, larger than the edge's and the cloud's
	Commands  uint64    `json:"commands,omitempty"`   // with Renew: the edge obeys the commands after this one; no number up to it is used again
	CommandID string    `json:"command_id,omitempty"` // with Renew: the id that stands at Commands
	Time      time.Time `json:"time"`
	Reason    string    `json:"reason,omitempty"`
}

// Place is where an event stands in an edge's outbox. Its zero value is before the first.
type Place struct {
	Epoch uint64 `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// Ref is an event of an outbox by its place and its name.
type Ref struct {
	Place
	ID string
}

// SnapshotRequest asks for a page of what the cloud knows of a restaurant's open orders.
type SnapshotRequest struct {
	N      uint64 `json:"n"`
	Device string `json:"device"`
	After  string `json:"after,omitempty"` // id of the last order of the page before
	Most   int    `json:"most,omitempty"`  // orders in the page; 0: as many as fit
}

// Snapshot is a page of a restaurant's open orders as the cloud has them, in the order of their ids. A node that lost what it had, wholly or
// since some moment, goes on from it.
type Snapshot struct {
	Restaurant string                `json:"restaurant"`
	Device     string                `json:"device"` // for whom it was made
	Epoch      uint64                `json:"epoch"`  // the link's epoch when it was made
	Inc        string                `json:"inc"`
	Made       time.Time             `json:"made"`
	Orders     []event.OrderStanding `json:"orders"`
	Numbers    map[string]int        `json:"numbers,omitempty"` // the last ticket number the cloud heard of, by business day
	More       bool                  `json:"more,omitempty"`    // another page follows the last order of this one
}

// SnapshotReply carries a Snapshot as its signer wrote it.
type SnapshotReply struct {
	N    uint64 `json:"n"`
	Doc  []byte `json:"doc"` // a Snapshot as JSON
	Sig  []byte `json:"sig"` // Ed25519, by the chain's key whose public half came with the enrolment
	Fail string `json:"fail,omitempty"`
}

// Beginning is how an edge begins a new epoch, in one transaction: the Unknown events get the numbers from 1 on, in their order; orders that
// the kitchen lacks, or has less far than the cloud, are recovered; then the kitchen says how every order it has stands now.
type Beginning struct {
	Epoch     uint64
	Commands  uint64
	CommandID string
	Through   Place   // the last event the cloud was asked about; those after it, which happened meanwhile, are unknown as well
	Unknown   []Place // events up to Through that the cloud lacks, in order
	Orders    []event.OrderStanding
	Numbers   map[string]int
}
