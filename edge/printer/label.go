package printer

import (
	"fmt"

	"awesome.pizza/shared/order"
)

// label is on a box: whose it is, which of how many, and what is in it. The code is the order's id.
func (w *writer) label() {
	i, ok := w.Ticket.Progress.Item(w.Job.Item)
	if !ok {
		return
	}
	o, l := w.Ticket.Order, w.lineOf(i)
	n, of := w.place(i)
	w.pair(Style{Bold: true, High: 3, Wide: 3}, w.number(), fmt.Sprintf("%d/%d", n, of))
	w.warn(l)
	if i.Remakes > 0 {
		w.text(shout, " "+w.say.remake+" ")
	}
	w.text(loud, joined(" ", l.Name, w.size(l)))
	for _, c := range w.changes(l) {
		w.text(strong, c)
	}
	if l.Note != "" {
		w.text(strong, w.say.note+": "+l.Note)
	}
	w.allergens(l)
	w.rule()
	w.text(strong, joined(" - ", w.say.fulfilment[o.Fulfilment], o.Customer.Name))
	if o.Address != nil {
		w.text(usual, joined(", ", o.Address.Street, o.Address.City))
		if o.Address.Note != "" {
			w.text(usual, o.Address.Note)
		}
	}
	if at, ok := w.Ticket.Clocks.Items[i.ID][order.ItemBaked]; ok {
		w.text(usual, w.say.baked+" "+w.clock(at))
	}
	w.code(string(o.ID))
}

// place is which of the boxes of an order an item's is, and how many there are.
func (w *writer) place(i order.Item) (n, of int) {
	for _, other := range w.Ticket.Progress.Items {
		if !other.Bakes && other.ID != i.ID {
			continue
		}
		of++
		if other.ID == i.ID {
			n = of
		}
	}
	return n, of
}
