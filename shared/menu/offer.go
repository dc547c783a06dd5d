package menu

import (
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/clock"
)

// What can be off a menu. Crusts and sauces are with what they are made of.
const (
	AProduct     = "product"
	ATopping     = "topping"
	AnIngredient = "ingredient"
	aCrust       = "crust"
	aSauce       = "sauce"
)

// OffKey names something that is off the menu.
type OffKey struct {
	Kind string `json:"kind"` // AProduct, ATopping or AnIngredient
	ID   string `json:"id"`
}

// Off says that something is off the menu: 86.
type Off struct {
	OffKey
	Owner  string // who says so; empty when it ran out by itself
	Reason string
	Auto   bool // it ran out, and comes back when there is some
	Since  time.Time
	Until  time.Time // zero: until somebody lifts it
}

// Offer is a menu as it is for sale now. Both sides sell from one, so both refuse the same for the same reasons.
type Offer struct {
	Menu *Menu
	Off  map[OffKey]Off
	Left func(ingredient string) (left int64, limited bool) // to be sold; nil: nothing is limited
}

// Offs are what is off, by its name.
func Offs(all []Off) map[OffKey]Off {
	off := make(map[OffKey]Off, len(all))
	for _, o := range all {
		off[o.OffKey] = o
	}
	return off
}

// SoldOut is what of the menu cannot be had now.
type SoldOut struct {
	Products    []Missing `json:"products"`
	Toppings    []Missing `json:"toppings"`
	Ingredients []Missing `json:"ingredients"`
	Crusts      []Missing `json:"crusts,omitempty"`
	Sauces      []Missing `json:"sauces,omitempty"`
}

// Missing is one thing that cannot be had, and why: it is off itself, or Because of something else.
type Missing struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Reason  string   `json:"reason,omitempty"`
	Owner   string   `json:"owner,omitempty"`
	Auto    bool     `json:"auto"`              // it ran out, and comes back when there is some
	Because *OffKey  `json:"because,omitempty"` // what is off that it is made with
	Without []string `json:"without,omitempty"` // of a product: it can be had without these toppings
	Since   string   `json:"since"`
	Until   string   `json:"until,omitempty"`
}

// instant is a time as all JSON of ours has it; "" for none.
func instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return clock.Format(at)
}

// SoldOut is what of the menu cannot be had for what is off.
func (o Offer) SoldOut() SoldOut {
	out := SoldOut{Products: []Missing{}, Toppings: []Missing{}, Ingredients: []Missing{}}
	for _, g := range o.Menu.Ingredients {
		key := OffKey{AnIngredient, g.ID}
		if why, off := o.Off[key]; off {
			out.Ingredients = append(out.Ingredients, o.missing(why, key))
		}
	}
	gone := map[string]Off{}
	for _, t := range o.Menu.Toppings {
		why, off := o.Off[OffKey{ATopping, t.ID}]
		if !off {
			why, off = o.Off[OffKey{AnIngredient, t.Ingredient}]
		}
		if off {
			gone[t.ID] = why
			out.Toppings = append(out.Toppings, o.missing(why, OffKey{ATopping, t.ID}))
		}
	}
	out.Crusts, out.Sauces = o.missingChoices(gone)
	for _, p := range o.Menu.Products {
		if m, off := o.missingProduct(p, gone); off {
			out.Products = append(out.Products, m)
		}
	}
	return out
}

func (o Offer) missing(why Off, of OffKey) Missing {
	m := Missing{
		ID: of.ID, Name: o.Menu.nameOf(of), Reason: why.Reason, Owner: why.Owner, Auto: why.Auto, Since: instant(why.Since), Until: instant(why.Until),
	}
	if why.OffKey != of {
		m.Because = &why.OffKey
	}
	return m
}

// missingProduct: a product is off when it is, when all its sizes lack something that is no topping, or when a topping on it is off.
func (o Offer) missingProduct(p Product, gone map[string]Off) (Missing, bool) {
	key := OffKey{AProduct, p.ID}
	if why, off := o.Off[key]; off {
		return o.missing(why, key), true
	}
	if why, off := o.lacking(p); off {
		return o.missing(why, key), true
	}
	var first Off
	var without []string
	for _, id := range p.Toppings {
		why, off := gone[id]
		if off && len(without) == 0 {
			first = why
		}
		if off {
			without = append(without, id)
		}
	}
	if len(without) == 0 {
		return Missing{}, false
	}
	m := o.missing(first, key)
	if len(without) < len(p.Toppings) {
		m.Without = without
	}
	return m, true
}

// missingChoices: a crust is off when all its sizes lack something, a sauce with its topping.
func (o Offer) missingChoices(gone map[string]Off) (crusts, sauces []Missing) {
	for _, c := range o.Menu.Crusts {
		sizes := make([]map[string]int64, 0, len(c.Price))
		for _, size := range slices.Sorted(maps.Keys(c.Price)) {
			sizes = append(sizes, c.Uses[size])
		}
		if why, off := o.lackingAll(sizes); off {
			crusts = append(crusts, o.missing(why, OffKey{aCrust, c.ID}))
		}
	}
	for _, s := range o.Menu.Sauces {
		if why, off := gone[s.Topping]; off && s.Topping != "" {
			sauces = append(sauces, o.missing(why, OffKey{aSauce, s.ID}))
		}
	}
	return crusts, sauces
}

// lacking is what is off that every size of a product is made with, or one for each.
func (o Offer) lacking(p Product) (why Off, off bool) {
	sizes := make([]map[string]int64, len(p.Sizes))
	for n, s := range p.Sizes {
		sizes[n] = s.Uses
	}
	return o.lackingAll(sizes)
}

func (o Offer) lackingAll(sizes []map[string]int64) (why Off, off bool) {
	for _, uses := range sizes {
		off = false
		for _, id := range slices.Sorted(maps.Keys(uses)) {
			if w, is := o.Off[OffKey{AnIngredient, id}]; is {
				why, off = w, true
				break
			}
		}
		if !off {
			return Off{}, false
		}
	}
	return why, off
}
