package printer

import (
	"cmp"
	"fmt"

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
	w.pair(loud, w.say.total+" "+o.Totals.Total.Currency, w.money(o.Totals.Total))
	w.text(usual, cmp.Or(w.say.method[o.Payment.Method], o.Payment.Method))
	if w.Paid.Tendered.Minor != 0 {
		w.pair(usual, w.say.tendered, w.money(w.Paid.Tendered))
		w.pair(usual, w.say.change, w.money(w.Paid.Change))
	}
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
