package kitchen_test

import (
	"path/filepath"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// ready bumps an order to the pass.
func (h *house) ready(t kitchen.Ticket) kitchen.Ticket {
	h.t.Helper()
	for t.Progress.Kitchen() != order.Ready {
		t = h.bump(t, "")
	}
	return t
}

func TestWhatEndsUnpaidAfterMidnightIsNamedWhenTheTillOfTheEveningIsClosed(t *testing.T) {
	t.Parallel()
	s := settings()
	s.DayStarts = 0
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), s)
	t.Cleanup(h.close)
	ctx := background()
	h.opened(10_000)
	h.clock.pass(5 * time.Hour) // half past midnight
	unpaid, owed := h.ready(h.place(pizza)), h.place(pizza)
	h.did(h.HandOver(ctx, unpaid.Order.ID, kitchen.Tap{ID: id.New(), Reason: "pays later"}))
	if _, err := h.Book(ctx, paying(owed.Order.ID, 0)); err != nil {
		t.Fatal(err)
	}
	h.did(h.Void(ctx, owed.Order.ID, voiding("guest left")))
	h.restart()
	if d := h.drawer(); len(d.Unpaid) != 1 || d.Unpaid[0].Order.ID != unpaid.Order.ID || len(d.Owed) != 1 || d.Owed[0].Order.ID != owed.Order.ID {
		t.Errorf("not settled: %d unpaid, %d owed", len(d.Unpaid), len(d.Owed))
	}
	if _, err := h.CloseDay(ctx, id.New(), 10_000, "", false); codeOf(err) != "not_settled" {
		t.Errorf("closed over it: %v", err)
	}
}

func TestWhatAnOwnDriverDidNotBringIsNamedUntilItIsPaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	ctx, o := background(), h.delivery()
	total := o.Order.Totals.Total.Minor
	h.did(h.Carry(ctx, o.Order.ID, tapAt(""), "Max"))
	brought := total - 300
	back := kitchen.Tap{ID: id.New(), Reason: "no change"}
	for range 2 {
		h.did(h.Return(ctx, o.Order.ID, back, kitchen.Return{Delivered: true, Cash: &brought}))
	}
	more := total
	if _, err := h.Return(ctx, o.Order.ID, back, kitchen.Return{Delivered: true, Cash: &more}); codeOf(err) != "idempotency_mismatch" {
		t.Errorf("another sum under the same tap: %v", err)
	}
	h.restart()
	if d := h.drawer(); len(d.Short) != 1 || d.Short[0].Due() != 300 || len(d.Unpaid) != 0 || d.Till.Drawer != brought {
		t.Errorf("%d short, %d unpaid, %d in the drawer", len(d.Short), len(d.Unpaid), d.Till.Drawer)
	}
	if _, err := h.CloseDay(ctx, id.New(), brought, "", false); codeOf(err) != "not_settled" {
		t.Errorf("closed while a driver owes: %v", err)
	}
	missing := func() int64 {
		r, _, err := h.TillReport(ctx, "")
		if err != nil || len(r.Drivers) != 1 || r.Drivers[0].Taken != brought {
			t.Fatalf("%+v, %v", r.Drivers, err)
		}
		return r.Drivers[0].Short
	}
	if m := missing(); m != 300 {
		t.Errorf("the report says that Max owes %d", m)
	}
	for _, part := range []int64{100, 0} {
		m := paying(o.Order.ID, 0)
		m.Amount = part
		if _, err := h.Book(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if m := missing(); m != 0 || len(h.drawer().Short) != 0 {
		t.Errorf("all is paid, and Max owes %d", m)
	}
	if _, err := h.CloseDay(ctx, id.New(), total, "", false); err != nil {
		t.Errorf("all is settled: %v", err)
	}
}

func TestAWebOrderThatIsFetchedIsPaidBeforeItGoesAsTheTillExpects(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	ctx, o := background(), webOrder(order.Carryout, pizza)
	o.Order.Payment.Method = "cash"
	o.Order.Totals = h.place(pizza).Order.Totals
	if a := h.obey(o.Order.ID, o); !a.Granted {
		t.Fatal(a.Reason)
	}
	h.release(h.commands)
	h.ready(h.ticket(o.Order.ID))
	if d := h.drawer(); len(d.Unpaid) != 2 {
		t.Errorf("%d are unpaid", len(d.Unpaid))
	}
	if _, err := h.HandOver(ctx, o.Order.ID, tapAt("")); codeOf(err) != "unpaid" {
		t.Errorf("it goes unpaid, and the till cannot be closed: %v", err)
	}
	if _, err := h.Book(ctx, paying(o.Order.ID, 0)); err != nil {
		t.Fatal(err)
	}
	h.did(h.HandOver(ctx, o.Order.ID, tapAt("")))
	if d := h.drawer(); len(d.Unpaid) != 1 {
		t.Errorf("%d are unpaid", len(d.Unpaid))
	}
}
