package dispatch

import (
	"context"
	"slices"
	"time"

	"awesome.pizza/shared/problem"
)

// TripAnswer is what a driver says to a trip: to all of the doors that were shown, as one act.
type TripAnswer struct {
	Trip   string
	Offers []string  // what was shown of it; empty: whatever is open of it
	Apart  bool      // it is about one door by itself, as older phones answer
	Answer Answer    // Accept or Decline
	Act    string    // the phone's own name for the act: said again, it is the same one. Empty: it has none
	At     time.Time // when it was said, by the phone's clock; zero: now
}

// MaxAct is how long the name of an act can be, in bytes.
const MaxAct = 200

// answered is the state of an offer that has had an answer.
var answered = map[Answer]OfferState{Accept: Accepted, Decline: Declined}

// Take answers all of what was asked about, or nothing of it. all are the offers that the driver was ever made of this trip. taken are those that
// the answer is about, as they are after it; fresh is false when nothing has changed, because the answer was given before. It reports
// Conflict "offer_over" when there is nothing to answer, Conflict "trip_changed", with the fact "offer", when some of what was shown is over and some is not,
// NotFound "no_such_offer", and Invalid "idempotency_mismatch" for an act that was another one.
func (a TripAnswer) Take(all []Offer, now time.Time) (taken []Offer, fresh bool, err error) {
	if done := a.done(all); len(done) > 0 {
		if done[0].State != answered[a.Answer] {
			return nil, false, problem.New(problem.Invalid, "idempotency_mismatch", "this idempotency key was used for another answer")
		}
		return done, false, nil
	}
	asked, err := a.about(all)
	if err != nil {
		return nil, false, err
	}
	if left := a.leftOut(all, asked); left != nil {
		return nil, false, TripChanged(left.ID, "a trip is taken with all of its doors, and one that is asked for is not among them: look at what the trip is now")
	}
	var over *Offer
	var why error
	for i := range asked {
		o := &asked[i]
		next, err := o.Take(a.Answer, now)
		switch {
		case err != nil:
			over, why = o, err
			if a.Answer == Decline && o.State != Accepted {
				continue // it is left, as he wants it
			}
			return nil, false, a.changed(asked, o, err)
		case next.State != o.State:
			next.Answered, next.Act, fresh = a.said(o, now), a.Act, true
		}
		taken = append(taken, next)
	}
	if len(taken) == 0 {
		return nil, false, a.changed(asked, over, why)
	}
	return taken, fresh, nil
}

// done are the offers that this act has answered already.
func (a *TripAnswer) done(all []Offer) []Offer {
	if a.Act == "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(o Offer) bool { return o.Act != a.Act })
}

// about are the offers that are answered.
func (a *TripAnswer) about(all []Offer) ([]Offer, error) {
	if len(a.Offers) == 0 {
		return a.latest(all), nil
	}
	var out []Offer
	for _, id := range a.Offers {
		i := slices.IndexFunc(all, func(o Offer) bool { return o.ID == id })
		if i < 0 {
			return nil, problem.New(problem.NotFound, "no_such_offer", "this trip has no offer %q", id)
		}
		if !slices.ContainsFunc(out, func(o Offer) bool { return o.ID == id }) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// leftOut is an open door that was asked for no later than those that are accepted, and is not among them. What joined the trip since was not seen.
func (a *TripAnswer) leftOut(all, asked []Offer) *Offer {
	if a.Apart || a.Answer != Accept {
		return nil
	}
	var newest time.Time
	for i := range asked {
		if !asked[i].Over() {
			newest = later(newest, asked[i].Created)
		}
	}
	for i := range all {
		o := &all[i]
		if !o.Over() && !o.Created.After(newest) && !slices.ContainsFunc(asked, func(f Offer) bool { return f.ID == o.ID }) {
			return o
		}
	}
	return nil
}

// latest are the offers that are open or, when none is, those that have had this answer already: phones repeat themselves. Where there are none of
// these either, it is whatever there was.
func (a *TripAnswer) latest(all []Offer) []Offer {
	for _, state := range []OfferState{Open, answered[a.Answer]} {
		out := slices.DeleteFunc(slices.Clone(all), func(o Offer) bool { return o.State != state })
		if len(out) > 0 {
			return out
		}
	}
	return all
}

// changed says why nothing was answered: one that is alone is over, and of several one is.
func (a *TripAnswer) changed(asked []Offer, over *Offer, why error) error {
	if len(asked) == 1 || !slices.ContainsFunc(asked, func(o Offer) bool { return !o.Over() }) {
		return why
	}
	return TripChanged(over.ID, "one of the doors is not to be had any more: look at what the trip is now")
}

// TripChanged is the problem of a trip of which one door cannot be had: then none is taken.
func TripChanged(offer, detail string) error {
	return problem.New(problem.Conflict, "trip_changed", "%s", detail).With("offer", offer)
}

// said is when the driver said so: not before he was asked, and not later than now.
func (a *TripAnswer) said(o *Offer, now time.Time) time.Time {
	at := a.At.UTC().Truncate(time.Millisecond)
	switch {
	case a.At.IsZero() || at.After(now):
		return now
	case at.Before(o.Created):
		return o.Created
	}
	return at
}

// CountDoors fills in how many doors each open offer's trip asks about.
func CountDoors(offers []Offer) {
	doors := map[string]int{}
	for i := range offers {
		if !offers[i].Over() {
			doors[offers[i].Trip]++
		}
	}
	for i := range offers {
		if o := &offers[i]; !o.Over() {
			o.Doors = doors[o.Trip]
		}
	}
}

// AnswerTrip says yes or no to a trip for a driver: see Answers.
func (d *Dispatcher) AnswerTrip(ctx context.Context, driver string, a TripAnswer) ([]Offer, error) {
	taken, fresh, err := d.Store.AnswerTrip(ctx, driver, a, d.now())
	if err == nil && fresh {
		d.count.add(answered[a.Answer], len(taken))
	}
	d.Kick()
	return taken, err
}
