package link_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

// desk is a Sender with an outbox beside it, and a hand that turns the clock.
type desk struct {
	*testing.T
	*link.Sender
	now     time.Time
	chain   []link.Event
	trimmed int
	ailing  error // the disk's, to whoever reads the outbox
}

func newDesk(t *testing.T, events int, acked uint64) *desk {
	t.Helper()
	d := &desk{T: t, now: time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC), chain: chained(events)}
	mark := link.Mark{Epoch: 1, Seq: acked, Hash: d.hash(acked)}
	d.Sender = link.NewSender(link.SenderConfig{
		Edge: edgeID, Device: "dev-1", Boot: "b",
		HashAt: func(seq uint64) (link.Hash, bool, error) {
			return d.hash(min(seq, uint64(len(d.chain)))), int(seq) > d.trimmed && int(seq) <= len(d.chain), d.ailing
		},
		Rand: func() float64 { return 0.5 },
	}, d.tip(), mark)
	return d
}

func chained(n int) []link.Event {
	var events []link.Event
	prev := link.Hash{}
	for i := range n {
		e := link.Seal(prev, uint64(i+1), link.Event{ID: fmt.Sprint("ev", i), Kind: "ticket.queued.v1", Body: json.RawMessage(`{}`)})
		events, prev = append(events, e), e.Hash
	}
	return events
}

func (d *desk) hash(seq uint64) link.Hash {
	if seq == 0 {
		return link.Hash{}
	}
	return d.chain[seq-1].Hash
}

func (d *desk) tip() link.Mark {
	return link.Mark{Epoch: 1, Seq: uint64(len(d.chain)), Hash: d.hash(uint64(len(d.chain)))}
}

func (d *desk) ack(seq uint64) link.Ack {
	return link.Ack{Inc: "pg-1", Epoch: 1, Seq: seq, Hash: d.hash(seq)}
}

func (d *desk) reply(req *link.SyncRequest, seq uint64) link.SyncReply {
	return link.SyncReply{N: req.N, Kind: link.Resume, Inc: "pg-1", Epoch: 1, Seq: seq, Hash: d.hash(seq)}
}

// online brings the link up, with the cloud at seq.
func (d *desk) online(seq uint64) link.Todo {
	d.Helper()
	todo := d.Connected(d.now)
	if todo.Sync == nil {
		d.Fatal("no SYNC on connect")
	}
	return d.Synced(d.now, d.reply(todo.Sync, seq))
}

// flush hands over all that may be published, and gives the batches.
func (d *desk) flush(todo link.Todo) (sent []link.Publish, rest link.Todo) {
	for todo.Publish != nil {
		sent = append(sent, *todo.Publish)
		todo = d.Sent(d.now, *todo.Publish, todo.Publish.Last)
	}
	return sent, todo
}

func (d *desk) pass(t time.Duration) link.Todo {
	d.now = d.now.Add(t)
	return d.Tick(d.now)
}

func (d *desk) is(condition link.Condition, cause link.Cause) {
	d.Helper()
	if s := d.State(); s.Condition != condition || s.Cause != cause {
		d.Errorf("the link is %s (%s %s), want %s (%s)", s.Condition, s.Cause, s.Detail, condition, cause)
	}
}

func TestNothingIsPublishedBeforeSync(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3, 0)
	d.is(link.Offline, link.CauseStarting)
	todo := d.Connected(d.now)
	d.is(link.Syncing, "")
	if todo.Publish != nil || todo.Sync == nil || todo.Sync.Last != 3 || todo.Sync.LastHash != d.hash(3) || todo.Sync.Device != "dev-1" {
		t.Fatalf("on connect: %+v", todo)
	}
	d.chain = chained(5)
	if after := d.Appended(d.now, d.tip()); after.Publish != nil {
		t.Error("published without SYNC")
	}
	todo = d.Synced(d.now, d.reply(todo.Sync, 2))
	if todo.Publish == nil || todo.Publish.First != 3 || todo.Publish.Last != 5 {
		t.Errorf("after resume at 2: %+v", todo.Publish)
	}
	if todo.Persist == nil || todo.Persist.Seq != 2 {
		t.Errorf("what the cloud holds was not persisted: %+v", todo.Persist)
	}
	d.is(link.Online, "")
}

func TestEightBatchesAreOnTheirWayAndTheHubMakesRoom(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 64*12, 0)
	sent, todo := d.flush(d.online(0))
	if len(sent) != link.Window || todo.Publish != nil {
		t.Fatalf("%d batches on their way", len(sent))
	}
	more, _ := d.flush(d.Published(d.now, sent[3]))
	if len(more) != 1 || more[0].First != 64*8+1 {
		t.Errorf("room for one batch led to %+v", more)
	}
	if todo := d.Published(d.now, sent[3]); todo.Publish != nil {
		t.Error("the same acknowledgement made room twice")
	}
	if d.State().Backlog != 64*12 {
		t.Error("the hub's acknowledgement counted as the cloud's")
	}
	more, _ = d.flush(d.Acked(d.now, d.ack(128)))
	if len(more) != 2 {
		t.Errorf("the cloud has two batches whose acknowledgement by the hub was lost, %d more were sent", len(more))
	}
}

func TestASmallerBatchThanOfferedGoesOnWhereItEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 64, 0)
	todo := d.online(0)
	todo = d.Sent(d.now, *todo.Publish, 10)
	if todo.Publish == nil || todo.Publish.First != 11 {
		t.Errorf("after 10 of 64: %+v", todo.Publish)
	}
}

func TestAnUnknownOutcomeGoesBackAsAnotherGeneration(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 200, 0)
	sent, _ := d.flush(d.online(0))
	d.Acked(d.now, d.ack(64))
	d.now = d.now.Add(link.PublishTimeout)
	todo := d.Tick(d.now)
	d.is(link.Offline, link.CauseHubSilent)
	if todo.Publish != nil {
		t.Error("no pause after a failure")
	}
	todo = d.Tick(todo.Wake)
	if todo.Publish == nil || todo.Publish.First != 65 || todo.Publish.Gen == sent[0].Gen {
		t.Errorf("sent again: %+v", todo.Publish)
	}
	d.flush(todo)
	d.Unpublished(d.now, sent[1], link.CauseNoStream)
	d.is(link.Offline, link.CauseHubSilent) // what happened to an old generation is history
	d.Published(d.now, *todo.Publish)
	d.is(link.Online, "")
}

func TestARestaurantNeverStopsTryingAndNeverWaitsMoreThanHalfAMinute(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, 0)
	todo := d.online(0)
	for i := range 200 {
		for todo.Publish == nil {
			if todo.Sync != nil {
				todo = d.Synced(d.now, d.reply(todo.Sync, 0))
				continue
			}
			if wait := todo.Wake.Sub(d.now); todo.Wake.IsZero() || wait < 0 || wait > 33*time.Second {
				t.Fatalf("failure %d: waiting %v", i, wait)
			}
			todo = d.pass(todo.Wake.Sub(d.now))
		}
		todo = d.Unpublished(d.now, *todo.Publish, link.CauseNoStream)
		d.is(link.Offline, link.CauseNoStream)
	}
}

func TestSyncIsTriedAgainForEver(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, 0)
	todo := d.Connected(d.now)
	var longest time.Duration
	for range 100 {
		n := todo.Sync.N
		todo = d.pass(link.SyncTimeout)
		d.is(link.Offline, link.CauseCloudSilent)
		longest = max(longest, todo.Wake.Sub(d.now))
		todo = d.pass(todo.Wake.Sub(d.now))
		if todo.Sync == nil || todo.Sync.N != n+1 {
			t.Fatalf("not tried again: %+v", todo)
		}
	}
	if longest < 10*time.Second || longest > 30*time.Second {
		t.Errorf("longest pause %v", longest)
	}
	d.SyncFailed(d.now, todo.Sync.N-1)
	late := d.reply(todo.Sync, 1)
	late.N--
	d.Synced(d.now, late)
	d.is(link.Offline, link.CauseCloudSilent)
	d.Synced(d.now, d.reply(todo.Sync, 1))
	d.is(link.Online, "")
}

func TestACloudThatIsBackNeedNotWaitForTheBackoff(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1, 0)
	todo := d.online(0)
	todo = d.Unpublished(d.now, *todo.Publish, link.CauseNoStream)
	for range 20 {
		if todo = d.pass(todo.Wake.Sub(d.now)); todo.Publish != nil {
			todo = d.Unpublished(d.now, *todo.Publish, link.CauseNoStream)
		}
		if todo.Sync != nil {
			todo = d.SyncFailed(d.now, todo.Sync.N)
		}
	}
	todo = d.Controlled(d.now, link.Control{Kind: link.CallSync})
	if todo.Sync == nil {
		t.Fatal("the cloud has called, and SYNC waits")
	}
	if todo = d.Synced(d.now, d.reply(todo.Sync, 0)); todo.Publish == nil {
		t.Error("SYNC was held, and the event waits")
	}
}

func TestAnAcknowledgementIsBelievedOnlyFromTheSameDatabaseAndHistory(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*link.Ack){
		"another database": func(a *link.Ack) { a.Inc = "pg-2" },
		"another epoch":    func(a *link.Ack) { a.Epoch = 2 },
		"another history":  func(a *link.Ack) { a.Hash[3] ^= 1 },
		"beyond the tip":   func(a *link.Ack) { a.Seq = 99 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 0)
			d.flush(d.online(0))
			d.pass(2 * time.Second)
			a := d.ack(5)
			spoil(&a)
			todo := d.Acked(d.now, a)
			if todo.Persist != nil || d.State().Acked.Seq != 0 {
				t.Error("believed")
			}
			if todo.Sync == nil {
				t.Error("no SYNC")
			}
		})
	}
}

func TestAnAcknowledgementIsPersistedOnceAndAnOlderOneChangesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 0)
	d.flush(d.online(0))
	if todo := d.Acked(d.now, d.ack(7)); todo.Persist == nil || todo.Persist.Seq != 7 || todo.Persist.Hash != d.hash(7) {
		t.Fatalf("%+v", todo)
	}
	for _, seq := range []uint64{7, 5} {
		if todo := d.Acked(d.now, d.ack(seq)); todo.Persist != nil || todo.Sync != nil {
			t.Errorf("ack of %d after 7: %+v", seq, todo)
		}
	}
}

func TestAStormOfStrangeAcknowledgementsMakesOneSyncPerSecond(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 0)
	d.flush(d.online(0))
	syncs := 0
	for range 100 {
		strange := d.ack(5)
		strange.Inc = "pg-2"
		d.now = d.now.Add(50 * time.Millisecond)
		if todo := d.Acked(d.now, strange); todo.Sync != nil {
			syncs++
			d.Synced(d.now, d.reply(todo.Sync, 0))
		}
	}
	if syncs < 3 || syncs > 5 {
		t.Errorf("%d SYNCs in five seconds", syncs)
	}
}

func TestACloudThatWentBackIsRefilled(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 8)
	todo := d.Connected(d.now)
	back := d.reply(todo.Sync, 3)
	back.Inc = "pg-2"
	todo = d.Synced(d.now, back)
	if todo.Persist == nil || todo.Persist.Seq != 3 || todo.Persist.Hash != d.hash(3) {
		t.Errorf("rows the cloud has lost may still be trimmed: %+v", todo.Persist)
	}
	if todo.Publish == nil || todo.Publish.First != 4 || todo.Publish.Last != 10 {
		t.Errorf("sent again: %+v", todo.Publish)
	}
	if d.State().Inc != "pg-2" {
		t.Error("the new incarnation was not learned")
	}
}

func TestADiskThatCannotBeReadIsNoOtherHistory(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 8)
	todo := d.Connected(d.now)
	back := d.reply(todo.Sync, 3)
	d.ailing = errors.New("input/output error")
	if todo = d.Synced(d.now, back); todo.Heal != nil || todo.Persist != nil || d.State().Condition != link.Blocked || d.State().Cause != link.CauseOutbox {
		t.Fatalf("%+v, %+v", d.State(), todo)
	}
	d.ailing = nil
	if todo = d.pass(2 * time.Minute); todo.Sync == nil {
		t.Fatal("it is not asked again")
	}
	if todo = d.Synced(d.now, d.reply(todo.Sync, 3)); todo.Publish == nil || todo.Publish.First != 4 || d.State().Condition != link.Online {
		t.Errorf("%+v, %+v", d.State(), todo)
	}
}

func TestAReplyOvertakenByAnAcknowledgementIsNoStepBack(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 0)
	d.flush(d.online(0))
	todo := d.pass(40 * time.Second)
	d.Acked(d.now, d.ack(8))
	todo = d.Synced(d.now, d.reply(todo.Sync, 2))
	if todo.Persist != nil || d.State().Acked.Seq != 8 {
		t.Errorf("fell back to %+v", todo.Persist)
	}
}

// A question that waits long at the cloud is overtaken by what was published after it. That is no other history, unless it is one.
func TestASyncThatItsOwnEventsOvertookIsNoFork(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		holds   uint64 // what the cloud has, when the node was asked with 10 events, of 14 by now
		acked   uint64 // meanwhile
		trimmed int
		another bool // event at that place
		healed  bool
	}{
		"some of them":                  {holds: 12},
		"all of them":                   {holds: 14},
		"acknowledged and trimmed":      {holds: 12, acked: 13, trimmed: 13},
		"another event under a number":  {holds: 12, another: true, healed: true},
		"no more than the node told of": {holds: 10, healed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 0)
			d.flush(d.online(0))
			ask := d.pass(40 * time.Second).Sync
			d.chain = chained(14)
			d.flush(d.Appended(d.now, d.tip()))
			if c.acked > 0 {
				d.Acked(d.now, d.ack(c.acked))
				d.trimmed = c.trimmed
			}
			r := d.reply(ask, c.holds)
			r.Kind, r.Reason = link.Forked, "the edge ends at 10"
			if c.another {
				r.Hash = d.hash(1)
			}
			todo := d.Synced(d.now, r)
			if c.healed {
				d.is(link.Healing, link.CauseFork)
				return
			}
			if todo.Heal != nil || d.State().Condition == link.Healing {
				t.Fatalf("a healing begins: %+v", d.State())
			}
			again := d.pass(2 * time.Second)
			if again.Sync == nil || again.Sync.Last != 14 {
				t.Fatalf("SYNC is not held again: %+v", again)
			}
			d.chain = chained(15)
			if todo := d.Appended(d.now, d.tip()); todo.Publish != nil {
				t.Fatalf("the second question is overtaken as well: %+v", todo.Publish)
			}
			if todo := d.Synced(d.now, d.reply(again.Sync, 14)); todo.Publish == nil || todo.Publish.Last != 15 {
				t.Errorf("what happened meanwhile is not published: %+v", todo)
			}
			d.is(link.Online, "")
		})
	}
}
