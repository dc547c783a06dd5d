package kitchen

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
)

// The kinds of alerts about the stock.
const (
	LowStock   = "low_stock"   // less of an ingredient than its threshold
	CheckStock = "stock_check" // the daily check has found something to order
	CountStock = "count_stock" // the ledger has lost entries: somebody counts
)

// stockDevice is what alerts about the shelves name as their device.
const stockDevice = "stock"

// shelvesNow are the shelves as this draft leaves them.
func (d *draft) shelvesNow() *stock.Turn {
	if d.shelves == nil {
		d.shelves = d.board.stock.Turn(d.now, d.settings.Day(d.now))
	}
	return d.shelves
}

// arrive takes note of an order that the kitchen did not have before. share is the epoch from whose share the cloud has sold it; 0 from none.
func (d *draft) arrive(id order.ID, share uint64) {
	if d.arrived == nil {
		d.arrived = map[order.ID]uint64{}
	}
	d.arrived[id] = share
}

// keepStock lets the shelves follow from what this draft does to tickets: whatever nobody has started is reserved; what is started is used;
// what is made again or voided after it was started is waste. It compares each ticket with what the board has, so every way to move an item
// is covered, and nothing is booked twice.
func (d *draft) keepStock() {
	for _, t := range d.changed() {
		before, was := d.board.tickets[t.Order.ID]
		share, arrives := d.arrived[t.Order.ID]
		if was && before.Progress.Whole == t.Progress.Whole && before.Open() == t.Open() && slices.Equal(before.Progress.Items, t.Progress.Items) {
			continue
		}
		p := pieces{d: d, of: t, needs: map[int]map[string]int64{}}
		if arrives && !was {
			d.shelvesNow().Arrive(share, p.all())
			before = Ticket{}
		}
		d.shelvesNow().Reserve(p.reserved(before, t))
		if was || arrives { // else it comes back to the board, and was booked when it was made
			p.book(before)
		}
	}
	d.mindShelves()
}

// pieces are the items of a ticket as the shelves see them.
type pieces struct {
	d     *draft
	of    Ticket
	needs map[int]map[string]int64 // by line
}

func (p pieces) need(i order.Item) map[string]int64 {
	if i.Line < 0 || i.Line >= len(p.of.Order.Lines) {
		return nil
	}
	if _, known := p.needs[i.Line]; !known {
		p.needs[i.Line] = p.d.shelvesNow().Needs(p.of.Order.Lines[i.Line])
	}
	return p.needs[i.Line]
}

func (p pieces) all() map[string]int64 {
	sum := map[string]int64{}
	for _, i := range p.of.Progress.Items {
		add(sum, p.need(i), 1)
	}
	return sum
}

// reserved is how much more is reserved after a change than before it.
func (p pieces) reserved(before, after Ticket) map[string]int64 {
	sum := map[string]int64{}
	for _, side := range []struct {
		t     Ticket
		times int64
	}{{before, -1}, {after, 1}} {
		of := pieces{d: p.d, of: side.t, needs: map[int]map[string]int64{}} // its lines may have been others
		for _, i := range side.t.Progress.Items {
			if side.t.Open() && i.State == order.ItemQueued {
				add(sum, of.need(i), side.times)
			}
		}
	}
	return sum
}

func add(sum, needs map[string]int64, times int64) {
	for id, n := range needs {
		sum[id] += n * times
	}
}

// book writes into the ledger what was used, taken back and wasted since the ticket was as before.
func (p pieces) book(before Ticket) {
	use, waste := map[string]int64{}, map[string]int64{}
	voided := p.of.Progress.Whole == order.Voided && before.Progress.Whole != order.Voided
	for _, i := range p.of.Progress.Items {
		was, _ := before.Progress.Item(i.ID)
		used := was.State != "" && was.State != order.ItemQueued
		if i.Remakes > was.Remakes && used {
			add(use, p.need(i), 1)
			add(waste, p.need(i), -1)
			used = false
		}
		uses := i.State != order.ItemQueued
		switch {
		case uses && voided:
			add(waste, p.need(i), -1)
			if used {
				add(use, p.need(i), 1)
			}
		case uses && !used:
			add(use, p.need(i), -1)
		case !uses && used:
			add(use, p.need(i), 1)
		}
	}
	why := p.why()
	p.d.shelvesNow().Book(stock.Entry{Kind: stock.Use, Who: why.Who, Order: p.of.Order.ID}, use)
	p.d.shelvesNow().Book(stock.Entry{Kind: stock.Waste, Who: why.Who, Reason: cmp.Or(why.Reason, "voided"), Order: p.of.Order.ID}, waste)
}

// why is the last step of the ticket that says why something is waste, or else who took it.
func (p pieces) why() (last event.OrderStepped) {
	for _, f := range p.d.commit.Facts {
		if s, ok := f.Body.(event.OrderStepped); ok && s.Order == p.of.Order.ID && (last.Reason == "" || s.Action == order.Remake || s.Action == order.Void) {
			last = s
		}
	}
	return last
}

// mindShelves adds what follows from a change of the shelves: what has run out and what is back, alerts once for each crossing of a
// threshold, timers for what is off until a time, and the daily check.
func (d *draft) mindShelves() {
	if d.shelves == nil || d.shelves.Idle() {
		return
	}
	d.shelves.RunOut()
	for _, id := range d.shelves.Touched() {
		d.mindLevel(id)
	}
	d.commit.Stock = d.shelves.Change()
	for _, o := range d.commit.Stock.Off {
		d.mindOff(o)
	}
	for _, key := range d.commit.Stock.Lifted {
		d.mindOff(stock.Off{OffKey: key})
	}
	if len(d.shelves.Tracked()) > 0 {
		d.setCheck()
	}
}

func (d *draft) mindLevel(id string) {
	alert := LowStock + "/" + id
	if _, rang := d.alert(alert); rang && d.shelvesNow().Low(id) {
		return
	}
	if d.shelvesNow().Low(id) {
		d.raise(Alert{ID: alert, Device: stockDevice + "/" + id, What: LowStock, Level: "warning"})
	} else {
		d.clear(alert)
	}
}

// mindOff brings the timer of something that is off in line with its end.
func (d *draft) mindOff(o stock.Off) {
	key := TimerKey{Kind: OffEnds, Item: o.Kind + "/" + o.ID}
	running, runs := d.board.timers[key]
	switch {
	case o.Until.IsZero() && runs:
		d.commit.Stopped = append(d.commit.Stopped, key)
	case !o.Until.IsZero() && (!runs || !running.Due.Equal(o.Until)):
		d.commit.Timers = append(d.commit.Timers, Timer{TimerKey: key, Due: o.Until, Since: o.Since})
	}
}

// setCheck makes sure that there is a timer for the next daily check. One that a clock has set which was wrong is set anew.
func (d *draft) setCheck() {
	key := TimerKey{Kind: DailyCheck}
	running, runs := d.board.timers[key]
	fires := slices.Contains(d.commit.Stopped, key)
	if runs && !fires && running.Due.Sub(d.now) < 26*time.Hour {
		return
	}
	d.commit.Timers = append(d.commit.Timers, Timer{TimerKey: key, Due: d.settings.nextCheck(d.now), Since: d.now})
}

// nextCheck is when the stock is checked next, by the hands of the local clock.
func (s Settings) nextCheck(now time.Time) time.Time {
	local := now.In(s.Zone)
	for day := range 3 {
		at := time.Date(local.Year(), local.Month(), local.Day()+day, s.StockCheck, 0, 0, 0, s.Zone)
		if at.After(now) {
			return at.UTC()
		}
	}
	return now.Add(24 * time.Hour)
}

// check is the daily look at all shelves.
func (d *draft) check() {
	for _, id := range d.shelvesNow().Tracked() {
		d.mindLevel(id)
	}
	if len(d.board.stock.Suggest(d.now)) > 0 {
		d.raise(Alert{ID: CheckStock, Device: stockDevice, What: CheckStock, Level: "warning"})
	} else {
		d.clear(CheckStock)
	}
	d.setCheck()
}

// endOff puts back on the menu what was off until now.
func (d *draft) endOff(timer Timer) {
	kind, id, _ := strings.Cut(timer.Item, "/")
	d.shelvesNow().End(stock.OffKey{Kind: kind, ID: id})
}

// reserveAll makes the book of a kitchen that opens know what its tickets have reserved.
func (b *board) reserveAll() {
	d := &draft{board: b, shelves: b.stock.Turn(time.Time{}, "")}
	for _, t := range slices.SortedFunc(maps.Values(b.tickets), byQueue) {
		p := pieces{d: d, of: t, needs: map[int]map[string]int64{}}
		d.shelvesNow().Reserve(p.reserved(Ticket{}, t))
	}
	b.stock.After(d.shelves)
}
