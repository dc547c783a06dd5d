// Package menu is what a restaurant sells: products, sizes, toppings, where and how long each is made and baked, and what it costs.
// Both sides price with it, so an order taken with the internet cut costs what the cloud would have asked; and both know from it what goes
// into each piece. Discounts are not in here, nor how much of anything is left.
package menu

import (
	"fmt"
	"slices"

	"awesome.pizza/shared/money"
)

// Menu is one published version. Orders name the version they were priced with and are never priced again.
type Menu struct {
	Version     int       `json:"version"`
	Name        string    `json:"name"`
	Currency    string    `json:"currency"`  // ISO 4217
	Tax         int64     `json:"tax_bp"`    // added on top of items, basis points
	DeliveryFee int64     `json:"fee_minor"` // minor units, per delivery
	Products    []Product `json:"products"`
	Toppings    []Topping `json:"toppings"`
	Crusts      []Crust   `json:"crusts,omitempty"`
	Sauces      []Sauce   `json:"sauces,omitempty"`
	Cuts        []Cut     `json:"cuts,omitempty"`

	Ingredients []Ingredient `json:"ingredients,omitempty"` // what stock is kept of; a menu without recipes sells without limit
}

// Product is something to order. A product whose sizes have bake seconds goes through the oven.
type Product struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Category    string   `json:"category"` // pizza, side, salad, dessert, drink
	Description string   `json:"description"`
	Sizes       []Size   `json:"sizes"`
	Toppings    []string `json:"toppings,omitempty"` // what lies on it as it is; these can be taken off
	Crusts      []string `json:"crusts,omitempty"`   // it can be had with; the first is the usual one
	Sauces      []string `json:"sauces,omitempty"`   // it can be had with, in place of its own
	Cuts        []string `json:"cuts,omitempty"`     // it can be cut in; the first is the usual one
	Allergens   []string `json:"allergens,omitempty"`
	Stations    []string `json:"stations"` // in order: make, oven, cut, pass; or sides, pass
}

// Size is one size of a product.
type Size struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Price       int64  `json:"price_minor"`
	MakeSeconds int    `json:"make_seconds"`
	BakeSeconds int    `json:"bake_seconds,omitempty"`
	DiameterCM  int    `json:"diameter_cm,omitempty"`

	Uses map[string]int64 `json:"uses,omitempty"` // what goes into one besides its toppings: grams or pieces by ingredient
}

// Topping is something to put on a pizza; Price is for a normal amount on a whole pizza, minor units by size.
type Topping struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Price     map[string]int64 `json:"price_minor"`
	Allergens []string         `json:"allergens,omitempty"`

	Ingredient string           `json:"ingredient,omitempty"` // what it is taken from; empty: stock is not kept of it
	Uses       map[string]int64 `json:"uses,omitempty"`       // a normal amount on a whole pizza, grams or pieces by size
}

// Stations of a kitchen.
const (
	StationMake  = "make"
	StationOven  = "oven"
	StationCut   = "cut"
	StationPass  = "pass"
	StationSides = "sides"
)

// Stations lists them in the order in which an order meets them.
func Stations() []string {
	return []string{StationMake, StationSides, StationOven, StationCut, StationPass}
}

// Allergens are the fourteen that EU Regulation 1169/2011, Annex II, wants named.
func Allergens() []string {
	return []string{
		"gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk", "nuts", "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs",
	}
}

// Product finds a product by its id.
func (m *Menu) Product(id string) (Product, bool) {
	i := slices.IndexFunc(m.Products, func(p Product) bool { return p.ID == id })
	if i < 0 {
		return Product{}, false
	}
	return m.Products[i], true
}

// Topping finds a topping by its id.
func (m *Menu) Topping(id string) (Topping, bool) {
	i := slices.IndexFunc(m.Toppings, func(t Topping) bool { return t.ID == id })
	if i < 0 {
		return Topping{}, false
	}
	return m.Toppings[i], true
}

// Size finds a size of the product; "" finds the only one of a product that comes in one size.
func (p Product) Size(id string) (Size, bool) {
	if id == "" && len(p.Sizes) == 1 {
		return p.Sizes[0], true
	}
	i := slices.IndexFunc(p.Sizes, func(s Size) bool { return s.ID == id })
	if i < 0 {
		return Size{}, false
	}
	return p.Sizes[i], true
}

// Fee is the delivery fee.
func (m *Menu) Fee() money.Amount { return money.Of(m.DeliveryFee, m.Currency) }

// Check reports the first thing that is wrong with a menu: ids that repeat, prices below zero, unknown toppings, allergens or stations.
func (m *Menu) Check() error {
	if m.Version < 1 || len(m.Currency) != 3 || m.Tax < 0 || m.DeliveryFee < 0 {
		return fmt.Errorf("menu %q needs a version above 0, a currency of three letters, and tax and fee of at least 0", m.Name)
	}
	seen := map[string]bool{}
	if err := m.checkIngredients(seen); err != nil {
		return err
	}
	for _, t := range m.Toppings {
		if err := checkNamed(seen, "topping", t.ID, t.Allergens); err != nil {
			return err
		}
		if err := m.checkTopping(t); err != nil {
			return err
		}
	}
	if err := m.checkChoices(seen); err != nil {
		return err
	}
	for _, p := range m.Products {
		if err := checkNamed(seen, "product", p.ID, p.Allergens); err != nil {
			return err
		}
		if err := m.checkProduct(p); err != nil {
			return err
		}
		if err := m.checkOffered(p); err != nil {
			return err
		}
	}
	return nil
}

func checkNamed(seen map[string]bool, what, id string, allergens []string) error {
	if id == "" || seen[what+id] {
		return fmt.Errorf("%s id %q is empty or stands twice", what, id)
	}
	seen[what+id] = true
	for _, a := range allergens {
		if !slices.Contains(Allergens(), a) {
			return fmt.Errorf("%s %s names the unknown allergen %q", what, id, a)
		}
	}
	return nil
}

func (m *Menu) checkProduct(p Product) error {
	for _, s := range p.Stations {
		if !slices.Contains(Stations(), s) {
			return fmt.Errorf("product %s goes to the unknown station %q", p.ID, s)
		}
	}
	if len(p.Sizes) == 0 || len(p.Stations) == 0 {
		return fmt.Errorf("product %s needs a size and a station", p.ID)
	}
	for _, s := range p.Sizes {
		if s.Price < 0 || s.MakeSeconds < 0 || s.BakeSeconds < 0 || s.BakeSeconds > 0 != slices.Contains(p.Stations, StationOven) {
			return fmt.Errorf("size %q of product %s has a price or time below zero, or bakes without an oven", s.ID, p.ID)
		}
		if err := m.checkUses(s.Uses, fmt.Sprintf("size %q of product %s", s.ID, p.ID)); err != nil {
			return err
		}
		for _, id := range p.Toppings {
			t, ok := m.Topping(id)
			if _, priced := t.Price[s.ID]; !ok || !priced {
				return fmt.Errorf("topping %s of product %s is unknown or has no price for size %q", id, p.ID, s.ID)
			}
		}
	}
	return nil
}
