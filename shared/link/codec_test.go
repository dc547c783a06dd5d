package link_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/problem"
)

func anyEvent(t *rapid.T) link.Event {
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	body := rapid.OneOf(
		rapid.Map(text, func(s string) json.RawMessage { return json.RawMessage(s) }),
		rapid.Map(text, func(s string) json.RawMessage { b, _ := json.Marshal(map[string]string{"note": s}); return b }),
		rapid.Just(json.RawMessage("{ \"a\" : \"<\u2028&\\u0000\xff\" ,\n\"n\":1.0e5 }")),
	)
	return link.Event{
		ID: text.Draw(t, "id") + "x", Order: text.Draw(t, "order"), Kind: "k" + text.Draw(t, "kind"), Trace: text.Draw(t, "trace"),
		At:   time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "at"), rapid.Int64Range(0, 1e9).Draw(t, "ns")),
		Body: body.Draw(t, "body"),
	}
}

func TestWhatIsSealedSurvivesTheWayByteForByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var prev link.Hash
		b := link.Batch{Edge: edgeID, Device: "dev-1", Epoch: 3, First: 1, Gen: "g.1", Schema: 1}
		for range rapid.IntRange(1, 5).Draw(t, "n") {
			b.Last++
			e := link.Seal(prev, b.Last, anyEvent(t))
			b.Events, prev = append(b.Events, e), e.Hash
		}
		payload, header, err := link.EncodeBatch(b)
		if err != nil {
			t.Skip("a name too long for the wire: Check refuses it")
		}
		got, err := link.DecodeBatch(edgeID, payload, header)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b, got); diff != "" {
			t.Fatal(diff)
		}
		if d := link.Decide(link.LinkRow{Edge: edgeID, Epoch: 3}, got); d.Verdict != link.Apply {
			t.Fatal(d.Reason)
		}
	})
}

func TestWhatIsCheckedCanBeSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent(t)
		if e.Check() != nil {
			t.Skip("refused")
		}
		b := link.Batch{Edge: edgeID, Epoch: 1, First: 1, Last: 1, Gen: "g", Schema: 1, Events: []link.Event{link.Seal(link.Hash{}, 1, e)}}
		if _, _, err := link.EncodeBatch(b); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnEventTheCloudCouldNotKeepIsRefusedBeforeItIsCommitted(t *testing.T) {
	t.Parallel()
	good := link.Event{ID: "e1", Kind: "k.v1", At: evening, Body: json.RawMessage(`{}`)}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*link.Event){
		"no id":           func(e *link.Event) { e.ID = "" },
		"no kind":         func(e *link.Event) { e.Kind = "" },
		"NUL in a name":   func(e *link.Event) { e.Order = "a\x00b" },
		"broken UTF-8":    func(e *link.Event) { e.ID = "\xff" },
		"a novel as id":   func(e *link.Event) { e.ID = strings.Repeat("x", 129) },
		"a novel as path": func(e *link.Event) { e.Trace = strings.Repeat("x", 513) },
		"year 10000":      func(e *link.Event) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"not JSON":        func(e *link.Event) { e.Body = json.RawMessage(`{`) },
		"no body":         func(e *link.Event) { e.Body = nil },
		"a huge body":     func(e *link.Event) { e.Body = json.RawMessage(`"` + strings.Repeat("x", link.MaxBodyBytes) + `"`) },
		"huge once sealed": func(e *link.Event) {
			e.Body = json.RawMessage(`"` + strings.Repeat("<", link.MaxBodyBytes/6+1) + `"`)
		},
	} {
		e := good
		spoil(&e)
		if err := e.Check(); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (link.Command{ID: "c1", Kind: "k", At: evening, Body: json.RawMessage(`}`)}).Check(); !problem.Is(err, problem.Invalid) {
		t.Errorf("a command that is not JSON: %v", err)
	}
}

func TestTheLargestEventsFitOneBatchEach(t *testing.T) {
	t.Parallel()
	big := link.Event{
		ID: strings.Repeat("<", 128), Order: strings.Repeat("&", 128), Kind: strings.Repeat("\x01", 128), Trace: strings.Repeat("<", 512), At: evening,
		Body: json.RawMessage(`"` + strings.Repeat("x", link.MaxBodyBytes-2) + `"`),
	}
	if err := big.Check(); err != nil {
		t.Fatal(err)
	}
	events := []link.Event{link.Seal(link.Hash{}, 1, big), link.Seal(link.Hash{}, 2, big)}
	if n := link.Fit(events); n != 1 {
		t.Errorf("%d fit", n)
	}
	if _, _, err := link.EncodeBatch(link.Batch{Edge: edgeID, Epoch: 1, First: 1, Last: 1, Gen: "g", Schema: 1, Events: events[:1]}); err != nil {
		t.Error(err)
	}
}

func TestBatchesAreCutByNumberAndBySize(t *testing.T) {
	t.Parallel()
	small := chained(200)
	if n := link.Fit(small); n != link.MaxBatchEvents {
		t.Errorf("%d small events fit", n)
	}
	for i := range small {
		small[i].Body = json.RawMessage(`"` + strings.Repeat("x", 10_000) + `"`)
	}
	if n := link.Fit(small); n < 20 || n > 26 {
		t.Errorf("%d events of 10 kB fit", n)
	}
	if link.Fit(nil) != 0 {
		t.Error("something fits where nothing is")
	}
	commands := make([]link.Command, 150)
	for i := range commands {
		commands[i] = link.Command{Seq: uint64(i + 1), ID: "c", Kind: "k", Body: json.RawMessage(`"` + strings.Repeat("x", 1000*(i/100)*9) + `"`)}
	}
	next := uint64(1)
	for _, run := range link.Pack(commands) {
		data, err := link.Encode(link.CommandBatch{Inc: "pg-1", High: 150, Commands: run})
		if err != nil || len(data) > link.MaxBatchBytes || run[0].Seq != next {
			t.Errorf("%d commands from %d in %d bytes: %v", len(run), run[0].Seq, len(data), err)
		}
		next += uint64(len(run))
	}
	if next != 151 {
		t.Errorf("the last command packed is %d", next-1)
	}
}

// The chain is written on disks and in two databases: it never changes. The hash was computed by another program.
func TestTheChainIsForEver(t *testing.T) {
	t.Parallel()
	e := link.Seal(link.Hash{}, 1, link.Event{
		ID: "0197d2a6-0000-7000-8000-000000000001", Order: "0197d2a6-0000-7000-8000-000000000002", Kind: "ticket.queued.v1",
		At: time.Date(2026, 7, 3, 19, 30, 0, 7_999_999, time.UTC), Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		Body: json.RawMessage(`{ "number": 12, "note": "<no onions>" }`),
	})
	const want = `{"seq":1,"id":"0197d2a6-0000-7000-8000-000000000001","order":"0197d2a6-0000-7000-8000-000000000002","kind":"ticket.queued.v1",` +
		`"at":"2026-07-03T19:30:00.007Z","trace":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",` +
		`"body":{"number":12,"note":"\u003cno onions\u003e"},"hash":"cd01870b6e55032a2336fa465f5b1a301e200f4b1b72ef7da026e4bd1592b471"}`
	got, err := json.Marshal(e)
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\n%s", err, got, want)
	}
	if e2 := link.Seal(e.Hash, 2, e); e2.Hash == e.Hash {
		t.Error("the same event later in the chain has the same hash")
	}
}

func TestNoByteMovesFromOneFieldToTheNext(t *testing.T) {
	t.Parallel()
	a := link.Event{ID: "ab", Order: "c", Kind: "d", Body: json.RawMessage("1")}
	seen := map[link.Hash]string{link.Chain(link.Hash{}, a): "itself"}
	for name, e := range map[string]link.Event{
		"id and order":   {ID: "a", Order: "bc", Kind: "d", Body: a.Body},
		"order and kind": {ID: "ab", Order: "", Kind: "cd", Body: a.Body},
		"kind and body":  {ID: "ab", Order: "c", Kind: "d1", Body: nil},
		"another time":   {ID: "ab", Order: "c", Kind: "d", Body: a.Body, At: a.At.Add(time.Millisecond)},
	} {
		h := link.Chain(link.Hash{}, e)
		if other := seen[h]; other != "" {
			t.Errorf("%s hashes like %s", name, other)
		}
		seen[h] = name
	}
}

func TestHashesReadAndWrite64Digits(t *testing.T) {
	t.Parallel()
	h := chained(1)[0].Hash
	if got, err := link.ParseHash(h.String()); err != nil || got != h {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "00", strings.Repeat("g", 64), strings.Repeat("0", 66)} {
		if got, err := link.ParseHash(bad); err == nil || got != (link.Hash{}) {
			t.Errorf("%q was read as %s", bad, got)
		}
	}
}

func TestMessagesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"a request without device":   second(link.Decode[link.SyncRequest]([]byte(`{"epoch":1,"boot":"b","schema":1}`))),
		"acked beyond last":          second(link.Decode[link.SyncRequest]([]byte(`{"epoch":1,"boot":"b","device":"d","schema":1,"acked":2,"last":1}`))),
		"a reply without kind":       second(link.Decode[link.SyncReply]([]byte(`{"inc":"pg-1"}`))),
		"an ack of epoch 0":          second(link.Decode[link.Ack]([]byte(`{"inc":"pg-1"}`))),
		"a rewind to nowhere":        second(link.Decode[link.Control]([]byte(`{"kind":"rewind"}`))),
		"a command with a gap":       second(link.Decode[link.CommandBatch]([]byte(`{"inc":"p","high":9,"commands":[{"seq":1,"id":"a","kind":"k","body":1},{"seq":3,"id":"b","kind":"k","body":1}]}`))),
		"a command beyond the high":  second(link.Decode[link.CommandBatch]([]byte(`{"inc":"p","high":1,"commands":[{"seq":2,"id":"a","kind":"k","body":1}]}`))),
		"a heartbeat without boot":   second(link.Decode[link.Heartbeat]([]byte(`{"epoch":1}`))),
		"two documents":              second(link.Decode[link.Ack]([]byte(`{"inc":"pg-1","epoch":1}{}`))),
		"a number where text is due": second(link.Decode[link.Ack]([]byte(`{"inc":1,"epoch":1}`))),
		"something huge":             second(link.Decode[link.Ack](bytes.Repeat([]byte(" "), link.MaxBatchBytes+1))),
		"writing what is not read":   second(link.Encode(link.Ack{})),
	} {
		if !errors.Is(err, link.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestBatchesThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	good := link.Batch{Edge: edgeID, Device: "d", Epoch: 1, First: 1, Last: 3, Gen: "g", Schema: 1, Events: chained(3)}
	for name, spoil := range map[string]func(payload *[]byte, h map[string]string){
		"no epoch":      func(_ *[]byte, h map[string]string) { delete(h, link.HeaderEpoch) },
		"epoch 0":       func(_ *[]byte, h map[string]string) { h[link.HeaderEpoch] = "0" },
		"no prev":       func(_ *[]byte, h map[string]string) { delete(h, link.HeaderPrev) },
		"another first": func(_ *[]byte, h map[string]string) { h[link.HeaderFirst] = "2" },
		"another last":  func(_ *[]byte, h map[string]string) { h[link.HeaderLast] = "18446744073709551615" },
		"no schema":     func(_ *[]byte, h map[string]string) { h[link.HeaderSchema] = "" },
		"no events":     func(p *[]byte, _ map[string]string) { *p = []byte(`{"events":[]}`) },
		"half of it":    func(p *[]byte, _ map[string]string) { *p = (*p)[:len(*p)/2] },
		"too much": func(p *[]byte, _ map[string]string) {
			*p = append(*p, bytes.Repeat([]byte(" "), link.MaxBatchBytes)...)
		},
	} {
		payload, header, err := link.EncodeBatch(good)
		if err != nil {
			t.Fatal(err)
		}
		spoil(&payload, header)
		b, err := link.DecodeBatch(edgeID, payload, header)
		if !errors.Is(err, link.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
		if v := link.Decide(link.LinkRow{Edge: edgeID, Epoch: 1}, b).Verdict; v != link.Corrupt {
			t.Errorf("%s: refused by DecodeBatch, but %s to Decide", name, v)
		}
	}
	if _, err := link.DecodeBatch("r1.>", nil, nil); !errors.Is(err, link.ErrCorrupt) {
		t.Errorf("a wildcard as edge: %v", err)
	}
}

func FuzzDecodeBatch(f *testing.F) {
	payload, h, err := link.EncodeBatch(link.Batch{Edge: edgeID, Epoch: 1, First: 1, Last: 3, Gen: "g", Schema: 1, Events: chained(3)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload, h[link.HeaderMsgID], h[link.HeaderEpoch], h[link.HeaderFirst], h[link.HeaderLast], h[link.HeaderPrev], h[link.HeaderSchema])
	f.Add([]byte("0"), "0", "0", "0", "0", "0", "7") // headers that cannot be, of a schema to come
	f.Fuzz(func(t *testing.T, payload []byte, msgID, epoch, first, last, prev, schema string) {
		b, err := link.DecodeBatch(edgeID, payload, map[string]string{
			link.HeaderMsgID: msgID, link.HeaderEpoch: epoch, link.HeaderFirst: first, link.HeaderLast: last, link.HeaderPrev: prev, link.HeaderSchema: schema,
		})
		d := link.Decide(link.LinkRow{Edge: edgeID, Epoch: 1}, b)
		if err != nil {
			if d.Verdict != link.Corrupt {
				t.Fatalf("%v, and yet %s", err, d.Verdict)
			}
			return
		}
		if d.Verdict == link.Apply && (b.First != 1 || d.After.Seq != uint64(len(d.Events))) {
			t.Fatalf("applied %+v", d)
		}
	})
}

func FuzzMessages(f *testing.F) {
	for _, seed := range []string{
		`{"n":1,"device":"d","boot":"b","epoch":1,"last":0,"schema":1,"clock":"2026-07-03T19:30:00Z"}`,
		`{"kind":"resume","inc":"pg-1","epoch":1,"seq":0}`,
		`{"inc":"p","high":2,"commands":[{"seq":1,"id":"a","kind":"k","body":{}}]}`,
		`{"kind":"rewind","seq":4,"gen":"b.1"}`,
		`{"n":1,"device":"d","boot":"b","epoch":1,"cmd_seq":4,"ids":["e1","e2"],"renew":true}`,
		`{"n":1,"kind":"fork","inc":"p","known":"AQ==","epoch":2,"commands":4,"command_id":"c4"}`,
		`{"n":1,"device":"d","after":"o1"}`,
		`{"n":1,"doc":"e30=","sig":"AA=="}`,
		`{"restaurant":"r1","device":"d","epoch":2,"inc":"p","orders":[{"order":{"id":"o1"}}],"numbers":{"2026-07-03":12}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		again[link.SyncRequest](t, data)
		again[link.SyncReply](t, data)
		again[link.Ack](t, data)
		again[link.Control](t, data)
		again[link.CommandBatch](t, data)
		again[link.Heartbeat](t, data)
		again[link.HealRequest](t, data)
		again[link.HealReply](t, data)
		again[link.SnapshotRequest](t, data)
		again[link.SnapshotReply](t, data)
		again[link.Snapshot](t, data)
	})
}

// again decodes, encodes and decodes: what was accepted once is accepted as the same.
func again[M link.Message](t *testing.T, data []byte) {
	t.Helper()
	m, err := link.Decode[M](data)
	if err != nil {
		return
	}
	room := len(data) * 6 // an escaped byte
	data, err = link.Encode(m)
	if err != nil && room > link.MaxBatchBytes {
		return
	} else if err != nil {
		t.Fatalf("%+v cannot be written: %v", m, err)
	}
	if m2, err := link.Decode[M](data); err != nil {
		t.Fatalf("%+v was read, %+v was not: %v", m, m2, err)
	}
}
