package menu_test

import (
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func pizzeria(t *testing.T) *menu.Menu {
	t.Helper()
	m, err := menu.Pizzeria()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestThePizzeriaSellsWhatAPizzeriaSells(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	pizzas := 0
	for _, p := range m.Products {
		if p.Category == "pizza" {
			pizzas++
			if len(p.Sizes) != 3 || !slices.Contains(p.Allergens, "gluten") {
				t.Errorf("%s comes in %d sizes with %v", p.Name, len(p.Sizes), p.Allergens)
			}
		}
	}
	if pizzas < 20 || len(m.Products) < 30 || len(m.Toppings) < 30 {
		t.Errorf("%d pizzas, %d products, %d toppings", pizzas, len(m.Products), len(m.Toppings))
	}
}

func TestPricesOfLines(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	change := func(what string, where order.Placement, much order.Amount) order.Topping {
		return order.Topping{Topping: what, Placement: where, Amount: much}
	}
	for name, c := range map[string]struct {
		line order.Line
		want int64
	}{
		"as it is":                   {order.Line{Product: "margherita", Size: "large"}, 1499},
		"the only size there is":     {order.Line{Product: "cola"}, 249},
		"a topping more":             {order.Line{Product: "margherita", Size: "large", Toppings: []order.Topping{change("mushrooms", "", "")}}, 1499 + 200},
		"on one half":                {order.Line{Product: "margherita", Size: "large", Toppings: []order.Topping{change("mushrooms", order.Left, order.Normal)}}, 1499 + 100},
		"extra on one half":          {order.Line{Product: "margherita", Size: "large", Toppings: []order.Topping{change("mushrooms", order.Left, order.Extra)}}, 1499 + 150},
		"double":                     {order.Line{Product: "margherita", Size: "small", Toppings: []order.Topping{change("garlic", order.Whole, order.Double)}}, 899 + 100},
		"taken off":                  {order.Line{Product: "margherita", Size: "small", Toppings: []order.Topping{change("basil", "", order.None)}}, 899},
		"more of what is on it":      {order.Line{Product: "margherita", Size: "small", Toppings: []order.Topping{change("mozzarella", "", order.Double)}}, 899 + 150},
		"two halves cost the dearer": {order.Line{Product: "margherita", Half: "meat_feast", Size: "medium"}, 1299 + 300},
		"odd cents round up":         {order.Line{Product: "margherita", Size: "medium", Toppings: []order.Topping{change("sweetcorn", order.Left, order.Extra)}}, 1199 + 75},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.line.Quantity = 1
			got, err := m.PriceLine(c.line)
			if err != nil || got.Unit != money.Of(c.want, "USD") {
				t.Errorf("costs %v, %v; want %d", got.Unit, err, c.want)
			}
		})
	}
}

func TestUnusableLinesSayWhereAndWhy(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	for name, c := range map[string]struct {
		line order.Line
		path string
	}{
		"unknown product":       {order.Line{Product: "calzone", Quantity: 1}, "product"},
		"unknown size":          {order.Line{Product: "margherita", Size: "huge", Quantity: 1}, "size"},
		"no size":               {order.Line{Product: "margherita", Quantity: 1}, "size"},
		"none of it":            {order.Line{Product: "cola"}, "quantity"},
		"too many":              {order.Line{Product: "cola", Quantity: 51}, "quantity"},
		"novel as a note":       {order.Line{Product: "cola", Quantity: 1, Note: strings.Repeat("x", 201)}, "note"},
		"a note to the printer": {order.Line{Product: "cola", Quantity: 1, Note: "\x1bp0"}, "note"},
		"half a cola":           {order.Line{Product: "cola", Half: "margherita", Quantity: 1}, "size"},
		"half of what?":         {order.Line{Product: "margherita", Half: "calzone", Size: "small", Quantity: 1}, "half"},
		"half and half of one":  {order.Line{Product: "margherita", Half: "margherita", Size: "small", Quantity: 1}, "half"},
		"extra on the left of none at all": {order.Line{Product: "margherita", Size: "small", Quantity: 1, Toppings: []order.Topping{
			{Topping: "basil", Placement: order.Left, Amount: order.Extra}, {Topping: "basil", Placement: order.Whole, Amount: order.None},
		}}, "toppings[1]"},
		"none, and some": {order.Line{Product: "margherita", Size: "small", Quantity: 1, Toppings: []order.Topping{
			{Topping: "feta"}, {Topping: "basil", Amount: order.None}, {Topping: "basil", Placement: order.Right},
		}}, "toppings[2]"},
		"cheese on salad":       {order.Line{Product: "green_salad", Quantity: 1, Toppings: []order.Topping{{Topping: "feta"}}}, "toppings[0].topping"},
		"unknown topping":       {order.Line{Product: "hawaii", Size: "small", Quantity: 1, Toppings: []order.Topping{{Topping: "basil"}, {Topping: "gold"}}}, "toppings[1].topping"},
		"on the top":            {order.Line{Product: "hawaii", Size: "small", Quantity: 1, Toppings: []order.Topping{{Topping: "basil", Placement: "top"}}}, "toppings[0].placement"},
		"a mountain":            {order.Line{Product: "hawaii", Size: "small", Quantity: 1, Toppings: []order.Topping{{Topping: "basil", Amount: "mountain"}}}, "toppings[0].amount"},
		"more changes than fit": {order.Line{Product: "hawaii", Size: "small", Quantity: 1, Toppings: make([]order.Topping, 21)}, "toppings"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := m.PriceLine(c.line)
			if p := problem.Of(err); p == nil || p.Kind != problem.Invalid || p.Facts["path"] != c.path {
				t.Errorf("got %v at %v, want a complaint about %s", err, p, c.path)
			}
		})
	}
}

func TestAllergensAreTheUnionOfWhatIsOnThePizza(t *testing.T) {
	t.Parallel()
	l, err := pizzeria(t).PriceLine(order.Line{
		Product: "marinara", Half: "napoli", Size: "small", Quantity: 1,
		Toppings: []order.Topping{{Topping: "prawns", Placement: order.Left}, {Topping: "egg", Amount: order.None}},
	})
	want := []string{"crustaceans", "fish", "gluten", "milk", "sulphites"}
	if err != nil || !slices.Equal(l.Allergens, want) {
		t.Errorf("%v, %v; want %v", l.Allergens, err, want)
	}
}

func TestTotalsAddUp(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	pizza, _ := m.PriceLine(order.Line{Product: "margherita", Size: "large", Quantity: 2})
	cola, _ := m.PriceLine(order.Line{Product: "cola", Quantity: 1})
	usd := func(n int64) money.Amount { return money.Of(n, "USD") }
	want := order.Totals{Items: usd(3247), Tax: usd(268), Fee: usd(299), Total: usd(3814)}
	if got := m.Totals([]order.Line{pizza, cola}, order.ByDelivery); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if fee := m.Totals([]order.Line{cola}, order.Carryout).Fee; fee != usd(0) {
		t.Errorf("fetching it oneself costs %v", fee)
	}
}

func TestEveryPieceIsAnItemOfItsOwn(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	pizza, _ := m.PriceLine(order.Line{Product: "hawaii", Size: "small", Quantity: 2})
	cola, _ := m.PriceLine(order.Line{Product: "cola", Quantity: 1})
	items := m.Items([]order.Line{pizza, cola})
	if len(items) != 3 || items[1].ID != "2" || !items[1].Bakes || items[1].Station != menu.StationMake || items[2].Bakes || items[2].Station != menu.StationSides || items[2].Line != 1 {
		t.Errorf("%+v", items)
	}
}

func TestBadMenusAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*menu.Menu){
		"no version":           func(m *menu.Menu) { m.Version = 0 },
		"same product twice":   func(m *menu.Menu) { m.Products = append(m.Products, m.Products[0]) },
		"unknown allergen":     func(m *menu.Menu) { m.Products[0].Allergens = []string{"love"} },
		"unknown station":      func(m *menu.Menu) { m.Products[0].Stations = []string{"cellar"} },
		"negative price":       func(m *menu.Menu) { m.Products[0].Sizes[0].Price = -1 },
		"bakes without oven":   func(m *menu.Menu) { m.Products[len(m.Products)-1].Sizes[0].BakeSeconds = 60 },
		"topping nobody knows": func(m *menu.Menu) { m.Products[0].Toppings = []string{"gold"} },
		"nothing to choose":    func(m *menu.Menu) { m.Products[0].Sizes = nil },
	} {
		m := pizzeria(t)
		if spoil(m); m.Check() == nil {
			t.Errorf("%s: the menu passes", name)
		}
	}
	if _, err := menu.Parse([]byte(`{"version":`)); err == nil {
		t.Error("torn JSON passes for a menu")
	}
}

func TestAToppingMayBeLeftOutOfOneHalfAndLieOnTheOther(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	for name, changes := range map[string][]order.Topping{
		"left out on the left, extra on the right": {{Topping: "basil", Placement: order.Left, Amount: order.None}, {Topping: "basil", Placement: order.Right, Amount: order.Extra}},
		"said twice":                       {{Topping: "feta", Amount: order.None}, {Topping: "feta", Amount: order.None}},
		"a whole one and more on the left": {{Topping: "feta"}, {Topping: "feta", Placement: order.Left, Amount: order.Double}},
		"two toppings":                     {{Topping: "basil", Amount: order.None}, {Topping: "feta"}},
	} {
		if _, err := m.PriceLine(order.Line{Product: "margherita", Size: "small", Quantity: 1, Toppings: changes}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
