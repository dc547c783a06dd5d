package engine

import "slices"

// nobody is the time of what cannot be.
const nobody = 1 << 20

// near is how many drivers are tried for an order: those who could be at its restaurant first.
const near = 40

// paceBits are the binary digits of a pace behind the point: a driver as fast as Travel says has a pace of 1<<paceBits.
const paceBits = 10

// table is a snapshot as numbers that a search reads quickly. Restaurants are those with orders, under their own short numbers.
type table struct {
	snap  *Snapshot
	rules Rules
	w     Weights

	rooms   []int     // restaurant of a short number
	short   []int     // short number of a restaurant, -1 without orders
	from    []int     // of each driver: the earliest departure
	here    []int     // short number of the restaurant the driver stands at, -1 elsewhere
	toRoom  []int     // [driver*rooms+room] minutes to it
	arrive  []int     // [driver*rooms+room] when the driver could be there
	first   [][]int32 // drivers by when they could be at a room
	end     []int     // of each driver's shift
	room    []int     // of each order
	ready   []int     // as it is planned with: for a forecast, what is likely
	early   []int     // when a driver had better be there
	soft    [][]int32 // of each forecast: by arrival, minutes from now, when it is likely to be picked up, thousandths from now; else nil
	placed  []int
	direct  []int    // of each order: from its restaurant to its drop
	dropTo  []int    // [order*rooms+room] from its drop to a restaurant
	group   []int    // of each order: its number within its restaurant
	members [][]int  // orders of a room
	between [][]int  // of each room [a*n+b]: from drop to drop
	begin   []int64  // of each driver: what it costs the others when this one is busy
	not     [][]bool // of each order with refusals: by driver
	due     []int    // of each order
	done    []int    // when the kitchen says it will be
	with    []int32  // of each order: the driver who has agreed to fetch it, counted from 1
	pace    []int    // of each driver
	most    []int    // orders of a bag, of each driver
	heavy   []int64  // of each order: what it counts, in percent; nil when all count the same
	leave   []int64  // of each order: what it costs that nobody brings it
	only    []int    // short number of the one restaurant a driver drives for, -1 for all, -2 when it has no orders

	beside
}

func newTable(s *Snapshot, rules Rules, w Weights) *table {
	t := &table{snap: s, rules: rules, w: w, short: make([]int, len(s.Restaurants))}
	for i := range t.short {
		t.short[i] = -1
	}
	t.orders()
	t.drivers()
	if rules.Beside > 0 {
		t.besides()
	}
	return t
}

func (t *table) orders() {
	s, n := t.snap, len(t.snap.Orders)
	t.room, t.ready, t.placed, t.direct, t.group = make([]int, n), make([]int, n), make([]int, n), make([]int, n), make([]int, n)
	t.not, t.early, t.soft = make([][]bool, n), make([]int, n), make([][]int32, n)
	t.due, t.done, t.with, t.leave = make([]int, n), make([]int, n), make([]int32, n), make([]int64, n)
	for i := range s.Orders {
		o := &s.Orders[i]
		if t.short[o.Restaurant] < 0 {
			t.short[o.Restaurant] = len(t.rooms)
			t.rooms, t.members = append(t.rooms, o.Restaurant), append(t.members, nil)
		}
		r := t.short[o.Restaurant]
		t.room[i], t.ready[i], t.early[i], t.placed[i] = r, o.Ready, o.Ready, o.Placed
		t.group[i] = len(t.members[r])
		t.members[r] = append(t.members[r], i)
		t.direct[i] = s.Travel.Time(s.Restaurants[o.Restaurant], o.Drop, s.Now)
		t.done[i] = o.Ready
		if t.due[i] = o.Due; o.Due == 0 {
			t.due[i] = o.Placed + t.rules.Target
		}
		t.weigh(i)
		if o.With != "" {
			t.with[i] = int32(slices.IndexFunc(s.Drivers, func(d Driver) bool { return d.ID == o.With })) + 1
		}
		if len(o.Not) > 0 {
			t.not[i] = make([]bool, len(s.Drivers))
			for d := range s.Drivers {
				t.not[i][d] = slices.Contains(o.Not, s.Drivers[d].ID)
			}
		}
	}
	rooms := len(t.rooms)
	t.dropTo = make([]int, n*rooms)
	for i := range s.Orders {
		for r, at := range t.rooms {
			t.dropTo[i*rooms+r] = s.Travel.Time(s.Orders[i].Drop, s.Restaurants[at], s.Now)
		}
	}
	t.between = make([][]int, rooms)
	for r, m := range t.members {
		t.between[r] = make([]int, len(m)*len(m))
		for a, x := range m {
			for b, y := range m {
				t.between[r][a*len(m)+b] = s.Travel.Time(s.Orders[x].Drop, s.Orders[y].Drop, s.Now)
			}
		}
	}
}

// weigh notes what an order counts. One that counts more is dearer to leave as well, and so is one that waits for long or was placed a day
// ago: it must not pay to leave what is dear to bring.
func (t *table) weigh(o int) {
	soonest := max(t.ready[o], t.snap.Now) + t.direct[o]
	if counts := int64(t.snap.Orders[o].Counts); counts > 0 {
		if t.heavy == nil {
			t.heavy = make([]int64, len(t.snap.Orders))
			for i := range t.heavy {
				t.heavy[i] = 100
			}
		}
		t.heavy[o] = counts
	}
	t.leave[o] = t.w.Left*t.counts(o)/100 + max(0, t.toDoor(o, soonest*minute))
}

func (t *table) drivers() {
	s, n, rooms := t.snap, len(t.snap.Drivers), len(t.rooms)
	t.from, t.here, t.end, t.begin = make([]int, n), make([]int, n), make([]int, n), make([]int64, n)
	t.toRoom, t.arrive = make([]int, n*rooms), make([]int, n*rooms)
	t.pace, t.only, t.most = make([]int, n), make([]int, n), make([]int, n)
	for d := range s.Drivers {
		v := &s.Drivers[d]
		t.from[d], t.here[d], t.end[d], t.begin[d] = max(s.Now, v.FreeAt), -1, v.ShiftEnd, v.Extra
		t.pace[d], t.only[d], t.most[d] = 1<<paceBits, -1, longest
		if v.Most > 0 {
			t.most[d] = v.Most
		}
		if v.Pace > 0 {
			t.pace[d] = v.Pace << paceBits / 100
		}
		if v.Only > 0 {
			if t.only[d] = t.short[v.Only-1]; t.only[d] < 0 {
				t.only[d] = -2
			}
		}
		if v.Restaurant >= 0 {
			t.here[d] = t.short[v.Restaurant]
		}
		for r, at := range t.rooms {
			if t.here[d] == r {
				t.arrive[d*rooms+r] = v.FreeAt
				continue
			}
			way := s.Travel.Time(v.At, s.Restaurants[at], s.Now) * t.pace[d] >> paceBits
			t.toRoom[d*rooms+r], t.arrive[d*rooms+r] = way, t.from[d]+way
		}
	}
	t.nearest()
}

// nearest finds for each room the drivers who may come, by when they could be there.
func (t *table) nearest() {
	rooms := len(t.rooms)
	keys := make([]int, 0, len(t.from))
	t.first = make([][]int32, rooms)
	for r := range t.rooms {
		keys = keys[:0]
		for d := range t.from {
			if t.only[d] == -1 || t.only[d] == r {
				keys = append(keys, max(t.arrive[d*rooms+r], t.snap.Now-nobody/2)<<16+d)
			}
		}
		slices.Sort(keys)
		t.first[r] = make([]int32, min(len(keys), near))
		for i := range t.first[r] {
			t.first[r][i] = int32(keys[i] & 0xffff)
		}
	}
}
