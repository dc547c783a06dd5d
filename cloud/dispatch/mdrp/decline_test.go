package mdrp_test

import (
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/cloud/dispatch/mdrp"
)

// declines says whether a courier declines to go somewhere at a minute: always the same twenty in a hundred.
func declines(courier, to string, now int) bool {
	h := fnv.New32a()
	h.Write([]byte(courier + to))
	h.Write([]byte{byte(now), byte(now >> 8)})
	return h.Sum32()>>8%100 < 20
}

// plain is the linear assignment: each minute idle couriers and waiting orders are matched one to one for the least sum of pick-up times, and
// whoever is matched goes.
type plain struct {
	in     *mdrp.Instance
	open   []mdrp.Placed
	at     map[string]engine.Place
	bound  map[string]*mdrp.Placed // order that a courier goes for
	there  map[string]int          // when a courier is there
	idle   map[string]bool
	refuse func(courier, to string, now int) bool
	not    map[string]bool
}

func (p *plain) minute(n mdrp.News) (out []mdrp.Command) {
	p.open = append(p.open, n.Orders...)
	for _, f := range n.Free {
		if p.bound[f.Courier] == nil {
			p.idle[f.Courier] = true
		}
	}
	for _, c := range p.in.Couriers {
		if o := p.bound[c.ID]; o != nil && max(p.there[c.ID]+2, int(o.ReadyAt)) <= n.Now {
			out = append(out, mdrp.Command{Courier: c.ID, Deliver: []string{o.ID}})
			p.at[c.ID], p.bound[c.ID] = engine.Place{X: o.X, Y: o.Y}, nil
		}
	}
	var free []mdrp.Courier
	for _, c := range p.in.Couriers {
		if p.idle[c.ID] && p.bound[c.ID] == nil && c.Off > n.Now {
			free = append(free, c)
		}
	}
	var taken []string
	for o, c := range match(p.costs(free, n.Now)) {
		if c < 0 {
			continue
		}
		order, who := &p.open[o], free[c].ID
		if p.refuse(who, order.Restaurant, n.Now) {
			p.not[who+order.ID] = true
			continue
		}
		room := p.room(order.Restaurant)
		p.there[who] = n.Now + p.way(p.at[who], room)
		p.at[who], p.idle[who] = room, false
		kept := *order
		p.bound[who] = &kept
		taken = append(taken, order.ID)
		out = append(out, mdrp.Command{Courier: who, Move: order.Restaurant})
	}
	p.open = slices.DeleteFunc(p.open, func(o mdrp.Placed) bool { return slices.Contains(taken, o.ID) })
	return out
}

const never = 1 << 30

func (p *plain) costs(free []mdrp.Courier, now int) [][]int {
	out := make([][]int, len(p.open))
	for o := range p.open {
		out[o] = make([]int, len(free))
		for c := range free {
			pick := max(now+p.way(p.at[free[c].ID], p.room(p.open[o].Restaurant))+2, int(p.open[o].ReadyAt))
			if out[o][c] = pick; pick > free[c].Off || p.not[free[c].ID+p.open[o].ID] {
				out[o][c] = never
			}
		}
	}
	return out
}

func (p *plain) room(id string) engine.Place {
	i := slices.IndexFunc(p.in.Restaurants, func(r mdrp.Restaurant) bool { return r.ID == id })
	return engine.Place{X: p.in.Restaurants[i].X, Y: p.in.Restaurants[i].Y}
}

func (p *plain) way(a, b engine.Place) int {
	return int(math.Ceil(math.Hypot(a.X-b.X, a.Y-b.Y) / p.in.Parameters.Speed))
}

// match gives each row a column of its own, -1 for none, so that as many as can be are matched and their sum is least: one row after the other
// by the cheapest chain of exchanges (Bellman and Ford).
func match(cost [][]int) []int {
	to := slices.Repeat([]int{-1}, len(cost))
	if len(cost) == 0 {
		return to
	}
	owner := slices.Repeat([]int{-1}, len(cost[0]))
	for row := range cost {
		least, from := slices.Repeat([]int{never}, len(owner)), slices.Repeat([]int{row}, len(owner))
		copy(least, cost[row])
		for changed := true; changed; {
			changed = false
			for c, r := range owner {
				if r < 0 || least[c] >= never {
					continue
				}
				for next, v := range cost[r] {
					if d := least[c] - cost[r][c] + v; v < never && d < least[next] {
						least[next], from[next], changed = d, r, true
					}
				}
			}
		}
		best := -1
		for c, r := range owner {
			if r < 0 && least[c] < never && (best < 0 || least[c] < least[best]) {
				best = c
			}
		}
		for best >= 0 {
			r := from[best]
			best, to[r], owner[best] = to[r], best, r
		}
	}
	return to
}

func TestTheMatchingIsTheCheapest(t *testing.T) {
	t.Parallel()
	if got := match([][]int{{4, 1, 3}, {2, 0, 5}, {3, 2, 2}}); !slices.Equal(got, []int{1, 0, 2}) {
		t.Error(got)
	}
	if got := match([][]int{{4, never}, {2, never}, {9, 9}}); !slices.Equal(got, []int{0, -1, 1}) {
		t.Error(got)
	}
}

func playPlain(t *testing.T, in *mdrp.Instance, refuse func(string, string, int) bool) *mdrp.Solution {
	t.Helper()
	p := &plain{
		in: in, at: map[string]engine.Place{}, bound: map[string]*mdrp.Placed{}, there: map[string]int{}, idle: map[string]bool{}, refuse: refuse,
		not: map[string]bool{},
	}
	for _, c := range in.Couriers {
		p.at[c.ID] = engine.Place{X: c.X, Y: c.Y}
	}
	s, err := mdrp.Play(in, mdrp.P, p.minute, still)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func playDeclined(t *testing.T, in *mdrp.Instance, refuse func(string, string, int) bool) *mdrp.Solution {
	t.Helper()
	p := mdrp.NewPolicy(mdrp.Init{Parameters: in.Parameters, Restaurants: in.Restaurants, Couriers: in.Couriers}, mdrp.P, quick())
	s, err := mdrp.Play(in, mdrp.P, func(n mdrp.News) (did []mdrp.Command) {
		for _, cmd := range p.Minute(n) {
			if cmd.Move != "" && refuse(cmd.Courier, cmd.Move, n.Now) {
				p.Declined(cmd.Courier)
				continue
			}
			did = append(did, cmd)
		}
		return did
	}, still)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDeclinesHurtLessThanHalfAsMuchAsTheyHurtThePlainAssignment(t *testing.T) {
	t.Parallel()
	willing := func(string, string, int) bool { return false }
	var ours, theirs [2]float64
	for seed := range uint64(8) {
		in := town(20+seed, 110, 12)
		for i, refuse := range []func(string, string, int) bool{willing, declines} {
			own, other := playDeclined(t, in, refuse), playPlain(t, in, refuse)
			for _, s := range []*mdrp.Solution{own, other} {
				if err := mdrp.Check(in, s); err != nil {
					t.Fatal(err)
				}
			}
			a, b := mdrp.Measure(in, own), mdrp.Measure(in, other)
			ours[i] += a.Excess / 8
			theirs[i] += b.Excess / 8
		}
	}
	if worse, most := ours[1]-ours[0], (theirs[1]-theirs[0])/2; worse >= most {
		t.Errorf("declines cost %.2f min an order, and %.2f of the plain assignment", worse, theirs[1]-theirs[0])
	}
}
