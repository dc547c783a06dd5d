// Package road decides what a driver's run proves: when a phone came and went, how far from the door a tap was, what must be in the cash bag,
// and how long each part of an order took. It is pure.
//
// Not in here: which driver (cloud/dispatch), what an order may do next (cloud/ordering), positions that cannot be true (cloud/phones), rows
// (cloud/store).
package road

import (
	"math"
	"time"

	"awesome.pizza/cloud/dispatch"
	"awesome.pizza/shared/order"
)

// Kind is what a phone was seen to do.
type Kind string

// Kinds of evidence.
const (
	AtRestaurant   Kind = "at_restaurant"
	LeftRestaurant Kind = "left_restaurant"
	AtDoor         Kind = "at_door"
	LeftDoor       Kind = "left_door"
)

// Evidence is that a phone came or went. It stands beside what the driver tapped and never replaces it.
type Evidence struct {
	Order  order.ID
	Driver string
	Kind   Kind
	At     time.Time
	Metres int // from the place the kind is about
}

// Distances in km. A fix that may be off by more than vague tells neither.
const (
	near  = 0.08
	gone  = 0.2
	vague = 0.1
)

// AfarMetres is how far from the door a delivery that is marked as made is not believed to have been made there: parking, a long garden and a
// bad fix in a street of high houses together stay below.
const AfarMetres = 500

// Afar reports whether a tap was too far from where it belongs. Nobody knows of a tap without a place.
func Afar(away *int) bool { return away != nil && *away > AfarMetres }

// Metres are between two places.
func Metres(a, b dispatch.Point) int { return int(math.Round(1000 * dispatch.Kilometres(a, b))) }

// Fence watches one order on its way with one driver.
type Fence struct {
	Order   order.ID
	Driver  string
	Pickup  dispatch.Point
	Drop    dispatch.Point
	Nowhere bool // nobody knows where the door is
	seen    map[Kind]bool
}

// See says what a position adds, when the order stands so in its delivery. AccuracyKM is how far off it may be.
func (f *Fence) See(at dispatch.Position, accuracyKM float64, d order.Delivery) (all []Evidence) {
	if accuracyKM > vague {
		return nil
	}
	loaded := d == order.PickedUp || d == order.OutForDelivery
	house := dispatch.Kilometres(at.Point(), f.Pickup)
	f.note(&all, AtRestaurant, at, house, house <= near && (d == order.Assigned || d == order.PickedUp))
	f.note(&all, LeftRestaurant, at, house, house > gone && (loaded || f.seen[AtRestaurant]))
	if f.Nowhere {
		return all
	}
	door := dispatch.Kilometres(at.Point(), f.Drop)
	f.note(&all, AtDoor, at, door, door <= near && loaded)
	f.note(&all, LeftDoor, at, door, door > gone && f.seen[AtDoor])
	return all
}

func (f *Fence) note(all *[]Evidence, k Kind, at dispatch.Position, km float64, holds bool) {
	if !holds || f.seen[k] {
		return
	}
	if f.seen == nil {
		f.seen = map[Kind]bool{}
	}
	f.seen[k] = true
	*all = append(*all, Evidence{Order: f.Order, Driver: f.Driver, Kind: k, At: at.At, Metres: int(math.Round(1000 * km))})
}
