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
	"awesome.pizza/shared/problem"
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

// sale is from which epoch's shares the cloud has sold an order, and what it took of them; the zero sale is from none.
type sale struct {
	share uint64
	sold  map[string]int64
}

// arrive takes note of an order that the kitchen did not have before.
func (d *draft) arrive(id order.ID, from sale) {
	if d.arrived == nil {
		d.arrived = map[order.ID]sale{}
	}
	d.arrived[id] = from
}

// hadEnded takes note of how a ticket was that is not on the board, before what it is of changes.
func (d *draft) hadEnded(t Ticket) {
	if d.ended == nil {
		d.ended = map[order.ID]Ticket{}
	}
	if _, noted := d.ended[t.Order.ID]; !noted {
		d.ended[t.Order.ID] = t
	}
}

// before is a ticket as the shelves have booked it.
func (d *draft) before(id order.ID) (t Ticket, was bool) {
	if t, was = d.board.tickets[id]; !was {
		t, was = d.ended[id]
	}
	return t, was
}

// keepStock lets the shelves follow from what this draft does to tickets: whatever nobody has started is reserved; what is started is used;
// what is made again or voided after it was started is waste, and so is what was made and is not in the order any more after a healing. It
// compares each ticket with what was booked, so every way to move an item is covered, and nothing is booked twice.
func (d *draft) keepStock() {
	for _, t := range d.changed() {
		before, was := d.before(t.Order.ID)
		from, arrives := d.arrived[t.Order.ID]
		if was && before.Progress.Whole == t.Progress.Whole && before.Open() == t.Open() && before.Order.Changes == t.Order.Changes &&
			slices.Equal(before.Progress.Items, t.Progress.Items) && order.SameLines(before.Order.Lines, t.Order.Lines) {
			continue
		}
		then, now := d.piecesOf(before), d.piecesOf(t)
		if arrives && !was {
			d.shelvesNow().Arrive(from.share, from.sold)
		}
		d.shelvesNow().Reserve(reserved(then, now))
		if was || arrives { // else it comes back to the board, and was booked when it was made
			d.book(then, now)
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

func (d *draft) piecesOf(t Ticket) pieces { return pieces{d, t, map[int]map[string]int64{}} }

func (p pieces) need(i order.Item) map[string]int64 {
	if i.Line < 0 || i.Line >= len(p.of.Order.Lines) {
		return nil
	}
	if _, known := p.needs[i.Line]; !known {
		p.needs[i.Line] = p.d.shelvesNow().Needs(p.of.Order.Lines[i.Line])
	}
	return p.needs[i.Line]
}

// reserved is how much more is reserved now than then.
func reserved(then, now pieces) map[string]int64 {
	sum := map[string]int64{}
	then.reserve(sum, -1)
	now.reserve(sum, 1)
	return sum
}

// reserve adds what nobody has started.
func (p pieces) reserve(sum map[string]int64, times int64) {
	for _, i := range p.of.Progress.Items {
		if p.of.Open() && i.State == order.ItemQueued {
			add(sum, p.need(i), times)
		}
	}
}

func add(sum, needs map[string]int64, times int64) {
	for id, n := range needs {
		sum[id] += n * times
	}
}

// hasMore refuses a change of an order when there is not what it adds, also with what it takes off.
func (d *draft) hasMore(w *writing) error {
	freed, then := map[string]int64{}, d.piecesOf(w.t)
	w.freed = freed
	for _, i := range w.t.Progress.Items {
		if slices.Contains(w.gone, i.ID) {
			add(freed, then.need(i), 1)
		}
	}
	more := make([]order.Line, 0, len(w.fresh))
	for _, i := range w.items {
		if slices.Contains(w.fresh, i.ID) {
			l := w.lines[i.Line]
			l.Quantity = 1
			more = append(more, l)
		}
	}
	err := d.shelvesNow().Sellable(more, freed)
	if p := problem.Of(err); p != nil {
		return p.With("path", "lines").With("ticket", w.t)
	}
	return err
}

// book writes into the ledger what was used, taken back and wasted between then and now. What was used is taken back as what it was then: the
// lines of an order may have changed.
func (d *draft) book(then, now pieces) {
	use, waste := map[string]int64{}, map[string]int64{}
	then.spend(use, waste, 1)
	now.spend(use, waste, -1)
	now.lose(waste, then)
	why, reason := now.why(), "not in the order any more"
	if now.of.Progress.Whole == order.Voided {
		reason = "voided"
	}
	d.shelvesNow().Book(stock.Entry{Kind: stock.Use, Who: why.Who, Order: now.of.Order.ID, Web: now.of.Order.Origin == order.Cloud}, use)
	d.shelvesNow().Book(stock.Entry{Kind: stock.Waste, Who: why.Who, Reason: cmp.Or(why.Reason, reason), Order: now.of.Order.ID}, waste)
}

// spend adds what was started: it is used, or waste when the order was voided.
func (p pieces) spend(use, waste map[string]int64, times int64) {
	into := use
	if p.of.Progress.Whole == order.Voided {
		into = waste
	}
	for _, i := range p.of.Progress.Items {
		if i.State != order.ItemQueued {
			add(into, p.need(i), times)
		}
	}
}

// lose adds what was made and is in nobody's order: each that was made again, and what has nothing of its kind in its place any more.
func (p pieces) lose(waste map[string]int64, then pieces) {
	for _, i := range p.of.Progress.Items {
		remakes := i.Remakes
		if was, had := then.of.Progress.Item(i.ID); had && maps.Equal(then.need(was), p.need(i)) {
			remakes -= was.Remakes
		}
		add(waste, p.need(i), -int64(max(0, remakes)))
	}
	for _, was := range then.of.Progress.Items {
		i, has := p.of.Progress.Item(was.ID)
		if same := has && maps.Equal(then.need(was), p.need(i)); !same && was.State != order.ItemQueued {
			add(waste, then.need(was), -1)
		}
	}
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
	if d.lends {
		d.lend(d.shelves.Touched())
	}
	for _, id := range d.shelves.Touched() {
		d.mindLevel(id)
	}
	d.commit.Stock = d.shelves.Change()
	d.tellOff(d.commit.Stock)
	d.tellWritten(d.commit.Stock)
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
	for _, t := range inQueue(slices.Collect(maps.Values(b.tickets))) {
		sum := map[string]int64{}
		d.piecesOf(t).reserve(sum, 1)
		d.shelvesNow().Reserve(sum)
	}
	b.stock.After(d.shelves)
}
