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
	// Houses are all restaurants.
	Houses(ctx context.Context, now time.Time) ([]Restaurant, error)
	// DispatchSnapshot is everything a plan for some restaurants may know, but for Travel: their orders, who is on shift for them or for
	// all, and whoever has one of the orders.
	DispatchSnapshot(ctx context.Context, now time.Time, restaurants []string) (Snapshot, error)
	// GiveBack takes a driver off an order that was not picked up, and notes why, in words; on any other order it changes nothing.
	GiveBack(ctx context.Context, id order.ID, driver, by, because string) error
	// Expect tells the kitchen when the driver of an order is expected, or, with driver "", one who is to be asked.
	Expect(ctx context.Context, id order.ID, driver string, at time.Time) error
	// SetStatus records what a driver says, unless something later was said already: then changed is false.
	SetStatus(ctx context.Context, driver string, s wire.DriverState, at time.Time) (changed bool, err error)
}

// Book keeps the offers.
type Book interface {
	// CreateOffers opens offers and returns those that stood: not those whose order or driver is no longer to be had.
	CreateOffers(ctx context.Context, offers []Offer) ([]Offer, error)
	// EndOffers expires open offers whose time is over, revokes those whose order or driver is no longer to be had, and counts them.
	EndOffers(ctx context.Context, now time.Time) (Ended, error)
	// RecentOffers are the open ones, and those that ended after an instant, oldest first.
	RecentOffers(ctx context.Context, endedAfter time.Time) ([]Offer, error)
}

// Ended counts offers.
type Ended struct{ Expired, Revoked int }

// Answers keeps what drivers answer.
type Answers interface {
	// AnswerOffer accepts an offer and assigns its order, both or neither, or declines it. fresh is false when that was done before. It reports NotFound
	// "no_such_offer", Conflict "offer_over", "bag_full" and "illegal_step".
	AnswerOffer(ctx context.Context, driver, offer string, a Answer, now time.Time) (o Offer, fresh bool, err error)
	// AnswerTrip answers all doors of a trip, and assigns their orders, or nothing of it: see TripAnswer.Take. fresh is false when that was done
	// before. It reports NotFound "no_such_trip", Conflict "bag_full" and what Take reports.
	AnswerTrip(ctx context.Context, driver string, a TripAnswer, now time.Time) (taken []Offer, fresh bool, err error)
}

// Store is all that dispatch keeps.
type Store interface {
	Scene
	Book
	Answers
	Waits
	Preferences
	Misses
	Routes
}

// Preferences keeps what people say of orders' priority.
type Preferences interface {
	// Prefer records it. It reports NotFound "no_such_order", and Conflict "not_to_deliver" for what nobody brings, or has brought already.
	Prefer(ctx context.Context, p Preference) error
}

// Phones reach the drivers. What they are told may be lost; it is told again.
type Phones interface {
	Offer(driver string, o wire.Offer) error
}

// Lock shares the zones between processes: each is held by one at a time. A process that dies loses its zones within seconds. Two that hold
// one for a moment do no harm: the store refuses a second offer.
type Lock interface {
	// Hold takes zones that nobody has, up to this process's share of all, gives back what is more than that, and returns those that are
	// held now. It does not wait.
	Hold(ctx context.Context, zones []string) (held []string)
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
	Plan   func(Snapshot) Plan // of one zone
	Travel Travel
	Heard  Heard // nil: every restaurant's line is up
	Roads  Roads // nil: nothing is learned of drives
	Clock  clock.Clock
	Log    *slog.Logger

	Reposition bool // idle drivers are told where they had better wait

	Couriers Couriers      // nil: nobody but our own drivers
	Margin   time.Duration // how much later than promised they may be before a courier is asked

	kicks  chan struct{}
	mail   mail
	atlas  *Atlas
	stuck  map[order.ID]bool      // already complained about
	needy  map[order.ID]time.Time // since when a courier is wanted
	count  counters
	spread time.Time // when idle drivers were told last

	lessons   lessons
	forecasts forecasts
}

// New makes a Dispatcher that plans by the usual weights and with Crow.
func New(s Store, p Phones, l Lock, c clock.Clock, log *slog.Logger) *Dispatcher {
	return &Dispatcher{
		Store: s, Phones: p, Lock: l, Plan: Planner{Weights: Usual(), Beside: Beside, Detour: Detour}.Plan, Travel: Crow{}, Clock: c, Log: log,
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

// Run plans and offers until ctx ends. Any number of processes may run it on one database: each plans the zones that it holds, and tells the
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
	d.grumble(ctx, "plan deliveries", d.plan(ctx, now))
	d.grumble(ctx, "send offers to phones", d.deliver(ctx, now))
	d.grumble(ctx, "learn from drives", d.learn(ctx, now))
}

func (d *Dispatcher) grumble(ctx context.Context, what string, err error) {
	if err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		d.Log.ErrorContext(ctx, what, "err", err)
	}
}

// plan ends what is over, takes orders from drivers who are gone, and asks others: in the zones that this process holds.
func (d *Dispatcher) plan(ctx context.Context, now time.Time) error {
	houses, err := d.Store.Houses(ctx, now)
	if err != nil {
		return fmt.Errorf("read the restaurants: %w", err)
	}
	if d.atlas == nil || !d.atlas.of(houses) {
		d.atlas = Draw(houses)
	}
	zones := d.Lock.Hold(ctx, d.atlas.Names())
	d.count.held(len(zones))
	if len(zones) == 0 {
		return nil
	}
	ended, err := d.Store.EndOffers(ctx, now)
	if err != nil {
		return fmt.Errorf("end offers: %w", err)
	}
	d.count.end(ended)
	s, err := d.Store.DispatchSnapshot(ctx, now, d.atlas.restaurants(zones))
	if err != nil {
		return fmt.Errorf("read what there is to deliver: %w", err)
	}
	s.Now, s.Travel = now, At(d.Travel, now)
	s.hear(d.Heard)
	d.grumble(ctx, "learn from kitchens", d.judge(ctx, &s))
	lost := d.takeBack(ctx, s)
	began := time.Now()
	var plan Plan
	parts := d.atlas.share(&s, zones)
	for _, zone := range parts {
		plan.add(d.Plan(zone))
	}
	d.count.plan(plan, time.Since(began))
	d.callCouriers(s, &plan)
	d.complain(ctx, plan.Stuck)
	return errors.Join(lost, d.move(ctx, plan.Moves), d.offer(ctx, plan.Offers, now), d.expect(ctx, s.news(plan)), d.suggest(ctx, now, parts, plan), d.remember(ctx, now, parts, plan))
}

// offer opens offers.
func (d *Dispatcher) offer(ctx context.Context, choices []Choice, now time.Time) error {
	var offers []Offer
	for _, c := range choices {
		offers = append(offers, Offer{
			ID: id.New(), Order: c.Order, Driver: c.Driver, Trip: c.Trip, Stop: c.Stop, Fetch: c.Fetch, State: Open, Created: now, Expires: now.Add(OfferTTL),
			ArriveAt: c.ArriveAt, Because: c.Because,
		})
	}
	if len(offers) == 0 {
		return nil
	}
	if _, err := d.Store.CreateOffers(ctx, offers); err != nil {
		return fmt.Errorf("open offers: %w", err)
	}
	return nil
}

// move takes orders from drivers whom the plan has better things for, or better drivers for: the next round asks.
func (d *Dispatcher) move(ctx context.Context, moves []Move) error {
	var errs []error
	for _, m := range moves {
		d.Log.InfoContext(ctx, "order is taken from its driver", "order", m.Order, "driver", m.Driver, "because", m.Because)
		if err := d.Store.GiveBack(ctx, m.Order, m.Driver, ByDispatch, m.Because); err != nil {
			errs = append(errs, fmt.Errorf("take order %s from driver %s: %w", m.Order, m.Driver, err))
			continue
		}
		d.Kick()
	}
	return errors.Join(errs...)
}

// takeBack gives other drivers the orders that wait for one who is gone.
func (d *Dispatcher) takeBack(ctx context.Context, s Snapshot) error {
	var errs []error
	back, drivers := 0, s.driversByID()
	for i := range s.Orders {
		o := &s.Orders[i]
		holder := drivers[o.Driver]
		if o.Delivery != order.Assigned || holder == nil || !o.forsaken(holder, s.Now) {
			continue
		}
		because := holder.absence(s.Now).String()
		d.Log.WarnContext(ctx, "driver is gone: the order goes to another", "order", o.ID, "driver", o.Driver, "restaurant", o.Restaurant, "because", because)
		if err := d.Store.GiveBack(ctx, o.ID, o.Driver, ByDispatch, because); err != nil {
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

// forsaken reports whether an order waits for a driver in vain. One whom a person chose, and whose phone took no part when he was, keeps it:
// the person knows how to reach him. Who signs off or ends the shift afterwards, or falls silent on shift, does not.
func (o *Order) forsaken(d *Driver, now time.Time) bool {
	switch {
	case d.Status == wire.EndOfShift && d.StatusAt.After(o.Given):
		return true
	case !d.Gone(now):
		return false
	case !o.ByHand:
		return true
	case d.Status == wire.Offline:
		return d.StatusAt.After(o.Given)
	}
	return now.Sub(o.Given) > LostAfter
}

// absence says why nobody can count on a driver.
func (d *Driver) absence(now time.Time) Reason {
	if d.Status == wire.Offline || d.Status == wire.EndOfShift {
		return Reason{Key: WhyOff, Name: d.Name}
	}
	return Reason{Key: WhySilent, Name: d.Name, N: int(now.Sub(later(d.SeenAt, d.StatusAt)).Minutes())}
}

func (s *Snapshot) driversByID() map[string]*Driver {
	out := make(map[string]*Driver, len(s.Drivers))
	for i := range s.Drivers {
		out[s.Drivers[i].ID] = &s.Drivers[i]
	}
	return out
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
	return d.answer(ctx, driver, offer, Accept)
}

// Decline turns an offer down for a driver: see Answers.
func (d *Dispatcher) Decline(ctx context.Context, driver, offer string) (Offer, error) {
	return d.answer(ctx, driver, offer, Decline)
}

// answer counts what is said for the first time: phones repeat themselves.
func (d *Dispatcher) answer(ctx context.Context, driver, offer string, a Answer) (Offer, error) {
	o, fresh, err := d.Store.AnswerOffer(ctx, driver, offer, a, d.now())
	if err == nil && fresh {
		d.count.add(answered[a], 1)
	}
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
