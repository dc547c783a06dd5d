package kitchen_test

import (
	"fmt"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func (h *house) opened(float int64) {
	h.t.Helper()
	if _, err := h.OpenDay(background(), id.New(), float); err != nil {
		h.t.Fatalf("open the day: %v", err)
	}
}

func (h *house) drawer() kitchen.Drawer {
	h.t.Helper()
	d, err := h.Drawer(background())
	if err != nil {
		h.t.Fatalf("look into the till: %v", err)
	}
	return d
}

func paying(o order.ID, given int64) kitchen.Money {
	return kitchen.Money{Key: id.New(), Kind: till.Payment, Order: o, Method: till.Cash, Given: given}
}

func TestAnEveningAtTheTill(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := background()
	first := h.place(pizza)
	total := first.Order.Totals.Total.Minor
	if _, err := h.Book(ctx, paying(first.Order.ID, 0)); codeOf(err) != "till_closed" {
		t.Fatalf("paid into no till: %v", err)
	}
	h.opened(10_000)
	if _, err := h.OpenDay(ctx, id.New(), 0); codeOf(err) != "till_open" {
		t.Errorf("opened twice: %v", err)
	}
	m := paying(first.Order.ID, 5_000)
	b, err := h.Book(ctx, m)
	if err != nil || b.Entry.Change != 5_000-total || b.Ticket.Due() != 0 || b.Ticket.Bill.Paid != total {
		t.Fatalf("%+v, %v", b, err)
	}
	h.restart()
	again, err := h.Book(ctx, m)
	if err != nil || !again.Replayed || again.Entry.Change != b.Entry.Change || h.drawer().Till.Drawer != 10_000+total {
		t.Errorf("the same payment once more: %+v, %v, %d in the drawer", again, err, h.drawer().Till.Drawer)
	}
	m.Given = 6_000
	if _, err := h.Book(ctx, m); codeOf(err) != "idempotency_mismatch" {
		t.Errorf("another payment under the same key: %v", err)
	}
	if _, err := h.Book(ctx, paying(first.Order.ID, 0)); codeOf(err) != "paid_already" {
		t.Errorf("paid twice: %v", err)
	}
	if _, err := h.Book(ctx, paying(h.place(pizza).Order.ID, 1)); codeOf(err) != "not_enough" {
		t.Errorf("paid with a cent: %v", err)
	}
	h.did(h.Void(ctx, first.Order.ID, voiding("guest left")))
	if d := h.drawer(); len(d.Owed) != 1 || len(d.Unpaid) != 1 {
		t.Errorf("not settled: %+v", d.Unsettled)
	}
	back := kitchen.Money{Key: id.New(), Kind: till.Refund, Order: first.Order.ID, Reason: "voided"}
	if b, err = h.Book(ctx, back); err != nil || b.Entry.Amount != total || b.Ticket.Owed() != 0 {
		t.Errorf("refund: %+v, %v", b, err)
	}
	back.Key = id.New()
	if _, err := h.Book(ctx, back); codeOf(err) != "nothing_to_refund" {
		t.Errorf("given back twice: %v", err)
	}
	if _, err := h.Book(ctx, kitchen.Money{Key: id.New(), Kind: till.PayOut, Amount: 20_000, Reason: "flour"}); codeOf(err) != "not_enough_cash" {
		t.Errorf("more than there is: %v", err)
	}
	if _, err := h.Book(ctx, kitchen.Money{Key: id.New(), Kind: till.PayOut, Amount: 100}); codeOf(err) != "reason_missing" {
		t.Errorf("paid out for nothing: %v", err)
	}
	for _, m := range []kitchen.Money{{Kind: till.Drop, Amount: 4_000}, {Kind: till.PayOut, Amount: 500, Reason: "basil"}, {Kind: till.NoSale, Reason: "change"}} {
		m.Key = id.New()
		if _, err := h.Book(ctx, m); err != nil {
			t.Error(err)
		}
	}
	_, err = h.CloseDay(ctx, id.New(), 5_400, "", false)
	if p := problem.Of(err); codeOf(err) != "not_settled" || fmt.Sprint(p.Facts["unpaid"]) != "[2]" {
		t.Errorf("closed with an order that is not paid: %v", err)
	}
	key := id.New()
	for range 2 {
		if _, err := h.CloseDay(ctx, key, 5_400, "", true); err != nil {
			t.Fatal(err)
		}
	}
	r, entries, err := h.TillReport(ctx, "2026-07-03")
	if err != nil || r.Taken != total || r.Refunds != total || r.Drops != 4_000 || r.PayOuts != 500 || r.NoSales != 1 || len(entries) != 7 ||
		len(r.Tills) != 1 || r.Tills[0].Difference() != -100 || len(r.Methods) != 1 || r.Channels[0].Name != "counter" {
		t.Errorf("%+v, %d entries, %v", r, len(entries), err)
	}
}

func TestATillStaysOpenUnderItsOwnDayUntilItIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	h.clock.set(time.Date(2026, 7, 4, 5, 0, 0, 0, time.UTC)) // the next business day
	h.restart()
	b, err := h.Book(background(), paying(h.place(pizza).Order.ID, 0))
	if err != nil || b.Entry.Day != "2026-07-03" || !h.drawer().Till.IsOpen() {
		t.Errorf("%+v, %v", b, err)
	}
	if _, err := h.CloseDay(background(), id.New(), h.drawer().Till.Drawer, "", true); err != nil {
		t.Fatal(err)
	}
	h.opened(5_000)
	if d := h.drawer().Till; d.ID != "2026-07-04.1" || d.Drawer != 5_000 {
		t.Errorf("%+v", d)
	}
}

func TestAnOrderIsTakenAndPaidAtOnceOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := counter(pizza)
	o.Tendered = 5_000
	if _, _, err := h.Place(background(), o); codeOf(err) != "till_closed" || len(h.snapshot().Tickets) != 0 {
		t.Fatalf("%v, and %d tickets", err, len(h.snapshot().Tickets))
	}
	h.opened(0)
	first, _, err := h.Place(background(), o)
	if err != nil || first.Due() != 0 || first.Bill.Change != 5_000-first.Order.Totals.Total.Minor {
		t.Fatalf("%+v, %v", first.Bill, err)
	}
	again, replayed, err := h.Place(background(), o)
	if err != nil || !replayed || again.Bill != first.Bill || h.drawer().Till.Drawer != first.Order.Totals.Total.Minor {
		t.Errorf("%+v, %v, %v", again.Bill, replayed, err)
	}
	o.Key, o.Tendered = id.New(), 1
	if _, _, err := h.Place(background(), o); problem.Of(err).Facts["path"] != "payment.tendered" || len(h.snapshot().Tickets) != 1 {
		t.Errorf("a cent for a pizza: %v", err)
	}
}

func TestPartsAndDiscountsAddUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	o := h.place(pizza)
	total := o.Order.Totals.Total.Minor
	book := func(m kitchen.Money) (kitchen.Booked, error) {
		m.Key, m.Order = id.New(), o.Order.ID
		return h.Book(background(), m)
	}
	for _, m := range []kitchen.Money{
		{Kind: till.Discount, Amount: 100, Reason: "late"}, {Kind: till.Payment, Method: till.Card, Amount: 300}, {Kind: till.Payment, Method: till.Cash},
	} {
		if _, err := book(m); err != nil {
			t.Fatal(err)
		}
	}
	for want, m := range map[string]kitchen.Money{
		"too_much":      {Kind: till.Discount, Amount: 1, Reason: "very late"},
		"paid_already":  {Kind: till.Payment, Method: till.Card, Amount: 1},
		"invalid_field": {Kind: till.Payment, Method: "shells"},
	} {
		if _, err := book(m); codeOf(err) != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if d := h.drawer().Till.Drawer; d != total-400 || h.ticket(o.Order.ID).Due() != 0 {
		t.Errorf("%d in the drawer, %d due", d, h.ticket(o.Order.ID).Due())
	}
}

func TestWhatWasPaidInTwoWaysGoesBackInTwoWays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	ctx, o := background(), h.place(pizza)
	total := o.Order.Totals.Total.Minor
	for _, m := range []kitchen.Money{{Method: till.Cash, Amount: 500}, {Method: till.Card}} {
		m.Key, m.Kind, m.Order = id.New(), till.Payment, o.Order.ID
		if _, err := h.Book(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	h.restart()
	part := kitchen.Money{Key: id.New(), Kind: till.Refund, Order: o.Order.ID, Amount: 100, Reason: "late"}
	if b, err := h.Book(ctx, part); err != nil || b.Entry.Method != till.Card || b.Entry.Amount != 100 || len(b.Parts) != 0 {
		t.Errorf("a part goes back by the last method: %+v, %v", b.Entry, err)
	}
	h.did(h.Void(ctx, o.Order.ID, voiding("guest left")))
	rest := kitchen.Money{Key: id.New(), Kind: till.Refund, Order: o.Order.ID, Reason: "voided"}
	for range 2 {
		b, err := h.Book(ctx, rest)
		if err != nil || len(b.Parts) != 2 || b.Parts[0].Method != till.Card || b.Parts[0].Amount != total-600 ||
			b.Parts[1].Method != till.Cash || b.Parts[1].Amount != 500 || b.Ticket.Owed() != 0 {
			t.Fatalf("%+v, %v", b.Parts, err)
		}
	}
	if d := h.drawer().Till; d.Drawer != 0 {
		t.Errorf("%d in the drawer", d.Drawer)
	}
	r, _, err := h.TillReport(ctx, "")
	if err != nil || len(r.Methods) != 2 || r.Methods[0].Net != 0 || r.Methods[1].Net != 0 {
		t.Errorf("%+v, %v", r.Methods, err)
	}
}

func TestWhatMakesNoSenseAtTheTillIsNotTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	ctx := background()
	for path, m := range map[string]kitchen.Money{
		"kind":     {Kind: till.Payment, Method: till.Cash, Amount: 5},
		"method":   {Kind: till.Drop, Method: till.Card, Amount: 5},
		"tendered": {Kind: till.PayIn, Amount: 5, Given: 10, Reason: "found"},
		"reason":   {Kind: till.PayIn, Amount: 5, Reason: "found\x1b@"},
	} {
		m.Key = id.New()
		if _, err := h.Book(ctx, m); problem.Of(err) == nil || problem.Of(err).Kind != problem.Invalid || problem.Of(err).Facts["path"] != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := h.CloseDay(ctx, id.New(), 10_000, "\x07", true); problem.Of(err) == nil || problem.Of(err).Facts["path"] != "note" {
		t.Errorf("a bell in the note: %v", err)
	}
	if d := h.drawer(); !d.Till.IsOpen() || d.Till.Drawer != 10_000 {
		t.Errorf("%+v", d.Till)
	}
}

func TestAKeyOfTheNodesOwnIsNobodyElses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(0)
	ctx := background()
	for _, key := range []string{"order/1", "run/1", "part/1", "bag/1"} {
		if _, err := h.Book(ctx, kitchen.Money{Key: key, Kind: till.PayIn, Amount: 5, Reason: "found"}); codeOf(err) != "invalid_key" {
			t.Errorf("%s: %v", key, err)
		}
	}
	c := counter(pizza)
	c.Key, c.Payment.Method, c.Tendered = "1", "cash", 10_000
	if _, _, err := h.Place(ctx, c); err != nil {
		t.Errorf("an order with that key, paid at once: %v", err)
	}
}

func TestAVoidedOrderThatStillLingersIsOwedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.opened(10_000)
	ctx, o := background(), h.place(pizza)
	if _, err := h.Book(ctx, paying(o.Order.ID, 0)); err != nil {
		t.Fatal(err)
	}
	h.bump(o, "")
	h.did(h.Void(ctx, o.Order.ID, because("the guest left")))
	if d := h.drawer(); len(d.Owed) != 1 || len(h.snapshot().Tickets) != 1 {
		t.Errorf("%d orders are owed, %d on the board", len(d.Owed), len(h.snapshot().Tickets))
	}
	_, err := h.CloseDay(ctx, id.New(), 0, "", false)
	if p := problem.Of(err); p == nil || len(p.Facts["owed"].([]int)) != 1 {
		t.Errorf("the day does not close for %v", err)
	}
}
