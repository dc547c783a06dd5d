package kitchen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"awesome.pizza/edge/line"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	leastSpread = 5 * time.Minute  // width of a promise
	spreadShare = 8                // and of one that looks far ahead, in parts of how far
	mostSpread  = 20 * time.Minute // more would be no promise
	mostExpect  = 30 * time.Minute // how long a driver is waited for, in a promise
)

// Quote is what a basket costs, when it would be ready or at the door, and whether somebody has to say yes to it first.
type Quote struct {
	Lines   []order.Line
	Totals  order.Totals
	Promise order.Promise
	Large   bool // an order this large is taken only when the guest has agreed to the promise
}

// Quote prices a basket and promises, without taking it. What says nothing about who orders and pays may be left out. It reports
// problem.Invalid, and problem.Conflict "sold_out".
func (k *Kitchen) Quote(_ context.Context, c CounterOrder) (Quote, error) {
	c = c.asked()
	o, items, err := c.price(k.Menu(), k.settings.Restaurant)
	if err != nil {
		return Quote{}, err
	}
	o.PlacedAt = k.now()
	b, err := k.boardToQuote(o)
	if err != nil {
		return Quote{}, err
	}
	d := newDraft(&b, k.settings, o.PlacedAt) // taps need not wait for the schedule
	if err := d.schedulable(o); err != nil {
		return Quote{}, err
	}
	return Quote{Lines: o.Lines, Totals: o.Totals, Promise: d.promise(newTicket(o, items, d.now)), Large: d.settings.large(o.Channel, items)}, nil
}

// boardToQuote is a copy of what the schedule looks at, if there is on the shelves what an order takes.
func (k *Kitchen) boardToQuote(o order.Order) (board, error) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	shelves := newDraft(&k.board, k.settings, o.PlacedAt).shelvesNow()
	sellable := func() error { return shelves.Sellable(o.Lines, nil) }
	if o.PlacedAt.Sub(k.met).Abs() < lendFor {
		sellable = func() error { return shelves.SellableBack(o.Lines) } // see fetch
	}
	if err := sellable(); err != nil {
		return board{}, err
	}
	return k.board.toPlan(), nil
}

// asked is a basket with what an order would say besides.
func (c CounterOrder) asked() CounterOrder {
	if c.Key == "" {
		c.Key = id.New()
	}
	if c.Channel == "" {
		c.Channel = order.Counter
	}
	if c.Payment.Method == "" {
		c.Payment.Method = "cash"
	}
	if c.Fulfilment == order.ByDelivery && c.Address == nil {
		c.Address = &order.Address{Street: "-", City: "-"}
	}
	return c
}

// expectation is when an order would be ready, and what makes it so.
type expectation struct {
	from   time.Time
	spread time.Duration
	bake   time.Duration // of what bakes longest
	why    []string      // what is wrong with ovens
	places float64       // pizzas that bake at once
}

// expect is what is expected of an order behind others: from the forecast of an order at the end of the queue to what nine of ten such forecasts
// kept.
func (d *draft) expect(t Ticket, ahead []Ticket) (e expectation) {
	t.Progress.Whole, t.Progress.Intake = order.Queued, order.Validated
	p := d.schedule(append(d.withScheduled(slices.Clone(ahead)), t))
	mine := p.Orders[t.Order.ID]
	early, spread := d.missing(mine.Ready.Sub(d.now))
	e.from, e.spread, e.why, e.places = mine.Ready.Add(early).Round(time.Second), spread, p.Why, p.Places()
	for _, j := range mine.Items {
		if j.Of.Bakes {
			e.bake = max(e.bake, j.Out.Sub(j.In))
		}
	}
	return e
}

// aheadOf is what is before an order of a channel. Web orders are behind those that wait for room in the line; the counter's are not.
func (d *draft) aheadOf(c order.Channel) []Ticket {
	open := d.open()
	if c == order.Web {
		open = d.withWaiting(open)
	}
	return slices.DeleteFunc(slices.Clone(open), func(t Ticket) bool {
		return t.Progress.Whole != order.Queued || t.Progress.Kitchen() == order.Ready
	})
}

// promise is what a guest at the counter is told, with what made it.
func (d *draft) promise(t Ticket) order.Promise {
	ahead := d.aheadOf(t.Order.Channel)
	e := d.expect(t, ahead)
	out := order.Promise{From: e.from, To: e.from.Add(e.spread)}
	if len(ahead) > 0 {
		out.Because = append(out.Because, fmt.Sprintf("%d orders ahead", len(ahead)))
	}
	if e.bake > 0 {
		out.Because = append(out.Because, "oven "+wholeMinutes(e.bake))
	}
	out.Because = append(out.Because, e.why...)
	if t.Order.Delivers() {
		drive, wait := d.settings.Drive, d.driverWait()
		out.From, out.To = e.from.Add(drive+wait), e.from.Add(drive+wait+max(e.spread, 10*time.Minute))
		if wait > 0 {
			out.Because = append(out.Because, "deliveries wait "+wholeMinutes(wait)+" for a driver")
		}
		out.Because = append(out.Because, "drive "+wholeMinutes(drive))
	}
	return forLater(out, t.Order.FireAt)
}

// missing is how far orders are usually ready behind forecasts that look so far ahead, and how much more it may be.
func (d *draft) missing(lead time.Duration) (usually, spread time.Duration) {
	l, ok := d.lesson(line.On(line.ErrorLesson, line.AheadOf(lead)))
	if !ok {
		l = line.FirstLesson(line.Topic{Kind: line.ErrorLesson})
	}
	usually = time.Duration(l.Mid) * time.Second
	spread = time.Duration(l.High-l.Mid) * time.Second
	return max(usually, -lead/2), min(mostSpread, max(leastSpread, lead/spreadShare, spread).Round(time.Second))
}

// driverWait is how long deliveries that are ready have been waiting for somebody to fetch them: the next one will, too.
func (d *draft) driverWait() (wait time.Duration) {
	for _, t := range d.board.tickets {
		if t.Order.Delivers() && t.Progress.Kitchen() == order.Ready && t.Progress.Delivery == order.Unassigned && !t.Recovered {
			wait = max(wait, d.now.Sub(t.Since))
		}
	}
	if wait < time.Minute {
		return 0
	}
	return min(mostExpect, wait)
}

func wholeMinutes(d time.Duration) string {
	return fmt.Sprintf("%d min", int((d+time.Minute-1)/time.Minute))
}

// large reports whether an order is so large that its guest has to agree to the promise first.
func (s Settings) large(c order.Channel, items []order.Item) bool {
	if s.Throttle == nil || s.Throttle.Gentle {
		return false
	}
	return len(items) > cmp.Or(s.Throttle.Channels[c].LargePieces, s.Throttle.LargePieces)
}

// tooLarge refuses a large order that nobody has agreed to.
func tooLarge(pieces int, p order.Promise, zone *time.Location) error {
	return problem.New(problem.Conflict, "large_order", "%d pieces are a large order: tell the guest that it takes until %s or later, then send it again with confirmed",
		pieces, p.From.In(zone).Format("15:04")).With("promise", p).With("path", "confirmed")
}
