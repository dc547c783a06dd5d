package stock

import (
	"maps"
	"slices"
	"time"

	"awesome.pizza/shared/order"
	"awesome.pizza/shared/problem"
)

// Turn is what happens to a book in one commit, while it is decided on: the book itself stays as it is until the commit is durable.
type Turn struct {
	book    *Book
	now     time.Time
	day     string
	shelves map[string]Shelf // touched
	kept    map[string]bool  // touched in what is stored of a shelf
	off     map[OffKey]Off   // nil: as in the book
	entries []Entry
}

// Turn begins a turn of a business day.
func (b *Book) Turn(now time.Time, day string) *Turn {
	return &Turn{book: b, now: now, day: day, shelves: map[string]Shelf{}, kept: map[string]bool{}}
}

// Change is what the turn has come to.
func (t *Turn) Change() Change {
	c := Change{Entries: t.entries}
	for _, id := range slices.Sorted(maps.Keys(t.kept)) {
		c.Shelves = append(c.Shelves, t.shelves[id])
	}
	if t.off == nil {
		return c
	}
	for _, o := range sortedOffs(t.off) {
		if was, off := t.book.off[o.OffKey]; !off || was != o {
			c.Off = append(c.Off, o)
		}
	}
	for _, o := range t.book.Offs() {
		if _, off := t.off[o.OffKey]; !off {
			c.Lifted = append(c.Lifted, o.OffKey)
		}
	}
	return c
}

// Shelf is an ingredient as this turn leaves it.
func (t *Turn) Shelf(id string) Shelf {
	if s, touched := t.shelves[id]; touched {
		return s
	}
	return t.book.shelf(id)
}

func (t *Turn) put(s Shelf) { t.shelves[s.Ingredient] = s }

func (t *Turn) keep(s Shelf) {
	t.put(s)
	t.kept[s.Ingredient] = true
}

// Touched are the ingredients of which something is not as it was, by id.
func (t *Turn) Touched() []string { return slices.Sorted(maps.Keys(t.shelves)) }

// Reserve reserves what needs says, or lets go of it where it is below zero.
func (t *Turn) Reserve(needs map[string]int64) {
	for id, n := range needs {
		if n == 0 {
			continue
		}
		s := t.Shelf(id)
		s.Reserved += n
		t.put(s)
	}
}

// Book writes into the ledger what happened to ingredients. Of what nobody has counted or received there is no ledger yet.
func (t *Turn) Book(e Entry, quantities map[string]int64) {
	for _, id := range slices.Sorted(maps.Keys(quantities)) {
		s := t.Shelf(id)
		if !s.Tracked || quantities[id] == 0 {
			continue
		}
		s.OnHand += quantities[id]
		t.put(s)
		e.Day, e.At, e.Ingredient, e.Quantity = t.day, t.now, id, quantities[id]
		t.entries = append(t.entries, e)
	}
}

// Slip is what somebody writes down about the shelves. Quantities are grams or pieces, above zero; a count may be zero.
type Slip struct {
	Kind   Kind // Receipt, Waste, Count, Incoming or Outgoing
	Lines  []SlipLine
	Reason string // why, or the other restaurant of a transfer
	Who    string
}

// SlipLine is one ingredient.
type SlipLine struct {
	Ingredient string
	Quantity   int64
}

// Limits of a slip.
const (
	MostLines    = 200
	MostQuantity = 10_000_000 // ten tons
	maxText      = 200
)

// Check reports problem.Invalid with the fact "path".
func (s Slip) Check(b *Book) error {
	switch s.Kind {
	case Receipt, Count:
	case Waste:
		if s.Reason == "" {
			return invalid("reason", "say why it is thrown away")
		}
	case Incoming, Outgoing:
		if s.Reason == "" {
			return invalid("restaurant", "name the other restaurant")
		}
	case Opening, Use:
		return invalid("kind", "nobody writes a slip of kind %q", s.Kind)
	default:
		return invalid("kind", "there is no slip of kind %q", s.Kind)
	}
	if len(s.Lines) == 0 || len(s.Lines) > MostLines {
		return invalid("lines", "a slip has 1 to %d lines, not %d", MostLines, len(s.Lines))
	}
	if len(s.Reason) > maxText || len(s.Who) > maxText {
		return invalid("reason", "reason and name can have up to %d bytes each", maxText)
	}
	if !order.Plain(s.Reason) || !order.Plain(s.Who) {
		return invalid("reason", "reason and name cannot have control characters")
	}
	return s.checkLines(b)
}

func (s Slip) checkLines(b *Book) error {
	seen := map[string]bool{}
	for n, l := range s.Lines {
		path := linePath(n)
		if _, known := b.menu.Ingredient(l.Ingredient); !known {
			return invalid(path+".ingredient", "the menu has no ingredient %q", l.Ingredient)
		}
		if seen[l.Ingredient] {
			return invalid(path+".ingredient", "%s stands twice on the slip", l.Ingredient)
		}
		seen[l.Ingredient] = true
		least := int64(1)
		if s.Kind == Count {
			least = 0
		}
		if l.Quantity < least || l.Quantity > MostQuantity {
			return invalid(path+".quantity", "the quantity is %d; it can be %d to %d", l.Quantity, least, MostQuantity)
		}
	}
	return nil
}

// Take writes a slip into the ledger. A count books the difference to what should be there: what open orders have reserved still lies on the
// shelf when it is counted. The first count or receipt of an ingredient begins its ledger.
func (t *Turn) Take(slip Slip) error {
	if err := slip.Check(t.book); err != nil {
		return err
	}
	for n, l := range slip.Lines {
		s := t.Shelf(l.Ingredient)
		begins := !s.Tracked && slip.Kind != Waste && slip.Kind != Outgoing
		if !s.Tracked && !begins {
			return problem.New(problem.Conflict, "not_counted", "nobody has counted %s yet: count it first", l.Ingredient).With("path", linePath(n))
		}
		if begins {
			s.Tracked = true
			t.keep(s)
		}
		quantity := l.Quantity
		switch slip.Kind {
		case Waste, Outgoing:
			quantity = -quantity
		case Count:
			quantity -= s.OnHand
		case Receipt:
			if s.OnOrder > 0 {
				s.OnOrder = max(0, s.OnOrder-quantity)
				t.keep(s)
			}
		case Incoming, Opening, Use:
		}
		t.Book(Entry{Kind: slip.Kind, Reason: slip.Reason, Who: slip.Who}, map[string]int64{l.Ingredient: quantity})
	}
	return nil
}

// Wish is how a restaurant wants an ingredient to be minded.
type Wish struct {
	Ingredient string
	Threshold  *int64 // nil: as it was
	Par        *int64
}

// Mind sets thresholds and pars.
func (t *Turn) Mind(wishes []Wish) error {
	if len(wishes) == 0 || len(wishes) > MostLines {
		return invalid("lines", "there can be 1 to %d lines, not %d", MostLines, len(wishes))
	}
	for n, w := range wishes {
		g, known := t.book.menu.Ingredient(w.Ingredient)
		if !known {
			return invalid(linePath(n)+".ingredient", "the menu has no ingredient %q", w.Ingredient)
		}
		s := t.Shelf(w.Ingredient)
		if w.Threshold != nil {
			s.Threshold = w.Threshold
		}
		if w.Par != nil {
			s.Par = w.Par
		}
		low, par := s.levels(g)
		if low < 0 || par < low || par > MostQuantity {
			return invalid(linePath(n), "threshold %d and par %d: the par can be the threshold to %d", low, par, MostQuantity)
		}
		t.keep(s)
	}
	return nil
}

// Order takes note of what was ordered from suppliers.
func (t *Turn) Order(lines []SlipLine) error {
	if err := (Slip{Kind: Receipt, Lines: lines}).Check(t.book); err != nil {
		return err
	}
	for n, l := range lines {
		s := t.Shelf(l.Ingredient)
		if s.OnOrder += l.Quantity; s.OnOrder > MostQuantity {
			return invalid(linePath(n)+".quantity", "more than %d of %s would be on order", MostQuantity, l.Ingredient)
		}
		t.keep(s)
	}
	return nil
}

// Needs is what one piece of a line takes from the shelves.
func (t *Turn) Needs(l order.Line) map[string]int64 { return t.book.menu.Needs(l) }

// Idle reports whether the turn has done nothing.
func (t *Turn) Idle() bool { return len(t.shelves) == 0 && t.off == nil }

// Tracked are the ingredients that somebody has counted or received, as this turn leaves them.
func (t *Turn) Tracked() (ids []string) {
	for _, g := range t.book.menu.Ingredients {
		if t.Shelf(g.ID).Tracked {
			ids = append(ids, g.ID)
		}
	}
	return ids
}
