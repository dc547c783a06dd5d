package courier

import (
	"strings"
	"time"
	"unicode"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/order"
)

// State is how far a run is.
type State string

// The states of a run. The last four are its end.
const (
	Asked        State = "asked"         // kept for the company; nobody knows yet whether it will
	Accepted     State = "accepted"      // the company will send somebody
	Assigned     State = "assigned"      // somebody is on the way to the restaurant
	AtRestaurant State = "at_restaurant" // and there
	PickedUp     State = "picked_up"     // has the food
	AtDoor       State = "at_door"
	Delivered    State = "delivered"
	Failed       State = "failed" // nobody could be given the food
	Cancelled    State = "cancelled"
	Refused      State = "refused" // the company does not want it after all
)

// stages is the life of a run: where each state stands in it, what the delivery lane is by then, and whether a company may say it of itself.
// Messages overtake each other, so a run moves to whatever stands further on; back only before the food was picked up, when a company sends
// somebody else.
var stages = map[State]struct {
	far  int
	lane order.Delivery
	says bool
}{
	Asked:        {0, order.Unassigned, false},
	Accepted:     {1, order.Unassigned, true},
	Assigned:     {2, order.Assigned, true},
	AtRestaurant: {3, order.Assigned, true},
	PickedUp:     {4, order.OutForDelivery, true},
	AtDoor:       {5, order.OutForDelivery, true},
	Delivered:    {6, order.Delivered, true},
	Failed:       {6, order.Failed, true},
	Cancelled:    {6, order.Failed, true},
	Refused:      {6, order.Failed, false},
}

// Over reports whether a run in this state has ended.
func (s State) Over() bool { return stages[s].far == stages[Delivered].far }

// Has reports whether the courier has the food by now, or has had it.
func (s State) Has() bool { return s == PickedUp || s == AtDoor || s == Delivered }

// Update is what a company says of a run.
type Update struct {
	State    State
	At       time.Time // since when, by the company's clock; zero: now
	Theirs   string    // the company's name for the run
	Rider    string
	Link     string
	Code     string
	Reason   string
	PickupAt time.Time
	DropAt   time.Time
}

// Run is one order that a company was asked to bring.
type Run struct {
	ID      string    `json:"id"` // by which the company knows it too
	Order   order.ID  `json:"order"`
	Quote   Quote     `json:"quote"`
	State   State     `json:"state"`
	At      time.Time `json:"at"` // when the company says it came to State
	Theirs  string    `json:"theirs,omitempty"`
	Rider   string    `json:"rider,omitempty"`
	Link    string    `json:"link,omitempty"`
	Code    string    `json:"code,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Behind  bool      `json:"behind,omitempty"` // the order is not yet where the courier says it is
	Unready time.Time `json:"unready,omitzero"` // when it was said to be delivered, of an order that its kitchen had not ready
	Created time.Time `json:"created"`
	Ended   time.Time `json:"ended,omitzero"`

	PickupAt time.Time `json:"pickup_at,omitzero"`
	DropAt   time.Time `json:"drop_at,omitzero"`

	Next   time.Time `json:"-"` // when it is looked at again
	Tries  int       `json:"-"` // how often it was looked at since the company last said something
	Wanted bool      `json:"-"` // the order is still kept for it; only what the store has read says so
}

// Doubted reports whether the food is said to be delivered, and its kitchen still has it: a person has to look.
func (r *Run) Doubted() bool { return r.Behind && !r.Unready.IsZero() }

// Open reports whether there is still something to be done about it.
func (r *Run) Open() bool { return !r.State.Over() || r.Behind }

// Verdict is what became of a company's word.
type Verdict string

// The verdicts.
const (
	Taken    Verdict = "taken"    // the run is further on
	News     Verdict = "news"     // nothing but details has changed
	Repeated Verdict = "repeated" // this message came before
	Late     Verdict = "late"     // the run was further on already
	Illegal  Verdict = "illegal"  // from where the run is, nothing leads there
	Unknown  Verdict = "unknown"  // there is no such state, or none that a company has a say in
)

// Follow is the run after a company's word.
func (r Run) Follow(u Update, now time.Time) (Run, Verdict) {
	to, known := stages[u.State]
	from := stages[r.State]
	if u.At.IsZero() || u.At.After(now) {
		u.At = now
	}
	verdict := Taken
	switch {
	case !known || !to.says && !(u.State == Refused && r.State == Asked):
		return r, Unknown
	case r.State.Over() && u.State == r.State:
		return r, News
	case r.State.Over() && to.far < from.far:
		return r, Late
	case r.State.Over():
		return r, Illegal
	case u.State == r.State:
		verdict = News
	case to.far < from.far && r.State.Has():
		return r, Late
	case to.far < from.far && !u.At.After(r.At):
		return r, Late
	}
	r.learn(u)
	if verdict == Taken {
		r.State, r.At = u.State, u.At
	}
	if r.State.Over() {
		r.Ended = now
	}
	return r, verdict
}

// learn takes the details over that a word has.
func (r *Run) learn(u Update) {
	for _, d := range []struct {
		to   *string
		from string
	}{
		{&r.Theirs, u.Theirs}, {&r.Rider, u.Rider}, {&r.Code, u.Code}, {&r.Reason, u.Reason},
	} {
		if s := clean(d.from); s != "" {
			*d.to = s
		}
	}
	if link := PublicLink(u.Link); link != "" {
		r.Link = link
	}
	if sensible(u.PickupAt) {
		r.PickupAt = u.PickupAt.UTC().Truncate(time.Second)
	}
	if sensible(u.DropAt) {
		r.DropAt = u.DropAt.UTC().Truncate(time.Second)
	}
}

// MaxText is how much of a text of a company is kept, in characters.
const MaxText = 100

// clean is what a company wrote, as people can be shown it.
func clean(s string) string {
	text := []rune(strings.TrimSpace(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, ""))))
	return string(text[:min(MaxText, len(text))])
}

func sensible(t time.Time) bool { return t.Year() >= 2000 && t.Year() < 3000 }

// settle lets the order follow its run.
func (r *Run) settle(o *ordering.Record, linkUp func(string) bool, now time.Time) error {
	r.Behind = false
	if o.Courier == nil || o.Courier.Run != r.ID {
		return nil // the chain has let go
	}
	lane := stages[r.State].lane
	if lane == order.Failed {
		return ordering.CourierGone(r.ID, r.reason(), now)(o)
	}
	if o.Status().Terminal() {
		return nil
	}
	if r.State == Delivered && r.Unready.IsZero() && o.Unready(linkUp) {
		r.Unready = now
		o.Doubt(r.brief(), now)
	}
	w := ordering.CourierWord{Courier: r.brief(), To: lane, At: r.At, Unready: !r.Unready.IsZero()}
	if w.Unready && o.Progress.Whole != order.HandedOver {
		w.Courier.State = string(Assigned) // nobody is shown what cannot be
	}
	at := r.PickupAt
	if lane == order.OutForDelivery || lane == order.Delivered {
		at = r.DropAt
	}
	if !at.IsZero() {
		w.Arrives = &at
	}
	var err error
	r.Behind, err = o.CourierSays(w, linkUp, now)
	r.Behind = r.Behind && now.Sub(r.Created) < tooLong
	return err
}

// reason is why a run ended without food at a door.
func (r *Run) reason() string {
	if r.Reason != "" {
		return "the courier says: " + r.Reason
	}
	return "the courier has " + string(r.State) + " it"
}

// brief is the run as everybody is shown it with the order.
func (r *Run) brief() ordering.Courier {
	return ordering.Courier{
		Run: r.ID, ID: r.Quote.Courier, Name: r.Quote.Name, State: string(r.State), Rider: r.Rider, Link: PublicLink(r.Link), Code: r.Code, Since: r.Created,
	}
}
