package printer

import (
	"cmp"
	"fmt"

	"awesome.pizza/edge/till"
	"awesome.pizza/shared/order"
)

// receipt is for the guest.
func (w *writer) receipt() {
	o := w.Ticket.Order
	for _, l := range w.spec.Header {
		w.text(middle, l)
	}
	w.text(Style{Bold: true, High: 2, Wide: 2, Center: true}, w.number())
	w.pair(usual, w.say.number, w.moment(o.PlacedAt))
	w.pair(usual, w.say.fulfilment[o.Fulfilment], o.Customer.Name)
	w.rule()
	for _, l := range o.Lines {
		w.receiptLine(l)
	}
	w.rule()
	w.pair(usual, w.say.items, w.money(o.Totals.Items))
	w.pair(usual, w.say.tax, w.money(o.Totals.Tax))
	if o.Totals.Fee.Minor != 0 {
		w.pair(usual, w.say.fee, w.money(o.Totals.Fee))
	}
	if w.Ticket.Bill.Off != 0 {
		w.pair(usual, w.say.discount, w.minor(-w.Ticket.Bill.Off))
	}
	w.pair(loud, w.say.total+" "+o.Totals.Total.Currency, w.minor(o.Totals.Total.Minor-w.Ticket.Bill.Off))
	w.payment()
	w.rule()
	for _, l := range w.spec.Footer {
		w.text(middle, l)
	}
	w.text(middle, string(o.ID))
}

func (w *writer) receiptLine(l order.Line) {
	w.pair(usual, joined(" ", fmt.Sprintf("%d x %s", l.Quantity, l.Name), w.size(l)), w.money(l.Unit.Times(l.Quantity)))
	for _, c := range w.changes(l) {
		w.indented(usual, 4, c)
	}
}

// payment is what was paid here; until then how the guest is going to pay.
func (w *writer) payment() {
	b := w.Ticket.Bill
	if b.Paid == 0 {
		method := w.Ticket.Order.Payment.Method
		w.text(usual, cmp.Or(w.say.method[method], method))
		return
	}
	if cash, card := b.Kept(); b.Refunded == 0 && cash > 0 && card > 0 {
		w.pair(usual, w.say.method[string(till.Cash)], w.minor(cash))
		w.pair(usual, w.say.method[string(till.Card)], w.minor(card))
	} else {
		w.pair(usual, cmp.Or(w.say.method[string(b.Method)], string(b.Method)), w.minor(b.Paid))
	}
	if b.Given != 0 {
		w.pair(usual, w.say.tendered, w.minor(b.Given))
		w.pair(usual, w.say.change, w.minor(b.Change))
	}
	if b.Refunded != 0 {
		w.pair(usual, w.say.refunded, w.minor(-b.Refunded))
	}
	if due := w.Ticket.Due(); due > 0 {
		w.pair(strong, w.say.stillDue, w.minor(due))
	}
}
