package kitchen_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/edge/till"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// paperedSettings are those of a house with a printer for everything.
func paperedSettings() kitchen.Settings {
	s := settings()
	s.Printers = []kitchen.Printer{{ID: "p1", Papers: kitchen.Papers()}}
	return s
}

func newPaperedHouse(t *testing.T) *house {
	t.Helper()
	h := houseAt(t, filepath.Join(t.TempDir(), "edge.db"), paperedSettings())
	t.Cleanup(h.close)
	return h
}

// papers are the pieces of an order in short, the first first: "ticket", "change/1", "label/1/0".
func (h *house) papers(of order.ID) (names []string) {
	h.t.Helper()
	all, err := h.store.Prints(background(), "p1", 1000)
	if err != nil {
		h.t.Fatalf("read the paper: %v", err)
	}
	for _, p := range slices.Backward(all) {
		if p.Order == of {
			names = append(names, strings.Trim(strings.ReplaceAll(strings.ReplaceAll(p.ID, "/"+string(of), ""), "@p1", ""), "/"))
		}
	}
	return names
}

func (h *house) booked(m kitchen.Money) kitchen.Booked {
	h.t.Helper()
	if m.Key == "" {
		m.Key = id.New()
	}
	b, err := h.Book(background(), m)
	if err != nil {
		h.t.Fatalf("%s: %v", m.Kind, err)
	}
	return b
}

// A guest has paid for two pizzas, wants one, then is angry: everybody who has a part in it does theirs.
func TestAChangeAndAVoidAreFollowedByShelvesPaperTillAndClocks(t *testing.T) {
	t.Parallel()
	h := newPaperedHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 1000})
	h.opened(10_000)
	placed := h.place(lines(2, pizza))
	two := placed.Order.Totals.Total.Minor
	h.booked(paying(placed.Order.ID, 0))
	h.shelf("mozzarella", 1000, 300)

	less := h.change(placed, kitchen.OrderChange{Set: map[int]order.Line{0: lines(1, pizza)}})
	one := less.Order.Totals.Total.Minor
	h.shelf("mozzarella", 1000, 150)
	if less.Due() != 0 || less.Owed() != two-one {
		t.Errorf("due %d, owed %d of %d", less.Due(), less.Owed(), two-one)
	}
	if d := h.drawer(); len(d.Owed) != 1 || d.Owed[0].Owed() != two-one {
		t.Errorf("the till does not name it: %+v", d.Unsettled)
	}
	_, err := h.CloseDay(background(), id.New(), 0, "", false)
	if p := problem.Of(err); codeOf(err) != "not_settled" || fmt.Sprint(p.Facts["owed"]) != "[1]" {
		t.Errorf("the day is closed over it: %v", err)
	}

	h.did(h.HoldBack(background(), placed.Order.ID, kitchen.Tap{ID: id.New(), Until: new(evening.Add(time.Hour))}))
	void := h.did(h.Void(background(), placed.Order.ID, because("the guest left")))
	h.shelf("mozzarella", 1000, 0)
	if void.Hold != nil || void.Owed() != two {
		t.Errorf("voided it is on hold %v, and %d are owed of %d", void.Hold, void.Owed(), two)
	}
	if diff := diffOf([]string{"ticket", fmt.Sprintf("receipt/paid-%d", two), "change/1", "void"}, h.papers(placed.Order.ID)); diff != "" {
		t.Errorf("on paper is:\n%s", diff)
	}
	if !void.OnBoard() {
		t.Error("its ticket hangs over the make line, and the display says nothing of the void")
	}
	h.did(h.Acknowledge(background(), placed.Order.ID, tapAt("")))
	state, err := h.store.Load(background())
	if err != nil {
		t.Fatal(err)
	}
	for _, timer := range state.Timers {
		if timer.Order == placed.Order.ID {
			t.Errorf("a clock runs for what is void: %+v", timer)
		}
	}
	h.booked(kitchen.Money{Kind: till.Refund, Order: placed.Order.ID, Reason: "voided"})
	if d := h.drawer(); len(d.Owed) != 0 || d.Till.Drawer != 10_000 {
		t.Errorf("%+v, %d in the drawer", d.Unsettled, d.Till.Drawer)
	}
}

func TestWhatWasPaidTooMuchIsGivenBackOnceAndMoreIsDueAgain(t *testing.T) {
	t.Parallel()
	h := newPaperedHouse(t)
	h.opened(10_000)
	ticket := h.place(lines(2, pizza))
	two := ticket.Order.Totals.Total.Minor
	h.booked(paying(ticket.Order.ID, 0))
	ticket = h.change(ticket, kitchen.OrderChange{Set: map[int]order.Line{0: lines(1, pizza)}})
	one := ticket.Order.Totals.Total.Minor
	h.restart()
	back := kitchen.Money{Key: id.New(), Kind: till.Refund, Order: ticket.Order.ID, Reason: "one less"}
	for range 2 { // the second is the first again
		if b := h.booked(back); b.Entry.Amount != two-one || b.Ticket.Owed() != 0 || b.Ticket.Due() != 0 {
			t.Errorf("given back are %d, and then %d owed, %d due", b.Entry.Amount, b.Ticket.Owed(), b.Ticket.Due())
		}
	}
	ticket = h.change(h.ticket(ticket.Order.ID), kitchen.OrderChange{Set: map[int]order.Line{0: lines(2, pizza)}})
	if ticket.Due() != two-one || ticket.Owed() != 0 {
		t.Errorf("the second pizza is back: %d due, %d owed", ticket.Due(), ticket.Owed())
	}
	if b := h.booked(paying(ticket.Order.ID, 0)); b.Entry.Amount != two-one || h.drawer().Till.Drawer != 10_000+two {
		t.Errorf("paid %d, %d in the drawer", b.Entry.Amount, h.drawer().Till.Drawer)
	}
	// An apology is no change of the price: the guest owes nothing for it.
	if b := h.booked(kitchen.Money{Kind: till.Refund, Order: ticket.Order.ID, Amount: 100, Reason: "it was late"}); b.Ticket.Due() != 0 || b.Ticket.Owed() != 0 {
		t.Errorf("after an apology %d are due, %d owed", b.Ticket.Due(), b.Ticket.Owed())
	}
	if diff := diffOf([]string{"ticket", fmt.Sprintf("receipt/paid-%d", two), "change/1", "change/2", fmt.Sprintf("receipt/2/paid-%d", 2*two-one)}, h.papers(ticket.Order.ID)); diff != "" {
		t.Errorf("on paper is:\n%s", diff)
	}
}

func TestWhatIsMadeAgainIsWasteWithItsReasonAndHasALabelOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newPaperedHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 1000})
	ticket := h.finished(order.Carryout)
	tap := because("burned")
	for range 2 {
		h.did(h.Remake(background(), ticket.Order.ID, tap))
		h.restart()
	}
	h.shelf("mozzarella", 850, 150)
	for _, at := range []string{menu.StationMake, menu.StationOven, menu.StationOven} {
		h.bump(ticket, at)
	}
	h.shelf("mozzarella", 700, 0)
	days, err := h.StockReport(background(), h.Today(), h.Today())
	if err != nil || len(days) != 1 || days[0].Wasted != 150 || days[0].Used != 150 || !slices.Equal(days[0].Reasons, []string{"burned"}) {
		t.Errorf("the day reads %s, %v", asJSON(days), err)
	}
	if diff := diffOf([]string{"ticket", "label/1/0", "label/1/1"}, h.papers(ticket.Order.ID)); diff != "" {
		t.Errorf("on paper is:\n%s", diff)
	}
}

func TestWhatIsNotPaidGoesOnlyForAReasonWhileATillIsOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := background()
	early := h.finished(order.Carryout)
	h.opened(10_000)
	h.did(h.HandOver(ctx, early.Order.ID, because(""))) // it was ordered before anybody minded the till
	here := h.finished(order.DineIn)
	h.did(h.HandOver(ctx, here.Order.ID, because(""))) // who eats here pays afterwards
	web := h.offer(order.Carryout, cola)
	h.release(h.commands)
	h.did(h.Bump(ctx, web, tapAt("")))
	h.did(h.HandOver(ctx, web, because(""))) // the cloud knows how it is paid

	taken, paid, free := h.finished(order.Carryout), h.finished(order.Carryout), h.finished(order.Curbside)
	for _, tap := range []func() (kitchen.Ticket, error){
		func() (kitchen.Ticket, error) { return h.HandOver(ctx, taken.Order.ID, because("")) },
		func() (kitchen.Ticket, error) { return h.Bump(ctx, taken.Order.ID, tapAt(menu.StationPass)) },
	} {
		_, err := tap()
		if p := problem.Of(err); codeOf(err) != "unpaid" || p.Facts["path"] != "reason" || p.Kind != problem.Conflict {
			t.Errorf("given away: %v", err)
		}
	}
	h.restart()
	h.booked(paying(paid.Order.ID, 0))
	h.did(h.Bump(ctx, paid.Order.ID, tapAt(menu.StationPass)))
	h.booked(kitchen.Money{Kind: till.Discount, Order: free.Order.ID, Amount: free.Due(), Reason: "on the house"})
	h.did(h.HandOver(ctx, free.Order.ID, because("")))
	if got := h.did(h.HandOver(ctx, taken.Order.ID, because("pays tomorrow"))); got.Open() || got.Due() == 0 {
		t.Errorf("open %v, %d due", got.Open(), got.Due())
	}
	if log := h.logged(); !slices.Contains(log, "hand_over_unpaid") {
		t.Errorf("the log says %q", log)
	}
	if d := h.drawer(); !slices.ContainsFunc(d.Unpaid, func(t kitchen.Ticket) bool { return t.Order.ID == taken.Order.ID }) {
		t.Errorf("nobody minds what is not paid: %+v", d.Unsettled)
	}
}

func TestWhatComesBackIsPaidAsItWasAndWhatADriverOfOursHasDoesNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := background()
	h.opened(10_000)
	paid, owing := h.finished(order.Carryout), h.finished(order.Carryout)
	h.booked(paying(paid.Order.ID, 0))
	h.did(h.HandOver(ctx, paid.Order.ID, because("")))
	h.did(h.HandOver(ctx, owing.Order.ID, because("pays tomorrow")))
	for n, id := range []order.ID{paid.Order.ID, owing.Order.ID} {
		back := h.did(h.Recall(ctx, id, because("the wrong guest")))
		if back.Progress.Kitchen() != order.Ready || (back.Due() == 0) != (n == 0) || back.Owed() != 0 {
			t.Errorf("%s is back with %d due and %d owed", back.Progress.Kitchen(), back.Due(), back.Owed())
		}
	}
	if d := h.drawer(); len(d.Unpaid) != 1 || d.Till.Drawer != 10_000+paid.Order.Totals.Total.Minor {
		t.Errorf("%+v, %d in the drawer", d.Unsettled, d.Till.Drawer)
	}
	if _, err := h.HandOver(ctx, owing.Order.ID, because("")); codeOf(err) != "unpaid" {
		t.Errorf("it goes for nothing the second time: %v", err)
	}
	if _, err := h.Book(ctx, paying(paid.Order.ID, 0)); codeOf(err) != "paid_already" {
		t.Errorf("paid twice: %v", err)
	}
	out := h.delivery()
	h.did(h.Carry(ctx, out.Order.ID, tapAt(""), "Max"))
	_, err := h.Recall(ctx, out.Order.ID, because("the wrong one"))
	if p := problem.Of(err); codeOf(err) != "illegal_step" || !strings.Contains(p.Detail, "Max") {
		t.Errorf("taken from who has it: %v", err)
	}
	if runs := h.Runs(ctx); len(runs) != 1 {
		t.Errorf("%+v are out", runs)
	}
}

// Whatever a screen sends again after a restart, it has done once: not a row is another, and not a fact is new.
func TestWhatIsSentAgainAfterARestartIsDoneOnce(t *testing.T) {
	t.Parallel()
	ticket := func(act func(*house, context.Context, kitchen.Ticket, kitchen.Tap) (kitchen.Ticket, error)) func(*house, kitchen.Ticket, string) error {
		return func(h *house, t kitchen.Ticket, tap string) error {
			_, err := act(h, background(), t, kitchen.Tap{ID: tap, Reason: "so it is"})
			return err
		}
	}
	said := func(_ bool, err error) error { return err }
	ctx := background()
	for name, act := range map[string]func(*house, kitchen.Ticket, string) error{
		"bump": ticket(func(h *house, ctx context.Context, t kitchen.Ticket, tap kitchen.Tap) (kitchen.Ticket, error) {
			return h.Bump(ctx, t.Order.ID, tap)
		}),
		"void": ticket(func(h *house, ctx context.Context, t kitchen.Ticket, tap kitchen.Tap) (kitchen.Ticket, error) {
			return h.Void(ctx, t.Order.ID, tap)
		}),
		"hold": ticket(func(h *house, ctx context.Context, t kitchen.Ticket, tap kitchen.Tap) (kitchen.Ticket, error) {
			return h.HoldBack(ctx, t.Order.ID, tap)
		}),
		"rush": ticket(func(h *house, ctx context.Context, t kitchen.Ticket, tap kitchen.Tap) (kitchen.Ticket, error) {
			return h.Hurry(ctx, t.Order.ID, tap)
		}),
		"start": ticket(func(h *house, ctx context.Context, t kitchen.Ticket, tap kitchen.Tap) (kitchen.Ticket, error) {
			return h.Start(ctx, t.Order.ID, tap)
		}),
		"change": ticket(func(h *house, ctx context.Context, t kitchen.Ticket, tap kitchen.Tap) (kitchen.Ticket, error) {
			return h.Change(ctx, t.Order.ID, tap, kitchen.OrderChange{Add: []order.Line{cola}})
		}),
		"pay": func(h *house, t kitchen.Ticket, tap string) error {
			_, err := h.Book(ctx, kitchen.Money{Key: tap, Kind: till.Payment, Order: t.Order.ID, Method: till.Cash})
			return err
		},
		"discount": func(h *house, t kitchen.Ticket, tap string) error {
			_, err := h.Book(ctx, kitchen.Money{Key: tap, Kind: till.Discount, Order: t.Order.ID, Amount: 100, Reason: "so it is"})
			return err
		},
		"a count": func(h *house, _ kitchen.Ticket, tap string) error {
			return said(h.WriteSlip(ctx, tap, stock.Slip{Kind: stock.Count, Lines: []stock.SlipLine{{Ingredient: "mozzarella", Quantity: 900}}}))
		},
		"a receipt of goods": func(h *house, _ kitchen.Ticket, tap string) error {
			return said(h.WriteSlip(ctx, tap, stock.Slip{Kind: stock.Receipt, Lines: []stock.SlipLine{{Ingredient: "mozzarella", Quantity: 900}}}))
		},
		"86": func(h *house, _ kitchen.Ticket, tap string) error {
			return said(h.SellOut(ctx, tap, stock.Off{OffKey: stock.OffKey{Kind: "topping", ID: "mushrooms"}}, time.Hour))
		},
		"a receipt once more": func(h *house, t kitchen.Ticket, tap string) error {
			_, err := h.Print(ctx, t.Order.ID, kitchen.Printing{Tap: tap, What: kitchen.PaperReceipt})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newPaperedHouse(t)
			h.opened(10_000)
			placed, tap := h.place(lines(2, pizza)), id.New()
			if err := act(h, placed, tap); err != nil {
				t.Fatal(err)
			}
			once, facts, log := h.snapshot().Seq, len(h.events()), len(h.logged())
			for range 2 {
				h.restart()
				if err := act(h, placed, tap); err != nil {
					t.Errorf("the second time: %v", err)
				}
				if now := h.snapshot().Seq; now != once || len(h.events()) != facts || len(h.logged()) != log {
					t.Errorf("it was done again: commit %d after %d, %d facts after %d, %d lines after %d", now, once, len(h.events()), facts, len(h.logged()), log)
				}
			}
		})
	}
}
