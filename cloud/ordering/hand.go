package ordering

import (
	"slices"
	"strings"
	"time"
)

// Act is something that was done about who brings an order.
type Act string

// The acts. Those of offers are read from the offers; a record keeps the others.
const (
	Asked      Act = "asked"       // a driver was offered the order
	Declined   Act = "declined"    // he said no
	Unanswered Act = "unanswered"  // he said nothing in time
	Withdrawn  Act = "withdrawn"   // the offer was over before he could answer
	Agreed     Act = "agreed"      // he said yes
	Given      Act = "given"       // somebody gave it to him
	TakenOff   Act = "taken_off"   // it was taken from him
	ToCourier  Act = "to_courier"  // a delivery company was asked
	OffCourier Act = "off_courier" // and does not bring it

	SaidUnready Act = "said_unready" // and said that it is delivered before it was made
)

// Hand is a line of an order's history that no status tells: through whose hands it went, by whose word, and why.
type Hand struct {
	At      time.Time `json:"at"`
	Act     Act       `json:"act"`
	Driver  string    `json:"driver,omitempty"`
	Name    string    `json:"name,omitempty"` // of the driver, or the company
	By      string    `json:"by"`
	Because string    `json:"because,omitempty"` // in words
}

// mostHands of an order are kept, newest: an order that dispatch moves about all evening stays small.
const mostHands = 32

// hand adds a line.
func (r *Record) hand(h Hand) {
	h.At = h.At.UTC().Truncate(time.Millisecond)
	from := max(0, len(r.Hands)+1-mostHands)
	r.Hands = append(slices.Clone(r.Hands[from:]), h)
}

// given notes that a driver has the order now.
func (r *Record) given(d *Driver, by string, at time.Time) {
	act := Given
	if !d.ByHand && strings.HasPrefix(by, "driver:") {
		act = Agreed
	}
	r.hand(Hand{At: at, Act: act, Driver: d.ID, Name: d.Name, By: by, Because: d.Because})
}

// taken notes that the order's driver, if it has one, does not have it any more.
func (r *Record) taken(by, because string, at time.Time) {
	if r.Driver != nil {
		r.hand(Hand{At: at, Act: TakenOff, Driver: r.Driver.ID, Name: r.Driver.Name, By: by, Because: because})
	}
}

// HandedAt is when the order's driver got it; zero when nobody knows.
func (r *Record) HandedAt() time.Time {
	for _, h := range slices.Backward(r.Hands) {
		if r.Driver != nil && h.Driver == r.Driver.ID && (h.Act == Given || h.Act == Agreed) {
			return h.At
		}
	}
	return time.Time{}
}
