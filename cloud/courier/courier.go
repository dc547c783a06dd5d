// Package courier has delivery companies bring what the chain's own drivers cannot: it asks for quotes, takes the best, and follows what the
// company says until the food is at its door. What a company says is signed, may come late, twice, in any order or never; what is asked of it
// may be answered or not. The order is kept for one company before it is asked, and everything has a name that the chain gave it, so that
// nothing is asked twice.
//
// Not in here: rows (cloud/store), HTTP to a company (cloud/courier/partner), HTTP from it (cloud/api), when own drivers are too late
// (cloud/dispatch), and what an order may do next (shared/order, cloud/ordering).
package courier

import (
	"context"
	"time"

	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// Place is where something is fetched or brought.
type Place struct {
	Name      string
	Phone     string
	Address   string
	Note      string
	Latitude  float64
	Longitude float64
}

// Parcel is an order as a company has to know it.
type Parcel struct {
	Order   order.ID
	Number  int // the kitchen's, 0 while there is none: what the rider asks for
	Pickup  Place
	Drop    Place
	Ready   time.Time // when it can be fetched
	By      time.Time // when it should be at the door
	Value   money.Amount
	Collect string // how the guest pays at the door: order.Payment.Method
	Items   int

	Tried []string // companies that have lately refused this order or dropped it
}

// Quote is what a company asks for bringing a parcel, and when it would.
type Quote struct {
	Courier  string       `json:"courier"` // the company, as in the settings
	Name     string       `json:"name"`    // as people call it
	ID       string       `json:"id"`      // the company's, of the quote
	Fee      money.Amount `json:"fee"`
	PickupAt time.Time    `json:"pickup_at,omitzero"`
	DropAt   time.Time    `json:"drop_at"`
	Expires  time.Time    `json:"expires"`
}

// Company is one delivery company. What it refuses for good is a problem (Invalid, Conflict, Refused); what it does not know is NotFound; any
// other error says that nobody knows what became of the request.
type Company interface {
	Quote(ctx context.Context, p Parcel) (Quote, error)
	// Dispatch sends a courier. The run's id is its name at the company: repeated, it is the same courier.
	Dispatch(ctx context.Context, r Run, p Parcel) (Update, error)
	// Status asks how far a run is.
	Status(ctx context.Context, run string) (Update, error)
	// Cancel says that nobody needs to come any more. It is a Conflict once the courier has the food.
	Cancel(ctx context.Context, run string) (Update, error)
}

// Rules are what the chain is willing to do.
type Rules struct {
	FeeLimit int64         // in minor units of the order's currency; a courier that costs more is not sent
	Margin   time.Duration // by how much a courier must beat our own driver, when neither makes the promise
}
