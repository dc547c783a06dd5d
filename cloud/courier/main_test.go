package courier_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"awesome.pizza/cloud/courier"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func usd(minor int64) money.Amount { return money.Of(minor, "USD") }

// cooking is an order that its kitchen works on.
func cooking(t testing.TB, oid order.ID, at time.Time) ordering.Record {
	t.Helper()
	o := order.Order{
		ID: oid, Restaurant: "r1", Origin: order.Cloud, Fulfilment: order.ByDelivery, PlacedAt: at, Totals: order.Totals{Total: usd(2085)},
		Address: &order.Address{Street: "1 Main St", City: "Springfield", Latitude: 40.7431, Longitude: -73.9899},
		Promise: order.Promise{From: at.Add(30 * time.Minute), To: at.Add(40 * time.Minute)},
	}
	r := ordering.Begin(o, []order.Item{{ID: "1", Product: "margherita", Bakes: true, State: order.ItemQueued}}, "token", ordering.ByCloud, at)
	r.Arrival = 1
	kitchen(t, &r, at, order.Validate, order.Queue)
	return r
}

// kitchen takes steps that are not the courier's.
func kitchen(t testing.TB, r *ordering.Record, at time.Time, steps ...order.Action) {
	t.Helper()
	for _, a := range steps {
		side, items := order.Edge, []string(nil)
		switch a {
		case order.Validate:
			side = order.Cloud
		case order.Start, order.Make, order.Bake, order.Unload, order.Finish:
			items = []string{"1"}
		}
		if err := r.Follow(side, a, "test", at, items...); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
}

var shelve = []order.Action{order.Start, order.Make, order.Bake, order.Unload, order.Finish}

// book keeps one order and its runs, without a database. What it forbids, the database forbids too: cloud/store tests that.
type book struct {
	mu     sync.Mutex
	order  ordering.Record
	runs   []courier.Run
	heard  map[string]bool
	leased map[string]time.Time
	broken error
}

func newBook(t testing.TB) *book {
	t.Helper()
	return &book{order: cooking(t, "o1", time.Now()), heard: map[string]bool{}, leased: map[string]time.Time{}}
}

func (b *book) Parcel(_ context.Context, oid order.ID, now time.Time) (courier.Parcel, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := courier.Parcel{Order: oid, Ready: now, By: b.order.Order.Promise.To, Value: usd(2085)}
	for _, r := range b.runs {
		if r.State.Over() && now.Sub(r.Ended) < 10*time.Minute {
			p.Tried = append(p.Tried, r.Quote.Courier)
		}
	}
	return p, b.broken
}

func (b *book) Reserve(_ context.Context, r courier.Run, keep ordering.Decide) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.ContainsFunc(b.runs, func(r courier.Run) bool { return r.Open() }) {
		return problem.New(problem.Conflict, "asked_already", "no")
	}
	next := b.order
	if err := errors.Join(b.broken, keep(&next)); err != nil {
		return err
	}
	b.order, b.runs = next, append(b.runs, r)
	return nil
}

func (b *book) ChangeRun(_ context.Context, run, by, message string, decide func(*courier.Run, *ordering.Record) error) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.runs, func(r courier.Run) bool { return r.ID == run && (by == "" || by == r.Quote.Courier) })
	switch {
	case b.broken != nil:
		return false, b.broken
	case i < 0:
		return false, problem.New(problem.NotFound, "no_such_delivery", "no")
	case message != "" && b.heard[message]:
		return true, nil
	}
	r, o := b.runs[i], b.order
	if err := decide(&r, &o); err != nil {
		return false, err
	}
	if message != "" {
		b.heard[message] = true
	}
	b.runs[i], b.order = r, o.Untold()
	return false, nil
}

func (b *book) DueRuns(_ context.Context, now time.Time, lease time.Duration, _ int) (due []courier.Run, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.runs {
		r := &b.runs[i]
		if !r.Open() || r.Next.After(now) {
			continue
		}
		r.Next = now.Add(lease)
		r.Tries++
		out := *r
		out.Wanted = !b.order.Status().Terminal() && b.order.Courier != nil && b.order.Courier.Run == r.ID
		due = append(due, out)
	}
	return due, b.broken
}

func (b *book) do(f func(*ordering.Record)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.order)
}

func (b *book) now() (ordering.Record, []courier.Run) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.order, slices.Clone(b.runs)
}

// firm is a company that remembers whom it has sent.
type firm struct {
	mu    sync.Mutex
	fee   int64
	drop  time.Duration // from the quote to the door
	asked []string      // what was asked of it, in order: "quote", "dispatch"…
	sent  map[string]*courier.Update
	deaf  func(what string) error // what becomes of a request; nil: it is done. errLost: it is done, and not answered
}

var errLost = errors.New("timed out after it was done")

func newFirm(fee int64, drop time.Duration) *firm {
	return &firm{fee: fee, drop: drop, sent: map[string]*courier.Update{}}
}

func (f *firm) do(what string, act func() (courier.Update, error)) (courier.Update, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, what)
	var trouble error
	if f.deaf != nil {
		trouble = f.deaf(what)
	}
	if trouble != nil && !errors.Is(trouble, errLost) {
		return courier.Update{}, trouble
	}
	u, err := act()
	return u, errors.Join(err, trouble)
}

func (f *firm) Quote(context.Context, courier.Parcel) (courier.Quote, error) {
	_, err := f.do("quote", func() (courier.Update, error) { return courier.Update{}, nil })
	now := time.Now().UTC()
	return courier.Quote{Name: "The Firm", ID: "q", Fee: usd(f.fee), PickupAt: now.Add(f.drop / 2), DropAt: now.Add(f.drop), Expires: now.Add(time.Minute)}, err
}

func (f *firm) Dispatch(_ context.Context, r courier.Run, _ courier.Parcel) (courier.Update, error) {
	return f.do("dispatch", func() (courier.Update, error) {
		if f.sent[r.ID] == nil {
			f.sent[r.ID] = &courier.Update{State: courier.Accepted, At: time.Now().UTC(), Theirs: "t1"}
		}
		return *f.sent[r.ID], nil
	})
}

func (f *firm) Status(_ context.Context, run string) (courier.Update, error) {
	return f.do("status", func() (courier.Update, error) {
		if f.sent[run] == nil {
			return courier.Update{}, problem.New(problem.NotFound, "no_such_delivery", "no")
		}
		return *f.sent[run], nil
	})
}

func (f *firm) Cancel(_ context.Context, run string) (courier.Update, error) {
	return f.do("cancel", func() (courier.Update, error) {
		u := f.sent[run]
		switch {
		case u == nil:
			return courier.Update{}, problem.New(problem.NotFound, "no_such_delivery", "no")
		case u.State.Has():
			return courier.Update{}, problem.New(problem.Conflict, "too_late", "no")
		}
		u.State, u.At = courier.Cancelled, time.Now().UTC()
		return *u, nil
	})
}

func (f *firm) deafen(how func(what string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deaf = how
}

// says moves what the firm would say of its only run.
func (f *firm) says(s courier.State) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range f.sent {
		u.State, u.At = s, time.Now().UTC()
	}
}

func (f *firm) riders() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.sent)
}

func (f *firm) count(what string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.asked {
		if a == what {
			n++
		}
	}
	return n
}
