package link_test

import (
	"testing"

	"awesome.pizza/shared/link"
)

// What a thief with a restaurant's key says of itself is not taken over when no honest node can be there: a number never falls again.
func TestNumbersThatNoNodeCanHaveAreNotTakenOver(t *testing.T) {
	t.Parallel()
	const head = 40
	row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: 5, Seq: 3, Hash: chained(3)[2].Hash}
	for name, x := range map[string]struct {
		epoch, acked, cmdSeq uint64
		far                  bool
	}{
		"as the cloud has it":                 {5, 3, head, false},
		"behind":                              {1, 3, 0, false},
		"after the most recoveries":           {5 + 4<<16, 3, head, false},
		"one epoch more":                      {6 + 4<<16, 3, head, true},
		"the end of counting epochs":          {link.MaxEpoch, 3, head, true},
		"a year of commands that are lost":    {5, 3, head + 1<<24, false},
		"one command more":                    {5, 3, head + 1<<24 + 1, true},
		"the end of counting commands":        {5, 3, link.MaxCommand, true},
		"a year of events that are lost":      {5, 3 + 1<<24, head, false},
		"one event more":                      {5, 4 + 1<<24, head, true},
		"as many events, in an epoch to come": {6, 4 + 1<<24, head, false},
	} {
		req := link.SyncRequest{
			Device: "dev-1", Epoch: x.epoch, Last: x.acked, Acked: x.acked, LastHash: row.Hash, CmdSeq: x.cmdSeq,
			Schema: link.Schema, SchemaMin: link.SchemaMin, Inc: "pg-1",
		}
		cloud := link.Cloud{Inc: "pg-1", CmdHigh: head}
		r := link.AnswerSync(row, req, cloud, evening)
		if (r.Kind == link.FarAhead) != x.far || x.far && r.Reason == "" {
			t.Errorf("%s: SYNC is answered %q: %s", name, r.Kind, r.Reason)
		}
		if why := link.Contradiction(row, req, cloud); x.far && why != "" {
			t.Errorf("%s: it makes the chain doubt its database: %s", name, why)
		}
		if req.Epoch == row.Epoch && x.acked != row.Seq {
			continue // a healing does not name events
		}
		if why := link.OutOfReach(row, head, x.epoch, x.cmdSeq); (why != "") != x.far && x.acked == 3 {
			t.Errorf("%s: a healing is refused with %q", name, why)
		}
	}
	other := link.SyncRequest{Device: "dev-2", Epoch: link.MaxEpoch, Schema: link.Schema}
	if r := link.AnswerSync(row, other, link.Cloud{Inc: "pg-1"}, evening); r.Kind != link.Fenced {
		t.Errorf("another device is told %q", r.Kind)
	}
}

func TestANodeThatIsTooFarAheadSaysWhyAndAsksAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3, 0)
	todo := d.Connected(d.now)
	d.Synced(d.now, link.SyncReply{N: todo.Sync.N, Kind: link.FarAhead, Inc: "pg-1", Reason: "the node names epoch 900000"})
	if s := d.State(); s.Condition != link.Blocked || s.Cause != link.CauseUnknownReply || s.Detail != `the cloud answers "far_ahead": the node names epoch 900000` {
		t.Errorf("%+v", s)
	}
	d.now = d.now.Add(2 * link.SyncIdle)
	if todo = d.Tick(d.now); todo.Sync == nil {
		t.Error("it never asks again")
	}
}
