// Package guest is hungry people: what they order, when, from where, how they follow it, and what an outsider can hold the chain to.
// Baskets, arrivals and checks are pure; Crowd makes the calls. It knows the public HTTP interface and nothing behind it.
package guest

import (
	"slices"

	"awesome.pizza/firmware-sim/dice"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
)

// Line is a line of a basket as it is posted.
type Line struct {
	Product  string          `json:"product"`
	Half     string          `json:"half,omitempty"`
	Size     string          `json:"size,omitempty"`
	Crust    string          `json:"crust,omitempty"`
	Sauce    string          `json:"sauce,omitempty"`
	Cut      string          `json:"cut,omitempty"`
	Quantity int             `json:"quantity"`
	Toppings []order.Topping `json:"toppings,omitempty"`
	Note     string          `json:"note,omitempty"`
	Avoid    []string        `json:"avoid,omitempty"`
}

// Likelihoods of what people want with their pizza; from what pizzerias say of their baskets: two pizzas on average, every second
// basket with a drink, every third with a side.
const (
	wantsSide    = 0.35
	wantsDrink   = 0.5
	wantsDessert = 0.12
	wantsHalf    = 0.08
	wantsChange  = 0.3 // per pizza, and again for each further change
	wantsOff     = 0.3 // of the changes
	wantsOnHalf  = 0.2 // of what is put on
	writesNote   = 0.06

	wantsCrust = 0.25 // another than the usual one
	wantsSauce = 0.1
	wantsCut   = 0.08
	isAllergic = 0.06 // per party: all that they order is to be without it, whatever it is made with
)

// notes that people write.
var notes = []string{"well done", "not too dark, please", "no onions at all, allergy", "cut in eight", "extra crispy", "ring twice", "Grüße an die Küche 🍕"}

// Basket is what one party orders from a menu: at least one line, and no more than a party eats.
func Basket(d *dice.Dice, m *menu.Menu) []Line {
	var lines []Line
	for range 1 + d.Weighted([]float64{0.42, 0.33, 0.15, 0.07, 0.03}) {
		if p, ok := one(d, m, "pizza"); ok {
			lines = append(lines, pizza(d, m, p))
		}
	}
	for category, chance := range categories() {
		if p, ok := one(d, m, category); ok && (d.Chance(chance) || len(lines) == 0) {
			size := dice.Pick(d, p.Sizes)
			lines = append(lines, Line{Product: p.ID, Size: size.ID, Quantity: 1 + d.Weighted([]float64{0.7, 0.2, 0.1})})
		}
	}
	if d.Chance(isAllergic) {
		avoid := allergies(d)
		for n := range lines {
			lines[n].Avoid = avoid
		}
	}
	return lines
}

// allergies are one or two of the allergens that the law names, in its order.
func allergies(d *dice.Dice) []string {
	all := menu.Allergens()
	one, other := d.IntN(len(all)), d.IntN(2*len(all))
	return slices.DeleteFunc(all, func(a string) bool { return a != all[one] && (other >= len(all) || a != all[other]) })
}

// categories come in a fixed order, so that one seed is one basket.
func categories() func(yield func(string, float64) bool) {
	return func(yield func(string, float64) bool) {
		_ = yield("side", wantsSide) && yield("salad", wantsDessert) && yield("drink", wantsDrink) && yield("dessert", wantsDessert)
	}
}

// one product of a category. The first on a menu are the classics: people take them more often.
func one(d *dice.Dice, m *menu.Menu, category string) (menu.Product, bool) {
	var weights []float64
	var of []menu.Product
	for _, p := range m.Products {
		if p.Category == category && len(p.Sizes) > 0 {
			of, weights = append(of, p), append(weights, 1/float64(len(of)+2))
		}
	}
	if len(of) == 0 {
		return menu.Product{}, false
	}
	return of[d.Weighted(weights)], true
}

func pizza(d *dice.Dice, m *menu.Menu, p menu.Product) Line {
	l := Line{Product: p.ID, Size: dice.Pick(d, p.Sizes).ID, Quantity: 1 + d.Weighted([]float64{0.88, 0.1, 0.02})}
	if half, ok := one(d, m, "pizza"); ok && half.ID != p.ID && d.Chance(wantsHalf) {
		if _, fits := half.Size(l.Size); fits {
			l.Half = half.ID
		}
	}
	l = chosen(d, m, p, l)
	for len(l.Toppings) < 4 && d.Chance(wantsChange) {
		l.Toppings = change(d, m, p, l)
	}
	if d.Chance(writesNote) {
		l.Note = dice.Pick(d, notes)
	}
	return l
}

// chosen is the pizza on another crust, with another sauce, in another cut, where both of its halves can be had so.
func chosen(d *dice.Dice, m *menu.Menu, p menu.Product, l Line) Line {
	half, halved := m.Product(l.Half)
	pick := func(chance float64, of func(menu.Product) []string, comes func(id string) bool) string {
		can := slices.DeleteFunc(slices.Clone(of(p)), func(id string) bool {
			return !comes(id) || halved && !slices.Contains(of(half), id)
		})
		if len(can) == 0 || !d.Chance(chance) {
			return ""
		}
		return dice.Pick(d, can)
	}
	l.Crust = pick(wantsCrust, func(p menu.Product) []string { return p.Crusts }, func(id string) bool {
		c, _ := m.Crust(id)
		_, comes := c.Price[l.Size]
		return comes
	})
	l.Sauce = pick(wantsSauce, func(p menu.Product) []string { return p.Sauces }, func(string) bool { return true })
	l.Cut = pick(wantsCut, func(p menu.Product) []string { return p.Cuts }, func(string) bool { return true })
	return l
}

// change takes something off the pizza or puts something on; a topping is changed once at most.
func change(d *dice.Dice, m *menu.Menu, p menu.Product, l Line) []order.Topping {
	t := order.Topping{Placement: order.Whole, Amount: order.Normal}
	if len(p.Toppings) > 0 && d.Chance(wantsOff) {
		t.Topping, t.Amount = dice.Pick(d, p.Toppings), order.None
	} else {
		t.Topping = dice.Pick(d, m.Toppings).ID
		t.Amount = dice.Pick(d, []order.Amount{order.Light, order.Normal, order.Normal, order.Normal, order.Extra, order.Double})
		if d.Chance(wantsOnHalf) {
			t.Placement = dice.Pick(d, []order.Placement{order.Left, order.Right})
		}
	}
	known, ok := m.Topping(t.Topping)
	_, priced := known.Price[l.Size]
	if !ok || !priced || slices.ContainsFunc(l.Toppings, func(o order.Topping) bool { return o.Topping == t.Topping }) {
		return l.Toppings
	}
	return append(l.Toppings, t)
}
