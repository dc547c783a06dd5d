package menu

import (
	"fmt"
	"maps"
	"slices"

	"awesome.pizza/shared/order"
)

// Ingredient is something that lies on the shelves. Quantities are whole grams or pieces, whichever its unit is.
type Ingredient struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Unit      string `json:"unit"`      // "g" or "piece"
	Threshold int64  `json:"threshold"` // below this there is little left; a restaurant may set its own
	Par       int64  `json:"par"`       // how much there should be after a delivery
	Pack      int64  `json:"pack"`      // how much comes in one pack
}

// Units of ingredients.
const (
	Grams  = "g"
	Pieces = "piece"
)

// share is how much of a topping an amount is, in quarters of a normal one.
var share = map[order.Amount]int64{order.None: 0, order.Light: 2, order.Normal: 4, "": 4, order.Extra: 6, order.Double: 8}

// Ingredient finds an ingredient by its id.
func (m *Menu) Ingredient(id string) (Ingredient, bool) {
	i := slices.IndexFunc(m.Ingredients, func(g Ingredient) bool { return g.ID == id })
	if i < 0 {
		return Ingredient{}, false
	}
	return m.Ingredients[i], true
}

// Lies are the toppings on one piece of a line, each with how much of it there is: eighths of a normal amount on a whole pizza. The first
// change to a topping that the product has replaces what lies there, later ones add to it.
func (m *Menu) Lies(l order.Line) map[string]int64 {
	left := toppingsOn(m, l.Product, l.Sauce)
	right := toppingsOn(m, l.Product, l.Sauce)
	if l.Half != "" {
		right = toppingsOn(m, l.Half, l.Sauce)
	}
	change(left, l.Toppings, order.Right)
	change(right, l.Toppings, order.Left)
	for t, quarters := range right {
		left[t] += quarters
	}
	maps.DeleteFunc(left, func(_ string, eighths int64) bool { return eighths == 0 })
	return left
}

func toppingsOn(m *Menu, product, sauce string) map[string]int64 {
	on := map[string]int64{}
	p, ok := m.Product(product)
	if !ok {
		return on
	}
	for _, t := range m.sauced(p.Toppings, sauce) {
		on[t] = share[order.Normal]
	}
	return on
}

// change lays the toppings of a half as a guest wants them, but not those of the other half.
func change(on map[string]int64, changes []order.Topping, other order.Placement) {
	changed := map[string]bool{}
	for _, c := range changes {
		if c.Placement == other {
			continue
		}
		if !changed[c.Topping] {
			on[c.Topping], changed[c.Topping] = 0, true
		}
		on[c.Topping] += share[c.Amount]
	}
}

// Needs is what one piece of a line takes from the shelves: grams or pieces by ingredient. Halves take half of each side, rounded up; a crust
// is one for both. Of what the menu does not know it takes nothing.
func (m *Menu) Needs(l order.Line) map[string]int64 {
	needs := map[string]int64{}
	size := m.uses(l.Product, l.Size, needs)
	if l.Half != "" {
		clear(needs)
		m.uses(l.Product, l.Size, needs)
		m.uses(l.Half, l.Size, needs)
		for ingredient, n := range needs {
			needs[ingredient] = (n + 1) / 2
		}
	}
	if c, ok := m.Crust(l.Crust); ok && size != "" {
		for _, spared := range c.Spares {
			delete(needs, spared)
		}
		for ingredient, n := range c.Uses[size] {
			needs[ingredient] += n
		}
	}
	for id, eighths := range m.Lies(l) {
		if t, ok := m.Topping(id); ok && t.Ingredient != "" {
			needs[t.Ingredient] += (t.Uses[size]*eighths + 7) / 8
		}
	}
	maps.DeleteFunc(needs, func(_ string, n int64) bool { return n == 0 })
	return needs
}

// uses adds what a size takes besides its toppings, and returns the size's id.
func (m *Menu) uses(product, size string, needs map[string]int64) string {
	p, _ := m.Product(product)
	s, _ := p.Size(size)
	for ingredient, n := range s.Uses {
		needs[ingredient] += n
	}
	return s.ID
}

// Least is the smallest quantity of each ingredient that anything on the menu takes: with less of it left, there is none.
func (m *Menu) Least() map[string]int64 {
	least := map[string]int64{}
	note := func(ingredient string, n int64) {
		if was, ok := least[ingredient]; n > 0 && (!ok || n < was) {
			least[ingredient] = n
		}
	}
	for _, p := range m.Products {
		for _, s := range p.Sizes {
			for ingredient, n := range s.Uses {
				note(ingredient, n)
			}
		}
	}
	for _, c := range m.Crusts {
		for _, uses := range c.Uses {
			for ingredient, n := range uses {
				note(ingredient, n)
			}
		}
	}
	for _, t := range m.Toppings {
		for _, n := range t.Uses {
			note(t.Ingredient, n)
		}
	}
	return least
}

func (m *Menu) checkIngredients(seen map[string]bool) error {
	for _, g := range m.Ingredients {
		if err := checkNamed(seen, "ingredient", g.ID, nil); err != nil {
			return err
		}
		if g.Unit != Grams && g.Unit != Pieces {
			return fmt.Errorf("ingredient %s is measured in %q; it can be %s or %s", g.ID, g.Unit, Grams, Pieces)
		}
		if g.Threshold < 0 || g.Par < g.Threshold || g.Pack < 1 {
			return fmt.Errorf("ingredient %s needs a pack of at least 1, a threshold of at least 0, and a par that is no less", g.ID)
		}
	}
	return nil
}

func (m *Menu) checkTopping(t Topping) error {
	if t.Ingredient == "" && len(t.Uses) == 0 {
		return nil
	}
	if _, ok := m.Ingredient(t.Ingredient); !ok {
		return fmt.Errorf("topping %s is taken from the unknown ingredient %q", t.ID, t.Ingredient)
	}
	for size := range t.Price {
		if t.Uses[size] < 1 {
			return fmt.Errorf("topping %s takes nothing of %s for size %q", t.ID, t.Ingredient, size)
		}
	}
	return nil
}

func (m *Menu) checkUses(uses map[string]int64, what string) error {
	for ingredient, n := range uses {
		if _, ok := m.Ingredient(ingredient); !ok || n < 1 {
			return fmt.Errorf("%s takes %d of %q: an ingredient that is not known, or nothing", what, n, ingredient)
		}
	}
	return nil
}
