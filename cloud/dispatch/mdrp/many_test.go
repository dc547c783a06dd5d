//go:build !race

package mdrp_test

import (
	"testing"

	"pgregory.net/rapid"

	"awesome.pizza/cloud/dispatch/mdrp"
)

// Many days in one goroutine: the race detector would find nothing, and take eight times as long. make test-figures plays them.

func TestWhateverTheDayIsItIsPlayedByTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in := town(rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 25).Draw(rt, "orders"), rapid.IntRange(1, 6).Draw(rt, "couriers"))
		for _, c := range []mdrp.Category{mdrp.N, mdrp.P, mdrp.E} {
			if err := mdrp.Check(in, play(t, in, c)); err != nil {
				rt.Fatalf("%s: %v", c, err)
			}
		}
	})
}
