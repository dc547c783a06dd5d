package dispatch

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"awesome.pizza/shared/order"
)

// Corner is a tenth of a degree of the world.
type Corner struct{ Lat, Lon int }

// Pace is how drives went that began in a corner in an hour of the day (UTC).
type Pace struct {
	Corner
	Hour           int
	Reckoned, Took float64 // seconds, of all of them; the older ones count less
}

// CornerOf is where a point is.
func CornerOf(p Point) Corner {
	return Corner{int(math.Floor(p.Lat * 10)), int(math.Floor(p.Lon * 10))}
}

// Drive is one that has happened: from a restaurant to the first door of a trip.
type Drive struct {
	Order          order.ID
	From           Point
	Left           time.Time
	Reckoned, Took time.Duration
}

// Roads keeps how long drives really took.
type Roads interface {
	// SaveDrives adds drives to the paces, each once.
	SaveDrives(ctx context.Context, all []Drive) error
	Paces(ctx context.Context) ([]Pace, error)
}

// What is believed of drives. Until there are many, what was reckoned before counts as well.
const (
	believed          = 2 * time.Hour // of reckoned driving that stand for what is not known yet
	slowest, fastest  = 3.0, 0.5      // against what was reckoned
	shortest, longest = time.Minute, 2 * time.Hour
	relearn           = 10 * time.Minute
	mostDrives        = 512 // that wait to be kept; more are forgotten
	handing           = AtDoor / 2
)

// Learned is Travel by another reckoning, as fast as drives really were where they began and at that hour.
type Learned struct {
	Base Travel

	mu    sync.RWMutex
	paces map[Corner]*[24]float64
}

// Time is as the base reckons.
func (l *Learned) Time(from, to Point, speedKMH float64) time.Duration {
	return l.Base.Time(from, to, speedKMH)
}

// At is for one hour of the day.
func (l *Learned) At(now time.Time) Travel {
	return hour{At(l.Base, now), l, now.UTC().Hour()}
}

type hour struct {
	Travel
	learned *Learned
	of      int
}

// Time is as the base reckons, by the pace of the hour.
func (h hour) Time(from, to Point, speedKMH float64) time.Duration {
	return time.Duration(float64(h.Travel.Time(from, to, speedKMH)) * h.learned.pace(CornerOf(from), h.of))
}

func (l *Learned) pace(c Corner, hour int) float64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if p := l.paces[c]; p != nil {
		return p[hour]
	}
	return 1
}

// Know takes what was kept.
func (l *Learned) Know(all []Pace) {
	paces := map[Corner]*[24]float64{}
	for _, p := range all {
		if p.Hour < 0 || p.Hour > 23 {
			continue
		}
		if paces[p.Corner] == nil {
			var day [24]float64
			for h := range day {
				day[h] = 1
			}
			paces[p.Corner] = &day
		}
		prior := believed.Seconds()
		paces[p.Corner][p.Hour] = min(max((prior+p.Took)/(prior+p.Reckoned), fastest), slowest)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.paces = paces
}

// lessons gathers drives until they are kept.
type lessons struct {
	mu    sync.Mutex
	heard []Drive
	read  time.Time
}

// again has drives kept the next time: the database did not take them.
func (l *lessons) again(unkept []Drive) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(unkept, l.heard...)
	l.heard = l.heard[:min(len(l.heard), mostDrives)]
}

// Learn hears of a drive. It never blocks; what cannot be true is not learned.
func (d *Dispatcher) Learn(of Drive) {
	if d.Roads == nil || of.Reckoned < shortest || of.Took < shortest || of.Took > longest {
		return
	}
	d.lessons.mu.Lock()
	defer d.lessons.mu.Unlock()
	if len(d.lessons.heard) < mostDrives {
		d.lessons.heard = append(d.lessons.heard, of)
	}
}

// learn keeps what was heard of, and reads now and then what all processes know.
func (d *Dispatcher) learn(ctx context.Context, now time.Time) error {
	learned, learns := d.Travel.(*Learned)
	if d.Roads == nil || !learns {
		return nil
	}
	d.lessons.mu.Lock()
	heard := d.lessons.heard
	d.lessons.heard = nil
	d.lessons.mu.Unlock()
	if len(heard) > 0 {
		if err := d.Roads.SaveDrives(ctx, heard); err != nil {
			d.lessons.again(heard)
			return fmt.Errorf("keep how long drives took: %w", err)
		}
	}
	if !d.lessons.read.IsZero() && now.Sub(d.lessons.read).Abs() < relearn {
		return nil
	}
	paces, err := d.Roads.Paces(ctx)
	if err != nil {
		return fmt.Errorf("read how fast drivers are: %w", err)
	}
	learned.Know(paces)
	d.lessons.read = now
	return nil
}

// DriveOf is what can be learned of a delivery that has ended: how long the drive took from the restaurant at pickup to a door that was the
// first of its trip, against what is usual for who drove: a bicycle that takes as long as bicycles do teaches that nothing is in the way.
func DriveOf(o *Order, by *Driver, left, door time.Time, t Travel) Drive {
	return Drive{Order: o.ID, From: o.Pickup, Left: left.UTC(), Reckoned: t.Time(o.Pickup, o.Drop, by.speed()), Took: door.Sub(left) - handing}
}
