package printer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"awesome.pizza/edge/kitchen"
	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/money"
	"awesome.pizza/shared/order"
)

// Facts are what a layout is made of.
type Facts struct {
	Job    kitchen.PrintJob
	Doubt  bool   // the same piece may have come out before
	For    string // name of the printer that this one stands in for
	Ticket kitchen.Ticket
	Menu   *menu.Menu
	Zone   *time.Location
}

// usual, strong, loud and huge are the sizes on paper; changes and warnings are white on black.
var (
	usual  = Style{}
	strong = Style{Bold: true}
	loud   = Style{Bold: true, High: 2}
	shout  = Style{Bold: true, High: 2, Reverse: true}
	huge   = Style{Bold: true, High: 4, Wide: 4, Center: true}
	middle = Style{Center: true}
)

// Draw lays a piece of paper out.
func Draw(f Facts, s Spec) Sheet {
	w := writer{Facts: f, spec: s, say: tongues[s.Language]}
	w.stamps()
	switch f.Job.What {
	case kitchen.PaperTicket:
		w.ticket()
	case kitchen.PaperLabel:
		w.label()
	case kitchen.PaperReceipt:
		w.receipt()
	case kitchen.PaperTest:
		w.test()
	}
	return w.Sheet
}

// writer writes on one sheet.
type writer struct {
	Sheet
	Facts
	spec Spec
	say  tongue
}

// stamps are what must be seen before anything else.
func (w *writer) stamps() {
	stamp := Style{Bold: true, High: 2, Reverse: true, Center: true}
	switch {
	case w.Ticket.Progress.Whole != order.Voided || w.Job.What == kitchen.PaperTest:
	case w.Job.What == kitchen.PaperTicket:
		w.text(stamp, " "+w.say.voided+" ")
	default: // it waited for the printer, or somebody wants it again
		w.text(stamp, " "+w.say.void+" ")
	}
	if w.Job.Changed() {
		w.text(stamp, w.say.changed)
	}
	if w.Job.Copy {
		w.text(stamp, w.say.copyOf)
	}
	if w.Doubt {
		w.text(stamp, w.say.doubtful)
	}
	if w.For != "" {
		w.text(Style{Bold: true, Center: true}, w.say.backup+" "+w.For)
	}
}

func (w *writer) test() {
	w.text(Style{Bold: true, High: 2, Wide: 2, Center: true}, w.say.test)
	w.text(middle, w.spec.Name+" ("+w.spec.ID+")")
	w.text(middle, w.spec.Address)
	w.text(middle, fmt.Sprintf("%d / %s / %s", w.spec.Width, w.spec.CodePage, w.spec.Language))
	w.text(middle, "àèéìòù äöüß ñç €")
	w.rule()
	w.text(usual, w.say.testSays)
	w.text(usual, w.moment(w.Job.At))
}

func (w *writer) number() string {
	if w.Ticket.Was > 0 {
		return fmt.Sprintf("#%d (%d)", w.Ticket.Number, w.Ticket.Was)
	}
	return fmt.Sprintf("#%d", w.Ticket.Number)
}

func (w *writer) clock(at time.Time) string { return at.In(w.zone()).Format("15:04") }

func (w *writer) moment(at time.Time) string { return at.In(w.zone()).Format("2006-01-02 15:04") }

func (w *writer) zone() *time.Location {
	if w.Zone == nil {
		return time.UTC
	}
	return w.Zone
}

// size is the name of a line's size; nothing when the product has but one.
func (w *writer) size(l order.Line) string {
	p, ok := w.Menu.Product(l.Product)
	if !ok {
		return l.Size
	}
	if s, ok := p.Size(l.Size); ok && len(p.Sizes) > 1 {
		return s.Name
	}
	return ""
}

// changes are what is not as the menu has it: crust, sauce and cut, and one for each topping.
func (w *writer) changes(l order.Line) (all []string) {
	crust, _ := w.Menu.Crust(l.Crust)
	sauce, _ := w.Menu.Sauce(l.Sauce)
	cut, _ := w.Menu.Cut(l.Cut)
	for _, c := range []struct{ what, id, name string }{
		{w.say.crust, l.Crust, crust.Name}, {w.say.sauce, l.Sauce, sauce.Name}, {w.say.cut, l.Cut, cut.Name},
	} {
		if c.id != "" {
			all = append(all, c.what+": "+cmp.Or(c.name, c.id))
		}
	}
	for _, c := range l.Toppings {
		name := c.Topping
		if t, ok := w.Menu.Topping(c.Topping); ok {
			name = t.Name
		}
		what := "+ " + name
		if c.Amount == order.None {
			what = w.say.no + " " + name
		} else if amount, ok := w.say.amount[c.Amount]; ok {
			what = amount + " " + name
		}
		switch c.Placement {
		case order.Left:
			what += " (" + w.say.left + ")"
		case order.Right:
			what += " (" + w.say.right + ")"
		case order.Whole:
		}
		all = append(all, what)
	}
	return all
}

// halves are the names of the two specialities of a pizza, or none.
func (w *writer) halves(l order.Line) (left, right string, two bool) {
	if l.Half == "" {
		return "", "", false
	}
	left, right = l.Product, l.Half
	if p, ok := w.Menu.Product(l.Product); ok {
		left = p.Name
	}
	if p, ok := w.Menu.Product(l.Half); ok {
		right = p.Name
	}
	return left, right, true
}

func (w *writer) lineOf(i order.Item) order.Line {
	if i.Line >= 0 && i.Line < len(w.Ticket.Order.Lines) {
		return w.Ticket.Order.Lines[i.Line]
	}
	return order.Line{Product: i.Product, Half: i.Half, Size: i.Size, Name: i.Name, Quantity: 1}
}

func (w *writer) allergens(l order.Line) {
	if len(l.Allergens) > 0 {
		w.indented(strong, 2, w.say.allergenList(l.Allergens))
	}
}

// money writes an amount as people do: 12.99, with a comma where they write one.
func (w *writer) money(a money.Amount) string {
	sign, minor := "", a.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	digits := 2
	switch {
	case slices.Contains([]string{"JPY", "KRW", "CLP", "VND", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF"}, a.Currency):
		digits = 0
	case slices.Contains([]string{"BHD", "JOD", "KWD", "OMR", "TND", "IQD", "LYD"}, a.Currency):
		digits = 3
	}
	if digits == 0 {
		return fmt.Sprintf("%s%d", sign, minor)
	}
	text := fmt.Sprintf("%0*d", digits+1, minor)
	at := len(text) - digits
	return sign + text[:at] + w.say.decimal + text[at:]
}

// minor is an amount in the order's currency.
func (w *writer) minor(n int64) string {
	return w.money(money.Of(n, w.Ticket.Order.Totals.Total.Currency))
}

func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
