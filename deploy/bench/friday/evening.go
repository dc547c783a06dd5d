// Package friday lets a Friday evening pass in a restaurant, in simulated time: the real kitchen on its real database, and around it guests,
// cooks, ovens and drivers made of one seed. It asks how good the forecasts are, who is late and what lies on the shelf, under the kitchen's own
// schedule and under two simple policies on the same arrivals.
//
// Not in here: the link and the cloud. Web orders come as their commands do, and every guest is told the kitchen's own quote, which is what the
// cloud's page promises as well, from the outlook of the last heartbeat. The throttle is off: all guests are served under each policy, so that nobody looks better by sending some away.
package friday

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Evening is what happens on an evening, whatever policy the kitchen has.
type Evening struct {
	Seed    uint64
	Opens   time.Time
	Lasts   time.Duration // how long guests order
	Pizzas  int           // per hour
	Makers  int
	Cutters int
	Drivers int
	Ovens   int           // deck ovens
	Each    int           // pizzas at once in each
	Fails   time.Duration // after which the first of them fails; 0: none does
	Back    time.Duration // until it is mended
}

// Busy is a Friday with 250 pizzas an hour, for four hours, on which an oven fails for three quarters of an hour in the second.
func Busy(seed uint64) Evening {
	return Evening{
		Seed: seed, Opens: time.Date(2026, 7, 3, 18, 0, 0, 0, time.UTC), Lasts: 4 * time.Hour, Pizzas: 250,
		Makers: 7, Cutters: 2, Drivers: 30, Ovens: 4, Each: 7, Fails: 80 * time.Minute, Back: 45 * time.Minute,
	}
}

// Small is half an evening in a house of half the size, on which one of two ovens fails.
func Small(seed uint64) Evening {
	e := Busy(seed)
	e.Lasts, e.Pizzas, e.Makers, e.Cutters, e.Drivers, e.Ovens = 150*time.Minute, 120, 3, 1, 16, 2
	e.Fails, e.Back = 45*time.Minute, 35*time.Minute
	return e
}

// guest is one order that comes, and what its guest is like.
type guest struct {
	at    time.Time
	web   bool
	how   order.Fulfilment
	lines []order.Line
	comes float64       // where in the promise they come, 0 to 1
	late  time.Duration // and how far off that, the traffic
	drive time.Duration // to the door
}

// guests are all who order: exactly so many pizzas, more of them in the middle of the evening.
func (e Evening) guests(m *menu.Menu) (all []guest) {
	draw := rand.New(rand.NewPCG(e.Seed, 1))
	var pizzas, others []menu.Product
	for _, p := range m.Products {
		switch p.Category {
		case "pizza":
			pizzas = append(pizzas, p)
		case "salad", "drink":
			others = append(others, p)
		}
	}
	for left := int(float64(e.Pizzas) * e.Lasts.Hours()); left > 0; {
		g := guest{
			at: e.Opens.Add(e.when(draw)), web: draw.Float64() < 0.6, how: order.Carryout,
			comes: draw.Float64(), late: minutes(draw.NormFloat64()), drive: minutes(12 + 3*draw.NormFloat64()),
		}
		if draw.Float64() < 0.4 {
			g.how = order.ByDelivery
		}
		for range min(left, pieces(draw)) {
			g.lines, left = append(g.lines, one(draw, pizzas)), left-1
		}
		if draw.Float64() < 0.35 {
			g.lines = append(g.lines, one(draw, others))
		}
		all = append(all, g)
	}
	slices.SortStableFunc(all, func(x, y guest) int { return x.at.Compare(y.at) })
	return all
}

// when is an instant of the evening: half as many again order in its middle as at its ends.
func (e Evening) when(draw *rand.Rand) time.Duration {
	for {
		if x := draw.Float64(); draw.Float64() < (2+math.Sin(math.Pi*x))/3 {
			return time.Duration(x * float64(e.Lasts)).Truncate(time.Second)
		}
	}
}

// pieces is how many pizzas are in an order: 2.2 on average.
func pieces(draw *rand.Rand) int {
	x := draw.Float64()
	for n, below := range []float64{0.36, 0.70, 0.87, 0.95, 0.98} {
		if x < below {
			return n + 1
		}
	}
	return 8
}

func one(draw *rand.Rand, of []menu.Product) order.Line {
	p := of[draw.IntN(len(of))]
	return order.Line{Product: p.ID, Size: p.Sizes[draw.IntN(len(p.Sizes))].ID, Quantity: 1}
}

func minutes(n float64) time.Duration {
	return time.Duration(n * float64(time.Minute)).Truncate(time.Second)
}

// wobble is how much longer or shorter something takes than usual.
func wobble(draw *rand.Rand, by float64) float64 { return math.Exp(by * draw.NormFloat64()) }
