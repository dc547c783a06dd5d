package kitchen_test

import (
	"slices"
	"testing"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestTheCounterRefusesWhatIsSoldOutAndSuggestsOtherThings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"basil": 10})
	h.place(pizza) // 6 g of 10
	_, _, err := h.Place(t.Context(), counter(cola, pizza))
	p := problem.Of(err)
	if p == nil || p.Kind != problem.Conflict || p.Code != "sold_out" || p.Facts["path"] != "lines[1]" {
		t.Fatalf("the second pizza: %v", err)
	}
	others := p.Facts["alternatives"].([]stock.Alternative)
	if len(others) != 3 || others[0].Product != "margherita" || !slices.Equal(others[0].Without, []string{"basil"}) || others[0].Line != 1 {
		t.Errorf("suggested is %s", asJSON(others))
	}
	bare := pizza
	bare.Toppings = []order.Topping{{Topping: "basil", Amount: order.None}}
	h.place(bare)
	for _, other := range others[1:] {
		h.place(order.Line{Product: other.Product, Size: other.Size, Quantity: 1})
	}
	if len(h.snapshot().Tickets) != 4 {
		t.Error("something that was refused is on the board")
	}
}

func TestAnOrderOfTheCloudIsTakenAlthoughItExceedsWhatThereIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(stock.Count, map[string]int64{"mozzarella": 100})
	h.release(0)
	h.offer(order.Carryout, pizza)
	h.shelf("mozzarella", 100, 150)
	if l := h.level("mozzarella"); l.Off == nil || !l.Off.Auto {
		t.Errorf("the mozzarella has run out, and it is %+v", l)
	}
}

func TestWhatRunsOutIsOffForEverybodyAndComesBackWhenItIsReceived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	changes, leave := h.hub.Subscribe()
	defer leave()
	h.write(stock.Count, map[string]int64{"mushrooms": 60})
	h.next(changes)
	h.place(order.Line{Product: "prosciutto_funghi", Size: "medium", Quantity: 1})
	c := h.next(changes)
	if c.SoldOut == nil || len(c.SoldOut.Ingredients) != 1 || !c.SoldOut.Ingredients[0].Auto ||
		!slices.ContainsFunc(c.SoldOut.Toppings, func(m stock.Missing) bool { return m.ID == "mushrooms" }) ||
		!slices.ContainsFunc(c.SoldOut.Products, func(m stock.Missing) bool { return m.ID == "capricciosa" && len(m.Without) == 1 }) {
		t.Fatalf("screens hear of %s", asJSON(c.SoldOut))
	}
	h.restart()
	if len(h.snapshot().SoldOut.Toppings) != 1 {
		t.Error("after a restart it is on sale again")
	}
	key := stock.OffKey{Kind: stock.Ingredient, ID: "mushrooms"}
	if err := h.Lift(t.Context(), key); problem.Of(err) == nil || problem.Of(err).Code != "run_out" {
		t.Errorf("lifting what has run out: %v", err)
	}
	h.write(stock.Receipt, map[string]int64{"mushrooms": 2000})
	if offs, _, err := h.Off(t.Context()); err != nil || len(offs) != 0 {
		t.Errorf("it was received, and %+v is off, %v", offs, err)
	}
}

func TestWhatAManagerTakesOffStaysOffUntilItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := stock.Off{OffKey: stock.OffKey{Kind: stock.Product, ID: "margherita"}, Owner: "grace", Reason: "the oven is slow"}
	for range 2 { // sent twice
		if _, err := h.SellOut(t.Context(), "off-1", o, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := h.Place(t.Context(), counter(pizza)); problem.Of(err) == nil || problem.Of(err).Code != "sold_out" {
		t.Errorf("it can be ordered: %v", err)
	}
	half := order.Line{Product: "marinara", Half: "margherita", Size: "large", Quantity: 1}
	if _, _, err := h.Place(t.Context(), counter(half)); problem.Of(err) == nil || problem.Of(err).Code != "sold_out" {
		t.Errorf("half of it can be ordered: %v", err)
	}
	h.restart()
	h.clock.pass(time.Hour)
	stop := h.run()
	changes, leave := h.hub.Subscribe()
	defer leave()
	for len(h.snapshot().SoldOut.Products) > 0 {
		h.next(changes)
	}
	stop()
	h.place(pizza)
}

func bareOf(topping string) order.Line {
	l := pizza
	l.Toppings = []order.Topping{{Topping: topping, Amount: order.None}}
	return l
}

func TestAClockThatWasWrongMovesTheEndOfWhatIsOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	o := stock.Off{OffKey: stock.OffKey{Kind: stock.Topping, ID: "egg"}, Owner: "grace"}
	if _, err := h.SellOut(t.Context(), "", o, time.Hour); err != nil {
		t.Fatal(err)
	}
	by := 24 * time.Hour
	if err := h.Relabel(t.Context(), evening.Add(-time.Minute), by, func() { h.clock.pass(by) }); err != nil {
		t.Fatal(err)
	}
	h.restart()
	offs, _, err := h.Off(t.Context())
	if err != nil || len(offs) != 1 || !offs[0].Until.Equal(evening.Add(by+time.Hour)) || !offs[0].Since.Equal(evening.Add(by)) {
		t.Errorf("it is off as %+v, %v", offs, err)
	}
}
