package event

import "time"

// BagOpened tells the restaurant that a driver has set out with a float of cash: the drawer has that much less. Amounts are minor units.
type BagOpened struct {
	Bag      string    `json:"bag"`
	Driver   string    `json:"driver"` // id
	Name     string    `json:"name"`
	Currency string    `json:"currency"`
	Float    int64     `json:"float"`
	At       time.Time `json:"at"` // of the check-in
}

// Kind names the wish.
func (BagOpened) Kind() string { return "bag.opened.v1" }

// BagClosed tells the restaurant that a driver has checked a bag out: what was counted lies in the drawer, and what should have been in the bag
// stands beside it. Amounts are minor units; expected is float + collected - dropped.
type BagClosed struct {
	Bag       string    `json:"bag"`
	Driver    string    `json:"driver"` // id
	Name      string    `json:"name"`
	Currency  string    `json:"currency"`
	Float     int64     `json:"float"`
	Collected int64     `json:"collected"` // what guests paid, by the orders marked as delivered
	Dropped   int64     `json:"dropped"`   // into the safe
	Expected  int64     `json:"expected"`
	Counted   int64     `json:"counted"`
	Note      string    `json:"note,omitempty"`
	At        time.Time `json:"at"` // of the check-out
}

// Kind names the wish.
func (BagClosed) Kind() string { return "bag.closed.v1" }
