package kitchen

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"awesome.pizza/edge/staff"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Run is an order that is out with a driver of the restaurant's own.
type Run struct {
	Order  order.ID  `json:"order"`
	Number int       `json:"number"`
	Driver string    `json:"driver"` // as people call them
	Due    int64     `json:"due"`    // cash that they are to bring back
	At     time.Time `json:"at"`
	Who    string    `json:"who,omitempty"` // gave it to them
}

// Carry gives a ready delivery to a driver of the restaurant's own, whom the cloud does not know: the food leaves, and the driver is to bring
// back what is due in cash. The cloud is told that this order needs none of its drivers.
func (k *Kitchen) Carry(ctx context.Context, id order.ID, tap Tap, driver string) (Ticket, error) {
	if driver == "" || len(driver) > 64 || !order.Plain(driver) {
		return Ticket{}, problem.New(problem.Invalid, "invalid_field", "say who takes it: a name of 1 to 64 bytes").With("path", "driver")
	}
	return k.tap(ctx, id, order.Action("carry "+driver), tap, func(d *draft, t Ticket, tap Tap) (Ticket, error) {
		switch {
		case !t.Order.Delivers():
			return t, problem.New(problem.Conflict, "not_a_delivery", "Order %d is not a delivery: hand it over to its guest.", t.Number).With("ticket", t)
		case t.Progress.Kitchen() != order.Ready:
			return t, t.nothing("to give to a driver")
		case t.Progress.Delivery != order.Unassigned:
			return t, problem.New(problem.Conflict, "driver_assigned", "%s is to fetch order %d: hand it over to them, or have them taken off it first.",
				cmp.Or(driverName(t), "Another driver"), t.Number).With("ticket", t)
		}
		if err := d.need(staff.OwnDriver, string(t.Order.ID), tap.Reason, driver); err != nil {
			return t, err
		}
		t, err := d.carried(t, order.OutForDelivery, driver, "")
		if err != nil {
			return t, err
		}
		run := Run{Order: t.Order.ID, Number: t.Number, Driver: driver, At: d.now, Who: d.answers()}
		if t.Order.Payment.Method == "cash" {
			run.Due = t.Due()
		}
		d.commit.Shift.Runs = append(d.commit.Shift.Runs, run)
		return d.step(t, cause{by: event.ByTap, who: tap.Who, reason: driver}, order.HandOver)
	})
}

// owesNoMore has a driver who is out bring only what is still due: the guest has paid here, or something was let go.
func (d *draft) owesNoMore(t Ticket) {
	if run, out := d.board.shift.runs[t.Order.ID]; out && run.Due > t.Due() && !slices.Contains(d.commit.Shift.Back, t.Order.ID) {
		run.Due = t.Due()
		d.commit.Shift.Runs = append(d.commit.Shift.Runs, run)
	}
}

// Return is what an own driver says who comes back.
type Return struct {
	Delivered bool
	Reason    string // why not
	Cash      *int64 // handed in; nil is what was due
}

// Return ends a run: the guest has the food, or not. Cash goes into the open till as the guest's payment.
func (k *Kitchen) Return(ctx context.Context, id order.ID, tap Tap, back Return) (Ticket, error) {
	tap.Reason = cmp.Or(tap.Reason, back.Reason)
	if back.Cash != nil {
		tap.detail += fmt.Sprintf(" cash %d", *back.Cash)
	}
	action := order.Action("returned")
	if !back.Delivered {
		action = "returned failed"
	}
	return k.tap(ctx, id, action, tap, func(d *draft, t Ticket, tap Tap) (Ticket, error) {
		run, out := d.board.shift.runs[id]
		if !out {
			return t, problem.New(problem.Conflict, "not_out", "Order %d is not out with a driver of ours.", t.Number).With("ticket", t)
		}
		if err := d.need(staff.OwnDriver, string(id), tap.Reason, run.Driver); err != nil {
			return t, err
		}
		d.commit.Shift.Back = append(d.commit.Shift.Back, id)
		if !back.Delivered {
			if tap.Reason == "" {
				return t, problem.New(problem.Invalid, "reason_missing", "say why the guest did not get it").With("path", "reason")
			}
			return d.carried(t, order.Failed, run.Driver, tap.Reason)
		}
		if err := d.collect(t, run, back, tap); err != nil {
			return t, err
		}
		if now, changed := d.tickets[id]; changed {
			t = now
		}
		return d.carried(t, order.Delivered, run.Driver, "")
	})
}

// collect takes what a driver hands in. Less than was due is written down with a reason; it stays due, and the till names it.
func (d *draft) collect(t Ticket, run Run, back Return, tap Tap) error {
	run.Due = min(run.Due, t.Due()) // paid here or let go since it left
	m := Money{Kind: till.Payment, Order: t.Order.ID, Method: till.Cash, Amount: run.Due}
	if run.Due == 0 {
		m.Method, m.Amount = till.Card, t.Due() // at the door
	}
	if back.Cash != nil {
		m.Method, m.Amount = till.Cash, *back.Cash
	}
	switch due := t.Due(); {
	case m.Amount < 0 || m.Amount > due:
		return problem.New(problem.Invalid, "too_much", "%d are due for order %d, not %d: tips are the driver's.", due, t.Number, m.Amount).With("path", "cash").With("due", due)
	case m.Amount < run.Due && tap.Reason == "":
		return problem.New(problem.Invalid, "reason_missing", "%d are missing for order %d: say why (reason)", run.Due-m.Amount, t.Number).With("path", "reason")
	}
	if missing := run.Due - m.Amount; missing > 0 && d.drawerNow().IsOpen() {
		if err := d.lacks(t, missing, run, tap); err != nil {
			return err
		}
	}
	switch {
	case m.Amount == 0:
		return nil
	case m.Method == till.Card && !d.drawerNow().IsOpen():
		return nil // no cash moves: a driver is not kept waiting for a till
	}
	_, err := d.pay(t, m, till.Entry{Key: runKey + string(t.Order.ID) + "/" + tap.ID, Request: "run", Driver: run.Driver, Reason: tap.Reason})
	return err
}

// lacks writes down in the ledger what a driver did not bring.
func (d *draft) lacks(t Ticket, amount int64, run Run, tap Tap) error {
	_, err := d.enter(till.Entry{
		Key: runKey + string(t.Order.ID) + "/" + tap.ID + "/short", Request: "run", Kind: till.Short, Amount: amount, Driver: run.Driver, Reason: tap.Reason,
		Order: t.Order.ID, Number: t.Number, Channel: t.Order.Channel,
	})
	return err
}

// carried moves the delivery lane on a word of the restaurant's, and tells the cloud. In a fact of its own, before the step of the kitchen's:
// the cloud would take a driver of its own for who has the food.
func (d *draft) carried(t Ticket, to order.Delivery, driver, reason string) (Ticket, error) {
	next, err := t.Progress.Carried(to)
	if err != nil {
		return t, err
	}
	t = t.clone()
	t.Progress, t.Carrier, t.Driver = next, driver, &Driver{Name: driver}
	t.Version++
	d.put(t)
	d.tell(t.Order.ID, event.DeliveryCarried{Order: t.Order.ID, Delivery: to, Name: driver, Reason: reason})
	return t, nil
}

func driverName(t Ticket) string {
	if t.Driver == nil {
		return ""
	}
	return cmp.Or(t.Driver.Name, t.Driver.ID)
}

// Runs are the orders that are out with own drivers, the longest out first.
func (k *Kitchen) Runs(context.Context) []Run {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return sortedRuns(k.board.shift.runs)
}

func sortedRuns(runs map[order.ID]Run) []Run {
	return slices.SortedFunc(maps.Values(runs), func(x, y Run) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Order, y.Order)) })
}

func runNumbers(runs []Run) []int {
	out := make([]int, len(runs))
	for n, r := range runs {
		out[n] = r.Number
	}
	return out
}
