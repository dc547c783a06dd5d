package uplink_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
)

// fencedHouse is a node with a real kitchen, and an office that says that another device has its place.
func fencedHouse(t *testing.T) (*house, *member) {
	t.Helper()
	m := newMember(t, uplink.Client, nil)
	m.Enrolment.JWT = m.credential(t, m.device, time.Now().Add(-time.Minute))
	m.renew = refused("fenced")
	return &house{t: t, path: filepath.Join(m.dir, "edge.db"), cfg: m.Config}, m
}

// retains is all that the outbox has.
func (h *house) retains() []link.Ref {
	h.t.Helper()
	refs, _, err := h.db.Retained(h.t.Context(), link.Place{}, 1<<16)
	if err != nil {
		h.t.Fatal(err)
	}
	return refs
}

// acknowledged takes note that the cloud has everything.
func (h *house) acknowledged() {
	h.t.Helper()
	tip, err := h.db.Tip(h.t.Context())
	if err == nil {
		err = h.db.SetAcked(h.t.Context(), tip)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// heals begins another epoch, to which the events move that the cloud is said to lack.
func (h *house) heals(epoch uint64, lacks ...link.Ref) {
	h.t.Helper()
	refs := h.retains()
	b := link.Beginning{Epoch: epoch, Through: refs[len(refs)-1].Place}
	for _, r := range lacks {
		b.Unknown = append(b.Unknown, r.Place)
	}
	if err := (obedient{h.kit}).Begin(h.t.Context(), b); err != nil {
		h.t.Fatal(err)
	}
}

// handed reports whether exactly these events were put aside, in this order, from their own places.
func (m *member) handed(want []link.Ref) (ok bool) {
	m.with(func() {
		ok = slices.EqualFunc(m.aside, want, func(e put, r link.Ref) bool {
			return e.ID == r.ID && e.epoch == r.Epoch && e.Seq == r.Seq
		})
	})
	return ok
}

// turnsAway reports whether somebody was turned away.
func (m *member) turnsAway() (so bool) {
	m.with(func() { so = m.away > 0 })
	return so
}

func without(refs []link.Ref, has map[string]bool) []link.Ref {
	return slices.DeleteFunc(slices.Clone(refs), func(r link.Ref) bool { return has[r.ID] })
}

// All was acknowledged. Then the database was restored to an older point, and while it was, the box was replaced.
func TestAReplacedBoxHandsOverWhatARestoredDatabaseLost(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	n.open()
	for range 4 {
		n.order()
	}
	n.acknowledged()
	first := n.retains()
	n.heals(2, first[3], first[4])
	for range 3 {
		n.order()
	}
	n.acknowledged()
	all := n.retains()
	for i, r := range all { // what the database has now: not the end of an epoch, nor one here and there
		m.has[r.ID] = r.Epoch == 1 && r.Seq < 7 || i%5 == 0
	}
	n.closed()
	lost := without(all, m.has)
	if len(lost) < 8 || lost[0].Epoch != 1 || lost[len(lost)-1].Epoch != 2 {
		t.Fatalf("the story is another one: %v", lost)
	}
	n.connect()
	eventually(t, "what the database lost is put aside", func() bool { return m.handed(lost) })
	n.order() // it cooks on
	eventually(t, "and what came after", func() bool { return m.handed(without(n.retains(), m.has)) })
	n.closed()
}

func TestAReplacedBoxBeginsAgainWhenTheDatabaseIsAnotherOne(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	n.connect()
	n.order()
	eventually(t, "all is put aside", func() bool { return m.handed(n.retains()) })
	n.closed()
	m.with(func() { m.inc, m.aside = "pg-2", m.aside[:1] }) // restored to when the first had just come
	n.connect()
	eventually(t, "what was lost of it is put aside again", func() bool { return m.handed(n.retains()) })
	n.closed()
}

func TestAReplacedBoxSaysThatThisWasAllOnceTheLastBatchIsPutAside(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	m.full = true
	n.open()
	for range 40 { // more than one batch
		n.order()
	}
	n.closed()
	n.connect()
	whole := len(n.retains())
	eventually(t, "it is refused for want of room", m.turnsAway)
	m.with(func() {
		if m.full = false; len(m.all) > 0 {
			t.Errorf("it has said that this was all %d times", len(m.all))
		}
	})
	saidAt := func(aside int) func() bool {
		return func() (ok bool) {
			m.with(func() { ok = len(m.all) > 0 && m.all[len(m.all)-1] == aside })
			return ok
		}
	}
	eventually(t, "where a person has made room, it goes on and says that this was all", saidAt(whole))
	n.order() // it cooks on
	eventually(t, "and again when more came", func() bool { return saidAt(len(n.retains()))() })
	m.with(func() {
		if m.all[0] != whole {
			t.Errorf("the first time it said so after %d events of %d", m.all[0], whole)
		}
	})
	n.closed()
}

func TestAnOlderCloudIsNotToldThatThisWasAll(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	m.deaf = true
	n.connect()
	n.order()
	eventually(t, "all is put aside", func() bool { return m.handed(n.retains()) })
	eventually(t, "it knows no such word", m.turnsAway)
	n.order()
	eventually(t, "what came after is put aside, too", func() bool { return m.handed(n.retains()) })
	n.closed()
}

// A cloud of one incarnation is believed: what it once had is not asked about again.
func TestAReplacedBoxAsksOnlyOnce(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	n.connect()
	n.order()
	eventually(t, "all is put aside", func() bool { return m.handed(n.retains()) })
	before := len(n.retains())
	m.with(func() { m.aside = nil })
	n.order()
	eventually(t, "only what came after is put aside", func() bool { return m.handed(n.retains()[before:]) })
	n.closed()
}

func TestAnotherOutboxOfTheSameBoxIsHandedOverAnew(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	n.open()
	n.order()
	n.closed()
	restore := n.image()
	n.connect()
	n.order()
	eventually(t, "all is put aside", func() bool { return m.handed(n.retains()) })
	had := n.retains()
	n.closed()
	restore() // an older backup; what it sells gets the numbers that are put aside
	n.open()
	n.order()
	n.closed()
	n.connect()
	fresh := without(n.retains(), idsOf(had))
	if len(fresh) == 0 || fresh[0].Seq > had[len(had)-1].Seq {
		t.Fatalf("the story is another one: %v after %v", fresh, had)
	}
	eventually(t, "what the restored box sold is put aside", func() bool { return m.handed(slices.Concat(had, fresh)) })
	n.closed()
}

func idsOf(refs []link.Ref) map[string]bool {
	ids := map[string]bool{}
	for _, r := range refs {
		ids[r.ID] = true
	}
	return ids
}

func TestAnOlderCloudGetsWhatItNeverAcknowledged(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	n.open()
	n.order()
	n.acknowledged()
	n.heals(2, n.retains()[0])
	n.order()
	n.acknowledged()
	acked := len(n.retains())
	n.order()
	n.closed()
	m.with(func() { m.inc = "" })
	n.connect()
	eventually(t, "the tail is put aside", func() bool { return m.handed(n.retains()[acked:]) })
	n.closed()
	m.with(func() { m.inc = "pg-1" }) // it is updated, and has lost what it acknowledged
	n.connect()
	eventually(t, "all of it is there", func() bool { return m.handed(slices.Concat(n.retains()[acked:], n.retains()[:acked])) })
	n.closed()
}

func TestALongOutboxIsNamedPageByPage(t *testing.T) {
	t.Parallel()
	n, m := fencedHouse(t)
	n.open()
	board, err := n.kit.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := kitchen.Commit{Seq: board.Seq + 1, At: time.Now(), Facts: cleared(2*link.SalvagePage + 1)}
	if err := n.db.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	all := n.retains()
	for _, r := range all[1 : len(all)-1] {
		m.has[r.ID] = true
	}
	n.closed()
	n.connect()
	eventually(t, "the first and the last are put aside", func() bool { return m.handed([]link.Ref{all[0], all[len(all)-1]}) })
	n.closed()
}

// cleared are so many facts.
func cleared(count int) []kitchen.Fact {
	facts := make([]kitchen.Fact, count)
	for i := range facts {
		facts[i] = kitchen.Fact{Body: event.AlertCleared{Alert: fmt.Sprint("probe/", i), Device: "probe", At: time.Now()}}
	}
	return facts
}
