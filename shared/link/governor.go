package link

import "time"

const (
	// CatchingUp is the backlog from which on an edge counts as catching up. With less it is one of the healthy ones, which nobody slows.
	CatchingUp = 4 * MaxBatchEvents

	grantLasts = 40 * time.Second // an edge with a backlog holds SYNC at least this often
	grantMost  = 4                // the largest share of the budget for one edge is 1/grantMost
)

// Governor decides how fast each edge may send that catches up, so that all of them together leave room for those that are healthy. It has
// no goroutine and is not safe for concurrent use. Of several clouds each runs one, with its part of the budget.
type Governor struct {
	Budget int // events per second for all who catch up together; 0: no limit

	grants map[string]grant
	given  int // sum of grants
	swept  time.Time
}

type grant struct {
	rate int
	over time.Time
}

// Rate is the max_rate for an edge that holds SYNC and is behind by backlog events: 0, as fast as it can, for a healthy one. The grants
// that are out never sum up to more than Budget, except that nobody gets less than one event per second: nobody stands still.
func (g *Governor) Rate(now time.Time, edge string, backlog uint64) int {
	g.sweep(now)
	_, renews := g.grants[edge]
	g.take(edge)
	if g.Budget <= 0 || backlog < CatchingUp {
		return 0
	}
	if g.grants == nil {
		g.grants = map[string]grant{}
	}
	left := g.Budget - g.given
	if !renews {
		left /= 2 // somebody else may come the next moment
	}
	fair := min(g.Budget/(len(g.grants)+1), g.Budget/grantMost)
	rate := max(1, min(fair, left))
	needs := time.Duration(float64(backlog)/float64(rate)*float64(time.Second)) + 2*time.Second
	g.grants[edge] = grant{rate, now.Add(min(needs, grantLasts))}
	g.given += rate
	return rate
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
