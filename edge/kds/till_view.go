package kds

import (
	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

type entryView struct {
	Kind     till.Kind     `json:"kind"`
	At       *moment       `json:"at"`
	Method   till.Method   `json:"method,omitempty"`
	Amount   money.Amount  `json:"amount"`
	Tendered *money.Amount `json:"tendered,omitempty"`
	Change   *money.Amount `json:"change,omitempty"`
	Order    order.ID      `json:"order,omitempty"`
	Number   int           `json:"number,omitempty"`
	Channel  order.Channel `json:"channel,omitempty"`
	Who      string        `json:"who,omitempty"`
	Driver   string        `json:"driver,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Bag      string        `json:"bag,omitempty"`
	Expected *money.Amount `json:"expected,omitempty"` // in a bag
}

func (v viewer) entry(e till.Entry) entryView {
	of := func(minor int64) money.Amount { return money.Of(minor, v.menu.Currency) }
	view := entryView{
		Kind: e.Kind, At: at(e.At), Method: e.Method, Amount: of(e.Amount), Order: e.Order, Number: e.Number, Channel: e.Channel, Who: e.Who,
		Driver: e.Driver, Reason: e.Reason, Bag: e.Bag,
	}
	if e.Kind == till.BagIn {
		expected := of(e.Expected)
		view.Expected = &expected
	}
	if e.Kind == till.Payment && e.Method == till.Cash {
		tendered, change := of(e.Given), of(e.Change)
		view.Tendered, view.Change = &tendered, &change
	}
	return view
}

type tillView struct {
	ID         string        `json:"id"`
	Day        string        `json:"day"`
	Open       bool          `json:"open"`
	OpenedAt   *moment       `json:"opened_at"`
	OpenedBy   string        `json:"opened_by,omitempty"`
	Float      money.Amount  `json:"float"`
	Expected   money.Amount  `json:"expected"` // cash in the drawer
	Entries    int           `json:"entries"`
	ClosedAt   *moment       `json:"closed_at,omitempty"`
	ClosedBy   string        `json:"closed_by,omitempty"`
	Counted    *money.Amount `json:"counted,omitempty"`
	Difference *money.Amount `json:"difference,omitempty"`
	Note       string        `json:"note,omitempty"`
}

func tillViewOf(t till.Till) tillView {
	v := tillView{
		ID: t.ID, Day: t.Day, Open: t.IsOpen(), OpenedAt: at(t.OpenedAt), OpenedBy: t.OpenedBy, Float: t.Money(t.Float), Expected: t.Money(t.Drawer),
		Entries: t.Entries, ClosedAt: at(t.ClosedAt), ClosedBy: t.ClosedBy, Note: t.Note,
	}
	if !t.IsOpen() {
		counted, difference := t.Money(t.Counted), t.Money(t.Difference())
		v.Counted, v.Difference = &counted, &difference
	}
	return v
}

type openOrder struct {
	ID     order.ID     `json:"id"`
	Number int          `json:"number"`
	Due    money.Amount `json:"due"` // or owed to the guest
}

type runView struct {
	Order  order.ID     `json:"order"`
	Number int          `json:"number"`
	Driver string       `json:"driver"`
	Due    money.Amount `json:"due"`
	At     *moment      `json:"at"`
	Who    string       `json:"who,omitempty"`
}

func (v viewer) runs(all []kitchen.Run) []runView {
	views := make([]runView, len(all))
	for n, r := range all {
		views[n] = runView{r.Order, r.Number, r.Driver, money.Of(r.Due, v.menu.Currency), at(r.At), r.Who}
	}
	return views
}

func openOrders(tickets []kitchen.Ticket, sum func(kitchen.Ticket) int64) []openOrder {
	views := make([]openOrder, len(tickets))
	for n, t := range tickets {
		views[n] = openOrder{t.Order.ID, t.Number, money.Of(sum(t), t.Order.Totals.Total.Currency)}
	}
	return views
}

// shortRun is an order for which an own driver brought too little.
type shortRun struct {
	openOrder
	Driver string `json:"driver"`
}

func shortRuns(tickets []kitchen.Ticket) []shortRun {
	views := make([]shortRun, len(tickets))
	for n, o := range openOrders(tickets, kitchen.Ticket.Due) {
		views[n] = shortRun{o, tickets[n].Carrier}
	}
	return views
}
