package menu

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

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
	Kind   string `json:"kind"` // AProduct, ATopping or AnIngredient
	ID     string `json:"id"`
	Name   string `json:"name"`
	Reason string `json:"reason,omitempty"`
	Left   *int64 `json:"left,omitempty"`  // grams or pieces, when that is not enough
	Until  string `json:"until,omitempty"` // an instant, as in all JSON of ours
}

// Alternative is what can be had instead of a line: another product, or the same without some toppings, or as plain as the menu has it.
type Alternative struct {
	Line    int      `json:"line"`
	Product string   `json:"product"`
	Name    string   `json:"name"`
	Size    string   `json:"size,omitempty"`
	Without []string `json:"without,omitempty"`
	Plain   bool     `json:"plain,omitempty"` // the same, with the usual crust and its own sauce
}

// Sellable reports problem.Conflict "sold_out" when an order cannot be made of what there is, with the facts "path", "sold_out" ([]Lack) and
// "alternatives" ([]Alternative).
func (o Offer) Sellable(lines []order.Line) error {
	left := leftover{o: o, taken: map[string]int64{}}
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
		With("path", fmt.Sprintf("lines[%d]", lacks[0].Line)).With("sold_out", lacks).With("alternatives", append([]Alternative{}, others...))
}

// leftover is what is left for the lines of one order, one after the other.
type leftover struct {
	o     Offer
	taken map[string]int64
}

// take takes what a line needs, or says what of it there is not.
func (left leftover) take(n int, l order.Line) []Lack {
	lacks := left.off(n, l)
	needs := left.o.Menu.Needs(l)
	for _, id := range slices.Sorted(maps.Keys(needs)) {
		if slices.ContainsFunc(lacks, func(k Lack) bool { return k.ID == id && k.Kind != AProduct }) {
			continue
		}
		rest, limited := left.of(id)
		if limited && needs[id]*int64(l.Quantity) > rest {
			lacks = append(lacks, Lack{Line: n, Kind: AnIngredient, ID: id, Name: left.o.Menu.nameOf(OffKey{AnIngredient, id}), Reason: "too little is left", Left: &rest})
		}
	}
	if len(lacks) == 0 {
		for id, need := range needs {
			left.taken[id] += need * int64(l.Quantity)
		}
	}
	return lacks
}

// of is how much of an ingredient the lines before have left.
func (left leftover) of(ingredient string) (rest int64, limited bool) {
	if left.o.Left == nil {
		return 0, false
	}
	rest, limited = left.o.Left(ingredient)
	return max(0, rest-left.taken[ingredient]), limited
}

// off are the parts of a line that are off the menu.
func (left leftover) off(n int, l order.Line) (lacks []Lack) {
	note := func(key, shown OffKey) {
		if o, off := left.o.Off[key]; off {
			k := Lack{Line: n, Kind: shown.Kind, ID: shown.ID, Name: left.o.Menu.nameOf(shown), Reason: o.Reason}
			k.Until = instant(o.Until)
			lacks = append(lacks, k)
		}
	}
	for _, p := range slices.Compact([]string{l.Product, l.Half}) {
		note(OffKey{AProduct, p}, OffKey{AProduct, p})
	}
	m := left.o.Menu
	lies := m.Lies(l)
	covered := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(lies)) {
		tp, _ := m.Topping(id)
		before := len(lacks)
		if note(OffKey{ATopping, id}, OffKey{ATopping, id}); len(lacks) == before && tp.Ingredient != "" {
			note(OffKey{AnIngredient, tp.Ingredient}, OffKey{ATopping, id})
		}
		covered[tp.Ingredient] = true
	}
	for _, id := range slices.Sorted(maps.Keys(m.Needs(l))) {
		if !covered[id] {
			note(OffKey{AnIngredient, id}, OffKey{AnIngredient, id})
		}
	}
	return lacks
}

func (m *Menu) nameOf(of OffKey) string {
	name := ""
	switch of.Kind {
	case AProduct:
		p, _ := m.Product(of.ID)
		name = p.Name
	case ATopping:
		t, _ := m.Topping(of.ID)
		name = t.Name
	case AnIngredient:
		g, _ := m.Ingredient(of.ID)
		name = g.Name
	case aCrust:
		c, _ := m.Crust(of.ID)
		name = c.Name
	case aSauce:
		s, _ := m.Sauce(of.ID)
		name = s.Name
	}
	return cmp.Or(name, of.ID)
}

// instead is what can be had for a line that cannot be sold: first the same without what is lacking, then what is most like it.
func (left leftover) instead(n int, l order.Line, lacks []Lack) (out []Alternative) {
	m := left.o.Menu
	p, _ := m.Product(l.Product)
	if without, bare := left.without(l, lacks); len(without) > 0 && left.fits(bare) {
		out = append(out, Alternative{Line: n, Product: p.ID, Name: p.Name, Size: l.Size, Without: without})
	}
	if plain := l; l.Crust != "" || l.Sauce != "" {
		if plain.Crust, plain.Sauce = "", ""; left.fits(plain) {
			out = append(out, Alternative{Line: n, Product: p.ID, Name: p.Name, Size: l.Size, Plain: true})
		}
	}
	likeness := func(o Product) int {
		same := 0
		for _, t := range o.Toppings {
			if slices.Contains(p.Toppings, t) {
				same++
			}
		}
		return 2*same - len(o.Toppings)
	}
	others := slices.DeleteFunc(slices.Clone(m.Products), func(o Product) bool { return o.ID == p.ID || o.Category != p.Category })
	slices.SortStableFunc(others, func(x, y Product) int { return cmp.Compare(likeness(y), likeness(x)) })
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
	m := left.o.Menu
	lies := m.Lies(l)
	for _, id := range slices.Sorted(maps.Keys(lies)) {
		t, _ := m.Topping(id)
		if slices.ContainsFunc(lacks, func(k Lack) bool {
			return k.Kind == ATopping && k.ID == id || k.Kind == AnIngredient && k.ID == t.Ingredient && t.Ingredient != ""
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
	trial := leftover{left.o, maps.Clone(left.taken)}
	return len(trial.take(0, l)) == 0
}
