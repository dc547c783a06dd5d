// Package engine plans who brings what and when, by a rolling horizon: at each tick all that is known (Snapshot) becomes a sequence of pick-ups
// for every driver and a thing to do now (Plan). Orders of one restaurant may share a bag, and those of two that are near each other, if the
// rules allow it. Nothing is promised before it must be: a
// driver leaves as late as the oven allows, and what a driver will carry is open until the pick-up.
//
// It is a pure function of its snapshots, its weights and its seed: no clock, no goroutine, no map is walked, every sum is of integers, and search
// is measured in steps, never in time. Between ticks a Planner keeps only what it can find again: the last plan as a place to begin
// from, and what the orders of the day taught it.
//
// Not in here: offers, phones, promises to guests (cloud/dispatch) and the public benchmark (cloud/dispatch/mdrp).
package engine

// Place is where something is. What X and Y mean, only Travel knows.
type Place struct{ X, Y float64 }

// Travel tells how long a way takes for one who leaves at a time of the day. There and back may differ. The same question gets the same answer.
type Travel interface {
	Time(from, to Place, at int) int
}

// Snapshot is all that may be known at Now. Times are whole minutes of the day.
type Snapshot struct {
	Now         int
	Restaurants []Place
	Drivers     []Driver // who is on duty or will be soon
	Orders      []Order  // placed, not picked up
	Travel      Travel
}

// Driver is one who can bring orders.
type Driver struct {
	ID         string // of the same driver in the next snapshot
	At         Place  // where the driver is, or will be at FreeAt
	Restaurant int    // index of the restaurant that is at At; -1 elsewhere
	FreeAt     int    // since when, or from when on; at a restaurant: the arrival
	ShiftEnd   int    // no pick-up after it
	Pace       int    // of Travel's times, in percent; 0 is 100
	Most       int    // orders of a bag; 0: as many as there are
	Only       int    // the one restaurant to drive for, counted from 1; 0: for all
	Extra      int64  // what it costs to give this one anything, in thousandths of a minute
}

// Order is one that waits to be picked up.
type Order struct {
	ID         string
	Restaurant int
	Drop       Place
	Placed     int
	Ready      int      // when the kitchen will be done: exact, or the forecast's middle
	Forecast   bool     // Ready is a forecast, and the order is not on its shelf yet
	Spread     int      // of a forecast: how far off it is at most, eight times of ten; 0: as the day has shown
	Not        []string // drivers who are not to bring it
	Due        int      // when it was promised at the door; 0: Target after Placed
	Counts     int      // what its minutes count, in percent; 0 is 100
	With       string   // the driver who has agreed to fetch it: another one costs Switch
}

// Kind is what a driver does now.
type Kind int

// What a driver may be told to do now.
const (
	Go    Kind = iota + 1 // to a restaurant, to fetch orders there or to be near when there are some
	Fetch                 // pick these orders up where the driver stands (and those of the second restaurant there), in the sequence of the drops
)

// Action is what a driver does now. Whoever has none waits, or goes on with what is under way.
type Action struct {
	Driver     int // index in the snapshot
	Kind       Kind
	Restaurant int
	Orders     []int   // indices in the snapshot
	Second     *Second // where the rest of them is fetched; nil: all are where Restaurant is
}

// Stop is a pick-up to come.
type Stop struct {
	Restaurant int
	Orders     []int // in the sequence of their drops
	Leave      int   // at the latest, to be there in time
	Pickup     int
	Doors      []int // when each order is at its door
	Second     *Second
}

// Second is the other restaurant of a bag that is filled at two.
type Second struct {
	Restaurant int
	After      int // so many doors before it
	Arrive     int
	Pickup     int
}

// Plan is what the drivers of a snapshot do now, and what would follow if nothing else happened.
type Plan struct {
	Actions []Action
	Routes  [][]Stop // of each driver
	Left    []int    // orders that nobody can bring
	Cost    int64    // what the search made small, in thousandths of a minute
	Why     []Why    // of each order, if Rules.Explain asks for it
}

// Why is the driver of an order beside the next best one, as all the others are planned. Costs are what the order adds to a route.
type Why struct {
	Driver, Second int // -1: nobody
	Cost, Next     int64
}

// Rules are the conditions that a plan keeps.
type Rules struct {
	PickupHalf, DropHalf int  // minutes of service before the bag changes hands, and again after it
	Target               int  // click-to-door that was promised
	FreeMoves            bool // a driver may be sent to a restaurant where nothing waits
	Explain              bool // the plan says why
	Beside               int  // minutes between two restaurants whose orders may share a bag; 0: each bag is of one
	Hold                 int  // minutes that an order may lie beside its driver until the rest of the bag is done; longer costs Held
	Detour               int  // minutes that such a bag may lead an order out of its way, between its restaurant and its door
}

// Weights say what is how bad, in thousandths of a minute of click-to-door.
type Weights struct {
	Late     int64 // a minute over Target, beside the minute itself
	Drive    int64 // a minute of driving
	Fresh    int64 // a minute between the kitchen and the door
	Held     int64 // a minute longer than Hold
	Switch   int64 // taking an order from the driver who has agreed to fetch it
	Left     int64 // an order that nobody brings
	Begin    int64 // sending a driver whom the surroundings will need, of the minutes lost there
	Slack    int   // minutes to leave before it is necessary
	Quantile int   // of what the kitchen's forecast may be off, in percent: when a driver should be there
	Gain     int64 // what an idle driver's move must save per minute of driving
	Fetch    int64 // a minute of driving to an order to come, when drivers are spread for them
	Taken    int   // how likely the nearest driver is busy with another order when one comes, in percent
	Reach    int   // minutes an idle driver moves at most
	Ahead    int   // minutes of orders to come that idle drivers spread for
	Steps    int   // of ruin and recreate at each tick
	Seed     uint64
}
