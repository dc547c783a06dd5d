package linksim_test

import (
	"cmp"
	"flag"
	"testing"

	"awesome.pizza/shared/link/linksim"
)

var most = flag.Uint64("linksim.most", 0, "histories that a wrong design may survive, from the first on; 0: few, from where it is known to fail")

func TestEveryPlausibleWrongDesignIsCaught(t *testing.T) {
	t.Parallel()
	for _, m := range linksim.Mutants() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			first, last := m.From, m.From+cmp.Or(*most, mostHistories)
			if *most > 0 {
				first = 1
			}
			for seed := first; seed < last; seed++ {
				r := linksim.Live(m.History(seed, m.Mutant))
				if r.Err == nil {
					continue
				}
				t.Logf("caught by history %d: %v", seed, r.Err)
				if right := linksim.Live(m.History(seed, linksim.Mutant{})); right.Err != nil {
					t.Errorf("the right design fails there too: %v", right.Err)
				}
				return
			}
			t.Errorf("not caught in the histories from %d to %d: they do not bite", first, last)
		})
	}
}
