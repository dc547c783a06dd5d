package stock_test

import (
	"strings"
	"testing"
	"time"

	"awesome.pizza/edge/stock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

var noon = time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC)

func bookOf(t *testing.T, counted map[string]int64) *stock.Book {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	b := stock.NewBook(m, stock.State{})
	turn := b.Turn(noon, "2026-07-03")
	s := stock.Slip{Kind: stock.Count}
	for id, n := range counted {
		s.Lines = append(s.Lines, stock.SlipLine{Ingredient: id, Quantity: n})
	}
	if len(s.Lines) > 0 {
		if err := turn.Take(s); err != nil {
			t.Fatal(err)
		}
	}
	b.After(turn)
	return b
}

func TestAPlainSlipSaysWhereItIsWrong(t *testing.T) {
	t.Parallel()
	b := bookOf(t, map[string]int64{"ham": 100})
	line := func(id string, n int64) []stock.SlipLine {
		return []stock.SlipLine{{Ingredient: "egg", Quantity: 1}, {Ingredient: id, Quantity: n}}
	}
	for name, c := range map[string]struct {
		slip stock.Slip
		path string
	}{
		"nothing on it":         {stock.Slip{Kind: stock.Receipt}, "lines"},
		"too much on it":        {stock.Slip{Kind: stock.Receipt, Lines: make([]stock.SlipLine, stock.MostLines+1)}, "lines"},
		"an unknown ingredient": {stock.Slip{Kind: stock.Receipt, Lines: line("gold", 1)}, "lines[1].ingredient"},
		"one twice":             {stock.Slip{Kind: stock.Receipt, Lines: line("egg", 1)}, "lines[1].ingredient"},
		"nothing received":      {stock.Slip{Kind: stock.Receipt, Lines: line("ham", 0)}, "lines[1].quantity"},
		"a count below nothing": {stock.Slip{Kind: stock.Count, Lines: line("ham", -1)}, "lines[1].quantity"},
		"more than a ship":      {stock.Slip{Kind: stock.Count, Lines: line("ham", stock.MostQuantity+1)}, "lines[1].quantity"},
		"waste without reason":  {stock.Slip{Kind: stock.Waste, Lines: line("ham", 1)}, "reason"},
		"a transfer to nobody":  {stock.Slip{Kind: stock.Outgoing, Lines: line("ham", 1)}, "restaurant"},
		"a use by hand":         {stock.Slip{Kind: stock.Use, Lines: line("ham", 1)}, "kind"},
		"a long reason":         {stock.Slip{Kind: stock.Count, Reason: strings.Repeat("x", 201), Lines: line("ham", 1)}, "reason"},
		"a bell in the reason":  {stock.Slip{Kind: stock.Count, Reason: "\a", Lines: line("ham", 1)}, "reason"},
	} {
		turn := b.Turn(noon, "2026-07-03")
		p := problem.Of(turn.Take(c.slip))
		if p == nil || p.Kind != problem.Invalid || p.Facts["path"] != c.path {
			t.Errorf("%s: %v", name, p)
		}
		if !turn.Idle() {
			t.Errorf("%s: it was booked all the same", name)
		}
	}
}

func TestNothingIsThrownAwayThatNobodyHasCounted(t *testing.T) {
	t.Parallel()
	b := bookOf(t, nil)
	err := b.Turn(noon, "2026-07-03").Take(stock.Slip{Kind: stock.Waste, Reason: "mouldy", Lines: []stock.SlipLine{{Ingredient: "ham", Quantity: 1}}})
	if p := problem.Of(err); p == nil || p.Code != "not_counted" {
		t.Errorf("it was: %v", err)
	}
}

func TestThresholdsAreThresholdsAndParsAreAbove(t *testing.T) {
	t.Parallel()
	b := bookOf(t, nil)
	five, ten, minus, much := int64(5), int64(10), int64(-1), int64(stock.MostQuantity+1)
	for name, w := range map[string]stock.Wish{
		"below zero":    {Ingredient: "ham", Threshold: &minus},
		"par too low":   {Ingredient: "ham", Threshold: &ten, Par: &five},
		"par too high":  {Ingredient: "ham", Par: &much},
		"of no shelf":   {Ingredient: "gold", Par: &ten},
		"against a par": {Ingredient: "ham", Threshold: &much},
	} {
		if err := b.Turn(noon, "2026-07-03").Mind([]stock.Wish{w}); !problem.Is(err, problem.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.Turn(noon, "2026-07-03").Mind([]stock.Wish{{Ingredient: "ham", Threshold: &five, Par: &ten}}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsOffSaysWhoAndUntilWhenAndIsWhatTheMenuHas(t *testing.T) {
	t.Parallel()
	b := bookOf(t, nil)
	off := func(kind, id string, until time.Time) stock.Off {
		return stock.Off{OffKey: stock.OffKey{Kind: kind, ID: id}, Owner: "grace", Until: until}
	}
	for name, o := range map[string]stock.Off{
		"a kind of nothing":   off("mood", "margherita", time.Time{}),
		"an unknown product":  off(stock.Product, "sushi", time.Time{}),
		"an end in the past":  off(stock.Product, "margherita", noon),
		"an end in ten years": off(stock.Product, "margherita", noon.AddDate(10, 0, 0)),
	} {
		if err := b.Turn(noon, "2026-07-03").SellOut(o); problem.Of(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	turn := b.Turn(noon, "2026-07-03")
	if err := turn.SellOut(off(stock.Topping, "egg", noon.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	b.After(turn)
	turn = b.Turn(noon.Add(time.Hour), "2026-07-03")
	turn.End(stock.OffKey{Kind: stock.Topping, ID: "egg"})
	if c := turn.Change(); len(c.Lifted) != 1 {
		t.Errorf("at its end: %+v", c)
	}
	if err := turn.Lift(stock.OffKey{Kind: stock.Topping, ID: "egg"}); !problem.Is(err, problem.NotFound) {
		t.Errorf("lifted twice: %v", err)
	}
}

func TestOneSizeThatIsMissingTakesNoProductOff(t *testing.T) {
	t.Parallel()
	b := bookOf(t, map[string]int64{"dough_small": 0})
	turn := b.Turn(noon, "2026-07-03")
	turn.Reserve(map[string]int64{"dough_small": 1}) // touches it
	turn.RunOut()
	b.After(turn)
	gone := b.MissingOf(b.Offs())
	names := map[string]bool{}
	for _, p := range gone.Products {
		names[p.ID] = true
	}
	if names["margherita"] || !names["garlic_bread"] {
		t.Errorf("without small dough these are off: %v", names)
	}
	err := b.Turn(noon, "2026-07-03").Sellable([]order.Line{{Product: "margherita", Size: "small", Quantity: 1}}, nil)
	if p := problem.Of(err); p == nil || p.Code != "sold_out" {
		t.Errorf("a small one can be ordered: %v", err)
	}
	if err := b.Turn(noon, "2026-07-03").Sellable([]order.Line{{Product: "margherita", Size: "large", Quantity: 1}}, nil); err != nil {
		t.Errorf("a large one cannot: %v", err)
	}
}

func TestTheLinesOfAnOrderShareWhatThereIs(t *testing.T) {
	t.Parallel()
	b := bookOf(t, map[string]int64{"mozzarella": 300})
	pizza := order.Line{Product: "margherita", Size: "large", Quantity: 1}
	sell := func(lines ...order.Line) error { return b.Turn(noon, "2026-07-03").Sellable(lines, nil) }
	if err := sell(pizza, pizza); err != nil {
		t.Errorf("two of 150 g of 300 g: %v", err)
	}
	p := problem.Of(sell(pizza, pizza, pizza))
	if p == nil || p.Facts["path"] != "lines[2]" {
		t.Fatalf("three: %v", p)
	}
	if lacks := p.Facts["sold_out"].([]stock.Lack); len(lacks) != 1 || *lacks[0].Left != 0 || lacks[0].ID != "mozzarella" {
		t.Errorf("lacking is %+v", lacks)
	}
	pizza.Quantity = 3
	if err := sell(pizza); !problem.Is(err, problem.Conflict) {
		t.Errorf("three in one line: %v", err)
	}
}
