package engine

import "slices"

// rank is how likely the first, second, … nearest driver is the one who is free for the next order, in percent.
var rank = [...]int64{50, 25, 13, 7, 5}

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
	spots  []int     // restaurants
	rate   []int64   // orders expected at each, in thousandths
	late   []int64   // how long an order waits for one so many minutes away
	quick  []int     // of each spot
	times  []int     // [driver*spots+spot] minutes from now
	best   [][]int32 // of each spot: the nearest drivers
	drains []int64   // of each driver: what is lost when he is busy
}

// cover looks at those who are free now or soon.
func (p *Planner) cover(s *Snapshot) *cover {
	c := &cover{drains: make([]int64, len(s.Drivers))}
	if p.w.Begin == 0 && p.w.Gain == 0 {
		return c
	}
	p.ways.read(s)
	rate := p.demand.expected(len(s.Restaurants), s.Now, p.w.Ahead)
	for r := range rate {
		if rate[r] > 0 {
			c.spots = append(c.spots, r)
		}
	}
	slices.SortStableFunc(c.spots, func(a, b int) int { return int(rate[b] - rate[a]) })
	c.spots = c.spots[:min(len(c.spots), crowd)]
	c.late = p.demand.lateness(p.rules.PickupHalf)
	for _, r := range c.spots {
		c.rate, c.quick = append(c.rate, rate[r]), append(c.quick, p.demand.quick(r))
	}
	c.measure(s, p.ways)
	return c
}

func (c *cover) measure(s *Snapshot, w ways) {
	n := len(c.spots)
	c.times, c.best = make([]int, len(s.Drivers)*n), make([][]int32, n)
	for d := range s.Drivers {
		v := &s.Drivers[d]
		wait := max(0, v.FreeAt-s.Now)
		for i, r := range c.spots {
			switch {
			case v.ShiftEnd < s.Now+20 || wait > 30:
				c.times[d*n+i] = nobody
			case v.Restaurant >= 0:
				c.times[d*n+i] = wait + w.of[v.Restaurant*w.n+r]
			default:
				c.times[d*n+i] = wait + s.Travel.Time(v.At, s.Restaurants[r], s.Now)
			}
		}
	}
	for i := range c.spots {
		c.best[i] = c.nearest(i, len(s.Drivers))
		for k := range c.best[i] {
			if k < len(rank) {
				c.drains[c.best[i][k]] += c.without(i, k)
			}
		}
	}
}

// nearest are the drivers who are first at a spot, one more than rank knows.
func (c *cover) nearest(i, drivers int) []int32 {
	n := len(c.spots)
	out := make([]int32, 0, len(rank)+2)
	for d := range drivers {
		if c.times[d*n+i] >= nobody {
			continue
		}
		at := len(out)
		for at > 0 && c.times[int(out[at-1])*n+i] > c.times[d*n+i] {
			at--
		}
		if at <= len(rank) {
			out = slices.Insert(out, at, int32(d))
			out = out[:min(len(out), len(rank)+1)]
		}
	}
	return out
}

// wait is how long an order at a spot waits for a driver so far away.
func (c *cover) wait(i, minutes int) int64 {
	return c.late[min(max(minutes+c.quick[i], 0), len(c.late)-1)]
}

// without is what a spot loses when its k-th driver is busy: all behind move up.
func (c *cover) without(i, k int) int64 {
	n, sum := len(c.spots), int64(0)
	for j := k; j < len(rank); j++ {
		if j >= len(c.best[i]) {
			break
		}
		next := longPrep
		if j+1 < len(c.best[i]) {
			next = c.times[int(c.best[i][j+1])*n+i]
		}
		sum += rank[j] * (c.wait(i, next) - c.wait(i, c.times[int(c.best[i][j])*n+i]))
	}
	return sum * c.rate[i] / 100000
}

// loss is what the surroundings lose while a driver is busy, in thousandths of a minute.
func (c *cover) loss(d int) int64 { return c.drains[d] }

// gain is what a driver is worth who needs so many minutes to each spot, beside all others.
func (c *cover) gain(d int, minutes func(i int) int) int64 {
	n, sum := len(c.spots), int64(0)
	for i := range c.spots {
		mine, k := minutes(i), 0
		var here int64
		for _, other := range c.best[i] {
			if int(other) == d {
				continue
			}
			theirs := c.times[int(other)*n+i]
			if k < len(rank) && mine < theirs {
				here += rank[k] * (c.wait(i, theirs) - c.wait(i, mine))
				mine = theirs
			}
			k++
		}
		if k < len(rank) && mine < nobody {
			here += rank[k] * (c.wait(i, longPrep) - c.wait(i, mine))
		}
		sum += here * c.rate[i] / 100000
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
	stay := c.gain(d, func(i int) int { return c.times[d*n+i] })
	most := int64(0)
	for j, r := range c.spots {
		way := c.times[d*n+j]
		if way == 0 || way > p.w.Reach || s.snap.Drivers[d].Restaurant == r || !p.rules.FreeMoves && s.short[r] < 0 {
			continue
		}
		there := c.gain(d, func(i int) int { return p.ways.of[r*p.ways.n+c.spots[i]] })
		if net := there - stay - int64(way)*p.w.Gain; net > most {
			most, best = net, r
		}
	}
	return best
}

func (p *Planner) moved(s *search, c *cover, d, r int) {
	n, way := len(c.spots), 0
	for j, other := range c.spots {
		if other == r {
			way = c.times[d*n+j]
		}
	}
	for i := range c.spots {
		c.times[d*n+i] = min(way/2, 5) + p.ways.of[r*p.ways.n+c.spots[i]]
		c.best[i] = c.nearest(i, len(s.snap.Drivers))
	}
}
