package linksim_test

import (
	"testing"

	"awesome.pizza/shared/link/linksim"
)

// mostHistories is how many histories a wrong design may survive.
const mostHistories = 4000

func TestEveryPlausibleWrongDesignIsCaught(t *testing.T) {
	t.Parallel()
	for _, m := range linksim.Mutants() {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			for seed := m.From; seed < m.From+mostHistories; seed++ {
				r := linksim.Live(linksim.Options{Seed: seed, Mutant: m.Mutant})
				if r.Err == nil {
					continue
				}
				t.Logf("caught by history %d: %v", seed, r.Err)
				if right := linksim.Live(linksim.Options{Seed: seed}); right.Err != nil {
					t.Errorf("the right design fails there too: %v", right.Err)
				}
				return
			}
			t.Errorf("not caught in %d histories: they do not bite", mostHistories)
		})
	}
}
