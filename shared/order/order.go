// Package order is what a pizza order is and how it lives: its lines, its items, its lanes and the table of steps between
// their states. Edge and cloud both decide with this one package, so they can never read the same facts differently. There is no I/O,
// no clock and no price in here (prices: shared/menu), and nobody else decides what step is legal.
package order

import (
	"slices"
	"time"

	"awesome.pizza/shared/money"
)

// ID names an order: a UUIDv7 made by whoever takes it, so that retries are harmless.
type ID string

// Side is one of the two writers, or the taker, who is one of them.
type Side string

// The sides of an order.
const (
	Edge  Side = "edge"  // the restaurant's node
	Cloud Side = "cloud" // the core
	Taker Side = "taker" // whichever of the two took the order: Order.Origin
)

// Channel is how the order came in.
type Channel string

// The channels.
const (
	Web     Channel = "web"
	Phone   Channel = "phone"
	Counter Channel = "counter"
	Kiosk   Channel = "kiosk"
	Partner Channel = "partner"
)

// Fulfilment is how the food reaches the guest.
type Fulfilment string

// The fulfilments.
const (
	ByDelivery Fulfilment = "delivery"
	Carryout   Fulfilment = "carryout"
	DineIn     Fulfilment = "dine_in"
	Curbside   Fulfilment = "curbside"
)

// Order is what was ordered. What the cloud took does not change once it was placed; the lines of what the restaurant took can, while nobody
// makes them. What happens to it is its Progress.
type Order struct {
	ID          ID         `json:"id"`
	Restaurant  string     `json:"restaurant_id"`
	Origin      Side       `json:"origin"`
	Channel     Channel    `json:"channel"`
	Fulfilment  Fulfilment `json:"fulfilment"`
	Customer    Customer   `json:"customer"`
	Address     *Address   `json:"address,omitempty"` // deliveries only
	Lines       []Line     `json:"lines"`
	Totals      Totals     `json:"totals"`
	Payment     Payment    `json:"payment"`
	Promise     Promise    `json:"promise"`
	MenuVersion int        `json:"menu_version"`
	PlacedAt    time.Time  `json:"placed_at"`
	FireAt      *time.Time `json:"fire_at,omitempty"`   // scheduled orders: when the guest wants it
	AcceptBy    *time.Time `json:"accept_by,omitempty"` // judged by the cloud's clock alone
	Changes     int        `json:"changes,omitempty"`   // how often its lines were changed since it was placed
}

// Customer is who gets the food.
type Customer struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"` // E.164
}

// Address is where a delivery goes: WGS 84 degrees, see Located.
type Address struct {
	Street    string  `json:"street"`
	City      string  `json:"city"`
	Note      string  `json:"note,omitempty"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// Located reports whether anybody knows where the address is. Restaurants take deliveries by phone, by street and city alone: both degrees are 0.
func (a *Address) Located() bool { return a != nil && (a.Latitude != 0 || a.Longitude != 0) }

// Line is one row of the order. Half names a second speciality for the right half of the pizza.
type Line struct {
	Product   string       `json:"product"`
	Half      string       `json:"half,omitempty"`
	Size      string       `json:"size,omitempty"`
	Crust     string       `json:"crust,omitempty"` // empty, as sauce and cut: as the product has it
	Sauce     string       `json:"sauce,omitempty"` // on both halves, in place of what is there
	Cut       string       `json:"cut,omitempty"`
	Quantity  int          `json:"quantity"`
	Toppings  []Topping    `json:"toppings,omitempty"`
	Note      string       `json:"note,omitempty"`
	Avoid     []string     `json:"avoid,omitempty"`     // allergens that must not get to who eats it
	Name      string       `json:"name,omitempty"`      // as the menu wrote it when it was ordered
	Allergens []string     `json:"allergens,omitempty"` // union over both halves and all toppings
	Unit      money.Amount `json:"unit_price"`
}

// SameLines reports whether two say that the same is ordered.
func SameLines(a, b []Line) bool {
	return slices.EqualFunc(a, b, func(x, y Line) bool { return SameDish(x, y) && x.Quantity == y.Quantity && x.Unit == y.Unit })
}

// SameDish reports whether two lines are the same but for how many, and what they cost.
func SameDish(x, y Line) bool {
	return x.Product == y.Product && x.Half == y.Half && x.Size == y.Size && x.Crust == y.Crust && x.Sauce == y.Sauce && x.Cut == y.Cut &&
		x.Note == y.Note && slices.Equal(x.Toppings, y.Toppings) && slices.Equal(x.Avoid, y.Avoid)
}

// Topping is a change to a line: what, where and how much. Amount none takes it off.
type Topping struct {
	Topping   string    `json:"topping"`
	Placement Placement `json:"placement,omitempty"` // empty: whole
	Amount    Amount    `json:"amount,omitempty"`    // empty: normal
}

// Placement is the part of the pizza a topping lies on.
type Placement string

// The placements.
const (
	Whole Placement = "whole"
	Left  Placement = "left"
	Right Placement = "right"
)

// Amount is how much of a topping.
type Amount string

// The amounts.
const (
	None   Amount = "none"
	Light  Amount = "light"
	Normal Amount = "normal"
	Extra  Amount = "extra"
	Double Amount = "double"
)

// Totals come from the menu version on the order and are never computed again.
type Totals struct {
	Items money.Amount `json:"items"`
	Tax   money.Amount `json:"tax"`
	Fee   money.Amount `json:"fee"`
	Total money.Amount `json:"total"`
}

// Payment is how the guest pays: "cash" or "card_at_door" (a card terminal in the restaurant or with the driver).
type Payment struct {
	Method string `json:"method"`
}

// Promise is a range of instants and, in plain words, what made it.
type Promise struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Because []string  `json:"because,omitempty"`
}

// Delivers reports whether a driver brings this order.
func (o *Order) Delivers() bool { return o.Fulfilment == ByDelivery }
