package kitchen

import (
	"slices"
	"time"

	"awesome.pizza/shared/order"
)

// line is what the kitchen can do at once.
type line struct {
	hands   []hand
	cutters int           // 0: cutting waits for nobody
	cut     time.Duration // of one item
	ovens   []Oven
	alerts  []Alert // of which some say what is wrong with an oven
	took    estimates
	aim     func(Ticket) (at time.Time, ok bool) // when an order should be ready at the soonest; nil: as soon as can be
}

// hand is somebody who makes orders.
type hand struct {
	id     string
	skills []string // none means all
	pace   float64  // how long it takes them, in parts of what it takes others
	free   time.Time
}

// plan is what the schedule makes of the tickets.
type plan struct {
	orders map[order.ID]planned
	jobs   []job
	why    []string // what is wrong with the ovens
	line   line
	places float64 // pizzas that bake at once in what works of the ovens
}

// planned is one order: when it will be ready, and how its items get there.
type planned struct {
	ready time.Time
	fire  time.Time // when its first item should be started; zero: as soon as a cook is free
	items []job
}

// job is one item on its way through the kitchen.
type job struct {
	ticket, item int
	of           *order.Item
	web          bool
	makes, bakes time.Duration
	release      time.Time // not to be started before
	entered      time.Time // its state

	cook  string
	start time.Time
	made  time.Time
	oven  string
	deck  int
	in    time.Time
	out   time.Time
	ready time.Time
}

const (
	holdLeast  = time.Minute      // a ticket is held for this long, or not at all
	holdMost   = time.Hour        // what seems to be wanted later than that was promised by another clock
	holdUnsaid = 10 * time.Minute // for how long a person holds a ticket, who has not said
	holdSpare  = 45 * time.Second // before the instant that an order aims at it should be ready
	holdShare  = 8                // and as much more as this part of the time it takes
)

// schedule says how each queued ticket goes through the kitchen if everybody works in the order of the queue: each item waits for a cook,
// then for a place in an oven, then it is cut. It is pure, and the same for the same input. Tickets come in the order of the queue. An order that would be
// ready before anybody fetches it is held back so far that it is ready in time.
func schedule(now time.Time, tickets []Ticket, l line) plan {
	release := map[order.ID]time.Time{}
	for _, t := range tickets {
		if t.Hold != nil && t.untouched() { // by a person; without an end it is seen again after a while, as people do
			release[t.Order.ID] = now.Add(holdUnsaid)
			if t.Hold.Until != nil {
				release[t.Order.ID] = *t.Hold.Until
			}
		}
	}
	p := l.run(now, tickets, release)
	if l.aim == nil {
		return p
	}
	people := len(release)
	for n := range tickets {
		t := &tickets[n]
		if t.Hold != nil {
			continue
		}
		due, ok := l.aim(*t)
		if was, queued := p.orders[t.Order.ID]; ok && queued && t.untouched() {
			takes := was.ready.Sub(was.starts())
			if at := due.Add(-takes - holdSpare - takes/holdShare); at.Sub(now) >= holdLeast && at.Sub(now) <= holdMost {
				release[t.Order.ID] = at.Truncate(time.Second)
			}
		}
	}
	if len(release) == people {
		return p
	}
	p = l.run(now, tickets, release)
	for _, t := range tickets {
		if at, held := release[t.Order.ID]; held && t.Hold == nil {
			o := p.orders[t.Order.ID]
			o.fire = at
			p.orders[t.Order.ID] = o
		}
	}
	return p
}

// untouched reports whether nobody has begun a queued ticket.
func (t Ticket) untouched() bool {
	return t.Progress.Whole == order.Queued && !slices.ContainsFunc(t.Progress.Items, func(i order.Item) bool { return i.State != order.ItemQueued || i.Remakes > 0 })
}

// starts is when the first item that is not begun is.
func (p planned) starts() (first time.Time) {
	for _, j := range p.items {
		if j.of.State == order.ItemQueued && (first.IsZero() || j.start.Before(first)) {
			first = j.start
		}
	}
	return first
}

// run lets time pass: first at the stations where things are made, then at the ovens, then at the cut table.
func (l line) run(now time.Time, tickets []Ticket, release map[order.ID]time.Time) plan {
	r := running{line: l, now: now, tickets: tickets}
	r.hearths, r.why = heed(hearthsOf(l.ovens, now), l.alerts)
	for n := range r.hearths {
		r.places += r.hearths[n].pizzas()
	}
	r.hands = slices.Clone(l.hands)
	if len(r.hands) == 0 {
		r.hands = []hand{{pace: 1}} // somebody will come
	}
	for n := range r.hands {
		r.hands[n].free = now
	}
	items := 0
	for n := range tickets {
		items += len(tickets[n].Progress.Items)
	}
	r.jobs = make([]job, 0, items)
	for n := range tickets {
		r.begin(n, release[tickets[n].Order.ID])
	}
	r.make()
	r.bake()
	r.finish()
	return r.plan()
}

// running is a schedule while it is made.
type running struct {
	line
	now     time.Time
	tickets []Ticket
	hearths []hearth
	why     []string
	places  float64
	jobs    []job
}

// begin is where the items of a ticket are now, and whom and what they occupy.
func (r *running) begin(n int, release time.Time) {
	t := &r.tickets[n]
	var since time.Time
	var together time.Duration // items that were started at once are made one after the other
	for i := range t.Progress.Items {
		item := &t.Progress.Items[i]
		j := job{
			ticket: n, item: i, of: item, web: t.Command > 0, release: release, entered: t.entered(*item),
			makes: r.took.makes(*item), bakes: r.took.bakes(*item),
		}
		switch item.State {
		case order.ItemMaking:
			if !j.entered.Equal(since) {
				since, together = j.entered, 0
			}
			who := r.maker(t.Cook, item.Station)
			together += time.Duration(float64(j.makes) * r.hands[who].pace)
			j.cook, j.start, j.made = r.hands[who].id, j.entered, later(r.now, j.entered.Add(together))
			r.hands[who].free = later(r.hands[who].free, j.made)
		case order.ItemMade:
			j.made = r.now
		case order.ItemInOven:
			r.inside(t, &j)
		case order.ItemBaked:
			j.out = j.entered
		case order.ItemDone:
			j.ready = j.entered
		case order.ItemQueued:
		}
		if t.Progress.Whole == order.Queued || item.State == order.ItemMaking || item.State == order.ItemInOven {
			r.jobs = append(r.jobs, j)
		}
	}
}

// maker is who makes what a ticket has begun: its cook, or who is free first.
func (r *running) maker(cook, station string) int {
	best := -1
	for n := range r.hands {
		if r.hands[n].id == cook && cook != "" {
			return n
		}
		if r.able(n, station) && (best < 0 || r.hands[n].free.Before(r.hands[best].free)) {
			best = n
		}
	}
	return max(0, best)
}

// able reports whether a hand works at a station: when nobody has the skill, everybody helps.
func (r *running) able(n int, station string) bool {
	skilled := func(h hand) bool { return len(h.skills) == 0 || slices.Contains(h.skills, station) }
	return skilled(r.hands[n]) || !slices.ContainsFunc(r.hands, skilled)
}

// inside is for an item that bakes: it is out when its time is over.
func (r *running) inside(t *Ticket, j *job) {
	slot, seen := t.Slots[j.of.ID]
	var h *hearth
	if seen {
		if h = holding(r.hearths, slot, r.ovens); h == nil {
			j.oven, j.in, j.out = slot.Oven, j.entered, later(r.now, j.entered.Add(j.bakes)) // in an oven that takes nothing more
			return
		}
	} else {
		h = soonest(r.hearths, r.now, j.of.Size, j.bakes)
	}
	places, occupied, inside := h.takes(j.of.Size, j.bakes)
	j.oven, j.deck, j.in, j.out = h.oven, h.deck, j.entered, later(r.now, j.entered.Add(inside))
	h.occupy(places, later(r.now, j.entered.Add(occupied)))
}

// make gives what is queued to hands: whoever is free first takes the first in the queue that they can make and that is not held back.
func (r *running) make() {
	q := r.queue()
	for len(q.open) > 0 {
		who := q.freest(r.hands)
		h := &r.hands[who]
		at := slices.IndexFunc(q.open, func(n int) bool { return q.can[q.at[n]][who] && !r.jobs[n].release.After(h.free) })
		if at < 0 {
			h.free = r.nextRelease(q, who)
			continue
		}
		n := q.open[at]
		j := &r.jobs[n]
		j.cook, j.start = h.id, h.free
		j.made = h.free.Add(time.Duration(float64(j.makes) * h.pace))
		h.free = j.made
		q.open = slices.Delete(q.open, at, at+1)
		q.left[q.at[n]]--
	}
}

// queue is what is to be made.
type queue struct {
	open []int    // jobs, in the order of the queue
	at   []int    // by job: its station
	left []int    // by station: how many are open
	can  [][]bool // by station and hand: who works there
}

func (r *running) queue() queue {
	q := queue{at: make([]int, len(r.jobs)), open: make([]int, 0, len(r.jobs))}
	var stations []string
	for n := range r.jobs {
		if r.jobs[n].of.State != order.ItemQueued {
			continue
		}
		station := r.jobs[n].of.Station
		at := slices.Index(stations, station)
		if at < 0 {
			at = len(stations)
			able := make([]bool, len(r.hands))
			for h := range r.hands {
				able[h] = r.able(h, station)
			}
			stations, q.left, q.can = append(stations, station), append(q.left, 0), append(q.can, able)
		}
		q.open, q.at[n] = append(q.open, n), at
		q.left[at]++
	}
	return q
}

// freest is the hand that is free first of those that can do something of what is open.
func (q queue) freest(hands []hand) int {
	best := -1
	for n := range hands {
		if best >= 0 && !hands[n].free.Before(hands[best].free) {
			continue
		}
		for station, left := range q.left {
			if left > 0 && q.can[station][n] {
				best = n
				break
			}
		}
	}
	return best
}

func (r *running) nextRelease(q queue, who int) (next time.Time) {
	for _, n := range q.open {
		if at := r.jobs[n].release; q.can[q.at[n]][who] && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// bake puts what is made into the ovens, in the order in which it is made.
func (r *running) bake() {
	made := make([]*job, 0, len(r.jobs))
	for n := range r.jobs {
		j := &r.jobs[n]
		switch j.of.State {
		case order.ItemQueued, order.ItemMaking, order.ItemMade:
			if j.of.Bakes {
				made = append(made, j)
			} else {
				j.ready = j.made
			}
		case order.ItemInOven, order.ItemBaked, order.ItemDone:
		}
	}
	slices.SortStableFunc(made, func(x, y *job) int { return x.made.Compare(y.made) })
	for _, j := range made {
		h := soonest(r.hearths, j.made, j.of.Size, j.bakes)
		j.oven, j.deck = h.oven, h.deck
		j.in, j.out = h.put(j.made, j.of.Size, j.bakes)
	}
}

// finish cuts and boxes what comes out, in that order.
func (r *running) finish() {
	out := make([]*job, 0, len(r.jobs))
	for n := range r.jobs {
		if j := &r.jobs[n]; j.of.Bakes && j.of.State != order.ItemDone {
			out = append(out, j)
		}
	}
	slices.SortStableFunc(out, func(x, y *job) int { return x.out.Compare(y.out) })
	free := slices.Repeat([]time.Time{r.now}, r.cutters)
	for _, j := range out {
		if len(free) == 0 {
			j.ready = later(r.now, j.out.Add(r.cut))
			continue
		}
		first := 0
		for n, at := range free {
			if at.Before(free[first]) {
				first = n
			}
		}
		j.ready = later(free[first], j.out).Add(r.cut)
		free[first] = j.ready
	}
}

func (r *running) plan() plan {
	p := plan{orders: make(map[order.ID]planned, len(r.tickets)), jobs: r.jobs, why: r.why, line: r.line, places: r.places}
	for from := 0; from < len(r.jobs); {
		to := from
		var o planned
		for ; to < len(r.jobs) && r.jobs[to].ticket == r.jobs[from].ticket; to++ {
			o.ready = later(o.ready, r.jobs[to].ready)
		}
		o.items = r.jobs[from:to]
		if t := &r.tickets[r.jobs[from].ticket]; t.Progress.Whole == order.Queued {
			p.orders[t.Order.ID] = o
		}
		from = to
	}
	return p
}
