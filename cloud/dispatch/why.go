package dispatch

import (
	"fmt"
	"math"
	"time"

	"awesome.pizza/cloud/dispatch/engine"
	"awesome.pizza/shared/order"
)

// because says to a driver, and to whoever wonders, why an order is offered to him.
func (a *asking) because(o *Order, d int, drive time.Duration, s engine.Stop) []string {
	at, ready := a.Now.Add(drive), o.ready(*a.Snapshot)
	because := []string{fmt.Sprintf("%d min away", int(math.Ceil(drive.Minutes())))}
	if b := a.bags[a.drivers[d].ID]; b != nil && !b.loose {
		at = a.could(a.drivers[d], o)
		because[0] = fmt.Sprintf("there in %d min", int(math.Ceil(at.Sub(a.Now).Minutes())))
	}
	if a.second(s, o) {
		at = a.when(s.Second.Arrive)
		because[0] = fmt.Sprintf("there in %d min, by another restaurant", int(math.Ceil(at.Sub(a.Now).Minutes())))
	}
	if p, why := o.Goes(); p != AsUsual {
		because = append(because, why)
	}
	switch {
	case o.Kitchen == order.Ready:
		because = append(because, "the order is on its shelf")
	case o.Ready.IsZero():
		because = append(because, "the kitchen gave no forecast: reckoned from the promise")
	default:
		because = append(because, "ready in "+roughly(ready.Sub(a.Now)))
	}
	if at.After(ready.Add(o.spread(a.Now))) {
		because = append(because, "the food waits "+roughly(at.Sub(ready)))
	}
	if n := len(s.Orders); n > 1 {
		because = append(because, fmt.Sprintf("%d orders on one way", n))
	}
	if s.Second != nil {
		because = append(because, "fetched at two restaurants")
	}
	if _, dearer := a.runnerUp(o, d); dearer > 0 {
		because = append(because, fmt.Sprintf("the next best driver would cost %s more", roughly(dearer)))
	}
	return because
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

func roughly(d time.Duration) string { return fmt.Sprintf("%d min", int(math.Round(d.Minutes()))) }

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
	if out.Late > 0 {
		out.Because = append(out.Because, roughly(out.Late)+" after the promise")
	}
	return out
}

// state is how far an order and its driver are.
func state(o *Order, d *Driver) string {
	switch {
	case o.ByHand:
		return "a person gave it to " + d.Name
	case o.Delivery == order.PickedUp || o.Delivery == order.OutForDelivery:
		return d.Name + " has it"
	case o.Driver == d.ID:
		return d.Name + " fetches it"
	case o.Driver != "":
		return d.Name + " would be better than who has it"
	case o.Offered == d.ID:
		return d.Name + " is being asked"
	case len(d.Bag) > 0:
		return d.Name + " can have it after what is in the bag"
	}
	return d.Name + " is best"
}
