// Package dispatch decides which driver is asked to bring which order, and keeps asking until somebody does. The plan is a pure function of
// a snapshot: whoever invents a better one replaces one function. The loop that runs it is here too, behind small interfaces.
//
// Restaurants near each other are a zone; zones are planned apart from each other, by whichever process holds them (zone.go). A plan is
// made by the engine (chart.go says how it sees a zone); what of it is asked now and what stays open is decided in ask.go; why is in why.go.
//
// Not in here: rows (cloud/store), MQTT (cloud/phones), and what an order may do next (shared/order): accepting an offer and taking the
// order are one transaction of the store.
package dispatch

import (
	"cmp"
	"slices"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/wire"
)

// Snapshot is all that a plan may know: of one zone, or of several.
type Snapshot struct {
	Now         time.Time
	Base        string   // which history of the database it is of
	Rev         int64    // rises with whatever is committed there: of two snapshots of one base the higher one is the later one, whoever took it
	Orders      []Order  // every delivery that has not ended
	Drivers     []Driver // everybody who is on shift or has something in the bag
	Restaurants []Restaurant
	Travel      Travel
	Last        []Route   // what drivers are to do by the plan before
	Placings    []Placing // what was ordered up to Lately ago, oldest first
}

// Order is a delivery as dispatch sees it.
type Order struct {
	ID          order.ID
	Number      int // the kitchen's; 0 before it has one
	Restaurant  string
	Pickup      Point
	Drop        Point
	Ready       time.Time     // the kitchen's forecast; zero when it has said nothing
	ReadySpread time.Duration // how far the forecast may be off, either way
	Promise     order.Promise
	Placed      time.Time
	Since       time.Time // of its last step
	Heard       time.Time // when the restaurant was last heard of while its line is cut; zero while it is up
	Arrives     time.Time // when its driver is expected at the restaurant, as the kitchen was told; zero when it was not
	Kitchen     order.Kitchen
	Delivery    order.Delivery
	Driver      string    // who brings it; empty while nobody does
	Trip        string    // it was taken on as a part of this one; empty while nobody has it, and when a person gave it to Driver
	Stop        int       // place of its door on that trip
	Fetch       int       // behind so many doors of that trip it is fetched
	Priority    Priority  // as a person said
	Said        string    // why
	Remade      bool      // some of it was made again
	Given       time.Time // when Driver got it
	Why         []Reason  // what was said of Driver when he was asked
	ByHand      bool      // a person gave it to Driver: that is respected while he can be counted on
	Nowhere     bool      // nobody knows where Drop is, the restaurant took the order by phone: its own drivers know the streets
	Offered     string    // who has an open offer for it, or Courier
	Courier     string    // the delivery company that was asked for it; empty: none
	Back        []Back    // who had it and gave it back, or had it taken from him; oldest first
	Declined    []string  // who is not to be asked (again) now
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
	Holding  order.ID   // has an open offer for it; the first, if a trip of several was offered
	Trip     string     // what is in the bag belongs to this one; empty when a person put it together
	Trips    int        // taken on lately
	ShiftEnd time.Time  // zero: open end
	SpeedKMH float64    // along streets; the vehicle's when 0
}

// Restaurant is where orders are fetched and drivers come back to.
type Restaurant struct {
	ID       string
	Position Point
}

// Plan is who is to be asked now, and what would follow if nothing else happened.
type Plan struct {
	Offers []Choice
	Moves  []Move    // orders to be taken from a driver who has not fetched them: another one brings them so much sooner
	Stuck  []Stuck   // orders that should have somebody on the way by now, and nobody can be asked
	Orders []Outlook // of every order that somebody may bring, by id
	Routes []Route   // what the next plan begins with, by driver
	Cost   float64   // in minutes of click-to-door: what the plan made small
}

// Choice is one driver for one order. Because is for a dispatcher who wonders. What is fetched together has the same Trip; Stop
// counts its doors from 0, after those of what is in the bag already. A trip may be fetched at two restaurants: behind Fetch doors.
type Choice struct {
	Order    order.ID
	Driver   string
	Trip     string
	Stop     int
	Fetch    int
	ArriveAt time.Time // at the restaurant
	Because  []Reason
}

// Move takes an order that was not picked up from a driver.
type Move struct {
	Order   order.ID
	Driver  string
	Because string
}

// Stuck is an order that nobody can be asked to bring.
type Stuck struct {
	Order   order.ID
	Because string
}

// Outlook is what a plan makes of an order.
type Outlook struct {
	Order   order.ID
	Driver  string        // who brings it, by the plan; empty: nobody
	Arrive  time.Time     // the driver at the restaurant; zero once it was picked up
	Could   time.Time     // when the driver could be there at the earliest; zero unless it is the first place to go to
	Pickup  time.Time     // zero once it was picked up, and while nobody is to bring it
	Door    time.Time     // zero while nobody is to bring it
	Late    time.Duration // by the door time; of what has none, as far as it is late already
	Stop    int           // its place among the doors of the driver's way
	Second  string        // who else could
	Dearer  float64       // by how much, in minutes of click-to-door
	Because []Reason
}

// How a plan judges.
const (
	Lead  = 2 * time.Minute  // from an offer to a driver who moves: thinking (OfferTTL at most), parking, helmet
	Stale = time.Minute      // a position older than this is nobody's
	Reach = 45 * time.Minute // nobody is sent further than this to fetch a pizza
	Early = 20 * time.Minute // before they have to leave, drivers with nothing better to do are asked at most
	There = 0.15             // km from a restaurant: a driver so near has arrived

	Hold = 3 * time.Minute // a pizza may lie beside its driver until another one is in the bag

	Beside = 5 * time.Minute  // by car between restaurants whose orders may share a bag, if a chain says nothing else
	Detour = 10 * time.Minute // for which such a bag may lead an order out of its way, the second counter and all
)

// Weights say what is how bad, each in minutes of click-to-door: from the guest's click to the door.
type Weights struct {
	Late   float64 // a minute after the promise, beside that minute
	Fresh  float64 // a minute between the kitchen's shelf and the door, beside that minute
	Held   float64 // a minute longer than Hold that it lies beside its driver
	Drive  float64 // a minute of driving: fuel, wage, and a driver who is missing elsewhere
	Fair   float64 // each trip that a driver has had lately more than the one who had the fewest
	Left   float64 // an order that nobody brings
	Switch float64 // taking an order from a driver who has said yes: that has to be worth it
	Raised float64 // so many times a minute of an order counts that was made again, or that a person has raised
	First  float64 // the same, of one that a person has put first
}

// Usual are the weights of a chain that has set none: four minutes of one guest's waiting make up for one of another's broken promise, a
// pizza ages half as fast as a guest's patience, and nobody is called back for less than a quarter of an hour.
func Usual() Weights {
	return Weights{Late: 3, Fresh: 0.5, Held: 15, Drive: 0.1, Fair: 0.5, Left: 400, Switch: 20, Raised: 2, First: 5}
}

// waiting are the orders somebody may be asked to bring: the kitchen works on them, nobody has them, and the way is known. Earliest ready first.
func (s *Snapshot) waiting() []*Order {
	var out []*Order
	for i := range s.Orders {
		o := &s.Orders[i]
		if o.Delivery == order.Unassigned && o.Driver == "" && o.Offered == "" && !o.Nowhere && o.cooking() && s.Now.After(o.soonest(s)) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b *Order) int {
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

// over: nobody has anything to do with it any more.
func (o *Order) over() bool {
	return o.Delivery == order.Delivered || o.Delivery == order.Failed || o.Delivery == order.NoDelivery
}

// soonest is when the furthest driver would have to leave.
func (o *Order) soonest(s *Snapshot) time.Time {
	return o.ready(*s).Add(-Reach - Lead - o.spread(s.Now) - time.Nanosecond)
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

// doubts is by how much a forecast gets worse, of the time for which nobody could hear of it; doubtMost is the end of that.
const (
	doubts    = 4
	doubtMost = 15 * time.Minute
)

// spread is how far off the forecast may be. While a restaurant is cut off its last word ages.
func (o *Order) spread(now time.Time) time.Duration {
	if o.Heard.IsZero() || o.Kitchen == order.Ready {
		return o.ReadySpread
	}
	return o.ReadySpread + min(max(0, now.Sub(o.Heard)/doubts), doubtMost)
}

// Free reports whether a driver can be asked: says so, was seen lately, and has neither a bag nor an open offer.
func (d *Driver) Free(now time.Time) bool { return d.Askable(now) && len(d.Bag) == 0 }

// Askable reports whether a driver can be asked whatever is in the bag.
func (d *Driver) Askable(now time.Time) bool {
	return d.Status == wire.Available && d.Holding == "" && !d.SeenAt.IsZero() && now.Sub(d.SeenAt) <= Stale
}

// Most is how many orders a vehicle takes at a time.
func (v Vehicle) Most() int {
	switch v {
	case OnFoot:
		return 1
	case Bicycle:
		return 2
	case Scooter:
		return 3
	case Car:
	}
	return 4
}
