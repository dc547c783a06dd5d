package link_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

func TestTwoSidesAgreeOnTheNewestSchemaThatBothKnow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.Custom(func(t *rapid.T) link.Range {
			least := rapid.IntRange(1, 5).Draw(t, "min")
			return link.Range{Min: least, Max: least + rapid.IntRange(0, 3).Draw(t, "more")}
		})
		edge, cloud := some.Draw(t, "edge"), some.Draw(t, "cloud")
		want := 0
		for schema := 1; schema < 10; schema++ {
			if edge.Has(schema) && cloud.Has(schema) {
				want = schema
			}
		}
		if got, ok := cloud.Meet(edge); ok != (want > 0) || ok && got != want {
			t.Fatalf("%v and %v agree on %d (%v), want %d", edge, cloud, got, ok, want)
		}
		d := newDeskWriting(edge)
		todo := d.Connected(d.now)
		reply := link.AnswerSync(link.LinkRow{Edge: edgeID, Epoch: 1}, *todo.Sync, link.Cloud{Inc: "pg-1", Reads: cloud}, d.now)
		todo = d.Synced(d.now, reply)
		if want == 0 {
			if s := d.State(); s.Condition != link.Blocked || s.Cause != link.CauseSchema || todo.Publish != nil || s.Detail == "" {
				t.Fatalf("without a common schema: %+v", s)
			}
			return
		}
		b, err := d.Batch(*todo.Publish, d.chain)
		if err != nil || b.Schema != want {
			t.Fatalf("writes schema %d, want %d: %v", b.Schema, want, err)
		}
		if v := cloud.Decide(link.LinkRow{Edge: edgeID, Epoch: 1}, b); v.Verdict != link.Apply {
			t.Fatalf("%s: %s", v.Verdict, v.Reason)
		}
	})
}

// newDeskWriting is a desk of a node whose program writes these schemas.
func newDeskWriting(writes link.Range) *desk {
	d := &desk{now: evening, chain: chained(3)}
	d.Sender = link.NewSender(link.SenderConfig{
		Edge: edgeID, Device: "dev-1", Boot: "b", Writes: writes, Rand: func() float64 { return 0.5 },
		HashAt: func(seq uint64) (link.Hash, bool, error) { return d.hash(seq), true, nil },
	}, d.tip(), link.Mark{Epoch: 1})
	return d
}

func TestACloudThatWentBackAVersionIsSentEverythingInTheOlderOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100, 0)
	todo := d.Connected(d.now)
	newer := d.reply(todo.Sync, 0)
	newer.Schema = 2
	sent, _ := d.flush(d.Synced(d.now, newer))
	b, err := d.Batch(sent[0], d.chain)
	if err != nil || b.Schema != 2 {
		t.Fatal(b.Schema, err)
	}
	v := link.Range{Min: 1, Max: 1}.Decide(link.LinkRow{Edge: edgeID, Epoch: 1}, b)
	control, ok := v.Control()
	if v.Verdict != link.Unreadable || !ok || control.Kind != link.CallSync || len(v.Events) != 0 || v.After.Seq != 0 {
		t.Fatalf("%+v, tells the edge %+v", v, control)
	}
	if _, ok := v.Ack("pg-1"); ok {
		t.Error("acknowledges what it cannot read")
	}
	d.pass(2 * time.Second)
	todo = d.Controlled(d.now, control)
	older := d.reply(todo.Sync, 0)
	older.Schema = 1
	todo = d.Synced(d.now, older)
	if todo.Publish == nil || todo.Publish.First != 1 || todo.Publish.Gen == sent[0].Gen {
		t.Fatalf("does not send again: %+v", todo.Publish)
	}
	if b, err := d.Batch(*todo.Publish, d.chain); err != nil || b.Schema != 1 {
		t.Error(b.Schema, err)
	}
}

func TestABatchOfASchemaToComeIsUnreadableAndNotCorrupt(t *testing.T) {
	t.Parallel()
	_, header, err := link.EncodeBatch(goldenBatch(link.Schema + 1))
	if err != nil {
		t.Fatal(err)
	}
	b, err := link.DecodeBatch(edgeID, []byte("\x01\x02 some other encoding"), header)
	if err != nil {
		t.Fatal(err)
	}
	if v := link.Decide(goldenRow(), b); v.Verdict != link.Unreadable {
		t.Errorf("%s: %s", v.Verdict, v.Reason)
	}
}

func TestACloudThatAsksForASchemaToComeBlocksTheLinkUntilItDoesNot(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 0)
	todo := d.Connected(d.now)
	r := d.reply(todo.Sync, 0)
	r.Schema = link.Schema + 1
	todo = d.Synced(d.now, r)
	d.is(link.Blocked, link.CauseSchema)
	todo = d.pass(todo.Wake.Sub(d.now))
	if todo.Sync == nil {
		t.Fatal("does not ask again")
	}
	if todo = d.Synced(d.now, d.reply(todo.Sync, 0)); todo.Publish == nil {
		t.Error("the cloud was updated, and nothing is sent")
	}
}

func TestADigestIsWhatMovedLast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 400).Draw(t, "open")
		open := make([]link.OpenOrder, n)
		for i := range open {
			open[i] = link.OpenOrder{Order: order.ID(fmt.Sprintf("o%03d", i)), Since: evening.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "moved")) * time.Minute)}
		}
		before := slices.Clone(open)
		got := link.Digest(open)
		if len(got) != min(n, link.DigestMost) || !slices.Equal(before, open) {
			t.Fatalf("%d of %d", len(got), n)
		}
		in := map[order.ID]bool{}
		for _, o := range got {
			in[o.Order] = true
		}
		for _, o := range open {
			if !in[o.Order] && o.Since.After(got[len(got)-1].Since) {
				t.Fatalf("%s moved later than what went in", o.Order)
			}
		}
	})
}

func TestRestaurantsThatWereCutOffTogetherDoNotComeBackInStep(t *testing.T) {
	t.Parallel()
	for cut, want := range map[time.Duration]time.Duration{time.Second: 50 * time.Millisecond, 20 * time.Second: time.Second, time.Hour: 2500 * time.Millisecond} {
		d := newDesk(t, 1, 0)
		if todo := d.Connected(d.now); todo.Sync == nil {
			t.Error("a node that starts waits")
		}
		d.Disconnected(d.now, link.CauseInternet)
		d.pass(cut / 2)
		d.Disconnected(d.now, link.CauseLAN) // still down, for another reason
		d.pass(cut / 2)
		todo := d.Connected(d.now)
		if todo.Sync != nil || todo.Wake.Sub(d.now) != want { // Rand is 0.5
			t.Errorf("after a cut of %v it waits %v, want %v", cut, todo.Wake.Sub(d.now), want)
		}
		if todo = d.pass(want); todo.Sync == nil {
			t.Error("and then it does not ask")
		}
	}
}
