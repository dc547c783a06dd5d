// Package dispatch decides which driver is asked to bring which order, and keeps asking until somebody does. The plan is a pure function of
// a snapshot: whoever invents a better one replaces one function. The loop that runs it is here too, behind small interfaces.
//
// Not in here: rows (cloud/store), MQTT (cloud/phones), and what an order may do next (shared/order): accepting an offer and taking the
// order are one transaction of the store.
package dispatch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Snapshot is all that a plan may know.
type Snapshot struct {
	Now         time.Time
	Orders      []Order  // every delivery that has not ended
	Drivers     []Driver // everybody who is on shift or has something in the bag
	Restaurants []Restaurant
	Travel      Travel
}

// Order is a delivery as dispatch sees it.
type Order struct {
	ID          order.ID
	Restaurant  string
	Pickup      Point
	Drop        Point
	Ready       time.Time     // the kitchen's forecast; zero when it has said nothing
	ReadySpread time.Duration // how far the forecast may be off, either way
	Promise     order.Promise
	Kitchen     order.Kitchen
	Delivery    order.Delivery
	Driver      string   // who brings it; empty while nobody does
	ByHand      bool     // a person gave it to Driver: that is respected, whatever the phone says
	Nowhere     bool     // nobody knows where Drop is, the restaurant took the order by phone: its own drivers know the streets
	Offered     string   // who has an open offer for it, or Courier
	Courier     string   // the delivery company that was asked for it; empty: none
	Declined    []string // who is not to be asked (again) now
}

// Driver is a driver, with what is known of where and what for.
type Driver struct {
	ID       string
	Name     string
	Phone    string
	Vehicle  Vehicle
	Home     string // restaurant; empty for one who drives for all
	Status   wire.DriverState
	StatusAt time.Time
	Position Point
	SeenAt   time.Time  // when the position was true, by the cloud's clock; zero when there never was one
	Bag      []order.ID // assigned, picked up or on the way, oldest first
	Holding  order.ID   // has an open offer for it
	ShiftEnd time.Time  // zero: open end
	SpeedKMH float64    // along streets; the vehicle's when 0
}

// Restaurant is where orders are fetched and drivers come back to.
type Restaurant struct {
	ID       string
	Position Point
}

// Plan is who is to be asked now.
type Plan struct {
	Offers []Choice
	Stuck  []Stuck // orders that should have somebody on the way by now, and nobody can be asked
}

// Choice is one driver for one order. Because is in words for a dispatcher who wonders.
type Choice struct {
	Order    order.ID
	Driver   string
	ArriveAt time.Time // at the restaurant
	Because  []string
}

// Stuck is an order that nobody can be asked to bring.
type Stuck struct {
	Order   order.ID
	Because string
}

// How a plan judges.
const (
	Lead  = 2 * time.Minute  // from an offer to a driver who moves: thinking (OfferTTL at most), parking, helmet
	Stale = time.Minute      // a position older than this is nobody's
	Reach = 45 * time.Minute // nobody is sent further than this to fetch a pizza
)

// Nearest asks the nearest free driver for each order, earliest ready first, at the moment when that driver has to leave in order to be
// there when it is ready, and never before: a driver who is promised early is missing elsewhere. Same snapshot, same plan.
func Nearest(s Snapshot) Plan {
	var p Plan
	free := s.free()
	for _, o := range s.waiting() {
		d, drive, found := free.nearest(&o, s)
		switch leave := o.ready(s).Add(-drive - Lead - o.ReadySpread); {
		case !found && s.Now.Before(leave):
		case !found:
			p.Stuck = append(p.Stuck, Stuck{Order: o.ID, Because: "no driver is free, near and willing"})
		case s.Now.Before(leave):
		default:
			free.take(d)
			p.Offers = append(p.Offers, choose(&o, d, drive, s))
		}
	}
	return p
}

func choose(o *Order, d *Driver, drive time.Duration, s Snapshot) Choice {
	at, ready := s.Now.Add(drive), o.ready(s)
	because := []string{fmt.Sprintf("nearest free driver, %d min away", int(math.Ceil(drive.Minutes())))}
	switch {
	case o.Kitchen == order.Ready:
		because = append(because, "the order is on its shelf")
	case o.Ready.IsZero():
		because = append(because, "the kitchen gave no forecast: reckoned from the promise")
	default:
		because = append(because, "ready in "+roughly(ready.Sub(s.Now)))
	}
	if at.After(ready.Add(o.ReadySpread)) {
		because = append(because, "the food waits "+roughly(at.Sub(ready)))
	}
	return Choice{Order: o.ID, Driver: d.ID, ArriveAt: at, Because: because}
}

func roughly(d time.Duration) string { return fmt.Sprintf("%d min", int(math.Round(d.Minutes()))) }

// waiting are the orders somebody may be asked to bring: the kitchen works on them, nobody has them, and the way is known. Earliest ready first.
func (s *Snapshot) waiting() []Order {
	var out []Order
	for _, o := range s.Orders {
		if o.Delivery == order.Unassigned && o.Driver == "" && o.Offered == "" && !o.Nowhere && o.cooking() && s.Now.After(o.soonest(s)) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Order) int {
		return cmp.Or(a.ready(*s).Compare(b.ready(*s)), a.Promise.To.Compare(b.Promise.To), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// cooking: the kitchen has taken it and still has it. What was handed over without a driver is out of the house with somebody.
func (o *Order) cooking() bool {
	switch o.Kitchen {
	case order.Queued, order.Preparing, order.Baking, order.QualityCheck, order.Ready:
		return true
	case order.Waiting, order.HandedOver, order.Rejected, order.Voided:
	}
	return false
}

// soonest is when the furthest driver would have to leave.
func (o *Order) soonest(s *Snapshot) time.Time {
	return o.ready(*s).Add(-Reach - Lead - o.ReadySpread - time.Nanosecond)
}

// ready is when the order can be fetched, never in the past. Without a forecast it is reckoned back from the promise.
func (o *Order) ready(s Snapshot) time.Time {
	ready := o.Ready
	switch {
	case o.Kitchen == order.Ready:
		return s.Now
	case ready.IsZero():
		ready = o.Promise.From.Add(-AtDoor - s.Travel.Time(o.Pickup, o.Drop, Car.SpeedKMH()))
	}
	if ready.Before(s.Now) {
		return s.Now
	}
	return ready
}

// pool are the free drivers by home; those without one stand under "".
type pool map[string][]*Driver

func (s *Snapshot) free() pool {
	p := pool{}
	for i := range s.Drivers {
		if d := &s.Drivers[i]; d.Free(s.Now) {
			p[d.Home] = append(p[d.Home], d)
		}
	}
	return p
}

// Free reports whether a driver can be asked: says so, was seen lately, and has neither a bag nor an open offer.
func (d *Driver) Free(now time.Time) bool {
	return d.Status == wire.Available && len(d.Bag) == 0 && d.Holding == "" && !d.SeenAt.IsZero() && now.Sub(d.SeenAt) <= Stale
}

// nearest is the driver who is at the order's restaurant first; the lower id if two are.
func (p pool) nearest(o *Order, s Snapshot) (best *Driver, drive time.Duration, found bool) {
	homes := []string{o.Restaurant, ""}
	if o.Restaurant == "" {
		homes = homes[:1]
	}
	for _, home := range homes {
		for _, d := range p[home] {
			t := s.Travel.Time(d.Position, o.Pickup, d.speed())
			tooFar := t > Reach || !d.ShiftEnd.IsZero() && s.Now.Add(t).After(d.ShiftEnd)
			if tooFar || slices.Contains(o.Declined, d.ID) {
				continue
			}
			if best == nil || t < drive || t == drive && d.ID < best.ID {
				best, drive = d, t
			}
		}
	}
	return best, drive, best != nil
}

func (p pool) take(d *Driver) {
	p[d.Home] = slices.DeleteFunc(p[d.Home], func(other *Driver) bool { return other == d })
}
