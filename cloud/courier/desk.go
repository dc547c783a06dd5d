package courier

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Book keeps the runs. All of it is committed when a call returns.
type Book interface {
	// Parcel is what a company must know of an order.
	Parcel(ctx context.Context, oid order.ID, now time.Time) (Parcel, error)
	// Reserve enters a run and keeps its order for it, both or neither. It reports Conflict when the order is not to be had: it has a driver, an
	// open offer, or a run that has not ended.
	Reserve(ctx context.Context, r Run, keep ordering.Decide) error
	// ChangeRun lets decide change a run and its order, both or neither. A message's id counts once for each run: when it comes again, repeated is
	// true and nothing was decided. It reports NotFound "no_such_delivery", also for a run of another company than by; by "" stands for ourselves.
	ChangeRun(ctx context.Context, run, by, message string, decide func(*Run, *ordering.Record) error) (repeated bool, err error)
	// DueRuns are open runs whose Next has come; their Tries rise. They are due again after lease, so that one process at a time looks at each.
	DueRuns(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]Run, error)
}

// Links tells whether a restaurant's node is connected.
type Links interface {
	Up(restaurant string, now time.Time) bool
}

// How the desk works.
const (
	look      = 2 * time.Second  // between looks for runs that are due
	askAgain  = 20 * time.Second // an order for which no courier was found
	quoteTime = 6 * time.Second  // for all companies together
	visitTime = 15 * time.Second // for one run
	lease     = 30 * time.Second
	poll      = time.Minute     // a run of which nothing is heard
	catchUp   = 5 * time.Second // a run that is further on than its order
	patience  = 2 * time.Minute // for a company that does not say whether it will
	tooLong   = 24 * time.Hour  // after which a run that has not ended is given up
	atOnce    = 8               // orders, and runs, that are worked on at the same time
	maxWanted = 1000            // orders that wait for their turn
)

// Desk is where couriers are ordered. Its fields are set once, before use.
type Desk struct {
	Book      Book
	Companies map[string]Company
	Secrets   map[string][]string // by company: what it signs with
	Rules     Rules
	Links     Links
	Clock     clock.Clock
	Log       *slog.Logger
	Count     func(company, what string) // of what is said and done; never nil

	mu     sync.Mutex
	wanted map[order.ID]dispatch.Need
	rests  map[order.ID]time.Time // until when no quotes are asked for
	kicks  chan struct{}
}

// New makes a desk; Run must run for couriers to be ordered.
func New(b Book, companies map[string]Company, links Links, c clock.Clock, log *slog.Logger) *Desk {
	return &Desk{
		Book: b, Companies: companies, Links: links, Clock: c, Log: log, Count: func(string, string) {},
		wanted: map[order.ID]dispatch.Need{}, rests: map[order.ID]time.Time{}, kicks: make(chan struct{}, 1),
	}
}

func (d *Desk) now() time.Time { return d.Clock.Now().UTC().Truncate(time.Millisecond) }

// Wanted hears of orders that our own drivers cannot bring in time. It never blocks.
func (d *Desk) Wanted(needs []dispatch.Need) {
	if len(needs) == 0 {
		return
	}
	d.mu.Lock()
	for _, n := range needs {
		if len(d.wanted) < maxWanted {
			d.wanted[n.Order] = n
		}
	}
	d.mu.Unlock()
	select {
	case d.kicks <- struct{}{}:
	default:
	}
}

// Run works until ctx ends. Any number of processes may: the store lets one of them have each order and each run.
func (d *Desk) Run(ctx context.Context) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() { d.keepLooking(ctx) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.kicks:
			each(d.take(), func(n dispatch.Need) { d.find(ctx, n) })
		}
	}
}

func (d *Desk) keepLooking(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		due, err := d.Book.DueRuns(ctx, d.now(), lease, 8*atOnce)
		if err != nil && ctx.Err() == nil {
			d.Log.ErrorContext(ctx, "look for courier runs", "err", err)
		}
		each(due, func(r Run) { d.visit(ctx, r) })
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// each works on all, some at the same time, and waits for them.
func each[T any](all []T, work func(T)) {
	var wait sync.WaitGroup
	defer wait.Wait()
	places := make(chan struct{}, atOnce)
	for _, t := range all {
		places <- struct{}{}
		wait.Go(func() { defer func() { <-places }(); work(t) })
	}
}

// take takes what is wanted and does not rest, most urgent first.
func (d *Desk) take() []dispatch.Need {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	var out []dispatch.Need
	for oid, n := range d.wanted {
		delete(d.wanted, oid)
		if !now.Before(d.rests[oid]) {
			out = append(out, n)
		}
	}
	for oid, until := range d.rests {
		if now.After(until.Add(askAgain)) {
			delete(d.rests, oid) // nobody wants it any more
		}
	}
	slices.SortFunc(out, func(a, b dispatch.Need) int {
		return cmp.Or(a.Promise.Compare(b.Promise), cmp.Compare(a.Order, b.Order))
	})
	return out
}

// rest leaves an order alone for a while, and reports whether that was done before.
func (d *Desk) rest(oid order.ID) (again bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, again = d.rests[oid]
	d.rests[oid] = d.now().Add(askAgain)
	return again
}

// find asks all companies for quotes, keeps the order for the best one, and has a courier sent.
func (d *Desk) find(ctx context.Context, n dispatch.Need) {
	log := d.Log.With("order", n.Order)
	again := d.rest(n.Order)
	p, err := d.Book.Parcel(ctx, n.Order, d.now())
	if err != nil {
		if !problem.Is(err, problem.NotFound) && ctx.Err() == nil {
			log.ErrorContext(ctx, "read what a courier would have to bring", "err", err)
		}
		return
	}
	best, found := Choose(d.quotes(ctx, p), n.Promise, n.Own, d.now(), p.Value, d.Rules)
	if !found {
		if !again {
			log.WarnContext(ctx, "no courier brings this order in time for the fee allowed", "because", n.Because)
		}
		return
	}
	now := d.now()
	r := Run{
		ID: id.New(), Order: n.Order, Quote: best, State: Asked, At: now, Created: now, PickupAt: best.PickupAt, DropAt: best.DropAt,
		Reason: "", Next: now.Add(lease), Wanted: true,
	}
	err = d.Book.Reserve(ctx, r, ordering.AskCourier(r.brief()))
	switch {
	case problem.Is(err, problem.Conflict):
		return // somebody was faster
	case err != nil:
		log.ErrorContext(ctx, "keep an order for a courier", "err", err)
		return
	}
	d.Count(best.Courier, "asked")
	log.InfoContext(ctx, "a courier is asked", "courier", best.Courier, "fee", best.Fee.String(), "because", n.Because)
	d.visit(ctx, r)
}

// quotes asks every company that has not just dropped the order.
func (d *Desk) quotes(ctx context.Context, p Parcel) []Quote {
	ctx, cancel := context.WithTimeout(ctx, quoteTime)
	defer cancel()
	var mu sync.Mutex
	var wait sync.WaitGroup
	var all []Quote
	for name, company := range d.Companies {
		if slices.Contains(p.Tried, name) {
			continue
		}
		wait.Go(func() {
			q, err := company.Quote(ctx, p)
			if err != nil {
				d.Count(name, "no_quote")
				d.Log.DebugContext(ctx, "no quote", "courier", name, "order", p.Order, "err", err)
				return
			}
			q.Courier, q.Name = name, cmp.Or(clean(q.Name), name)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, q)
		})
	}
	wait.Wait()
	return all
}

// say brings a company's word, or our own about one, to its run and order.
func (d *Desk) say(ctx context.Context, run, by, message string, u Update) (v Verdict, err error) {
	now := d.now()
	var doubt, company string
	repeated, err := d.Book.ChangeRun(ctx, run, by, message, func(r *Run, o *ordering.Record) error {
		known := r.Doubted()
		defer func() {
			if doubt, company = "", r.Quote.Courier; r.Doubted() && !known {
				doubt = string(r.Order)
			}
		}()
		*r, v = r.Follow(u, now)
		r.Tries, r.Next = 0, now.Add(poll)
		err := r.settle(o, func(restaurant string) bool { return d.Links.Up(restaurant, now) }, now)
		unwanted := !r.State.Over() && !r.State.Has() && (o.Courier == nil || o.Courier.Run != r.ID)
		if r.Behind || unwanted { // the company does not know yet that nobody needs to come
			r.Next = now.Add(catchUp)
		}
		return err
	})
	if repeated {
		v = Repeated
	}
	if err != nil {
		return v, fmt.Errorf("follow courier run %s: %w", run, err)
	}
	if doubt != "" && !repeated {
		d.Count(company, "said_unready")
		d.Log.WarnContext(ctx, "a courier says that it has delivered what its kitchen has not made", "order", doubt, "courier", company, "run", run)
	}
	return v, nil
}
