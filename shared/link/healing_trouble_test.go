package link_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/shared/link"
)

func TestAnotherDatabaseMakesTheHealingBeginAgain(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*link.HealReply){
		"another database":        func(r *link.HealReply) { r.Inc = "pg-2" },
		"all is well":             func(r *link.HealReply) { r.Kind = link.Resume },
		"too few bits":            func(r *link.HealReply) { r.Known = r.Known[:0] },
		"an epoch that is over":   func(r *link.HealReply) { r.Epoch = 1 },
		"a snapshot of something": func(r *link.HealReply) { r.Kind = link.Emptied },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 4)
			todo := d.forked()
			req, some := todo.Heal.Page(refs(10), false)
			r := link.AnswerHeal(forkedRow, req, make([]bool, 10), "pg-1", d.now).Renew(link.LinkRow{Epoch: 5}, 1, "c1")
			spoil(&r)
			todo = d.Healed(d.now, r, some)
			if todo.Fetch != nil || todo.Heal != nil {
				t.Fatalf("goes on: %+v", todo)
			}
			todo = d.pass(todo.Wake.Sub(d.now))
			if todo.Sync == nil {
				t.Fatalf("no SYNC: %+v", todo)
			}
			again := d.reply(todo.Sync, 0)
			again.Kind = link.Forked
			if todo = d.Synced(d.now, again); todo.Heal == nil || todo.HealAfter != (link.Place{}) {
				t.Errorf("does not ask from the start: %+v", todo)
			}
		})
	}
}

func TestADeviceThatWasReplacedMeanwhileStops(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.forked()
	req, some := todo.Heal.Page(refs(10), false)
	row := forkedRow
	row.Device = "dev-2"
	todo = d.Healed(d.now, link.AnswerHeal(row, req, make([]bool, 10), "pg-1", d.now), some)
	d.is(link.Blocked, link.CauseFenced)
	if todo.Heal != nil || todo.Publish != nil || d.State().Detail == "" {
		t.Errorf("%+v", todo)
	}
}

func TestASnapshotThatDoesNotFitIsNotBegunWith(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*link.Snapshot){
		"of another restaurant": func(s *link.Snapshot) { s.Restaurant = "r000124" },
		"for another device":    func(s *link.Snapshot) { s.Device = "dev-2" },
		"of another epoch":      func(s *link.Snapshot) { s.Epoch = 6 },
		"of another database":   func(s *link.Snapshot) { s.Inc = "pg-2" },
		"the same page again":   func(s *link.Snapshot) { s.Orders[0] = standing("o1") },
		"more of nothing":       func(s *link.Snapshot) { s.Orders, s.More = nil, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 4)
			todo := d.heal(d.forked(), refs(10), 4)
			todo = d.Fetched(d.now, todo.Fetch.N, page("", true, "o1"))
			bad := page("", false, "o2")
			spoil(&bad)
			if todo = d.Fetched(d.now, todo.Fetch.N, bad); todo.Begin != nil || todo.Fetch != nil {
				t.Fatalf("taken: %+v", todo)
			}
			if todo = d.pass(todo.Wake.Sub(d.now)); todo.Sync == nil {
				t.Errorf("no SYNC: %+v", todo)
			}
		})
	}
}

func TestAPageOfOrdersThatDoesNotComeIsAskedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.heal(d.forked(), refs(10), 4)
	n, most := todo.Fetch.N, todo.Fetch.Most
	todo = d.FetchFailed(d.now, n)
	if late := d.Fetched(d.now, n, page("", false)); late.Begin != nil {
		t.Error("a late page is taken")
	}
	todo = d.pass(todo.Wake.Sub(d.now))
	if todo.Fetch == nil || todo.Fetch.N == n || todo.Fetch.Most != most/2 {
		t.Fatalf("%+v", todo)
	}
	if todo = d.Fetched(d.now, todo.Fetch.N, page("", false)); todo.Begin == nil {
		t.Errorf("%+v", todo)
	}
}

func TestAnEpochThatSomebodyElseBeganIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	d.heal(d.forked(), refs(10), 4)
	d.Disconnected(d.now, link.CauseInternet)
	todo := d.Connected(d.now)
	r := link.SyncReply{N: todo.Sync.N, Kind: link.Forked, Inc: "pg-1", Epoch: 6}
	todo = d.Synced(d.now, r)
	if todo.Heal == nil || todo.HealAfter.Seq != 10 {
		t.Fatalf("goes on with an epoch that is over: %+v", todo)
	}
	if todo = d.heal(todo, refs(12), 4); todo.Fetch == nil {
		t.Error("no new epoch")
	}
}

func TestAKitchenThatCannotBeginIsAskedAgainAfterSync(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(*desk) link.Todo{
		"it says so":   func(d *desk) link.Todo { return d.BeginFailed(d.now) },
		"it is silent": func(d *desk) link.Todo { return d.pass(link.BeginTimeout) },
		"while cut off": func(d *desk) link.Todo {
			d.Disconnected(d.now, link.CauseInternet)
			d.BeginFailed(d.now)
			return d.Connected(d.now)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, 10, 4)
			todo := d.heal(d.forked(), refs(10), 4)
			todo = d.Fetched(d.now, todo.Fetch.N, page("", false))
			if todo.Begin == nil {
				t.Fatal("not begun")
			}
			todo = fails(d)
			if todo.Begin != nil {
				t.Error("runs hot")
			}
			for todo.Sync == nil {
				todo = d.pass(todo.Wake.Sub(d.now))
			}
		})
	}
}

func TestAKitchenThatCannotBeginForHoursWearsNobodyOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	start, todo := d.now, d.forked()
	epoch, begins := uint64(1), map[uint64]int{}
	for d.now.Sub(start) < 4*time.Hour {
		switch {
		case todo.Sync != nil:
			todo = d.Synced(d.now, link.SyncReply{N: todo.Sync.N, Kind: link.Forked, Inc: "pg-1", Epoch: epoch})
		case todo.Heal != nil:
			some, more := after(refs(10), todo)
			req, some := todo.Heal.Page(some, more)
			r := link.AnswerHeal(forkedRow, req, make([]bool, len(some)), "pg-1", d.now)
			if req.Renew {
				epoch++
				r = r.Renew(link.LinkRow{Epoch: epoch}, 12, "c12")
			}
			todo = d.Healed(d.now, r, some)
		case todo.Fetch != nil:
			p := page("", false, "o1")
			p.Epoch = epoch
			todo = d.Fetched(d.now, todo.Fetch.N, p)
		case todo.Begin != nil:
			if todo.Begin.Epoch != epoch || len(todo.Begin.Orders) != 1 || len(todo.Begin.Unknown) != 10 {
				t.Fatalf("begins with %+v in epoch %d", todo.Begin, epoch)
			}
			begins[epoch]++
			todo = d.BeginFailed(d.now)
		default:
			todo = d.pass(todo.Wake.Sub(d.now))
		}
	}
	tries := 0
	for _, n := range begins {
		tries += n
	}
	if tries < 4*60/2 || tries > 4*60 { // most pauses are of one to two minutes
		t.Errorf("the kitchen is asked %d times", tries)
	}
	if len(begins) < 2 || len(begins) > tries/8 {
		t.Errorf("the cloud begins %d epochs for %d tries", len(begins), tries)
	}
}

func TestNothingIsAskedWhileTheKitchenBegins(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.heal(d.forked(), refs(10), 4)
	d.Fetched(d.now, todo.Fetch.N, page("", false))
	if todo := d.pass(time.Second); todo.Begin != nil || todo.Sync != nil || todo.Heal != nil {
		t.Errorf("asks the kitchen twice: %+v", todo)
	}
	d.Disconnected(d.now, link.CauseInternet)
	if todo := d.Connected(d.now); todo.Sync != nil || todo.Heal != nil || todo.Begin != nil {
		t.Errorf("asks with numbers that are about to change: %+v", todo)
	}
	todo = d.Begun(d.now, link.Mark{Epoch: 5, Seq: 3}, link.Mark{Epoch: 5})
	if todo.Sync == nil || todo.Sync.Epoch != 5 {
		t.Errorf("%+v", todo)
	}
}

func TestAKitchenThatHasBegunWhileTheLineWasCutGoesOnWithSync(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.heal(d.forked(), refs(10), 4)
	d.Fetched(d.now, todo.Fetch.N, page("", false))
	d.Disconnected(d.now, link.CauseInternet)
	if todo := d.Begun(d.now, link.Mark{Epoch: 5, Seq: 3}, link.Mark{Epoch: 5}); todo.Sync != nil {
		t.Error("SYNC without a line")
	}
	if todo := d.Connected(d.now); todo.Sync == nil || todo.Sync.Epoch != 5 || todo.Sync.Last != 3 {
		t.Errorf("%+v", todo.Sync)
	}
}

func TestAnEventInTheNewEpochSaysThatTheKitchenHasBegun(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.heal(d.forked(), refs(10), 4)
	d.Fetched(d.now, todo.Fetch.N, page("", false))
	todo = d.Appended(d.now, link.Mark{Epoch: 5, Seq: 7})
	if todo.Sync == nil || todo.Sync.Epoch != 5 || todo.Sync.Last != 7 {
		t.Fatalf("%+v", todo)
	}
	if todo := d.Begun(d.now, link.Mark{Epoch: 5, Seq: 6}, link.Mark{Epoch: 5}); todo.Sync != nil || d.State().Tip.Seq != 7 {
		t.Errorf("went back to %+v", d.State().Tip)
	}
}

func TestTwoClonesHealEachOtherSlowly(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	var waits []time.Duration
	todo, epoch := d.forked(), uint64(1)
	for range 9 {
		var wait time.Duration
		for todo.Heal == nil {
			wait += todo.Wake.Sub(d.now)
			if todo = d.pass(todo.Wake.Sub(d.now)); todo.Sync != nil { // while it waits, SYNC is held as ever
				r := link.SyncReply{N: todo.Sync.N, Kind: link.Forked, Inc: "pg-1", Epoch: epoch + 1}
				todo = d.Synced(d.now, r)
			}
		}
		waits = append(waits, wait)
		epoch++
		d.Begun(d.now, link.Mark{Epoch: epoch, Seq: 10}, link.Mark{Epoch: epoch})
		todo = d.Connected(d.now)
		r := link.SyncReply{N: todo.Sync.N, Kind: link.Forked, Inc: "pg-1", Epoch: epoch + 1}
		todo = d.Synced(d.now, r)
	}
	if waits[0] != 0 || waits[1] > 5*time.Second || !slices.IsSorted(waits) || waits[8] < time.Minute || waits[8] > 2*time.Minute {
		t.Errorf("pauses of %v", waits)
	}
	d.pass(time.Hour)
	d.Disconnected(d.now, link.CauseInternet)
	if todo := d.forked(); todo.Heal == nil {
		t.Error("an hour of peace is not forgotten")
	}
}

func TestACallForSyncAboutAnEpochThatIsOverIsNotFollowed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 10)
	d.online(10)
	d.pass(2 * time.Second)
	if todo := d.Controlled(d.now, link.Control{Kind: link.CallSync, Epoch: 1}); todo.Sync != nil {
		t.Error("SYNC for a batch that was sent before the healing")
	}
	if todo := d.Controlled(d.now, link.Control{Kind: link.CallSync, Epoch: 2}); todo.Sync == nil {
		t.Error("the cloud is an epoch further, and there is no SYNC")
	}
}

func TestACloudThatSaysAllIsWellEndsAHealingThatWaits(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 10, 4)
	todo := d.forked()
	todo = d.HealFailed(d.now, todo.Heal.N)
	for tries := 0; todo.Sync == nil; tries++ {
		if tries > 100 {
			t.Fatal("never asks SYNC whether it is still needed")
		}
		if todo.Heal != nil {
			todo = d.HealFailed(d.now, todo.Heal.N)
			continue
		}
		todo = d.pass(todo.Wake.Sub(d.now))
	}
	if todo = d.Synced(d.now, d.reply(todo.Sync, 4)); todo.Publish == nil || todo.Publish.First != 5 {
		t.Errorf("%+v", todo)
	}
	d.is(link.Online, "")
}
