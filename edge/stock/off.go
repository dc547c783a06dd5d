package stock

import (
	"fmt"
	"maps"
	"time"

	"awesome.pizza/shared/menu"
	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// mostOff bounds how much can be off at once: more than any menu has.
const mostOff = 2000

// offs are what is off as this turn leaves it.
func (t *Turn) offs() map[OffKey]Off {
	if t.off != nil {
		return t.off
	}
	return t.book.off
}

// Offs are what is off as this turn leaves it, by kind and id; changed is false when that is as before.
func (t *Turn) Offs() (all []Off, changed bool) { return sortedOffs(t.offs()), t.off != nil }

// SellOut takes something off the menu by hand. Said again, it has another reason or end.
func (t *Turn) SellOut(o Off) error {
	if err := t.checkOff(o); err != nil {
		return err
	}
	o.Auto, o.Since = false, t.now
	if was, off := t.offs()[o.OffKey]; off {
		o.Since = was.Since
	} else if len(t.offs()) >= mostOff {
		return problem.New(problem.Conflict, "too_many", "%d things are off already: lift some", mostOff)
	}
	t.setOff(o)
	return nil
}

func (t *Turn) checkOff(o Off) error {
	var known bool
	switch o.Kind {
	case Product:
		_, known = t.book.menu.Product(o.ID)
	case Topping:
		_, known = t.book.menu.Topping(o.ID)
	case Ingredient:
		_, known = t.book.menu.Ingredient(o.ID)
	default:
		return invalid("kind", "kind is %q; it can be product, topping or ingredient", o.Kind)
	}
	switch {
	case !known:
		return problem.New(problem.NotFound, "no_such_"+o.Kind, "the menu has no %s %q", o.Kind, o.ID).With("path", "id")
	case len(o.Owner) > maxText || len(o.Reason) > maxText:
		return invalid("reason", "reason and owner can have up to %d bytes each", maxText)
	case !order.Plain(o.Owner) || !order.Plain(o.Reason):
		return invalid("reason", "reason and owner cannot have control characters")
	case !o.Until.IsZero() && !o.Until.After(t.now):
		return invalid("until", "the end lies in the past: name a later one, or none")
	case o.Until.Sub(t.now) > 366*24*time.Hour:
		return invalid("until", "the end is more than a year away: name none")
	}
	return nil
}

func (t *Turn) setOff(o Off) {
	if t.off == nil {
		t.off = maps.Clone(t.book.off)
	}
	t.off[o.OffKey] = o
}

// Lift puts something back on the menu by hand. It reports problem.Conflict "run_out" for what has run out: counting or receiving it brings
// it back.
func (t *Turn) Lift(key OffKey) error {
	o, off := t.offs()[key]
	if !off {
		return problem.New(problem.NotFound, "not_off", "%s %q is not off", key.Kind, key.ID)
	}
	if o.Auto {
		return problem.New(problem.Conflict, "run_out", "%s has run out: count or receive it, and it comes back by itself", key.ID)
	}
	t.lift(key)
	return nil
}

func (t *Turn) lift(key OffKey) {
	if t.off == nil {
		t.off = maps.Clone(t.book.off)
	}
	delete(t.off, key)
	if key.Kind == Ingredient {
		t.put(t.Shelf(key.ID)) // it may have run out meanwhile
	}
}

// End puts back what was off until now. What was given another end meanwhile stays off.
func (t *Turn) End(key OffKey) {
	if o, off := t.offs()[key]; off && !o.Until.IsZero() && !o.Until.After(t.now) {
		t.lift(key)
	}
}

// RunOut takes off what has run out, and puts back what ran out and is there again.
func (t *Turn) RunOut() {
	for _, id := range t.Touched() {
		s, key := t.Shelf(id), OffKey{Kind: Ingredient, ID: id}
		gone := s.Tracked && s.Left() < t.book.least[id]
		o, off := t.offs()[key]
		switch {
		case gone && !off:
			t.setOff(Off{OffKey: key, Reason: "it has run out", Auto: true, Since: t.now})
		case !gone && off && o.Auto:
			t.lift(key)
		}
	}
}

// Moved gives what is off other labels: the clock was wrong. Ends move along with beginnings.
func (t *Turn) Moved(moved func(time.Time) time.Time) {
	for _, o := range sortedOffs(t.offs()) {
		at := moved(o.Since)
		if at.Equal(o.Since) {
			continue
		}
		if !o.Until.IsZero() {
			o.Until = o.Until.Add(at.Sub(o.Since))
		}
		o.Since = at
		t.setOff(o)
	}
}

func linePath(n int) string { return fmt.Sprintf("lines[%d]", n) }

func invalid(path, format string, args ...any) *problem.Problem {
	return problem.New(problem.Invalid, "invalid_stock", format, args...).With("path", path)
}

// MissingOf is what of the menu cannot be had for what is off.
func (b *Book) MissingOf(offs []Off) SoldOut {
	return menu.Offer{Menu: b.menu, Off: menu.Offs(offs)}.SoldOut()
}

// Sellable reports problem.Conflict "sold_out" when an order cannot be made of what there is: see menu.Offer. freed is what comes free with it,
// of an order that is changed.
func (t *Turn) Sellable(lines []order.Line, freed map[string]int64) error {
	off := t.offs()
	if len(freed) > 0 {
		off = maps.Clone(off)
		maps.DeleteFunc(off, func(key OffKey, o Off) bool {
			return o.Auto && freed[key.ID] > 0 && t.Shelf(key.ID).Left()+freed[key.ID] >= t.book.least[key.ID]
		})
	}
	return t.sellable(lines, off, freed)
}

func (t *Turn) sellable(lines []order.Line, off map[OffKey]Off, freed map[string]int64) error {
	return menu.Offer{Menu: t.book.menu, Off: off, Left: func(id string) (int64, bool) {
		s := t.Shelf(id)
		return s.Free() + freed[id], s.Tracked
	}}.Sellable(lines)
}
