package uplink_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nkeys"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

func modes(t *testing.T, story func(t *testing.T, h hub, core *cloudCore, mode uplink.Mode)) {
	t.Helper()
	for _, mode := range []uplink.Mode{uplink.Leaf, uplink.Client} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			h := hub{freePort(t), freePort(t)}
			s := h.start(t, "")
			t.Cleanup(func() { stop(s) })
			story(t, h, newCore(t, s), mode)
		})
	}
}

func TestARestoredCardIsHealedByItself(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, h hub, core *cloudCore, mode uplink.Mode) {
		n := newHouse(t, h, mode, core.public())
		n.connect()
		old := n.order()
		n.settled()
		n.closed()
		restore := n.image()

		n.connect() // an evening that the card will not remember
		lost := []order.ID{n.order(), n.order(), n.order()}
		n.settled()
		core.with(func() {
			core.standings, core.pages = nil, 2
			for _, o := range append([]order.ID{old}, lost...) {
				core.standings = append(core.standings, n.standing(o))
			}
		})
		n.closed()

		restore()
		n.open()
		fresh := []order.ID{n.order(), n.order()} // taken before anybody knew
		n.closed()
		n.connect()
		n.settled()
		heard := core.orders()
		for _, o := range append(append(lost, fresh...), old) {
			if heard[o] != 1 {
				t.Errorf("the cloud heard %d times of order %s being taken", heard[o], o)
			}
			if _, told := core.stands(o); !told {
				t.Errorf("the cloud was not told how order %s stands", o)
			}
		}
		board, err := n.kit.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		recovered := 0
		for i := range board.Tickets {
			if board.Tickets[i].Recovered {
				recovered++
			}
		}
		if len(board.Tickets) != 6 || recovered != len(lost) {
			t.Errorf("%d tickets are on the board, %d of them to be confirmed", len(board.Tickets), recovered)
		}
		tip, err := n.db.Tip(t.Context())
		if err != nil || tip.Epoch != 2 {
			t.Errorf("it goes on in epoch %d, %v", tip.Epoch, err)
		}
		n.order()
		n.settled()
		n.closed()
	})
}

// lostAnswers are what becomes of a healing when the cloud does something and nobody hears of it. Each costs a HealTimeout, so a cut of the line
// stands for the first of them: the Sender then holds SYNC and begins where it was.
func TestALostAnswerCostsNothingButTime(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, h hub, core *cloudCore, mode uplink.Mode) {
		n := newHouse(t, h, mode, core.public())
		n.connect()
		n.order()
		n.settled()
		n.closed()
		restore := n.image()
		n.connect()
		n.order()
		n.settled()
		n.closed()
		restore()
		for _, lost := range []string{link.HealWildcard, link.SnapshotWildcard} {
			core.with(func() { core.deaf[lost] = 1 })
			n.connect()
			eventually(t, "the answer is lost", func() bool {
				gone := false
				core.with(func() { gone = core.deaf[lost] == 0 })
				return gone
			})
			if s := n.line.State(); s.Condition != link.Healing || s.Cause != link.CauseFork {
				t.Errorf("while it heals the link is %s, %s", s.Condition, s.Cause)
			}
			n.order()
			n.closed() // the power is cut
		}
		n.connect()
		n.settled()
		n.closed()
		for o, times := range core.orders() {
			if times != 1 {
				t.Errorf("the cloud heard %d times of order %s", times, o)
			}
		}
		if len(core.orders()) != 4 {
			t.Errorf("the cloud heard of %d orders: %v", len(core.orders()), core)
		}
	})
}

func TestALongOutboxIsComparedPageByPage(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, h hub, core *cloudCore, mode uplink.Mode) {
		n := newHouse(t, h, mode, core.public())
		n.open()
		board, err := n.kit.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		facts := make([]kitchen.Fact, link.HealPage+100)
		for i := range facts {
			facts[i] = kitchen.Fact{Body: event.AlertCleared{Alert: fmt.Sprint("probe/", i), Device: "probe", At: time.Now()}}
		}
		if err := n.db.Commit(t.Context(), kitchen.Commit{Seq: board.Seq + 1, At: time.Now(), Facts: facts}); err != nil {
			t.Fatal(err)
		}
		n.closed()
		core.with(func() { core.row.Epoch = 7 }) // somebody has enrolled another, and that one again
		n.connect()
		n.settled()
		n.closed()
		core.with(func() {
			if core.asked[link.HealWildcard] != 2 || len(core.events) != len(facts) || core.row.Epoch != 8 {
				t.Errorf("asked %v, the cloud has %d events in epoch %d", core.asked, len(core.events), core.row.Epoch)
			}
		})
	})
}

func TestNobodysSnapshotIsBelievedButTheChains(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, h hub, core *cloudCore, mode uplink.Mode) {
		liar, err := nkeys.CreateAccount()
		if err != nil {
			t.Fatal(err)
		}
		n := newHouse(t, h, mode, core.public())
		n.connect()
		lost := n.order()
		n.settled()
		core.with(func() { core.standings, core.liar = []event.OrderStanding{n.standing(lost)}, liar })
		n.closed()
		n.path += ".new" // a new card
		n.connect()
		eventually(t, "the liar was asked twice", func() bool {
			asked := 0
			core.with(func() { asked = core.asked[link.SnapshotWildcard] })
			return asked >= 2
		})
		if s, err := n.kit.Snapshot(t.Context()); err != nil || len(s.Tickets) != 0 {
			t.Errorf("%d tickets from a liar, %v", len(s.Tickets), err)
		}
		if s := n.line.State(); s.Condition != link.Healing || s.Cause != link.CauseSnapshot {
			t.Errorf("the link is %s, %s", s.Condition, s.Cause)
		}
		core.with(func() { core.liar = nil })
		n.settled()
		if s, err := n.kit.Snapshot(t.Context()); err != nil || len(s.Tickets) != 1 || s.Tickets[0].Order.ID != lost || !s.Tickets[0].Recovered {
			t.Errorf("from the chain: %+v, %v", s.Tickets, err)
		}
		n.closed()
	})
}

func TestASnapshotIsForOneNodeOfOneRestaurant(t *testing.T) {
	t.Parallel()
	e := enrolled(t)
	chain, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	if e.Chain, err = chain.PublicKey(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*link.Snapshot, *uplink.Enrolment, *uplink.Page)
		ok     bool
	}{
		"as it is":                {func(*link.Snapshot, *uplink.Enrolment, *uplink.Page) {}, true},
		"of another restaurant":   {func(s *link.Snapshot, _ *uplink.Enrolment, _ *uplink.Page) { s.Restaurant = "r2" }, false},
		"for another device":      {func(s *link.Snapshot, _ *uplink.Enrolment, _ *uplink.Page) { s.Device = "U2" }, false},
		"changed on the way":      {func(_ *link.Snapshot, _ *uplink.Enrolment, p *uplink.Page) { p.Doc = append(p.Doc, ' ') }, false},
		"without a signature":     {func(_ *link.Snapshot, _ *uplink.Enrolment, p *uplink.Page) { p.Sig = nil }, false},
		"to a node without a key": {func(_ *link.Snapshot, e *uplink.Enrolment, _ *uplink.Page) { e.Chain = "" }, false},
		"to a node with nonsense": {func(_ *link.Snapshot, e *uplink.Enrolment, _ *uplink.Page) { e.Chain = "A" }, false},
	} {
		s, as, p := link.Snapshot{Restaurant: "r1", Device: e.Device, Epoch: 3, Inc: "pg-1", Made: time.Now()}, e, uplink.Page{}
		for range 2 { // once for what is signed, once for what becomes of it
			c.change(&s, &as, &p)
			if p.Doc == nil || len(p.Sig) == 0 && name != "without a signature" {
				if p.Doc, err = link.Encode(s); err != nil {
					t.Fatal(err)
				}
				if p.Sig, err = chain.Sign(p.Doc); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := as.Verify(p); (err == nil) != c.ok {
			t.Errorf("a snapshot %s: %v", name, err)
		}
	}
}

func TestSyncSaysWhereTheOpenOrdersStandWhileTheCloudIsBehind(t *testing.T) {
	t.Parallel()
	modes(t, func(t *testing.T, h hub, core *cloudCore, mode uplink.Mode) {
		n := newHouse(t, h, mode, core.public())
		n.open()
		o := n.order()
		n.closed()
		n.connect()
		n.settled()
		n.closed()
		core.with(func() {
			if len(core.digests) != 1 || core.digests[0].Order != o || core.digests[0].State != order.Queued {
				t.Errorf("the cloud was told %+v", core.digests)
			}
		})
	})
}
