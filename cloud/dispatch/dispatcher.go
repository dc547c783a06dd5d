package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Scene is what there is to plan with. All of it is committed when a call returns.
type Scene interface {
	// DispatchSnapshot is everything a plan may know, but for Travel.
	DispatchSnapshot(ctx context.Context, now time.Time) (Snapshot, error)
	// GiveBack takes a driver off an order that was not picked up; on any other order it changes nothing.
	GiveBack(ctx context.Context, id order.ID, driver, by string) error
	// SetStatus records what a driver says, unless something later was said already: then changed is false.
	SetStatus(ctx context.Context, driver string, s wire.DriverState, at time.Time) (changed bool, err error)
}

// Book keeps the offers.
type Book interface {
	// CreateOffers opens offers and returns those that stood: not those whose order or driver is no longer to be had.
	CreateOffers(ctx context.Context, offers []Offer) ([]Offer, error)
	// EndOffers expires open offers whose time is over, revokes those whose order or driver is no longer to be had, and counts them.
	EndOffers(ctx context.Context, now time.Time) (int, error)
	// RecentOffers are the open ones, and those that ended after an instant, oldest first.
	RecentOffers(ctx context.Context, endedAfter time.Time) ([]Offer, error)
}

// Answers keeps what drivers answer.
type Answers interface {
	// AcceptOffer accepts an offer and assigns its order, both or neither. It reports NotFound "no_such_offer", Conflict "offer_over"
	// and Conflict "illegal_step".
	AcceptOffer(ctx context.Context, driver, offer string, now time.Time) (Offer, error)
	// DeclineOffer declines it.
	DeclineOffer(ctx context.Context, driver, offer string, now time.Time) (Offer, error)
}

// Store is all that dispatch keeps.
type Store interface {
	Scene
	Book
	Answers
}

// Phones reach the drivers. What they are told may be lost; it is told again.
type Phones interface {
	Offer(driver string, o wire.Offer) error
}

// Lock is held by one process at a time. A process that dies loses it within seconds. Two that hold it for a moment do no harm: the store
// refuses a second offer.
type Lock interface {
	// Lock takes the lock if nobody has it, and reports whether it is held now. It does not wait.
	Lock(ctx context.Context) (held bool)
	Unlock()
}

// How the loop runs.
const (
	Every     = 2 * time.Second        // a round, at least
	breath    = 200 * time.Millisecond // between kicked rounds
	roundTime = 10 * time.Second       // of a round at most
	LostAfter = 5 * time.Minute        // a driver who is silent this long gives back what was not picked up
)

// ByDispatch names the loop in an order's timeline.
const ByDispatch = "dispatch"

// Dispatcher runs the plan. Its fields are set once, before Run.
type Dispatcher struct {
	Store  Store
	Phones Phones
	Lock   Lock
	Plan   func(Snapshot) Plan
	Travel Travel
	Clock  clock.Clock
	Log    *slog.Logger

	Couriers Couriers      // nil: nobody but our own drivers
	Margin   time.Duration // how much later than promised they may be before a courier is asked

	kicks chan struct{}
	mail  mail
	stuck map[order.ID]bool      // already complained about
	needy map[order.ID]time.Time // since when a courier is wanted
}

// New makes a Dispatcher that plans with Nearest and Crow.
func New(s Store, p Phones, l Lock, c clock.Clock, log *slog.Logger) *Dispatcher {
	return &Dispatcher{
		Store: s, Phones: p, Lock: l, Plan: Nearest, Travel: Crow{}, Clock: c, Log: log,
		kicks: make(chan struct{}, 1), mail: newMail(), stuck: map[order.ID]bool{},
	}
}

// Kick hurries the next round: an order or a driver has changed. It never blocks.
func (d *Dispatcher) Kick() {
	select {
	case d.kicks <- struct{}{}:
	default:
	}
}

// Run plans and offers until ctx ends. Any number of processes may run it on one database: the one that holds the lock plans, each tells the
// phones that are connected to it.
func (d *Dispatcher) Run(ctx context.Context) error {
	defer d.Lock.Unlock()
	every := time.NewTicker(Every)
	defer every.Stop()
	for {
		began := time.Now()
		d.round(ctx)
		pause := time.NewTimer(max(breath, time.Since(began)))
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
		case <-d.kicks:
		}
	}
}

func (d *Dispatcher) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	now := d.now()
	if d.Lock.Lock(ctx) {
		d.grumble(ctx, "plan deliveries", d.plan(ctx, now))
	}
	d.grumble(ctx, "send offers to phones", d.deliver(ctx, now))
}

func (d *Dispatcher) grumble(ctx context.Context, what string, err error) {
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		d.Log.ErrorContext(ctx, what, "err", err)
	}
}

// plan ends what is over, takes orders from drivers who are gone, and asks others.
func (d *Dispatcher) plan(ctx context.Context, now time.Time) error {
	if _, err := d.Store.EndOffers(ctx, now); err != nil {
		return fmt.Errorf("end offers: %w", err)
	}
	s, err := d.Store.DispatchSnapshot(ctx, now)
	if err != nil {
		return fmt.Errorf("read what there is to deliver: %w", err)
	}
	s.Now, s.Travel = now, d.Travel
	lost := d.takeBack(ctx, s)
	plan := d.Plan(s)
	d.callCouriers(s, &plan)
	d.complain(ctx, plan.Stuck)
	var offers []Offer
	for _, c := range plan.Offers {
		offers = append(offers, Offer{
			ID: id.New(), Order: c.Order, Driver: c.Driver, State: Open, Created: now, Expires: now.Add(OfferTTL),
			ArriveAt: c.ArriveAt, Because: c.Because,
		})
	}
	if len(offers) == 0 {
		return lost
	}
	if _, err := d.Store.CreateOffers(ctx, offers); err != nil {
		return errors.Join(lost, fmt.Errorf("open offers: %w", err))
	}
	return lost
}

// takeBack gives other drivers the orders that wait for one who is gone.
func (d *Dispatcher) takeBack(ctx context.Context, s Snapshot) error {
	var errs []error
	back, gone := 0, map[string]bool{}
	for i := range s.Drivers {
		gone[s.Drivers[i].ID] = s.Drivers[i].Gone(s.Now)
	}
	for _, o := range s.Orders {
		if o.Delivery != order.Assigned || !gone[o.Driver] || o.ByHand {
			continue
		}
		d.Log.WarnContext(ctx, "driver is gone: the order goes to another", "order", o.ID, "driver", o.Driver, "restaurant", o.Restaurant)
		if err := d.Store.GiveBack(ctx, o.ID, o.Driver, ByDispatch); err != nil {
			errs = append(errs, fmt.Errorf("take order %s back from driver %s: %w", o.ID, o.Driver, err))
			continue
		}
		back++
	}
	if back > 0 {
		d.Kick() // to ask somebody else
	}
	return errors.Join(errs...)
}

// Gone reports whether nobody can count on this driver any more: signed off, or not heard of for LostAfter.
func (d *Driver) Gone(now time.Time) bool {
	heard := later(d.SeenAt, d.StatusAt)
	return d.Status == wire.Offline || now.Sub(heard) > LostAfter
}

// complain says once that an order has nobody to bring it.
func (d *Dispatcher) complain(ctx context.Context, stuck []Stuck) {
	still := map[order.ID]bool{}
	for _, s := range stuck {
		still[s.Order] = true
		if !d.stuck[s.Order] {
			d.Log.WarnContext(ctx, "nobody can bring this order", "order", s.Order, "because", s.Because)
		}
	}
	d.stuck = still
}

func (d *Dispatcher) now() time.Time { return d.Clock.Now().UTC().Truncate(time.Millisecond) }

// Accept takes an offer for a driver: see Answers.
func (d *Dispatcher) Accept(ctx context.Context, driver, offer string) (Offer, error) {
	o, err := d.Store.AcceptOffer(ctx, driver, offer, d.now())
	d.Kick()
	return o, err
}

// Decline turns an offer down for a driver: see Answers.
func (d *Dispatcher) Decline(ctx context.Context, driver, offer string) (Offer, error) {
	o, err := d.Store.DeclineOffer(ctx, driver, offer, d.now())
	d.Kick()
	return o, err
}

// SetStatus records what a driver says of himself, and when. The cloud's clock is the latest it can be. Going offline gives back what was not
// picked up, in the next round.
func (d *Dispatcher) SetStatus(ctx context.Context, driver string, s wire.DriverState, at time.Time) error {
	if now := d.now(); at.After(now) {
		at = now
	}
	if _, err := d.Store.SetStatus(ctx, driver, s, at.UTC()); err != nil {
		return fmt.Errorf("record status of driver %s: %w", driver, err)
	}
	d.Kick()
	return nil
}

// Connected tells that a driver's phone has just signed in: what is open for it is sent again, until it must have subscribed.
func (d *Dispatcher) Connected(driver string) {
	d.mail.connected(driver, d.now())
	d.Kick()
}
