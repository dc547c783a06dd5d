package stock

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/clock"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

const (
	mostAlternatives = 3  // for one line
	mostLacks        = 20 // of one order
)

// Lack is why a line cannot be sold: what of it is off the menu, or of what too little is left.
type Lack struct {
	Line   int    `json:"line"`
	Kind   string `json:"kind"` // Product, Topping or Ingredient
	ID     string `json:"id"`
	Name   string `json:"name"`
	Reason string `json:"reason,omitempty"`
	Left   *int64 `json:"left,omitempty"`  // grams or pieces, when that is not enough
	Until  string `json:"until,omitempty"` // an instant, as in all JSON of ours
}

// Alternative is what can be had instead of a line: another product, or the same without some toppings.
type Alternative struct {
	Line    int      `json:"line"`
	Product string   `json:"product"`
	Name    string   `json:"name"`
	Size    string   `json:"size,omitempty"`
	Without []string `json:"without,omitempty"`
}

// Sellable reports problem.Conflict "sold_out" when an order cannot be made of what there is, with the facts "path", "sold_out" ([]Lack) and
// "alternatives" ([]Alternative).
func (t *Turn) Sellable(lines []order.Line) error {
	left := leftover{t: t, taken: map[string]int64{}}
	var lacks []Lack
	var others []Alternative
	for n, l := range lines {
		wrong := left.take(n, l)
		if len(wrong) == 0 {
			continue
		}
		lacks, others = append(lacks, wrong...), append(others, left.instead(n, l, wrong)...)
	}
	if len(lacks) == 0 {
		return nil
	}
	lacks = lacks[:min(len(lacks), mostLacks)]
	return problem.New(problem.Conflict, "sold_out", "%s is sold out: choose one of the alternatives, or leave it out", lacks[0].Name).
		With("path", linePath(lacks[0].Line)).With("sold_out", lacks).With("alternatives", append([]Alternative{}, others...))
}

// leftover is what is left for the lines of one order, one after the other.
type leftover struct {
	t     *Turn
	taken map[string]int64
}

// take takes what a line needs, or says what of it there is not.
func (left leftover) take(n int, l order.Line) []Lack {
	lacks := left.off(n, l)
	needs := left.t.book.menu.Needs(l)
	for _, id := range slices.Sorted(maps.Keys(needs)) {
		if slices.ContainsFunc(lacks, func(k Lack) bool { return k.ID == id && k.Kind != Product }) {
			continue
		}
		s := left.t.Shelf(id)
		rest := max(0, s.Free()-left.taken[id])
		if s.Tracked && needs[id]*int64(l.Quantity) > rest {
			lacks = append(lacks, Lack{Line: n, Kind: Ingredient, ID: id, Name: left.name(OffKey{Ingredient, id}), Reason: "too little is left", Left: &rest})
		}
	}
	if len(lacks) == 0 {
		for id, need := range needs {
			left.taken[id] += need * int64(l.Quantity)
		}
	}
	return lacks
}

// off are the parts of a line that are off the menu.
func (left leftover) off(n int, l order.Line) (lacks []Lack) {
	note := func(key, shown OffKey) {
		if o, off := left.t.offs()[key]; off {
			k := Lack{Line: n, Kind: shown.Kind, ID: shown.ID, Name: left.name(shown), Reason: o.Reason}
			k.Until = instant(o.Until)
			lacks = append(lacks, k)
		}
	}
	for _, p := range slices.Compact([]string{l.Product, l.Half}) {
		note(OffKey{Product, p}, OffKey{Product, p})
	}
	m := left.t.book.menu
	lies := m.Lies(l)
	covered := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(lies)) {
		tp, _ := m.Topping(id)
		before := len(lacks)
		if note(OffKey{Topping, id}, OffKey{Topping, id}); len(lacks) == before && tp.Ingredient != "" {
			note(OffKey{Ingredient, tp.Ingredient}, OffKey{Topping, id})
		}
		covered[tp.Ingredient] = true
	}
	for _, id := range slices.Sorted(maps.Keys(m.Needs(l))) {
		if !covered[id] {
			note(OffKey{Ingredient, id}, OffKey{Ingredient, id})
		}
	}
	return lacks
}

func (left leftover) name(of OffKey) string { return left.t.book.name(of) }

func (b *Book) name(of OffKey) string {
	name := ""
	switch of.Kind {
	case Product:
		p, _ := b.menu.Product(of.ID)
		name = p.Name
	case Topping:
		t, _ := b.menu.Topping(of.ID)
		name = t.Name
	case Ingredient:
		g, _ := b.menu.Ingredient(of.ID)
		name = g.Name
	}
	return cmp.Or(name, of.ID)
}

// instead is what can be had for a line that cannot be sold: first the same without what is lacking, then what is most like it.
func (left leftover) instead(n int, l order.Line, lacks []Lack) (out []Alternative) {
	m := left.t.book.menu
	p, _ := m.Product(l.Product)
	if without, bare := left.without(l, lacks); len(without) > 0 && left.fits(bare) {
		out = append(out, Alternative{Line: n, Product: p.ID, Name: p.Name, Size: l.Size, Without: without})
	}
	likeness := func(o menu.Product) int {
		same := 0
		for _, t := range o.Toppings {
			if slices.Contains(p.Toppings, t) {
				same++
			}
		}
		return 2*same - len(o.Toppings)
	}
	others := slices.DeleteFunc(slices.Clone(m.Products), func(o menu.Product) bool { return o.ID == p.ID || o.Category != p.Category })
	slices.SortStableFunc(others, func(x, y menu.Product) int { return cmp.Compare(likeness(y), likeness(x)) })
	for _, o := range others {
		if len(out) >= mostAlternatives {
			break
		}
		size := l.Size
		if s, ok := o.Size(l.Size); ok {
			size = s.ID
		} else if len(o.Sizes) > 0 {
			size = o.Sizes[0].ID
		}
		if left.fits(order.Line{Product: o.ID, Size: size, Quantity: l.Quantity}) {
			out = append(out, Alternative{Line: n, Product: o.ID, Name: o.Name, Size: size})
		}
	}
	return out
}

// without is the line without the toppings that are lacking, if it is only toppings that are, and something stays on it.
func (left leftover) without(l order.Line, lacks []Lack) (toppings []string, bare order.Line) {
	m := left.t.book.menu
	lies := m.Lies(l)
	for _, id := range slices.Sorted(maps.Keys(lies)) {
		t, _ := m.Topping(id)
		if slices.ContainsFunc(lacks, func(k Lack) bool {
			return k.Kind == Topping && k.ID == id || k.Kind == Ingredient && k.ID == t.Ingredient && t.Ingredient != ""
		}) {
			toppings = append(toppings, id)
		}
	}
	if len(toppings) >= len(lies) {
		return nil, l
	}
	bare = l
	bare.Toppings = slices.DeleteFunc(slices.Clone(l.Toppings), func(c order.Topping) bool { return slices.Contains(toppings, c.Topping) })
	for _, id := range toppings {
		bare.Toppings = append(bare.Toppings, order.Topping{Topping: id, Amount: order.None})
	}
	return toppings, bare
}

// fits reports whether a line could be sold besides what is taken.
func (left leftover) fits(l order.Line) bool {
	trial := leftover{left.t, maps.Clone(left.taken)}
	return len(trial.take(0, l)) == 0
}

// SoldOut is what of the menu cannot be had now.
type SoldOut struct {
	Products    []Missing `json:"products"`
	Toppings    []Missing `json:"toppings"`
	Ingredients []Missing `json:"ingredients"`
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

// MissingOf is what follows from what is off for a menu.
func (b *Book) MissingOf(offs []Off) SoldOut {
	off := map[OffKey]Off{}
	for _, o := range offs {
		off[o.OffKey] = o
	}
	out := SoldOut{Products: []Missing{}, Toppings: []Missing{}, Ingredients: []Missing{}}
	for _, g := range b.menu.Ingredients {
		if o, is := off[OffKey{Ingredient, g.ID}]; is {
			out.Ingredients = append(out.Ingredients, b.missing(o, o.OffKey))
		}
	}
	gone := map[string]bool{}
	for _, t := range b.menu.Toppings {
		if o, is := firstOff(off, OffKey{Topping, t.ID}, OffKey{Ingredient, t.Ingredient}); is {
			gone[t.ID] = true
			out.Toppings = append(out.Toppings, b.missing(o, OffKey{Topping, t.ID}))
		}
	}
	for _, p := range b.menu.Products {
		if m, is := b.missingProduct(off, p, gone); is {
			out.Products = append(out.Products, m)
		}
	}
	return out
}

func firstOff(off map[OffKey]Off, keys ...OffKey) (Off, bool) {
	for _, key := range keys {
		if o, is := off[key]; is {
			return o, true
		}
	}
	return Off{}, false
}

func (b *Book) missing(o Off, of OffKey) Missing {
	m := Missing{ID: of.ID, Name: b.name(of), Reason: o.Reason, Owner: o.Owner, Auto: o.Auto, Since: instant(o.Since), Until: instant(o.Until)}
	if o.OffKey != of {
		m.Because = &o.OffKey
	}
	return m
}

// missingProduct: a product is off when it is, when all its sizes lack something that is no topping, or when a topping on it is off.
func (b *Book) missingProduct(off map[OffKey]Off, p menu.Product, gone map[string]bool) (Missing, bool) {
	key := OffKey{Product, p.ID}
	if o, is := off[key]; is {
		return b.missing(o, key), true
	}
	var lacking Off
	sizes := 0
	for _, s := range p.Sizes {
		for id := range s.Uses {
			if o, is := off[OffKey{Ingredient, id}]; is {
				lacking = o
				sizes++
				break
			}
		}
	}
	if sizes > 0 && sizes == len(p.Sizes) {
		return b.missing(lacking, key), true
	}
	var without []string
	for _, id := range p.Toppings {
		if !gone[id] {
			continue
		}
		t, _ := b.menu.Topping(id)
		if len(without) == 0 {
			lacking, _ = firstOff(off, OffKey{Topping, id}, OffKey{Ingredient, t.Ingredient})
		}
		without = append(without, id)
	}
	if len(without) == 0 {
		return Missing{}, false
	}
	m := b.missing(lacking, key)
	if len(without) < len(p.Toppings) {
		m.Without = without
	}
	return m, true
}
