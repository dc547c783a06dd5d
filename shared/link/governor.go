package link

import (
	"maps"
	"slices"
	"time"
)

const (
	// CatchingUp is the backlog from which on an edge counts as catching up. With less it is one of the healthy ones, which nobody slows.
	CatchingUp = 4 * MaxBatchEvents

	grantLasts = 40 * time.Second // an edge with a backlog holds SYNC at least this often
	grantKeeps = 4                // of what is left, 1/grantKeeps is kept for who comes next
	evenEvery  = 250 * time.Millisecond
	evenMost   = 16              // edges that are called at once
	evenAgain  = 5 * time.Second // until the same one is called again
)

// Governor decides how fast each edge may send that catches up, so that all of them together leave room for those that are healthy. It has
// no goroutine and is not safe for concurrent use. Of several clouds each runs one, with its part of the budget.
type Governor struct {
	Budget int // events per second for all who catch up together; 0: no limit

	grants map[string]grant
	given  int // sum of grants
	swept  time.Time
	evened time.Time
}

type grant struct {
	rate   int
	over   time.Time
	called time.Time // to hold SYNC, because it was uneven
}

// Rate is the max_rate for an edge that holds SYNC and is behind by backlog events: 0, as fast as it can, for a healthy one. The grants
// that are out never sum up to more than Budget, except that nobody gets less than one event per second: nobody stands still.
func (g *Governor) Rate(now time.Time, edge string, backlog uint64) int {
	g.sweep(now)
	was, renews := g.grants[edge]
	g.take(edge)
	if g.Budget <= 0 || backlog < CatchingUp {
		return 0
	}
	if g.grants == nil {
		g.grants = map[string]grant{}
	}
	left := g.Budget - g.given
	if !renews {
		left -= left / grantKeeps // somebody else may come the next moment
	}
	fair := g.Budget / (len(g.grants) + 1)
	rate := max(1, min(fair, left))
	needs := time.Duration(float64(backlog)/float64(rate)*float64(time.Second)) + 2*time.Second
	g.grants[edge] = grant{rate: rate, over: now.Add(min(needs, grantLasts)), called: was.called}
	g.given += rate
	return rate
}

// Uneven names edges whose grant is far from the fair share, to be called to SYNC: who came first and alone has most of the budget, and who came
// behind them gets what that leaves until then. Those with less are named once there is something for them. It names few at a time.
func (g *Governor) Uneven(now time.Time) (call []string) {
	g.sweep(now)
	if now.Sub(g.evened) < evenEvery || len(g.grants) == 0 {
		return nil
	}
	g.evened = now
	fair, left := g.Budget/len(g.grants), g.Budget-g.given
	for _, edge := range slices.Sorted(maps.Keys(g.grants)) {
		has := g.grants[edge]
		little := has.rate < fair/2 && left >= fair/2
		if now.Sub(has.called) < evenAgain || !little && has.rate <= max(fair+fair/4, 2) {
			continue
		}
		if little {
			left -= fair - has.rate
		}
		has.called = now
		g.grants[edge] = has
		if call = append(call, edge); len(call) == evenMost {
			break
		}
	}
	return call
}

// Catching is how many edges are catching up.
func (g *Governor) Catching(now time.Time) int {
	g.sweep(now)
	return len(g.grants)
}

// take gives an edge's grant back.
func (g *Governor) take(edge string) {
	g.given -= g.grants[edge].rate
	delete(g.grants, edge)
}

// sweep gives back what ran out, once a second.
func (g *Governor) sweep(now time.Time) {
	if now.Sub(g.swept) < time.Second {
		return
	}
	g.swept = now
	for edge, old := range g.grants {
		if !old.over.After(now) {
			g.take(edge)
		}
	}
}
