package engine

import "slices"

// ranks is how many of the nearest drivers are looked at for an order to come.
const ranks = 5

// crowd is how many restaurants are looked at: those where most is expected.
const crowd = 90

// ways are the ways between restaurants, read anew when the hour changes.
type ways struct {
	hour int
	n    int
	of   []int
}

func (w *ways) read(s *Snapshot) {
	n := len(s.Restaurants)
	if w.n == n && w.hour == s.Now/60 && w.of != nil {
		return
	}
	w.hour, w.n, w.of = s.Now/60, n, make([]int, n*n)
	for a, from := range s.Restaurants {
		for b, to := range s.Restaurants {
			w.of[a*n+b] = s.Travel.Time(from, to, s.Now)
		}
	}
}

// cover is how well drivers stand for the orders that will come.
type cover struct {
	spots []int   // restaurants
	rate  []int64 // orders expected at each, in thousandths
	quick []int   // of each spot
	delay delays
	wait  []int        // [driver] minutes until free; nobody: does not count
	ways  []int        // [driver*spots+spot] minutes from there
	price int64        // of a minute driven to an order
	rank  [ranks]int64 // how likely the first, second, … nearest driver is the one who is free for the next order, in thousandths
	best  [][]int32    // of each spot: the nearest drivers
}

// cover looks at those who are free now or soon; who has something to do counts where and when that will be done.
func (p *Planner) cover(s *Snapshot) *cover {
	c := &cover{}
	if p.w.Begin == 0 && p.w.Gain == 0 {
		return c
	}
	rate := p.demand.expected(len(s.Restaurants), s.Now, p.w.Ahead)
	for r := range rate {
		if rate[r] > 0 {
			c.spots = append(c.spots, r)
		}
	}
	slices.SortStableFunc(c.spots, func(a, b int) int { return int(rate[b] - rate[a]) })
	c.spots = c.spots[:min(len(c.spots), crowd)]
	c.delay = p.demand.delays(p.rules.PickupHalf, p.w.Ahead)
	c.price = p.w.Fetch
	for k, left := 0, int64(1000); k < ranks; k++ {
		c.rank[k] = left * int64(100-p.w.Taken) / 100
		left -= c.rank[k]
	}
	for _, r := range c.spots {
		c.rate, c.quick = append(c.rate, rate[r]), append(c.quick, p.demand.quick(r))
	}
	n := len(c.spots)
	c.wait, c.ways = make([]int, len(s.Drivers)), make([]int, len(s.Drivers)*n)
	for d := range s.Drivers {
		p.place(s, c, d, p.ends[s.Drivers[d].ID])
	}
	c.sort()
	return c
}

// place puts a driver where he will have done what is planned for him; without a plan where he is.
func (p *Planner) place(s *Snapshot, c *cover, d int, e end) {
	v := &s.Drivers[d]
	if e.at <= v.FreeAt || e.at <= s.Now {
		e = end{at: v.FreeAt, place: v.At, room: v.Restaurant}
	}
	c.wait[d] = max(0, e.at-s.Now)
	if v.ShiftEnd < s.Now+c.wait[d]+20 || c.wait[d] > c.delay.ahead {
		c.wait[d] = nobody
		return
	}
	p.from(s, c, d, e)
}

// from measures a driver's ways.
func (p *Planner) from(s *Snapshot, c *cover, d int, e end) {
	n := len(c.spots)
	only := s.Drivers[d].Only
	if e.room >= 0 {
		p.ways.read(s)
	}
	for i, r := range c.spots {
		switch {
		case only > 0 && only != r+1: // is another's to drive for
			c.ways[d*n+i] = nobody
		case e.room >= 0:
			c.ways[d*n+i] = p.ways.of[e.room*p.ways.n+r]
		default:
			c.ways[d*n+i] = s.Travel.Time(e.place, s.Restaurants[r], s.Now)
		}
	}
}

func (c *cover) sort() {
	c.best = make([][]int32, len(c.spots))
	for i := range c.spots {
		c.best[i] = c.nearest(i, len(c.wait))
	}
}

// far is how far a driver is from an order that comes at some minute.
func (c *cover) far(wait, way int) int { return way*16 + c.delay.rest(wait) }

// nearest are the drivers who are first at a spot, one more than the ranks.
func (c *cover) nearest(i, drivers int) []int32 {
	n := len(c.spots)
	out := make([]int32, 0, ranks+2)
	var fars [ranks + 2]int
	for d := range drivers {
		if c.wait[d] == nobody || c.ways[d*n+i] >= nobody {
			continue
		}
		far, at := c.far(c.wait[d], c.ways[d*n+i]), len(out)
		if at > ranks && fars[at-1] <= far {
			continue
		}
		for at > 0 && fars[at-1] > far {
			at--
		}
		if at <= ranks {
			out = slices.Insert(out, at, int32(d))
			copy(fars[at+1:], fars[at:ranks+1])
			fars[at] = far
			out = out[:min(len(out), ranks+1)]
		}
	}
	return out
}

// worth is what an order at a spot costs that a driver fetches.
func (c *cover) worth(i, wait, way int) int64 {
	return c.delay.of(wait, way+c.quick[i]) + int64(way)*c.price
}

// none is what it costs when nobody is near.
func (c *cover) none(i int) int64 { return c.worth(i, 0, longPrep) - (longPrep-30)*c.price }

// loss is what the surroundings lose while a driver is busy who could be theirs, in thousandths of a minute.
func (p *Planner) loss(s *Snapshot, c *cover, d int) int64 {
	v, n := &s.Drivers[d], len(c.spots)
	wait := max(0, v.FreeAt-s.Now)
	if n == 0 || wait > c.delay.ahead || v.ShiftEnd < s.Now+wait+20 {
		return 0
	}
	ways := c.ways[d*n : d*n+n]
	if e := p.ends[v.ID]; e.at > max(v.FreeAt, s.Now) {
		then := slices.Clone(ways)
		p.from(s, c, d, end{place: v.At, room: v.Restaurant})
		here := slices.Clone(ways)
		copy(ways, then)
		ways = here
	}
	return c.gain(d, wait, ways)
}

// gain is what a driver is worth who is free after a wait and has such ways to the spots, beside all others.
func (c *cover) gain(d, wait int, ways []int) int64 {
	n, sum := len(c.spots), int64(0)
	for i := range c.spots {
		if ways[i] >= nobody {
			continue
		}
		mine, worth, k := c.far(wait, ways[i]), c.worth(i, wait, ways[i]), 0
		var here int64
		for _, other := range c.best[i] {
			if int(other) == d {
				continue
			}
			w, way := c.wait[other], c.ways[int(other)*n+i]
			if theirs := c.far(w, way); k < ranks && mine < theirs {
				cost := c.worth(i, w, way)
				here += c.rank[k] * (cost - worth)
				mine, worth = theirs, cost
			}
			k++
		}
		if k < ranks {
			here += c.rank[k] * (c.none(i) - worth)
		}
		sum += here * c.rate[i] / 1000000
	}
	return sum
}

// spread sends idle drivers where orders will come that nobody could be in time for. One driver in so many is asked at each tick, and each
// move is seen by those who are asked after it.
func (p *Planner) spread(s *search, c *cover, plan *Plan) {
	if p.w.Gain == 0 || len(c.spots) == 0 {
		return
	}
	for d := range s.snap.Drivers {
		p.place(s.snap, c, d, p.ends[s.snap.Drivers[d].ID])
	}
	c.sort()
	for d := range s.snap.Drivers {
		v := &s.snap.Drivers[d]
		if v.FreeAt > s.snap.Now || len(s.routes[d]) > 0 || v.ShiftEnd < s.snap.Now+25 {
			continue
		}
		if (s.snap.Now+d)%3 != 0 && v.FreeAt < s.snap.Now {
			continue
		}
		if r := p.better(s, c, d); r >= 0 {
			plan.Actions = append(plan.Actions, Action{Driver: d, Kind: Go, Restaurant: r})
			p.moved(s, c, d, r)
		}
	}
}

// better is the restaurant an idle driver had better stand at, -1 when it is here.
func (p *Planner) better(s *search, c *cover, d int) int {
	n, best := len(c.spots), -1
	p.ways.read(s.snap)
	stay := c.gain(d, 0, c.ways[d*n:d*n+n])
	most, there := int64(0), make([]int, n)
	for j, r := range c.spots {
		way := c.ways[d*n+j]
		if way == 0 || way > p.w.Reach || s.snap.Drivers[d].Restaurant == r || !p.rules.FreeMoves && s.short[r] < 0 {
			continue
		}
		for i, other := range c.spots {
			if there[i] = p.ways.of[r*p.ways.n+other]; c.ways[d*n+i] >= nobody {
				there[i] = nobody
			}
		}
		if net := c.gain(d, way, there) - stay - int64(way)*p.w.Gain; net > most {
			most, best = net, r
		}
	}
	return best
}

// moved lets those who are asked next see a move.
func (p *Planner) moved(s *search, c *cover, d, r int) {
	c.wait[d] = s.snap.Travel.Time(s.snap.Drivers[d].At, s.snap.Restaurants[r], s.snap.Now)
	p.from(s.snap, c, d, end{room: r})
	c.sort()
}
