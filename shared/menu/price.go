package menu

import (
	"cmp"
	"fmt"
	"slices"

	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// MaxQuantity and MaxLines bound what one order can ask of a kitchen; more is catering, which people talk about first.
const (
	MaxQuantity = 50
	MaxLines    = 100
	maxToppings = 20
	maxNote     = 200
)

// weight is what an amount of a topping costs, in quarters of a normal one.
var weight = map[order.Amount]int64{order.None: 0, order.Light: 4, order.Normal: 4, order.Extra: 6, order.Double: 8}

// PriceLine checks a line against the menu and fills in its name, allergens and unit price. What is already on a product costs
// nothing again unless there is more of it; a topping on one half costs half, rounded up to a whole minor unit; two halves cost what the
// dearer speciality costs. A crust or sauce that is the usual one is left out: the line is the same without. It reports problem.Invalid with the fact "path" inside the line.
func (m *Menu) PriceLine(l order.Line) (order.Line, error) {
	p, size, err := m.find(l.Product, l.Size, "product")
	if err != nil {
		return l, err
	}
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		return l, invalid("quantity", "quantity is %d; it can be 1 to %d", l.Quantity, MaxQuantity)
	}
	if len(l.Note) > maxNote {
		return l, invalid("note", "the note is %d bytes long; it can have up to %d", len(l.Note), maxNote)
	}
	if !order.Plain(l.Note) {
		return l, invalid("note", "the note has control characters in it")
	}
	if l.Avoid, err = avoided(l); err != nil {
		return l, err
	}
	l.Size, l.Name = size.ID, p.Name
	price, of := size.Price, []Product{p}
	if l.Half != "" {
		if l.Half == l.Product {
			return l, invalid("half", "both halves are %s: order a whole one, with toppings on the left or the right", p.Name)
		}
		half, halfSize, err := m.find(l.Half, l.Size, "half")
		if err != nil {
			return l, err
		}
		if p.Category != "pizza" || half.Category != "pizza" {
			return l, invalid("half", "only a pizza can have two halves")
		}
		price, of = max(price, halfSize.Price), append(of, half)
		l.Name = p.Name + " / " + half.Name
		p.Toppings = shared(p.Toppings, half.Toppings)
	}
	l, more, err := m.choose(l, of...)
	if err != nil {
		return l, err
	}
	p.Toppings = m.sauced(p.Toppings, l.Sauce)
	extra, allergens, err := m.toppings(p, l)
	if err != nil {
		return l, err
	}
	l.Allergens = union(m.allergensOf(l, of...), allergens)
	l.Unit = money.Of(price+more+extra, m.Currency)
	return l, nil
}

func (m *Menu) find(product, size, path string) (Product, Size, error) {
	p, ok := m.Product(product)
	if !ok {
		return p, Size{}, invalid(path, "the menu has no product %q", product).With("product", product)
	}
	s, ok := p.Size(size)
	if !ok {
		return p, s, invalid("size", "%s does not come in size %q; it comes in %v", p.Name, size, sizeIDs(p))
	}
	return p, s, nil
}

func (m *Menu) toppings(p Product, l order.Line) (price int64, allergens []string, err error) {
	if len(l.Toppings) > maxToppings {
		return 0, nil, invalid("toppings", "%d changes are more than the %d a pizza can have", len(l.Toppings), maxToppings)
	}
	if err := m.agree(l.Toppings); err != nil {
		return 0, nil, err
	}
	for i, change := range l.Toppings {
		path := fmt.Sprintf("toppings[%d]", i)
		t, known := m.Topping(change.Topping)
		each, fits := t.Price[l.Size]
		if !known || !fits || p.Category != "pizza" {
			return 0, nil, invalid(path+".topping", "topping %q does not go on %s", change.Topping, p.Name)
		}
		quarters, err := quartersOf(p, change, path)
		if err != nil {
			return 0, nil, err
		}
		cost := each * quarters
		if change.Placement == order.Left || change.Placement == order.Right {
			cost = (cost + 1) / 2
		}
		price += (cost + 3) / 4
		if change.Amount != order.None {
			allergens = union(allergens, t.Allergens)
		}
	}
	return price, allergens, nil
}

// agree refuses changes that say of one topping on one half both that it is left out and how much of it there is.
func (m *Menu) agree(changes []order.Topping) error {
	for i, c := range changes {
		for _, before := range changes[:i] {
			if c.Topping != before.Topping || !overlap(c.Placement, before.Placement) || (c.Amount == order.None) == (before.Amount == order.None) {
				continue
			}
			t, _ := m.Topping(c.Topping)
			return invalid(fmt.Sprintf("toppings[%d]", i), "%s is both put on and left out of the same half: say one of them", cmp.Or(t.Name, c.Topping))
		}
	}
	return nil
}

// overlap reports whether two placements share a half.
func overlap(a, b order.Placement) bool {
	return a == b || a == "" || b == "" || a == order.Whole || b == order.Whole
}

// quartersOf is how many quarters of a normal topping are to be paid for.
func quartersOf(p Product, change order.Topping, path string) (int64, error) {
	amount := change.Amount
	if amount == "" {
		amount = order.Normal
	}
	quarters, ok := weight[amount]
	if !ok {
		return 0, invalid(path+".amount", "amount is %q; it can be none, light, normal, extra or double", change.Amount)
	}
	switch change.Placement {
	case "", order.Whole, order.Left, order.Right:
	default:
		return 0, invalid(path+".placement", "placement is %q; it can be whole, left or right", change.Placement)
	}
	if slices.Contains(p.Toppings, change.Topping) {
		quarters = max(0, quarters-weight[order.Normal]) // it is in the price of the pizza already
	}
	return quarters, nil
}

// Totals adds up priced lines, the tax on them, and the fee of a delivery.
func (m *Menu) Totals(lines []order.Line, how order.Fulfilment) order.Totals {
	items := money.Of(0, m.Currency)
	for _, l := range lines {
		items.Minor += l.Unit.Times(l.Quantity).Minor
	}
	t := order.Totals{Items: items, Tax: items.Share(m.Tax), Fee: money.Of(0, m.Currency)}
	if how == order.ByDelivery {
		t.Fee = m.Fee()
	}
	t.Total = money.Of(t.Items.Minor+t.Tax.Minor+t.Fee.Minor, m.Currency)
	return t
}

// Items are the things to make for priced lines: one for each piece, named "1", "2", … across the order.
func (m *Menu) Items(lines []order.Line) []order.Item {
	var items []order.Item
	for n, l := range lines {
		p, _ := m.Product(l.Product)
		s, _ := p.Size(l.Size)
		c, _ := m.Crust(l.Crust)
		makes, bakes := c.times(s)
		for range l.Quantity {
			items = append(items, order.Item{
				ID: fmt.Sprint(len(items) + 1), Line: n, Product: l.Product, Half: l.Half, Size: l.Size, Name: l.Name,
				Station: p.Stations[0], Bakes: bakes > 0, MakeSeconds: makes, BakeSeconds: bakes,
				State: order.ItemQueued,
			})
		}
	}
	return items
}

func invalid(path, format string, args ...any) *problem.Problem {
	return problem.New(problem.Invalid, "invalid_line", format, args...).With("path", path)
}

func sizeIDs(p Product) (ids []string) {
	for _, s := range p.Sizes {
		ids = append(ids, s.ID)
	}
	return ids
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

func shared(a, b []string) (both []string) {
	for _, x := range a {
		if slices.Contains(b, x) {
			both = append(both, x)
		}
	}
	return both
}
