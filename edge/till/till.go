// Package till decides what a restaurant's cash drawer does: the day is opened with a float, payments, refunds, drops and pay-outs are
// entries of a ledger, and closing counts the drawer against it. A till stays open, under its own business day, until somebody closes it.
//
// Not in here: who may do it (edge/staff), what is owed for an order (edge/kitchen), and where entries are kept (edge/store).
package till

import (
	"fmt"
	"time"

	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Method is how money changes hands.
type Method string

// The methods.
const (
	Cash Method = "cash"
	Card Method = "card"
)

// Kind is what an entry of the ledger is.
type Kind string

// The kinds of entries.
const (
	Opened   Kind = "open"     // Amount is the float
	Payment  Kind = "payment"  // for an order
	Refund   Kind = "refund"   // for an order
	Discount Kind = "discount" // of an order: no money moves
	Drop     Kind = "drop"     // to the safe
	PayOut   Kind = "pay_out"  // to somebody, for something
	PayIn    Kind = "pay_in"   // into the drawer, for no order
	NoSale   Kind = "no_sale"  // the drawer was opened
	Short    Kind = "short"    // an own driver brought so much too little for an order: no money moves
	Closed   Kind = "close"    // Amount is what was counted
	BagOut   Kind = "bag_out"  // a driver of the cloud's set out with a float
	BagIn    Kind = "bag_in"   // that driver handed in what was counted in the bag; Expected is what should have been
)

// Entry is one row of the ledger. Amount is never negative: Kind says which way it went.
type Entry struct {
	Key     string        `json:"key"`     // made by the screen: the same again is the same entry
	Request string        `json:"request"` // fingerprint of what was asked
	Till    string        `json:"till"`
	Day     string        `json:"day"` // of the till
	At      time.Time     `json:"at"`
	Kind    Kind          `json:"kind"`
	Method  Method        `json:"method,omitempty"`
	Amount  int64         `json:"amount"` // minor units
	Given   int64         `json:"tendered,omitempty"`
	Change  int64         `json:"change,omitempty"`
	Order   order.ID      `json:"order,omitempty"`
	Number  int           `json:"number,omitempty"`
	Channel order.Channel `json:"channel,omitempty"`
	Who     string        `json:"who,omitempty"`    // person at the till
	Driver  string        `json:"driver,omitempty"` // own driver who brought it
	Reason  string        `json:"reason,omitempty"`

	Bag      string    `json:"bag,omitempty"`
	Expected int64     `json:"expected,omitempty"`
	Done     time.Time `json:"done,omitzero"` // when the bag moved: news of it may come late
}

// Till is a drawer from its opening to its closing.
type Till struct {
	ID       string    `json:"id"` // 2026-11-28.1
	Day      string    `json:"day"`
	Currency string    `json:"currency"`
	OpenedAt time.Time `json:"opened_at"`
	OpenedBy string    `json:"opened_by,omitempty"`
	Float    int64     `json:"float"`
	Drawer   int64     `json:"drawer"` // cash that should be in it
	Entries  int       `json:"entries"`

	ClosedAt time.Time `json:"closed_at,omitzero"`
	ClosedBy string    `json:"closed_by,omitempty"`
	Counted  int64     `json:"counted,omitempty"`
	Note     string    `json:"note,omitempty"`
}

// Most is the largest amount that anybody enters: more is a slip of the finger.
const Most = 10_000_000

// Open begins a day with a float; nth is how many tills the day has had.
func Open(day string, nth int, currency string, float int64, who string, at time.Time) (Till, Entry, error) {
	if err := Check("float", float); err != nil {
		return Till{}, Entry{}, err
	}
	t := Till{
		ID: fmt.Sprintf("%s.%d", day, nth+1), Day: day, Currency: currency, OpenedAt: at, OpenedBy: who, Float: float, Drawer: float, Entries: 1,
	}
	return t, Entry{Till: t.ID, Day: day, At: at, Kind: Opened, Method: Cash, Amount: float, Who: who}, nil
}

// IsOpen reports whether it takes entries.
func (t Till) IsOpen() bool { return t.ID != "" && t.ClosedAt.IsZero() }

// Difference is what was counted beyond what should have been there.
func (t Till) Difference() int64 { return t.Counted - t.Drawer }

// Money is an amount in the till's currency.
func (t Till) Money(minor int64) money.Amount { return money.Of(minor, t.Currency) }

// Enter takes an entry. It reports problem.Conflict "till_closed" and "not_enough_cash", problem.Invalid "invalid_amount".
func (t Till) Enter(e Entry, at time.Time) (Till, Entry, error) {
	if !t.IsOpen() {
		return t, e, NotOpen()
	}
	if err := Check("amount", e.Amount); err != nil {
		return t, e, err
	}
	moved := e.drawer()
	if t.Drawer+moved < 0 {
		return t, e, problem.New(problem.Conflict, "not_enough_cash", "There should be %s in the drawer, and that is less than %s.", t.Money(t.Drawer),
			t.Money(e.Amount)).With("drawer", t.Money(t.Drawer))
	}
	t.Drawer, t.Entries = t.Drawer+moved, t.Entries+1
	e.Till, e.Day, e.At = t.ID, t.Day, at
	return t, e, nil
}

// drawer is by how much an entry changes what is in the drawer.
func (e Entry) drawer() int64 {
	if e.Method == Card {
		return 0
	}
	switch e.Kind {
	case Payment, PayIn, BagIn:
		return e.Amount
	case Refund, Drop, PayOut, BagOut:
		return -e.Amount
	case Opened, Closed, Discount, NoSale, Short:
	}
	return 0
}

// Close counts the drawer. What was counted stands, and the difference is named: nothing is made to fit.
func (t Till) Close(counted int64, who, note string, at time.Time) (Till, Entry, error) {
	if !t.IsOpen() {
		return t, Entry{}, NotOpen()
	}
	if err := Check("counted", counted); err != nil {
		return t, Entry{}, err
	}
	e := Entry{Till: t.ID, Day: t.Day, At: at, Kind: Closed, Method: Cash, Amount: counted, Who: who, Reason: note}
	t.ClosedAt, t.ClosedBy, t.Counted, t.Note, t.Entries = at, who, counted, note, t.Entries+1
	return t, e, nil
}

// Tender is what is paid and given back when so much is due and somebody gives so much.
func Tender(due, given int64) (change int64, err error) {
	if err := Check("tendered", given); err != nil {
		return 0, err
	}
	if given < due {
		return 0, problem.New(problem.Invalid, "not_enough", "%d are due and %d were given: %d are missing.", due, given, due-given).
			With("path", "tendered").With("missing", due-given)
	}
	return given - due, nil
}

// Check reports whether an amount can be entered.
func Check(path string, minor int64) error {
	if minor < 0 || minor > Most {
		return problem.New(problem.Invalid, "invalid_amount", "%s is %d minor units; it can be 0 to %d", path, minor, Most).With("path", path)
	}
	return nil
}

// NotOpen is what whoever wants money moved is told while no till is open.
func NotOpen() *problem.Problem {
	return problem.New(problem.Conflict, "till_closed", "No till is open: open the day with the float that is in the drawer.")
}
