package menu

import (
	"fmt"
	"slices"
)

const (
	maxChoices = 20      // crusts, sauces and cuts, of each
	maxLonger  = 30 * 60 // seconds that a crust takes longer, or less long
	maxBake    = 60 * 60 // seconds of a pizza with its crust: no oven bakes for longer
)

func (m *Menu) checkChoices(seen map[string]bool) error {
	if len(m.Crusts) > maxChoices || len(m.Sauces) > maxChoices || len(m.Cuts) > maxChoices {
		return fmt.Errorf("there are more than %d crusts, sauces or cuts", maxChoices)
	}
	for _, c := range m.Crusts {
		if err := checkNamed(seen, "crust", c.ID, append(slices.Clone(c.Allergens), c.Free...)); err != nil {
			return err
		}
		if err := m.checkCrust(c); err != nil {
			return err
		}
	}
	for _, s := range m.Sauces {
		if err := checkNamed(seen, "sauce", s.ID, nil); err != nil {
			return err
		}
		if err := checkPrices(s.Price, "sauce "+s.ID); err != nil {
			return err
		}
		if t, ok := m.Topping(s.Topping); s.Topping != "" && !ok {
			return fmt.Errorf("sauce %s is the unknown topping %q", s.ID, s.Topping)
		} else if ok {
			for size := range s.Price {
				if _, fits := t.Price[size]; !fits {
					return fmt.Errorf("sauce %s comes in size %q, for which its topping has no price", s.ID, size)
				}
			}
		}
	}
	for _, c := range m.Cuts {
		if err := checkNamed(seen, "cut", c.ID, nil); err != nil {
			return err
		}
	}
	return nil
}

func (m *Menu) checkCrust(c Crust) error {
	if err := checkPrices(c.Price, "crust "+c.ID); err != nil {
		return err
	}
	if slices.ContainsFunc(c.Free, func(a string) bool { return slices.Contains(c.Allergens, a) }) {
		return fmt.Errorf("crust %s is free of an allergen that comes with it", c.ID)
	}
	if max(c.MakeSeconds, -c.MakeSeconds, c.BakeSeconds, -c.BakeSeconds) > maxLonger {
		return fmt.Errorf("crust %s takes more than %d seconds longer or less long than the usual one", c.ID, maxLonger)
	}
	for size, uses := range c.Uses {
		if _, ok := c.Price[size]; !ok {
			return fmt.Errorf("crust %s uses something for size %q, for which it has no price", c.ID, size)
		}
		if err := m.checkUses(uses, "crust "+c.ID); err != nil {
			return err
		}
	}
	for _, id := range c.Spares {
		if _, ok := m.Ingredient(id); !ok {
			return fmt.Errorf("crust %s spares the unknown ingredient %q", c.ID, id)
		}
	}
	return nil
}

func checkPrices(prices map[string]int64, what string) error {
	for size, price := range prices {
		if price < 0 {
			return fmt.Errorf("%s has a price below zero for size %q", what, size)
		}
	}
	return nil
}

// checkOffered checks what a product can be had with. What is usual costs and takes nothing: orders leave it out.
func (m *Menu) checkOffered(p Product) error {
	if p.Category != "pizza" && len(p.Crusts)+len(p.Sauces)+len(p.Cuts) > 0 {
		return fmt.Errorf("product %s is no pizza, and has crusts, sauces or cuts", p.ID)
	}
	for n, id := range p.Crusts {
		c, ok := m.Crust(id)
		if !ok || slices.Index(p.Crusts, id) != n {
			return fmt.Errorf("product %s has the crust %q, which is unknown or stands there twice", p.ID, id)
		}
		if n == 0 && !c.plain(p) {
			return fmt.Errorf("crust %s is the usual one of product %s: it costs nothing in any of its sizes, uses and spares nothing, takes no longer, and has no allergens of its own", id, p.ID)
		}
		if size, ok := c.lasts(p); !ok {
			return fmt.Errorf("product %s in size %q takes no time, or more than an hour in the oven, with the crust %s", p.ID, size, id)
		}
	}
	for n, id := range p.Sauces {
		s, ok := m.Sauce(id)
		if !ok || slices.Index(p.Sauces, id) != n {
			return fmt.Errorf("product %s has the sauce %q, which is unknown or stands there twice", p.ID, id)
		}
		for _, size := range p.Sizes {
			if _, priced := s.Price[size.ID]; !priced {
				return fmt.Errorf("sauce %s of product %s has no price for size %q", id, p.ID, size.ID)
			}
		}
	}
	for n, id := range p.Cuts {
		if _, ok := m.Cut(id); !ok || slices.Index(p.Cuts, id) != n {
			return fmt.Errorf("product %s has the cut %q, which is unknown or stands there twice", p.ID, id)
		}
	}
	return nil
}

// plain reports whether a product is the same without a crust being said.
func (c Crust) plain(p Product) bool {
	for _, s := range p.Sizes {
		if price, ok := c.Price[s.ID]; !ok || price != 0 {
			return false
		}
	}
	return len(c.Uses) == 0 && len(c.Spares) == 0 && len(c.Allergens) == 0 && len(c.Free) == 0 && c.MakeSeconds == 0 && c.BakeSeconds == 0
}

// lasts reports whether a product takes a time that can be with a crust, in each size in which it comes with it; or in which size it does not.
func (c Crust) lasts(p Product) (size string, ok bool) {
	for _, s := range p.Sizes {
		if _, comes := c.Price[s.ID]; !comes || c.MakeSeconds == 0 && c.BakeSeconds == 0 {
			continue
		}
		makes, bakes := c.times(s)
		if makes < 1 || s.BakeSeconds > 0 && (bakes < 1 || bakes > maxBake) {
			return s.ID, false
		}
	}
	return "", true
}
