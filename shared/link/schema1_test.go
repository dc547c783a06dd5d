package link_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

// What follows is how the last program that knew only schema 1 read messages: its shapes, and what it refused. It is never changed.

var errV1 = errors.New("refused by schema 1")

type v1SyncRequest struct {
	N        uint64    `json:"n"`
	Device   string    `json:"device"`
	Boot     string    `json:"boot"`
	Epoch    uint64    `json:"epoch"`
	Last     uint64    `json:"last"`
	LastHash link.Hash `json:"last_hash"`
	Acked    uint64    `json:"acked"`
	Schema   int       `json:"schema"`
	CmdSeq   uint64    `json:"cmd_seq"`
	CmdID    string    `json:"cmd_id,omitempty"`
	Clock    time.Time `json:"clock"`
	Trusted  bool      `json:"trusted"`
	Open     int       `json:"open"`
}

type v1SyncReply struct {
	N       uint64    `json:"n"`
	Kind    string    `json:"kind"`
	Inc     string    `json:"inc"`
	Epoch   uint64    `json:"epoch"`
	Seq     uint64    `json:"seq"`
	Hash    link.Hash `json:"hash"`
	CmdFrom uint64    `json:"cmd_from"`
	CmdHigh uint64    `json:"cmd_high"`
	MaxRate int       `json:"max_rate,omitempty"`
	Time    time.Time `json:"time"`
	Reason  string    `json:"reason,omitempty"`
}

type v1Ack struct {
	Inc   string    `json:"inc"`
	Epoch uint64    `json:"epoch"`
	Seq   uint64    `json:"seq"`
	Hash  link.Hash `json:"hash"`
}

type v1Control struct {
	Kind   string `json:"kind"`
	Epoch  uint64 `json:"epoch,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	Gen    string `json:"gen,omitempty"`
	Reason string `json:"reason,omitempty"`
}

type v1Command struct {
	Seq   uint64          `json:"seq"`
	ID    string          `json:"id"`
	Kind  string          `json:"kind"`
	At    time.Time       `json:"at"`
	Order string          `json:"order,omitempty"`
	Trace string          `json:"trace,omitempty"`
	Body  json.RawMessage `json:"body"`
}

type v1CommandBatch struct {
	Edge     string      `json:"edge,omitempty"`
	Inc      string      `json:"inc"`
	High     uint64      `json:"high"`
	Commands []v1Command `json:"commands"`
}

type v1Heartbeat struct {
	Device       string    `json:"device"`
	Boot         string    `json:"boot"`
	Version      string    `json:"version"`
	Schema       int       `json:"schema"`
	Epoch        uint64    `json:"epoch"`
	Last         uint64    `json:"last"`
	Acked        uint64    `json:"acked"`
	CmdSeq       uint64    `json:"cmd_seq"`
	At           time.Time `json:"at"`
	Backlog      uint64    `json:"backlog"`
	OldestUnsent time.Time `json:"oldest_unsent,omitzero"`
	Open         int       `json:"open"`
}

type v1Event struct {
	Seq   uint64          `json:"seq"`
	ID    string          `json:"id"`
	Order string          `json:"order,omitempty"`
	Kind  string          `json:"kind"`
	At    time.Time       `json:"at"`
	Trace string          `json:"trace,omitempty"`
	Body  json.RawMessage `json:"body"`
	Hash  link.Hash       `json:"hash"`
}

type v1Batch struct {
	Events []v1Event `json:"events"`
}

// readV1 reads as schema 1 did: it ignored what it did not know, and refused what could not be.
func readV1[M any](raw []byte) (M, error) {
	var m M
	if len(raw) > 256<<10 {
		return m, errV1
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, err
	}
	if checkV1(any(m)) {
		return m, nil
	}
	return m, errV1
}

func checkV1(m any) bool {
	switch m := m.(type) {
	case v1SyncRequest:
		return m.Epoch >= 1 && m.Acked <= m.Last && m.Schema >= 1 && m.Device != "" && len(m.Device) <= 128 && m.Boot != "" && len(m.Boot) <= 128
	case v1SyncReply:
		return m.Kind != "" && m.Inc != "" && m.MaxRate >= 0 && (m.Seq != 0 || m.Hash == link.Hash{})
	case v1Ack:
		return m.Inc != "" && m.Epoch >= 1
	case v1Control:
		return m.Kind != "" && (m.Kind != "rewind" || m.Seq != 0)
	case v1CommandBatch:
		for i, c := range m.Commands {
			if c.Seq == 0 || c.Seq != m.Commands[0].Seq+uint64(i) || c.Seq > m.High || c.ID == "" || c.Kind == "" || len(c.Body) == 0 {
				return false
			}
		}
		return m.Inc != "" && len(m.Commands) <= 64
	case v1Heartbeat:
		return m.Epoch >= 1 && m.Acked <= m.Last && m.Boot != "" && len(m.Boot) <= 128
	}
	return false
}

// same reads raw as schema 1 did and as this package does, and compares everything that schema 1 knew.
func same[Old any, Now link.Message](t *testing.T, raw []byte) {
	t.Helper()
	old, err := readV1[Old](raw)
	if err != nil {
		t.Errorf("%s is refused by schema 1: %v", raw, err)
		return
	}
	now, err := link.Decode[Now](raw)
	if err != nil {
		t.Error(err)
		return
	}
	written, err := link.Encode(now)
	if err != nil {
		t.Error(err)
	}
	again, err := readV1[Old](written)
	if err != nil {
		t.Error(err)
	}
	a, _ := json.Marshal(old)
	b, _ := json.Marshal(again)
	if !bytes.Equal(a, b) {
		t.Errorf("schema 1 reads another message:\n%s\n%s", a, b)
	}
}

func TestASideOfSchema1ReadsWhatThisCodeWrites(t *testing.T) {
	t.Parallel()
	for _, messages := range []map[string]any{goldenV1(), goldenV2()} {
		for name, m := range messages {
			raw, err := encode(m)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch m.(type) {
			case link.SyncRequest:
				same[v1SyncRequest, link.SyncRequest](t, raw)
			case link.SyncReply:
				same[v1SyncReply, link.SyncReply](t, raw)
			case link.Ack:
				same[v1Ack, link.Ack](t, raw)
			case link.Control:
				same[v1Control, link.Control](t, raw)
			case link.CommandBatch:
				same[v1CommandBatch, link.CommandBatch](t, raw)
			case link.Heartbeat:
				same[v1Heartbeat, link.Heartbeat](t, raw)
			} // the others are asked for by sides that know them
		}
	}
}

func TestABatchForACloudOfSchema1HoldsNothingItDoesNotKnow(t *testing.T) {
	t.Parallel()
	payload, header, err := link.EncodeBatch(goldenBatch(1))
	if err != nil {
		t.Fatal(err)
	}
	var b v1Batch
	strict := json.NewDecoder(bytes.NewReader(payload))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&b); err != nil || len(b.Events) != 2 || header[link.HeaderSchema] != "1" {
		t.Errorf("%d events, %v, %v", len(b.Events), err, header)
	}
	for name := range header {
		switch name {
		case "Nats-Msg-Id", "Ap-Device", "Ap-Epoch", "Ap-First", "Ap-Last", "Ap-Prev", "Ap-Schema", "traceparent":
		default:
			t.Errorf("a header that schema 1 did not have: %s", name)
		}
	}
}

// v1Cloud answers as a cloud of schema 1 did.
func v1Cloud(t *testing.T, req link.SyncRequest, seq uint64, hash link.Hash) link.SyncReply {
	t.Helper()
	raw, err := link.Encode(req)
	if err != nil {
		t.Fatal(err)
	}
	old, err := readV1[v1SyncRequest](raw)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ = json.Marshal(v1SyncReply{N: old.N, Kind: "resume", Inc: "pg-1", Epoch: old.Epoch, Seq: seq, Hash: hash, CmdFrom: old.CmdSeq + 1, Time: goldenAt})
	reply, err := link.Decode[link.SyncReply](raw)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func TestAnEdgeWritesWhatACloudOfSchema1Reads(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 2)
	todo := d.Connected(d.now)
	if todo.Sync.Schema != link.Schema || todo.Sync.SchemaMin != link.SchemaMin {
		t.Errorf("offers %d to %d", todo.Sync.SchemaMin, todo.Sync.Schema)
	}
	todo = d.Synced(d.now, v1Cloud(t, *todo.Sync, 2, d.hash(2)))
	d.is(link.Online, "")
	b, err := d.Batch(*todo.Publish, d.chain[2:])
	if err != nil || b.Schema != 1 {
		t.Errorf("%v, schema %d", err, b.Schema)
	}
}

func TestACloudReadsWhatAnEdgeOfSchema1Writes(t *testing.T) {
	t.Parallel()
	req, err := link.Decode[link.SyncRequest](golden(t, "schema1", "sync_request", nil))
	if err != nil {
		t.Fatal(err)
	}
	r := link.AnswerSync(goldenRow(), req, link.Cloud{Inc: "pg-1", CmdHigh: 9, CmdID: req.CmdID}, goldenAt)
	if r.Kind != link.Resume || r.Schema != 1 || r.Seq != 1 || r.CmdFrom != 8 {
		t.Errorf("%+v", r)
	}
	if r := link.AnswerSync(goldenRow(), req, link.Cloud{Inc: "pg-1", CmdHigh: 9, CmdID: req.CmdID, Reads: link.Range{Min: 2, Max: 3}}, goldenAt); r.Kind != link.Incompatible {
		t.Errorf("a cloud that has forgotten schema 1 answers %+v", r)
	}
}

func TestEveryReplyOfSchema1IsActedUpon(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		condition link.Condition
		cause     link.Cause
	}{
		"sync_reply_resume":   {link.Online, ""},
		"sync_reply_fork":     {link.Healing, link.CauseFork},
		"sync_reply_snapshot": {link.Healing, link.CauseSnapshot},
		"sync_reply_fenced":   {link.Blocked, link.CauseFenced},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 0, 0)
			d.chain = goldenEvents()
			d.Appended(d.now, d.tip())
			r, err := link.Decode[link.SyncReply](golden(t, "schema1", name, nil))
			if err != nil {
				t.Fatal(err)
			}
			r.N = d.Connected(d.now).Sync.N
			todo := d.Synced(d.now, r)
			d.is(c.condition, c.cause)
			if (todo.Publish != nil) != (c.condition == link.Online) || (todo.Heal != nil) != (c.condition == link.Healing) {
				t.Errorf("%+v", todo)
			}
			if p := todo.Publish; p != nil && (p.First != 2 || p.Last != 2 || todo.Persist.Seq != 1) {
				t.Errorf("resumes with %+v, persists %+v", p, todo.Persist)
			}
		})
	}
}

func TestAcknowledgementsAndControlsOfSchema1AreActedUpon(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0, 0)
	d.chain = goldenEvents()
	d.Appended(d.now, d.tip())
	d.flush(d.online(0))
	a, err := link.Decode[link.Ack](golden(t, "schema1", "ack", nil))
	if err != nil {
		t.Fatal(err)
	}
	if todo := d.Acked(d.now, a); todo.Persist == nil || todo.Persist.Seq != 1 {
		t.Errorf("the acknowledgement: %+v", todo)
	}
	c, err := link.Decode[link.Control](golden(t, "schema1", "control_rewind", nil))
	if err != nil {
		t.Fatal(err)
	}
	c.Gen = ""
	if todo := d.Controlled(d.now, c); todo.Publish == nil || todo.Publish.First != 2 {
		t.Errorf("the rewind: %+v", todo)
	}
	d.pass(2 * time.Second)
	if c, err = link.Decode[link.Control](golden(t, "schema1", "control_sync", nil)); err != nil {
		t.Fatal(err)
	}
	if todo := d.Controlled(d.now, c); todo.Sync == nil {
		t.Errorf("the call for SYNC: %+v", todo)
	}
	commands, err := link.Decode[link.CommandBatch](golden(t, "schema1", "command_batch", nil))
	if err != nil {
		t.Fatal(err)
	}
	if next, verdict := commands.After(7, "whichever"); verdict != link.Apply || len(next) != len(commands.Commands) {
		t.Errorf("the commands: %s %v", verdict, next)
	}
}
