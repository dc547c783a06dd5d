package printer_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"awesome.pizza/shared/order"
)

// whims are what can go wrong with a printer for a while.
var whims = []string{
	"paper_out@0s+%ds", "cover_open@0s+%ds", "jam@0s+%ds", "silent@0s+%ds", "reboot@%ds", "hang_up=150@0s+%ds", "slow=0.3@0s+%ds", "hang_up=700@0s+%ds",
}

func TestWhateverPrintersDoATicketIsNeitherLostNorRepeatedInSilence(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(seed, 0))
			inKitchen(t, two(), func(w *world) {
				w.mangled = true
				for range 15 {
					w.fault([]string{"p1", "p1", "p2"}[chance.IntN(3)], fmt.Sprintf(whims[chance.IntN(len(whims))], 1+chance.IntN(60)))
					for range chance.IntN(3) {
						w.place(order.DineIn, order.Line{Product: "margherita", Size: "large", Quantity: 1})
					}
					w.pass(time.Duration(chance.IntN(40_000)) * time.Millisecond)
					if chance.IntN(6) == 0 {
						w.restart()
					}
				}
				for _, p := range w.net.sims {
					p.Mend()
				}
				w.until("all is printed", func() bool {
					return !strings.Contains(w.ledger("p1"), "pending") && !strings.Contains(w.ledger("p1"), "doubtful")
				})
				w.until("nothing is on its way", func() bool { return !strings.Contains(w.ledger("p1"), "sent") })
				w.once(strings.Count(w.ledger("p1"), "failed"))
			})
		})
	}
}

// once holds the paper of all printers against the orders: each has a whole ticket, but for those that were
// given up, and at most one that says nothing.
func (w *world) once(failed int) {
	w.t.Helper()
	silent, whole := map[string]int{}, map[string]int{}
	for _, p := range w.net.sims {
		for _, paper := range p.Papers() {
			number, ended := "", false
			for _, l := range paper.Lines {
				if l.High == 4 {
					number = l.Text
				}
				ended = ended || strings.Contains(l.Text, "ALLERGENS")
			}
			if number == "" || paper.Torn || !ended {
				continue
			}
			whole[number]++
			if !strings.Contains(paper.Text(), duplicate) {
				silent[number]++
			}
		}
	}
	s, err := w.Snapshot(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	lost := 0
	for _, o := range s.Tickets {
		number := fmt.Sprintf("#%d", o.Number)
		if silent[number] > 1 {
			w.t.Errorf("%s was printed %d times without a word", number, silent[number])
		}
		if whole[number] == 0 {
			lost++
		}
	}
	if lost > failed {
		w.t.Errorf("%d tickets were not printed, and %d given up", lost, failed)
	}
}
