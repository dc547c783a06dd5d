package kitchen_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/event"
	"awesome.pizza/shared/id"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// write writes a slip about the shelves.
func (h *house) write(kind stock.Kind, quantities map[string]int64) {
	h.t.Helper()
	s := stock.Slip{Kind: kind, Reason: "so it is"}
	for what, n := range quantities {
		s.Lines = append(s.Lines, stock.SlipLine{Ingredient: what, Quantity: n})
	}
	if _, err := h.WriteSlip(background(), id.New(), s); err != nil {
		h.t.Fatalf("write %s: %v", kind, err)
	}
}

func (h *house) level(ingredient string) stock.Level {
	h.t.Helper()
	all, err := h.Stock(background())
	if err != nil {
		h.t.Fatalf("look at the shelves: %v", err)
	}
	n := slices.IndexFunc(all, func(l stock.Level) bool { return l.Ingredient.ID == ingredient })
	if n < 0 {
		h.t.Fatalf("there is no shelf of %s", ingredient)
	}
	return all[n]
}

// shelf says how much lies there and how much of it is reserved.
func (h *house) shelf(ingredient string, onHand, reserved int64) {
	h.t.Helper()
	for _, when := range []string{"now", "after a restart"} {
		if s := h.level(ingredient).Shelf; s.OnHand != onHand || s.Reserved != reserved {
			h.t.Errorf("%s, %d of %s are there and %d reserved, want %d and %d", when, s.OnHand, ingredient, s.Reserved, onHand, reserved)
		}
		if when == "now" {
			h.restart()
		}
	}
}

func (h *house) alert(id string) (kitchen.Alert, bool) {
	all := h.snapshot().Alerts
	n := slices.IndexFunc(all, func(a kitchen.Alert) bool { return a.ID == id })
	if n < 0 {
		return kitchen.Alert{}, false
	}
	return all[n], true
}

func TestWhatIsOrderedIsReservedAndWhatIsStartedIsUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 1000, "dough_large": 10})
	two := pizza
	two.Quantity = 2
	placed := h.place(two, cola)
	h.shelf("mozzarella", 1000, 300)
	if _, err := h.Start(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Item: "1", Who: "ada"}); err != nil {
		t.Fatal(err)
	}
	h.shelf("mozzarella", 850, 150)
	h.shelf("dough_large", 9, 1)
	h.did(h.Recall(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
	h.shelf("mozzarella", 1000, 300) // the tap was taken back
	h.bump(placed, menu.StationMake)
	h.shelf("mozzarella", 700, 0)
	h.shelf("dough_large", 8, 0)
	if l := h.level("cola"); l.Shelf.Tracked || l.Shelf.OnHand != 0 {
		t.Errorf("nobody has counted the cola, and it is %+v", l.Shelf)
	}
	for _, station := range []string{menu.StationOven, menu.StationOven, menu.StationSides, menu.StationCut, menu.StationPass} {
		h.bump(placed, station)
	}
	h.shelf("mozzarella", 700, 0)
}

func TestAVoidGivesBackWhatNobodyTouchedAndTheRestIsWaste(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Receipt, map[string]int64{"mozzarella": 1000})
	two := pizza
	two.Quantity = 2
	placed := h.place(two)
	h.did(h.Start(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Item: "1"}))
	h.did(h.Void(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Reason: "the guest left", Who: "ada"}))
	h.shelf("mozzarella", 850, 0)
	days, err := h.StockReport(t.Context(), h.Today(), h.Today())
	if err != nil || len(days) != 1 || days[0].Wasted != 150 || days[0].Used != 0 || days[0].Received != 1000 || days[0].Closing != 850 ||
		!slices.Equal(days[0].Reasons, []string{"the guest left"}) {
		t.Errorf("the day reads %s, %v", asJSON(days), err)
	}
}

func TestWhatIsMadeAgainIsWasteWithItsReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Receipt, map[string]int64{"mozzarella": 1000})
	placed := h.place(pizza)
	h.bump(placed, menu.StationMake)
	h.bump(placed, menu.StationOven)
	h.did(h.Remake(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Reason: "burned"}))
	h.shelf("mozzarella", 850, 150)
	h.bump(placed, menu.StationMake)
	h.shelf("mozzarella", 700, 0)
	days, err := h.StockReport(t.Context(), h.Today(), h.Today())
	if err != nil || len(days) != 1 || days[0].Wasted != 150 || days[0].Used != 150 || !slices.Equal(days[0].Reasons, []string{"burned"}) {
		t.Errorf("the day reads %s, %v", asJSON(days), err)
	}
}

func TestACountBooksTheDifferenceAndOverwritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Receipt, map[string]int64{"ham": 1000})
	h.write(stock.Count, map[string]int64{"ham": 900})
	h.write(stock.Waste, map[string]int64{"ham": 50})
	h.write(stock.Outgoing, map[string]int64{"ham": 200})
	h.write(stock.Incoming, map[string]int64{"ham": 30})
	h.shelf("ham", 680, 0)
	days, err := h.StockReport(t.Context(), "2026-07-01", "2026-07-03")
	if err != nil || len(days) != 1 {
		t.Fatalf("%s, %v", asJSON(days), err)
	}
	d := days[0]
	if d.Received != 1000 || d.Counted != -100 || d.Wasted != 50 || d.Outgoing != 200 || d.Incoming != 30 || d.Closing != 680 || d.Opening != 0 {
		t.Errorf("the day reads %s", asJSON(d))
	}
}

func TestASlipThatIsSentTwiceIsOneSlip(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slip := stock.Slip{Kind: stock.Receipt, Lines: []stock.SlipLine{{Ingredient: "ham", Quantity: 500}}}
	for n := range 3 {
		again, err := h.WriteSlip(t.Context(), "slip-1", slip)
		if err != nil || again != (n > 0) {
			t.Fatalf("time %d: replayed %v, %v", n, again, err)
		}
		h.restart()
	}
	slip.Lines[0].Quantity = 600
	if _, err := h.WriteSlip(t.Context(), "slip-1", slip); problem.Of(err) == nil || problem.Of(err).Code != "idempotency_mismatch" {
		t.Errorf("another slip under the same id: %v", err)
	}
	h.shelf("ham", 500, 0)
}

// run lets the kitchen mind its timers until stop.
func (h *house) run() (stop func()) {
	ctx, cancel := context.WithCancel(background())
	done := make(chan struct{})
	go func() { defer close(done); _ = h.Run(ctx) }()
	return func() { cancel(); <-done }
}

func TestLittleIsLeftAlarmsOncePerCrossing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	low, high := int64(400), int64(1000)
	if _, err := h.MindStock(t.Context(), "", []stock.Wish{{Ingredient: "mozzarella", Threshold: &low, Par: &high}}); err != nil {
		t.Fatal(err)
	}
	h.write(stock.Count, map[string]int64{"mozzarella": 600})
	h.place(pizza)
	if _, rings := h.alert("low_stock/mozzarella"); rings {
		t.Error("450 are not below 400")
	}
	h.place(pizza)
	h.place(pizza)
	h.restart()
	h.place(bareOf("mozzarella"))
	if a, rings := h.alert("low_stock/mozzarella"); !rings || a.What != kitchen.LowStock {
		t.Errorf("the alert is %+v, %v", a, rings)
	}
	h.write(stock.Receipt, map[string]int64{"mozzarella": 5000})
	if _, rings := h.alert("low_stock/mozzarella"); rings {
		t.Error("5000 came and it still rings")
	}
	raised, cleared := 0, 0
	for _, f := range h.facts() {
		switch b := f.(type) {
		case event.AlertRaised:
			if b.What == kitchen.LowStock {
				raised++
			}
		case event.AlertCleared:
			if b.Alert == "low_stock/mozzarella" {
				cleared++
			}
		}
	}
	if raised != 1 || cleared != 1 {
		t.Errorf("it rang %d times and was cleared %d times", raised, cleared)
	}
}

func TestTheStockIsCheckedEveryDayAtItsHourAlsoWhenTheClocksChange(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/edge.db"
	synctest.Test(t, func(t *testing.T) {
		s := settings()
		zone, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			t.Fatal(err)
		}
		s.Zone, s.StockCheck = zone, 9
		h := houseAt(t, path, s)
		defer h.close()
		h.clock.set(time.Date(2026, 10, 24, 12, 0, 0, 0, zone).UTC()) // the night after, clocks go back
		h.write(stock.Count, map[string]int64{"ham": 3000})
		stop := h.run()
		for _, want := range []time.Time{time.Date(2026, 10, 25, 9, 0, 0, 0, zone), time.Date(2026, 10, 26, 9, 0, 0, 0, zone)} {
			h.clock.set(want.Add(-time.Minute))
			time.Sleep(31 * time.Second)
			synctest.Wait()
			if _, rings := h.alert(kitchen.CheckStock); rings {
				t.Errorf("it was checked before %s", want)
			}
			h.clock.set(want)
			time.Sleep(61 * time.Second)
			synctest.Wait()
			if _, rings := h.alert(kitchen.CheckStock); !rings {
				t.Fatalf("nobody has checked at %s", want)
			}
			if _, err := h.OrderStock(background(), "", []stock.SlipLine{{Ingredient: "ham", Quantity: 1}}); err != nil {
				t.Fatal(err)
			}
		}
		stop()
	})
}

func TestWhatIsSuggestedIsWhatIsMissingInPacks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"ham": 500, "olives": 4500}) // par 10000 and 5000, packs of 1000
	all, err := h.Suggest(t.Context())
	if err != nil || len(all) != 1 || all[0].Ingredient.ID != "ham" || all[0].Packs != 10 || !all[0].Urgent {
		t.Fatalf("suggested is %s, %v", asJSON(all), err)
	}
	if _, err := h.OrderStock(t.Context(), "", []stock.SlipLine{{Ingredient: "ham", Quantity: 9000}}); err != nil {
		t.Fatal(err)
	}
	h.restart()
	if all, _ := h.Suggest(t.Context()); len(all) != 0 {
		t.Errorf("it is on order, and suggested is %s", asJSON(all))
	}
	h.write(stock.Receipt, map[string]int64{"ham": 5000})
	if s := h.level("ham").Shelf; s.OnOrder != 4000 || s.OnHand != 5500 {
		t.Errorf("after a part came: %+v", s)
	}
}

func TestWhenSomethingRunsOutIsForecast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 3000})
	for range 6 {
		h.bump(h.place(pizza), menu.StationMake) // 150 g every ten minutes
		h.clock.pass(10 * time.Minute)
	}
	l := h.level("mozzarella")
	if l.RunsOut == nil || l.PerHour < 800 || l.PerHour > 1000 {
		t.Fatalf("900 g went in an hour, and it says %d an hour, out at %v", l.PerHour, l.RunsOut)
	}
	if left := l.RunsOut.Sub(h.clock.Now()); left < 2*time.Hour || left > 3*time.Hour {
		t.Errorf("2100 g last for %s", left)
	}
	before := *l.RunsOut
	h.restart()
	if l := h.level("mozzarella"); l.RunsOut == nil || !l.RunsOut.Equal(before) {
		t.Errorf("after a restart it is forecast for %v, not %v", l.RunsOut, before)
	}
	feast := pizza
	feast.Quantity = 8 // somebody celebrates: that does not go on
	h.bump(h.place(feast), menu.StationMake)
	if l := h.level("mozzarella"); l.PerHour > 1400 {
		t.Errorf("one feast makes %d an hour", l.PerHour)
	}
	h.clock.pass(3 * time.Hour)
	if l := h.level("mozzarella"); l.RunsOut != nil {
		t.Errorf("nobody has ordered anything for hours, and it runs out at %v", l.RunsOut)
	}
}

// TestTheLedgerAlwaysAddsUp lets anything happen in any order, with restarts between: what lies there is what came less what was started, and
// what is reserved is what open orders still need.
func TestTheLedgerAlwaysAddsUp(t *testing.T) {
	t.Parallel()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		dir := t.TempDir()
		h := houseAt(t, dir+"/"+id.New()+".db", settings())
		defer func() { h.close() }()
		h.write(stock.Count, map[string]int64{"mozzarella": 2000})
		h.release(1 << 20)
		came := int64(2000)
		var orders []order.ID
		for range rapid.IntRange(1, 15).Draw(r, "steps") {
			var of order.ID
			if len(orders) > 0 {
				of = rapid.SampledFrom(orders).Draw(r, "order")
			}
			tap := kitchen.Tap{ID: id.New(), Reason: "so it is"}
			switch rapid.IntRange(0, 8).Draw(r, "what") {
			case 0:
				l := order.Line{Product: rapid.SampledFrom([]string{"margherita", "hawaii", "cola"}).Draw(r, "product"), Quantity: rapid.IntRange(1, 3).Draw(r, "n")}
				if l.Product != "cola" {
					l.Size = "medium"
				}
				if placed, _, err := h.Place(background(), counter(l)); err == nil {
					orders = append(orders, placed.Order.ID)
				} else if problem.Of(err) == nil || problem.Of(err).Code != "sold_out" {
					r.Fatalf("place: %v", err)
				}
			case 1:
				h.write(stock.Receipt, map[string]int64{"mozzarella": 500})
				came += 500
			case 2, 3, 4:
				_, _ = h.Bump(background(), of, tap)
			case 5:
				_, _ = h.Recall(background(), of, tap)
			case 6:
				_, _ = h.Remake(background(), of, tap)
			case 7:
				_, _ = h.Void(background(), of, tap)
			case 8:
				h.restart()
			}
		}
		var reserved, used int64
		for _, o := range orders {
			ticket := h.ticket(o)
			for _, i := range ticket.Progress.Items {
				need := m.Needs(ticket.Order.Lines[i.Line])["mozzarella"]
				if ticket.Open() && i.State == order.ItemQueued {
					reserved += need
				}
				begun := int64(i.Remakes)
				if i.State != order.ItemQueued {
					begun++
				}
				used += begun * need
			}
		}
		l := h.level("mozzarella")
		if l.Shelf.OnHand != came-used || l.Shelf.Reserved != reserved {
			r.Fatalf("%d came and %d were used, %d are reserved; the shelf says %+v", came, used, reserved, l.Shelf)
		}
		days, err := h.StockReport(background(), "2026-07-01", "2026-07-04")
		if err != nil || len(days) != 1 || days[0].Closing != l.Shelf.OnHand || days[0].Used+days[0].Wasted != used {
			r.Fatalf("the report says %s, %v", asJSON(days), err)
		}
	})
}

func TestAChangedOrderReservesWhatItIsNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 310, "ham": 1000})
	two := pizza
	two.Quantity = 2
	placed := h.place(two)
	h.shelf("mozzarella", 310, 300)
	ham := order.Line{Product: "hawaii", Size: "large", Quantity: 2}
	h.did(h.Change(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Who: "ada"}, kitchen.OrderChange{Set: map[int]order.Line{0: ham}}))
	h.shelf("mozzarella", 310, 300) // there is enough, for the others are not made
	h.shelf("ham", 1000, 150)
	_, err := h.Change(t.Context(), placed.Order.ID, kitchen.Tap{ID: id.New(), Who: "ada"}, kitchen.OrderChange{Add: []order.Line{pizza}})
	if p := problem.Of(err); p == nil || p.Code != "sold_out" {
		t.Errorf("a third one was added: %v", err)
	}
	h.bump(placed, menu.StationMake)
	h.shelf("mozzarella", 10, 0)
	h.shelf("ham", 850, 0)
}
