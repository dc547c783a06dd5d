package menu_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

func TestCrustsAndSaucesCostWhatTheMenuSays(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	for name, c := range map[string]struct {
		line order.Line
		want int64
	}{
		"nothing said":                     {order.Line{}, 1499},
		"thin":                             {order.Line{Crust: "thin"}, 1499},
		"stuffed":                          {order.Line{Crust: "stuffed"}, 1499 + 250},
		"stuffed and smaller":              {order.Line{Crust: "stuffed", Size: "medium"}, 1199 + 200},
		"another sauce":                    {order.Line{Sauce: "bbq"}, 1499 + 100},
		"the sauce it has anyway":          {order.Line{Product: "bbq_chicken", Sauce: "bbq"}, 1799},
		"on both halves for one of them":   {order.Line{Half: "bbq_chicken", Sauce: "bbq"}, 1799 + 100},
		"no sauce":                         {order.Line{Sauce: "bianca"}, 1499},
		"more of the new sauce":            {order.Line{Sauce: "bbq", Toppings: []order.Topping{{Topping: "bbq_sauce", Amount: order.Double}}}, 1499 + 100 + 125},
		"the old sauce beside the new one": {order.Line{Sauce: "bbq", Toppings: []order.Topping{{Topping: "tomato_sauce"}}}, 1499 + 100 + 100},
		"a cut":                            {order.Line{Cut: "squares"}, 1499},
		"all at once":                      {order.Line{Crust: "stuffed", Sauce: "bbq", Cut: "uncut"}, 1499 + 250 + 100},
	} {
		l := c.line
		l.Quantity, l.Product, l.Size = 1, or(l.Product, "margherita"), or(l.Size, "large")
		if priced, err := m.PriceLine(l); err != nil || priced.Unit.Minor != c.want {
			t.Errorf("%s: %d, %v; want %d", name, priced.Unit.Minor, err, c.want)
		}
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func TestWhatIsUsualIsLeftOutOfTheLine(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	said := order.Line{Product: "margherita", Size: "large", Quantity: 1, Crust: "classic", Sauce: "tomato", Cut: "8_slices", Avoid: []string{"nuts", "milk", "nuts"}}
	left := order.Line{Product: "margherita", Size: "large", Quantity: 1, Avoid: []string{"milk", "nuts"}}
	one, err := m.PriceLine(said)
	if err != nil {
		t.Fatal(err)
	}
	other, err := m.PriceLine(left)
	if diff := cmp.Diff(one, other); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if formaggi, err := m.PriceLine(order.Line{Product: "quattro_formaggi", Size: "large", Quantity: 1, Sauce: "bianca"}); err != nil || formaggi.Sauce != "" {
		t.Errorf("%q, %v: it has no sauce anyway", formaggi.Sauce, err)
	}
}

func TestChoicesThatThereAreNotSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	bare := pizzeria(t)
	bare.Crusts, bare.Sauces, bare.Cuts = nil, nil, nil
	for n := range bare.Products {
		bare.Products[n].Crusts, bare.Products[n].Sauces, bare.Products[n].Cuts = nil, nil, nil
	}
	if err := bare.Check(); err != nil {
		t.Fatal(err)
	}
	pizza := func(l order.Line) order.Line {
		l.Product, l.Size, l.Quantity = or(l.Product, "margherita"), or(l.Size, "large"), 1
		return l
	}
	for name, c := range map[string]struct {
		menu *menu.Menu
		line order.Line
		path string
	}{
		"an unknown crust":           {m, pizza(order.Line{Crust: "golden"}), "crust"},
		"a crust of another size":    {m, pizza(order.Line{Crust: "gluten_free"}), "crust"},
		"an unknown sauce":           {m, pizza(order.Line{Sauce: "hot_fudge"}), "sauce"},
		"an unknown cut":             {m, pizza(order.Line{Cut: "hearts"}), "cut"},
		"a crust under a drink":      {m, order.Line{Product: "cola", Quantity: 1, Crust: "thin"}, "crust"},
		"a drink that is cut":        {m, order.Line{Product: "cola", Quantity: 1, Cut: "squares"}, "cut"},
		"an unknown allergen":        {m, pizza(order.Line{Avoid: []string{"pineapple"}}), "avoid"},
		"more than there are":        {m, pizza(order.Line{Avoid: slices.Repeat([]string{"milk"}, 15)}), "avoid"},
		"of a menu that offers none": {bare, pizza(order.Line{Crust: "thin"}), "crust"},
		"nor a sauce":                {bare, pizza(order.Line{Sauce: "tomato"}), "sauce"},
	} {
		_, err := c.menu.PriceLine(c.line)
		if p := problem.Of(err); p == nil || p.Kind != problem.Invalid || p.Facts["path"] != c.path {
			t.Errorf("%s: got %v, want a complaint about %s", name, err, c.path)
		}
	}
	if _, err := bare.PriceLine(pizza(order.Line{})); err != nil {
		t.Errorf("a menu without choices sells nothing: %v", err)
	}
}

func TestCrustsAndSaucesBringAllergensAndTakeOnlyWhatNothingElseHas(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	for n := range m.Toppings {
		if m.Toppings[n].ID == "beef" {
			m.Toppings[n].Allergens = append(m.Toppings[n].Allergens, "gluten") // breadcrumbs
		}
	}
	for name, c := range map[string]struct {
		line order.Line
		want []string
	}{
		"a stuffed marinara":           {order.Line{Product: "marinara", Size: "large", Crust: "stuffed"}, []string{"gluten", "milk"}},
		"under barbecue sauce":         {order.Line{Product: "marinara", Size: "large", Sauce: "bbq"}, []string{"celery", "gluten", "mustard"}},
		"free of gluten":               {order.Line{Product: "margherita", Size: "medium", Crust: "gluten_free"}, []string{"milk"}},
		"both halves free of gluten":   {order.Line{Product: "margherita", Half: "tonno", Size: "medium", Crust: "gluten_free"}, []string{"fish", "milk"}},
		"not with what is on it":       {order.Line{Product: "meat_feast", Size: "medium", Crust: "gluten_free"}, []string{"celery", "gluten", "milk", "sulphites"}},
		"nor with what is put on it":   {order.Line{Product: "marinara", Size: "medium", Crust: "gluten_free", Toppings: []order.Topping{{Topping: "beef"}}}, []string{"celery", "gluten"}},
		"but with what is taken off":   {order.Line{Product: "marinara", Size: "medium", Crust: "gluten_free", Toppings: []order.Topping{{Topping: "beef", Amount: order.None}}}, []string{}},
		"the usual one changes naught": {order.Line{Product: "margherita", Size: "large", Crust: "classic"}, []string{"gluten", "milk"}},
	} {
		c.line.Quantity = 1
		got, err := m.PriceLine(c.line)
		if err != nil || !slices.Equal(got.Allergens, c.want) {
			t.Errorf("%s: %v, %v; want %v", name, got.Allergens, err, c.want)
		}
	}
}

func TestWhatACrustAndASauceTakeFromTheShelves(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	for name, c := range map[string]struct {
		line order.Line
		want map[string]int64
	}{
		"thin is the next smaller ball": {order.Line{Crust: "thin"}, map[string]int64{"dough_medium": 1, "tomato_sauce": 120, "mozzarella": 150, "basil": 6}},
		"stuffed takes more cheese":     {order.Line{Crust: "stuffed"}, map[string]int64{"dough_large": 1, "tomato_sauce": 120, "mozzarella": 230, "basil": 6}},
		"no sauce":                      {order.Line{Sauce: "bianca"}, map[string]int64{"dough_large": 1, "mozzarella": 150, "basil": 6}},
		"one crust for two halves":      {order.Line{Half: "quattro_formaggi", Crust: "thin", Sauce: "bianca", Toppings: []order.Topping{{Topping: "basil", Amount: order.None}}}, map[string]int64{"dough_medium": 1, "mozzarella": 150, "gorgonzola": 25, "parmesan": 15, "ricotta": 40}},
		"what the menu does not know":   {order.Line{Crust: "golden", Sauce: "hot_fudge"}, map[string]int64{"dough_large": 1, "tomato_sauce": 120, "mozzarella": 150, "basil": 6}},
	} {
		c.line.Product, c.line.Size = "margherita", "large"
		got := m.Needs(c.line)
		for _, cheese := range []string{"gorgonzola", "parmesan", "ricotta"} { // how much there is of them is the menu's business
			if got[cheese] > 0 && c.want[cheese] > 0 {
				c.want[cheese] = got[cheese]
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s takes:\n%s", name, diff)
		}
	}
}

func TestACrustTakesAsMuchLongerAsTheMenuSays(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	times := func(l order.Line) [2]int {
		t.Helper()
		l.Product, l.Size, l.Quantity = or(l.Product, "margherita"), or(l.Size, "large"), 1
		priced, err := m.PriceLine(l)
		if err != nil {
			t.Fatal(err)
		}
		i := m.Items([]order.Line{priced})[0]
		return [2]int{i.MakeSeconds, i.BakeSeconds}
	}
	for name, c := range map[string]struct {
		line order.Line
		want [2]int
	}{
		"the usual one":  {order.Line{Crust: "classic"}, [2]int{90, 360}},
		"filled":         {order.Line{Crust: "stuffed"}, [2]int{120, 420}},
		"filled, halves": {order.Line{Crust: "stuffed", Half: "hawaii", Size: "medium"}, [2]int{105, 390}},
		"thin":           {order.Line{Crust: "thin"}, [2]int{90, 330}},
		"a sauce":        {order.Line{Sauce: "bbq", Cut: "squares"}, [2]int{90, 360}},
	} {
		if got := times(c.line); got != c.want {
			t.Errorf("%s takes %d s to make and bakes for %d s, want %v", name, got[0], got[1], c.want)
		}
	}
	gone := m.Items([]order.Line{{Product: "margherita", Size: "large", Quantity: 1, Crust: "of an older menu"}})[0]
	if gone.MakeSeconds != 90 || gone.BakeSeconds != 360 || !gone.Bakes {
		t.Errorf("on a crust that the menu does not know: %+v", gone)
	}
}

func TestPriceAndShelvesFollowFromWhatIsChosenAndFromNothingElse(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	pizzas := slices.DeleteFunc(slices.Clone(m.Products), func(p menu.Product) bool { return p.Category != "pizza" })
	ids := []string{""}
	for _, p := range pizzas {
		ids = append(ids, p.ID)
	}
	rapid.Check(t, func(r *rapid.T) {
		plain := order.Line{
			Product: rapid.SampledFrom(ids[1:]).Draw(r, "product"), Half: rapid.SampledFrom(ids).Draw(r, "half"), Quantity: 1,
			Size: rapid.SampledFrom([]string{"small", "medium", "large"}).Draw(r, "size"),
		}
		if plain.Half == plain.Product {
			plain.Half = ""
		}
		chosen := plain
		chosen.Crust = rapid.SampledFrom([]string{"", "classic", "thin", "stuffed", "gluten_free"}).Draw(r, "crust")
		chosen.Sauce = rapid.SampledFrom([]string{"", "tomato", "bianca", "bbq"}).Draw(r, "sauce")
		chosen.Cut = rapid.SampledFrom([]string{"", "8_slices", "squares", "uncut"}).Draw(r, "cut")
		chosen.Avoid = rapid.SliceOfN(rapid.SampledFrom(menu.Allergens()), 0, 5).Draw(r, "avoid")
		crust, _ := m.Crust(chosen.Crust)
		base, err := m.PriceLine(plain)
		if err != nil {
			r.Fatal(err)
		}
		priced, err := m.PriceLine(chosen)
		if _, fits := crust.Price[plain.Size]; chosen.Crust != "" && !fits {
			if err == nil {
				r.Fatalf("%+v has a price", chosen)
			}
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		if again, err := m.PriceLine(priced); err != nil || !cmp.Equal(priced, again) {
			r.Fatalf("priced again it is another: %v\n%s", err, cmp.Diff(priced, again))
		}
		sauce, _ := m.Sauce(priced.Sauce)
		if want := base.Unit.Minor + crust.Price[plain.Size] + sauce.Price[plain.Size]; priced.Unit.Minor != want {
			r.Fatalf("it costs %d, want %d", priced.Unit.Minor, want)
		}
		before, after := m.Needs(plain), m.Needs(priced)
		if diff := cmp.Diff(m.Needs(chosen), after); diff != "" {
			r.Fatalf("what is usual takes something:\n%s", diff)
		}
		if priced.Sauce != "" {
			delete(before, "tomato_sauce")
			delete(before, "bbq_sauce")
			if topping, ok := m.Topping(sauce.Topping); ok {
				before[topping.Ingredient] += topping.Uses[plain.Size]
			}
		}
		for _, spared := range crust.Spares {
			delete(before, spared)
		}
		for ingredient, n := range crust.Uses[plain.Size] {
			before[ingredient] += n
		}
		maps.DeleteFunc(before, func(_ string, n int64) bool { return n == 0 })
		if diff := cmp.Diff(before, after); diff != "" {
			r.Fatalf("it takes other things (-want +got):\n%s", diff)
		}
		for _, a := range menu.Allergens() {
			if conflict := slices.Contains(priced.Conflict(), a); conflict != (slices.Contains(chosen.Avoid, a) && slices.Contains(priced.Allergens, a)) {
				r.Fatalf("%s must not be in it: %v, and %v are", a, chosen.Avoid, priced.Allergens)
			}
		}
	})
}

func TestACrustThatCannotBeMadeIsSoldOutAndThePizzaIsNot(t *testing.T) {
	t.Parallel()
	m := pizzeria(t)
	off := []menu.Off{{OffKey: menu.OffKey{Kind: menu.AnIngredient, ID: "gluten_free_base"}, Since: time.Unix(0, 0)}, {OffKey: menu.OffKey{Kind: menu.ATopping, ID: "bbq_sauce"}}}
	o := menu.Offer{Menu: m, Off: menu.Offs(off)}
	gone := o.SoldOut()
	if len(gone.Crusts) != 1 || gone.Crusts[0].Name != "Gluten-free" || len(gone.Sauces) != 1 || gone.Sauces[0].ID != "bbq" || gone.Sauces[0].Name != "Barbecue" {
		t.Errorf("gone: %+v", gone)
	}
	for _, l := range []order.Line{
		{Product: "margherita", Size: "medium", Crust: "gluten_free", Quantity: 1},
		{Product: "margherita", Size: "medium", Sauce: "bbq", Quantity: 1},
	} {
		p := problem.Of(o.Sellable([]order.Line{l}))
		if p == nil || p.Code != "sold_out" {
			t.Fatalf("%+v: %v", l, p)
		}
		others := p.Facts["alternatives"].([]menu.Alternative)
		if !slices.ContainsFunc(others, func(a menu.Alternative) bool { return a.Plain && a.Product == "margherita" && a.Size == "medium" }) {
			t.Errorf("%+v: %+v", l, others)
		}
	}
	if err := o.Sellable([]order.Line{{Product: "margherita", Size: "medium", Crust: "thin", Quantity: 1}}); err != nil {
		t.Errorf("another crust: %v", err)
	}
	none := menu.Offer{Menu: m, Left: func(id string) (int64, bool) { return 0, id == "dough_medium" }}
	if err := none.Sellable([]order.Line{{Product: "margherita", Size: "medium", Crust: "gluten_free", Quantity: 1}}); err != nil {
		t.Errorf("it needs no dough: %v", err)
	}
}

func TestChoicesThatMakeNoSenseAreNoMenu(t *testing.T) {
	t.Parallel()
	for word, spoil := range map[string]func(*menu.Menu){
		"crust id \"thin\" is empty":   func(m *menu.Menu) { m.Crusts[2].ID = "thin" },
		"sauce id \"\" is empty":       func(m *menu.Menu) { m.Sauces[1].ID = "" },
		"cut id \"squares\" is empty":  func(m *menu.Menu) { m.Cuts[0].ID = "squares" },
		"crust thin has a price below": func(m *menu.Menu) { m.Crusts[1].Price["large"] = -1 },
		"sauce bbq has a price below":  func(m *menu.Menu) { m.Sauces[2].Price["large"] = -1 },
		"unknown allergen":             func(m *menu.Menu) { m.Crusts[1].Free = []string{"love"} },
		"is free of an allergen":       func(m *menu.Menu) { m.Crusts[2].Free = []string{"milk"} },
		"for which it has no price":    func(m *menu.Menu) { m.Crusts[2].Uses["small"] = map[string]int64{"mozzarella": 1} },
		"takes 0 of":                   func(m *menu.Menu) { m.Crusts[2].Uses["large"] = map[string]int64{"mozzarella": 0} },
		"less long than the usual one": func(m *menu.Menu) { m.Crusts[1].BakeSeconds = -1801 },
		"takes no longer":              func(m *menu.Menu) { m.Crusts[0].BakeSeconds = 10 },
		"in size \"small\" takes no":   func(m *menu.Menu) { m.Crusts[1].BakeSeconds = -300 },
		"takes no time":                func(m *menu.Menu) { m.Crusts[1].MakeSeconds = -60 },
		"more than an hour":            func(m *menu.Menu) { m.Products[0].Sizes[2].BakeSeconds = 3600; m.Crusts[2].BakeSeconds = 1 },
		"spares the unknown":           func(m *menu.Menu) { m.Crusts[1].Spares = []string{"gold"} },
		"unknown topping \"gold\"":     func(m *menu.Menu) { m.Sauces[0].Topping = "gold" },
		"its topping has no price":     func(m *menu.Menu) { m.Sauces[0].Price["huge"] = 1 },
		"is no pizza":                  func(m *menu.Menu) { m.Products[len(m.Products)-1].Cuts = []string{"squares"} },
		"has the crust \"gold\"":       func(m *menu.Menu) { m.Products[0].Crusts = []string{"classic", "gold"} },
		"stands there twice":           func(m *menu.Menu) { m.Products[0].Crusts = []string{"classic", "thin", "thin"} },
		"is the usual one":             func(m *menu.Menu) { m.Products[0].Crusts = []string{"stuffed"} },
		"has the sauce \"gold\"":       func(m *menu.Menu) { m.Products[0].Sauces = []string{"gold"} },
		"has no price for size":        func(m *menu.Menu) { delete(m.Sauces[2].Price, "small") },
		"has the cut \"gold\"":         func(m *menu.Menu) { m.Products[0].Cuts = []string{"gold"} },
		"there are more than 20":       func(m *menu.Menu) { m.Cuts = append(m.Cuts, make([]menu.Cut, 20)...) },
	} {
		m := pizzeria(t)
		spoil(m)
		if err := m.Check(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("want a word about %q: %v", word, err)
		}
	}
}
