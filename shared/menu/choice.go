package menu

import (
	"slices"

	"awesome.pizza/shared/order"
)

// Crust is what a pizza can lie on; Price is on top of the pizza's, minor units by size. In a size without a price it cannot be had.
type Crust struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Price     map[string]int64 `json:"price_minor"`
	Allergens []string         `json:"allergens,omitempty"` // that come with it
	Free      []string         `json:"free_from,omitempty"` // allergens that the usual one brings and this one does not

	Uses   map[string]map[string]int64 `json:"uses,omitempty"`   // what goes into it, by size: grams or pieces by ingredient
	Spares []string                    `json:"spares,omitempty"` // ingredients of the size that it does without

	MakeSeconds int `json:"make_seconds,omitempty"` // longer than the usual one takes; below zero: less long
	BakeSeconds int `json:"bake_seconds,omitempty"`
}

// Sauce takes the place of whatever sauce a pizza has. The toppings that sauces are of are the sauces there are.
type Sauce struct {
	ID      string           `json:"id"`
	Name    string           `json:"name"`
	Price   map[string]int64 `json:"price_minor"`       // on top of the pizza's, by size; nothing for what the pizza has anyway
	Topping string           `json:"topping,omitempty"` // what is spread; empty: no sauce at all
}

// Cut is how a pizza is divided.
type Cut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Crust finds a crust by its id.
func (m *Menu) Crust(id string) (Crust, bool) {
	return found(m.Crusts, func(c Crust) bool { return c.ID == id })
}

// times are how long a size takes on this crust, by hand and in the oven. What does not bake does not on any.
func (c Crust) times(s Size) (makes, bakes int) {
	if s.BakeSeconds > 0 {
		bakes = s.BakeSeconds + c.BakeSeconds
	}
	return s.MakeSeconds + c.MakeSeconds, bakes
}

// Sauce finds a sauce by its id.
func (m *Menu) Sauce(id string) (Sauce, bool) {
	return found(m.Sauces, func(s Sauce) bool { return s.ID == id })
}

// Cut finds a cut by its id.
func (m *Menu) Cut(id string) (Cut, bool) {
	return found(m.Cuts, func(c Cut) bool { return c.ID == id })
}

func found[T any](all []T, is func(T) bool) (it T, ok bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return it, false
}

// sauced are the toppings of a recipe under a sauce, which replaces those that are sauces.
func (m *Menu) sauced(recipe []string, sauce string) []string {
	s, ok := m.Sauce(sauce)
	if !ok {
		return recipe
	}
	out := make([]string, 0, len(recipe)+1)
	if s.Topping != "" {
		out = append(out, s.Topping)
	}
	for _, t := range recipe {
		if !m.isSauce(t) {
			out = append(out, t)
		}
	}
	return out
}

func (m *Menu) isSauce(topping string) bool {
	return slices.ContainsFunc(m.Sauces, func(s Sauce) bool { return s.Topping == topping && topping != "" })
}

// has reports whether a sauce is what all of these products are made with anyway.
func (m *Menu) has(s Sauce, products ...Product) bool {
	for _, p := range products {
		own := slices.DeleteFunc(slices.Clone(p.Toppings), func(t string) bool { return !m.isSauce(t) })
		if s.Topping == "" && len(own) > 0 || s.Topping != "" && !slices.Equal(own, []string{s.Topping}) {
			return false
		}
	}
	return true
}

// choose checks crust, sauce and cut of a line and says what they cost. What is usual is left out of the line: it is the same dish.
func (m *Menu) choose(l order.Line, of ...Product) (order.Line, int64, error) {
	var price int64
	offered := func(path, id string, list func(Product) []string) error {
		for _, p := range of {
			if !slices.Contains(list(p), id) {
				return invalid(path, "%s does not come with %s %q; it comes with %q", p.Name, path, id, list(p))
			}
		}
		return nil
	}
	if l.Crust != "" {
		if err := offered("crust", l.Crust, func(p Product) []string { return p.Crusts }); err != nil {
			return l, 0, err
		}
		c, _ := m.Crust(l.Crust)
		each, fits := c.Price[l.Size]
		if !fits {
			return l, 0, invalid("crust", "the crust %s does not come in size %q", c.Name, l.Size)
		}
		price += each
		l.Crust = unusual(l.Crust, of[0].Crusts)
	}
	if l.Sauce != "" {
		if err := offered("sauce", l.Sauce, func(p Product) []string { return p.Sauces }); err != nil {
			return l, 0, err
		}
		if s, _ := m.Sauce(l.Sauce); m.has(s, of...) {
			l.Sauce = ""
		} else {
			price += s.Price[l.Size]
		}
	}
	if l.Cut != "" {
		if err := offered("cut", l.Cut, func(p Product) []string { return p.Cuts }); err != nil {
			return l, 0, err
		}
		l.Cut = unusual(l.Cut, of[0].Cuts)
	}
	return l, price, nil
}

func unusual(id string, of []string) string {
	if of[0] == id {
		return ""
	}
	return id
}

// avoided puts what a line has to avoid in order, each once.
func avoided(l order.Line) ([]string, error) {
	if len(l.Avoid) > len(Allergens()) {
		return nil, invalid("avoid", "%d allergens are more than the %d there are", len(l.Avoid), len(Allergens()))
	}
	for _, a := range l.Avoid {
		if !slices.Contains(Allergens(), a) {
			return nil, invalid("avoid", "there is no allergen %q; they are %q. What is none of them goes into the note", a, Allergens())
		}
	}
	var out []string
	for _, a := range Allergens() {
		if slices.Contains(l.Avoid, a) {
			out = append(out, a)
		}
	}
	return out, nil
}

// allergensOf is what is in a line besides the changes: the products, with another crust and sauce. What a crust is free of is in it all the
// same when something on it has it.
func (m *Menu) allergensOf(l order.Line, of ...Product) (all []string) {
	for _, p := range of {
		all = union(all, p.Allergens)
	}
	if c, ok := m.Crust(l.Crust); ok {
		if len(c.Free) > 0 {
			all = slices.DeleteFunc(all, func(a string) bool { return slices.Contains(c.Free, a) })
			for id := range m.Lies(l) {
				t, _ := m.Topping(id)
				all = union(all, t.Allergens)
			}
		}
		all = union(all, c.Allergens)
	}
	if s, ok := m.Sauce(l.Sauce); ok {
		t, _ := m.Topping(s.Topping)
		all = union(all, t.Allergens)
	}
	return all
}
