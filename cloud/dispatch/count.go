package dispatch

import (
	"sync"
	"time"
)

// Stats is how dispatch fares in this process.
type Stats struct {
	Zones   int                  // held
	Waiting int                  // orders that nobody has yet
	Late    int                  // orders that will come after their promise, by the plan
	Stuck   int                  // orders that nobody can be asked to bring
	Offers  map[OfferState]int64 // by their end, since the start
	Plans   int64                // made since the start
	Took    time.Duration        // the last plan
}

// counters are filled by the loop and by the doors.
type counters struct {
	mu   sync.Mutex
	s    Stats
	hear func(took time.Duration)
}

// Stats is how this process fares.
func (d *Dispatcher) Stats() Stats {
	d.count.mu.Lock()
	defer d.count.mu.Unlock()
	out := d.count.s
	out.Offers = map[OfferState]int64{}
	for state, n := range d.count.s.Offers {
		out.Offers[state] = n
	}
	return out
}

// OnPlan has somebody hear how long each plan took. It is set before Run.
func (d *Dispatcher) OnPlan(hear func(took time.Duration)) { d.count.hear = hear }

func (c *counters) held(zones int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.Zones = zones
	if zones == 0 {
		c.s.Waiting, c.s.Late, c.s.Stuck = 0, 0, 0
	}
}

func (c *counters) end(n Ended) {
	c.add(Expired, n.Expired)
	c.add(Revoked, n.Revoked)
}

func (c *counters) add(s OfferState, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.s.Offers == nil {
		c.s.Offers = map[OfferState]int64{}
	}
	c.s.Offers[s] += int64(n)
}

func (c *counters) plan(p Plan, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.Waiting, c.s.Late, c.s.Stuck, c.s.Took = 0, 0, len(p.Stuck), took
	c.s.Plans++
	for i := range p.Orders {
		if p.Orders[i].Late > 0 {
			c.s.Late++
		}
		if !p.Orders[i].Pickup.IsZero() {
			c.s.Waiting++
		}
	}
	if c.hear != nil {
		c.hear(took)
	}
}
