package link_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/shared/link"
)

func TestEachBatchHasItsVerdict(t *testing.T) {
	t.Parallel()
	events, other := chained(10), chained(10)
	for i := range other {
		prev := link.Hash{}
		if i > 0 {
			prev = other[i-1].Hash
		}
		other[i].Kind = "ticket.voided.v1"
		other[i] = link.Seal(prev, uint64(i+1), other[i])
	}
	batch := func(from []link.Event, first, last uint64) link.Batch {
		b := link.Batch{Edge: edgeID, Device: "dev-1", Epoch: 2, First: first, Last: last, Gen: "g", Schema: 1, Events: from[first-1 : last]}
		if first > 1 {
			b.Prev = from[first-2].Hash
		}
		return b
	}
	spoiled := batch(events, 5, 7)
	spoiled.Events = append([]link.Event(nil), spoiled.Events...)
	spoiled.Events[1].Body = []byte(`{"price":0}`)
	moved := batch(events, 5, 7)
	moved.Last = 8
	strange := spoiled
	strange.Device = "dev-2"
	stranger, past, future := batch(events, 5, 7), batch(events, 5, 7), batch(events, 5, 7)
	stranger.Device, past.Epoch, future.Epoch = "dev-2", 1, 3
	newer := batch(events, 5, 7)
	newer.Schema = link.Schema + 1
	garbage, _ := link.DecodeBatch(edgeID, []byte("\x00"), nil)

	row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: 2, Seq: 4, Hash: events[3].Hash}
	for name, c := range map[string]struct {
		batch   link.Batch
		want    link.Verdict
		applied int
		control link.ControlKind
	}{
		"next":                            {batch(events, 5, 7), link.Apply, 3, ""},
		"overlapping":                     {batch(events, 2, 6), link.Apply, 2, ""},
		"behind":                          {batch(events, 1, 3), link.Skip, 0, ""},
		"the last one again":              {batch(events, 3, 4), link.Skip, 0, ""},
		"ahead":                           {batch(events, 6, 7), link.Gap, 0, link.Rewind},
		"another history, next":           {batch(other, 5, 7), link.Fork, 0, link.CallSync},
		"another history, overlapping":    {batch(other, 2, 6), link.Fork, 0, link.CallSync},
		"another history, the last again": {batch(other, 3, 4), link.Fork, 0, link.CallSync},
		"a changed body":                  {spoiled, link.Corrupt, 0, link.Rewind},
		"wrong numbers":                   {moved, link.Corrupt, 0, link.Rewind},
		"a schema to come":                {newer, link.Unreadable, 0, link.CallSync},
		"garbage":                         {garbage, link.Corrupt, 0, link.Rewind},
		"another device":                  {stranger, link.Quarantine, 0, link.CallSync},
		"another device, a changed body":  {strange, link.Corrupt, 0, link.Rewind},
		"an epoch that was healed":        {past, link.Skip, 0, link.CallSync},
		"an epoch yet to come":            {future, link.Fork, 0, link.CallSync},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := link.Decide(row, c.batch)
			if d.Verdict != c.want || len(d.Events) != c.applied {
				t.Fatalf("%s (%s) with %d events, want %s with %d", d.Verdict, d.Reason, len(d.Events), c.want, c.applied)
			}
			at := row.Seq + uint64(c.applied)
			if want := (link.Mark{Epoch: 2, Seq: at, Hash: events[at-1].Hash}); d.After != want {
				t.Errorf("the row is then at %+v, want %+v", d.After, want)
			}
			control, ok := d.Control()
			if ok != (c.control != "") || control.Kind != c.control {
				t.Errorf("tells the edge %+v", control)
			}
			if control.Kind == link.Rewind && (control.Seq != 5 || control.Gen != c.batch.Gen) {
				t.Errorf("rewind to %+v", control)
			}
			if ack, ok := d.Ack("pg-1"); ok != (c.want == link.Apply || c.want == link.Skip && c.batch.Epoch == row.Epoch) || ack.Seq != at {
				t.Errorf("acknowledges %+v (%v)", ack, ok)
			}
			if c.want != link.Apply && c.want != link.Skip && d.Reason == "" {
				t.Error("no reason")
			}
		})
	}
}

func TestAnUnboundRowKeepsOtherEpochsAside(t *testing.T) {
	t.Parallel()
	b := link.Batch{Edge: edgeID, Device: "dev-7", Epoch: 2, First: 1, Last: 2, Gen: "g", Schema: 1, Events: chained(2)}
	for _, epoch := range []uint64{0, 1, 3} {
		if d := link.Decide(link.LinkRow{Edge: edgeID, Epoch: epoch}, b); d.Verdict != link.Quarantine {
			t.Error(epoch, d.Verdict, d.Reason)
		}
	}
}

func TestAnUnboundRowTakesAnyDevice(t *testing.T) {
	t.Parallel()
	b := link.Batch{Edge: edgeID, Device: "dev-7", Epoch: 1, First: 1, Last: 2, Gen: "g", Schema: 1, Events: chained(2)}
	if d := link.Decide(link.LinkRow{Edge: edgeID, Epoch: 1}, b); d.Verdict != link.Apply {
		t.Error(d.Verdict, d.Reason)
	}
}

func TestEachSyncHasItsAnswer(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 3, 19, 30, 0, 1234567, time.UTC)
	h := chained(9)
	row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: 2, Seq: 5, Hash: h[4].Hash}
	good := link.SyncRequest{N: 3, Device: "dev-1", Boot: "b", Epoch: 2, Last: 9, LastHash: h[8].Hash, Acked: 4, CmdSeq: 6, CmdID: "c6", Schema: 1}
	cloud := link.Cloud{Inc: "pg-1", CmdHigh: 7, CmdID: "c6", MaxRate: 300}
	for name, c := range map[string]struct {
		change func(*link.SyncRequest)
		want   link.SyncKind
	}{
		"the edge is ahead":                     {func(*link.SyncRequest) {}, link.Resume},
		"both stand at the same":                {func(r *link.SyncRequest) { r.Last, r.LastHash = 5, h[4].Hash }, link.Resume},
		"the cloud went back":                   {func(r *link.SyncRequest) { r.Acked = 8 }, link.Resume},
		"the same number, another event":        {func(r *link.SyncRequest) { r.Last = 5 }, link.Forked},
		"a restored card":                       {func(r *link.SyncRequest) { r.Last = 3 }, link.Forked},
		"an old epoch":                          {func(r *link.SyncRequest) { r.Epoch = 1 }, link.Forked},
		"an epoch the cloud has forgotten":      {func(r *link.SyncRequest) { r.Epoch = 3 }, link.Forked},
		"another device":                        {func(r *link.SyncRequest) { r.Device = "dev-2" }, link.Fenced},
		"an empty database":                     {func(r *link.SyncRequest) { r.Last, r.LastHash = 0, link.Hash{} }, link.Emptied},
		"commands the cloud has forgotten":      {func(r *link.SyncRequest) { r.CmdSeq = 8 }, link.Forked},
		"a command the cloud has forgotten":     {func(r *link.SyncRequest) { r.CmdID = "c5" }, link.Forked},
		"an edge that names no command":         {func(r *link.SyncRequest) { r.CmdID = "" }, link.Resume},
		"an edge that writes what is to come":   {func(r *link.SyncRequest) { r.SchemaMin, r.Schema = 3, 4 }, link.Incompatible},
		"an edge that writes more than is read": {func(r *link.SyncRequest) { r.SchemaMin, r.Schema = 2, 4 }, link.Resume},
		"another device from the future":        {func(r *link.SyncRequest) { r.Device, r.SchemaMin, r.Schema = "dev-2", 3, 4 }, link.Fenced},
		"another device with an empty database": {func(r *link.SyncRequest) { r.Device, r.Last = "dev-2", 0 }, link.Fenced},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := good
			c.change(&req)
			r := link.AnswerSync(row, req, cloud, now)
			if r.Kind != c.want {
				t.Fatalf("%s (%s), want %s", r.Kind, r.Reason, c.want)
			}
			if (r.Kind == link.Resume) != (r.Reason == "") {
				t.Errorf("%s with reason %q", r.Kind, r.Reason)
			}
			if wantSchema := min(req.Schema, link.Schema); c.want == link.Incompatible && r.Schema != 0 || c.want == link.Resume && r.Schema != wantSchema {
				t.Errorf("%s in schema %d", r.Kind, r.Schema)
			}
		})
	}
	want := link.SyncReply{
		N: 3, Kind: link.Resume, Inc: "pg-1", Epoch: 2, Seq: 5, Hash: h[4].Hash, CmdFrom: 7, CmdHigh: 7, Time: now.Truncate(time.Millisecond),
		Schema: 1, MaxRate: 300,
	}
	if diff := cmp.Diff(want, link.AnswerSync(row, good, cloud, now)); diff != "" {
		t.Error(diff)
	}
}

func TestAFreshEdgeAndAFreshRowSimplyBegin(t *testing.T) {
	t.Parallel()
	req := link.SyncRequest{Device: "dev-1", Boot: "b", Epoch: link.FirstEpoch, Schema: 1}
	if r := link.AnswerSync(link.LinkRow{Edge: edgeID, Epoch: link.FirstEpoch}, req, link.Cloud{Inc: "pg-1"}, time.Now()); r.Kind != link.Resume || r.CmdFrom != 1 {
		t.Errorf("%+v", r)
	}
}

func TestCommandsAreCarriedOutInTheirTurn(t *testing.T) {
	t.Parallel()
	run := func(prev string, ids ...string) link.CommandBatch { // c4 is command 4
		b := link.CommandBatch{Prev: prev}
		for _, id := range ids {
			seq, err := strconv.ParseUint(id[1:], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			b.Commands = append(b.Commands, link.Command{Seq: seq, ID: id})
		}
		return b
	}
	for what, one := range map[string]struct {
		batch link.CommandBatch
		last  string
		want  link.Verdict
		first uint64
	}{
		"old ones":                       {run("", "c1", "c2"), "c4", link.Skip, 0},
		"the last one again":             {run("c3", "c4"), "c4", link.Skip, 0},
		"another one of the last number": {run("c3", "d4"), "c4", link.Gap, 0},
		"the next ones":                  {run("c4", "c5", "c6"), "c4", link.Apply, 5},
		"some again, and the next":       {run("", "c3", "c4", "c5"), "c4", link.Apply, 5},
		"later ones":                     {run("c5", "c6"), "c4", link.Gap, 0},
		"the next after another":         {run("d4", "d5"), "c4", link.Gap, 0},
		"the next after another, within": {run("", "d4", "d5"), "c4", link.Gap, 0},
		"the next, after nobody knows":   {run("", "c5"), "c4", link.Apply, 5},
		"of a node that knows no name":   {run("d4", "d5"), "", link.Apply, 5},
		"the first of all":               {run("", "c5"), "", link.Apply, 5},
		"where another epoch begins":     {link.CommandBatch{Prev: "c4", Commands: []link.Command{{Seq: 5, ID: "c5", Kind: link.Began}}}, "c4", link.Gap, 0},
		"up to where another one begins": {link.CommandBatch{Prev: "c4", Commands: []link.Command{{Seq: 5, ID: "c5"}, {Seq: 6, ID: "c6", Kind: link.Began}}}, "c4", link.Apply, 5},
		"none":                           {run("c4"), "c4", link.Skip, 0},
	} {
		next, got := one.batch.After(4, one.last)
		if got != one.want || got == link.Apply && (next[0].Seq != one.first || next[len(next)-1].Kind == link.Began) || got != link.Apply && next != nil {
			t.Errorf("%s: %s %v, want %s", what, got, next, one.want)
		}
	}
}
