package engine

// beside is what a bag of two restaurants needs to be judged: who is near whom, and ways that no other bag has. Ways are asked for when
// somebody wants to know them. It is empty when no two restaurants are near enough.
type beside struct {
	near  []bool  // [room*rooms+room]
	over  []int   // [room*rooms+room] from one to the other
	out   []int32 // [room*orders+order] from a restaurant to a door of the other's, -1 while nobody has asked
	cross []int32 // [order*orders+order] from door to door, -1 while nobody has asked
}

// besides finds the restaurants whose orders may share a bag: both ways between them are short enough.
func (t *table) besides() {
	n, orders := len(t.rooms), len(t.room)
	near, over, some := make([]bool, n*n), make([]int, n*n), false
	for a, x := range t.rooms {
		for b, y := range t.rooms {
			over[a*n+b] = t.snap.Travel.Time(t.snap.Restaurants[x], t.snap.Restaurants[y], t.snap.Now)
		}
	}
	for a := range n {
		for b := range n {
			near[a*n+b] = a != b && max(over[a*n+b], over[b*n+a]) <= t.rules.Beside
			some = some || near[a*n+b]
		}
	}
	if some {
		t.beside = beside{near: near, over: over, out: unasked(n * orders), cross: unasked(orders * orders)}
	}
}

func unasked(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// pairs reports whether orders of these rooms may share a bag.
func (t *table) pairs(a, b int) bool { return a == b || t.near != nil && t.near[a*len(t.rooms)+b] }

// toDrop is the way from a restaurant to the door of any order.
func (t *table) toDrop(room, o int) int {
	if t.room[o] == room {
		return t.direct[o]
	}
	way := &t.out[room*len(t.room)+o]
	if *way < 0 {
		*way = int32(t.snap.Travel.Time(t.snap.Restaurants[t.rooms[room]], t.snap.Orders[o].Drop, t.snap.Now))
	}
	return int(*way)
}

// across is the way between the doors of any two orders.
func (t *table) across(a, b int) int {
	way := &t.cross[a*len(t.room)+b]
	if *way < 0 {
		*way = int32(t.snap.Travel.Time(t.snap.Orders[a].Drop, t.snap.Orders[b].Drop, t.snap.Now))
	}
	return int(*way)
}

// bag is where the bag that begins at i ends, and the room of its first order that is not of the room it begins with; -1: all are.
func (t *table) bag(route []visit, i int) (end, other int) {
	end, other = i+1, -1
	for ; end < len(route) && route[end].joins; end++ {
		if r := t.room[route[end].order]; other < 0 && r != t.room[route[i].order] {
			other = r
		}
	}
	return end, other
}

// fetching is how a bag of two restaurants is filled: at the first before all doors, at the second after so many of them.
type fetching struct{ first, second, after int }

// leg is a bag of two restaurants on its way. Times are as in a route.
type leg struct {
	fetching
	cost   int64 // but for driving
	drive  int
	end    int // when the last door is done
	arrive [2]int
	pick   [2]int
	doors  [longest]int
}

// tour finds the cheapest way to fill a bag of two restaurants, whose doors are gone to in the sequence of the route: pick-ups first, in either
// sequence, or the second one between two doors. before is when the door before the bag is done.
func (t *table) tour(d int, route []visit, i, end, other, before int) (best leg, can bool) {
	own := t.room[route[i].order]
	least := impossible
	for _, f := range [...]fetching{{first: own, second: other}, {first: other, second: own}} {
		for most := t.ahead(route[i:end], f); f.after <= most; f.after++ {
			l, ok := t.drive(d, route, i, end, before, f)
			if c := l.cost + int64(l.drive)*t.w.Drive; ok && (c < least || c == least && l.end < best.end) {
				best, least, can = l, c, true
			}
		}
	}
	return best, can
}

// ahead is behind how many doors the second restaurant can be at most: all of them of the first, which still has one in the bag then.
func (t *table) ahead(bag []visit, f fetching) int {
	lead, all := 0, 0
	for k, v := range bag {
		if t.room[v.order] == f.first {
			all++
			if lead == k {
				lead++
			}
		}
	}
	return min(lead, all-1)
}

// drive plays a bag of two restaurants. It cannot be when there is a third, when a shift ends before a pick-up, when somebody may not bring an
// order, and when an order is led further out of its way than the rules allow.
func (t *table) drive(d int, route []visit, i, end, before int, f fetching) (l leg, can bool) {
	rooms, pace, at := len(t.rooms), t.pace[d], before
	if end-i > t.most[d] {
		return l, false
	}
	l.fetching = f
	if i == 0 {
		l.drive, at = t.toRoom[d*rooms+f.first], t.arrive[d*rooms+f.first]*minute
	} else {
		l.drive = t.dropTo[int(route[i-1].order)*rooms+f.first] * pace >> paceBits
		at += l.drive * minute
	}
	if at, can = t.fetch(d, route[i:end], &l, 0, at); !can {
		return l, false
	}
	left := [2]int{at, 0}
	for k, v := range route[i:end] {
		o := int(v.order)
		var way int
		switch {
		case k == f.after:
			over := t.over[f.first*rooms+f.second]
			if k > 0 {
				over = t.dropTo[int(route[i+k-1].order)*rooms+f.second]
			}
			over = over * pace >> paceBits
			l.drive += over
			if at, can = t.fetch(d, route[i:end], &l, 1, at+over*minute); !can {
				return l, false
			}
			left[1], way = at, t.toDrop(f.second, o)
		case k == 0:
			way = t.toDrop(f.first, o)
		default:
			way = t.across(int(route[i+k-1].order), o)
		}
		way = way * pace >> paceBits
		l.drive += way
		at += way * minute
		from := left[0]
		if t.room[o] == f.second {
			from = left[1]
		}
		if t.not[o] != nil && t.not[o][d] || at-from > (t.direct[o]*pace>>paceBits+t.rules.Detour)*minute {
			return l, false
		}
		at += t.rules.DropHalf * minute
		l.doors[k], l.cost = at, l.cost+t.toDoor(o, at)
		if w := t.with[o]; w != 0 && int(w) != d+1 {
			l.cost += t.w.Switch
		}
		at += t.rules.DropHalf * minute
	}
	l.end = at
	return l, true
}

// fetch picks up what a bag has from its first (0) or second (1) restaurant, and says when the driver is back on the road.
func (t *table) fetch(d int, bag []visit, l *leg, which, at int) (left int, can bool) {
	room := l.first
	if which == 1 {
		room = l.second
	}
	if only := t.only[d]; only != -1 && only != room {
		return at, false
	}
	l.arrive[which] = at
	from := at + t.rules.PickupHalf*minute
	at = from
	for _, v := range bag {
		switch o := int(v.order); t.room[o] {
		case room:
			at = t.pick(o, at)
		case l.first, l.second:
		default:
			return at, false
		}
	}
	if t.w.Held > 0 {
		for _, v := range bag {
			if o := int(v.order); t.room[o] == room {
				l.cost += t.held(o, from, at)
			}
		}
	}
	l.pick[which] = at
	return at + t.rules.PickupHalf*minute, at <= t.end[d]*minute
}

// stop is a bag of two restaurants as a stop of a plan.
func (t *table) stop(d int, route []visit, i, end, other, before int) (out Stop, done int) {
	l, _ := t.tour(d, route, i, end, other, before)
	up := func(at int) int { return (at + minute - 1) / minute }
	out = Stop{
		Restaurant: t.rooms[l.first], Pickup: up(l.pick[0]),
		Second: &Second{Restaurant: t.rooms[l.second], After: l.after, Arrive: up(l.arrive[1]), Pickup: up(l.pick[1])},
	}
	early := 0
	for k, v := range route[i:end] {
		o := int(v.order)
		out.Orders, out.Doors = append(out.Orders, o), append(out.Doors, l.doors[k]/minute)
		if t.room[o] == l.first {
			early = max(early, t.early[o])
		}
	}
	way, half := t.toRoom[d*len(t.rooms)+l.first], t.rules.PickupHalf
	if i > 0 {
		way = t.dropTo[int(route[i-1].order)*len(t.rooms)+l.first] * t.pace[d] >> paceBits
	}
	out.Leave = max(early, l.arrive[0]/minute+half, t.snap.Now) - half - way
	if l.after == 0 { // who would wait at the second restaurant may as well come later to the first
		out.Leave += max(0, l.pick[1]-l.arrive[1]-half*minute) / minute
	}
	return out, l.end
}
