package mdrp

import (
	"cmp"
	"slices"

	"awesome.pizza/cloud/dispatch/engine"
)

// How the plain assignment decides, in minutes.
const (
	matchEvery = 5   // between two decisions
	matchAhead = 10  // who is free and what is ready by then counts
	matchBag   = 3   // orders of a bundle, at most
	matchLeave = 240 // what an order costs that nobody is matched with
)

// Matching is what the engine is held against: bundles of up to three orders of a restaurant and a linear assignment of couriers to them every
// five minutes, committed to in two stages (Reyes and others 2018, section 4, without their groups of urgency and their idle moves).
type Matching struct {
	day   *Policy
	bound map[string]int // courier to the restaurant he was sent to before it was said what to fetch there
}

// NewMatching is the plain assignment for a day.
func NewMatching(init Init, c Category, refuse Refuse) *Matching {
	return &Matching{day: NewPolicy(init, c, Weights()).Refusing(refuse), bound: map[string]int{}}
}

// bundle is one way: orders of a restaurant in the sequence of their doors.
type bundle struct {
	room   int
	orders []*Placed
	ready  int
}

// Minute hears the news and, every five minutes, says what to do.
func (m *Matching) Minute(n News) (out []Command) {
	m.day.hear(n)
	if n.Now%matchEvery != 0 {
		return nil
	}
	couriers, bundles := m.couriers(n.Now), m.bundles(n.Now)
	for i, c := range m.match(n.Now, bundles, couriers) {
		if c != nil {
			out = append(out, m.commit(n.Now, &bundles[i], c)...)
		}
	}
	return out
}

// couriers are those who are free soon.
func (m *Matching) couriers(now int) (out []*courier) {
	for i := range m.day.couriers {
		if c := &m.day.couriers[i]; c.On <= now && now <= c.Off && c.since <= now+matchAhead {
			out = append(out, c)
		}
	}
	return out
}

// bundles are as large as the orders that will soon be ready outnumber the couriers who will soon be free.
func (m *Matching) bundles(now int) (out []bundle) {
	rooms, ready := map[int][]*Placed{}, 0
	for _, o := range m.day.open {
		rooms[m.day.room[o.Restaurant]] = append(rooms[m.day.room[o.Restaurant]], o)
		if int(o.ReadyAt) <= now+matchAhead {
			ready++
		}
	}
	free := max(len(m.couriers(now)), 1)
	size := min(max((ready+free-1)/free, 1), matchBag)
	for room := range m.day.rooms {
		orders := rooms[room]
		slices.SortStableFunc(orders, func(a, b *Placed) int { return cmp.Compare(a.ReadyAt, b.ReadyAt) })
		out = append(out, m.fill(room, orders, size)...)
	}
	return out
}

// fill puts a restaurant's orders into as few bundles as hold them, each where it adds least.
func (m *Matching) fill(room int, orders []*Placed, size int) []bundle {
	out := make([]bundle, (len(orders)+size-1)/size)
	for i := range out {
		out[i].room = room
	}
	for _, o := range orders {
		best, at, least := 0, 0, never
		for i := range out {
			for door := 0; door <= len(out[i].orders) && len(out[i].orders) < size; door++ {
				more := m.doors(with(out[i], door, o), 0) - m.doors(out[i], 0)
				if more < least {
					best, at, least = i, door, more
				}
			}
		}
		out[best] = with(out[best], at, o)
	}
	return out
}

// with is a bundle with one order more.
func with(b bundle, door int, o *Placed) bundle {
	b.orders = slices.Insert(slices.Clone(b.orders), door, o)
	b.ready = max(b.ready, int(o.ReadyAt))
	return b
}

// never is more than any day takes.
const never = 1 << 30

// doors is the sum of when a bundle's orders are at their doors when it is fetched at a minute, and no sooner than it is ready.
func (m *Matching) doors(b bundle, fetched int) (sum int) {
	p, from := m.day.init.Parameters, m.day.rooms[b.room]
	at := max(fetched, b.ready) + p.Pickup/2
	for _, o := range b.orders {
		drop := engine.Place{X: o.X, Y: o.Y}
		at += m.day.travel.Time(from, drop, 0) + p.Dropoff/2
		sum, from = sum+at, drop
		at += p.Dropoff / 2
	}
	return sum
}

// match gives each bundle a courier, or none, for the least sum of their times at the doors.
func (m *Matching) match(now int, bundles []bundle, couriers []*courier) []*courier {
	out := make([]*courier, len(bundles))
	cost := make([][]int64, len(bundles))
	for i, b := range bundles {
		leave := int64(len(b.orders) * (now + matchLeave))
		cost[i] = slices.Repeat([]int64{leave}, len(couriers)+len(bundles)) // who stands behind the couriers is nobody
		for j, c := range couriers {
			if at := m.there(now, &b, c) + m.day.init.Parameters.Pickup/2; m.may(&b, c) && max(at, b.ready) <= c.Off {
				cost[i][j] = int64(m.doors(b, at))
			} else {
				cost[i][j] = leave * 2
			}
		}
	}
	for i, j := range engine.Assign(cost) {
		if j < len(couriers) && cost[i][j] < int64(len(bundles[i].orders)*(now+matchLeave)) {
			out[i] = couriers[j]
		}
	}
	return out
}

// may reports whether a courier may be asked for a bundle: he declined none of it, and is not on his way to another restaurant that waits.
func (m *Matching) may(b *bundle, c *courier) bool {
	if room, is := m.bound[c.ID]; is && room != b.room && m.waits(room) {
		return false
	}
	return !slices.ContainsFunc(b.orders, func(o *Placed) bool { return slices.Contains(m.day.not[o.ID], c.ID) })
}

func (m *Matching) waits(room int) bool {
	return slices.ContainsFunc(m.day.open, func(o *Placed) bool { return m.day.room[o.Restaurant] == room })
}

// there is when a courier can be at a bundle's restaurant.
func (m *Matching) there(now int, b *bundle, c *courier) int {
	return max(now, c.since) + m.day.travel.Time(c.at, m.day.rooms[b.room], now)
}

// commit says all of a match when the courier is there and the bundle ready before the next decision, only where to go when he is not there
// by then, and nothing else.
func (m *Matching) commit(now int, b *bundle, c *courier) (out []Command) {
	there := m.there(now, b, c)
	near := there < now+matchEvery
	if c.since > now && c.room != b.room || near && b.ready >= now+matchEvery {
		return nil
	}
	cmd := Command{Courier: c.ID}
	c.meant = nil
	for _, o := range b.orders {
		c.meant = append(c.meant, o.ID)
	}
	if c.room != b.room {
		cmd.Move = m.day.init.Restaurants[b.room].ID
		if m.day.refused(now, cmd) {
			return nil
		}
		m.day.follow(now, cmd)
		out = append(out, cmd)
	}
	m.bound[c.ID] = b.room
	if near {
		delete(m.bound, c.ID)
		cmd = Command{Courier: c.ID, Deliver: c.meant}
		m.day.fetch(max(there+m.day.init.Parameters.Pickup/2, b.ready), cmd)
		out = append(out, cmd)
	}
	return out
}
