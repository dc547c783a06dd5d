package road

import (
	"time"

	"awesome.pizza/cloud/ordering"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// MostMinor is more cash than anybody carries, in minor units.
const MostMinor = 10_000_000

// MaxDrops is how often cash can be put into the safe out of one bag.
const MaxDrops = 100

// Bag is what a driver carries of the house's cash, from check-in to check-out.
type Bag struct {
	ID         string
	Driver     string
	Restaurant string
	Currency   string
	Opened     time.Time
	After      time.Time // when the driver's bag before this one was checked out; zero: there is none
	Float      int64     // minor units, as all sums
	Drops      []Drop
	Closed     *time.Time
	Counted    int64 // when closed
	Note       string
	Taken      []Taken // what guests paid
	Till       Till    // where it was handed in
}

// Till is the till of a restaurant, and how far a check-out has come to be written down in it. A restaurant that is cut off hears of it later.
type Till struct {
	Restaurant string // empty: there is none to tell
	State      TillState
	Reason     string // why it was refused
}

// TillState is how far a check-out has come.
type TillState string

// The states.
const (
	Waits   TillState = "waits" // for the restaurant's answer
	Booked  TillState = "booked"
	Refused TillState = "refused"
)

// Drop is cash that was put into the safe.
type Drop struct {
	ID     string
	At     time.Time
	Amount int64
}

// Taken is cash that a guest paid.
type Taken struct {
	Order  order.ID
	Number int
	At     time.Time
	Amount int64
}

// Collected is what guests paid into the bag.
func (b *Bag) Collected() (sum int64) {
	for _, t := range b.Taken {
		sum += t.Amount
	}
	return sum
}

// Dropped is what went into the safe.
func (b *Bag) Dropped() (sum int64) {
	for _, d := range b.Drops {
		sum += d.Amount
	}
	return sum
}

// Expected is what must be in the bag now, or must have been when it was closed.
func (b *Bag) Expected() int64 { return b.Float + b.Collected() - b.Dropped() }

// Difference is what was counted beyond what was expected; below zero something is missing.
func (b *Bag) Difference() int64 { return b.Counted - b.Expected() }

// Fill finds what was paid into the bag among what its driver has brought: cash of the bag's currency, delivered since the bag before it was checked
// out. So each order is paid into exactly one bag, also when the driver had none just then: what a phone says of the time only chooses between
// bags. A phone that was without signal tells late, with the true time; then what was expected at a check-out changes with it.
func (b *Bag) Fill(brought []ordering.Record) {
	b.Taken = nil
	for i := range brought {
		r := &brought[i]
		total := r.Order.Totals.Total
		at, ok := deliveredAt(r)
		if !ok || r.Order.Payment.Method != "cash" || total.Currency != b.Currency || !at.After(b.After) || b.Closed != nil && at.After(*b.Closed) {
			continue
		}
		b.Taken = append(b.Taken, Taken{Order: r.Order.ID, Number: r.Number, At: at, Amount: total.Minor})
	}
}

// HandedInAt is the restaurant in whose till a bag comes to lie: the driver's home, or for who drives for all, where the last order that was
// paid into the bag came from. Empty: nobody knows.
func (b *Bag) HandedInAt(brought []ordering.Record) (restaurant string) {
	if b.Restaurant != "" || len(b.Taken) == 0 {
		return b.Restaurant
	}
	last := b.Taken[0]
	for _, t := range b.Taken {
		if t.At.After(last.At) {
			last = t
		}
	}
	for i := range brought {
		if brought[i].Order.ID == last.Order {
			return brought[i].Order.Restaurant
		}
	}
	return ""
}

// Latest is the later of an instant and of the last that is known to have gone into the bag or out of it: none is checked out before that.
func (b *Bag) Latest(at time.Time) time.Time {
	for _, t := range b.Taken {
		at = later(at, t.At)
	}
	for _, d := range b.Drops {
		at = later(at, d.At)
	}
	return later(at, b.Opened)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Loose is cash of a driver who has no bag open: it goes into the next one.
type Loose struct {
	Driver   string
	Currency string
	Taken    []Taken
}

// Amount is all of it.
func (l *Loose) Amount() (sum int64) {
	for _, t := range l.Taken {
		sum += t.Amount
	}
	return sum
}

// CheckDrop refuses a drop that cannot be: Invalid "bad_amount", Conflict "too_many_drops" and "more_than_in_bag".
func (b *Bag) CheckDrop(amount int64) error {
	if err := checkAmount(amount, 1); err != nil {
		return err
	}
	if len(b.Drops) >= MaxDrops {
		return problem.New(problem.Conflict, "too_many_drops", "cash went into the safe %d times out of this bag; check it out and begin another", MaxDrops)
	}
	if in := b.Expected(); amount > in {
		return problem.New(problem.Conflict, "more_than_in_bag", "by the orders you delivered there is less than that in the bag: count again, or tell your manager").
			With("expected", money.Of(in, b.Currency))
	}
	return nil
}

// CheckAmount refuses a float or a counted sum that cannot be: Invalid "bad_amount".
func CheckAmount(minor int64) error { return checkAmount(minor, 0) }

func checkAmount(minor, least int64) error {
	if minor < least || minor > MostMinor {
		return problem.New(problem.Invalid, "bad_amount", "an amount is between %d and %d minor units, not %d", least, MostMinor, minor)
	}
	return nil
}

func deliveredAt(r *ordering.Record) (time.Time, bool) {
	if r.Status() != order.StatusDelivered {
		return time.Time{}, false
	}
	return last(r, order.StatusDelivered)
}

func last(r *ordering.Record, s order.StatusName) (at time.Time, ok bool) {
	for _, step := range r.Steps {
		if step.Status == s {
			at, ok = step.At, true
		}
	}
	return at, ok
}
