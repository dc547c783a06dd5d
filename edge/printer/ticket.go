package printer

import (
	"fmt"
	"slices"

	"awesome.pizza/shared/order"
)

// ticket is what a cook works by: the number from across the room, then what to make. What is not as the menu has it is white on black. A
// printer of some stations shows only what is made there.
func (w *writer) ticket() {
	o := w.Ticket.Order
	w.text(huge, w.number())
	w.text(Style{Bold: true, High: 2, Center: true}, joined(" - ", w.say.fulfilment[o.Fulfilment], w.say.channel[o.Channel]))
	if o.Customer.Name != "" {
		w.text(middle, o.Customer.Name)
	}
	if o.FireAt != nil {
		w.text(shout, " "+w.say.wanted+" "+w.clock(*o.FireAt)+" ")
	}
	if !o.Promise.To.IsZero() {
		w.text(loud, w.say.due+" "+w.clock(o.Promise.From)+"-"+w.clock(o.Promise.To))
	}
	w.text(usual, w.say.placed+" "+w.moment(o.PlacedAt))
	var lines []order.Line
	for n, l := range o.Lines {
		if l.Quantity = w.madeHere(n); l.Quantity > 0 {
			lines = append(lines, l)
		}
	}
	w.warn(lines...)
	w.rule()
	for _, l := range lines {
		w.ticketLine(l)
	}
	w.rule()
}

func (w *writer) ticketLine(l order.Line) {
	w.text(loud, fmt.Sprintf("%d x %s %s", l.Quantity, l.Name, w.size(l)))
	if left, right, two := w.halves(l); two {
		w.indented(strong, 4, w.say.left+": "+left)
		w.indented(strong, 4, w.say.right+": "+right)
	}
	for _, c := range w.changes(l) {
		w.indented(shout, 4, c)
	}
	if l.Note != "" {
		w.indented(loud, 4, w.say.note+": "+l.Note)
	}
	w.avoids(l)
	w.allergens(l)
}

// madeHere is how many pieces of a line are made at the printer's stations.
func (w *writer) madeHere(line int) (n int) {
	for _, i := range w.Ticket.Progress.Items {
		if i.Line == line && (len(w.spec.Stations) == 0 || slices.Contains(w.spec.Stations, i.Station)) {
			n++
		}
	}
	return n
}
