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
	spots  []int        // restaurants
	rate   []int64      // orders expected at each, in thousandths
	late   []int64      // how long an order waits for one so many minutes away
	quick  []int        // of each spot
	times  []int        // [driver*spots+spot] minutes from now
	ways   []int        // the part of times that is driven
	price  int64        // of a minute driven to an order
	rank   [ranks]int64 // how likely the first, second, … nearest driver is the one who is free for the next order, in thousandths
	best   [][]int32    // of each spot: the nearest drivers
	drains []int64      // of each driver: what is lost when he is busy
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
	c.price = p.w.Fetch
	for k, left := 0, int64(1000); k < ranks; k++ {
		c.rank[k] = left * int64(100-p.w.Taken) / 100
		left -= c.rank[k]
	}
	for _, r := range c.spots {
		c.rate, c.quick = append(c.rate, rate[r]), append(c.quick, p.demand.quick(r))
	}
	c.measure(s, p.ways)
	return c
}

func (c *cover) measure(s *Snapshot, w ways) {
	n := len(c.spots)
	c.times, c.ways, c.best = make([]int, len(s.Drivers)*n), make([]int, len(s.Drivers)*n), make([][]int32, n)
	for d := range s.Drivers {
		v := &s.Drivers[d]
		wait := max(0, v.FreeAt-s.Now)
		for i, r := range c.spots {
			switch {
			case v.ShiftEnd < s.Now+20 || wait > 30 || v.Only > 0 && v.Only != r+1:
				c.times[d*n+i] = nobody
				continue
			case v.Restaurant >= 0:
				c.ways[d*n+i] = w.of[v.Restaurant*w.n+r]
			default:
				c.ways[d*n+i] = s.Travel.Time(v.At, s.Restaurants[r], s.Now)
			}
			c.times[d*n+i] = wait + c.ways[d*n+i]
		}
	}
	for i := range c.spots {
		c.best[i] = c.nearest(i, len(s.Drivers))
		for k := range c.best[i] {
			if k < ranks {
				c.drains[c.best[i][k]] += c.without(i, k)
			}
		}
	}
}

// nearest are the drivers who are first at a spot, one more than the ranks.
func (c *cover) nearest(i, drivers int) []int32 {
	n := len(c.spots)
	out := make([]int32, 0, ranks+2)
	for d := range drivers {
		if c.times[d*n+i] >= nobody {
			continue
		}
		at := len(out)
		for at > 0 && c.times[int(out[at-1])*n+i] > c.times[d*n+i] {
			at--
		}
		if at <= ranks {
			out = slices.Insert(out, at, int32(d))
			out = out[:min(len(out), ranks+1)]
		}
	}
	return out
}

// wait is how long an order at a spot waits for a driver so far away.
func (c *cover) wait(i, minutes int) int64 {
	return c.late[min(max(minutes+c.quick[i], 0), len(c.late)-1)]
}

// worth is what an order at a spot costs that a driver fetches.
func (c *cover) worth(d, i int) int64 {
	k := d*len(c.spots) + i
	return c.wait(i, c.times[k]) + int64(c.ways[k])*c.price
}

// none is what it costs when nobody is near.
func (c *cover) none(i int) int64 { return c.wait(i, longPrep) + 30*c.price }

// without is what a spot loses when its k-th driver is busy: all behind move up.
func (c *cover) without(i, k int) int64 {
	sum := int64(0)
	for j := k; j < ranks && j < len(c.best[i]); j++ {
		next := c.none(i)
		if j+1 < len(c.best[i]) {
			next = c.worth(int(c.best[i][j+1]), i)
		}
		sum += c.rank[j] * (next - c.worth(int(c.best[i][j]), i))
	}
	return sum * c.rate[i] / 1000000
}

// loss is what the surroundings lose while a driver is busy, in thousandths of a minute.
func (c *cover) loss(d int) int64 { return c.drains[d] }

// gain is what a driver is worth who needs so many minutes to each spot and drives some of them, beside all others.
func (c *cover) gain(d int, there func(i int) (minutes, way int)) int64 {
	n, sum := len(c.spots), int64(0)
	for i := range c.spots {
		mine, way := there(i)
		if mine >= nobody {
			continue
		}
		worth, k := c.wait(i, mine)+int64(way)*c.price, 0
		var here int64
		for _, other := range c.best[i] {
			if int(other) == d {
				continue
			}
			theirs := c.times[int(other)*n+i]
			if k < ranks && mine < theirs {
				w := c.worth(int(other), i)
				here += c.rank[k] * (w - worth)
				mine, worth = theirs, w
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
	stay := c.gain(d, func(i int) (int, int) { return c.times[d*n+i], c.ways[d*n+i] })
	most := int64(0)
	for j, r := range c.spots {
		way := c.times[d*n+j]
		if way == 0 || way > p.w.Reach || s.snap.Drivers[d].Restaurant == r || !p.rules.FreeMoves && s.short[r] < 0 {
			continue
		}
		there := c.gain(d, func(i int) (int, int) {
			if c.times[d*n+i] >= nobody { // is another's to drive for
				return nobody, 0
			}
			w := p.ways.of[r*p.ways.n+c.spots[i]]
			return w, w
		})
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
		if c.times[d*n+i] >= nobody {
			continue
		}
		c.ways[d*n+i] = p.ways.of[r*p.ways.n+c.spots[i]]
		c.times[d*n+i] = min(way/2, 5) + c.ways[d*n+i]
		c.best[i] = c.nearest(i, len(s.snap.Drivers))
	}
}
