package engine

import "slices"

// Planner plans tick after tick. What it keeps is a place to begin from and what the day taught it: one that is made anew in the middle
// of a day and is told of the day's orders plans nearly as well.
type Planner struct {
	rules  Rules
	w      Weights
	last   map[string][]bag
	ends   map[string]end // where drivers will be free by the last plan
	demand demand
	error  misses
	sent   int // drivers who were told to go
	no     int // of these, who did not
	ways   ways
}

// bag is a pick-up of the last plan, by the orders' ids.
type bag []string

// end is where and when a driver has done what is planned for him.
type end struct {
	at    int
	place Place
	room  int // index of the restaurant, -1 elsewhere
}

// NewPlanner makes a planner for a day.
func NewPlanner(rules Rules, w Weights) *Planner {
	return &Planner{rules: rules, w: w, last: map[string][]bag{}, ends: map[string]end{}, error: newMisses()}
}

// Placed tells of an order: where, when, and how long its restaurant needs or thinks to need. Whoever plans says it once for each order.
func (p *Planner) Placed(restaurant, at, prepares int) { p.demand.add(restaurant, at, prepares) }

// Done tells by how many minutes a kitchen was later than its forecast.
func (p *Planner) Done(late int) { p.Kitchen(usual, late) }

// Kitchen is Done of a kitchen that thought to need so many minutes: those that need long miss by more.
func (p *Planner) Kitchen(prepares, late int) { p.error.add(max(prepares, 1), late) }

// Declined tells that a driver who was told to go did not. Where many do not, drivers are told sooner: there is time to ask another one.
func (p *Planner) Declined() { p.no++ }

// Recall has the next plan begin with what a driver was to pick up by an earlier one, bag after bag, as far as it still can be.
func (p *Planner) Recall(driver string, bags [][]string) {
	route := make([]bag, len(bags))
	for i, b := range bags {
		route[i] = b
	}
	p.last[driver] = route
}

// Busy tells when and where a driver will have done what an earlier plan has for him.
func (p *Planner) Busy(driver string, until int, at Place) {
	p.ends[driver] = end{at: until, place: at, room: -1}
}

// Prices are what it costs the surroundings that a driver of the snapshot is sent somewhere, in thousandths of a minute.
func (p *Planner) Prices(s *Snapshot) []int64 {
	return p.prices(s, p.cover(s))
}

func (p *Planner) prices(s *Snapshot, c *cover) []int64 {
	out := make([]int64, len(s.Drivers))
	if p.w.Begin > 0 {
		for d := range out {
			out[d] = p.loss(s, c, d) * p.w.Begin / 1000
		}
	}
	return out
}

// slack is how many minutes before it is necessary drivers are told to go: six more for each tenth of them who decline.
func (p *Planner) slack() int {
	return p.w.Slack + min(p.no*60/(p.sent+20), 12)
}

// usual is what a kitchen needs of which nothing else is known.
const usual = 16

// Plan is what everybody does now.
func (p *Planner) Plan(s *Snapshot) Plan {
	t := newTable(s, p.rules, p.w)
	p.forecast(t)
	cover := p.cover(s)
	for d, price := range p.prices(s, cover) {
		t.begin[d] += price
	}
	sr := newSearch(t, p.w.Seed+uint64(s.Now))
	p.warm(sr)
	sr.construct()
	sr.swap()
	sr.improve(p.w.Steps)
	sr.swap()
	p.remember(sr)
	sr.w.Slack = p.slack()
	plan := sr.plan()
	p.sent += len(plan.Actions)
	p.finish(s, &plan)
	p.spread(sr, cover, &plan)
	if p.rules.Explain {
		plan.Why = sr.explain()
	}
	// Who goes is told before the bags are fetched: the last order of a restaurant may be in one of them.
	slices.SortStableFunc(plan.Actions, func(a, b Action) int { return int(a.Kind) - int(b.Kind) })
	return plan
}

// warm begins with what was planned a tick ago, as far as it still can be.
func (p *Planner) warm(s *search) {
	number := make(map[string]int32, len(s.snap.Orders))
	for i := range s.snap.Orders {
		number[s.snap.Orders[i].ID] = int32(i)
	}
	for d := range s.snap.Drivers {
		var route []visit
		for _, b := range p.last[s.snap.Drivers[d].ID] {
			joins := false
			for _, id := range b {
				if o, open := number[id]; open && s.owner[o] < 0 && len(route) < longest {
					joins = joins && s.pairs(s.room[route[len(route)-1].order], s.room[o])
					route = append(route, visit{order: o, joins: joins})
					joins = true
				}
			}
		}
		if c := s.cost(d, route); c < impossible {
			s.set(d, route, c)
		}
	}
}

func (p *Planner) remember(s *search) {
	clear(p.last)
	for d, route := range s.routes {
		var bags []bag
		for _, v := range route {
			if !v.joins {
				bags = append(bags, nil)
			}
			bags[len(bags)-1] = append(bags[len(bags)-1], s.snap.Orders[v.order].ID)
		}
		if len(bags) > 0 {
			p.last[s.snap.Drivers[d].ID] = bags
		}
	}
}

// finish keeps when and where everybody's route ends.
func (p *Planner) finish(s *Snapshot, plan *Plan) {
	clear(p.ends)
	for d, route := range plan.Routes {
		if len(route) > 0 {
			last := &route[len(route)-1]
			k := len(last.Orders) - 1
			p.ends[s.Drivers[d].ID] = end{at: last.Doors[k] + p.rules.DropHalf, place: s.Orders[last.Orders[k]].Drop, room: -1}
		}
	}
}

// plan reads the routes.
func (s *search) plan() Plan {
	p := Plan{Routes: make([][]Stop, len(s.routes)), Cost: s.total}
	for d := range s.routes {
		p.Routes[d] = s.stops(d)
		if len(p.Routes[d]) > 0 && s.snap.Drivers[d].FreeAt <= s.snap.Now {
			s.act(d, &p)
		}
	}
	for o, d := range s.owner {
		if d < 0 {
			p.Left = append(p.Left, o)
		}
	}
	return p
}

// act says what the next stop asks a free driver to do now.
func (s *search) act(d int, p *Plan) {
	next, now := p.Routes[d][0], s.snap.Now
	switch standing := s.here[d] == s.short[next.Restaurant]; {
	case standing && next.Pickup == now && !slices.ContainsFunc(next.Orders, func(o int) bool { return s.snap.Orders[o].Forecast && s.snap.Orders[o].Restaurant == next.Restaurant }):
		p.Actions = append(p.Actions, Action{Driver: d, Kind: Fetch, Restaurant: next.Restaurant, Orders: next.Orders, Second: next.Second})
	case !standing && now >= next.Leave-s.w.Slack:
		p.Actions = append(p.Actions, Action{Driver: d, Kind: Go, Restaurant: next.Restaurant, Orders: next.Orders, Second: next.Second})
	}
}

// stops are a driver's pick-ups with their times.
func (s *search) stops(d int) []Stop {
	var out []Stop
	route, at, pace := s.routes[d], 0, s.pace[d]
	for i := 0; i < len(route); {
		if s.near != nil {
			if end, other := s.bag(route, i); other >= 0 {
				stop, done := s.stop(d, route, i, end, other, at)
				out, at, i = append(out, stop), done, end
				continue
			}
		}
		o := int(route[i].order)
		r, early, end := s.room[o], s.early[o], i+1
		way, arrive := s.toRoom[d*len(s.rooms)+r], s.arrive[d*len(s.rooms)+r]*minute
		if i > 0 {
			way = s.dropTo[int(route[i-1].order)*len(s.rooms)+r] * pace >> paceBits
			arrive = at + way*minute
		}
		pick, orders := s.pick(o, arrive+s.rules.PickupHalf*minute), []int{o}
		for ; end < len(route) && route[end].joins; end++ {
			next := int(route[end].order)
			pick, early, orders = s.pick(next, pick), max(early, s.early[next]), append(orders, next)
		}
		leave := max(early, arrive/minute+s.rules.PickupHalf, s.snap.Now) - s.rules.PickupHalf - way
		out = append(out, Stop{Restaurant: s.rooms[r], Orders: orders, Leave: leave, Pickup: (pick + minute - 1) / minute})
		at = pick + (s.rules.PickupHalf+s.direct[o]*pace>>paceBits+2*s.rules.DropHalf)*minute
		doors := []int{at/minute - s.rules.DropHalf}
		for k := i + 1; k < end; k++ {
			a, b := s.group[route[k-1].order], s.group[route[k].order]
			at += (s.between[r][a*len(s.members[r])+b]*pace>>paceBits + 2*s.rules.DropHalf) * minute
			doors = append(doors, at/minute-s.rules.DropHalf)
		}
		out[len(out)-1].Doors = doors
		i = end
	}
	return out
}
