package line

import (
	"slices"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// How orders are held back so that they are ready when somebody comes.
const (
	HoldLeast  = time.Minute      // a ticket is held for this long, or not at all
	holdMost   = time.Hour        // what seems to be wanted later than that was promised by another clock
	holdUnsaid = 10 * time.Minute // for how long a person holds a ticket, who has not said
	HoldSpare  = 45 * time.Second // before the instant that an order aims at it should be ready
	holdShare  = 8                // and as much more as this part of the time it takes
)

// Schedule says how each queued ticket goes through the kitchen if everybody works in the order of the queue: each item waits for a cook,
// then for a place in an oven, then it is cut. Tickets come in the order of the queue. An order that would be ready before anybody fetches it is
// held back so far that it is ready in time.
func (l Line) Schedule(now time.Time, tickets []Ticket) Plan {
	release := map[order.ID]time.Time{}
	for n := range tickets {
		if t := &tickets[n]; t.Held && t.untouched() { // by a person; without an end it is seen again after a while, as people do
			release[t.Order] = t.Release
			if t.Release.IsZero() {
				release[t.Order] = now.Add(holdUnsaid)
			}
		}
	}
	p := l.run(now, tickets, release)
	people := len(release)
	for n := range tickets {
		t := &tickets[n]
		if t.Held || t.Aim.IsZero() {
			continue
		}
		if was, queued := p.Orders[t.Order]; queued && t.untouched() {
			takes := was.Ready.Sub(was.Starts())
			if at := t.Aim.Add(-takes - HoldSpare - takes/holdShare); at.Sub(now) >= HoldLeast && at.Sub(now) <= holdMost {
				release[t.Order] = at.Truncate(time.Second)
			}
		}
	}
	if len(release) == people {
		return p
	}
	p = l.run(now, tickets, release)
	for n := range tickets {
		t := &tickets[n]
		if at, held := release[t.Order]; held && !t.Held {
			o := p.Orders[t.Order]
			o.Fire = at
			p.Orders[t.Order] = o
		}
	}
	return p
}

// run lets time pass: first at the stations where things are made, then at the ovens, then at the cut table.
func (l Line) run(now time.Time, tickets []Ticket, release map[order.ID]time.Time) Plan {
	r := running{Line: l, now: now, tickets: tickets}
	r.hearths, r.why = heed(hearthsOf(l.Ovens, now), l.Faults, l.Ovens)
	for n := range r.hearths {
		r.opened = append(r.opened, opening{r.hearths[n].opens, r.hearths[n].pizzas()})
	}
	r.Hands = slices.Clone(l.Hands)
	if len(r.Hands) == 0 {
		r.Hands = []Hand{{Pace: 1}} // somebody will come
	}
	for n := range r.Hands {
		r.Hands[n].free = now
	}
	items := 0
	for n := range tickets {
		items += len(tickets[n].Items)
	}
	r.jobs = make([]Job, 0, items)
	for n := range tickets {
		r.begin(n, release[tickets[n].Order])
	}
	r.make()
	r.bake()
	r.finish()
	return r.plan()
}

// running is a schedule while it is made.
type running struct {
	Line
	now     time.Time
	tickets []Ticket
	hearths []hearth
	why     []string
	opened  []opening
	jobs    []Job
}

// begin is where the items of a ticket are now, and whom and what they occupy.
func (r *running) begin(n int, release time.Time) {
	t := &r.tickets[n]
	var since time.Time
	var together time.Duration // items that were started at once are made one after the other
	for i := range t.Items {
		item, entered := t.Items[i].Of, t.Items[i].Entered
		j := Job{
			ticket: n, Of: item, web: t.Web, release: release, entered: entered, slot: t.Items[i].Slot, meant: t.Items[i].Meant,
			makes: r.Took.makes(*item), bakes: r.Took.bakes(*item),
		}
		switch item.State {
		case order.ItemMaking:
			if !j.entered.Equal(since) {
				since, together = j.entered, 0
			}
			who := r.maker(t.Cook, item.Station)
			together += time.Duration(float64(j.makes) * r.Hands[who].Pace)
			j.Cook, j.Start, j.Made = r.Hands[who].ID, j.entered, later(r.now, j.entered.Add(together))
			r.Hands[who].free = later(r.Hands[who].free, j.Made)
		case order.ItemMade:
			j.Made = r.now
		case order.ItemInOven:
			r.inside(&j)
		case order.ItemBaked:
			j.Out = j.entered
		case order.ItemDone:
			j.Ready = j.entered
		case order.ItemQueued:
		}
		if t.Queued || item.State == order.ItemMaking || item.State == order.ItemInOven {
			r.jobs = append(r.jobs, j)
		}
	}
}

// maker is who makes what a ticket has begun: its cook, or who is free first.
func (r *running) maker(cook, station string) int {
	best := -1
	for n := range r.Hands {
		if r.Hands[n].ID == cook && cook != "" {
			return n
		}
		if r.able(n, station) && (best < 0 || r.Hands[n].free.Before(r.Hands[best].free)) {
			best = n
		}
	}
	return max(0, best)
}

// able reports whether a hand works at a station: when nobody has the skill, everybody helps.
func (r *running) able(n int, station string) bool {
	skilled := func(h Hand) bool { return len(h.Skills) == 0 || slices.Contains(h.Skills, station) }
	return skilled(r.Hands[n]) || !slices.ContainsFunc(r.Hands, skilled)
}

// inside is for an item that bakes: it is out when its time is over.
func (r *running) inside(j *Job) {
	var h *hearth
	if j.slot != nil {
		if h = holding(r.hearths, *j.slot, r.Ovens); h == nil {
			j.Oven, j.In, j.Out = j.slot.Oven, j.entered, later(r.now, j.entered.Add(j.bakes)) // in an oven that takes nothing more
			return
		}
	} else if h = r.meant(j.meant); h == nil {
		if j.meant.Oven != "" && slices.ContainsFunc(r.Ovens, func(o Oven) bool { return o.ID == j.meant.Oven }) {
			j.Oven, j.Deck, j.In, j.Out = j.meant.Oven, j.meant.Deck, j.entered, later(r.now, j.entered.Add(j.bakes)) // it lies where it lies
			return
		}
		h = soonest(r.hearths, r.now, j.Of.Size, j.bakes)
	}
	places, occupied, inside := h.takes(j.Of.Size, j.bakes)
	j.Oven, j.Deck, j.In, j.Out = h.oven, h.deck, j.entered, later(r.now, j.entered.Add(inside))
	j.vacated = later(r.now, j.entered.Add(occupied))
	h.occupy(places, j.vacated)
}

// meant is the hearth that an item was to go into, or nil when that takes nothing more, or there is none.
func (r *running) meant(b Berth) *hearth {
	at := slices.IndexFunc(r.hearths, func(h hearth) bool { return h.oven == b.Oven && h.deck == b.Deck })
	if b.Oven == "" || at < 0 {
		return nil
	}
	return &r.hearths[at]
}

// bake puts what is made into the ovens, in the order in which it is made.
func (r *running) bake() {
	made := make([]*Job, 0, len(r.jobs))
	for n := range r.jobs {
		j := &r.jobs[n]
		switch j.Of.State {
		case order.ItemQueued, order.ItemMaking, order.ItemMade:
			if j.Of.Bakes {
				made = append(made, j)
			} else {
				j.Ready = j.Made
			}
		case order.ItemInOven, order.ItemBaked, order.ItemDone:
		}
	}
	slices.SortStableFunc(made, func(x, y *Job) int { return x.Made.Compare(y.Made) })
	for _, j := range made {
		h := soonest(r.hearths, j.Made, j.Of.Size, j.bakes)
		j.Oven, j.Deck = h.oven, h.deck
		j.In, j.Out, j.vacated = h.put(j.Made, j.Of.Size, j.bakes)
	}
}

// finish cuts and boxes what comes out, in that order.
func (r *running) finish() {
	out := make([]*Job, 0, len(r.jobs))
	for n := range r.jobs {
		if j := &r.jobs[n]; j.Of.Bakes && j.Of.State != order.ItemDone {
			out = append(out, j)
		}
	}
	slices.SortStableFunc(out, func(x, y *Job) int { return x.Out.Compare(y.Out) })
	free := slices.Repeat([]time.Time{r.now}, r.Cutters)
	for _, j := range out {
		if len(free) == 0 {
			j.Ready = later(r.now, j.Out.Add(r.Cut))
			continue
		}
		first := 0
		for n, at := range free {
			if at.Before(free[first]) {
				first = n
			}
		}
		j.Ready = later(free[first], j.Out).Add(r.Cut)
		free[first] = j.Ready
	}
}

func (r *running) plan() Plan {
	p := Plan{Orders: make(map[order.ID]Planned, len(r.tickets)), jobs: r.jobs, Why: r.why, opened: r.opened, cut: r.Cut, cutters: r.Cutters}
	for n := range r.Hands {
		if r.able(n, menu.StationMake) {
			p.makers = append(p.makers, r.Hands[n].ID)
		}
	}
	for from := 0; from < len(r.jobs); {
		to := from
		var o Planned
		for ; to < len(r.jobs) && r.jobs[to].ticket == r.jobs[from].ticket; to++ {
			o.Ready = later(o.Ready, r.jobs[to].Ready)
		}
		o.Items, o.from = r.jobs[from:to], from
		if t := &r.tickets[r.jobs[from].ticket]; t.Queued {
			p.Orders[t.Order] = o
		}
		from = to
	}
	return p
}
