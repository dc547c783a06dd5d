package link_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// refs are the first n events of an outbox in epoch 1.
func refs(n int) []link.Ref {
	all := make([]link.Ref, n)
	for i := range all {
		all[i] = link.Ref{Place: link.Place{Epoch: 1, Seq: uint64(i + 1)}, ID: fmt.Sprint("ev", i)}
	}
	return all
}

func standing(id string) event.OrderStanding {
	return event.OrderStanding{Order: order.Order{ID: order.ID(id), Restaurant: edgeID}}
}

// after are the refs that a Todo asks for, and whether there are more.
func after(all []link.Ref, todo link.Todo) ([]link.Ref, bool) {
	from := slices.IndexFunc(all, func(r link.Ref) bool { return r.Seq > todo.HealAfter.Seq })
	if from < 0 {
		return nil, false
	}
	to := min(len(all), from+todo.HealMost)
	return all[from:to], to < len(all)
}

// forked brings the link up and tells it of a fork.
func (d *desk) forked() link.Todo {
	d.Helper()
	todo := d.Connected(d.now)
	r := d.reply(todo.Sync, 0)
	r.Kind, r.Reason = link.Forked, "event 5 is another one here and there"
	return d.Synced(d.now, r)
}

// row is the cloud's row of the fork.
var forkedRow = link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: 4, Seq: 70}

// heal answers every page of a healing as a cloud that knows the events up to known, and gives what comes after.
func (d *desk) heal(todo link.Todo, all []link.Ref, known uint64) link.Todo {
	d.Helper()
	for pages := 0; todo.Heal != nil; pages++ {
		if pages > 100 {
			d.Fatal("asks for ever")
		}
		page, more := after(all, todo)
		req, page := todo.Heal.Page(page, more)
		knows := make([]bool, len(page))
		for i, r := range page {
			knows[i] = r.Seq <= known
		}
		reply := link.AnswerHeal(forkedRow, req, knows, "pg-1", d.now)
		if req.Renew {
			row, commands := link.Renewed(forkedRow, req, 12)
			reply = reply.Renew(row, commands, "c12")
		}
		todo = d.Healed(d.now, reply, page)
	}
	return todo
}

func page(after string, more bool, ids ...string) link.Snapshot {
	s := link.Snapshot{Restaurant: edgeID, Device: "dev-1", Epoch: 5, Inc: "pg-1", More: more}
	for _, id := range ids {
		s.Orders = append(s.Orders, standing(after+id))
	}
	return s
}

func TestAForkHealsByItself(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.forked()
	d.is(link.Healing, link.CauseFork)
	if todo.Heal == nil || todo.Publish != nil || todo.HealAfter != (link.Place{}) || todo.HealMost != link.HealPage {
		t.Fatalf("after a fork: %+v", todo)
	}
	todo = d.heal(todo, refs(10), 6)
	if todo.Fetch == nil || todo.Fetch.Device != "dev-1" || todo.Fetch.After != "" {
		t.Fatalf("after the last page: %+v", todo)
	}
	first := page("", true, "o1", "o2")
	first.Numbers = map[string]int{"2026-07-02": 90, "2026-07-03": 12}
	todo = d.Fetched(d.now, todo.Fetch.N, first)
	if todo.Fetch == nil || todo.Fetch.After != "o2" {
		t.Fatalf("after the first page of orders: %+v", todo)
	}
	second := page("", false, "o3")
	second.Numbers = map[string]int{"2026-07-03": 14}
	todo = d.Fetched(d.now, todo.Fetch.N, second)
	want := &link.Beginning{
		Epoch: 5, Commands: 12, CommandID: "c12", Through: link.Place{Epoch: 1, Seq: 10},
		Unknown: []link.Place{{Epoch: 1, Seq: 7}, {Epoch: 1, Seq: 8}, {Epoch: 1, Seq: 9}, {Epoch: 1, Seq: 10}},
		Orders:  []event.OrderStanding{standing("o1"), standing("o2"), standing("o3")},
		Numbers: map[string]int{"2026-07-02": 90, "2026-07-03": 14},
	}
	if diff := cmp.Diff(want, todo.Begin); diff != "" {
		t.Fatal(diff)
	}
	d.is(link.Healing, link.CauseFork)
	tip := link.Mark{Epoch: 5, Seq: 6, Hash: d.hash(6)}
	todo = d.Begun(d.now, tip, link.Mark{Epoch: 5})
	if todo.Sync == nil || todo.Sync.Epoch != 5 || todo.Sync.Last != 6 || todo.Sync.Acked != 0 || todo.Publish != nil {
		t.Fatalf("after the kitchen has begun: %+v", todo)
	}
	todo = d.Synced(d.now, link.SyncReply{N: todo.Sync.N, Kind: link.Resume, Inc: "pg-1", Epoch: 5})
	if todo.Publish == nil || todo.Publish.First != 1 || todo.Publish.Last != 6 {
		t.Errorf("resumes with %+v", todo.Publish)
	}
	d.is(link.Online, "")
}

func TestEveryCauseThatCanBeHealedIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*desk, *link.SyncReply)
		want  link.Cause
	}{
		"fork":              {func(_ *desk, r *link.SyncReply) { r.Kind = link.Forked }, link.CauseFork},
		"snapshot":          {func(_ *desk, r *link.SyncReply) { r.Kind = link.Emptied }, link.CauseSnapshot},
		"another history":   {func(_ *desk, r *link.SyncReply) { r.Hash[0] ^= 1 }, link.CauseFork},
		"beyond the tip":    {func(_ *desk, r *link.SyncReply) { r.Seq = 11 }, link.CauseFork},
		"another epoch":     {func(_ *desk, r *link.SyncReply) { r.Epoch = 2 }, link.CauseFork},
		"before the outbox": {func(d *desk, r *link.SyncReply) { d.trimmed, r.Seq, r.Hash = 3, 2, d.hash(2) }, link.CauseHistory},
		"before all rows":   {func(d *desk, r *link.SyncReply) { d.trimmed, r.Seq, r.Hash = 3, 0, link.Hash{} }, link.CauseHistory},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 5)
			r := d.reply(d.Connected(d.now).Sync, 5)
			c.spoil(d, &r)
			todo := d.Synced(d.now, r)
			d.is(link.Healing, c.want)
			if todo.Heal == nil || todo.Publish != nil || todo.Persist != nil {
				t.Fatalf("does not heal: %+v", todo)
			}
			if todo := d.Acked(d.now, d.ack(9)); todo.Persist != nil {
				t.Error("believed an acknowledgement while healing")
			}
			if ok, _ := d.Commanded(d.now, "pg-1"); ok {
				t.Error("obeys while healing")
			}
			if _, ok := d.Named(); ok {
				t.Error("web orders may go on")
			}
			d.chain = chained(12)
			if todo := d.Appended(d.now, d.tip()); todo.Publish != nil {
				t.Error("sends while healing")
			}
		})
	}
}

func TestAnEmptyEdgeAsksOnceAndIsGivenTheOrders(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 0, 0)
	r := d.reply(d.Connected(d.now).Sync, 0)
	r.Kind = link.Emptied
	todo := d.Synced(d.now, r)
	req, _ := todo.Heal.Page(nil, false)
	if !req.Renew || len(req.IDs) != 0 {
		t.Fatalf("%+v", req)
	}
	todo = d.heal(todo, nil, 0)
	todo = d.Fetched(d.now, todo.Fetch.N, page("", false))
	if todo.Begin == nil || todo.Begin.Epoch != 5 || len(todo.Begin.Unknown) != 0 || todo.Begin.Through != (link.Place{}) {
		t.Errorf("%+v", todo.Begin)
	}
}

func TestPagesOfALargeOutboxAreAskedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3*link.HealPage+5, 0)
	todo := d.forked()
	all := refs(3*link.HealPage + 5)
	for want := range uint64(4) {
		if todo.HealAfter.Seq != want*link.HealPage {
			t.Fatalf("page %d begins after %d", want, todo.HealAfter.Seq)
		}
		some, more := after(all, todo)
		req, some := todo.Heal.Page(some, more)
		if req.Renew != (want == 3) {
			t.Fatalf("page %d asks for a new epoch: %v", want, req.Renew)
		}
		r := link.AnswerHeal(forkedRow, req, make([]bool, len(some)), "pg-1", d.now)
		if req.Renew {
			r = r.Renew(link.LinkRow{Epoch: 5}, 1, "c1")
		}
		todo = d.Healed(d.now, r, some)
	}
	todo = d.Fetched(d.now, todo.Fetch.N, page("", false))
	if len(todo.Begin.Unknown) != len(all) {
		t.Errorf("%d of %d are unknown", len(todo.Begin.Unknown), len(all))
	}
}

func TestEventsOfTheHealingItselfAreNotForgotten(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.heal(d.forked(), refs(10), 4)
	d.chain = chained(13) // the kitchen goes on
	d.Appended(d.now, d.tip())
	todo = d.Fetched(d.now, todo.Fetch.N, page("", false))
	if todo.Begin.Through != (link.Place{Epoch: 1, Seq: 10}) {
		t.Errorf("the kitchen cannot know what is new: %+v", todo.Begin)
	}
}

func TestAnUnansweredQuestionIsAskedAgainSmallerAndForEver(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.forked()
	asked, syncs, least, longest := 0, 0, link.HealPage, time.Duration(0)
	for range 300 {
		switch {
		case todo.Heal != nil:
			asked++
			least = min(least, todo.HealMost)
			if asked%2 == 0 {
				todo = d.HealFailed(d.now, todo.Heal.N)
				continue
			}
		case todo.Sync != nil:
			syncs++
			r := d.reply(todo.Sync, 0)
			r.Kind = link.Forked
			todo = d.Synced(d.now, r)
			continue
		}
		d.is(link.Healing, link.CauseFork)
		wait := todo.Wake.Sub(d.now)
		if todo.Wake.IsZero() || wait < 0 || wait > 66*time.Second {
			t.Fatalf("waits %v", wait)
		}
		longest = max(longest, wait)
		todo = d.pass(wait)
	}
	if asked < 50 || syncs < asked/8 || least != 64 || longest < 15*time.Second {
		t.Errorf("%d questions, %d SYNCs, the smallest of %d ids, longest pause %v", asked, syncs, least, longest)
	}
	for todo.Heal == nil {
		if todo.Sync != nil {
			r := d.reply(todo.Sync, 0)
			r.Kind = link.Forked
			todo = d.Synced(d.now, r)
			continue
		}
		todo = d.pass(todo.Wake.Sub(d.now))
	}
	if todo = d.heal(todo, refs(10), 4); todo.Fetch == nil {
		t.Error("the cloud is back, and the healing does not go on")
	}
}

func TestQuestionsGrowAgainWhenAnswersAreQuick(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]int{time.Second: link.HealPage, 20 * time.Second: link.HealPage / 2} {
		d := newDesk(t, link.HealPage+1, 0)
		todo := d.forked()
		todo = d.HealFailed(d.now, todo.Heal.N)
		todo = d.pass(todo.Wake.Sub(d.now))
		some, more := after(refs(link.HealPage+1), todo)
		req, some := todo.Heal.Page(some, more)
		d.pass(took)
		todo = d.Healed(d.now, link.AnswerHeal(forkedRow, req, make([]bool, len(some)), "pg-1", d.now), some)
		if todo.HealMost != want {
			t.Errorf("after an answer in %v it asks for %d, want %d", took, todo.HealMost, want)
		}
	}
}

func TestALineThatFlapsCostsOnePageAndNotTheHealing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2*link.HealPage, 0)
	all := refs(2 * link.HealPage)
	todo := d.forked()
	first, more := after(all, todo)
	req, first := todo.Heal.Page(first, more)
	todo = d.Healed(d.now, link.AnswerHeal(forkedRow, req, make([]bool, len(first)), "pg-1", d.now), first)
	lost := todo.Heal.N
	if todo := d.Disconnected(d.now, link.CauseInternet); todo.Heal != nil || !todo.Wake.IsZero() {
		t.Errorf("heals while cut off: %+v", todo)
	}
	d.is(link.Offline, link.CauseInternet)
	todo = d.forked()
	if todo.Heal == nil || todo.HealAfter.Seq != link.HealPage || todo.Heal.N == lost {
		t.Fatalf("begins anew: %+v", todo)
	}
	if todo := d.Healed(d.now, link.HealReply{N: lost, Kind: link.Forked, Inc: "pg-1", Known: make([]byte, link.HealPage/8)}, all[link.HealPage:]); todo.Heal != nil {
		t.Error("a late answer counts for another question")
	}
}
