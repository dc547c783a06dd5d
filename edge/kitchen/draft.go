package kitchen

import (
	"cmp"
	"context"
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// draft is the next commit while it is decided on. Deciders read the kitchen through it and write into it; the board itself stays as it
// is until the store has it all.
type draft struct {
	board    *board
	settings Settings
	now      time.Time
	trace    string // of what caused it
	caller   staff.Caller

	commit  Commit
	tickets map[order.ID]Ticket        // changed
	numbers map[string]int             // given
	cooks   []Cook                     // nil while unchanged
	answer  *Answer                    // its body is written at the end
	shelves *stock.Turn                // nil while nobody has looked at them
	arrived map[order.ID]sale          // orders that the kitchen did not have, and what the cloud sold them from
	ended   map[order.ID]Ticket        // as they were, of those that are not on the board and that a healing changes
	lends   bool                       // the cloud hears of what it is lent
	settled bool                       // the cloud has given something back
	within  time.Duration              // how long the commit may take; commitWithin when zero
	landed  func()                     // called once the store has it, before any screen hears of it
	lessons map[line.Topic]line.Lesson // changed

	bulk    bool // the tap is one of too many at once
	sensing bool // an oven has lately seen something going in
	took    []took
	counted []string
}

func newDraft(b *board, s Settings, now time.Time) *draft {
	return &draft{
		board: b, settings: s, now: now, tickets: map[order.ID]Ticket{}, numbers: map[string]int{},
		commit: Commit{Seq: b.seq + 1, At: now},
	}
}

// fresh is a draft of the same moment in which nothing is decided yet.
func (d *draft) fresh() *draft {
	f := newDraft(d.board, d.settings, d.now)
	f.trace, f.caller, f.sensing, f.lends = d.trace, d.caller, d.sensing, d.lends
	return f
}

func (d *draft) empty() bool {
	c := d.commit
	return len(d.tickets) == 0 && len(c.Facts) == 0 && c.Command == nil && d.answer == nil && d.cooks == nil &&
		len(c.Raised) == 0 && len(c.Cleared) == 0 && len(c.Stopped) == 0 && len(c.Timers) == 0 && len(c.Letters) == 0 && c.Begin == nil &&
		len(c.Prints) == 0 && c.Moved == nil && c.Intake == nil && c.Shift.empty() && (d.shelves == nil || d.shelves.Idle()) &&
		len(c.Screens) == 0 && len(c.Unplugged) == 0 && c.Released == 0 && len(c.Readings) == 0
}

// ticket is a ticket of the board as this draft leaves it.
func (d *draft) ticket(id order.ID) (Ticket, bool) {
	if t, changed := d.tickets[id]; changed {
		return t, true
	}
	t, ok := d.board.tickets[id]
	return t, ok
}

// open are all open tickets as this draft leaves them, in the order of the queue.
func (d *draft) open() []Ticket { return inQueue(d.anyhow()) }

// anyhow are all open tickets as this draft leaves them, in no order.
func (d *draft) anyhow() []Ticket {
	all := make([]Ticket, 0, len(d.board.tickets)+len(d.tickets))
	for id, t := range d.board.tickets {
		if _, changed := d.tickets[id]; !changed && t.Open() {
			all = append(all, t)
		}
	}
	for _, t := range d.tickets {
		if t.Open() {
			all = append(all, t)
		}
	}
	return all
}

// find is a ticket as this draft leaves it, open or ended.
func (d *draft) find(ctx context.Context, k *Kitchen, id order.ID) (t Ticket, ok bool, err error) {
	if t, ok := d.ticket(id); ok {
		return t, true, nil
	}
	t, err = k.store.Ticket(ctx, id)
	if problem.Is(err, problem.NotFound) {
		return t, false, nil
	}
	return t, err == nil, err
}

func (d *draft) put(t Ticket) { d.tickets[t.Order.ID] = t }

func (d *draft) tell(id order.ID, body event.Body) {
	d.commit.Facts = append(d.commit.Facts, Fact{Order: id, Trace: d.trace, Body: body})
}

// cause is what made a step happen.
type cause struct {
	by     event.Cause
	who    string // cook, oven or whoever decided
	button string // what was pressed, when nobody knows by whom
	oven   string
	reason string
	at     time.Time // when it happened, if not now
}

// step takes one step of an order: the table of shared/order decides, the cloud is told, the clocks are kept.
func (d *draft) step(t Ticket, why cause, action order.Action, items ...string) (Ticket, error) {
	next, err := t.Progress.Take(order.Edge, action, items...)
	if err != nil {
		if p := problem.Of(err); p != nil {
			return t, p.With("ticket", t)
		}
		return t, err
	}
	if why.at.IsZero() {
		why.at = d.now
	}
	before, doubts := t, d.doubts(t, why, action, items)
	t = d.marked(d.lived(t.stepped(next, action, items, why.at), why, action, items), doubts...)
	t = d.learn(before, t, why, action, items)
	d.put(t)
	fact := event.OrderStepped{
		Order: t.Order.ID, Action: action, Items: items, Cause: why.by, Who: cmp.Or(why.who, why.button), Oven: why.oven, Reason: why.reason,
		Marks: kindsOf(doubts),
	}
	if action == order.Queue {
		fact.Number, fact.Day = t.Number, t.Day
	}
	d.tell(t.Order.ID, fact)
	return t, nil
}

// finish adds what follows from the decision: cooks, forecasts, timers, alerts that are over, the answer.
func (d *draft) finish() error {
	for _, t := range d.changed() {
		d.give(t)
	}
	d.forecast()
	for _, t := range d.changed() {
		d.mind(t)
		d.mindPaper(t)
	}
	d.keepStock()
	d.readyOfSteps()
	d.commit.Tickets = d.changed()
	d.commit.Prints = append(d.commit.Prints, d.papers()...)
	d.commit.Cooks = d.cooks
	d.commit.Lessons = d.learned()
	for day, last := range d.numbers {
		d.commit.Numbers = append(d.commit.Numbers, Number{Day: day, Last: last})
	}
	return d.sign()
}

// changed are the tickets this draft changes, in the order of the queue.
func (d *draft) changed() []Ticket {
	out := make([]Ticket, 0, len(d.tickets))
	for _, t := range d.tickets {
		out = append(out, t)
	}
	return inQueue(out)
}

// readyOfSteps writes the forecast into the facts about steps: one fact says both.
func (d *draft) readyOfSteps() {
	for n, f := range d.commit.Facts {
		if s, ok := f.Body.(event.OrderStepped); ok {
			s.Ready = d.tickets[s.Order].Ready
			d.commit.Facts[n].Body = s
		}
	}
}

// change is what screens hear of the commit.
func (d *draft) change() Change {
	c := Change{Seq: d.commit.Seq, Alerts: d.commit.Raised, Cleared: d.commit.Cleared, Intake: d.commit.Intake}
	loads := d.cooks != nil || d.absences()
	for _, t := range d.commit.Tickets {
		before, was := d.board.tickets[t.Order.ID]
		switch {
		case t.OnBoard():
			c.Tickets = append(c.Tickets, t)
		case was:
			c.Gone = append(c.Gone, t.Order.ID)
		}
		loads = loads || before.Cook != t.Cook || before.toMake() != t.toMake()
	}
	if loads {
		cooks := d.board.cooks
		if d.cooks != nil {
			cooks = d.cooks
		}
		c.Cooks = withLoads(present(cooks, d.isAway), d.anyhow())
	}
	if d.shelves != nil {
		if offs, changed := d.shelves.Offs(); changed {
			gone := d.board.stock.MissingOf(offs)
			c.SoldOut = &gone
		}
	}
	slices.SortFunc(c.Alerts, func(x, y Alert) int { return cmp.Compare(x.ID, y.ID) })
	return c
}
