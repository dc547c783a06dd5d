package kitchen

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Figures are how long things took on a business day. Times that are known to be doubtful are left out, and counted.
type Figures struct {
	Day     string
	Orders  int                   // that got a number
	Open    int                   // of those, still here
	Ended   map[order.Kitchen]int // the others, by how
	Line    Spread                // from the queue until an item is made: what the make line takes, waiting included
	Make    Spread                // from the first touch until it is made, where somebody said that they started
	Oven    Spread                // from in to out
	Cut     Spread                // from out until it is boxed
	Rack    Spread                // from ready until handed over
	Total   Spread                // from the queue until handed over
	Station map[string]Spread     // by station: what an item is there, waiting included
	Cooks   []CookFigures
	Marks   map[string]int // how often each doubt was marked
	Remakes map[string]int // by reason
}

// CookFigures are what one cook did.
type CookFigures struct {
	Cook  string
	Items int // made
	Make  Spread
	Marks int // of their own taps
}

// Spread is how times are spread: half of them are within P50, nine of ten within P90. LeftOut are those that say nothing.
type Spread struct {
	Count, LeftOut int
	P50, P90       time.Duration
}

// Shift are the figures of a business day; of the present one when day is empty.
func (k *Kitchen) Shift(ctx context.Context, day string) (Figures, error) {
	if day == "" {
		day = k.settings.Day(k.now())
	}
	tickets, err := k.store.Shift(ctx, day)
	if err != nil {
		return Figures{}, err
	}
	return figures(day, tickets), nil
}

// sample collects times.
type sample struct {
	times   []time.Duration
	leftOut int
}

func (s *sample) add(from, to time.Time, doubtful bool) {
	switch {
	case from.IsZero() || to.IsZero():
	case doubtful || to.Before(from):
		s.leftOut++
	default:
		s.times = append(s.times, to.Sub(from))
	}
}

func (s *sample) spread() Spread {
	slices.Sort(s.times)
	return Spread{Count: len(s.times), LeftOut: s.leftOut, P50: quantile(s.times, 50), P90: quantile(s.times, 90)}
}

// quantile is the smallest time that so many of a hundred are within.
func quantile(sorted []time.Duration, hundredths int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, (len(sorted)*hundredths+99)/100-1)]
}

// tally is a shift while it is added up.
type tally struct {
	line, made, oven, cut, rack, total sample
	station                            map[string]*sample
	cooks                              map[string]*cookTally
}

type cookTally struct {
	items, marks int
	made         sample
}

func figures(day string, tickets []Ticket) Figures {
	f := Figures{
		Day: day, Ended: map[order.Kitchen]int{}, Station: map[string]Spread{}, Marks: map[string]int{}, Remakes: map[string]int{},
	}
	all := tally{station: map[string]*sample{}, cooks: map[string]*cookTally{}}
	for _, t := range tickets {
		f.Orders++
		if t.Open() {
			f.Open++
		} else {
			f.Ended[t.Progress.Kitchen()]++
		}
		for _, m := range t.Marks {
			f.Marks[m.Kind]++
			if m.Who != "" {
				all.cook(m.Who).marks++
			}
		}
		for _, r := range t.Remakes {
			f.Remakes[r.Reason]++
		}
		all.ticket(t)
	}
	f.Line, f.Make, f.Oven, f.Cut = all.line.spread(), all.made.spread(), all.oven.spread(), all.cut.spread()
	f.Rack, f.Total = all.rack.spread(), all.total.spread()
	for name, s := range all.station {
		f.Station[name] = s.spread()
	}
	for _, who := range slices.Sorted(maps.Keys(all.cooks)) {
		c := all.cooks[who]
		f.Cooks = append(f.Cooks, CookFigures{Cook: who, Items: c.items, Make: c.made.spread(), Marks: c.marks})
	}
	return f
}

func (a *tally) cook(who string) *cookTally {
	if a.cooks[who] == nil {
		a.cooks[who] = &cookTally{}
	}
	return a.cooks[who]
}

func (a *tally) at(station string) *sample {
	if a.station[station] == nil {
		a.station[station] = &sample{}
	}
	return a.station[station]
}

func (a *tally) ticket(t Ticket) {
	bulk := t.doubted(BulkBump, "")
	ready, gone := t.Clocks.Lane[order.Ready], t.Clocks.Lane[order.HandedOver]
	early := bulk || t.doubted(BeforeDriver, "")
	a.rack.add(ready, gone, early)
	a.total.add(t.QueuedAt, gone, early)
	a.at(menu.StationPass).add(ready, gone, early)
	for _, i := range t.Progress.Items {
		a.item(t, i, bulk)
	}
}

// item adds the times of one item. One tap that says two things says nothing of the time between.
func (a *tally) item(t Ticket, i order.Item, bulk bool) {
	at := t.Clocks.Items[i.ID]
	made := at[order.ItemMade]
	how := t.How[i.ID][order.ItemMade]
	if !i.Bakes {
		made, how = at[order.ItemDone], t.How[i.ID][order.ItemDone]
	}
	queued := at[order.ItemQueued]
	if queued.Before(t.QueuedAt) {
		queued = t.QueuedAt
	}
	started := at[order.ItemMaking]
	a.line.add(queued, made, bulk)
	a.at(i.Station).add(queued, made, bulk)
	a.made.add(started, made, bulk || started.Equal(made))
	if who := cmp.Or(how.Who, t.Cook); who != "" && !made.IsZero() {
		c := a.cook(who)
		c.items++
		c.made.add(started, made, bulk || started.Equal(made))
	}
	if !i.Bakes {
		return
	}
	in, out, done := at[order.ItemInOven], at[order.ItemBaked], at[order.ItemDone]
	doubt := bulk || t.doubted(EarlyOut, i.ID) || t.doubted(NotSensed, i.ID)
	a.oven.add(in, out, doubt)
	a.cut.add(out, done, doubt)
	a.at(menu.StationOven).add(made, out, doubt)
	a.at(menu.StationCut).add(out, done, doubt)
}

// doubted reports whether a kind of doubt was marked, about an item or the ticket.
func (t Ticket) doubted(kind, item string) bool {
	return slices.ContainsFunc(t.Marks, func(m Mark) bool { return m.Kind == kind && (m.Item == "" || m.Item == item) })
}
