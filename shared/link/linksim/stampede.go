package linksim

import (
	"fmt"
	"slices"
	"time"

	"awesome.pizza/shared/event"
	"awesome.pizza/shared/link"
	"awesome.pizza/shared/order"
)

// Stampede is a chain whose restaurants all come back at the same instant, with everything they did while they were cut off.
type Stampede struct {
	Seed      uint64
	Edges     int // restaurants that come back; one in twenty of them with Long events, the others with ten
	Long      int
	Healthy   int // restaurants that were never cut off, and go on working
	PerSecond int // events that the cloud's database applies
	CatchUp   int // of these, how many are for those who catch up; 0: as they come
}

// Crowd is how a stampede went.
type Crowd struct {
	Err      error
	Events   int
	Caught   time.Duration // after which the cloud had everything
	Healthy  time.Duration // the 99th of a hundred events of the healthy ones took so long from their commit to the cloud's
	Longest  time.Duration // of all of them
	Measured int
}

// Live lives it.
func (o Stampede) Live() Crowd {
	w := &world{
		opts: Options{Seed: o.Seed}, trace: newTrace(), dice: newDice(o.Seed, 1), tally: Tally{}, faults: map[Fault]bool{},
		named: map[string]*site{}, hot: 1 << 40, catchUp: o.CatchUp / 2,
	}
	choice := newDice(o.Seed, 2)
	w.hub, w.base = newHub(w, choice), newDatabase(w)
	w.hub.perSecond = o.PerSecond
	for n := range 2 {
		w.cores = append(w.cores, &core{w: w, name: fmt.Sprintf("core-%d", n+1)})
	}
	for n := range o.Healthy + o.Edges {
		s := w.open(n, choice)
		s.box.start()
	}
	for _, c := range w.cores {
		c.start()
	}
	return o.comeBack(w)
}

// comeBack lets the healthy ones work for a minute, then all others return, and counts until the cloud has everything.
func (o Stampede) comeBack(w *world) Crowd {
	var crowd Crowd
	var late []time.Duration
	for n, s := range w.sites {
		if n < o.Healthy {
			s.box.plug()
			s.work()
			continue
		}
		s.box.unplug()
		events := 10
		if n%20 == 0 {
			events = o.Long
		}
		s.box.act("works on its own", func(d *disk) {
			for range events {
				d.write(s.box, "", event.AlertRaised{Alert: "a", What: "probe_limit"})
			}
		})
	}
	w.run(time.Minute)
	w.applied = func(s *site, took time.Duration) {
		if s.n < o.Healthy {
			late = append(late, took)
		}
	}
	back := w.now
	for _, s := range w.sites[o.Healthy:] {
		s.box.plug()
	}
	for w.broken == nil && w.now < back+time.Hour && !w.arrived(o.Healthy) {
		w.run(time.Second)
	}
	crowd.Caught, crowd.Events, crowd.Err, crowd.Measured = w.now-back, w.facts, w.broken, len(late)
	if crowd.Err == nil && !w.arrived(o.Healthy) {
		crowd.Err = fmt.Errorf("P9: the cloud has not got everything within an hour")
	}
	slices.Sort(late)
	if len(late) > 0 {
		crowd.Healthy, crowd.Longest = late[len(late)*99/100], late[len(late)-1]
	}
	return crowd
}

// work writes an event every second or so, for ever.
func (s *site) work() {
	s.w.after(time.Duration(500+s.w.dice.roll(1000))*time.Millisecond, func() {
		s.box.act("works", func(d *disk) {
			d.write(s.box, order.ID(""), event.AlertRaised{Alert: "a", What: "probe_limit"})
		})
		s.work()
	})
}

func (w *world) arrived(healthy int) bool {
	for _, s := range w.sites[healthy:] {
		if n, a := s.box, s.account(); n.disk.tip.Seq != a.row.Seq || n.sender.State().Condition != link.Online {
			return false
		}
	}
	return true
}
