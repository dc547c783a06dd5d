package dispatch

import (
	"time"

	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
	"awesome.pizza/shared/wire"
)

// OfferTTL is how long a driver has to answer.
const OfferTTL = 30 * time.Second

// OfferState is how far an offer has come.
type OfferState string

// The states of an offer. All but Open are its end.
const (
	Open     OfferState = "open"
	Accepted OfferState = "accepted"
	Declined OfferState = "declined"
	Expired  OfferState = "expired"
	Revoked  OfferState = "revoked"
)

// Answer is what happens to an offer.
type Answer string

// The answers.
const (
	Accept  Answer = "accept"  // by the driver
	Decline Answer = "decline" // by the driver
	Expire  Answer = "expire"  // by the clock
	Revoke  Answer = "revoke"  // the order or the driver is no longer to be had
)

// offerSteps is the whole life of an offer.
var offerSteps = []struct {
	from   OfferState
	answer Answer
	to     OfferState
}{
	{Open, Accept, Accepted},
	{Open, Decline, Declined},
	{Open, Expire, Expired},
	{Open, Revoke, Revoked},
}

// Offer asks one driver to bring one order. At any time an order has at most one open offer. A driver may have several, if they are of one
// trip: what is fetched together, and brought on one way. They are answered together (TripAnswer) or, by older phones, each by itself.
type Offer struct {
	ID       string
	Order    order.ID
	Driver   string
	Trip     string // id of the trip
	Stop     int    // place of its door on the way, from 0
	Fetch    int    // behind so many doors of the trip it is fetched: of two restaurants the second can be on the way
	State    OfferState
	Created  time.Time
	Expires  time.Time
	Answered time.Time // or ended otherwise; zero while open
	Act      string    // the phone's own name for the act that answered it; empty: it had none
	Doors    int       // how many doors of its trip are open; 0 unless it is read with the rest of them
	ArriveAt time.Time // at the restaurant, if it is accepted at once
	Because  []Reason
	Run      Run
}

// Run is what a driver must know before answering. It is read from the order, not kept with the offer.
type Run struct {
	Restaurant wire.Place
	Drop       wire.Place
	Ready      time.Time
	CashDue    *money.Amount // to be taken at the door
}

// Take moves an offer. An answer after its end, or an acceptance after its time, is problem.Conflict "offer_over" with the fact "state".
// The answer it has had already changes nothing: phones repeat themselves.
func (o Offer) Take(a Answer, at time.Time) (Offer, error) {
	late := a == Accept && !at.Before(o.Expires)
	for _, s := range offerSteps {
		switch {
		case s.answer != a:
		case s.to == o.State:
			return o, nil
		case s.from == o.State && !late:
			o.State, o.Answered = s.to, at
			return o, nil
		}
	}
	state := o.State
	if late && state == Open {
		state = Expired
	}
	return o, problem.New(problem.Conflict, "offer_over", "the offer is %s", state).With("state", state)
}

// Over reports whether the offer has ended.
func (o Offer) Over() bool { return o.State != Open }

// Wire is the offer as it goes to the phone. One that is over is revoked there.
func (o Offer) Wire() wire.Offer {
	w := wire.Offer{ID: o.ID, At: wire.At(o.Created), Order: string(o.Order), ExpiresAt: wire.At(o.Expires), Revoked: o.Over()}
	if w.Revoked {
		return w
	}
	w.Trip, w.Stop, w.Fetch, w.Doors = o.Trip, o.Stop, o.Fetch, o.Doors
	w.Because = Sentences(o.Because)
	for _, r := range o.Because {
		w.Reasons = append(w.Reasons, wire.Reason{Key: r.Key, N: r.N, Name: r.Name})
	}
	ready := wire.At(o.Run.Ready)
	restaurant, drop := o.Run.Restaurant, o.Run.Drop
	w.Restaurant, w.Drop, w.ReadyAt, w.CashDue = &restaurant, &drop, &ready, o.Run.CashDue
	return w
}
