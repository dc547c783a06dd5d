package downlink_test

import (
	"testing"

	"github.com/nats-io/nkeys"

	"awesome.pizza/cloud/restaurant"
	"awesome.pizza/cloud/store"
	"awesome.pizza/edge/uplink"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// proven is an enrolment with the chain's word for it, as the answer to a claim has it.
func (c *chain) proven(as uplink.Enrolment, sign func(doc []byte) ([]byte, error)) uplink.Enrolment {
	c.t.Helper()
	p, err := c.store.Proof(c.t.Context(), as.Restaurant, as.Device)
	if err != nil {
		c.t.Fatal(err)
	}
	as.Proof = new(link.SignedProof)
	if as.Proof.Doc, err = link.Encode(p); err != nil {
		c.t.Fatal(err)
	}
	if as.Proof.Sig, err = sign(as.Proof.Doc); err != nil {
		c.t.Fatal(err)
	}
	return as
}

// alerted reports whether head office sees an alert about r1.
func (c *chain) alerted(what string) bool {
	open, err := c.store.OpenAlerts(c.t.Context(), "r1")
	if err != nil {
		c.t.Fatal(err)
	}
	for i := range open {
		if open[i].What == what {
			return true
		}
	}
	return false
}

// The database is restored to before the restaurant's box was replaced. The box that lives is the restaurant's again, with all that it has,
// and nobody has done anything.
func TestABoxThatTheDatabaseHasForgottenIsTheRestaurantsAgain(t *testing.T) {
	t.Parallel()
	c := newChain(t, uplink.Client)
	eventually(t, "the first box is online", func() bool { return c.line.State().Condition == link.Online })
	before := c.placed(2)
	c.queued(before)
	eventually(t, "the cloud has all of it", func() bool { return c.line.State().Backlog == 0 })
	c.dump()
	as := c.proven(c.enrol("r1"), c.keys.Sign)
	kit, line := c.open(as, uplink.Client, "second.db")
	eventually(t, "the second box is online", func() bool { return line.State().Condition == link.Online })
	sold, _, err := kit.Place(t.Context(), counterOrder("sold by the second box"))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the cloud has that, too", func() bool { return c.status(sold.Order.ID) == order.StatusQueued && line.State().Backlog == 0 })

	c.restore()
	eventually(t, "what the second box sold is in the cloud again", func() bool { return c.status(sold.Order.ID) == order.StatusQueued })
	eventually(t, "the second box is online again", func() bool { s := line.State(); return s.Condition == link.Online && s.Backlog == 0 })
	if state, err := c.store.DeviceState(t.Context(), "r1", c.enrolled.Device); err != nil || state != store.DeviceFenced {
		t.Errorf("the first box is %q, %v", state, err)
	}
	if !c.alerted(restaurant.EnrolmentForgotten) {
		t.Error("head office does not hear of it")
	}
	c.kitchen = kit
	c.queued(c.placed(1)) // and it goes on
	for _, r := range before {
		eventually(t, "the second box has what was open", func() bool { return c.same(r.Order.ID) })
	}
}

func TestNobodyIsTheRestaurantsByAProofThatTheChainHasNotSigned(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	first := c.enrol("r1")
	c.dump()
	liar, err := nkeys.CreateAccount()
	if err != nil {
		t.Fatal(err)
	}
	forged, right := c.proven(c.enrol("r1"), liar.Sign), c.proven(c.enrol("r1"), c.keys.Sign)
	c.restore()
	for name, x := range map[string]struct {
		as    uplink.Enrolment
		shows uplink.Enrolment
	}{
		"signed by another":     {forged, forged},
		"of another device":     {forged, right},
		"without any":           {forged, uplink.Enrolment{}},
		"a snapshot's document": {forged, c.aSnapshot(first)},
	} {
		h := c.byHand(x.as)
		if r := h.sync(func(q *link.SyncRequest) { q.Proof = x.shows.Proof }); r.Kind != link.Fenced {
			t.Errorf("%s: %q, %s", name, r.Kind, r.Reason)
		}
		far := func(q *link.SyncRequest) { q.Proof, q.Epoch = right.Proof, link.MaxEpoch }
		if r := c.byHand(right).sync(far); r.Kind != link.Fenced {
			t.Errorf("numbers that no node can have: %q, %s", r.Kind, r.Reason)
		}
	}
	if row, _, err := c.store.Link(t.Context(), "r1"); err != nil || row.Device != first.Device || row.Epoch != 1 {
		t.Errorf("%+v, %v", row, err)
	}
	if r := c.byHand(right).sync(func(q *link.SyncRequest) { q.Proof = right.Proof }); r.Kind != link.Forked {
		t.Errorf("the right one: %q, %s", r.Kind, r.Reason)
	}
}

// aSnapshot is what else the chain has signed for a device, shown as a proof.
func (c *chain) aSnapshot(as uplink.Enrolment) uplink.Enrolment {
	c.t.Helper()
	pages, err := c.down.Snapshot(c.t.Context(), as.Restaurant, as.Device, 1<<20)
	if err != nil {
		c.t.Fatal(err)
	}
	as.Proof = &link.SignedProof{Doc: pages[0].Doc, Sig: pages[0].Sig}
	return as
}

// One message from a stolen box raised the numbers to the end of counting, and the restaurant's node could never heal any more.
func TestNumbersThatNoNodeCanHaveDoNotEndHealing(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	h := c.byHand(c.enrol("r1"))
	inc := h.sync(nil).Inc
	heals := func(epoch, cmdSeq uint64) link.HealReply {
		h.n++
		return asked[link.HealReply](h, link.HealSubject("r1"), link.HealRequest{N: h.n, Device: h.as.Device, Boot: "b", Epoch: epoch, CmdSeq: cmdSeq, Renew: true})
	}
	for _, far := range [][2]uint64{{1 << 32, 0}, {1, 1 << 53}} {
		if r := heals(far[0], far[1]); r.Kind != link.FarAhead || r.Reason == "" || r.Epoch != 0 {
			t.Errorf("a healing of %v is answered %+v", far, r)
		}
		r := h.sync(func(q *link.SyncRequest) { q.Epoch, q.CmdSeq, q.Inc = far[0], far[1], inc })
		if r.Kind != link.FarAhead || r.Reason == "" || r.Inc != inc {
			t.Errorf("a SYNC of %v is answered %+v, the chain was %s", far, r, inc)
		}
	}
	if !c.alerted(restaurant.FarAhead) {
		t.Error("head office does not hear of it")
	}
	if row, head, err := c.store.Link(t.Context(), "r1"); err != nil || row.Epoch != 1 || head != 0 {
		t.Errorf("%+v, %d commands, %v", row, head, err)
	}
	const recoveries = 4 << 16
	if r := heals(1+recoveries, 7); r.Kind != link.Forked || r.Epoch != 2+recoveries || r.Commands != 8 {
		t.Errorf("a box that was recovered over and over: %+v", r)
	}
}
