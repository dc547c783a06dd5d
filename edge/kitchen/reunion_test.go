package kitchen_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// reunion is a kitchen and an office between which anything may happen: lines are cut, cards are restored from backups, databases set back,
// boxes replaced. Whatever did, once they have healed both have the same orders.
type reunion struct {
	*house
	r       *rapid.T
	dir     string
	office  *office
	orders  []order.ID
	backups []string
	old     []*office
	heals   int
}

func TestTwoHistoriesBecomeOneWhateverHappened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		w := &reunion{house: houseAt(r, filepath.Join(dir, id.New()), settings()), r: r, dir: dir, office: newOffice()}
		r.Repeat(map[string]func(*rapid.T){
			"place": w.placeOne, "web order": w.offerOne, "revoke": w.revokeOne, "wish": w.wishOne, "drive": w.driveOne,
			"tap": w.tapOne, "tap again": w.tapOne, "tap once more": w.tapOne, "change": w.changeOne, "confirm": w.confirmOne,
			"sync": w.sync, "send": w.send, "obey": w.obeySome, "restart": func(*rapid.T) { w.restart() },
			"back up the card": w.backUp, "restore the card": w.restore, "replace the box": w.replace,
			"copy the database": w.copyOffice, "set the database back": w.setBack,
			"an old card": w.oldCard, "an older card": w.oldCard, "an old database": w.oldOffice,
		})
		w.settle()
		w.agree()
		w.close()
		for _, left := range append(w.backups, w.path) {
			if err := os.Remove(left); err != nil {
				r.Error(err)
			}
		}
	})
}

func (w *reunion) pick(r *rapid.T) order.ID {
	if len(w.orders) == 0 {
		r.Skip("no orders yet")
	}
	return w.orders[rapid.IntRange(0, len(w.orders)-1).Draw(r, "order")]
}

func (w *reunion) placeOne(r *rapid.T) {
	w.orders = append(w.orders, w.place(rapid.SliceOfN(rapid.SampledFrom([]order.Line{pizza, cola}), 1, 2).Draw(r, "lines")...).Order.ID)
}

func (w *reunion) offerOne(r *rapid.T) {
	o := webOrder(rapid.SampledFrom([]order.Fulfilment{order.Carryout, order.ByDelivery}).Draw(r, "how"), pizza)
	w.office.place(o)
	w.orders = append(w.orders, o.Order.ID)
}

func (w *reunion) revokeOne(r *rapid.T) {
	if of := w.pick(r); w.office.orders[of].order.ID != "" {
		w.office.ask(of, event.OrderRevoked{Order: of, Reason: "no"})
	}
}

func (w *reunion) wishOne(r *rapid.T) {
	if of := w.pick(r); w.office.orders[of].order.ID != "" {
		w.office.ask(of, event.StatusWished{Order: of, Status: rapid.SampledFrom(order.Statuses()).Draw(r, "status"), By: "m"})
	}
}

func (w *reunion) driveOne(r *rapid.T) {
	of := w.pick(r)
	if f := w.office.orders[of]; f.order.Delivers() && open(f.progress) {
		to := []order.Delivery{order.Assigned, order.Unassigned}
		if f.progress.Kitchen() == order.Ready {
			to = append(to, order.PickedUp)
		}
		w.office.drive(of, rapid.SampledFrom(to).Draw(r, "delivery"))
	}
}

func (w *reunion) try(_ kitchen.Ticket, err error) {
	if err != nil && problem.Of(err) == nil {
		w.r.Fatalf("tap: %v", err)
	}
}

func (w *reunion) tapOne(r *rapid.T) {
	of, tap := w.pick(r), kitchen.Tap{ID: id.New(), Reason: "why not"}
	switch rapid.SampledFrom([]string{"bump", "bump", "bump", "start", "recall", "remake", "hand over", "void"}).Draw(r, "do") {
	case "bump":
		w.try(w.Bump(background(), of, tap))
	case "start":
		w.try(w.Start(background(), of, tap))
	case "recall":
		w.try(w.Recall(background(), of, tap))
	case "remake":
		w.try(w.Remake(background(), of, tap))
	case "hand over":
		w.try(w.HandOver(background(), of, tap))
	case "void":
		w.try(w.Void(background(), of, tap))
	}
}

func (w *reunion) changeOne(r *rapid.T) {
	more := rapid.SampledFrom([]order.Line{pizza, cola}).Draw(r, "more")
	w.try(w.Change(background(), w.pick(r), kitchen.Tap{ID: id.New(), Reason: "why not"}, kitchen.OrderChange{Add: []order.Line{more}}))
}

func (w *reunion) confirmOne(r *rapid.T) {
	where := rapid.SampledFrom(append(kitchen.Whereabouts(), "")).Draw(r, "where")
	for _, t := range w.snapshot().Tickets {
		if t.Recovered {
			w.did(w.Confirm(background(), t.Order.ID, kitchen.Tap{ID: id.New(), State: where}))
			return
		}
	}
}

// forked reports whether the two hold different histories, as SYNC sees it.
func (w *reunion) forked() bool {
	tip, err := w.store.Tip(background())
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	hash, ok, err := w.store.HashAt(background(), w.office.mark.Seq)
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	if tip.Epoch != w.office.epoch || !ok || hash != w.office.mark.Hash {
		return true
	}
	applied, named, err := w.store.CommandSeq(background())
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	n := slices.IndexFunc(w.office.commands, func(c errand) bool { return c.Seq == applied })
	return applied > 0 && (n < 0 || named != "" && w.office.commands[n].ID != named)
}

func (w *reunion) sync(*rapid.T) {
	if w.forked() {
		w.heal()
		return
	}
	last, _ := w.office.last()
	w.release(last)
}

func (w *reunion) send(r *rapid.T) {
	if w.forked() {
		return
	}
	events, prev, err := w.store.Events(background(), w.office.mark.Seq+1, rapid.IntRange(1, 20).Draw(r, "events"), 1<<20)
	if err != nil || prev != w.office.mark.Hash {
		w.r.Fatalf("the outbox does not go on where the office stands: %v", err)
	}
	w.take(events)
	if rapid.Bool().Draw(r, "the acknowledgement arrives") {
		if err := w.store.SetAcked(background(), w.office.mark); err != nil {
			w.r.Fatalf("%v", err)
		}
	}
}

func (w *reunion) take(events []link.Event) {
	for _, e := range events {
		if e.Seq != w.office.mark.Seq+1 || link.Chain(w.office.mark.Hash, e) != e.Hash {
			w.r.Fatalf("event %d does not follow %d", e.Seq, w.office.mark.Seq)
		}
		w.office.follow(e)
	}
}

func (w *reunion) obeySome(r *rapid.T) {
	if !w.forked() {
		w.obeyUpTo(rapid.IntRange(1, 5).Draw(r, "commands"))
	}
}

// obeyUpTo gives the kitchen its next commands. One that repeats another whose answer the kitchen knows has no effect.
func (w *reunion) obeyUpTo(most int) {
	applied, _, err := w.store.CommandSeq(background())
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	for _, c := range w.office.commands {
		if c.Seq <= applied || most == 0 {
			continue
		}
		first, knew, err := w.store.Obeyed(background(), c.Again)
		if err != nil {
			w.r.Fatalf("%v", err)
		}
		before, tickets := w.find(order.ID(c.Order)), len(w.snapshot().Tickets)
		if err := w.Obey(background(), c.Command); err != nil {
			w.r.Fatalf("obey %d after %d: %v", c.Seq, applied, err)
		}
		if after := w.find(order.ID(c.Order)); c.Again != "" && knew {
			again, _, err := w.store.Obeyed(background(), c.ID)
			if err != nil || again.Granted != first.Granted || again.Reason != first.Reason {
				w.r.Fatalf("%s was answered %+v, then %+v, %v", c.Kind, first, again, err)
			}
			if before != nil && before.Progress.Whole == after.Progress.Whole && diffOf(before.Progress, after.Progress) != "" || len(w.snapshot().Tickets) != tickets {
				w.r.Fatalf("%s had a second effect:\n%s", c.Kind, diffOf(before, after))
			}
		}
		most--
	}
}

func (w *reunion) find(of order.ID) *kitchen.Ticket {
	t, err := w.Ticket(background(), of)
	if problem.Is(err, problem.NotFound) {
		return nil
	} else if err != nil {
		w.r.Fatalf("%v", err)
	}
	return &t
}

// heal does what SYNC asks for when the histories differ.
func (w *reunion) heal() {
	w.heals++
	before := w.everyID()
	b := kitchen.Beginning{}
	for _, r := range w.retained() {
		b.Through = kitchen.Place(r.Place)
		if !w.office.known[r.ID] {
			b.Unknown = append(b.Unknown, b.Through)
		}
	}
	applied, _, err := w.store.CommandSeq(background())
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	if w.heals%2 == 0 { // the kitchen goes on while it heals
		w.orders = append(w.orders, w.place(cola).Order.ID)
		before = w.everyID()
	}
	b.Commands, b.CommandID = w.office.renew(w.store.Epoch(), applied)
	b.Epoch = w.office.epoch
	b.Orders, b.Numbers = w.office.snapshot(before)
	was := map[order.ID]kitchen.Ticket{}
	for _, oid := range w.orders {
		if t := w.find(oid); t != nil {
			was[oid] = *t
		}
	}
	w.house.begin(b)
	w.nothingWentBack(was, b.Orders)
	after := w.everyID()
	for e := range before {
		if !after[e] {
			w.r.Fatalf("event %s was lost while the two healed", e)
		}
	}
	if w.forked() {
		w.r.Fatalf("after healing they still hold different histories")
	}
}

func (w *reunion) everyID() map[string]bool {
	ids := map[string]bool{}
	for _, r := range w.retained() {
		if ids[r.ID] {
			w.r.Fatalf("event %s has two places", r.ID)
		}
		ids[r.ID] = true
	}
	return ids
}

func (w *reunion) backUp(*rapid.T) {
	path := filepath.Join(w.dir, id.New())
	if err := w.store.Backup(background(), path); err != nil {
		w.r.Fatalf("%v", err)
	}
	w.backups = append(w.backups, path)
}

func (w *reunion) restore(r *rapid.T) {
	if len(w.backups) == 0 {
		r.Skip("no backups yet")
	}
	raw, err := os.ReadFile(w.backups[rapid.IntRange(0, len(w.backups)-1).Draw(r, "backup")])
	w.card(raw, err)
}

// card puts other content on the node's card while it is off.
func (w *reunion) card(raw []byte, err error) {
	w.close()
	for _, beside := range []string{"-wal", "-shm"} {
		if gone := os.Remove(w.path + beside); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			w.r.Fatalf("%v", gone)
		}
	}
	if err == nil {
		err = os.WriteFile(w.path, raw, 0o600)
	}
	if err != nil {
		w.r.Fatalf("%v", err)
	}
	w.open()
}

// replace gives the restaurant an empty box, which is enrolled and begins with what the office knows.
func (w *reunion) replace(*rapid.T) {
	w.card(nil, nil)
	b := kitchen.Beginning{}
	b.Commands, b.CommandID = w.office.renew(0, 0)
	b.Epoch = w.office.epoch
	b.Orders, b.Numbers = w.office.snapshot(nil)
	if err := w.store.BeginEpoch(background(), b.Epoch, b.Commands); err != nil {
		w.r.Fatalf("%v", err)
	}
	w.restart()
	w.house.begin(b)
	w.restart()
	w.house.begin(b) // as a node does that starts again
}

func (w *reunion) copyOffice(*rapid.T) { w.old = append(w.old, w.office.copied()) }

func (w *reunion) setBack(r *rapid.T) {
	if len(w.old) == 0 {
		r.Skip("no copies yet")
	}
	w.office = w.old[rapid.IntRange(0, len(w.old)-1).Draw(r, "copy")].copied()
}

func TestTheCardOfLastWeekHasNothingThatTheCloudDoesNotKnowEnded(t *testing.T) {
	t.Parallel()
	w := &reunion{house: newHouse(t), dir: t.TempDir(), office: newOffice()}
	served := w.place(cola)
	backup := filepath.Join(w.dir, "card.db")
	if err := w.store.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	for served.Open() {
		served = w.bump(served, "")
	}
	w.take(w.events())
	raw, err := os.ReadFile(backup)
	w.card(raw, err)
	if !w.ticket(served.Order.ID).Open() {
		t.Fatal("the backup was made too late")
	}
	w.clock.pass(7 * 24 * time.Hour)
	w.heal()
	if got := w.ticket(served.Order.ID); got.Open() || got.Progress.Whole != order.HandedOver {
		t.Errorf("what was handed over last week is %s", got.Progress.Status())
	}
}

func TestWhatTheCloudHasHeardOfAndDoesNotCountAsOpenIsAskedAbout(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	known, fresh := h.place(pizza), h.place(cola)
	taken := func(r link.Ref) bool { return r.Seq <= 3 } // taken, validated and queued
	h.begin(h.beginning(taken))
	a, b := h.ticket(known.Order.ID), h.ticket(fresh.Order.ID)
	if !a.Recovered || !a.Doubtful || b.Recovered || b.Doubtful {
		t.Errorf("asked about: %v, %v", a.Recovered, b.Recovered)
	}
	if told := h.standings(); !told[a.Order.ID].Recovered || told[b.Order.ID].Recovered {
		t.Errorf("the cloud is told %s", asJSON(told))
	}
	got := h.did(h.Confirm(t.Context(), a.Order.ID, kitchen.Tap{ID: "gone", State: order.HandedOver}))
	if told := h.standings()[a.Order.ID]; told.Recovered || told.Progress.Whole != order.HandedOver || got.Doubtful {
		t.Errorf("then it is told %s", asJSON(told))
	}
}
