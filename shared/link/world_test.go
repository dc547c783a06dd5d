package link_test

import (
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/link"
)

const edgeID = "r000123"

// dice gives a number in [0,n): 0 is always the harmless choice, so that a shrunken history reads well.
type dice func(n int) int

// mutant is a plausible design that is wrong. The histories must show that each of them is.
type mutant struct {
	name           string
	from           uint64 // history at which the search begins: the rare ones take a few hundred
	deleteOnPubAck bool   // the hub's acknowledgement counts as the cloud's
	skipGaps       bool   // the applier takes what comes
	noWatermark    bool   // the applier relies on the hub's duplicate window
	noGeneration   bool   // what is sent again has the name it had
	ackNoHash      bool   // an acknowledgement counts for whatever event has the number
	ackNoInc       bool   // an acknowledgement counts whichever database made it
	noRewind       bool   // the edge believes its own watermark, not the cloud's
	forkBlind      bool   // only numbers are compared
	commandTwice   bool   // a repeated command is carried out again
	commandGap     bool   // a command is carried out before the one before it
}

// world is one restaurant, a hub and a cloud, with a network that loses, repeats, delays and spoils. It knows the truth.
type world struct {
	roll   dice
	now    time.Time
	net    []packet
	edge   *edge
	hub    *hub
	cloud  *cloud
	mutant mutant

	cut                        bool
	drop, repeat, spoil, delay int    // per cent, per cent, per cent, milliseconds at most
	card                       *image // where cards are restored: the last photograph; the cloud may then hold another history
	broken                     error
	handled                    int
	healed                     time.Duration // how long peace took to bring agreement
}

type packet struct {
	at   time.Time
	what func()
}

func newWorld(roll dice, m mutant, cards bool) *world {
	w := &world{roll: roll, now: time.Date(2026, 7, 3, 19, 30, 0, 0, time.UTC), mutant: m}
	w.hub = &hub{world: w, seen: map[string]bool{}}
	w.cloud = &cloud{world: w, row: link.LinkRow{Edge: edgeID, Device: "dev-1", Epoch: link.FirstEpoch}, inc: 1}
	w.edge = &edge{world: w, acked: link.Mark{Epoch: link.FirstEpoch}}
	w.edge.start()
	w.cloud.start()
	if cards {
		w.card = &image{acked: w.edge.acked}
	}
	return w
}

// send gives a packet to the network, which does with it what it likes.
func (w *world) send(what func()) {
	if w.cut || w.roll(100) >= 100-w.drop {
		return
	}
	copies := 1
	if w.roll(100) >= 100-w.repeat {
		copies = 2
	}
	for range copies {
		delay := 5 * time.Millisecond
		if w.delay > 0 {
			delay += time.Duration(w.roll(w.delay)) * time.Millisecond
		}
		w.net = append(w.net, packet{w.now.Add(delay), func() {
			if !w.cut {
				what()
			}
		}})
	}
}

// run lets time pass: everything that is due happens, in its order.
func (w *world) run(d time.Duration) {
	end := w.now.Add(d)
	for w.broken == nil {
		at, what := w.due()
		if what == nil || at.After(end) {
			break
		}
		if at.After(w.now) {
			w.now = at
		}
		what()
		w.verify()
		if w.handled++; w.handled > 100_000 {
			w.fail("the link runs hot")
		}
	}
	w.now = end
}

// due is the next thing to happen.
func (w *world) due() (at time.Time, what func()) {
	consider := func(t time.Time, f func()) {
		if !t.IsZero() && (what == nil || t.Before(at)) {
			at, what = t, f
		}
	}
	for i, p := range w.net {
		consider(p.at, func() {
			w.net = slices.Delete(w.net, i, i+1)
			p.what()
		})
	}
	consider(w.edge.wake, w.edge.tick)
	consider(w.edge.beatAt, w.edge.beat)
	consider(w.cloud.wake, w.cloud.tick)
	consider(w.cloud.applyAt, w.cloud.apply)
	return at, what
}

func (w *world) fail(format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf(format, args...)
	}
}

// verify holds the promises against the present.
func (w *world) verify() {
	c, e := w.cloud, w.edge
	prev := link.Hash{}
	if n := len(c.events); n > 0 {
		if n > 1 {
			prev = c.events[n-2].Hash
		}
		if last := c.events[n-1]; last.Seq != uint64(n) || link.Chain(prev, last) != last.Hash {
			w.fail("the cloud's event %d (place %d) is not in order", last.Seq, n)
		}
		if w.card == nil && (n > len(e.truth) || e.truth[n-1].Hash != c.events[n-1].Hash) {
			w.fail("the cloud's %d events are not the first of the edge's %d", n, len(e.truth))
		}
	}
	if c.row.Seq != uint64(len(c.events)) {
		w.fail("the watermark is %d with %d events", c.row.Seq, len(c.events))
	}
	if e.trimmed > c.row.Seq {
		w.fail("rows up to %d are gone, the cloud has committed %d", e.trimmed, c.row.Seq)
	}
	if s := e.sender.State(); s.Inc == c.incarnation() {
		if s.Acked.Seq > c.row.Seq || s.Acked.Seq > 0 && c.events[s.Acked.Seq-1].Hash != s.Acked.Hash {
			w.fail("acknowledged at the edge is %d, the cloud has committed %d, perhaps others", s.Acked.Seq, c.row.Seq)
		}
	}
	if n := len(e.inbox); n > len(c.commands) || n > 0 && e.inbox[n-1] != c.commands[n-1].ID || uint64(n) != e.cmdSeq {
		w.fail("the edge has carried out %v", e.inbox)
	}
}

// heal makes everything work and waits; both sides must come to agree.
func (w *world) heal() {
	w.drop, w.repeat, w.spoil, w.delay, w.cut = 0, 0, 0, 0, false
	w.cloud.start()
	if !w.edge.alive {
		w.edge.start()
	}
	if w.edge.sender.State().Condition == link.Offline {
		w.edge.do(w.edge.sender.Connected(w.now))
	}
	peace := w.now
	deadline := peace.Add(6 * time.Minute)
	for w.broken == nil && !w.agreed() && w.now.Before(deadline) {
		w.run(time.Second)
	}
	w.healed = w.now.Sub(peace)
	if s := w.edge.sender.State(); w.broken == nil && !w.agreed() {
		w.fail("no agreement: %+v, cloud at %d with %d commands, edge at command %d", s, w.cloud.row.Seq, len(w.cloud.commands), w.edge.cmdSeq)
	}
}

func (w *world) agreed() bool {
	s := w.edge.sender.State()
	if w.card != nil && s.Condition == link.Healing && (s.Cause == link.CauseFork || s.Cause == link.CauseSnapshot) {
		return true // this cloud answers no healing; nothing is lost: verify has looked
	}
	return s.Condition == link.Online && s.Backlog == 0 && len(w.edge.truth) == len(w.cloud.events) && int(w.edge.cmdSeq) == len(w.cloud.commands) &&
		(len(w.edge.truth) == 0 || w.edge.truth[len(w.edge.truth)-1].Hash == w.cloud.row.Hash)
}
