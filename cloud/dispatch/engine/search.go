package engine

// search holds the routes it makes better.
type search struct {
	*table
	routes [][]visit
	costs  []int64
	owner  []int32 // driver of each order, -1 while nobody brings it
	left   int     // orders without a driver
	total  int64
	dice   dice
	buf    [longest]visit
	best   [longest]visit
	touch  []int32
	mark   []bool
	saved  [][]visit
	gone   []int32
}

func newSearch(t *table, seed uint64) *search {
	s := &search{
		table: t, routes: make([][]visit, len(t.snap.Drivers)), costs: make([]int64, len(t.snap.Drivers)), owner: make([]int32, len(t.snap.Orders)),
		mark: make([]bool, len(t.snap.Drivers)), saved: make([][]visit, len(t.snap.Drivers)), dice: dice(seed),
	}
	for d := range s.routes {
		s.routes[d], s.saved[d] = make([]visit, 0, longest), make([]visit, 0, longest)
	}
	for o := range s.owner {
		s.owner[o] = -1
	}
	s.left = len(s.owner)
	for _, cost := range t.leave {
		s.total += cost
	}
	return s
}

// set gives a driver another route.
func (s *search) set(d int, route []visit, cost int64) {
	for _, v := range s.routes[d] {
		s.owner[v.order] = -1
		s.total += s.leave[v.order]
	}
	s.left += len(s.routes[d])
	s.routes[d] = append(s.routes[d][:0], route...)
	for _, v := range route {
		s.owner[v.order] = int32(d)
		s.total -= s.leave[v.order]
	}
	s.left -= len(route)
	s.total += cost - s.costs[d]
	s.costs[d] = cost
}

// spot is where an order would go, and what that costs more.
type spot struct {
	driver int
	cost   int64 // of the whole route with it
	more   int64
	at     int
	joins  bool // the order joins the one before it
	next   bool // the one after it joins the order
}

// insertion finds the cheapest spot for an order, and what the best one with another driver would cost: the difference is the regret (Potvin
// and Rousseau, 1993). Now and then a driver is overlooked (blinks; Christiaens and Vanden Berghe, 2020).
func (s *search) insertion(o int, blink uint64) (best spot, second int64) {
	best.driver, best.more, second = -1, impossible, impossible
	rooms, r := len(s.rooms), s.room[o]
	for _, d32 := range s.first[r] {
		d := int(d32)
		if s.atBest(o, d, s.arrive[d*rooms+r]) >= second {
			break
		}
		if blink > 0 && s.dice.roll(1000) < blink {
			continue
		}
		sp := s.into(d, o, second)
		switch {
		case sp.more < best.more:
			second, best = best.more, sp
		case sp.more < second:
			second = sp.more
		}
	}
	return best, second
}

// into finds the cheapest spot in one driver's route that is cheaper than a bound.
func (s *search) into(d, o int, bound int64) spot {
	best := spot{driver: d, more: bound}
	route := s.routes[d]
	n := len(route)
	if n == longest {
		return best
	}
	buf := s.buf[:n+1]
	copy(buf[1:], route)
	try := func(at int, joins, next bool) {
		if c := s.cost(d, buf); c < impossible && c-s.costs[d] < best.more {
			best = spot{driver: d, cost: c, more: c - s.costs[d], at: at, joins: joins, next: next}
		}
	}
	for at := 0; ; at++ {
		within := at < n && route[at].joins
		buf[at] = visit{order: int32(o)}
		if !within {
			try(at, false, false)
		}
		if at > 0 && s.pairs(s.room[route[at-1].order], s.room[o]) {
			buf[at].joins = true
			try(at, true, within)
		}
		if at < n && !within && s.pairs(s.room[route[at].order], s.room[o]) {
			buf[at].joins, buf[at+1].joins = false, true
			try(at, false, true)
			buf[at+1].joins = false
		}
		if at == n {
			return best
		}
		buf[at] = route[at]
	}
}

func (s *search) insert(o int, sp spot) {
	route := s.routes[sp.driver]
	buf := append(s.best[:0], route[:sp.at]...)
	buf = append(buf, visit{order: int32(o), joins: sp.joins})
	buf = append(buf, route[sp.at:]...)
	if sp.at < len(route) {
		buf[sp.at+1].joins = sp.next
	}
	s.set(sp.driver, buf, sp.cost)
}

// remove takes orders for which drop says so out of a route.
func (s *search) remove(d int, drop func(order int32) bool) {
	buf, cut := s.best[:0], false
	for _, v := range s.routes[d] {
		if !v.joins {
			cut = false
		}
		if drop(v.order) {
			cut = cut || !v.joins
			continue
		}
		if cut {
			v.joins, cut = false, false
		}
		buf = append(buf, v)
	}
	s.set(d, buf, s.cost(d, buf))
}
