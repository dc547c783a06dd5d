package kitchen

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// daysInMind is of how many business days the last number is remembered. Should an older one come again, the store refuses its first number,
// and the kitchen reads what it has forgotten.
const daysInMind = 40

// board is what the kitchen has in mind: a copy of what the store holds of open orders. Only the holder of the turn changes it, after
// the commit.
type board struct {
	seq     uint64
	applied uint64 // the last command obeyed
	tickets map[order.ID]Ticket
	cooks   []Cook // by id; their load is counted when somebody looks
	alerts  map[string]Alert
	timers  map[TimerKey]Timer
	screens map[string]Screen
	numbers map[string]int
	stock   *stock.Book
	epoch   uint64 // of the outbox
	shift   shift
	lessons map[line.Topic]line.Lesson
	intake  Intake

	released uint64 // web orders of commands up to this one may go to the queue

	// Not the store's:
	words  ovenWords
	sights []Sight             // how screens are
	came   map[order.ID]uint64 // with which change a ticket came into the queue, or that one that was read after
}

func boardOf(s State, m *menu.Menu) board {
	b := board{
		seq: s.Seq, applied: s.Applied, cooks: s.Cooks, numbers: cloneMap(s.Numbers),
		tickets: map[order.ID]Ticket{}, alerts: map[string]Alert{}, timers: map[TimerKey]Timer{},
		stock: stock.NewBook(m, s.Stock), epoch: s.Stock.Epoch, shift: shiftOf(s.Shift), lessons: map[line.Topic]line.Lesson{}, intake: s.Intake, screens: map[string]Screen{},
		words: ovenWords{faulted: map[string]time.Time{}}, came: map[order.ID]uint64{},
	}
	for _, l := range s.Lessons {
		if l.Sound() {
			b.lessons[l.Topic] = l
		}
	}
	for _, t := range s.Tickets {
		b.tickets[t.Order.ID] = t
		b.enters(t, s.Seq)
	}
	for _, a := range s.Alerts {
		b.alerts[a.ID] = a
	}
	for _, t := range s.Timers {
		b.timers[t.TimerKey] = t
	}
	b.reserveAll()
	for _, s := range s.Screens {
		b.screens[s.ID] = s
	}
	b.released = s.Released
	return b
}

func (b *board) snapshot() Snapshot {
	s := Snapshot{Seq: b.seq, Intake: b.intake, Tickets: make([]Ticket, 0, len(b.tickets)), Alerts: make([]Alert, 0, len(b.alerts))}
	for _, t := range b.tickets {
		s.Tickets = append(s.Tickets, t)
	}
	for _, a := range b.alerts {
		s.Alerts = append(s.Alerts, a)
	}
	s.Tickets = inQueue(s.Tickets)
	slices.SortFunc(s.Alerts, func(x, y Alert) int { return cmp.Or(x.Since.Compare(y.Since), cmp.Compare(x.ID, y.ID)) })
	s.SoldOut = b.stock.MissingOf(b.stock.Offs())
	s.Cooks = withLoads(present(b.cooks, b.isAway), s.Tickets)
	return s
}

// inQueue are tickets in the order in which the kitchen works. A ticket is large, so what is sorted is where they are.
func inQueue(all []Ticket) []Ticket {
	at := make([]*Ticket, len(all))
	for n := range all {
		at[n] = &all[n]
	}
	slices.SortFunc(at, byQueue)
	sorted := make([]Ticket, len(all))
	for n, t := range at {
		sorted[n] = *t
	}
	return sorted
}

// byQueue puts tickets in the order in which the kitchen works: what is rushed, then as they were queued, then what waits.
func byQueue(x, y *Ticket) int {
	if first := cmp.Compare(orderOf(x), orderOf(y)); first != 0 {
		return first
	}
	if first := x.rushed().Compare(y.rushed()); first != 0 {
		return first
	}
	if first := x.QueuedAt.Compare(y.QueuedAt); first != 0 {
		return first
	}
	return cmp.Or(
		cmp.Compare(x.Day, y.Day), cmp.Compare(x.Number, y.Number),
		cmp.Compare(x.Command, y.Command), x.TakenAt.Compare(y.TakenAt), cmp.Compare(x.Order.ID, y.Order.ID),
	)
}

func orderOf(t *Ticket) int {
	switch {
	case t.Number == 0:
		return 2
	case t.Rush != nil:
		return 0
	}
	return 1
}

// after takes over what a commit has changed.
func (b *board) after(c Commit) {
	b.seq = c.Seq
	b.shift.after(c.Shift)
	for _, t := range c.Tickets {
		if t.OnBoard() {
			b.tickets[t.Order.ID] = t
			b.enters(t, c.Seq)
		} else {
			delete(b.tickets, t.Order.ID)
			delete(b.came, t.Order.ID)
		}
	}
	for _, a := range c.Raised {
		b.alerts[a.ID] = a
	}
	for _, id := range c.Cleared {
		delete(b.alerts, id)
	}
	for _, key := range c.Stopped {
		delete(b.timers, key)
	}
	for _, t := range c.Timers {
		b.timers[t.TimerKey] = t
	}
	for _, id := range c.Unplugged {
		delete(b.screens, id)
	}
	for _, s := range c.Screens {
		b.screens[s.ID] = s
	}
	for _, n := range c.Numbers {
		b.numbers[n.Day] = n.Last
	}
	for len(b.numbers) > daysInMind {
		delete(b.numbers, slices.Min(slices.Collect(maps.Keys(b.numbers))))
	}
	for _, key := range c.Forgotten {
		delete(b.lessons, key)
	}
	for _, l := range c.Lessons {
		b.lessons[l.Topic] = l
	}
	if c.Intake != nil {
		b.intake = *c.Intake
	}
	if c.Cooks != nil {
		b.cooks = c.Cooks
	}
	if c.Command != nil {
		b.applied = c.Command.Seq
	}
	if c.Released > 0 {
		b.released = c.Released
	}
	if c.Begin != nil {
		b.applied, b.epoch, b.released = c.Begin.Commands, c.Begin.Epoch, 0
	}
}
