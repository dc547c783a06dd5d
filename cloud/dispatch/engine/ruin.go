package engine

import (
	"runtime"
	"slices"
)

// construct inserts what has no driver, first what would lose most by waiting.
func (s *search) construct() {
	var open []int
	for o, d := range s.owner {
		if d < 0 {
			open = append(open, o)
		}
	}
	if len(open) > 60 { // a day's first tick, or a rebuilt planner: regret over all would be slow, search repairs the rest
		slices.SortFunc(open, func(a, b int) int { return s.ready[a] - s.ready[b] })
		for _, o := range open {
			if sp, _ := s.insertion(o, 0); sp.driver >= 0 {
				s.insert(o, sp)
			}
		}
		return
	}
	for len(open) > 0 {
		pick, most := -1, int64(-1)
		var at spot
		for i, o := range open {
			sp, second := s.insertion(o, 0)
			if sp.driver >= 0 && second-sp.more > most {
				pick, most, at = i, second-sp.more, sp
			}
		}
		if pick < 0 {
			return
		}
		s.insert(open[pick], at)
		open = slices.Delete(open, pick, pick+1)
	}
}

// related are orders that compete with each other: near restaurants, near times.
func (t *table) related(most int) [][]int32 {
	n := len(t.room)
	out := make([][]int32, n)
	way := make([]int, len(t.rooms)*len(t.rooms))
	for a, x := range t.rooms {
		for b, y := range t.rooms {
			way[a*len(t.rooms)+b] = t.snap.Travel.Time(t.snap.Restaurants[x], t.snap.Restaurants[y], t.snap.Now)
		}
	}
	keys := make([]int, n)
	for o := range n {
		for p := range n {
			apart := t.ready[o] - t.ready[p]
			keys[p] = (2*way[t.room[o]*len(t.rooms)+t.room[p]]+max(apart, -apart))<<16 + p
		}
		slices.Sort(keys)
		out[o] = make([]int32, min(n, most))
		for i := range out[o] {
			out[o][i] = int32(keys[i] & 0xffff)
		}
	}
	return out
}

// improve ruins a few routes and makes them anew, so often, and keeps what is not worse (ruin and recreate; Schrimpf and others, 2000).
func (s *search) improve(steps int) {
	n := len(s.owner)
	if n == 0 {
		return
	}
	kin := s.related(14)
	pulled := make([]bool, n)
	for range steps {
		runtime.Gosched() // a plan can wait for a moment; what goes to phones and guests in this process must not wait for it
		before := s.total
		s.ruin(kin[s.dice.roll(n)], pulled)
		s.recreate()
		if s.total > before {
			s.undo()
		}
		for _, d := range s.touch {
			s.mark[d] = false
		}
		s.touch, s.gone = s.touch[:0], s.gone[:0]
	}
}

func (s *search) keep(d int) {
	if !s.mark[d] {
		s.mark[d] = true
		s.touch = append(s.touch, int32(d))
		s.saved[d] = append(s.saved[d][:0], s.routes[d]...)
	}
}

func (s *search) undo() {
	for _, d := range s.touch {
		s.set(int(d), nil, 0)
	}
	for _, d := range s.touch {
		s.set(int(d), s.saved[d], s.cost(int(d), s.saved[d]))
	}
}

// ruin takes a few related orders out; now and then the whole routes they are in.
func (s *search) ruin(kin []int32, pulled []bool) {
	most := 1 + int(s.dice.roll(7))
	whole := s.dice.roll(3) == 0
	for _, o := range kin {
		if len(s.gone) >= most {
			break
		}
		if pulled[o] || s.dice.roll(4) == 0 && len(s.gone) > 0 {
			continue
		}
		d := int(s.owner[o])
		if d < 0 {
			s.gone, pulled[o] = append(s.gone, o), true
			continue
		}
		s.keep(d)
		for _, v := range s.routes[d] {
			if whole || v.order == o {
				s.gone, pulled[v.order] = append(s.gone, v.order), true
			}
		}
		s.remove(d, func(x int32) bool { return whole || x == o })
	}
	for _, o := range s.gone {
		pulled[o] = false
	}
}

// recreate inserts what was taken out, in one of several sequences.
func (s *search) recreate() {
	switch s.dice.roll(4) {
	case 0:
		slices.SortFunc(s.gone, func(a, b int32) int { return s.ready[a] - s.ready[b] })
	case 1:
		slices.SortFunc(s.gone, func(a, b int32) int { return s.ready[b] - s.ready[a] })
	case 2:
		slices.SortFunc(s.gone, func(a, b int32) int { return s.direct[b] - s.direct[a] })
	default:
		for i := len(s.gone) - 1; i > 0; i-- {
			j := s.dice.roll(i + 1)
			s.gone[i], s.gone[j] = s.gone[j], s.gone[i]
		}
	}
	for _, o := range s.gone {
		if sp, _ := s.insertion(int(o), 10); sp.driver >= 0 {
			s.keep(sp.driver)
			s.insert(int(o), sp)
		}
	}
}
