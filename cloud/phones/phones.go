// Package phones is where drivers' phones meet dispatch: positions and statuses in, offers, arrival times and order events out, over MQTT. A
// phone may say and hear only what is its driver's own, and what is impossible is refused and kept with the reason.
//
// Not in here: who is asked for what (cloud/dispatch), rows (cloud/store), the answers to offers, which come by HTTP (cloud/api), and the
// broker itself (shared/broker).
package phones

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/cloud/ordering"
	"awesome.pizza/cloud/road"
	"awesome.pizza/shared/broker"
	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/live"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// Store is what phones need of the database.
type Store interface {
	// DriverHash is the SHA-256 of a driver's secret, or problem.NotFound.
	DriverHash(ctx context.Context, driver string) ([32]byte, error)
	// Driver is a driver, or problem.NotFound.
	Driver(ctx context.Context, driver string) (dispatch.Driver, error)
	// Bag is what a driver has taken on and not delivered.
	Bag(ctx context.Context, driver string) ([]dispatch.Order, error)
	SavePositions(ctx context.Context, all []dispatch.Position) error
	SaveEvidence(ctx context.Context, all []road.Evidence) error
	SaveDeadLetter(ctx context.Context, l broker.DeadLetter) error
}

// Dispatch hears what drivers do.
type Dispatch interface {
	SetStatus(ctx context.Context, driver string, s wire.DriverState, at time.Time) error
	Connected(driver string)
}

// Config is what phones need. Of Broker only where to listen and the limits are used; Store must be given.
type Config struct {
	Broker  broker.Config
	Store   Store
	Share   func(dispatch.Position) // gives a position to other cores; it must not block. Nil: there are none
	Refused func(code string)       // hears of each refusal; nil: nobody listens
	Travel  dispatch.Travel         // default: dispatch.Crow
	MaxKMH  float64                 // faster is impossible; default DefaultMaxKMH
	Save    time.Duration           // how often positions go to the database; default SaveEvery
	Clock   clock.Clock
	Log     *slog.Logger
}

// Phones is the drivers' side of a core. It is safe for concurrent use.
type Phones struct {
	cfg    Config
	broker *broker.Broker
	keys   keys
	hub    *live.Hub[dispatch.Position]
	report Dispatch // set by Run

	mu     sync.Mutex
	tracks map[string]*track
	unsent map[string]dispatch.Position // to be kept
	bags   bags
	counts map[string]int64

	evidence []road.Evidence // to be kept
	dirty    chan string     // drivers whose bags have changed
	hurry    chan struct{}   // somebody was seen again: dispatch waits for it
}

// SaveEvery is how often positions go to the database.
const SaveEvery = 5 * time.Second

// Times of the housekeeping.
const (
	refreshEvery = 30 * time.Second // bags, in case a change was missed
	etaEvery     = 2 * time.Second  // per driver
	callTime     = 5 * time.Second
	hubBuffer    = 4096
)

// New opens the socket; nobody is let in before Run.
func New(c Config) (*Phones, error) {
	if c.Store == nil {
		return nil, errors.New("phones need a store")
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Travel == nil {
		c.Travel = dispatch.Crow{}
	}
	if c.Refused == nil {
		c.Refused = func(string) {}
	}
	if c.MaxKMH <= 0 {
		c.MaxKMH = DefaultMaxKMH
	}
	if c.Save <= 0 {
		c.Save = SaveEvery
	}
	p := &Phones{
		cfg: c, hub: live.New[dispatch.Position](hubBuffer), tracks: map[string]*track{}, unsent: map[string]dispatch.Position{},
		bags: newBags(), counts: map[string]int64{}, dirty: make(chan string, 1024), hurry: make(chan struct{}, 1),
	}
	p.keys = keys{store: c.Store, clock: c.Clock, known: map[string]key{}}
	b := c.Broker
	b.Access, b.OnPublish, b.Dead, b.Clock, b.Log = p.access, p.onPublish, p.bury, c.Clock, c.Log
	var err error
	if p.broker, err = broker.New(b); err != nil {
		return nil, err
	}
	return p, nil
}

// Sockets takes phones in that are web pages: MQTT over WebSocket.
func (p *Phones) Sockets() http.Handler { return p.broker.Sockets() }

// Addr is where phones connect to.
func (p *Phones) Addr() string { return p.broker.Addr() }

// Run lets phones in and reports to d until ctx ends. What is known of positions is kept before it returns.
func (p *Phones) Run(ctx context.Context, d Dispatch) error {
	p.report = d
	defer p.hub.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.broker.Serve(ctx) })
	g.Go(func() error { p.keepHouse(ctx); return nil })
	return g.Wait()
}

func (p *Phones) keepHouse(ctx context.Context) {
	save, refresh := time.NewTicker(p.cfg.Save), time.NewTicker(refreshEvery)
	defer save.Stop()
	defer refresh.Stop()
	for {
		select {
		case <-ctx.Done():
			p.save(context.WithoutCancel(ctx))
			p.saveEvidence(context.WithoutCancel(ctx))
			return
		case driver := <-p.dirty:
			p.refresh(ctx, driver)
		case <-p.hurry:
			p.save(ctx)
		case <-save.C:
			p.save(ctx)
			p.saveEvidence(ctx)
		case <-refresh.C:
			for _, driver := range p.present() {
				p.refresh(ctx, driver)
			}
			p.forget(p.cfg.Clock.Now())
		}
	}
}

// onPublish takes what a phone says.
func (p *Phones) onPublish(ctx context.Context, m broker.Message) error {
	t, err := wire.ParseTopic(m.Topic)
	if err != nil {
		return err
	}
	if t.Driver != m.Device {
		return problem.New(problem.Refused, "not_allowed", "%s may not speak for %s", m.Device, t.Driver)
	}
	switch t.Kind {
	case wire.KindDriverLocation:
		l, err := wire.Decode[wire.DriverLocation](m.Payload, m.At)
		if err != nil {
			return p.count(err)
		}
		if p.offShift(t.Driver, m.At) {
			return nil
		}
		return p.Heard(t.Driver, l)
	case wire.KindDriverStatus:
		s, err := wire.Decode[wire.DriverStatus](m.Payload, m.At)
		if err != nil {
			return p.count(err)
		}
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		if err := p.report.SetStatus(ctx, t.Driver, s.Status, s.Timestamp.Time); err != nil {
			return err
		}
		p.begins(t.Driver, s.Status)
		return nil
	}
	return problem.New(problem.Refused, "not_allowed", "phones do not say this")
}

// count counts a refusal by its code.
func (p *Phones) count(err error) error {
	if q := problem.Of(err); q != nil {
		p.cfg.Refused(q.Code)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.counts[q.Code]++
	}
	return err
}

// bury keeps a dead letter. What a phone may not say or read never gets as far as onPublish: it is counted here.
func (p *Phones) bury(ctx context.Context, l broker.DeadLetter) error {
	if l.Code == "not_allowed" {
		_ = p.count(problem.New(problem.Refused, l.Code, "%s", l.Reason))
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return p.cfg.Store.SaveDeadLetter(ctx, l)
}

// Stats are what came in since the start.
type Stats struct {
	Broker  broker.Stats
	Refused map[string]int64 // positions and statuses that could not be believed, by code
	Drivers int              // who were heard of in the last day
}

// Stats reads the counters.
func (p *Phones) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{Broker: p.broker.Stats(), Refused: make(map[string]int64, len(p.counts)), Drivers: len(p.tracks)}
	for code, n := range p.counts {
		s.Refused[code] = n
	}
	return s
}

// Offer sends an offer, or its end, to a driver's phone. It may be lost: dispatch says it again.
func (p *Phones) Offer(driver string, o wire.Offer) error {
	return p.publish(wire.Topic{Kind: wire.KindOffer, Driver: driver}, o)
}

// Changed tells the phone that carries an order what has become of it, and has rights and arrival times follow. It must hear of every change
// of an order, in this process and others.
func (p *Phones) Changed(r *ordering.Record) {
	drivers := p.concerned(r)
	if len(drivers) == 0 {
		return
	}
	for _, driver := range drivers {
		p.soil(driver)
	}
	e := wire.OrderEvent{
		ID: id.New(), At: wire.At(p.cfg.Clock.Now()), Order: string(r.Order.ID), Restaurant: r.Order.Restaurant,
		Number: r.Number, Status: string(r.Status()), Version: int64(r.Version),
	}
	if err := p.publish(wire.Topic{Kind: wire.KindOrderEvent, Order: e.Order}, e); err != nil {
		p.cfg.Log.Debug("tell phones of an order", "order", e.Order, "err", err)
	}
}

func (p *Phones) publish(t wire.Topic, what wire.Payload) error {
	raw, err := wire.Encode(what)
	if err != nil {
		return fmt.Errorf("write %s: %w", t.Kind, err)
	}
	return p.broker.Publish(t.String(), raw, false, t.Kind.QoS())
}
