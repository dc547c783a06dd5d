package menu_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

func TestWhatAPieceTakesFromTheShelves(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	on := func(what string, where order.Placement, much order.Amount) order.Topping {
		return order.Topping{Topping: what, Placement: where, Amount: much}
	}
	plain := map[string]int64{"dough_large": 1, "tomato_sauce": 120, "mozzarella": 150, "basil": 6}
	with := func(changes map[string]int64) map[string]int64 {
		all := maps.Clone(plain)
		maps.Copy(all, changes)
		maps.DeleteFunc(all, func(_ string, n int64) bool { return n == 0 })
		return all
	}
	for name, c := range map[string]struct {
		line order.Line
		want map[string]int64
	}{
		"as it is":              {order.Line{}, plain},
		"mushrooms":             {order.Line{Toppings: []order.Topping{on("mushrooms", "", "")}}, with(map[string]int64{"mushrooms": 75})},
		"on the left":           {order.Line{Toppings: []order.Topping{on("mushrooms", order.Left, "")}}, with(map[string]int64{"mushrooms": 38})},
		"on both halves":        {order.Line{Toppings: []order.Topping{on("mushrooms", order.Left, ""), on("mushrooms", order.Right, order.Double)}}, with(map[string]int64{"mushrooms": 113})},
		"twice":                 {order.Line{Toppings: []order.Topping{on("mushrooms", "", ""), on("mushrooms", "", "")}}, with(map[string]int64{"mushrooms": 150})},
		"light":                 {order.Line{Toppings: []order.Topping{on("mozzarella", "", order.Light)}}, with(map[string]int64{"mozzarella": 75})},
		"extra":                 {order.Line{Toppings: []order.Topping{on("mozzarella", "", order.Extra)}}, with(map[string]int64{"mozzarella": 225})},
		"double":                {order.Line{Toppings: []order.Topping{on("mozzarella", "", order.Double)}}, with(map[string]int64{"mozzarella": 300})},
		"without":               {order.Line{Toppings: []order.Topping{on("basil", "", order.None)}}, with(map[string]int64{"basil": 0})},
		"without on one half":   {order.Line{Toppings: []order.Topping{on("basil", order.Right, order.None)}}, with(map[string]int64{"basil": 3})},
		"an egg is whole":       {order.Line{Toppings: []order.Topping{on("egg", order.Left, order.Light)}}, with(map[string]int64{"egg": 1})},
		"another half":          {order.Line{Half: "marinara"}, with(map[string]int64{"mozzarella": 75, "garlic": 4})},
		"a half with a topping": {order.Line{Half: "marinara", Toppings: []order.Topping{on("garlic", order.Right, order.Double)}}, with(map[string]int64{"mozzarella": 75, "garlic": 8})},
		"of an unknown product": {order.Line{Product: "sushi"}, map[string]int64{}},
		"a drink":               {order.Line{Product: "cola"}, map[string]int64{"cola": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.line.Product == "" {
				c.line.Product, c.line.Size = "margherita", "large"
			}
			if diff := cmp.Diff(c.want, m.Needs(c.line)); diff != "" {
				t.Errorf("it takes:\n%s", diff)
			}
		})
	}
}

func TestEveryPieceOfThePizzeriaTakesSomething(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	least := m.Least()
	for _, p := range m.Products {
		for _, s := range p.Sizes {
			needs := m.Needs(order.Line{Product: p.ID, Size: s.ID})
			if len(needs) == 0 {
				t.Errorf("%s takes nothing", p.ID)
			}
			for ingredient, n := range needs {
				if n < least[ingredient] {
					t.Errorf("%s takes %d of %s, less than the least there is: %d", p.ID, n, ingredient, least[ingredient])
				}
			}
		}
	}
	for _, g := range m.Ingredients {
		if least[g.ID] == 0 {
			t.Errorf("nothing is made with %s", g.ID)
		}
	}
}

func TestMoreOfAToppingNeverTakesLess(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	rapid.Check(t, func(r *rapid.T) {
		p := rapid.SampledFrom(m.Products[:20]).Draw(r, "product")
		topping := rapid.SampledFrom(m.Toppings).Draw(r, "topping")
		where := rapid.SampledFrom([]order.Placement{"", order.Left, order.Right}).Draw(r, "where")
		last := int64(-1)
		for _, amount := range []order.Amount{order.None, order.Light, order.Normal, order.Extra, order.Double} {
			l := order.Line{Product: p.ID, Size: "large", Toppings: []order.Topping{{Topping: topping.ID, Placement: where, Amount: amount}}}
			now := m.Needs(l)[topping.Ingredient]
			if now < last {
				r.Fatalf("%s of %s on %s takes %d, less than %d", amount, topping.ID, p.ID, now, last)
			}
			last = now
		}
	})
}

func TestARecipeThatMakesNoSenseIsNoMenu(t *testing.T) {
	t.Parallel()
	for word, spoil := range map[string]func(*menu.Menu){
		"measured in":            func(m *menu.Menu) { m.Ingredients[0].Unit = "cups" },
		"needs a pack":           func(m *menu.Menu) { m.Ingredients[0].Pack = 0 },
		"par that is no less":    func(m *menu.Menu) { m.Ingredients[0].Par = m.Ingredients[0].Threshold - 1 },
		"stands twice":           func(m *menu.Menu) { m.Ingredients[1].ID = m.Ingredients[0].ID },
		"unknown ingredient":     func(m *menu.Menu) { m.Toppings[0].Ingredient = "gold" },
		"takes nothing of":       func(m *menu.Menu) { delete(m.Toppings[0].Uses, "large") },
		"takes 1 of \"diamond\"": func(m *menu.Menu) { m.Products[0].Sizes[0].Uses = map[string]int64{"diamond": 1} },
		"takes 0 of":             func(m *menu.Menu) { m.Products[0].Sizes[0].Uses = map[string]int64{"basil": 0} },
	} {
		m := pizzeria(t)
		spoil(m)
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("want a word about %q: %v", word, err)
		}
	}
}
