package phone

import (
	"context"
	"sync"
	"time"

	"awesome.pizza/shared/wire"
)

// Network is how a phone reaches the cloud.
type Network interface {
	// Tell tells the cloud of an action; it may take as long as the network does.
	Tell(ctx context.Context, a Action) Outcome
	// Locate says where the phone is; what is lost is lost.
	Locate(ctx context.Context, l wire.DriverLocation)
}

// Phone runs a driver until its context ends: one goroutine owns the driver, one more holds the call that is being made.
type Phone struct {
	Driver  *Driver
	Network Network
	Offers  <-chan wire.Offer
	Shift   func(now time.Time) time.Duration // by how much its clock is wrong; nil: not at all

	mu    sync.Mutex
	shown View
}

// View is a driver as others see one.
type View struct {
	State    State         `json:"state"`
	Order    string        `json:"order,omitempty"`
	Queued   int           `json:"queued"`
	Network  bool          `json:"network"`
	Position wire.Position `json:"position"`
}

// How a phone keeps time, by the wall clock.
const (
	glance    = 100 * time.Millisecond
	perFix    = 10 // glances: a position once a second
	waitAgain = 2 * time.Second
	mostAway  = 15 * time.Second
	goodbye   = 1500 * time.Millisecond
)

// answer is the outcome of the call that was made.
type answer struct {
	action  Action
	outcome Outcome
}

// Run drives, tells and listens until ctx ends; then it says goodbye, as far as the network allows.
func (p *Phone) Run(ctx context.Context) error {
	d, answers := p.Driver, make(chan answer, 1)
	clock := time.NewTicker(glance)
	defer clock.Stop()
	d.Begin(p.now())
	p.show()
	calling, notBefore, failures := false, time.Time{}, 0
	var calls sync.WaitGroup
	defer calls.Wait()
	onAir, hangUp := context.WithCancel(context.WithoutCancel(ctx)) // a call under way when the shift ends is waited for, a little
	defer hangUp()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			impatient := time.AfterFunc(goodbye, hangUp)
			calls.Wait()
			impatient.Stop()
			p.leave(ctx, answers)
			return nil
		case o := <-p.Offers:
			d.Hear(o, p.now())
			continue
		case a := <-answers:
			calling, failures = false, p.told(a, failures)
			notBefore = time.Now().Add(rest(a.outcome, failures))
		case <-clock.C:
			d.Advance(p.now())
			if n%perFix == 0 && d.State() != OffShift {
				p.Network.Locate(ctx, d.Location(p.now()))
			}
		}
		if a, ok := d.Next(); ok && !calling && !time.Now().Before(notBefore) {
			calling = true
			calls.Go(func() { answers <- answer{a, p.Network.Tell(onAir, a)} })
		}
		p.show()
	}
}

func (p *Phone) now() time.Time {
	now := time.Now()
	if p.Shift != nil {
		now = now.Add(p.Shift(now))
	}
	return now
}

func (p *Phone) told(a answer, failures int) int {
	p.Driver.Told(a.action, a.outcome, p.now())
	if a.outcome == Away {
		return failures + 1
	}
	return 0
}

// rest is how long to leave the cloud alone after an outcome.
func rest(o Outcome, failures int) time.Duration {
	switch o {
	case Wait:
		return waitAgain
	case Away:
		return min(500*time.Millisecond<<min(failures, 5), mostAway)
	case Done, Hopeless, Changed:
	}
	return 0
}

// leave ends the shift and tells what is left, while calls succeed and patience lasts.
func (p *Phone) leave(ctx context.Context, answers chan answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	select {
	case a := <-answers:
		p.told(a, 0)
	default:
	}
	p.Driver.End(p.now())
	for a, ok := p.Driver.Next(); ok && ctx.Err() == nil; a, ok = p.Driver.Next() {
		o := p.Network.Tell(ctx, a)
		p.Driver.Told(a, o, p.now())
		if o != Done && o != Hopeless && o != Changed {
			break
		}
	}
	p.show()
}

func (p *Phone) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.Driver
	p.shown = View{State: d.State(), Order: d.Job(), Queued: d.Queued(), Network: d.Network(), Position: d.at}
}

// View is the driver as it stands. It is safe for concurrent use.
func (p *Phone) View() View {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown
}

// HasNetwork reports whether there is network where the car is. It is safe for concurrent use.
func (p *Phone) HasNetwork() bool { return p.View().Network }
