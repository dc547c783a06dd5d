// Package courier is a delivery company: an HTTP server that quotes, sends riders, and tells the chain by signed messages how far they are. It
// knows only the wire that docs/COURIERS.md describes. On demand it answers with errors or not at all, and its messages come twice, late and in
// any order.
//
// Not in here: flags and addresses (the command), and who the chain is.
package courier

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/firmware-sim/fault"
)

// Habits are how a company is. The probabilities are from 0 to 1.
type Habits struct {
	Fails     float64       // a request is answered with an error
	Hangs     float64       // a request is done and never answered
	Refuses   float64       // no quote for this one
	Cancels   float64       // the rider gives up before the food is fetched
	Repeats   float64       // a message comes twice
	Strays    float64       // a message comes late, behind those that follow
	Late      time.Duration // by how much at most
	NoCash    bool          // takes no orders that the guest pays in cash
	Fee       int64         // in minor units, for the way; every kilometre costs a tenth of it more
	MinuteKM  float64       // minutes that a rider takes for a kilometre
	QuoteGood time.Duration
}

// Setting is one company.
type Setting struct {
	Label  string // in the chain's settings
	Title  string // as people call it
	Cloud  string // the chain's HTTP
	Secret string
	Listen net.Listener
	Pace   dice.Pace
	Dice   *dice.Dice
	Habits Habits
	Log    *slog.Logger
}

// Company is a delivery company at work.
type Company struct {
	Setting
	http   *http.Client
	starts chan *delivery

	mu     sync.Mutex // of all below, and of the dice
	quotes map[string]quote
	known  map[string]*delivery
	counts map[string]int
}

const (
	maxOpen  = 10_000 // deliveries
	callTime = 5 * time.Second
)

// New makes a company; Run opens it.
func New(s Setting) *Company {
	return &Company{
		Setting: s, http: &http.Client{Timeout: callTime, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}, starts: make(chan *delivery, 256),
		quotes: map[string]quote{}, known: map[string]*delivery{}, counts: map[string]int{},
	}
}

// Name is what the company is called on the rig.
func (c *Company) Name() string { return c.Label }

// Run serves until ctx ends.
func (c *Company) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var riders sync.WaitGroup
	defer c.http.CloseIdleConnections()
	defer riders.Wait()
	defer cancel()
	server := &http.Server{Handler: c.Handler(), ReadHeaderTimeout: callTime, BaseContext: func(net.Listener) context.Context { return ctx }}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(c.Listen) }()
	for {
		select {
		case d := <-c.starts:
			riders.Go(func() { c.ride(ctx, d) })
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
			_ = server.Close()
			if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve: %w", err)
			}
			return nil
		}
	}
}

// View is for people, and for tests.
func (c *Company) View() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := view{Name: c.Label, Counts: map[string]int{}, Deliveries: []Delivery{}}
	for what, n := range c.counts {
		out.Counts[what] = n
	}
	for _, d := range c.known {
		out.Deliveries = append(out.Deliveries, d.said)
	}
	return out
}

type view struct {
	Name       string         `json:"name"`
	Counts     map[string]int `json:"counts"`
	Deliveries []Delivery     `json:"deliveries"`
}

// Break knows no faults beside the company's habits.
func (c *Company) Break(_ context.Context, f fault.Fault) error {
	return fmt.Errorf("a courier has no fault %q: its habits are flags", f.Kind)
}

// Mend has nothing to mend.
func (c *Company) Mend() {}

func (c *Company) count(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[what]++
}

// chance throws the dice, which have one owner at a time.
func (c *Company) chance(p float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Dice.Chance(p)
}

func (c *Company) between(least, most float64) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Dice.Between(least, most)
}

// rest waits so long in life, and reports whether nothing came between.
func (c *Company) rest(ctx context.Context, gone <-chan struct{}, d time.Duration) bool {
	t := time.NewTimer(c.Pace.Lasts(max(0, d)))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-gone:
	case <-ctx.Done():
	}
	return false
}
