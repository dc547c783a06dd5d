package link_test

import (
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

func TestWhatTheEdgeCannotActOnStopsItWithTheReasonAndKeepsAsking(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*link.SyncReply)
		want  link.Cause
	}{
		"fenced":         {func(r *link.SyncReply) { r.Kind = link.Fenced }, link.CauseFenced},
		"a kind to come": {func(r *link.SyncReply) { r.Kind = "merge" }, link.CauseUnknownReply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 5)
			todo := d.Connected(d.now)
			good := d.reply(todo.Sync, 5)
			bad := good
			c.spoil(&bad)
			todo = d.Synced(d.now, bad)
			d.is(link.Blocked, c.want)
			if todo.Publish != nil || todo.Persist != nil || todo.Heal != nil {
				t.Fatalf("did not stop: %+v", todo)
			}
			if todo := d.Acked(d.now, d.ack(9)); todo.Persist != nil {
				t.Error("believed an acknowledgement while blocked")
			}
			if _, ok := d.Named(); ok {
				t.Error("web orders may go on")
			}
			if wait := todo.Wake.Sub(d.now); wait < 54*time.Second || wait > 66*time.Second {
				t.Errorf("asks again after %v", wait)
			}
			todo = d.pass(todo.Wake.Sub(d.now))
			good.N = todo.Sync.N
			if todo = d.Synced(d.now, good); todo.Publish == nil {
				t.Error("mended, but nothing is sent")
			}
			d.is(link.Online, "")
		})
	}
}

func TestTheCloudSetsThePace(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 64*20, 0)
	todo := d.Connected(d.now)
	slow := d.reply(todo.Sync, 0)
	slow.MaxRate = 128
	todo = d.Synced(d.now, slow)
	start, events := d.now, uint64(0)
	for d.now.Sub(start) < 5*time.Second {
		if todo.Publish != nil {
			p := *todo.Publish
			events += p.Last - p.First + 1
			d.Sent(d.now, p, p.Last)
			todo = d.Published(d.now, p)
			continue
		}
		todo = d.pass(todo.Wake.Sub(d.now))
	}
	if events < 5*128 || events > 6*128 {
		t.Errorf("%d events in five seconds at 128/s", events)
	}
}

func TestANewPaceDoesNotWaitForTheOldOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 64*20, 0)
	todo := d.Connected(d.now)
	crumbs := d.reply(todo.Sync, 0)
	crumbs.MaxRate = 1
	p := *d.Synced(d.now, crumbs).Publish
	d.Sent(d.now, p, p.Last)
	todo = d.Published(d.now, p) // the next batch would be due in 64 seconds
	if todo.Publish != nil {
		t.Fatal("at one event per second, the second batch follows at once")
	}
	for todo = d.Controlled(d.now, link.Control{Kind: link.CallSync}); todo.Sync == nil; {
		todo = d.pass(todo.Wake.Sub(d.now))
	}
	share := d.reply(todo.Sync, 0)
	share.MaxRate = 1000
	if todo = d.Synced(d.now, share); todo.Publish == nil {
		t.Errorf("at 1000 events per second, the next batch waits until %v later", todo.Wake.Sub(d.now))
	}
}

func TestSyncIsHeldMoreOftenWhileSomethingIsUnacknowledged(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 10)
	todo := d.online(10)
	if wait := todo.Wake.Sub(d.now); wait != link.SyncIdle {
		t.Errorf("idle: %v", wait)
	}
	d.chain = chained(11)
	sent, _ := d.flush(d.Appended(d.now, d.tip()))
	todo = d.Published(d.now, sent[0])
	if wait := todo.Wake.Sub(d.now); wait != link.SyncUnacked {
		t.Errorf("with one event unacknowledged: %v", wait)
	}
}

func TestALostTailIsSentAgainThoughTheHubHadIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 0)
	sent, _ := d.flush(d.online(0))
	todo := d.Published(d.now, sent[0])
	todo = d.pass(todo.Wake.Sub(d.now))
	todo = d.Synced(d.now, d.reply(todo.Sync, 0))
	if todo.Publish == nil || todo.Publish.First != 1 || todo.Publish.Gen == sent[0].Gen {
		t.Errorf("%+v", todo.Publish)
	}
}

func TestARewindIsDoneOncePerGenerationAndNeverRunsHot(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 500, 0)
	sent, _ := d.flush(d.online(0))
	rewind := link.Control{Kind: link.Rewind, Epoch: 1, Seq: 65, Gen: sent[1].Gen, Reason: "gap"}
	again, _ := d.flush(d.Controlled(d.now, rewind))
	if len(again) == 0 || again[0].First != 65 || again[0].Gen == sent[1].Gen {
		t.Fatalf("%+v", again)
	}
	if todo := d.Controlled(d.now, rewind); todo.Publish != nil || todo.Sync != nil {
		t.Error("rewound twice for one generation")
	}
	rewind.Gen = again[0].Gen
	todo := d.Controlled(d.now, rewind)
	d.is(link.Offline, link.CauseRefused)
	if todo.Publish != nil || !todo.Wake.After(d.now) {
		t.Error("asked for the same again and again, it runs hot")
	}
	d.flush(d.pass(todo.Wake.Sub(d.now)))
	d.Acked(d.now, d.ack(128))
	d.is(link.Online, "")
}

func TestARewindBehindTheWatermarkAsksSyncInstead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 5)
	d.flush(d.online(5))
	d.pass(2 * time.Second)
	for _, seq := range []uint64{3, 99} {
		todo := d.Controlled(d.now, link.Control{Kind: link.Rewind, Epoch: 1, Seq: seq})
		if todo.Publish != nil || seq == 3 && todo.Sync == nil {
			t.Errorf("rewind to %d: %+v", seq, todo)
		}
	}
}

func TestCommandsOfAnUnknownDatabaseWaitForSync(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, 1)
	if ok, _ := d.Commanded(d.now, "pg-1"); ok {
		t.Error("taken before SYNC")
	}
	d.online(1)
	if ok, _ := d.Commanded(d.now, "pg-1"); !ok {
		t.Error("not taken after SYNC")
	}
	d.pass(2 * time.Second)
	if ok, todo := d.Commanded(d.now, "pg-2"); ok || todo.Sync == nil {
		t.Error("taken from a database nobody has heard of")
	}
}

func TestABlockedLinkDoesNotAskAgainForEachCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, 0)
	r := d.reply(d.Connected(d.now).Sync, 0)
	r.Kind = link.Fenced
	d.Synced(d.now, r)
	d.pass(10 * time.Second)
	if ok, todo := d.Commanded(d.now, "pg-1"); ok || todo.Sync != nil {
		t.Errorf("%v %+v", ok, todo)
	}
}

func TestACutLinkSaysWhySinceWhenAndHowMuchWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3, 0)
	d.flush(d.online(0))
	d.Acked(d.now, d.ack(3))
	d.now = d.now.Add(time.Minute)
	since := d.now
	if todo := d.Disconnected(d.now, link.CauseLAN); !todo.Wake.IsZero() || todo.Sync != nil || todo.Publish != nil {
		t.Errorf("does something while cut off: %+v", todo)
	}
	d.chain = chained(9)
	d.now = d.now.Add(time.Hour)
	d.Appended(d.now, d.tip())
	if s := d.State(); s.Condition != link.Offline || s.Cause != link.CauseLAN || !s.Since.Equal(since) || s.Backlog != 6 {
		t.Errorf("%+v", s)
	}
}

func TestABatchIsMadeFromTheOutboxOrNotAtAll(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 100, 0)
	p := *d.online(0).Publish
	if _, err := d.Batch(p, d.chain[1:]); err == nil {
		t.Error("a batch that begins elsewhere")
	}
	if _, err := d.Batch(p, nil); err == nil {
		t.Error("an empty batch")
	}
	b, err := d.Batch(p, d.chain)
	if err != nil || b.First != 1 || b.Last != 64 || b.Prev != (link.Hash{}) || b.MsgID() != "r000123/1/1-64/b.1" {
		t.Errorf("%v %s", err, b.MsgID())
	}
	if todo := d.Unpublished(d.now, p, link.CauseOutbox); todo.Publish != nil {
		t.Error("a broken outbox runs hot")
	}
	d.is(link.Offline, link.CauseOutbox)
}

func TestAnotherDatabaseUnderALiveLinkIsAskedTwiceAndNothingIsObeyedInBetween(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 0)
	d.flush(d.online(0))
	todo := d.Acked(d.now, d.ack(8))
	todo = d.pass(todo.Wake.Sub(d.now))
	for todo.Sync == nil {
		todo = d.pass(todo.Wake.Sub(d.now))
	}
	other := d.reply(todo.Sync, 5)
	other.Inc = "pg-2"
	todo = d.Synced(d.now, other)
	if todo.Sync == nil || todo.Publish != nil || d.State().Acked.Seq != 8 {
		t.Fatalf("believes an answer to what it asked before it knew: %+v", todo)
	}
	for _, inc := range []string{"pg-1", "pg-2"} {
		if ok, _ := d.Commanded(d.now, inc); ok {
			t.Errorf("obeys %s", inc)
		}
	}
	other.N = todo.Sync.N
	if todo = d.Synced(d.now, other); todo.Publish == nil || todo.Publish.First != 6 || todo.Persist.Seq != 5 {
		t.Errorf("%+v", todo)
	}
	if ok, _ := d.Commanded(d.now, "pg-2"); !ok {
		t.Error("does not obey the database it resumed with")
	}
}
