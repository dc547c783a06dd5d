package dispatch

import (
	"fmt"
	"math"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
)

// because says to a driver, and to whoever wonders, why an order is offered to him. Who else there is is not for him: see Outlook.
func (a *asking) because(o *Order, d int, drive time.Duration, s engine.Stop) []Reason {
	at, ready := a.Now.Add(drive), o.ready(*a.Snapshot)
	because := []Reason{{Key: WhyAway, N: int(math.Ceil(drive.Minutes()))}}
	if b := a.bags[a.drivers[d].ID]; b != nil && !b.loose {
		at = a.could(a.drivers[d], o)
		because[0] = Reason{Key: WhyThereIn, N: int(math.Ceil(at.Sub(a.Now).Minutes()))}
	}
	if a.second(s, o) {
		at = a.when(s.Second.Arrive)
		because[0] = Reason{Key: WhyBySecond, N: int(math.Ceil(at.Sub(a.Now).Minutes()))}
	}
	if p, why := o.Goes(); p != AsUsual {
		because = append(because, why)
	}
	switch {
	case o.Kitchen == order.Ready:
		because = append(because, Reason{Key: WhyOnShelf})
	case o.Ready.IsZero():
		because = append(because, Reason{Key: WhyNoForecast})
	default:
		because = append(because, Reason{Key: WhyReadyIn, N: rounded(ready.Sub(a.Now))})
	}
	if at.After(ready.Add(o.spread(a.Now))) {
		because = append(because, Reason{Key: WhyFoodWaits, N: rounded(at.Sub(ready))})
	}
	if n := len(s.Orders); n > 1 {
		because = append(because, Reason{Key: WhyOneWay, N: n})
	}
	if s.Second != nil {
		because = append(because, Reason{Key: WhyTwoHouses})
	}
	return because
}

// asked is what was said of an order's driver when he was asked.
func (o *Order) asked() []Reason {
	if len(o.Why) == 0 || o.ByHand {
		return nil
	}
	return append([]Reason{{Key: WhyToldThen}}, o.Why...)
}

// runnerUp is who else could bring an order that the plan gives to d, and how much worse that would be.
func (a *asking) runnerUp(o *Order, d int) (driver string, dearer time.Duration) {
	for i := range a.orders {
		if w := a.best.Why[i]; a.orders[i] == o && w.Driver == d && w.Second >= 0 {
			return a.drivers[w.Second].ID, time.Duration(float64(w.Next-w.Cost) / minute * float64(time.Minute))
		}
	}
	return "", 0
}

func rounded(d time.Duration) int { return int(math.Round(d.Minutes())) }

func roughly(d time.Duration) string { return fmt.Sprintf("%d min", rounded(d)) }

// outlook is what the plan makes of the k-th order of a stop of a driver's.
func (a *asking) outlook(o *Order, d int, s engine.Stop, k, place int) Outlook {
	driver := a.drivers[d]
	out := Outlook{
		Order: o.ID, Driver: driver.ID, Stop: place, Pickup: a.when(s.Pickup), Arrive: a.when(s.Pickup - units(AtCounter/2)), Door: a.when(s.Doors[k]),
	}
	out.Late = tardy(o, out.Door)
	if a.second(s, o) {
		out.Pickup, out.Arrive = a.when(s.Second.Pickup), a.when(s.Second.Arrive)
	}
	second, dearer := a.runnerUp(o, d)
	out.Second, out.Dearer = second, dearer.Minutes()
	drive := a.Travel.Time(driver.Position, o.Pickup, driver.speed())
	out.Because = append(out.Because, state(o, driver))
	out.Because = append(out.Because, a.because(o, d, drive, s)...)
	if second != "" && dearer >= time.Minute/2 {
		out.Because = append(out.Because, Reason{Key: WhyDearer, N: rounded(dearer)})
	}
	if out.Late > 0 {
		out.Because = append(out.Because, Reason{Key: WhyLate, N: rounded(out.Late)})
	}
	return out
}

// state is how far an order and its driver are.
func state(o *Order, d *Driver) Reason {
	key := WhyBest
	switch {
	case o.ByHand:
		key = WhyByHand
	case o.Delivery == order.PickedUp || o.Delivery == order.OutForDelivery:
		key = WhyHasIt
	case o.Driver == d.ID:
		key = WhyFetches
	case o.Driver != "":
		key = WhyBetter
	case o.Offered == d.ID:
		key = WhyAsked
	case len(d.Bag) > 0:
		key = WhyAfterBag
	}
	return Reason{Key: key, Name: d.Name}
}
