package link_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/shared/link"
)

const farBehind = 100_000

func TestAHealthyRestaurantIsNeverSlowed(t *testing.T) {
	t.Parallel()
	g := &link.Governor{Budget: 100}
	for i := range 5000 {
		g.Rate(evening, fmt.Sprint("r", i), farBehind)
	}
	for _, backlog := range []uint64{0, 1, link.CatchingUp - 1} {
		if rate := g.Rate(evening, "healthy", backlog); rate != 0 {
			t.Errorf("with %d events waiting: %d/s", backlog, rate)
		}
	}
}

func TestAGovernorWithoutABudgetSlowsNobody(t *testing.T) {
	t.Parallel()
	if rate := new(link.Governor).Rate(evening, "r1", farBehind); rate != 0 {
		t.Error(rate)
	}
}

func TestWhoComesAloneGetsThreeQuartersAndGivesThemBackWhenDone(t *testing.T) {
	t.Parallel()
	g := &link.Governor{Budget: 2800}
	if rate := g.Rate(evening, "r1", 8000); rate != 2100 {
		t.Errorf("%d/s", rate)
	}
	if n := g.Catching(evening.Add(5 * time.Second)); n != 1 {
		t.Errorf("%d catch up while one should", n)
	}
	if n := g.Catching(evening.Add(7 * time.Second)); n != 0 {
		t.Errorf("%d catch up after all was sent", n)
	}
	g.Rate(evening.Add(10*time.Second), "r1", 8000)
	if g.Rate(evening.Add(11*time.Second), "r1", 3); g.Catching(evening.Add(11*time.Second)) != 0 {
		t.Error("who has caught up still counts")
	}
}

func TestGrantsStayUnderTheBudgetWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := &link.Governor{Budget: rapid.IntRange(1, 10_000).Draw(t, "budget")}
		now, rates := evening, map[string]int{}
		for range rapid.IntRange(1, 200).Draw(t, "syncs") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			edge := fmt.Sprint("r", rapid.IntRange(0, 40).Draw(t, "edge"))
			// none of them is ever done: its grant stays until it holds SYNC again or 40 s have passed
			rates[edge] = g.Rate(now, edge, farBehind*1000)
			sum := 0
			for _, r := range rates {
				sum += r
			}
			if rates[edge] < 1 {
				t.Fatalf("%s stands still", edge)
			}
			if n := g.Catching(now); n == len(rates) && sum > g.Budget+len(rates) {
				t.Fatalf("%d/s granted to %d edges, the budget is %d/s", sum, len(rates), g.Budget)
			}
		}
	})
}

func TestWhoComesLateIsNotLeftWithTheCrumbs(t *testing.T) {
	t.Parallel()
	g := &link.Governor{Budget: 1000}
	rates := map[string]int{}
	for i := range 10 {
		name := fmt.Sprint("r", i)
		rates[name] = g.Rate(evening, name, farBehind)
	}
	if rates["r0"] != 750 || rates["r9"] > 1 {
		t.Fatalf("who came first and who came last have %d/s and %d/s: the story is told otherwise now", rates["r0"], rates["r9"])
	}
	now := evening
	for range 8 { // two seconds, in which each holds SYNC as soon as it is called
		now = now.Add(250 * time.Millisecond)
		for _, name := range g.Uneven(now) {
			rates[name] = g.Rate(now, name, farBehind)
		}
	}
	for name, rate := range rates {
		if rate < 50 || rate > 200 {
			t.Errorf("%s has %d/s; a tenth of the budget is 100/s", name, rate)
		}
	}
	if again := g.Uneven(now.Add(time.Second)); len(again) > 0 {
		t.Errorf("all have their share, and %v are called", again)
	}
}

func TestFewAreCalledAtATimeAndNobodyTwiceInAMoment(t *testing.T) {
	t.Parallel()
	g := &link.Governor{Budget: 1000}
	for i := range 200 {
		g.Rate(evening, fmt.Sprint("r", i), farBehind)
	}
	named := map[string]bool{}
	for n := range 8 {
		for i, name := range g.Uneven(evening.Add(time.Duration(n+1) * 250 * time.Millisecond)) {
			if named[name] || i >= 16 {
				t.Errorf("%s is called again, or too many are called", name)
			}
			named[name] = true
		}
	}
	if len(named) == 0 {
		t.Error("nobody is called")
	}
}

// A stampede: 10,000 restaurants come back within five seconds, each an hour behind, and hold SYNC every 30 s until they have caught up.
func TestAStampedeIsServedFairlyAndInTheTimeTheBudgetAllows(t *testing.T) {
	t.Parallel()
	const edges, budget, backlog = 10_000, 20_000, 600
	g := &link.Governor{Budget: budget}
	roll := rand.New(rand.NewPCG(1, 1))
	type state struct {
		left float64
		rate int
		sync time.Duration
	}
	all := make([]state, edges)
	for i := range all {
		all[i] = state{left: backlog, sync: time.Duration(roll.IntN(5000)) * time.Millisecond}
	}
	names := make([]string, edges)
	for i := range names {
		names[i] = fmt.Sprint("r", i)
	}
	var peak int
	var done time.Duration
	for at := time.Duration(0); at < 30*time.Minute && done == 0; at += time.Second {
		sum, behind := 0, 0
		for i := range all {
			e := &all[i]
			if e.sync <= at {
				e.rate = g.Rate(evening.Add(at), names[i], uint64(e.left))
				e.sync += 30 * time.Second
				if e.rate == 0 {
					e.left, e.rate = 0, 0
				}
			}
			if e.left > 0 {
				sum, behind = sum+e.rate, behind+1
				e.left -= float64(e.rate)
			}
		}
		peak = max(peak, sum)
		if behind == 0 {
			done = at
		}
	}
	if least := time.Duration(edges*backlog/budget) * time.Second; done == 0 || done > 4*least {
		t.Errorf("caught up after %v, with the whole budget it would be %v", done, least)
	}
	if peak > budget+edges {
		t.Errorf("at its peak %d/s", peak)
	}
}
