package event

import "time"

// ProductSoldOut says that something is off the restaurant's menu: 86. Said again of the same thing, it has another reason or end.
type ProductSoldOut struct {
	What   string     `json:"what"` // product, topping or ingredient
	ID     string     `json:"id"`
	Owner  string     `json:"owner,omitempty"` // who says so; empty when it ran out by itself
	Reason string     `json:"reason,omitempty"`
	Auto   bool       `json:"auto,omitempty"` // it ran out, and comes back when there is some
	Since  time.Time  `json:"since"`
	Until  *time.Time `json:"until,omitempty"` // it comes back then; the restaurant says so as well
}

// Kind names the fact.
func (ProductSoldOut) Kind() string { return "product.sold_out.v1" }

// ProductBack says that something is on the menu again.
type ProductBack struct {
	What string    `json:"what"`
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
}

// Kind names the fact.
func (ProductBack) Kind() string { return "product.back.v1" }

// StockStanding says how ingredients stand: some of them, or with Whole all that the restaurant keeps stock of, and all that is off its menu.
type StockStanding struct {
	Whole  bool             `json:"whole,omitempty"`
	Levels []StockLevel     `json:"levels"`
	Off    []ProductSoldOut `json:"off,omitempty"` // with Whole
}

// Kind names the fact.
func (StockStanding) Kind() string { return "stock.standing.v1" }

// StockLevel is how one ingredient stands: grams or pieces, as the menu measures it.
type StockLevel struct {
	Ingredient string     `json:"ingredient"`
	OnHand     int64      `json:"on_hand"`
	Reserved   int64      `json:"reserved"` // by open orders that nobody has started
	Lent       int64      `json:"lent"`     // what the cloud may sell
	Threshold  int64      `json:"threshold"`
	Par        int64      `json:"par"`
	OnOrder    int64      `json:"on_order"`
	Low        bool       `json:"low,omitempty"`
	RunsOut    *time.Time `json:"runs_out,omitempty"`
}

// StockWished asks the restaurant to write something down about its shelves, or about its menu. It is done once for each Request.
type StockWished struct {
	Request string      `json:"request"`
	Do      string      `json:"do"` // receipt, waste, count, threshold, sold_out or back
	Lines   []StockLine `json:"lines,omitempty"`
	What    string      `json:"what,omitempty"` // with sold_out and back
	ID      string      `json:"id,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	By      string      `json:"by,omitempty"`
	Until   *time.Time  `json:"until,omitempty"`
}

// Kind names the wish.
func (StockWished) Kind() string { return "stock.wished.v1" }

// StockLine is one ingredient of a wish: a quantity, or a threshold and a par.
type StockLine struct {
	Ingredient string `json:"ingredient"`
	Quantity   *int64 `json:"quantity,omitempty"`
	Threshold  *int64 `json:"threshold,omitempty"`
	Par        *int64 `json:"par,omitempty"`
}
