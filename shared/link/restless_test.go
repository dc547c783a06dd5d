package link_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
)

// restless is a Sender to which anything is told in any order: true answers, false ones, late ones and none.
type restless struct {
	*rapid.T
	*link.Sender
	now       time.Time
	connected bool
	tip       link.Mark

	sync  uint64
	heal  uint64
	fetch uint64
	begin *link.Beginning
	pub   *link.Publish
	asked string
}

// take looks at a Todo: it is one that a shell can carry out, and it leads on.
func (r *restless) take(todo link.Todo) {
	asks := 0
	for _, asked := range []bool{todo.Sync != nil || todo.Publish != nil, todo.Heal != nil, todo.Fetch != nil, todo.Begin != nil} {
		if asked {
			asks++
		}
	}
	if asks > 1 {
		r.Fatalf("asks for several things at once: %+v", todo)
	}
	if asks > 0 && !r.connected {
		r.Fatalf("asks for something without a line: %+v", todo)
	}
	if s := r.State(); todo.Publish != nil && s.Condition != link.Online && s.Condition != link.Offline {
		r.Fatalf("publishes while %s", s.Condition)
	}
	if r.connected && (todo.Wake.IsZero() || todo.Wake.Before(r.now) && todo.Publish == nil) {
		r.Fatalf("at %v it wants to be looked at %v: %+v in %+v", r.now, todo.Wake, todo, r.State())
	}
	if s := r.State(); s.Acked.Seq > s.Tip.Seq || s.Acked.Epoch != s.Tip.Epoch {
		r.Fatalf("%+v", s)
	}
	if todo.Sync != nil {
		r.sync, r.asked = todo.Sync.N, "sync"
	}
	if todo.Heal != nil {
		r.heal, r.asked = todo.Heal.N, "heal"
	}
	if todo.Fetch != nil {
		r.fetch, r.asked = todo.Fetch.N, "fetch"
	}
	if todo.Begin != nil {
		r.begin, r.asked = todo.Begin, "begin"
	}
	if todo.Publish != nil {
		r.pub = todo.Publish
	}
}

// happen tells the Sender something.
func (r *restless) happen() {
	if rapid.IntRange(0, 2).Draw(r.T, "as it should be") > 0 {
		r.cooperate()
		return
	}
	one := func(n uint64) uint64 { return n - uint64(rapid.IntRange(0, 5).Draw(r.T, "late")/5) }
	inc := rapid.SampledFrom([]string{"pg-1", "pg-1", "pg-1", "pg-2"}).Draw(r.T, "incarnation")
	switch rapid.SampledFrom([]string{
		"tick", "tick", "connect", "disconnect", "append", "sync", "sync", "sync failed", "healed", "healed", "heal failed", "fetched", "fetched",
		"fetch failed", "begun", "begun", "begin failed", "ack", "control", "command", "sent", "published", "unpublished",
	}).Draw(r.T, "what") {
	case "tick":
		r.now = r.now.Add(time.Duration(rapid.IntRange(0, 40_000).Draw(r.T, "ms")) * time.Millisecond)
		r.take(r.Tick(r.now))
	case "connect":
		r.connected = true
		r.take(r.Connected(r.now))
	case "disconnect":
		r.connected = false
		r.take(r.Disconnected(r.now, link.CauseInternet))
	case "append":
		r.tip.Seq++
		r.take(r.Appended(r.now, r.tip))
	case "sync":
		r.take(r.Synced(r.now, r.reply(one(r.sync), inc)))
	case "sync failed":
		r.take(r.SyncFailed(r.now, one(r.sync)))
	case "healed":
		refs := refs(rapid.IntRange(0, 3).Draw(r.T, "refs"))
		reply := link.HealReply{N: one(r.heal), Kind: rapid.SampledFrom([]link.SyncKind{link.Forked, link.Forked, link.Forked, link.Fenced, link.Resume}).Draw(r.T, "kind"), Inc: inc}
		reply.Known = make([]byte, (len(refs)+7)/8)
		if rapid.Bool().Draw(r.T, "last page") {
			reply.Epoch = r.tip.Epoch + 1
		}
		r.take(r.Healed(r.now, reply, refs))
	case "heal failed":
		r.take(r.HealFailed(r.now, one(r.heal)))
	case "fetched":
		page := link.Snapshot{Restaurant: edgeID, Device: "dev-1", Epoch: r.tip.Epoch + 1, Inc: inc}
		r.take(r.Fetched(r.now, one(r.fetch), page))
	case "fetch failed":
		r.take(r.FetchFailed(r.now, one(r.fetch)))
	case "begun":
		if r.begin != nil {
			r.tip, r.begin = link.Mark{Epoch: r.begin.Epoch, Seq: 2}, nil
			r.take(r.Begun(r.now, r.tip, link.Mark{Epoch: r.tip.Epoch}))
		}
	case "begin failed":
		r.begin = nil
		r.take(r.BeginFailed(r.now))
	case "ack":
		r.take(r.Acked(r.now, link.Ack{Inc: inc, Epoch: r.tip.Epoch, Seq: rapid.Uint64Range(0, r.tip.Seq).Draw(r.T, "acked")}))
	case "control":
		kind := rapid.SampledFrom([]link.ControlKind{link.Rewind, link.CallSync, link.Renew}).Draw(r.T, "control")
		r.take(r.Controlled(r.now, link.Control{Kind: kind, Epoch: r.tip.Epoch, Seq: rapid.Uint64Range(0, r.tip.Seq+2).Draw(r.T, "to")}))
	case "command":
		_, todo := r.Commanded(r.now, inc)
		r.take(todo)
	case "sent", "published", "unpublished":
		r.answerPublish()
	}
}

// cooperate answers what was asked last as a cloud would that heals a fork; it does nothing when nothing is asked.
func (r *restless) cooperate() {
	asked := r.asked
	r.asked = ""
	switch asked {
	case "sync":
		r.take(r.Synced(r.now, link.SyncReply{N: r.sync, Kind: link.Forked, Inc: "pg-1", Epoch: r.tip.Epoch}))
	case "heal":
		r.take(r.Healed(r.now, link.HealReply{N: r.heal, Kind: link.Forked, Inc: "pg-1", Epoch: r.tip.Epoch + 1}, nil))
	case "fetch":
		r.take(r.Fetched(r.now, r.fetch, link.Snapshot{Restaurant: edgeID, Device: "dev-1", Epoch: r.tip.Epoch + 1, Inc: "pg-1"}))
	case "begin":
		if r.begin == nil {
			return
		}
		r.tip, r.begin = link.Mark{Epoch: r.begin.Epoch, Seq: 2}, nil
		r.take(r.Begun(r.now, r.tip, link.Mark{Epoch: r.tip.Epoch}))
	default:
		r.now = r.now.Add(time.Second)
		r.take(r.Tick(r.now))
	}
}

func (r *restless) answerPublish() {
	if r.pub == nil {
		return
	}
	p := *r.pub
	r.pub = nil
	todo := r.Sent(r.now, p, p.Last)
	r.take(todo)
	if rapid.Bool().Draw(r.T, "the hub takes it") {
		r.take(r.Published(r.now, p))
	} else {
		r.take(r.Unpublished(r.now, p, link.CauseHubSilent))
	}
}

// reply is an answer to SYNC: often what a cloud would say that has what was acknowledged, sometimes another.
func (r *restless) reply(n uint64, inc string) link.SyncReply {
	kind := rapid.SampledFrom([]link.SyncKind{link.Resume, link.Resume, link.Forked, link.Forked, link.Emptied, link.Fenced, link.Incompatible, "new"}).Draw(r.T, "kind")
	return link.SyncReply{N: n, Kind: kind, Inc: inc, Epoch: r.tip.Epoch, Seq: r.State().Acked.Seq}
}

func TestASenderAlwaysLeadsOnAndNeverAsksForTwoThingsAtOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tip := link.Mark{Epoch: 1, Seq: 3}
		r := &restless{T: t, now: evening, tip: tip, Sender: link.NewSender(link.SenderConfig{
			Edge: edgeID, Device: "dev-1", Boot: "b", HashAt: func(uint64) (link.Hash, bool, error) { return link.Hash{}, true, nil }, Rand: func() float64 { return 0.5 },
		}, tip, link.Mark{Epoch: 1})}
		for range rapid.IntRange(1, 120).Draw(t, "things that happen") {
			r.happen()
		}
		r.recover()
	})
}

// recover brings a line and a cloud that answer everything: whatever happened before, the link comes up, unhurried and without running hot.
func (r *restless) recover() {
	r.connected = true
	row := link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: r.tip.Epoch + 7}
	todo := r.Connected(r.now)
	if r.begin != nil { // the kitchen was at it when the line went
		row.Epoch, r.tip = r.begin.Epoch, link.Mark{Epoch: r.begin.Epoch, Seq: 3}
		todo = r.Begun(r.now, r.tip, link.Mark{Epoch: r.tip.Epoch})
	}
	end := r.now.Add(10 * time.Minute)
	for steps := 0; r.State().Condition != link.Online || r.State().Backlog > 0; steps++ {
		if steps > 400 || r.now.After(end) {
			r.Fatalf("after %d steps and at %v (from %v): %+v, %+v", steps, r.now, end, r.State(), todo)
		}
		switch {
		case todo.Sync != nil:
			todo = r.Synced(r.now, link.AnswerSync(row, *todo.Sync, link.Cloud{Inc: "pg-3"}, r.now))
		case todo.Heal != nil:
			req, some := todo.Heal.Page(nil, false)
			reply := link.AnswerHeal(row, req, nil, "pg-3", r.now)
			row, _ = link.Renewed(row, req, 0)
			todo = r.Healed(r.now, reply.Renew(row, 0, ""), some)
		case todo.Fetch != nil:
			todo = r.Fetched(r.now, todo.Fetch.N, link.Snapshot{Restaurant: edgeID, Device: "dev-1", Epoch: row.Epoch, Inc: "pg-3"})
		case todo.Begin != nil:
			todo = r.Begun(r.now, link.Mark{Epoch: row.Epoch, Seq: 5}, link.Mark{Epoch: row.Epoch})
		case todo.Publish != nil:
			p := *todo.Publish
			r.Sent(r.now, p, p.Last)
			r.Published(r.now, p)
			row.Seq = p.Last
			todo = r.Acked(r.now, row.Ack("pg-3"))
		default:
			if todo.Wake.IsZero() {
				r.Fatalf("nothing more to do: %+v", r.State())
			}
			if todo.Wake.After(r.now) {
				r.now = todo.Wake
			}
			todo = r.Tick(r.now)
		}
	}
}
