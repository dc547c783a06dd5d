package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// rows is a store that keeps the promises of dispatch.Store without a database. What it forbids, the database forbids too: cloud/store tests that.
type rows struct {
	mu      sync.Mutex
	orders  []dispatch.Order
	drivers []dispatch.Driver
	offers  []dispatch.Offer
	broken  error
	told    []string              // kitchens, of which order and driver
	houses  []dispatch.Restaurant // the usual ones if there are none
	placed  []dispatch.Placing
	waits   []dispatch.Wait
	why     []string // what was given back was
	misses  []dispatch.Miss
	routes  map[string]dispatch.Route // the last plan
}

func (r *rows) SaveRoutes(_ context.Context, _ time.Time, drivers []string, routes []dispatch.Route) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := map[string]dispatch.Route{}
	for d, route := range r.routes {
		if !slices.Contains(drivers, d) {
			next[d] = route
		}
	}
	for _, route := range routes {
		next[route.Driver] = route
	}
	r.routes = next
	return r.broken
}

func (r *rows) SaveMisses(_ context.Context, all []dispatch.Miss) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.misses = append(r.misses, all...)
	return r.broken
}

func (r *rows) order(id order.ID) *dispatch.Order {
	i := slices.IndexFunc(r.orders, func(o dispatch.Order) bool { return o.ID == id })
	return &r.orders[i]
}

func (r *rows) driver(id string) *dispatch.Driver {
	i := slices.IndexFunc(r.drivers, func(d dispatch.Driver) bool { return d.ID == id })
	return &r.drivers[i]
}

func (r *rows) do(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *rows) Houses(context.Context, time.Time) ([]dispatch.Restaurant, error) {
	if r.houses != nil {
		return r.houses, nil
	}
	return houses, nil
}

func (r *rows) DispatchSnapshot(_ context.Context, now time.Time, _ []string) (dispatch.Snapshot, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := dispatch.Snapshot{Now: now, Orders: slices.Clone(r.orders), Drivers: slices.Clone(r.drivers)}
	s.Placings = slices.Clone(r.placed)
	for _, route := range r.routes {
		s.Last = append(s.Last, route)
	}
	past := map[order.ID][]dispatch.Offer{}
	for i := range s.Orders {
		for _, f := range r.offers {
			switch {
			case f.Order == s.Orders[i].ID && f.Over():
				past[f.Order] = append(past[f.Order], f)
			case f.Order == s.Orders[i].ID:
				s.Orders[i].Offered = f.Driver
			}
		}
	}
	s.LetRest(past)
	for i := range s.Drivers {
		s.Drivers[i].Bag = r.bag(s.Drivers[i].ID)
		s.Drivers[i].Holding, s.Drivers[i].Trip = "", r.trip(s.Drivers[i].ID)
		for _, f := range r.offers {
			if f.Driver == s.Drivers[i].ID && !f.Over() {
				s.Drivers[i].Holding = f.Order
			}
		}
	}
	return s, r.broken
}

func (r *rows) bag(driver string) (bag []order.ID) {
	for _, o := range r.orders {
		if o.Driver == driver && o.Delivery != order.Delivered {
			bag = append(bag, o.ID)
		}
	}
	return bag
}

// trip is that of what a driver has in the bag.
func (r *rows) trip(driver string) (trip string) {
	for _, id := range r.bag(driver) {
		for _, f := range r.offers {
			if f.Order == id && f.Driver == driver && f.State == dispatch.Accepted {
				trip = f.Trip
			}
		}
	}
	return trip
}

// full reports whether a driver has something that does not belong to a trip, or is under way with it.
func (r *rows) full(driver, trip string) bool {
	under := slices.ContainsFunc(r.bag(driver), func(id order.ID) bool { return r.order(id).Delivery != order.Assigned })
	return len(r.bag(driver)) > 0 && (under || r.trip(driver) != trip)
}

func (r *rows) GiveBack(_ context.Context, id order.ID, driver, _, because string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.order(id); o.Delivery == order.Assigned && o.Driver == driver {
		r.why = append(r.why, because)
		o.Delivery, o.Driver, o.Back = order.Unassigned, "", append(slices.Clone(o.Back), dispatch.Back{Driver: driver, At: time.Now()})
	}
	return nil
}

func (r *rows) Expect(_ context.Context, id order.ID, driver string, at time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.order(id); o.Driver == driver {
		o.Arrives = at
		r.told = append(r.told, fmt.Sprintf("%s %q", id, driver))
	}
	return nil
}

func (r *rows) SetStatus(_ context.Context, driver string, s wire.DriverState, at time.Time) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.driver(driver)
	if d.StatusAt.After(at) {
		return false, r.broken
	}
	d.Status, d.StatusAt = s, at
	return true, r.broken
}

func (r *rows) CreateOffers(_ context.Context, offers []dispatch.Offer) (stood []dispatch.Offer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range offers {
		taken := slices.ContainsFunc(r.offers, func(g dispatch.Offer) bool {
			return !g.Over() && (g.Order == f.Order || g.Driver == f.Driver && g.Trip != f.Trip)
		})
		if taken || r.order(f.Order).Driver != "" || r.driver(f.Driver).Status != wire.Available || r.full(f.Driver, f.Trip) {
			continue
		}
		r.offers, stood = append(r.offers, f), append(stood, f)
	}
	return stood, r.broken
}

func (r *rows) EndOffers(_ context.Context, now time.Time) (n dispatch.Ended, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.offers {
		f := &r.offers[i]
		switch {
		case f.Over():
		case !now.Before(f.Expires):
			*f, err = f.Take(dispatch.Expire, now)
			n.Expired++
		case r.order(f.Order).Driver != "" || r.driver(f.Driver).Status != wire.Available:
			*f, err = f.Take(dispatch.Revoke, now)
			n.Revoked++
		}
	}
	return n, err
}

func (r *rows) SaveWaits(_ context.Context, drivers []string, waits []dispatch.Wait) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waits = slices.DeleteFunc(r.waits, func(w dispatch.Wait) bool { return slices.Contains(drivers, w.Driver) })
	r.waits = append(r.waits, waits...)
	return r.broken
}

func (r *rows) WaitsSince(_ context.Context, after time.Time) ([]dispatch.Wait, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.waits), func(w dispatch.Wait) bool { return !w.At.After(after) }), r.broken
}

func (r *rows) Prefer(_ context.Context, p dispatch.Preference) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.order(p.Order).Priority, r.order(p.Order).Said = p.Priority, p.Because
	return r.broken
}

func (r *rows) RecentOffers(_ context.Context, endedAfter time.Time) (recent []dispatch.Offer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.offers {
		if !f.Over() || f.Answered.After(endedAfter) {
			recent = append(recent, f)
		}
	}
	return recent, r.broken
}

func (r *rows) AnswerOffer(_ context.Context, driver, offer string, a dispatch.Answer, now time.Time) (f dispatch.Offer, fresh bool, err error) {
	r.mu.Lock()
	fresh = slices.ContainsFunc(r.offers, func(f dispatch.Offer) bool { return f.ID == offer && !f.Over() })
	r.mu.Unlock()
	f, err = r.answer(driver, offer, a, now)
	return f, fresh && err == nil, err
}

func (r *rows) AnswerTrip(_ context.Context, driver string, a dispatch.TripAnswer, now time.Time) (taken []dispatch.Offer, fresh bool, err error) {
	r.mu.Lock()
	all := slices.DeleteFunc(slices.Clone(r.offers), func(f dispatch.Offer) bool { return f.Driver != driver || f.Trip != a.Trip })
	r.mu.Unlock()
	if taken, fresh, err = a.Take(all, now); err != nil {
		return nil, false, err
	}
	for i := range taken {
		if taken[i], err = r.answer(driver, taken[i].ID, a.Answer, now); err != nil {
			return nil, false, err
		}
	}
	return taken, fresh, nil
}

func (r *rows) answer(driver, offer string, a dispatch.Answer, now time.Time) (dispatch.Offer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := slices.IndexFunc(r.offers, func(f dispatch.Offer) bool { return f.ID == offer && f.Driver == driver })
	if i < 0 {
		return dispatch.Offer{}, problem.New(problem.NotFound, "no_such_offer", "no")
	}
	f, err := r.offers[i].Take(a, now)
	if err != nil || a == dispatch.Decline || f.State == r.offers[i].State {
		if err == nil {
			r.offers[i] = f
		}
		return f, err
	}
	o := r.order(f.Order)
	if o.Driver != "" || r.full(driver, f.Trip) {
		return f, problem.New(problem.Conflict, "illegal_step", "no")
	}
	o.Delivery, o.Driver, r.offers[i] = order.Assigned, driver, f
	return f, nil
}

// wrong is what must never be, or empty.
func (r *rows) wrong() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	open, trips := map[order.ID]int{}, map[string]string{}
	for _, f := range r.offers {
		if f.Over() {
			continue
		}
		if open[f.Order]++; open[f.Order] > 1 {
			return fmt.Sprintf("%s is offered twice", f.Order)
		}
		if trip, asked := trips[f.Driver]; asked && trip != f.Trip {
			return fmt.Sprintf("%s is asked for two trips", f.Driver)
		}
		trips[f.Driver] = f.Trip
	}
	for _, d := range r.drivers {
		for _, id := range r.bag(d.ID) {
			mine := func(f dispatch.Offer) bool {
				return f.Order == id && f.Driver == d.ID && f.State == dispatch.Accepted && f.Trip == r.trip(d.ID)
			}
			if !slices.ContainsFunc(r.offers, mine) {
				return fmt.Sprintf("%s has two bags", d.ID)
			}
		}
	}
	return ""
}

// ears are phones that remember.
type ears struct {
	mu    sync.Mutex
	heard []string // "d1 o1", and "d1 -o1" when it is over
	at    []time.Time
	last  map[string]string // offer, by driver
	deaf  error
}

func (e *ears) Offer(driver string, o wire.Offer) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.deaf != nil {
		return e.deaf
	}
	if e.last == nil {
		e.last = map[string]string{}
	}
	what := driver + " " + o.Order
	if o.Revoked {
		what = driver + " -" + o.Order
	} else {
		e.last[driver] = o.ID
	}
	e.heard, e.at = append(e.heard, what), append(e.at, time.Now())
	return nil
}

func (e *ears) said() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

func (e *ears) offer(driver string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last[driver]
}

// lock is one lock for several processes.
type lock struct {
	mu    sync.Mutex
	owner *key
}

type key struct {
	lock *lock
	dead bool
}

func (k *key) Hold(_ context.Context, zones []string) []string {
	k.lock.mu.Lock()
	defer k.lock.mu.Unlock()
	if k.lock.owner == nil && !k.dead {
		k.lock.owner = k
	}
	if k.lock.owner == k && !k.dead {
		return zones
	}
	return nil
}

func (k *key) Unlock() {
	k.lock.mu.Lock()
	defer k.lock.mu.Unlock()
	if k.lock.owner == k {
		k.lock.owner = nil
	}
}
