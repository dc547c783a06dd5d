package kitchen

import (
	"context"

	"awesome.pizza/shared/order"
)

// notPrinted is the alert about paper of an order that was given up. It is over when somebody asks for that paper again, or the order has left the board.
const notPrinted = "not_printed"

func notPrintedAlert(what Paper, of order.ID) string {
	return notPrinted + "/" + string(what) + "/" + string(of)
}

// NotPrinted takes note that a printer gives up a piece of paper: as long as its order is on the board, people are told, for nobody misses what they
// have never seen. Said again, it is the same alert.
func (k *Kitchen) NotPrinted(ctx context.Context, j PrintJob) error {
	return k.change(ctx, func(d *draft) error {
		t, known := d.ticket(j.Order)
		if !known || !t.OnBoard() || j.What == PaperTest {
			return nil
		}
		a := Alert{ID: notPrintedAlert(j.What, j.Order), Device: j.Printer, What: notPrinted, Level: "warning", Order: j.Order}
		if j.What == PaperTicket {
			a.Level = "critical"
		}
		d.raise(a)
		return nil
	})
}

// mindPaper ends what is said of a ticket's paper when the ticket leaves the board.
func (d *draft) mindPaper(t Ticket) {
	if t.OnBoard() {
		return
	}
	for _, what := range Papers() {
		d.clear(notPrintedAlert(what, t.Order.ID))
	}
}
