package engine

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWhoIsAssignedToWhatCostsTheLeastOfAllWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 6).Draw(t, "rows")
		cols := rapid.IntRange(rows, 7).Draw(t, "columns")
		cost := make([][]int64, rows)
		for i := range cost {
			for range cols {
				c := rapid.Int64Range(0, 30).Draw(t, "cost")
				if c == 30 {
					c = unreachable
				}
				cost[i] = append(cost[i], c)
			}
		}
		got, taken, sum := Assign(cost), map[int]bool{}, int64(0)
		for i, j := range got {
			if taken[j] {
				t.Fatalf("column %d is given twice: %v", j, got)
			}
			taken[j] = true
			sum += cost[i][j]
		}
		if best := tryAll(cost, 0, map[int]bool{}); len(got) != rows || sum != best {
			t.Fatalf("%v costs %d, and %d would do", got, sum, best)
		}
	})
}

func tryAll(cost [][]int64, row int, taken map[int]bool) int64 {
	if row == len(cost) {
		return 0
	}
	best := int64(len(cost)+1) * unreachable
	for j, c := range cost[row] {
		if !taken[j] {
			taken[j] = true
			best = min(best, c+tryAll(cost, row+1, taken))
			taken[j] = false
		}
	}
	return best
}
