package kitchen_test

import (
	"fmt"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
)

// delivery is a delivery of the counter's that is ready.
func (h *house) delivery() kitchen.Ticket {
	h.t.Helper()
	o := counter(pizza)
	o.Fulfilment, o.Address = order.ByDelivery, &order.Address{Street: "1 Main St", City: "Springfield"}
	t, _, err := h.Place(background(), o)
	if err != nil {
		h.t.Fatalf("place a delivery: %v", err)
	}
	for range 4 {
		t = h.bump(t, "")
	}
	return t
}

func TestAnOwnDriverTakesADeliveryAndBringsTheCashBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	ctx, o := background(), h.delivery()
	total := o.Order.Totals.Total.Minor
	out := h.did(h.Carry(ctx, o.Order.ID, kitchen.Tap{ID: "out"}, "Max"))
	if out.Open() || out.Progress.Status() != order.StatusOutForDelivery || out.Carrier != "Max" {
		t.Fatalf("%s, open %v", out.Progress.Status(), out.Open())
	}
	h.restart()
	h.did(h.Carry(ctx, o.Order.ID, kitchen.Tap{ID: "out"}, "Max"))
	if runs := h.Runs(ctx); len(runs) != 1 || runs[0].Due != total || runs[0].Driver != "Max" {
		t.Fatalf("%+v", runs)
	}
	if _, err := h.CloseDay(ctx, id.New(), 0, "", false); codeOf(err) != "not_settled" {
		t.Errorf("closed with a driver out: %v", err)
	}
	// The cloud has assigned a driver of its own before it heard of that.
	if a := h.obey(o.Order.ID, event.DeliveryStepped{Order: o.Order.ID, Delivery: order.Assigned, Driver: "d1"}); !a.Granted || a.Reason == "" {
		t.Errorf("%+v", a)
	}
	if s := h.ticket(o.Order.ID).Progress.Status(); s != order.StatusOutForDelivery {
		t.Errorf("it is %s now", s)
	}
	short := total - 1
	if _, err := h.Return(ctx, o.Order.ID, kitchen.Tap{ID: "short"}, kitchen.Return{Delivered: true, Cash: &short}); codeOf(err) != "reason_missing" {
		t.Errorf("a cent is missing: %v", err)
	}
	for range 2 {
		back := h.did(h.Return(ctx, o.Order.ID, kitchen.Tap{ID: "back"}, kitchen.Return{Delivered: true}))
		if back.Progress.Status() != order.StatusDelivered || back.Due() != 0 {
			t.Errorf("%s, %d due", back.Progress.Status(), back.Due())
		}
	}
	if d := h.drawer(); d.Till.Drawer != total || len(d.Runs) != 0 {
		t.Errorf("%+v", d)
	}
	r, _, err := h.TillReport(ctx, "")
	if err != nil || len(r.Drivers) != 1 || r.Drivers[0].Net != total {
		t.Errorf("%+v, %v", r.Drivers, err)
	}
	var told []string
	for _, f := range h.facts() {
		switch f := f.(type) {
		case event.DeliveryCarried:
			told = append(told, string(f.Delivery)+" "+f.Name)
		case event.OrderStepped:
			if f.Action == order.HandOver {
				told = append(told, "hand over")
			}
		}
	}
	if fmt.Sprint(told) != "[out_for_delivery Max hand over delivered Max]" {
		t.Errorf("the cloud was told %q", told)
	}
}

func TestTwoRunsThatEndWithTheSameTapAreTwoPayments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	ctx, want := background(), int64(0)
	for range 2 {
		o := h.delivery()
		want += o.Order.Totals.Total.Minor
		h.did(h.Carry(ctx, o.Order.ID, kitchen.Tap{ID: id.New()}, "Max"))
		h.did(h.Return(ctx, o.Order.ID, kitchen.Tap{ID: "back"}, kitchen.Return{Delivered: true}))
		h.clock.pass(25 * time.Hour)
		if err := h.store.Prune(ctx, h.clock.Now()); err != nil { // the tap is forgotten, the entry is not
			t.Fatal(err)
		}
	}
	if d := h.drawer(); d.Till.Drawer != want {
		t.Errorf("%d in the drawer instead of %d", d.Till.Drawer, want)
	}
}

func TestAnOwnDriverWhoCouldNotDeliverSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, o := background(), h.delivery()
	h.did(h.Carry(ctx, o.Order.ID, tapAt(""), "Max")) // no till is open, and none is needed
	if _, err := h.Carry(ctx, o.Order.ID, tapAt(""), "Eve"); err == nil {
		t.Error("two drivers have one pizza")
	}
	if _, err := h.Return(ctx, o.Order.ID, tapAt(""), kitchen.Return{}); codeOf(err) != "reason_missing" {
		t.Errorf("without a reason: %v", err)
	}
	back := h.did(h.Return(ctx, o.Order.ID, tapAt(""), kitchen.Return{Reason: "nobody opened"}))
	if back.Progress.Status() != order.StatusFailed || back.Due() != 0 {
		t.Errorf("%s, %d due", back.Progress.Status(), back.Due())
	}
	if _, err := h.Return(ctx, o.Order.ID, tapAt(""), kitchen.Return{Delivered: true}); codeOf(err) != "not_out" {
		t.Errorf("back twice: %v", err)
	}
	if _, err := h.Carry(ctx, h.place(cola).Order.ID, tapAt(""), "Max"); codeOf(err) != "not_a_delivery" {
		t.Errorf("a carryout: %v", err)
	}
}

func TestWhatTheGuestPaysHereADriverOnTheWayNoLongerBrings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	ctx, o := background(), h.delivery()
	total := o.Order.Totals.Total.Minor
	h.did(h.Carry(ctx, o.Order.ID, tapAt(""), "Max"))
	if _, err := h.Book(ctx, kitchen.Money{Key: id.New(), Kind: till.Payment, Order: o.Order.ID, Method: till.Cash, Amount: total - 200, Given: total}); err != nil {
		t.Fatal(err)
	}
	h.restart()
	if r := h.Runs(ctx); len(r) != 1 || r[0].Due != 200 {
		t.Errorf("of the rest of two the driver is to bring %+v", r)
	}
	if _, err := h.Book(ctx, paying(o.Order.ID, 0)); err != nil {
		t.Fatal(err)
	}
	if r := h.Runs(ctx); len(r) != 1 || r[0].Due != 0 {
		t.Errorf("of what is paid the driver is to bring %+v", r)
	}
	nothing := int64(0)
	h.did(h.Return(ctx, o.Order.ID, tapAt(""), kitchen.Return{Delivered: true, Cash: &nothing}))
	if d := h.drawer(); d.Till.Drawer != 10_000+total || len(d.Runs) != 0 || len(d.Short) != 0 {
		t.Errorf("%+v", d)
	}
}
