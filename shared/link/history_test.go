package link_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
)

var histories = flag.Int("histories", 300, "random histories of the link to try")

// live is one history: troubles of every kind, then peace, in which both sides must come to agree.
func live(w *world, plan []int) error {
	w.drop, w.repeat, w.spoil, w.delay = w.roll(40), w.roll(30), w.roll(5), w.roll(4000)
	w.edge.do(w.edge.sender.Connected(w.now))
	for _, choice := range plan {
		step(w, choice)
		w.verify()
		if w.broken != nil {
			return w.broken
		}
	}
	w.heal()
	return w.broken
}

// Things that happen to a restaurant: every history has choices below everyday; one with cards also has those below everything, but
// neither commands nor a restored cloud, which a restored card would contradict for other reasons.
const (
	everyday   = 20
	everything = 22
)

// planned is a random history of n steps.
func planned(roll dice, n int, cards bool) []int {
	plan := make([]int, n)
	for i := range plan {
		plan[i] = roll(everyday)
		if cards {
			plan[i] = roll(everything)
		}
	}
	return plan
}

// step is one thing that happens.
func step(w *world, choice int) {
	e, c := w.edge, w.cloud
	switch choice {
	case 0, 1, 2, 3:
		w.run(time.Duration(1+w.roll(2000)) * time.Millisecond)
	case 4:
		w.run(time.Duration(1+w.roll(90)) * time.Second)
	case 5, 6, 7, 8:
		if e.alive {
			e.happen(1 + w.roll(5))
		}
	case 9:
		if e.alive {
			e.happen(1 + w.roll(200))
		}
	case 10, 11:
		if w.card == nil {
			c.order()
		}
	case 12:
		w.cut = true
	case 13:
		w.cut = false
	case 14:
		if e.alive {
			e.do(e.sender.Disconnected(w.now, link.CauseInternet))
		}
	case 15:
		if e.alive {
			e.do(e.sender.Connected(w.now))
		}
	case 16:
		e.crash()
		e.start()
		e.do(e.sender.Connected(w.now))
	case 17:
		if c.alive {
			c.crash()
		} else {
			c.start()
		}
	case 18:
		w.hub.lose(1 + w.roll(4))
	case 19:
		if w.roll(2) == 0 {
			e.trim()
		} else if w.card == nil {
			c.restore(uint64(w.roll(int(c.row.Seq) + 1)))
		}
	case 20:
		*w.card = e.photograph()
	case 21:
		e.restore(*w.card)
		e.do(e.sender.Connected(w.now))
	}
}

func seeded(seed uint64) dice { return rand.New(rand.NewPCG(seed, 0)).IntN }

// history is the seeded history with this number, 60 steps long.
func history(seed uint64, m mutant, cards bool) error {
	roll := seeded(seed)
	return live(newWorld(roll, m, cards), planned(roll, 60, cards))
}

func TestNoHistoryLosesOrDoublesAnything(t *testing.T) {
	t.Parallel()
	var longest, sum time.Duration
	for seed := range uint64(*histories) {
		roll := seeded(seed)
		w := newWorld(roll, mutant{}, false)
		if err := live(w, planned(roll, 60, false)); err != nil {
			t.Fatalf("history %d: %v", seed, err)
		}
		longest, sum = max(longest, w.healed), sum+w.healed
	}
	t.Logf("%d histories; agreement after peace in %v on average, %v at most", *histories, sum/time.Duration(*histories), longest)
}

func TestARestoredCardEndsInAgreementOrInAForkThatSaysSo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(*histories) {
		if err := history(seed, mutant{}, true); err != nil {
			t.Fatalf("history %d: %v", seed, err)
		}
	}
}

func TestNoHistoryThatCanBeShrunkLosesAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cards := rapid.Bool().Draw(t, "cards")
		most := everyday - 1
		if cards {
			most = everything - 1
		}
		seed := rapid.Uint64().Draw(t, "seed of the network")
		plan := rapid.SliceOfN(rapid.IntRange(0, most), 0, 60).Draw(t, "plan")
		if err := live(newWorld(seeded(seed), mutant{}, cards), plan); err != nil {
			t.Fatal(err)
		}
	})
}

func TestEveryPlausibleWrongDesignIsCaught(t *testing.T) {
	t.Parallel()
	for _, m := range []mutant{
		{name: "delete the row on the hub's acknowledgement", deleteOnPubAck: true},
		{name: "skip gaps", skipGaps: true},
		{name: "rely on the hub's duplicate window", noWatermark: true},
		{name: "no generation in the message id", noGeneration: true},
		{name: "acknowledge without hash", ackNoHash: true, from: 250},
		{name: "acknowledge without incarnation", ackNoInc: true, from: 450},
		{name: "no rewind when the cloud went back", noRewind: true},
		{name: "no fork detection", forkBlind: true},
		{name: "carry out a repeated command", commandTwice: true},
		{name: "carry out a command before its turn", commandGap: true},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for seed := m.from; seed < m.from+50_000; seed++ {
				for _, cards := range []bool{false, true} {
					if err := history(seed, m, cards); err != nil {
						t.Logf("caught by history %d: %v", seed, err)
						if err := history(seed, mutant{}, cards); err != nil {
							t.Errorf("the right design fails there too: %v", err)
						}
						return
					}
				}
			}
			t.Error("not caught in 50000 histories: they do not bite")
		})
	}
}
