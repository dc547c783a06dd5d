package stock

import (
	"cmp"
	"slices"

	"awesome.pizza/shared/menu"
)

// Total is what the entries of one kind and reason came to on a day.
type Total struct {
	Day        string
	Ingredient string
	Kind       Kind
	Reason     string
	Quantity   int64
}

// Ledger is what a report is made of.
type Ledger struct {
	Before map[string]int64 // what lay on the shelves before the first day
	Totals []Total
}

// Day is one ingredient on one business day.
type Day struct {
	Day        string
	Ingredient menu.Ingredient
	Opening    int64
	Received   int64
	Used       int64 // above zero when it left, as all that follows but Counted
	Wasted     int64
	Incoming   int64
	Outgoing   int64
	Counted    int64 // difference that counts found
	Closing    int64
	Reasons    []string // of waste
}

// Report is the history of the shelves day by day: a row for each ingredient of which something was written on that day.
func Report(m *menu.Menu, l Ledger) []Day {
	totals := slices.Clone(l.Totals)
	slices.SortStableFunc(totals, func(x, y Total) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Ingredient, y.Ingredient))
	})
	on := map[string]int64{}
	for id, sum := range l.Before {
		on[id] = sum
	}
	var days []Day
	for _, t := range totals {
		if n := len(days); n == 0 || days[n-1].Day != t.Day || days[n-1].Ingredient.ID != t.Ingredient {
			g, known := m.Ingredient(t.Ingredient)
			if !known {
				g = menu.Ingredient{ID: t.Ingredient, Name: t.Ingredient}
			}
			days = append(days, Day{Day: t.Day, Ingredient: g, Opening: on[t.Ingredient]})
		}
		d := &days[len(days)-1]
		d.add(t)
		on[t.Ingredient] += t.Quantity
		d.Closing = on[t.Ingredient]
	}
	return days
}

func (d *Day) add(t Total) {
	switch t.Kind {
	case Opening:
		d.Opening += t.Quantity
	case Receipt:
		d.Received += t.Quantity
	case Use:
		d.Used -= t.Quantity
	case Waste:
		d.Wasted -= t.Quantity
		if t.Reason != "" && !slices.Contains(d.Reasons, t.Reason) {
			d.Reasons = append(d.Reasons, t.Reason)
		}
	case Count:
		d.Counted += t.Quantity
	case Incoming:
		d.Incoming += t.Quantity
	case Outgoing:
		d.Outgoing -= t.Quantity
	}
}
